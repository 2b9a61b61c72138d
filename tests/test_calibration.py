"""Calibration: the likelihood is that of the rules, a fit finds what made the budgets, a stopped run goes on."""

import json
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from scipy.integrate import quad

from sim import posterior
from sim.analysis import calibration as C
from sim.analysis import hindcast as H
from sim.errors import InputError
from sim.params import gather, uncertainties
from sim.plan import Plan
from sim.posterior import Posterior
from sim.rules import burden
from sim.scenario import load_scenario

TRUTH = {"volatility": 0.08, "common_share": 0.15, "drift": 0.01, "threat_drift": 0.2, "pledge_lift": 0.08}


@pytest.fixture(scope="module")
def panel():
    return C.changes(2024)


def one_budget(before, after, pledged=1.0):
    """The budget of one ally in one year."""
    one = np.ones((1, 1))
    return C.Changes((2015,), before * one, after * one, 0.5 * one, np.array([1500.0]), np.zeros(1), pledged * one)


def density(before, pledged=1.0, **values):
    return lambda after: float(np.exp(C.Likelihood(one_budget(before, after, pledged))({**TRUTH, **values})))


# --- the data -----------------------------------------------------------------------------------------------------


def test_the_changes_are_those_of_the_tables(panel):
    assert panel.before.shape == panel.after.shape == (10, 30)
    assert panel.years == tuple(range(2015, 2025))
    assert np.array_equal(panel.before[1:], panel.after[:-1])
    assert list(panel.threat_quarters) == [0, 0, 0, 0, 0, 0, 0, 0, 5, 9]
    assert panel.pledged.sum(axis=1).tolist() == [26, 26, 27, 27, 27, 28, 28, 28, 29, 30]


def test_an_earlier_fit_sees_no_later_year(panel):
    early = C.changes(2018)
    assert early.years[-1] == 2018
    assert np.array_equal(early.after, panel.after[:4])
    assert C.Likelihood(early)(TRUTH) != C.Likelihood(panel)(TRUTH)


# --- the likelihood -----------------------------------------------------------------------------------------------


def test_it_is_a_distribution_with_a_mass_on_the_line():
    """Everything that can happen to a budget has probability 1: below the line, on it and above."""
    found = density(1.95)
    edge = C.ON_THE_LINE
    below = quad(found, 0.3, 2.0 - edge, limit=400, points=[1.8, 1.9, 1.95])[0]
    above = quad(found, 2.0 + edge, 6.0, limit=400, points=[2.05, 2.2, 2.6])[0]
    on = found(2.0) * 2.0 * edge
    assert below + on + above == pytest.approx(1.0, abs=0.01)


def test_no_pledge_no_mass():
    bound, free = density(1.95), density(1.95, pledged=0.0)
    assert bound(2.0) > 5.0 * free(2.0)
    assert quad(free, 0.3, 6.0, limit=400, points=[1.8, 1.95, 2.1])[0] == pytest.approx(1.0, abs=0.01)


def test_without_lift_the_pledge_does_not_matter():
    tiny = float(uncertainties()["pledge_lift"].prior.low) * 1e-3
    for after in (1.2, 1.6, 2.3):
        assert density(1.5, pledge_lift=tiny)(after) == pytest.approx(density(1.5, pledged=0.0)(after), rel=1e-3)


@pytest.mark.parametrize("before", [1.3, 1.95, 2.6])
def test_it_agrees_with_budgets_that_the_rules_decide(before):
    """Frequencies of simulated budgets in bins, against the integrated density."""
    count = 40_000
    like = one_budget(before, before)
    many = like._replace(
        before=np.full((1, count), before), after=np.full((1, count), before), debt=np.full((1, count), 0.5),
        distance=np.full(count, 1500.0), pledged=np.ones((1, count)),
    )  # fmt: skip
    simulated = np.concatenate(
        [C.made_up(many._replace(**{k: getattr(many, k)[:, :50] for k in ("before", "after", "debt", "pledged")},
                                 distance=many.distance[:50]), TRUTH, seed).after[0] for seed in range(800)]
    )  # fmt: skip
    found = density(before)
    for low, high in ((0.6, 0.85), (0.85, 0.95), (0.95, 0.99), (1.01, 1.1), (1.1, 1.4)):
        low, high = low * max(before, 1.9), high * max(before, 1.9)
        if low < 2.0 < high:
            continue
        expected = quad(found, low, high, limit=200)[0]
        seen = ((simulated >= low) & (simulated < high)).mean()
        assert seen == pytest.approx(expected, abs=0.012)


