"""The tables of an answer, against a slow twin that makes them one number after another: the same to the last bit."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sim import ensemble, question
from sim.frames import ENDS
from sim.outcomes import ANY, FRONT_NAMES, FRONTS, HEADLINES, outcomes
from sim.priors import SCHOOLS
from sim.question import ASKED, BASELINE, KEPT, Question
from sim.report import WHERE_MOVED
from sim.results import QUANTILES, bands, differences, quantiles, relative_risk

QUESTIONS = (
    Question(worlds=200),
    Question("placebo", worlds=200, seed=3),
    Question("baseline", worlds=200),
    Question("policy-reversal-2029", (("conditionality", 0.3), ("threshold", 3.5)), 5000.0, worlds=200, seed=1),
)


class Twin:
    """A question played and compared step by step, nothing kept from another question."""

    def __init__(self, asked):
        scenario = asked.resolved()
        self.plan, other = scenario.plan(), question.loaded(BASELINE).under(scenario).plan()
        self.runs = [ensemble.run_years(p, asked.worlds, asked.seed, KEPT) for p in (other, self.plan)]
        self.runs[0] = self.runs[0].assign_coords(lever_threshold=self.runs[1].lever_threshold)
        self.tables = [outcomes(run, ASKED) for run in self.runs]

    def values(self, name, label=None):
        """Baseline, scenario and difference of an outcome [year, world]."""
        chosen = [t[name] if label is None else t[name].sel(label) for t in self.tables]
        first, second = (c.transpose("year", "world").values for c in chosen)
        return first, second, second - first

    def headlines(self, names):
        for name in names:
            for n, year in enumerate(self.tables[0].year.values):
                base, own, change = (v[n] for v in self.values(name))
                parts = {"": own, "base_": base, "change_": change}
                row = {"outcome": name, "year": year}
                for prefix, worlds in parts.items():
                    row |= dict(
                        zip([f"{prefix}{e}" for e in ("low", "median", "high")], np.quantile(worlds, ENDS), strict=True)
                    )
                row["up"], row["down"] = (np.mean(sign * change > 1e-9) for sign in (1, -1))
                row["identical"] = bool((np.abs(change) <= 1e-9).all())
                yield row

    def spending(self):
        first, second = (run.share for run in self.runs)
        for ally, name in zip(self.plan.roster.iso3, self.plan.roster.name, strict=True):
            for year in second.year.values:
                base, own = (run.sel(ally=ally, year=year).values for run in (first, second))
                ends = dict(zip([f"p{100 * q:g}" for q in QUANTILES], np.nanquantile(own, QUANTILES), strict=True))
                yield {"ally": name, "year": year, **ends, "base": np.nanmedian(base)}

    def troops(self):
        for host in self.tables[1].host.values:
            base, own, _ = self.values("troops_by_host", {"host": host})
            for n, year in enumerate(self.tables[1].year.values):
                yield {"year": year, "base": np.median(base[n]), "now": np.median(own[n])}

    def risks(self):
        schools = self.tables[1].school.values
        for school in [s for s in SCHOOLS if (schools == s).any()]:
            for front in (*FRONTS, ANY):
                base, own, _ = self.values("risk") if front == ANY else self.values("risk_by_front", {"front": front})
                for n, year in enumerate(self.tables[1].year.values):
                    with np.errstate(divide="ignore", invalid="ignore"):
                        ratio = np.where((base[n] == 0) & (own[n] == 0), 1.0, own[n] / base[n])
                    low, median, high = np.nanquantile(ratio[schools == school], ENDS)
                    yield dict(
                        school=school, front=FRONT_NAMES[front], year=year, low=low, median=median, high=high,
                    )  # fmt: skip


def same(table, rows):
    """A table has these rows, in this order, to the last bit."""
    twin = pd.DataFrame(list(rows))
    columns = list(twin.columns)
    pd.testing.assert_frame_equal(table[columns].reset_index(drop=True), twin, check_exact=True, check_dtype=False)


@pytest.fixture(scope="module", params=QUESTIONS, ids=lambda asked: asked.scenario)
def pair(request):
    return question.answer(request.param), Twin(request.param)


def test_headlines(pair):
    found, twin = pair
    same(found.headlines, twin.headlines(HEADLINES))
    same(found.others, twin.headlines(WHERE_MOVED))


def test_spending(pair):
    found, twin = pair
    same(found.spending[found.spending.observed.isna()], twin.spending())


def test_troops(pair):
    found, twin = pair
    same(found.troops, twin.troops())


def test_risks(pair):
    found, twin = pair
    same(found.risks, twin.risks())


def test_an_answer_does_not_hang_on_what_was_asked_before():
    """The baseline is kept between questions, but for what the scenario's threshold changes in it."""
    first = Question(levers=(("threshold", 2.5),), worlds=200)
    once = question.answer(first)
    question.answer(Question(levers=(("threshold", 4.0),), worlds=200))
    again = question.answer(first)
    question._reference.cache.clear()
    anew = question.answer(first)
    for name in ("headlines", "others", "by_ally", "spending", "troops", "risks"):
        pd.testing.assert_frame_equal(getattr(once, name), getattr(again, name), check_exact=True)
        pd.testing.assert_frame_equal(getattr(once, name), getattr(anew, name), check_exact=True)


