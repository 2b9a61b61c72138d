"""The page on which one takes a seat, in process and without a browser."""

import json
import re
from pathlib import Path

import pytest

from sim import game
from sim.game.store import CODE, PLACE, Store
from sim.pages import seat_store

testing = pytest.importorskip("streamlit.testing.v1")

APP = Path(__file__).parents[1] / "app.py"
PAGE = "sim/pages/seat.py"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A store of games of its own."""
    monkeypatch.setenv(PLACE, str(tmp_path / "games"))
    monkeypatch.setenv("ARTICLE5_WORKERS", "0")
    return tmp_path / "games"


def opened(**address):
    """The page, opened at an address."""
    app = testing.AppTest.from_file(str(APP), default_timeout=120)
    app.query_params["worlds"] = "200"
    app.run()
    app.switch_page(PAGE)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def text(app):
    """Everything that stands in Markdown, captions and complaints, without escapes."""
    parts = [*app.markdown, *app.caption, *app.warning, *app.error]
    return re.sub(r"\\(.)", r"\1", "\n".join(e.value for e in parts))


def address(app):
    """What the address says of the game."""
    return {name: "".join(app.query_params.get(name, [])) for name in ("game", "role", "lead")}


def table(**more):
    """A game with two teams and the United States in the store: its code and the facilitator's key."""
    return Store().new(game.start("conditional-article5", ("POL", "DEU", "USA"), worlds=200, **more))


def test_playing_alone_takes_one_click_on_the_page():
    app = opened()
    assert "What would you decide?" in text(app)
    assert "The levers in the side bar play no part on this page" in text(app)
    app.button(key="alone").click().run()
    assert not app.exception
    where = address(app)
    assert CODE.fullmatch(where["game"])
    assert where["role"] == "POL"
    said = text(app)
    assert "What does Poland decide for 2026?" in said
    assert "You are the government of Poland." in said
    assert "The model would have" not in said
    assert len(app.get("vega_lite_chart")) == 1


def test_a_year_alone_is_decided_and_seen_at_once():
    app = opened()
    app.button(key="alone").click().run()
    app.slider(key="spend-POL-2026").set_value(5.0)
    app.text_input(key="why-POL-2026").set_value("We feel it")
    app.get_by_key("guess-POL-2026").set_value("up")
    app.button(key="decide").click().run()
    assert not app.exception
    said = text(app)
    assert "What does Poland decide for 2027?" in said
    assert "You decided 5.00% of GDP. The model would have spent: " in said.replace("**", "")
    assert "We feel it" in said
    assert "You guessed up for what Europe and Canada spend" in said.replace("**", "")
    kept = Store().get(address(app)["game"]).game
    assert (kept.year, kept.choice("POL", 2026).spending) == (2027, 5.0)
    app.toggle(key="debrief").set_value(True).run()
    assert "Poland decided" in text(app)
    assert any("the model alone" in frame.value for frame in app.dataframe)
    app.button(key="back").click().run()
    assert "What does Poland decide for 2026?" in text(app)
    assert app.slider(key="spend-POL-2026").value == 5.0


def test_a_reload_comes_back_to_the_seat():
    code, _ = table()
    app = opened(game=code, role="DEU")
    assert "What does Germany decide for 2026?" in text(app)
    again = opened(**{name: value for name, value in address(app).items() if value})
    assert "What does Germany decide for 2026?" in text(again)


def test_a_team_joins_by_code_and_chooses_its_seat():
    code, _ = table()
    app = opened()
    app.text_input(key="join-code").set_value(f"{code[:3]} {code[3:].lower()}")
    app.button(key="join").click().run()
    assert "Which seat do you take?" in text(app)
    app.button(key="take-POL").click().run()
    assert address(app) == {"game": code, "role": "POL", "lead": ""}
    app.slider(key="spend-POL-2026").set_value(4.5)
    app.text_input(key="who-POL-2026").set_value("Blue")
    app.button(key="decide").click().run()
    assert Store().get(code).game.choice("POL").who == "Blue"
    assert "Decided. You can change it until the year is closed." in text(app).replace("**", "")
    assert "waiting for: Germany, United States" in text(app)


def test_the_united_states_set_their_open_levers():
    code, _ = table()
    app = opened(game=code, role="USA")
    assert not app.exception
    app.slider(key="lever-conditionality-USA-2026").set_value(0.2)
    app.slider(key="lever-pivot-USA-2026").set_value(20_000)
    app.button(key="decide").click().run()
    assert dict(Store().get(code).game.choice("USA").levers) == {"conditionality": 0.2, "pivot": 20_000.0}


def test_a_facilitator_leads_through_a_year():
    code, key = table()
    Store().move(code, lambda g: game.guess(game.decide(g, "POL", 4.5, who="Blue"), "POL", "up"))
    app = opened(game=code, role="facilitator", lead=key)
    assert not app.exception
    assert f"Code {code}" in text(app).replace("**", "")
    assert "decided: Poland · waiting for: Germany, United States" in text(app)
    app.button(key="close").click().run()
    assert Store().get(code).game.closed
    assert not [frame for frame in app.dataframe if "the model alone" in frame.value]
    app.button(key="reveal").click().run()
    assert not app.exception
    row = next(frame.value for frame in app.dataframe if "the model alone" in frame.value).iloc[0]
    assert (row.seat, row.team, row.decided) == ("Poland", "Blue", "4.50% of GDP")
    assert len(app.get("vega_lite_chart")) == 3
    app.button(key="back").click().run()
    assert Store().get(code).game.year == 2026


