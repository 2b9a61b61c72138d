"""Certificates: laws held near a scenario, the same each time, and a wrong rule is found with its example."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.cli import main
from sim.laws import ELSEWHERE, LAWS, Recalled, certificate, law, search
from sim.laws.certificate import certify, repeat
from sim.laws.neighbourhood import TENTH, differences, neighbours
from sim.params import levers, uncertainties
from sim.priors import Integers
from sim.rules import posture
from sim.scenario import load_scenario, scenario_names

ROOT = Path(__file__).parents[1]
POSTURE = "no_soldier_is_lost"
FEW = (POSTURE, "compliance_answers_threshold_and_report", "recording_less_changes_nothing")


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def few(monkeypatch):
    """Only some laws, so that a certificate is quick."""
    for name in [name for name in LAWS if name not in FEW]:
        monkeypatch.delitem(LAWS, name)


@pytest.fixture
def leak(monkeypatch):
    """A wrong rule: of the soldiers who set out for new hosts, one in a hundred is lost."""
    right = posture.dispatched
    monkeypatch.setattr(posture, "dispatched", lambda in_transit, inward, lag: right(in_transit, 0.99 * inward, lag))


# --- what a certificate says --------------------------------------------------------------------------------


def test_every_law_that_can_be_stated_near_a_scenario_is_checked_and_no_other_is_claimed():
    found = json.loads(call("certificate", "conditional-article5", "--examples", 1, "--json").stdout)
    results = {(line["name"], line["result"]) for line in found["laws"] if line["number"] not in ELSEWHERE}
    assert results == {(name, "holds") for name in LAWS}
    others = [line for line in found["laws"] if line["number"] in ELSEWHERE]
    assert len(others) == len(ELSEWHERE)
    assert all(line["result"] == "not local" and line["examples"] == 0 for line in others)
    assert [line["number"] for line in found["laws"]] == sorted(line["number"] for line in found["laws"])
    assert {line["number"] for line in found["laws"]} >= set(range(1, 36))


@pytest.mark.usefixtures("few")
def test_a_certificate_says_what_was_checked_and_how_to_repeat_it():
    result = call("certificate", "conditional-article5", "--examples", 3, "--seed", 5)
    found = json.loads(call("certificate", "conditional-article5", "--examples", 3, "--seed", 5, "--json").stdout)
    assert result.exit_code == 0
    assert found["holds"] is True
    assert found["plan"] == load_scenario("conditional-article5").plan().fingerprint
    assert (found["seed"], found["examples"], found["numpy"]) == (5, 3, np.__version__)
    assert found["command"] == "article5 certificate conditional-article5 --examples 3 --seed 5"
    assert all(line["examples"] == 3 for line in found["laws"] if line["result"] == "holds")
    for words in ("All 3 laws hold.", "No soldier is lost", found["plan"], found["command"], "not local"):
        assert words in result.stdout


@pytest.mark.usefixtures("few")
def test_out_writes_both_files_with_what_is_printed(tmp_path):
    result = call("certificate", "placebo", "--examples", 2, "--out", tmp_path / "deep" / "new")
    assert result.exit_code == 0, result.stderr
    assert {path.name for path in (tmp_path / "deep" / "new").iterdir()} == set(certificate.FILES)
    assert (tmp_path / "deep" / "new" / "certificate.md").read_text(encoding="utf-8") == result.stdout
    assert json.loads((tmp_path / "deep" / "new" / "certificate.json").read_text(encoding="utf-8"))["holds"] is True
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["new"]


def test_the_same_command_gives_the_same_bytes_and_leaves_nothing_else_behind(tmp_path):
    """In processes of their own, whatever Python's hashes, with an example that is found and simplified."""
    wrong = (
        "import sys; from sim.rules import posture; right = posture.dispatched\n"
        "posture.dispatched = lambda in_transit, inward, lag: right(in_transit, 0.99 * inward, lag)\n"
        "from sim.laws import LAWS\n"
        f"for name in set(LAWS) - set({FEW}): del LAWS[name]\n"
        "from sim.cli import main; main()"
    )
    for name in ("one", "two"):
        words = ["certificate", "conditional-article5", "--examples", "15", "--seed", "3", "--out", name]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(len(name) + ord(name[0]))}
        done = subprocess.run([sys.executable, "-c", wrong, *words], cwd=tmp_path, env=env, capture_output=True)
        assert done.returncode == 1, done.stderr
    for name in certificate.FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}


@pytest.mark.usefixtures("few")
def test_another_seed_tries_other_examples(monkeypatch):
    def tried(seed):
        found = []
        right = LAWS[POSTURE].check
        monkeypatch.setitem(LAWS, POSTURE, law_of(lambda plan, s, choose: found.append((plan.fingerprint, s))))
        certify("conditional-article5", 12, seed)
        monkeypatch.setitem(LAWS, POSTURE, law_of(right))
        return found

    first, again, other = tried(0), tried(0), tried(1)
    assert first == again
    assert first[0] == other[0] == (load_scenario("conditional-article5").plan().fingerprint, 0)
    assert len(set(first)) == 12
    assert not set(first[1:]) & set(other[1:])