def test_years_of_one_common_shock_are_likelier_with_a_common_factor(panel):
    together = C.made_up(panel, {**TRUTH, "common_share": 0.5}, seed=1)
    alone = C.made_up(panel, {**TRUTH, "common_share": 0.001}, seed=1)
    for made, better, worse in ((together, 0.5, 0.01), (alone, 0.01, 0.5)):
        like = C.Likelihood(made)
        assert like({**TRUTH, "common_share": better}) > like({**TRUTH, "common_share": worse})


def test_finer_nodes_change_nothing_that_matters(panel, monkeypatch):
    like = C.Likelihood(panel)
    rough = like(TRUTH)
    monkeypatch.setattr(C, "SHOCKS", np.linspace(-4.0, 4.0, 161))
    monkeypatch.setattr(C, "REGIMES", 41)
    assert like(TRUTH) == pytest.approx(rough, abs=0.02)


def test_the_spread_of_the_rule_is_that_of_the_likelihood():
    """The variance of the rule's own shock is what the declared share of variance says."""
    p = gather(TRUTH).burden
    assert burden.unit_spread() ** 2 == pytest.approx(burden.FREEDOM / (burden.FREEDOM - 2.0))
    draw = np.random.default_rng(0).standard_t(burden.FREEDOM, 1000) / burden.unit_spread()
    from sim.state import Shock

    own = burden.surprise(Shock(own=draw, common=np.zeros(1000)), p)
    scale = p.volatility * np.sqrt(1.0 - p.common_share)
    assert own == pytest.approx(draw * burden.unit_spread() * scale)


# --- fits ---------------------------------------------------------------------------------------------------------


def test_coordinates_and_values_are_inverse():
    for name in C.ESTIMATED:
        for u in (-2.0, 0.0, 1.3):
            value = C.natural([name], np.array([u]))[name]
            assert C.coordinate(name, value) == pytest.approx(u, abs=1e-3), name


def test_the_maximum_is_one(panel):
    found = C.fit(C.Likelihood(panel))
    best = found.likelihood(found.values) - 0.5 * found.best @ found.best
    for k in range(len(found.best)):
        for step in (-0.1, 0.1):
            u = found.best.copy()
            u[k] += step
            assert found.likelihood(C.natural(found.names, u)) - 0.5 * u @ u < best + 1e-6


def test_parameters_that_made_the_budgets_are_found_again(panel):
    """Six made-up panels from six draws of the prior: 90% intervals hold the truth about nine times in ten.

    `benchmarks/recovery.py` does the same with as many as one likes.
    """
    held = []
    for seed in range(6):
        truth = C.natural(C.ESTIMATED, np.random.default_rng(500 + seed).standard_normal(len(C.ESTIMATED)))
        found = C.fit(C.Likelihood(C.made_up(panel, truth, seed)))
        drawn = C.sample(found, 400, steps=90, seed=seed)
        for name in C.ESTIMATED:
            low, _, high = drawn.quantiles(name)
            held.append(low <= truth[name] <= high)
    assert len(held) == 30
    assert sum(held) >= 22  # at 90% each, fewer come up twice in a thousand times


def test_a_wrong_likelihood_would_be_noticed(panel, monkeypatch):
    """The recovery test can fail: with shocks taken for half as large, the scale is not found."""
    truth = dict(TRUTH)
    made = C.made_up(panel, truth, 3)
    right = C.fit(C.Likelihood(made)).draws(300).quantiles("volatility")
    monkeypatch.setattr(burden, "unit_spread", lambda: 1.0)
    monkeypatch.setattr(C, "_t_height", lambda: 0.4)
    monkeypatch.setattr(burden, "FREEDOM", 300.0)
    wrong = C.fit(C.Likelihood(made)).draws(300).quantiles("volatility")
    assert right[0] < truth["volatility"] < right[2]
    assert not wrong[0] < truth["volatility"] < wrong[2]


