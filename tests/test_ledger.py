"""The forecast ledger: what is sealed stays as it is, nothing is half-written, and scores are those of the hand."""

import json
import math
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim import ledger, saving, scores
from sim.cli import main
from sim.reference import roster

DATE = "2026-11-21"
SHIPPED = Path(__file__).parents[1] / "ledger"


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def short():
    """The baseline up to 2027: the same shares as in a longer run."""
    return sim.load_scenario("baseline").with_horizon(None, "2027Q4")


@pytest.fixture(scope="module")
def entry(short):
    return ledger.forecast(short, 24, 3, (2025, 2026), DATE, note="a test")


def sealed(content, folder, name=None):
    """A file with this content and its hash."""
    path = folder / f"{name or content['id']}.json"
    path.write_text(ledger.Entry(content).written(), encoding="utf-8")
    return path


def small(**changes):
    """An entry made up by hand: two allies, a year known, two forecast."""
    quantiles = [1.0, 1.5, 2.0, 2.5, 3.0]
    cells = {str(year): {"mean": 2.0, "quantiles": quantiles} for year in (2025, 2026)}
    series = dict.fromkeys(("EST", "POL", ledger.AGGREGATE), cells)
    content = {
        "format": 1, "id": f"{DATE}-small", "made": DATE, "scenario": "small", "name": "Small", "note": "", "seed": 0,
        "worlds": 5, "data": {"digest": "none", "up_to": 2024}, "versions": {},
        "plan": {"fingerprint": "none", "written": {}}, "unit": "% of GDP",
        "held": {"EST": 1.8, "POL": 2.0, ledger.AGGREGATE: 1.9}, "levels": [0.05, 0.25, 0.5, 0.75, 0.95],
        "forecast": {"share": series, "share_reported": series},
    }  # fmt: skip
    return ledger.Entry(json.loads(json.dumps(content | changes)))


def table(folder, *rows, head="iso3,year,share_of_gdp_pct,gdp_usd2021_bn", name="came.csv"):
    (folder / name).write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return folder / name


# --- entries ------------------------------------------------------------------------------------------------------


def test_an_entry_says_what_it_is(entry, short):
    plan = short.plan()
    head = entry.head()
    assert (head["id"], head["made"], head["scenario"]) == (f"{DATE}-baseline", DATE, "baseline")
    assert (head["seed"], head["worlds"], head["years"], head["note"]) == (3, 24, [2025, 2026], "a test")
    assert head["data"] == {"digest": plan.roster.digest, "up_to": 2024}
    assert head["plan"] == plan.fingerprint
    assert set(head["versions"]) == {"article5", "python", "numpy"}
    assert entry.content["plan"]["written"] == json.loads(json.dumps(plan.written()))
    assert len(entry.allies) == 30
    assert "ISL" not in entry.allies


def test_a_forecast_holds_the_quantiles_of_the_run(entry, short):
    data = sim.run(short, 24, 3, keep=("share", "share_reported", "gdp")).sel(quarter="2026Q4")
    for series in ("share", "share_reported"):
        for who in ("POL", "LUX"):
            worlds = data[series].sel(ally=who).values
            found = entry.quantiles(series, who, 2026)
            assert found == pytest.approx(np.quantile(worlds, np.arange(1, 100) / 100), abs=6e-5)
            assert entry.mean(series, who, 2026) == pytest.approx(worlds.mean(), abs=6e-5)
    armed = data.drop_sel(ally="ISL")
    together = (armed.share * armed.gdp).sum("ally") / armed.gdp.sum("ally")
    assert entry.quantiles("share", ledger.AGGREGATE, 2026)[49] == pytest.approx(float(together.median()), abs=6e-5)


def test_what_is_held_is_the_last_year_known(entry):
    start = roster()
    for who in entry.allies:
        assert entry.held(who) == start.share[start.iso3.index(who)]
    assert entry.held(ledger.AGGREGATE) == pytest.approx(
        np.sum(start.share * start.gdp) / np.sum(start.gdp * start.forces), abs=6e-5
    )