class Stopped(BaseException):
    """Raised where progress is told, as a cancel is."""


def test_an_answer_tells_how_far_it_is_and_can_be_stopped_between_blocks(monkeypatch):
    monkeypatch.setattr(ensemble, "BLOCK", 64)
    monkeypatch.setattr(ensemble.blocks, "__defaults__", (64,))
    asked, told = Question(worlds=200, seed=77), []

    def stop(done, whole):
        told.append((done, whole))
        if done == 264:
            raise Stopped

    with pytest.raises(Stopped):
        question.answer(asked, progress=stop)
    assert told == [(n, 400) for n in (0, 64, 128, 192, 200, 264)]
    told.clear()
    found = question.answer(asked, progress=lambda done, whole: told.append(done))
    assert told == [200, 264, 328, 392], "the baseline is kept"
    monkeypatch.undo()
    question._reference.cache.clear()
    for name in ("headlines", "by_ally", "spending", "troops", "risks"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(question.answer(asked), name), check_exact=True)


def test_only_very_many_worlds_and_quarters_are_a_long_calculation():
    late = "name: Late\nextends: conditional-article5\nend: 2064Q4\n"
    assert not any(question.takes_long(Question(worlds=worlds)) for worlds in question.WORLDS)
    assert question.takes_long(Question(late, worlds=4000))
    assert not question.takes_long(Question(late, worlds=1000))


def test_what_is_kept_of_the_baseline_is_bounded():
    cache = question._reference.cache
    cache.clear()
    for seed in range(2):
        question.answer(Question(worlds=200, seed=seed))
    assert 0 < cache.currsize <= question.MOST_KEPT == cache.maxsize
    assert 4000 / 200 * cache.currsize <= cache.maxsize, "two baselines of 4,000 worlds are kept"


# --- the parts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [0.0, 0.2, 1.0])
def test_quantiles_leave_out_what_is_no_number(gap):
    values = np.random.Generator(np.random.Philox(5)).normal(size=(99, 3, 4))
    values[values > np.quantile(values, 1.0 - gap)] = np.nan
    if gap == 1.0:
        values[:, 1:] = 0.5  # some columns are whole
    wanted = np.full((5, 3, 4), np.nan)
    for i in range(3):
        for j in range(4):
            column = values[:, i, j][~np.isnan(values[:, i, j])]
            if len(column):
                wanted[:, i, j] = np.quantile(column, QUANTILES)
    with np.testing.suppress_warnings() as quiet:
        quiet.filter(RuntimeWarning, "All-NaN")
        np.testing.assert_array_equal(quantiles(values, QUANTILES), wanted)


def test_bands_keep_labels_but_for_those_of_worlds():
    values = xr.DataArray(
        np.arange(24.0).reshape(2, 4, 3), {"year": [1, 2], "ally": list("abc"), "school": ("world", list("wxyz"))},
        ("year", "world", "ally"),
    )  # fmt: skip
    found = bands(values)
    assert found.dims == ("quantile", "year", "ally")
    assert set(found.coords) == {"quantile", "year", "ally"}
    np.testing.assert_array_equal(found.sel(quantile=0.5), np.median(values.values, axis=1))


def test_differences_meet_where_labels_meet():
    """Years or worlds that only one of them has are left out, as xarray's arithmetic does."""
    first = outcomes(ensemble.run_years(Question("baseline").resolved().plan(), 12, 0, KEPT), ASKED)
    second = outcomes(ensemble.run_years(Question().resolved().plan(), 12, 0, KEPT), ASKED)
    whole, part = differences(first, second), differences(first.isel(year=slice(2, None)), second)
    xr.testing.assert_identical(part, whole.isel(year=slice(2, None)))
    for name in ASKED:
        np.testing.assert_array_equal(whole[name].values, (second[name] - first[name]).values)
    assert set(whole.coords) == {"world", "year", "host", "front", "school"}


@pytest.mark.parametrize(("base", "own", "ratio"), [(0.0, 0.0, 1.0), (0.0, 0.1, np.nan), (0.2, 0.1, 0.5), (0.1, 0, 0)])
def test_a_risk_where_there_was_none_has_no_ratio(base, own, ratio):
    found = relative_risk(*(xr.DataArray([value], {"year": [2030]}, ("year",)) for value in (base, own)))
    np.testing.assert_array_equal(found.values, [ratio])