def law_of(check):
    """A law made of a function, under the name and number of the first."""
    return certificate.Law(1, "No soldier is lost", check)


# --- a wrong rule is found ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("few", "leak")
def test_a_planted_error_is_found_told_and_can_be_repeated(tmp_path):
    result = call("certificate", "conditional-article5", "--examples", 30, "--out", tmp_path / "new")
    assert result.exit_code == 1
    found = json.loads((tmp_path / "new" / "certificate.json").read_text(encoding="utf-8"))
    assert found["holds"] is False
    (line,) = [line for line in found["laws"] if line["result"] == "fails"]
    assert (line["number"], line["name"]) == (1, POSTURE)
    assert 1 <= line["examples"] <= 30
    example = line["example"]
    assert example["problem"].startswith("soldiers at [")
    assert f"seed {example['seed']}" in example["words"]
    assert "Law 1 fails: No soldier is lost" in result.stdout
    assert "1 of 3 laws fail" in result.stdout
    (tmp_path / "example.yaml").write_text(yaml_of(result.stdout), encoding="utf-8")
    assert load_scenario(tmp_path / "example.yaml").written() == example["scenario"]
    with pytest.raises(AssertionError, match="soldiers at"):
        repeat(POSTURE, tmp_path / "example.yaml", example["seed"], example["choices"])


@pytest.mark.usefixtures("leak")
def test_an_example_is_as_simple_as_can_be():
    """One lever that moves troops is enough to lose some; nothing else differs from the scenario."""
    near = load_scenario("conditional-article5")
    found = search.search(LAWS[POSTURE], near, 60, 0, lambda: None)
    (changed,) = [words for words in differences(near, found.example.scenario) if not words.startswith("end ")]
    assert changed.split()[0] in {name for name, lever in levers().items() if lever.kind in ("posture", "congress")}
    assert found.example.seed == 0


def yaml_of(text):
    """The scenario file in a certificate for people."""
    return text.partition("```yaml\n")[2].partition("```")[0]


def broken_law(problem):
    """A law that fails where a chosen number is above ten, in one of several ways."""

    def check(plan, seed, choose):
        if choose.whole("number", 0, 1000) > 10:
            raise problem

    return certificate.Law(1, "No number is above ten", check)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (AssertionError("too large"), "too large"),
        (ZeroDivisionError("by nought"), "ZeroDivisionError: by nought"),
        (RuntimeWarning("overflow"), "RuntimeWarning: overflow"),
    ],
)
def test_a_law_that_fails_in_any_way_fails(problem, words):
    near = load_scenario("baseline")
    found = search.search(broken_law(problem), near, 50, 0, lambda: None)
    assert found.example.problem == words
    assert found.example.choices == (("number", 11),)
    assert found.example.scenario == near


@pytest.mark.parametrize("most", [0, 1, 3, 10])
def test_giving_up_on_simpler_examples_keeps_one_that_fails(most, monkeypatch):
    """However few simpler forms are tried: choices are made in some examples and not in others."""
    monkeypatch.setattr(search, "SIMPLER", most)

    def check(plan, seed, choose):
        if seed % 7 == 3 and choose.whole("number", 0, 1000) > 10:
            raise AssertionError("too large")

    found = search.search(certificate.Law(1, "", check), load_scenario("baseline"), 200, 0, lambda: None)
    assert found.example.problem == "too large"
    assert found.example.seed % 7 == 3
    assert dict(found.example.choices)["number"] > 10


@pytest.mark.parametrize("choosing", [False, True])
def test_a_law_that_fails_only_now_and_then_fails(choosing):
    """A model whose runs cannot be repeated is wrong, whatever else it does."""
    calls = []

    def check(plan, seed, choose):
        calls.append(seed)
        if choosing and len(calls) % 2:
            choose.whole("number", 0, 9)
        if choosing or len(calls) == 5:
            raise AssertionError("once")

    found = search.search(certificate.Law(1, "", check), load_scenario("baseline"), 20, 0, lambda: None)
    assert found.example.problem.startswith("The same example does not give the same each time.")


def test_a_choice_is_repeated_only_for_the_law_that_made_it():
    recalled = Recalled([("number", 3), ("place", "DEU")])
    assert recalled.whole("number", 0, 9) == 3
    with pytest.raises(ValueError, match="'ally', the example has 'place'"):
        recalled.one("ally", ("DEU",))
    with pytest.raises(sim.InputError, match="unknown 'no_soldier'"):
        repeat("no_soldier", "baseline", 0, [])


def test_two_laws_cannot_have_one_name():
    with pytest.raises(ValueError, match="two laws"):
        law(1, "Again")(LAWS[POSTURE].check)


# --- near a scenario ----------------------------------------------------------------------------------------