def test_an_entry_comes_back_as_it_was_made(entry, tmp_path):
    path = ledger.add(entry, tmp_path / "new")
    assert path.name == f"{DATE}-baseline.json"
    assert ledger.read(path) == entry
    assert ledger.read(path).hash == entry.hash
    assert ledger.entries(tmp_path / "new") == [entry]
    assert [p.name for p in (tmp_path / "new").iterdir()] == [path.name]


def test_the_same_forecast_is_the_same_entry(entry, short):
    again = ledger.forecast(short, 24, 3, (2025, 2026), DATE, note="a test")
    assert again.written() == entry.written()
    for other in (
        ledger.forecast(short, 24, 4, (2025, 2026), DATE, note="a test"),
        ledger.forecast(short, 24, 3, (2025, 2026), "2026-11-22", note="a test"),
        ledger.forecast(short, 24, 3, (2025, 2026), DATE),
    ):
        assert other.hash != entry.hash


def test_blocks_and_horizon_play_no_part(entry):
    longer = ledger.forecast("baseline", 24, 3, (2025, 2026), DATE)
    assert longer.content["forecast"] == entry.content["forecast"]


def test_a_file_has_a_line_for_each_ally_and_year(entry):
    text = entry.written()
    assert sum('"quantiles"' in line for line in text.splitlines()) == 2 * 31 * 2
    assert text.splitlines()[-2] == f'  "sha256": "{entry.hash}"'