def test_a_team_does_not_see_a_closed_year_before_it_is_revealed():
    code, key = table()
    Store().move(code, lambda g: game.close(game.decide(g, "POL", 4.5)), key)
    app = opened(game=code, role="POL")
    assert "2026 is closed." in text(app)
    assert "The model would have" not in text(app)
    assert not [button for button in app.button if button.key == "decide"]


def test_the_wall_shows_common_axes_and_no_moves():
    code, key = table()
    Store().move(code, lambda g: game.reveal(game.close(game.decide(g, "POL", 4.5))), key)
    app = opened(game=code, role="wall")
    assert not app.exception
    charts = app.get("vega_lite_chart")
    domains = {json.dumps(json.loads(c.proto.spec)["layer"][0]["encoding"]["y"]["scale"]) for c in charts}
    assert (len(charts), len(domains)) == (3, 1)
    assert not {button.key for button in app.button} & {"close", "reveal", "back", "decide"}


@pytest.mark.parametrize("lead", ["", "guessed"])
def test_nobody_leads_without_the_key(lead):
    code, _ = table()
    app = opened(game=code, role="facilitator", **({"lead": lead} if lead else {}))
    assert "opens with the facilitator's address only" in text(app)
    assert not [button for button in app.button if button.key == "close"]


@pytest.mark.parametrize("code", ["BCDFGH", "../../x", "x", "%00"])
def test_an_unknown_code_leads_to_the_door(code):
    app = opened(game=code, role="POL")
    assert not app.exception
    assert "game" in app.error[0].value
    assert "What would you decide?" in text(app)
    assert address(app) == {"game": "", "role": "", "lead": ""}


def test_a_damaged_game_is_told_and_leads_to_the_door(folder):
    code, _ = table()
    (folder / f"{code}.json").write_text("{")
    app = opened(game=code, role="POL")
    assert not app.exception
    assert "its file is damaged" in text(app)


def test_names_that_could_be_markup_are_refused_and_nothing_is_decided():
    code, _ = table()
    app = opened(game=code, role="POL")
    app.text_input(key="who-POL-2026").set_value("![x](http://e)")
    app.button(key="decide").click().run()
    assert "is not allowed" in text(app)
    assert Store().get(code).game.choice("POL") is None


def test_a_facilitator_opens_a_table():
    app = opened()
    app.multiselect(key="seats").set_value(["EST", "USA"])
    app.slider(key="years").set_value((2027, 2029))
    app.button(key="open-table").click().run()
    assert not app.exception
    where = address(app)
    assert where["role"] == "facilitator"
    here = Store().get(where["game"]).game
    assert (here.roles, here.first, here.last) == (("EST", "USA"), 2027, 2029)


def test_a_game_that_is_over_ends_with_its_debrief():
    code, key = table(last=2026)
    Store().move(code, lambda g: game.reveal(game.close(game.decide(g, "POL", 4.5))), key)
    for role in ("POL", "wall"):
        app = opened(game=code, role=role)
        assert not app.exception
        assert "What did each decision do?" in text(app)


# --- one seat -----------------------------------------------------------------------------------------------------


def test_the_shared_link_of_a_game_of_one_seat_opens_read_only():
    app = opened()
    app.button(key="alone").click().run()
    app.session_state["share"] = True
    app.run()
    shared, own = (code.value for code in app.code[:2])
    key = address(app)["lead"]
    assert key
    assert key not in shared
    assert f"lead={key}" in own
    assert "private" in text(app)
    other = opened(game=address(app)["game"], role="POL")
    assert not other.exception
    assert "You look on" in text(other)
    assert not {button.key for button in other.button} & {"decide", "back"}
    assert not [slider for slider in other.slider if slider.key == "spend-POL-2026"]
    over, key = Store().new(game.start("conditional-article5", ("POL",), worlds=200, last=2026))
    Store().move(over, lambda g: game.reveal(game.close(game.decide(g, "POL", 4.5))), key)
    late = opened(game=over, role="POL")
    assert "What did each decision do?" in text(late)
    assert not {button.key for button in late.button} & {"decide", "back"}


def test_a_session_plays_one_game_alone_and_leaving_ends_it(folder):
    app = opened()
    app.button(key="alone").click().run()
    first = address(app)["game"]
    for name in ("game", "role", "lead"):
        app.query_params.pop(name)
    app.session_state["my-seat"] = seat_store.Place()
    app.run()
    app.button(key="alone").click().run()
    second = address(app)["game"]
    assert second != first
    assert [file.stem for file in folder.glob("*.json")] == [second]
    app.button(key="leave").click().run()
    assert not app.exception
    assert "What would you decide?" in text(app)
    assert list(folder.glob("*.json")) == []


def test_who_looks_on_leaves_the_game_as_it_is(folder):
    code, _ = Store().new(game.start("conditional-article5", ("POL",), worlds=200))
    app = opened(game=code, role="POL")
    app.button(key="leave").click().run()
    assert [file.stem for file in folder.glob("*.json")] == [code]


def test_a_table_has_two_seats():
    app = opened()
    app.multiselect(key="seats").set_value(["EST"]).run()
    assert app.button(key="open-table").disabled
    assert "A table has two seats or more" in text(app)