def path_and_events():
    """A scenario that uses everything a neighbour must carry along."""
    return (
        load_scenario("baseline")
        .with_levers(pledge={"2026Q1": 2.0, "2030Q1": 6.0}, threshold=5.9)
        .with_uncertainties(anchor=0.1, turnover={"uniform": [0.07, 0.08]})
        .with_withdrawal(["DEU"], 12_000, "2027Q1", over=8)
        .with_strategies(ITA="FreeRider")
    )


@given(st.data())
def test_a_neighbour_is_a_scenario_and_keeps_to_the_neighbourhood(data):
    """Valid by construction, levers within a tenth of their range or at an event's value, what is fixed stays fixed."""
    here = data.draw(st.one_of(st.just(path_and_events()), st.sampled_from(scenario_names()).map(load_scenario)))
    near = data.draw(neighbours(here))
    plan, old = near.plan(), here.plan()
    assert plan.quarters == old.quarters[: len(plan.quarters)]
    assert plan.strategies == old.strategies
    assert {w for w in old.withdrawals if w.start in plan.quarters} == set(plan.withdrawals)
    set_anywhere = {name for event in near.events[-2:] for name in event.levers}
    for name, lever in levers().items():
        path, before = plan.levers[name], old.levers[name][: len(plan.quarters)]
        assert np.all((path >= lever.low) & (path <= lever.high))
        moved = np.max(np.abs(path - before)) / (lever.high - lever.low)
        assert name in set_anywhere or moved <= TENTH / 100 + 1e-9
    for name, declared in uncertainties().items():
        value = near.uncertainties.get(name)
        if isinstance(here.uncertainties.get(name), (int, float)):
            assert value == here.uncertainties[name]
        elif isinstance(value, float):
            assert declared.prior.low <= value <= declared.prior.high
            assert value == int(value) or not isinstance(declared.prior, Integers)


def test_neighbours_reach_every_lever_and_school_and_most_uncertainties():
    found = []
    law_ = certificate.Law(1, "", lambda scenario, seed, choose: found.append(scenario), reads="scenario")
    here = load_scenario("conditional-article5")
    search.search(law_, here, 5 * len(uncertainties()), 0, lambda: None)
    assert found[0] == here
    assert {name for near in found for name in near.levers} == set(levers())
    assert len({name for near in found for name in near.uncertainties}) > 0.8 * len(uncertainties())
    assert {near.school for near in found} == {"all", "commitment", "mixed", "denial", "spiral"}
    assert len({near.end for near in found}) > 20


# --- bad input, and a stop ----------------------------------------------------------------------------------

BAD = {
    "scenario": (["baselin"], "baselin: no such scenario. Did you mean 'baseline'?"),
    "file": (["no-such.yaml"], "no-such.yaml: no such file."),
    "examples": (
        ["baseline", "--examples", 0],
        "examples: 0 is out of range. It takes a whole number from 1 to",
    ),
    "negative": (["baseline", "--examples", -3], "examples: -3 is out of range."),
    "seed": (["baseline", "--seed", -1], "seed: -1 is out of range."),
    "out": (["baseline", "--out", "/proc/none/x"], "/proc/none/x: cannot be written"),
    "taken": (["baseline", "--out", ROOT / "sim"], "is there already and not an empty directory"),
    "no directory": (["baseline", "--out", ROOT / "README.md" / "x"], "README.md is a file, not a directory"),
}


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD)
def test_bad_input_exits_with_2_and_one_line(words, message):
    result = call("certificate", *words)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_stop_is_clean(tmp_path):
    """Ctrl-C in the middle of a law: a line, exit status 1, nothing written."""
    slow = (
        "import signal, time; from sim.laws import LAWS, Law\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # some shells make the background deaf
        "def check(plan, seed, choose): print('checking', flush=True); time.sleep(60)\n"
        "LAWS.clear(); LAWS['check'] = Law(1, 'Takes a minute', check)\n"
        "from sim.cli import main; main()"
    )
    command = [sys.executable, "-c", slow, "certificate", "baseline", "--out", "new"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=-1, stdout=-1, text=True) as running:
        assert running.stdout.readline() == "checking\n"
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=60)
    assert (running.returncode, stdout, stderr) == (1, "", "Stopped. Nothing was written.\n")
    assert not list(tmp_path.iterdir())


def test_a_lever_that_comes_from_a_fact_has_neighbours(tmp_path):
    """A fact as a lever's value is moved like its number."""
    file = tmp_path / "mine.yaml"
    file.write_text(
        "name: Mine\nextends: baseline\n"
        "levers: {threshold: {fact: spending-guideline, factor: 1}, conditionality: 0.5}\n",
        encoding="utf-8",
    )
    assert certificate.certify(str(file), 3, 0, lambda done, of: None).holds


def test_an_example_with_choices_that_no_one_asks_for_is_refused():
    with pytest.raises(ValueError, match="belongs to another law or model"):
        certificate.repeat("no_soldier_is_lost", "baseline", 0, [["a", 1]])