def numbers(value, path=()):
    """The places of all numbers in plain data."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from numbers(part, (*path, key))
    elif isinstance(value, list):
        for n, part in enumerate(value):
            yield from numbers(part, (*path, n))
    elif isinstance(value, (int, float)):
        yield path


@pytest.fixture(scope="module")
def places(entry):
    return list(numbers(json.loads(entry.written())))


@given(data=st.data(), other=st.floats(-100, 100) | st.integers(-5, 3000))
def test_a_changed_number_is_refused(entry, places, tmp_path_factory, data, other):
    content = json.loads(entry.written())
    *way, last = data.draw(st.sampled_from(places))
    inner = content
    for step in way:
        inner = inner[step]
    before, inner[last] = inner[last], other
    path = tmp_path_factory.getbasetemp() / "changed.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    if before == other:
        return
    with pytest.raises(sim.InputError, match="was changed after it was sealed"):
        ledger.read(path)


TAMPERED = {
    "a word": lambda text: text.replace("Today's commitment", "Tomorrow's commitment"),
    "the hash": lambda text: text.replace('"sha256": "', '"sha256": "0'),
    "a line": lambda text: "\n".join(
        line for line in text.splitlines() if "2025Q4" not in line and '"note"' not in line
    ),
    "an infinity": lambda text: text.replace('"seed": 3', '"seed": 1e999'),
    "another type": lambda text: text.replace('"seed": 3', '"seed": "3"'),
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_other_changes_are_refused(entry, tmp_path, change):
    path = tmp_path / f"{entry.id}.json"
    changed = change(entry.written())
    assert changed != entry.written()
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(sim.InputError, match=r"was changed after it was sealed.*Take it from where it was published"):
        ledger.read(path)


def test_spaces_and_the_order_of_keys_are_not_sealed(entry, tmp_path):
    path = tmp_path / "loose.json"
    path.write_text(json.dumps(json.loads(entry.written()), indent=4, sort_keys=True), encoding="utf-8")
    assert ledger.read(path) == entry


NO_ENTRY = {
    "empty": (b"", "is no entry of a ledger"),
    "text": (b"hello", "is no entry of a ledger"),
    "binary": (b"\xff\xfe\x00", "is no entry of a ledger"),
    "list": (b"[1, 2]", "lacks forecast or sha256"),
    "other": (b'{"a": 1}', "lacks forecast or sha256"),
    "twice": (b'{"seed": 1, "seed": 2}', "a key stands twice"),
    "nan": (b'{"seed": NaN}', "NaN is no number"),
    "deep": (b"[" * 100_000, "is no entry of a ledger"),
    "long": (b"1" * 10_000, "is no entry of a ledger"),
}


@pytest.mark.parametrize(("text", "message"), NO_ENTRY.values(), ids=NO_ENTRY)
def test_what_is_no_entry_gives_one_line(tmp_path, text, message):
    (tmp_path / "x.json").write_bytes(text)
    with pytest.raises(sim.InputError, match=message) as caught:
        ledger.read(tmp_path / "x.json")
    assert len(str(caught.value).splitlines()) == 1


MALFORMED = {
    "format": ({"format": 2}, "has format 2, and this simulator reads 1"),
    "levels": ({"levels": [0.5, 0.25, 0.5, 0.75, 0.95]}, "levels do not rise"),
    "fewer": ({"levels": [0.05, 0.95]}, "other quantiles than levels"),
    "known": ({"data": {"digest": "", "up_to": 2025}}, "forecasts years that it knows"),
    "date": ({"id": "2020-01-01-small"}, "id and its date differ"),
    "way out": ({"id": f"{DATE}/../../x"}, "id and its date differ"),
    "held": ({"held": {}}, "KeyError at 'EST'"),
    "forecast": ({"forecast": []}, "TypeError"),
}


@pytest.mark.parametrize(("changes", "message"), MALFORMED.values(), ids=MALFORMED)
def test_a_sealed_file_of_another_form_is_refused(tmp_path, changes, message):
    with pytest.raises(sim.InputError, match=message):
        ledger.read(sealed(dict(small(**changes).content), tmp_path, "odd"))


def test_every_damaged_entry_of_a_folder_is_named(entry, tmp_path):
    ledger.add(entry, tmp_path)
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text("{}", encoding="utf-8")
    with pytest.raises(sim.InputError) as caught:
        ledger.entries(tmp_path)
    assert len(caught.value.problems) == 2


def test_an_entry_under_another_date_is_refused(entry, tmp_path):
    ledger.add(entry, tmp_path).rename(tmp_path / "2025-01-01-baseline.json")
    with pytest.raises(sim.InputError, match=f"holds the entry {DATE}-baseline. Give it back its name"):
        ledger.entries(tmp_path)


def test_no_folder_is_an_empty_ledger(tmp_path):
    assert ledger.entries(tmp_path / "none") == []


def test_every_shipped_entry_is_as_it_was_sealed():
    assert ledger.entries(SHIPPED)
    for entry in ledger.entries(SHIPPED):
        assert len(entry.allies) == 30
        assert entry.written() == (SHIPPED / f"{entry.id}.json").read_text(encoding="utf-8")


BAD_FORECASTS = {
    "years": (dict(years=(2025, 2027)), "no consecutive years"),
    "no year": (dict(years=()), "no consecutive years"),
    "late": (dict(years=(2027, 2028)), "2027 to 2028 is not within what is played. Choose from 2025 to 2027"),
    "early": (dict(years=(2024, 2025)), "Choose from 2025 to 2027"),
    "day": (dict(date="21.11.2026"), "'21.11.2026' is no day. Write it like 2026-11-21"),
    "no day": (dict(date="2026-02-30"), "is no day"),
    "old day": (dict(date="2024-12-31"), "lies before the end of the data, 2024"),
    "worlds": (dict(worlds=0), "worlds: 0 is out of range"),
    "seed": (dict(seed=-1), "seed: -1 is out of range"),
    "note": (dict(note="two\nlines"), "Write one line of text"),
}


@pytest.mark.parametrize(("given_", "message"), BAD_FORECASTS.values(), ids=BAD_FORECASTS)
def test_a_forecast_that_cannot_be_meant_is_refused(short, given_, message):
    with pytest.raises(sim.InputError, match=message):
        ledger.forecast(short, **{"worlds": 4, "date": DATE} | given_)


# --- writing ------------------------------------------------------------------------------------------------------


def test_add_never_overwrites(entry, tmp_path):
    path = ledger.add(entry, tmp_path)
    before = path.read_bytes()
    with pytest.raises(sim.InputError, match="is there already, and nothing is overwritten"):
        ledger.add(entry, tmp_path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def broken(*_args, **_kwargs):
    raise OSError(28, "No space left on device")


def test_a_file_is_written_wholly_or_not_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "write_text", broken)
    with pytest.raises(sim.InputError, match="new/x: cannot be written: No space left on device"):
        saving.new_file(tmp_path / "new" / "x", "text")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_comes_while_another_is_written_stays(tmp_path, monkeypatch):
    (tmp_path / "x").write_text("mine")
    monkeypatch.setattr(saving, "check_new_file", lambda target: None)
    with pytest.raises(sim.InputError, match="is there already"):
        saving.new_file(tmp_path / "x", "text")
    monkeypatch.setattr(Path, "hardlink_to", broken)
    with pytest.raises(sim.InputError, match="is there already"):
        saving.new_file(tmp_path / "x", "text")
    assert (tmp_path / "x").read_text() == "mine"
    saving.new_file(tmp_path / "y", "text")
    assert (tmp_path / "y").read_text() == "text"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x", "y"]


def test_a_directory_is_written_wholly_or_not_at_all(tmp_path):
    def half():
        with saving.new_directory(tmp_path / "deep" / "new") as beside:
            (beside / "half").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty").mkdir()
    with saving.new_directory(tmp_path / "empty") as beside:
        (beside / "whole").write_text("whole")
    assert [p.name for p in (tmp_path / "empty").iterdir()] == ["whole"]


@pytest.mark.parametrize("write", [saving.check_new_file, saving.check_new_directory])
def test_places_that_cannot_be_written_are_refused(tmp_path, write):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(sim.InputError, match="is a file, not a directory"):
        write(tmp_path / "file" / "below")
    with pytest.raises(sim.InputError, match="cannot be written"):
        write(Path("/proc/none/x"))
    with pytest.raises(sim.InputError, match="cannot be written"):
        write(tmp_path / ("x" * 300))
    with pytest.raises(sim.InputError, match="is there already"):
        write(tmp_path / "file")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_new_files_can_be_read_by_others(entry, tmp_path):
    mask = os.umask(0o022)
    try:
        assert ledger.add(entry, tmp_path / "new").stat().st_mode & 0o777 == 0o644
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o755
    finally:
        os.umask(mask)


# --- scores -------------------------------------------------------------------------------------------------------


def test_a_score_by_hand(tmp_path):
    came = table(tmp_path, "EST,2025,2.2,30", "POL,2025,3.4,800", "POL,2024,4.0,780", "USA,2025,3.2,25000")
    found = ledger.score(small(), came)
    rows = {row.who: row for row in found.rows}
    assert list(rows) == ["EST", "POL", ledger.AGGREGATE]
    est, pol = rows["EST"], rows["POL"]
    # pinball losses at 0.05, 0.25, 0.5, 0.75, 0.95, which stand for 0.15, 0.225, 0.25, 0.225, 0.15 of probability
    losses = [0.05 * 1.2, 0.25 * 0.7, 0.5 * 0.2, 0.25 * 0.3, 0.05 * 0.8]
    assert est.crps == pytest.approx(2 * np.dot(losses, [0.15, 0.225, 0.25, 0.225, 0.15]))
    assert (est.median, est.mean, est.low90, est.high90) == (2.0, 2.0, 1.0, 3.0)
    assert (est.covered50, est.covered90, pol.covered50, pol.covered90) == (True, True, False, False)
    assert (est.interval50, est.interval90) == pytest.approx((1.0, 2.0))
    assert (pol.interval50, pol.interval90) == pytest.approx((1.0 + 4.0 * 0.9, 2.0 + 20.0 * 0.4))
    assert (est.held_error, pol.held_error) == pytest.approx((0.4, 1.4))
    assert rows[ledger.AGGREGATE].came == pytest.approx((2.2 * 30 + 3.4 * 800) / 830, abs=1e-6)
    (year,) = found.years
    assert (year.year, year.allies, year.covered50, year.covered90) == (2025, 2, 0.5, 0.5)
    assert year.crps == pytest.approx((est.crps + pol.crps) / 2)
    assert year.skill == pytest.approx(1 - year.crps / 0.9)
    assert (found.found, found.asked, found.missing_years) == (2, 4, (2026,))
    assert found.notes == ("Rows up to 2024 are left out: the entry was made with them.", "No figures for 2026.")


def test_first_release_figures_meet_the_reported_forecast(tmp_path):
    content = json.loads(json.dumps(small().content))
    for cells in content["forecast"]["share_reported"].values():
        for cell in cells.values():
            cell["quantiles"] = [value + 1.0 for value in cell["quantiles"]]
    came = table(tmp_path, "EST,2025,3.0,30")
    revised = ledger.score(ledger.Entry(content), came).rows[0]
    first = ledger.score(ledger.Entry(content), came, "first-release").rows[0]
    assert (revised.median, first.median) == (2.0, 3.0)
    assert first.crps < revised.crps


def test_the_aggregate_needs_all_allies_with_their_gdp(tmp_path):
    without = table(tmp_path, "EST,2025,2.2", "POL,2025,3.4", head="iso3,year,share_of_gdp_pct")
    gap = table(tmp_path, "EST,2025,2.2,30", "POL,2025,3.4,", name="gap.csv")
    fewer = table(tmp_path, "EST,2025,2.2,30", name="fewer.csv")
    for came, what in ((without, "GDP"), (gap, "GDP"), (fewer, "spending")):
        found = ledger.score(small(), came)
        assert ledger.AGGREGATE not in {row.who for row in found.rows}
        assert any(f"2025: Europe and Canada left out: not all allies have {what}" in note for note in found.notes)
    assert "2025: 1 of 2 allies: all but POL." in ledger.score(small(), fewer).notes


def test_the_forecast_of_a_run_is_scored_like_its_worlds(short, tmp_path):
    """Quantiles lose next to nothing: the CRPS is that of the ensemble without the fair correction."""
    entry = ledger.forecast(short, 400, 0, (2025,), DATE)
    worlds = np.sort(sim.run(short, 400, 0, keep=("share",)).share.sel(quarter="2025Q4", ally="POL").values)
    weight = 2.0 * np.arange(1, 401) - 401
    for came in (3.0, 4.2, 4.6, 6.0, 9.0):
        row = ledger.score(entry, table(tmp_path, f"POL,2025,{came},800")).rows[0]
        plain = np.abs(worlds - came).mean() - worlds @ weight / 400**2
        assert row.crps == pytest.approx(plain, rel=0.01, abs=0.002)
        assert row.crps == pytest.approx(float(scores.crps(worlds, came)), rel=0.02, abs=0.002)


def test_crps_of_normal_quantiles_is_the_closed_form():
    from scipy.stats import norm

    levels = np.arange(1, 100) / 100
    for z in (-4.0, -1.0, 0.0, 0.5, 3.0):
        closed = z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi)
        assert scores.quantile_crps(norm.ppf(levels), levels, z) == pytest.approx(closed, rel=0.01)


@given(
    st.lists(st.floats(0, 10), min_size=5, max_size=5), st.floats(0, 10), st.floats(-3, 3), st.sampled_from([0.5, 2.0])
)
def test_scores_of_quantiles_move_and_stretch(values, came, shift, factor):
    quantiles, levels = np.sort(values), np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    found = scores.quantile_crps(quantiles, levels, came)
    assert found >= 0.0
    assert scores.quantile_crps(factor * quantiles + shift, levels, factor * came + shift) == pytest.approx(
        factor * found, abs=1e-9
    )


HEAD = "iso3,year,share_of_gdp_pct,gdp_usd2021_bn\n"
BAD_TABLES = {
    "nothing": ("", "none of the figures that"),
    "no rows": (HEAD, "It holds no rows; add rows for a forecast year"),
    "years": (HEAD + "POL,2024,4.1,800\n", "forecasts: 2025 to 2026, codes such as POL. It holds 2024; add rows"),
    "codes": (HEAD + "pol,2025,4.1,800\n", "such as POL"),
    "column": ("iso,year,share_of_gdp_pct\nPOL,2025,4.1\n", "column 'iso3' missing"),
    "semicolons": ("iso3;year;share_of_gdp_pct\nPOL;2025;4,1\n", "column 'iso3' missing"),
    "word": (HEAD + "POL,2025,n/a,800\n", "came.csv:2: share_of_gdp_pct is 'n/a'. Write a number."),
    "cut": (HEAD + "POL,2025\n", "came.csv:2: share_of_gdp_pct is ''. Write a number."),
    "year": (HEAD + "POL,25,4.1,800\n", "came.csv:2: year is '25'. Write a number."),
    "long year": (HEAD + f"POL,{'9' * 30},4.1,800\n", "Write a number."),
    "nan": (HEAD + "POL,2025,nan,800\n", "came.csv:2: nan is no share of GDP in %"),
    "below": (HEAD + "POL,2025,-1,800\n", "-1 is no share of GDP in %. Write one from 0 to 20"),
    "above": (HEAD + "POL,2025,410,800\n", "410 is no share of GDP in %"),
    "gdp": (HEAD + "POL,2025,4.1,0\n", "0 is no GDP in bn USD"),
    "twice": (HEAD + "POL,2025,4.1,800\nPOL,2025,4.2,800\n", "came.csv:3: POL 2025 stands there twice"),
    "binary": (b"\xff\xfe\x00\x80", "is no table of text"),
    "quotes": (HEAD + '"' + "x" * 200_000, "is no table of text"),
}


@pytest.mark.parametrize(("text", "message"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_bad_tables_give_one_clear_line(tmp_path, text, message):
    path = tmp_path / "came.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    sealed(dict(small().content), tmp_path)
    result = call("ledger", "score", "--ledger", tmp_path, "--data", path)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path):
    (tmp_path / "came.csv").write_bytes(b"\xef\xbb\xbf" + (HEAD + "POL ,2025,2.5,800\n").replace("\n", "\r\n").encode())
    assert ledger.score(small(), tmp_path / "came.csv").found == 1


def test_a_table_that_changes_is_read_again(tmp_path):
    before = ledger.score(small(), table(tmp_path, "POL,2025,2.5,800")).rows[0].came
    after = ledger.score(small(), table(tmp_path, "POL,2025,2.6,800")).rows[0].came
    assert (before, after) == (2.5, 2.6)


# --- the command line ---------------------------------------------------------------------------------------------


def test_add_list_and_score_on_the_command_line(tmp_path):
    where = ("--ledger", tmp_path / "mine")
    assert call("ledger", "list", *where).stdout.startswith("No entries in ")
    words = ("--years", "2025:2026", "--worlds", 12, "--date", DATE, "--note", "first", *where)
    made = call("ledger", "add", "baseline", *words)
    assert made.exit_code == 0, made.output
    assert f"{DATE}-baseline  2025 to 2026  12" in made.stdout
    assert "Written to " in made.stderr
    again = call("ledger", "add", "baseline", *words)
    assert again.exit_code == 2
    assert "is there already, and nothing is overwritten" in again.stderr
    assert made.stdout.splitlines()[1] in call("ledger", "list", *where).stdout
    (head,) = json.loads(call("ledger", "list", "--json", *where).stdout)
    assert f"sha256 {head['sha256']}" in made.stdout

    start = roster()
    rows = [f"{i},2025,{s + 0.1},{g}" for i, s, g in zip(start.iso3, start.share, start.gdp, strict=True)]
    came = table(tmp_path, *rows)
    text = call("ledger", "score", "--data", came, *where).stdout
    assert "30 of 60 figures in " in text
    assert "scored as revised (share), in pp." in text
    assert "No figures for 2026." in text
    assert "Europe and Canada  2025" in text
    (data,) = json.loads(call("ledger", "score", head["id"], "--data", came, "--json", *where).stdout)
    assert len(data["rows"]) == 31
    assert (data["found"], data["asked"], data["missing_years"], data["as"]) == (30, 60, [2026], "revised")
    assert data["by_year"][0]["held_error"] == pytest.approx(0.1)
    file = tmp_path / "mine" / f"{DATE}-baseline.json"
    assert call("ledger", "score", file, "--data", came, "--as", "first-release").exit_code == 0


def test_entries_without_figures_yet_do_not_hide_the_others(tmp_path):
    sealed(dict(small().content), tmp_path)
    late = json.loads(
        json.dumps(small(id=f"{DATE}-late").content).replace('"2025"', '"2027"').replace('"2026"', '"2028"')
    )
    sealed(late, tmp_path)
    came = table(tmp_path, "POL,2025,2.5,800")
    words = ("--data", came, "--ledger", tmp_path)
    some = call("ledger", "score", *words)
    assert some.exit_code == 0
    assert f"{DATE}-small" in some.stdout
    assert f"none of the figures that {DATE}-late forecasts" in some.stderr
    named = call("ledger", "score", f"{DATE}-late", *words)
    assert (named.exit_code, named.stdout) == (2, "")


BAD = {
    "scenario": (["add", "baselin"], "baselin: no such scenario. Did you mean 'baseline'?"),
    "years": (
        ["add", "baseline", "--years", "2027:2025"],
        "--years: '2027:2025' is no span of years. Write FIRST:LAST",
    ),
    "words": (["add", "baseline", "--years", "soon"], "--years: 'soon' is no span of years."),
    "horizon": (["add", "baseline", "--years", "2025:2040"], "2025 to 2040 is not within what is played."),
    "date": (["add", "baseline", "--date", "../x"], "date: '../x' is no day."),
    "worlds": (["add", "baseline", "--worlds", "0"], "worlds: 0 is out of range."),
    "place": (["add", "baseline", "--ledger", "/proc/none"], "baseline.json: cannot be written"),
    "no entries": (["score", "--data", "x.csv"], "no entries. Make one: article5 ledger add baseline"),
    "entry": (["score", "2026-11-21", "--data", "x.csv"], "2026-11-21: no such entry in "),
    "file": (["score", "none.json", "--data", "x.csv"], "none.json: no such file. Check the name."),
}


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD)
def test_bad_input_exits_with_2_and_says_what_would_be_right(tmp_path, words, message):
    result = call("ledger", words[0], *([] if "--ledger" in words else ["--ledger", tmp_path]), *words[1:])
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_kind_of_figures_and_a_misspelt_entry_are_hinted_at(tmp_path):
    sealed(dict(small().content), tmp_path)
    came = table(tmp_path, "POL,2025,2.5,800")
    words = ("--data", came, "--ledger", tmp_path)
    assert "--as: unknown 'revise'. Did you mean 'revised'?" in call("ledger", "score", "--as", "revise", *words).stderr
    assert f"Did you mean '{DATE}-small'?" in call("ledger", "score", f"{DATE}-smal", *words).stderr
    missing = call("ledger", "score", "--data", tmp_path / "none.csv", "--ledger", tmp_path)
    assert (missing.exit_code, "none.csv: no such file. Check the name." in missing.stderr) == (2, True)


def test_a_changed_entry_is_refused_on_the_command_line(tmp_path):
    path = sealed(dict(small().content), tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("2.5", "2.6", 1), encoding="utf-8")
    result = call("ledger", "list", "--ledger", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "was changed after it was sealed" in result.stderr


@pytest.mark.parametrize("name", ["add", "list", "score"])
def test_every_subcommand_has_help_with_an_example(name):
    result = call("ledger", name, "--help")
    assert result.exit_code == 0
    assert f"Example: article5 ledger {name}" in result.stdout


def test_the_whole_folder_can_be_moved(entry, tmp_path):
    ledger.add(entry, tmp_path / "one")
    shutil.move(tmp_path / "one", tmp_path / "two")
    assert ledger.entries(tmp_path / "two") == [entry]
