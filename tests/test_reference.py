"""Reference tables: a source in every row, totals as published, errors that name the table."""

import csv
import dataclasses
import shutil

import numpy as np
import pytest

from sim import facts, reference

TABLES = sorted(path.stem for path in reference.data_dir().glob("*.csv"))
PUBLISHED_2024 = {"spending": 479.916, "gdp": 24424.846}
"""NATO Europe and Canada, bn USD of 2021 (NATO, tables of 10 July 2026); NATO counts no Iceland."""


@pytest.fixture
def tables(tmp_path):
    """A copy of the tables that a test may break."""
    return shutil.copytree(reference.data_dir(), tmp_path / "data")


def rewrite(path, change):
    """Write a table again with its rows changed; rows that become None are dropped."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(row for row in map(change, rows) if row)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_a_source_that_is_known(name):
    for row in reference.table(name):
        assert row["source"], row
        for part in row["source"].split("; "):
            if not part.startswith("recalled, unverified:"):
                facts.source(part.split(":")[0])


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_plain_and_hold_no_paths_or_addresses(name):
    text = (reference.data_dir() / f"{name}.csv").read_text(encoding="utf-8")
    assert "http" not in text
    assert "/work" not in text
    assert all(None not in row and None not in row.values() for row in reference.table(name))


def test_31_allies_in_alphabetical_order_without_the_united_states():
    assert len(reference.ALLIES) == 31
    assert list(reference.ALLIES) == sorted(set(reference.ALLIES) - {"USA"})
    assert reference.roster().iso3 == reference.ALLIES
    assert reference.roster().places == (*reference.ALLIES, "OTHER")
    assert [row["iso3"] for row in reference.table("allies")] == list(reference.ALLIES)


def test_columns_have_their_shape_are_finite_and_cannot_be_written():
    roster = reference.roster()
    shapes = {"near": (31, 31), "troops": (32,), "capacity": (32,)}
    for field in dataclasses.fields(roster):
        column = getattr(roster, field.name)
        if isinstance(column, np.ndarray):
            assert column.shape == shapes.get(field.name, (31,)), field.name
            assert column.dtype == np.float64
            assert np.isfinite(column).all()
            assert (column >= 0).all() or field.name == "longitude"
            assert not column.flags.writeable


def test_posture_sums_to_what_the_document_says():
    roster = reference.roster()
    assert roster.troops.sum() == facts.load_facts()["troops-in-europe"].value
    germany = roster.troops[reference.ALLIES.index("DEU")] / roster.troops.sum()
    assert germany == pytest.approx(facts.load_facts()["germany-share"].value, abs=0.02)
    assert (roster.capacity >= roster.troops).all()
    assert roster.capacity[-1] == roster.troops[-1]


def test_pools_and_hosts_sum_to_the_active_personnel():
    roster = reference.roster()
    total = roster.troops.sum() + roster.home + roster.indopacific + roster.border
    assert total == 1_271_200
    assert roster.indopacific == facts.load_facts()["indopacific-forces"].value
    assert roster.border == facts.load_facts()["border-total"].value


def test_totals_match_what_nato_publishes():
    roster = reference.roster()
    assert (roster.share * roster.gdp).sum() / 100 == pytest.approx(PUBLISHED_2024["spending"], rel=0.002)
    assert (roster.gdp * roster.forces).sum() == pytest.approx(PUBLISHED_2024["gdp"], rel=0.002)
    assert roster.us_share * roster.us_gdp / 100 == pytest.approx(1330.026 - 479.916, rel=0.002)


def test_iceland_has_no_forces():
    roster, iceland = reference.roster(), reference.ALLIES.index("ISL")
    assert roster.share[iceland] == roster.forces[iceland] == roster.brigades[iceland] == 0
    assert roster.gdp[iceland] > 0
    assert roster.forces.sum() == 30


def test_brigades_neighbours_and_fronts():
    roster = reference.roster()
    assert roster.brigades.sum() == pytest.approx(82)
    assert np.array_equal(roster.near, roster.near.T)
    assert not roster.near.diagonal().any()
    at = reference.ALLIES.index
    assert roster.near[at("EST"), at("LVA")] == 1
    assert roster.near[at("CAN")].sum() == 0
    fronts = {
        front: [i for i, f in zip(roster.iso3, roster.front, strict=True) if f == front] for front in roster.front
    }
    assert fronts["baltic"] == ["EST", "LTU", "LVA"]
    assert fronts["poland"] == ["POL"]
    assert fronts["nordic"] == ["FIN", "NOR", "SWE"]
    assert fronts["black sea"] == ["BGR", "ROU", "TUR"]


def test_distance_to_moscow_agrees_with_the_coordinates():
    roster = reference.roster()
    phi, lam = (
        np.radians(np.append(roster.latitude, 55.7558)),
        np.radians(np.append(roster.longitude, 37.6173)),
    )
    assert reference._great_circle(phi, lam)[-1, :-1] == pytest.approx(roster.distance, rel=0.005)


def test_units_are_what_the_roster_says():
    roster = reference.roster()
    assert 0 < roster.growth.min() < roster.growth.max() < 0.1
    assert 0.1 < roster.debt.min() < roster.debt.max() < 2
    assert roster.trade_exposure.argmax() == reference.ALLIES.index("CAN")
    assert roster.aid.max() < 1.5
    assert roster.aid[reference.ALLIES.index("ALB")] == 0


def test_the_panel_holds_every_member_and_year():
    panel = reference.panel()
    assert len(panel.iso3) == len(panel.year) == len(panel.share) == 32 * 11
    assert set(panel.iso3) == {*reference.ALLIES, "USA"}
    assert (panel.year.min(), panel.year.max()) == (2014, 2024)


def test_targets_are_in_order():
    dates = [target.date for target in reference.targets()]
    assert dates == sorted(dates)
    assert {"core_target_2035_pct", "spending_guideline_pct"} <= {t.item for t in reference.targets()}


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("2025Q2", "us_posture.csv: no rows for quarter 2025Q2. It holds 2015Q1 to 2025Q1; add rows for 2025Q2"),
        ("2026Q1", "us_posture.csv: no rows for quarter 2026Q1"),
        ("spring", "start: 'spring' is no quarter. Write it like 2025Q1"),
    ],
)
def test_a_start_without_data_is_refused(start, message):
    with pytest.raises(reference.DataError, match=message):
        reference.roster(start)


BROKEN = {
    "year missing": ("debt", lambda r: r if r["year"] != "2024" else None, "debt.csv: no rows for year 2024"),
    "row missing": (
        "spending",
        lambda r: None if (r["iso3"], r["year"]) == ("POL", "2024") else r,
        "spending.csv: POL 2024: no row. Add one",
    ),
    "growth year missing": (
        "growth",
        lambda r: None if r["year"] == "2015" else r,
        "growth.csv: no rows for year 2015",
    ),
    "no number": (
        "personnel",
        lambda r: {**r, "active_personnel_k": "many"},
        "personnel.csv: ALB 2024: active_personnel_k is 'many'. Write a number",
    ),
    "pool missing": (
        "us_pools",
        lambda r: None if r["pool"] == "home" else r,
        "us_pools.csv: home 2025Q1: no row",
    ),
}


@pytest.mark.parametrize(("name", "change", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_tables_say_where_and_what(tables, name, change, message):
    rewrite(tables / f"{name}.csv", change)
    with pytest.raises(reference.DataError, match=message):
        reference.roster(folder=tables)


def test_the_next_year_is_an_edit_of_one_table(tables):
    with (tables / "spending.csv").open("a", encoding="utf-8") as file:
        file.write("POL,2025,4.5,800.0,assumption: test\n")
    panel = reference.panel(tables / "spending.csv")
    assert (panel.iso3[-1], panel.year[-1], panel.share[-1]) == ("POL", 2025, 4.5)
    assert np.array_equal(reference.roster(folder=tables).share, reference.roster().share)


def test_a_missing_table_is_named_with_those_there_are():
    with pytest.raises(reference.DataError, match=r"no such table\. Tables: aid, allies"):
        reference.table("armies")