def test_laplace_is_near_the_sampler_where_the_data_say_much(panel):
    found = C.fit(C.Likelihood(panel))
    flat, walked = found.draws(2000), posterior.fits()[2024]
    assert flat.quantiles("volatility")[1] == pytest.approx(walked.quantiles("volatility")[1], rel=0.05)
    for name in C.ESTIMATED:
        low, _, high = walked.quantiles(name)
        assert low < flat.quantiles(name)[1] < high, name


# --- files --------------------------------------------------------------------------------------------------------


class Stopped(Exception):
    pass


def test_a_stopped_calibration_goes_on_where_it_stood(tmp_path):
    def calibrate(folder, progress=None):
        return C.calibrated((2017, 2018), folder, draws=20, steps=36, seed=1, progress=progress)

    def stop(done, all_):
        if done > 40:
            raise Stopped

    whole = calibrate(tmp_path / "whole")
    with pytest.raises(Stopped):
        calibrate(tmp_path / "halves", stop)
    assert not (tmp_path / "halves" / posterior.TABLE).exists()
    seen = []
    again = calibrate(tmp_path / "halves", lambda done, all_: seen.append(done))
    assert min(seen) > 36  # the first year was kept
    for year in whole:
        assert np.array_equal(whole[year].rows, again[year].rows)
    for name in (posterior.TABLE, posterior.MANIFEST):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "halves" / name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "halves").iterdir()) == [posterior.TABLE, posterior.MANIFEST]


def test_the_shipped_draws_are_of_this_data_and_code():
    about = posterior.manifest()
    for year in C.YEARS:
        assert about["made_from"][str(year)] == C.key(year, about["draws"], about["steps"], about["seed"])
        assert len(posterior.fits()[year].rows) == about["draws"]
    assert set(posterior.fits()) == set(C.YEARS)


def test_the_shipped_draws_lie_in_their_priors():
    for drawn in posterior.fits().values():
        assert drawn.names == C.ESTIMATED
        for name in drawn.names:
            prior, column = uncertainties()[name].prior, drawn.column(name)
            assert column.min() >= prior.low * 0.9999 - 1e-9
            assert column.max() <= prior.high * 1.0001 + 1e-9
            assert uncertainties()[name].evidence == "E"


def test_what_is_not_identified_is_said():
    rows = {row["name"]: row for row in posterior.manifest()["identified"]}
    assert rows["volatility"]["verdict"] == "identified"
    assert rows["new_government_cut"]["verdict"] == rows["saturation"]["verdict"] == "not identified"
    text = C.identification_text(list(rows.values()))
    assert all(name in text for name in rows)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "until,x\n2020,nan\n", "until,x\n2020,much\n"])
