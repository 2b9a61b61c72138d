"""Scenario files: what comes with the project, what can be written, and how bad input is answered."""

import json
import re

import numpy as np
import pytest

import sim
from sim.params import levers, uncertainties
from sim.scenario import scenario_names, schema

PROBLEM = re.compile(r"^.+: .+\. .+[.?]$")
"""Where: what is wrong. What would be right."""


def written(tmp_path, text, name="x.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(path) -> tuple[str, ...]:
    with pytest.raises(sim.ScenarioError) as caught:
        sim.load_scenario(path)
    return caught.value.problems


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_of_the_project_is_written_and_read_as_the_same(name, tmp_path):
    """Law 35."""
    scenario = sim.load_scenario(name)
    again = sim.load_scenario(written(tmp_path, scenario.to_yaml(), f"{name}.yaml"))
    assert again == scenario
    assert again.plan().fingerprint == scenario.plan().fingerprint
    assert again.to_yaml() == scenario.to_yaml()


def test_the_five_scenarios_of_the_first_slice_are_there():
    five = {"baseline", "conditional-article5", "conditional-article5-cliff", "withdraw-10000-east", "placebo"}
    assert five <= set(scenario_names())


def test_the_baseline_has_every_lever_at_its_neutral_value_or_idle():
    plan = sim.load_scenario("baseline").plan()
    idle_while_unconditional = {"threshold", "grace"}
    for name, lever in levers().items():
        if name not in idle_while_unconditional:
            np.testing.assert_array_equal(plan.levers[name], lever.neutral, err_msg=name)


def test_the_level_of_us_spending_is_that_of_the_table():
    assert levers()["us_share"].default == sim.load_scenario("baseline").plan().roster.us_share


def test_placebo_equals_the_baseline_bit_for_bit():
    """Law 16, in the scenarios that ship."""
    base, placebo = (sim.run(sim.load_scenario(name), 40, seed=3) for name in ("baseline", "placebo"))
    for name in sim.ensemble.VARIABLES:
        assert np.array_equal(base[name].values, placebo[name].values), name
    both = sim.compare(base, placebo)
    for name, values in both.data_vars.items():
        assert np.all(values == (1.0 if "relative" in name else 0.0)), name


def test_a_scenario_states_only_what_differs(tmp_path):
    path = written(tmp_path, "name: Mine\nextends: conditional-article5\nlevers: {threshold: 3.5}\n")
    levers_ = sim.load_scenario(path).plan().levers
    assert levers_["threshold"][0] == 3.5
    assert list(levers_["conditionality"][:3]) == [0.0, 0.6, 0.6]
    assert np.all(levers_["threshold"] == 3.5)  # an event of the scenario that is extended gives way


def test_an_event_holds_from_its_first_to_its_last_quarter(tmp_path):
    path = written(
        tmp_path,
        "name: E\nextends: baseline\nevents:\n"
        "  - {from: 2026Q1, levers: {pressure: 1}, why: a summit}\n"
        "  - {from: 2029Q1, until: 2029Q4, levers: {pressure: 0.5}}\n",
    )
    pressure = sim.load_scenario(path).plan().levers["pressure"]
    assert list(pressure[[3, 4, 15, 16, 19, 20, 43]]) == [0, 1, 1, 0.5, 0.5, 1, 1]


def test_a_path_is_a_straight_line_between_its_quarters(tmp_path):
    path = written(tmp_path, "name: P\nlevers: {pledge: {2026Q1: 2.0, 2028Q1: 3.0}}\n")
    pledge = sim.load_scenario(path).plan().levers["pledge"]
    assert list(pledge[[0, 4, 8, 12, 43]]) == [2, 2, 2.5, 3, 3]


def test_setting_a_lever_takes_it_out_of_events(tmp_path):
    path = written(tmp_path, "name: E\nevents:\n  - {from: 2026Q1, levers: {pressure: 1, pledge: 3}}\n")
    plan = sim.load_scenario(path).with_levers(pressure=0.2).plan()
    assert set(plan.levers["pressure"]) == {0.2}
    assert plan.levers["pledge"][-1] == 3


def test_uncertainties_can_be_fixed_or_given_another_prior():
    scenario = sim.load_scenario("baseline")
    fixed = scenario.with_uncertainties(anchor=0.1).plan().params(0, range(5))
    assert fixed.deterrence.anchor == 0.1
    narrow = scenario.with_uncertainties(anchor={"uniform": [0.1, 0.2]}).plan().params(0, range(200)).deterrence.anchor
    assert narrow.shape == (200, 1)
    assert 0.1 <= narrow.min() < 0.11
    assert 0.19 < narrow.max() <= 0.2


def test_a_fact_gives_a_withdrawal_its_size_with_its_hedge():
    scenario = sim.load_scenario("baseline").with_withdrawal(
        ["POL", "ROU"], {"fact": "eastern-withdrawal"}, "2025Q3", status="executed"
    )
    part = scenario.plan().executed(0, range(400), 1.0)
    assert part.shape == (400, 1)
    assert 0 <= part.min() < 0.05
    assert 0.95 < part.max() <= 1


def test_an_announced_withdrawal_is_carried_out_in_some_worlds_and_an_executed_one_in_all():
    base = sim.load_scenario("baseline").with_uncertainties(execution=0.6)
    announced = base.with_withdrawal(["DEU"], 9500, "2026Q1").plan()
    executed = base.with_withdrawal(["DEU"], 9500, "2026Q1", status="executed").plan()
    worlds = range(2000)
    assert abs(announced.executed(0, worlds, 0.6).mean() - 0.6) < 0.05
    assert np.all(executed.executed(0, worlds, 0.6) == 1)


def test_another_date_keeps_the_luck_of_a_withdrawal_and_a_second_one_has_its_own():
    base = sim.load_scenario("baseline")
    early, late = (base.with_withdrawal(["DEU"], 5000, start).plan() for start in ("2026Q1", "2027Q3"))
    twice = base.with_withdrawal(["DEU"], 5000, "2026Q1").with_withdrawal(["DEU"], 5000, "2026Q1").plan()
    worlds = range(300)
    np.testing.assert_array_equal(early.executed(0, worlds, 0.5), late.executed(0, worlds, 0.5))
    first, second = twice.executed(0, worlds, 0.5).T
    assert 0.3 < np.mean(first == second) < 0.7


def test_a_scenario_does_not_change_with_what_it_was_made_from():
    path = {"2025Q1": 2.0, "2035Q4": 3.5}
    scenario = sim.load_scenario("baseline").with_levers(pledge=path)
    path["2035Q4"] = 6.0
    assert scenario.plan().levers["pledge"][-1] == 3.5


@pytest.mark.parametrize("change", [{"over": 0}, {"status": "maybe"}, {"troops": "all"}, {"start": 2026}])
def test_a_withdrawal_set_from_python_is_checked(change):
    words = {"hosts": ["DEU"], "troops": 100, "start": "2026Q1", **change}
    with pytest.raises(sim.ScenarioError, match="with_withdrawal: "):
        sim.load_scenario("baseline").with_withdrawal(**words)


def test_a_school_keeps_an_uncertainty_in_its_own_range():
    denial = sim.load_scenario("baseline").with_school("denial")
    with pytest.raises(sim.ScenarioError, match=r"belief_elasticity: 5 is out of range\. It takes 0 to 0\.4"):
        denial.with_uncertainties(belief_elasticity=5.0)


def test_a_scenario_can_be_named_where_it_is_run():
    assert sim.run("baseline", 1, keep=("war",)).attrs["scenario"] == "Today's commitment"
    with pytest.raises(sim.InputError, match="is no scenario"):
        sim.run(3)


def eastern(troops, hosts="POL, ROU"):
    """A file with one withdrawal, on its fourth line, whose size holds these keys."""
    return f"name: x\nwithdrawals:\n  - hosts: [{hosts}]\n    troops: {{{troops}}}\n    from: 2025Q3\n"


STRUCTURE = {
    "unknown key": ("name: x\nlevrs: {}\n", "x.yaml:2: levrs: unknown key. Did you mean 'levers'?"),
    "unknown lever": ("name: x\nlevers:\n  treshold: 3\n", "x.yaml:3: levers.treshold: unknown lever. Did you mean 't"),
    "out of range": ("name: x\nlevers: {threshold: 60}\n", "levers.threshold: 60 is out of range. It takes 0 to 6 %"),
    "not finite": ("name: x\nlevers: {threshold: .nan}\n", "levers.threshold: nan is not finite."),
    "infinite": ("name: x\nlevers: {threshold: -.inf}\n", "levers.threshold: -inf is not finite."),
    "wrong type": ("name: x\nlevers: {threshold: 5%}\n", "levers.threshold: '5%' is no number. Write one in % of GDP"),
    "yes": ("name: x\nlevers: {threshold: true}\n", "levers.threshold: 'True' is no number."),
    "no quarter": ("name: x\nlevers: {pledge: {2025: 2}}\n", "x.yaml:2: the key '2025' is not text."),
    "year": ("name: x\nstart: 2025\n", "x.yaml:2: start: 2025 is no quarter. Write it like 2029Q1."),
    "bad quarter": ("name: x\nlevers: {pledge: {2025Q5: 2}}\n", "levers.pledge.2025Q5: '2025Q5' is no quarter"),
    "backwards": ("name: x\nstart: 2025Q1\nend: 2024Q4\n", "x.yaml:3: end: 2024Q4 lies before the start 2025Q1."),
    "too long": ("name: x\nend: 2099Q1\n", "x.yaml:2: end: 2099Q1 is too far. A run ends by 2064Q4"),
    "no data": ("name: x\nstart: 2014Q1\n", "x.yaml:2: start: no run starts in 2014Q1."),
    "no first quarter": ("name: x\nstart: 2019Q2\n", "write one from 2015Q1 to 2025Q1."),
    "event outside": ("name: x\nevents: [{from: 2050Q1, levers: {pledge: 3}}]\n", "events.0.from: 2050Q1 is outside"),
    "event backwards": (
        "name: x\nevents: [{from: 2030Q1, until: 2029Q1, levers: {pledge: 3}}]\n",
        "events.0.until: 2029Q1 lies before 2030Q1.",
    ),
    "empty event": ("name: x\nevents: [{from: 2030Q1, levers: {}}]\n", "events.0.levers: sets no lever."),
    "event lacks": ("name: x\nevents:\n  - {levers: {pledge: 3}}\n", "x.yaml:3: events.0.from: is missing."),
    "unknown host": (
        "name: x\nwithdrawals: [{host: POLAND, troops: 1, from: 2026Q1}]\n",
        "withdrawals.0.hosts: unknown host 'POLAND'.",
    ),
    "no host": ("name: x\nwithdrawals: [{troops: 1, from: 2026Q1}]\n", "withdrawals.0: needs a host or hosts"),
    "two hosts words": (
        "name: x\nwithdrawals: [{host: DEU, hosts: [POL], troops: 1, from: 2026Q1}]\n",
        "withdrawals.0: needs a host or hosts",
    ),
    "too many troops": (
        "name: x\nwithdrawals: [{host: ROU, troops: 5000, from: 2026Q1}]\n",
        "withdrawals.0.troops: 5,000 is more than the 1,697 in ROU.",
    ),
    "too many in all": (
        "name: x\nwithdrawals:\n  - {host: ROU, troops: 1000, from: 2026Q1}\n"
        "  - {host: ROU, troops: 1000, from: 2027Q1}\n",
        "x.yaml:4: withdrawals.1.troops: withdrawals take 2,000 from ROU in all",
    ),
    "negative troops": (
        "name: x\nwithdrawals: [{host: ROU, troops: -1, from: 2026Q1}]\n",
        "withdrawals.0.troops: -1 is out of range.",
    ),
    "unknown fact": (
        "name: x\nwithdrawals: [{host: ROU, troops: {fact: easter}, from: 2026Q1}]\n",
        "withdrawals.0.troops: unknown fact 'easter'.",
    ),
    "fact without number": (
        "name: x\nwithdrawals: [{host: ROU, troops: {fact: russia-objects}, from: 2026Q1}]\n",
        "the fact 'russia-objects' gives no number in persons. Choose one that does: troops-in-europe, ",
    ),
    "over nought": ("name: x\nwithdrawals: [{host: ROU, troops: 1, from: 2026Q1, over: 0}]\n", "withdrawals.0.over"),
    "odd status": (
        "name: x\nwithdrawals: [{host: ROU, troops: 1, from: 2026Q1, status: maybe}]\n",
        "withdrawals.0.status: unknown status 'maybe'. Known: announced, executed, stated, quoted, reported, consid",
    ),
    "misspelt status": (
        "name: x\nwithdrawals:\n  - {host: ROU, troops: 1, from: 2026Q1, status: consdered}\n",
        "x.yaml:3: withdrawals.0.status: unknown status 'consdered'. Did you mean 'considered'?",
    ),
    "status a number": (
        "name: x\nwithdrawals: [{host: ROU, troops: 1, from: 2026Q1, status: 3}]\n",
        "withdrawals.0.status: 3 does not fit.",
    ),
    "unknown reading": (
        "name: x\nreading: strickt\n",
        "x.yaml:2: reading: unknown reading 'strickt'. Did you mean 'strict'?",
    ),
    "unknown reading of a fact": (
        eastern("fact: eastern-withdrawal, reading: losse"),
        "x.yaml:4: withdrawals.0.troops.reading: unknown reading 'losse'. Did you mean 'loose'?",
    ),
    "misspelt fact": (
        eastern("fcat: eastern-withdrawal"),
        "x.yaml:4: withdrawals.0.troops: unknown key 'fcat'. Did you mean 'fact'?",
    ),
    "no fact": (eastern("reading: strict"), "withdrawals.0.troops: names no fact. Write {fact: id}."),
    "fact a list": (eastern("fact: [a]"), "withdrawals.0.troops: unknown fact \"['a']\"."),
    "reading and factor": (
        eastern("fact: eastern-withdrawal, reading: strict, factor: 1"),
        "withdrawals.0.troops: has a reading and a factor, which takes its place. Write one of the two.",
    ),
    "odd factor": (
        eastern("fact: eastern-withdrawal, factor: {gamma: [1, 2]}"),
        "withdrawals.0.troops.factor: no distribution. Write one of uniform, triangular, normal",
    ),
    "negative factor": (
        eastern("fact: eastern-withdrawal, factor: {uniform: [-1, 1]}"),
        "withdrawals.0.troops.factor: reaches from -1 to 1. A factor takes 0 to 20.",
    ),
    "factor in words": (
        eastern("fact: eastern-withdrawal, factor: half"),
        "withdrawals.0.troops.factor: 'half' is no factor. Write a number, or {uniform: [0.5, 1]}.",
    ),
    "infinite factor": (
        eastern("fact: eastern-withdrawal, factor: .inf"),
        "withdrawals.0.troops.factor: reaches from inf to inf.",
    ),
    "triangular with two": (
        eastern("fact: eastern-withdrawal, factor: {triangular: [0, 1]}"),
        "triangular has 2 numbers. Write three numbers.",
    ),
    "triangular out of order": (
        eastern("fact: eastern-withdrawal, factor: {triangular: [0, 1, 0.5]}"),
        "triangular falls. Write its lower end, its peak and its upper end in rising order.",
    ),
    "printed number above the stock": (
        eastern("fact: eastern-withdrawal", hosts="ROU"),
        "withdrawals.0.troops: 10,000 is more than the 1,697 in ROU. Write less.",
    ),
    "hedge wholly above the stock": (
        eastern("fact: first-term-withdrawals", hosts="ROU"),
        "withdrawals.0.troops: 2,000 is more than the 1,697 in ROU. Write less.",
    ),
    "lever of another unit": (
        "name: x\nlevers:\n  threshold: {fact: border-total}\n",
        "x.yaml:3: levers.threshold: the fact 'border-total' gives no number in % of GDP. Choose one that does: ",
    ),
    "lever without facts in its unit": (
        "name: x\nlevers: {congress: {fact: border-total}}\n",
        "levers.congress: the fact 'border-total' gives no number in 0 to 1. Write a number.",
    ),
    "hedged lever": (
        "name: x\nlevers: {border: {fact: border-increase}}\n",
        "levers.border: the fact 'border-increase' has another number in each world ('some', default reading: "
        "triangular 0.95 to 1.05, peak 1), and a lever has one for all. Write reading: strict or factor: 1.",
    ),
    "lever that a reading makes uncertain": (
        "name: x\nreading: loose\nlevers: {threshold: {fact: spending-demand}}\n",
        "x.yaml:3: levers.threshold: the fact 'spending-demand' has another number in each world ('exact', loose read",
    ),
    "lever with a wide factor": (
        "name: x\nlevers: {border: {fact: border-increase, factor: {uniform: [0, 1]}}}\n",
        "(its factor: uniform 0 to 1), and a lever has one for all.",
    ),
    "fact beyond the lever": (
        "name: x\nlevers: {threshold: {fact: spending-demand, factor: 2}}\n",
        "levers.threshold: 10 is out of range. It takes 0 to 6 % of GDP.",
    ),
    "hedged fact on a path": (
        "name: x\nevents:\n  - {from: 2026Q1, levers: {border: {2027Q1: {fact: border-increase}}}}\n",
        "x.yaml:3: events.0.levers.border.2027Q1: the fact 'border-increase' has another number",
    ),
    "misspelt fact of a lever": (
        "name: x\nlevers: {border: {fct: border-total}}\n",
        "levers.border: unknown key 'fct'. Did you mean 'fact'?",
    ),
    "text on a path": ("name: x\nlevers: {pledge: {2026Q1: 2%}}\n", "levers.pledge.2026Q1: '2%' is no number."),
    "unknown strategy": ("name: x\nstrategies: {HUN: FreeRidr}\n", "unknown strategy 'FreeRidr'. Did you mean 'Fre"),
    "unknown ally": ("name: x\nstrategies: {HUNG: FreeRider}\n", "strategies.HUNG: unknown ally."),
    "unknown school": (
        "name: x\nschool: denail\n",
        "x.yaml:2: school: unknown school 'denail'. Did you mean 'denial'?",
    ),
    "unknown uncertainty": ("name: x\nuncertainties: {ancor: 0.1}\n", "unknown uncertainty. Did you mean 'anchor'?"),
    "wide uncertainty": ("name: x\nuncertainties: {anchor: 3}\n", "uncertainties.anchor: 3 is out of range."),
    "odd prior": ("name: x\nuncertainties: {anchor: {gamma: [1, 2]}}\n", "Write one of uniform"),
    "wide prior": ("name: x\nuncertainties: {anchor: {uniform: [0.1, 7]}}\n", "reaches from 0.1 to 7."),
    "falling prior": (
        "name: x\nuncertainties: {anchor: {uniform: [0.2, 0.1]}}\n",
        "uniform falls. Write its lower end first",
    ),
    "half a quarter": ("name: x\nuncertainties: {lag: 2.5}\n", "uncertainties.lag: 2.5 is no whole number."),
    "spread of a count": ("name: x\nuncertainties: {lag: {uniform: [2, 4]}}\n", "lag: counts quarters. Write a whole"),
    "unknown document": ("name: x\ndocuments: [spending]\n", "documents.0: unknown fact 'spending'."),
    "no parent": (
        "name: x\nextends: baselin\n",
        "x.yaml:2: extends: baselin: no such scenario. Did you mean 'baseline'?",
    ),
    "missing parent file": ("name: x\nextends: other.yaml\n", "x.yaml:2: extends: no such file"),
    "no name": ("about: y\n", "name: is missing."),
    "name a number": ("name: 3\n", "x.yaml:1: name: 3 does not fit."),
    "key twice": ("name: x\nname: y\n", "x.yaml:2: name: stands twice."),
    "truncated": ("name: x\nlevers: {threshold: 3,\n", "this is no YAML"),
    "a list": ("- a\n- b\n", "x.yaml:1: holds no keys."),
    "empty": ("", "is empty."),
    "anchor": ("name: &n x\nabout: *n\n", "x.yaml:1: uses an anchor, alias or tag"),
    "tag": ("name: !!python/object:os.system x\n", "x.yaml:1: uses an anchor, alias or tag"),
    "deep": ("name: x\nlevers: " + "{a: " * 400 + "1" + "}" * 400 + "\n", "deep"),
    "very deep": ("name: x\nlevers: " + "[" * 20_000 + "\n", "x.yaml"),
    "million entries": ("name: x\ndocuments: [" + "a, " * 1_000_000 + "a]\n", "bytes. Write at most"),
    "many entries": ("name: x\ndocuments: [" + "a, " * 12_000 + "a]\n", "too much or too deep"),
    "NUL": ("name: x\0\n", "is no text."),
}


@pytest.mark.parametrize(("text", "message"), STRUCTURE.values(), ids=STRUCTURE)
def test_bad_input_says_where_what_and_what_would_be_right(tmp_path, text, message):
    found = problems(written(tmp_path, text))
    assert message in "\n".join(found)
    for line in found:
        assert "x.yaml" in line
        assert "\n" not in line
        assert PROBLEM.match(line), line


def test_a_yaml_bomb_is_refused_at_once(tmp_path):
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert "anchor" in problems(written(tmp_path, bomb))[0]


def test_a_binary_file_a_folder_and_a_missing_file_are_named(tmp_path):
    (tmp_path / "b.yaml").write_bytes(bytes(range(256)))
    assert "is no text" in problems(tmp_path / "b.yaml")[0]
    assert "is a folder" in problems(tmp_path)[0]
    assert "no such file" in problems(tmp_path / "none.yaml")[0]


def test_scenarios_that_extend_each_other_in_a_circle_are_refused(tmp_path):
    written(tmp_path, "name: a\nextends: b.yaml\n", "a.yaml")
    written(tmp_path, "name: b\nextends: c.yaml\n", "b.yaml")
    written(tmp_path, "name: c\nextends: a.yaml\n", "c.yaml")
    assert "a → b → c → a" in problems(tmp_path / "a.yaml")[0]


def test_all_problems_are_told_at_once(tmp_path):
    text = "name: x\nlevrs: {}\nlevers: {threshold: 99, grace: a}\nschool: no\nevents: [{form: 2026Q1}]\n"
    found = problems(written(tmp_path, text))
    words = ["levrs", "levers.threshold", "levers.grace", "school", "events.0.form", "events.0.from"]
    assert [any(word in line for line in found) for word in words] == [True] * len(words)


def test_an_inherited_problem_names_the_file_it_stands_in(tmp_path):
    written(tmp_path, "name: a\nlevers: {threshold: 99}\n", "a.yaml")
    assert "a.yaml:2" in problems(written(tmp_path, "name: b\nextends: a.yaml\n", "b.yaml"))[0]


def test_yaml_1_2_keeps_no_as_text_and_reads_exponents(tmp_path):
    path = written(tmp_path, "name: NO\nuncertainties: {anchor: 1e-1}\n")
    scenario = sim.load_scenario(path)
    assert scenario.name == "NO"
    assert scenario.uncertainties["anchor"] == 0.1


@pytest.mark.parametrize("change", [{"threshold": 9}, {"threshold": float("nan")}, {"treshold": 3}, {"grace": "1"}])
def test_levers_set_from_python_are_checked(change):
    with pytest.raises(sim.ScenarioError, match="with_levers: levers"):
        sim.load_scenario("baseline").with_levers(**change)


@pytest.mark.parametrize("worlds", [0, -1, 1.5, True, "10", 10**9])
def test_worlds_are_a_whole_number_from_one(worlds):
    with pytest.raises(sim.InputError, match=r"worlds: .* It takes a whole number from 1"):
        sim.run(sim.load_scenario("baseline"), worlds)


@pytest.mark.parametrize("simulate", [sim.run, sim.ensemble.run_outcomes])
def test_results_that_no_machine_can_hold_are_refused_at_once(simulate):
    with pytest.raises(sim.InputError, match=r"worlds: 10,000,000 would take .* GiB\. Run at most "):
        simulate(sim.load_scenario("baseline"), 10_000_000)


@pytest.mark.parametrize("seed", [-1, 0.5, 2**63])
def test_a_seed_is_a_whole_number_from_nought(seed):
    with pytest.raises(sim.InputError, match="seed: "):
        sim.run(sim.load_scenario("baseline"), 1, seed)


def test_unknown_variables_and_outcomes_are_named():
    scenario = sim.load_scenario("baseline")
    with pytest.raises(sim.InputError, match=r"keep: unknown name 'shar'\. Did you mean 'share'\?"):
        sim.run(scenario, 1, keep=("shar",))
    data = sim.run(scenario, 2, keep=("share",))
    with pytest.raises(sim.InputError, match=r"unknown name 'rsk'\. Did you mean 'risk'\?"):
        sim.outcomes(data, ["rsk"])
    with pytest.raises(sim.InputError, match="risk needs hazard"):
        sim.outcomes(data, ["risk"])


def test_the_schema_knows_every_lever_and_uncertainty_with_its_range():
    made = json.loads(json.dumps(schema()))
    assert set(made["properties"]["levers"]["properties"]) == set(levers())
    assert set(made["properties"]["uncertainties"]["properties"]) == set(uncertainties())
    threshold = made["properties"]["levers"]["properties"]["threshold"]["anyOf"][0]
    assert (threshold["minimum"], threshold["maximum"]) == (0, 6)


def test_every_source_of_a_declaration_can_be_cited():
    from sim import facts
    from sim.params import declarations

    for declared in declarations():
        assert declared.evidence in ("E", "D", "X"), declared.name
        assert declared.unit, declared.name
        assert declared.about, declared.name
        assert declared.source, declared.name
        for key in declared.source:
            assert facts.cite(key), (declared.name, key)


def test_a_baseline_is_played_in_the_world_that_the_scenario_assumes():
    """Only policies are compared: a stress of the world is put on both sides."""
    stressed = sim.load_scenario("hesitant-europe").with_school("denial").with_horizon(end="2030Q4")
    base = sim.load_scenario("baseline").under(stressed)
    assert base.plan().nature == stressed.plan().nature != sim.load_scenario("baseline").plan().nature
    assert base.plan().levers["conditionality"].max() == 0
    both = sim.compare(sim.run(base, 4), sim.run(stressed, 4))
    assert both.attrs["worlds"] == 4


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_asks_a_question_and_says_what_it_assumes(name):
    scenario = sim.load_scenario(name)
    assert scenario.question.endswith("?")
    assert len(scenario.about) > 60
    assert scenario.documents


def test_many_bad_events_are_all_told(tmp_path):
    """The ninth and the tenth are left out one by one, and nothing else."""
    good = "  - {from: 2026Q1, levers: {pledge: 3.0}}\n"
    bad = "  - {from: 2026Q1, levers: {pledge: 3.0}, odd: 1}\n"
    path = written(tmp_path, "name: Many\nevents:\n" + good * 9 + bad * 2)
    with pytest.raises(sim.ScenarioError) as error:
        sim.load_scenario(path)
    assert len(error.value.problems) == 2


@pytest.mark.parametrize(
    "line", ["levers: {threshold: 1" + "0" * 400 + "}", "uncertainties: {anchor: 1" + "0" * 400 + "}"]
)
def test_a_number_beyond_all_floats_is_refused_in_a_line(tmp_path, line):
    with pytest.raises(sim.ScenarioError, match=r"x\.yaml:2: "):
        sim.load_scenario(written(tmp_path, f"name: Huge\n{line}\n"))
