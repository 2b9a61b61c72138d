"""The map of Europe: its shapes, what it draws, and its sentence."""

import copy
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import handout
from sim.charts import PALETTES, maps
from sim.reference import ALLIES, data_dir, roster
from sim.tables import number

SPECS = {
    name: getattr(maps, name)
    for name in ("SPENDING", "SPENDING_CHANGE", "BELIEF", "BELIEF_CHANGE", "TROOPS", "TROOPS_CHANGE", "TROOPS_MOVED")
}


def decoded(shapes):
    """The outer rings of every country, as lists of degrees."""
    scale, shift = shapes["transform"]["scale"], shapes["transform"]["translate"]
    arcs = [np.cumsum(arc, axis=0) * scale + shift for arc in shapes["arcs"]]
    (objects,) = shapes["objects"].values()

    def ring(parts):
        return np.concatenate([arcs[n] if n >= 0 else arcs[~n][::-1] for n in parts])

    found = {}
    for country in objects["geometries"]:
        many = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        found[country["id"]] = [ring(polygon[0]) for polygon in many]
    return found


@pytest.fixture(scope="module")
def rings():
    return decoded(json.loads(maps.shapes_file().read_text(encoding="utf-8")))


def inside(point, ring):
    x, y = point
    (x1, y1), (x2, y2) = ring.T, np.roll(ring, -1, axis=0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        crossed = ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return bool(np.sum(crossed) % 2)


def test_every_ally_has_a_shape_or_a_tile(rings):
    assert {code for code in ALLIES if code not in maps.TILES} <= set(rings)
    assert all(len(ring) > 3 for code in set(ALLIES) & set(rings) for ring in rings[code])
    assert set(maps.TILES) - {"USA"} <= set(ALLIES)


def test_capitals_lie_in_their_countries(rings):
    """Codes and shapes belong together. Coasts are simplified, so a capital may stand just off its shape."""
    near = {}
    for code, lon, lat in zip(roster().iso3, roster().longitude, roster().latitude, strict=True):
        if code not in maps.TILES:
            spots = [(lon + dx, lat + dy) for dx in (-0.15, 0.0, 0.15) for dy in (-0.15, 0.0, 0.15)]
            near[code] = any(inside(spot, ring) for spot in spots for ring in rings[code])
    assert all(near.values()), [code for code, found in near.items() if not found]


@pytest.mark.parametrize(
    "place", [(34.1, 44.95), (33.53, 44.62), (36.2, 45.2)], ids=["Simferopol", "Sevastopol", "Kerch"]
)
def test_crimea_is_drawn_as_ukraine(rings, place):
    assert any(inside(place, ring) for ring in rings["UKR"])
    assert not any(inside(place, ring) for ring in rings["RUS"])


def test_nothing_runs_around_the_world(rings):
    for country in rings.values():
        for ring in country:
            assert np.ptp(ring[:, 0]) < 180


def test_the_shapes_are_small_and_described():
    assert maps.shapes_file().stat().st_size < 80_000
    assert maps.shapes_file().name in (data_dir() / "README.md").read_text(encoding="utf-8")


# --- frames -------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(ALLIES), st.floats(-5, 5)))
def test_every_ally_has_a_row_whether_it_has_a_value_or_not(values):
    table = maps.frame(values)
    assert list(table.iso3) == [*ALLIES, "USA"]
    shown = table.set_index("iso3").value.dropna()
    assert dict(shown) == values
    assert (table.words[table.value.isna() & (table.kind != "home")] == "no value").all()
    assert dict(zip(table.iso3, table.kind, strict=True)) == {
        code: {"CAN": "tile", "USA": "home"}.get(code, "ally") for code in table.iso3
    }


def test_the_united_states_are_the_host_and_have_no_value():
    table = maps.frame({"USA": 3.0, "POL": 1.0}, {"POL": "+1 pp"}).set_index("iso3")
    assert np.isnan(table.value["USA"])
    assert table.words["POL"] == "+1 pp"


def test_flows_are_lines_between_capitals_and_home():
    moves = pd.DataFrame([("DEU", "POL", 6000), ("ITA", "USA", 12_000), ("OTHER", "POL", 5)],
                         columns=["origin", "goal", "persons"])  # fmt: skip
    table = maps.with_flows(maps.frame({}), moves)
    lines = table[table.kind == "flow"]
    assert list(lines.name) == ["Germany to Poland", "Italy to home"], "what has no place is not drawn"
    at = roster().iso3.index("DEU")
    assert (lines.lon.iloc[0], lines.lat.iloc[0]) == (roster().longitude[at], roster().latitude[at])
    assert (lines.lon2.iloc[1], lines.lat2.iloc[1]) == maps.TILES["USA"]
    assert list(lines["size"]) == [6000, 12_000]
    assert maps.with_flows(maps.frame({}), moves.iloc[2:]).equals(maps.frame({}))


@given(st.dictionaries(st.sampled_from(ALLIES), st.floats(-5, 5), min_size=1))
def test_the_sentence_names_the_ends_and_who_has_no_value(values):
    said = maps.alt(maps.frame(values), "Change in 2035", " pp")
    names = dict(zip(roster().iso3, roster().name, strict=True))
    assert said.startswith("Map of Europe. Change in 2035: ")
    for code, name in names.items():
        if code not in values:
            assert name in said.split("No value for")[1]
    if len(set(values.values())) > 1:
        top = max(values.values())
        assert any(
            f"{names[c]} {number(top, min(values.values()) < 0)} pp" in said for c, v in values.items() if v == top
        )


def test_the_sentence_where_there_is_little_to_say():
    assert maps.alt(maps.frame({}), "Change") == "Map of Europe. Change: no values."
    nought = maps.alt(maps.frame(dict.fromkeys(ALLIES, 0.0)), "Change", " pp")
    assert nought == "Map of Europe. Change: exactly 0 pp in all 31 allies."
    assert "2.0 pp in all 31 allies" in maps.alt(maps.frame(dict.fromkeys(ALLIES, 2.0)), "Level", " pp")


# --- specifications -----------------------------------------------------------------------------------------------


def found(spec, key):
    """Every value under a key, however deep."""
    if isinstance(spec, dict):
        return [spec[key] for _ in range(key in spec)] + [hit for part in spec.values() for hit in found(part, key)]
    return [hit for part in spec for hit in found(part, key)] if isinstance(spec, list) else []


@pytest.mark.parametrize("name", SPECS)
def test_the_address_of_the_shapes_is_the_only_one(name):
    assert set(SPECS[name]) == set(PALETTES)
    for spec in SPECS[name].values():
        before = copy.deepcopy(spec)
        assert set(found(spec, "url")) == {maps.SHAPES}
        assert not found(spec, "datasets"), "a name of data would part the frame from its chart"
        within = maps.inline(spec)
        assert not found(within, "url")
        assert all("arcs" in values for values in found(within, "values") if isinstance(values, dict))
        assert spec == before, "the constant stays as it is"
        json.dumps(within)


def test_a_page_embeds_the_shapes_unless_they_are_served(monkeypatch):
    spec = maps.TROOPS["light"]
    monkeypatch.setitem(maps._route, "served", False)
    assert not found(maps.here(spec), "url")
    maps.served()
    assert maps.here(spec) is spec


def test_differences_have_the_same_colours_on_either_side_of_nought():
    for theme, spec in maps.SPENDING_CHANGE.items():
        scales = found(spec, "scale")
        (scale,) = [dict(s) for s in {json.dumps(s): s for s in scales if "interpolate" in s}.values()]
        assert scale["domain"][0] == -scale["domain"][2]
        assert scale["range"][0] == PALETTES[theme]["orange"]
        assert scale["range"][2] == PALETTES[theme]["blue"]


def test_a_map_knows_its_size_within_a_larger_picture():
    """A part of a larger chart has no signal `width` of its own: the numbers must be the ones it would work out."""
    convert = pytest.importorskip("vl_convert")
    values = dict.fromkeys(ALLIES, 0.5)
    table = maps.frame(values)
    figure = handout.Figure("map", "Map", table, maps.SPENDING_CHANGE["light"], "A map", 330)
    within = handout.alone(figure, "stamp")
    whole = maps.inline({**maps.SPENDING_CHANGE["light"], "height": 330})
    whole["data"] = {"values": table.replace({np.nan: None}).to_dict("records")}
    drawn = [convert.vegalite_to_svg(json.dumps(spec)) for spec in (within, whole)]
    paths = [set(re.findall(r'aria-roledescription="geoshape"[^>]*?d="([^"]+)"', svg)) for svg in drawn]
    assert len(paths[1]) > 25
    assert paths[0] == paths[1]
    assert maps.fixed({"mark": "bar"}) == {"mark": "bar"}


@pytest.mark.parametrize("theme", PALETTES)
def test_a_map_is_drawn_offline(theme):
    convert = pytest.importorskip("vl_convert")
    values = dict(zip(ALLIES, np.linspace(-1.5, 1.5, len(ALLIES)), strict=True))
    spec = {**maps.inline(maps.SPENDING_CHANGE[theme]),
            "data": {"values": maps.frame(values).replace({np.nan: None}).to_dict("records")}}  # fmt: skip
    drawn = convert.vegalite_to_svg(json.dumps(spec))
    ends = {PALETTES[theme]["orange"], PALETTES[theme]["blue"]}
    rgb = {"rgb({}, {}, {})".format(*(int(end[n : n + 2], 16) for n in (1, 3, 5))) for end in ends}
    assert all(colour in drawn for colour in rgb), "the lowest and the highest value have the colours of the ends"
    assert "Canada" in drawn