def test_a_bad_table_of_draws_is_refused(tmp_path, text):
    (tmp_path / "draws.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="article5 calibrate"):
        posterior.read(tmp_path / "draws.csv")


def test_a_table_of_draws_is_read_as_written(tmp_path):
    drawn = Posterior(("drift", "volatility"), np.array([[0.012345, 0.07], [-0.01, 0.08]]))
    (tmp_path / "draws.csv").write_text(posterior.written({2020: drawn}), encoding="utf-8")
    again = posterior.read(tmp_path / "draws.csv")[2020]
    assert again.names == drawn.names
    assert again.rows == pytest.approx(drawn.rows)


# --- draws in ensembles -------------------------------------------------------------------------------------------


def plan(**changes) -> Plan:
    scenario = load_scenario("baseline")
    return (scenario.with_uncertainties(**changes) if changes else scenario).plan()


def test_worlds_take_whole_rows():
    drawn = plan().params(0, range(50)).burden
    rows = {tuple(np.round(row, 12)) for row in posterior.shipped().rows}
    columns = np.concatenate([getattr(drawn, name) for name in posterior.shipped().names], axis=1)
    assert all(tuple(np.round(row, 12)) in rows for row in columns)
    assert len({tuple(row) for row in columns}) > 30


def test_what_a_scenario_sets_goes_before_the_draws():
    fixed = plan(drift=0.01).params(0, range(20)).burden
    free = plan().params(0, range(20)).burden
    assert float(fixed.drift) == 0.01
    assert np.array_equal(fixed.volatility, free.volatility)


def test_priors_alone_on_demand():
    scenario = load_scenario("baseline").with_estimates("prior")
    assert scenario.plan().posterior is None
    assert scenario.plan().fingerprint != plan().fingerprint
    assert scenario.plan().nature != plan().nature
    wide = scenario.plan().params(0, range(2000)).burden.volatility
    assert wide.std() > 3.0 * plan().params(0, range(2000)).burden.volatility.std()


def test_draws_of_a_world_do_not_depend_on_its_company():
    alone = plan().params(3, [17]).burden.drift
    assert alone[0, 0] == plan().params(3, range(40)).burden.drift[17, 0]


def test_the_manifest_names_command_and_data():
    about = json.loads((posterior.evidence_dir() / posterior.MANIFEST).read_text(encoding="utf-8"))
    assert about["command"].startswith("article5 calibrate ")
    assert "/" not in about["command"]


# --- the simulator and the likelihood are one model ---------------------------------------------------------------


@pytest.fixture(scope="module")
def played():
    """Shares at the end of 2024 in 20,000 worlds that start in 2024Q1, with every uncertainty of the budget fixed."""
    held = {n: u.prior.median for n, u in uncertainties().items() if u.group == "burden"}
    held |= {**TRUTH, "lift_volatility": 0.01, "help_elasticity": 0.0, "host_elasticity": 0.0}
    held |= {n: uncertainties()[n].prior.median for n in ("distance_scale", "strength_start", "regeneration_time")}
    plan = replace(H.plan_at(2023, 1, None), priors={**held, "war_end": 0.0})
    return dict(zip(H.with_forces(), H.simulated(plan, 20_000).share[0], strict=True))


@pytest.mark.parametrize("ally", ["POL", "FIN", "ITA", "FRA", "LVA"])
def test_the_likelihood_is_that_of_what_is_played(panel, played, ally):
    k = H.with_forces().index(ally)
    row = C.Changes(
        (2024,), *(getattr(panel, name)[-1:, k : k + 1] for name in ("before", "after", "debt")),
        panel.distance[k : k + 1], panel.threat_quarters[-1:], panel.pledged[-1:, k : k + 1],
    )  # fmt: skip
    fixed = {"lift_volatility": 0.01, "help_elasticity": 0.0, "host_elasticity": 0.0}

    def found(after):
        return float(np.exp(C.Likelihood(row._replace(after=np.full((1, 1), after)), fixed=fixed)(TRUTH)))

    now = float(row.before[0, 0])
    for low, high in ((0.7, 0.95), (0.95, 1.0), (1.0, 1.05), (1.05, 1.3)):
        low, high = low * now, high * now
        expected = quad(found, low, high, limit=300, points=[x for x in (1.995, 2.005) if low < x < high] or None)[0]
        seen = np.mean((played[ally] >= low) & (played[ally] < high))
        assert seen == pytest.approx(expected, abs=0.015), (low, high)


def test_the_manifest_seals_the_draws():
    table = (posterior.evidence_dir() / posterior.TABLE).read_bytes()
    assert posterior.manifest()["sha256"] == sha256(table).hexdigest()


def test_a_finished_calibration_is_not_made_again(tmp_path):
    C.calibrated((2017,), tmp_path, draws=12, steps=30, seed=2)
    seen = []
    C.calibrated((2017,), tmp_path, draws=12, steps=30, seed=2, progress=lambda done, all_: seen.append(done))
    assert not seen
    C.calibrated((2017,), tmp_path, draws=12, steps=30, seed=3, progress=lambda done, all_: seen.append(done))
    assert seen


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "there").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="folder"):
        C.calibrated((2017,), tmp_path / "there", draws=12, steps=30)


def test_other_figures_are_fitted_on_demand(tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("iso3,year,share_of_gdp_pct\nPOL,2017,2.5\n", encoding="utf-8")
    made, own = C.changes(2018, table=table), C.changes(2018)
    k = H.with_forces().index("POL")
    assert made.after[2, k] == made.before[3, k] == 2.5
    assert (made.after != own.after).sum() == 1
    assert C.key(2018, 10, 30, 0, table) != C.key(2018, 10, 30, 0)
    assert C.key(2016, 10, 30, 0, table) == C.key(2016, 10, 30, 0)
