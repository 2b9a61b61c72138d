"""The page of evidence beside its tests: documents, parameters, laws, the model card."""

import re
from pathlib import Path

import pytest

from sim import card, certified, facts, question, sourced
from sim.controls import CONTROLS
from sim.errors import InputError
from sim.laws import certificate
from sim.params import uncertainties
from sim.question import Question

testing = pytest.importorskip("streamlit.testing.v1")

APP = Path(__file__).parents[1] / "app.py"


def page(part, **address):
    opened = testing.AppTest.from_file(str(APP), default_timeout=120)
    for name, value in {"part": part, "worlds": "200", **address}.items():
        opened.query_params[name] = value
    return opened.switch_page("sim/pages/evidence.py").run()


def text(opened):
    return re.sub(r"\\(.)", r"\1", "\n".join(e.value for e in [*opened.markdown, *opened.caption, *opened.warning]))


def test_every_fact_stands_with_who_says_it_and_what_rests_on_it():
    opened = page("Documents")
    assert not opened.exception
    told = [frame.value for frame in opened.dataframe if "how firmly" in frame.value.columns]
    known = facts.load_facts()
    assert sum(map(len, told)) == len(known)
    for table in told:
        for row in table.itertuples():
            fact = known[row.name]
            assert (row.who, row.place) == (fact.speaker, fact.place)
    assert all(document.title in text(opened) for document in sourced.documents())


def test_what_rests_on_a_fact():
    assert "withdrawal" in sourced.moved_by("eastern-withdrawal")
    assert "eastern-withdrawal-considered" in sourced.used_in("eastern-withdrawal")
    assert sourced.moved_by("no such source") == ()


def test_every_parameter_is_listed_once():
    opened = page("Parameters")
    assert not opened.exception
    (table,) = [frame.value for frame in opened.dataframe]
    assert sorted(table.parameter) == sorted(n.replace("_", " ") for n in [*CONTROLS, *uncertainties()])
    assert table.sources.str.len().min() > 0, "no parameter without a source or the word assumption"
    ours = table.sources.str.contains("assumption").sum()
    assert f"{ours} of them rest on an assumption" in text(opened)


def test_a_passport_opens_from_the_list():
    opened = page("Parameters")
    opened.selectbox(key="uncertain").set_value("threshold").run()
    assert not opened.exception
    assert "What it moves" in text(opened)


def test_the_laws_are_checked_only_when_asked_for(monkeypatch):
    monkeypatch.setattr(certificate, "in_order", lambda: [law for law in _laws() if law.number in (1, 2)])
    opened = page("Laws", threshold="3.5")
    assert not opened.exception
    assert not opened.dataframe
    opened.button(key="certify").click().run()
    assert not opened.exception
    (table,) = [frame.value for frame in opened.dataframe]
    held = table[table.result == "holds"]
    assert set(held.law) == {"1", "2"}
    assert set(held.examples) == {"5"}
    assert any("threshold=3.5" in code.value for code in opened.code)
    opened.slider(key="threshold").set_value(4.0).run()
    assert not opened.dataframe, "a certificate of other levers is not shown"


def _laws():
    return sorted(certificate.LAWS.values(), key=lambda law: law.number)


def test_a_law_that_fails_is_told(monkeypatch):
    (law,) = [law for law in _laws() if law.number == 2]
    broken = law.__class__(**{**{f: getattr(law, f) for f in law.__dataclass_fields__}, "check": _fail})
    monkeypatch.setattr(certificate, "in_order", lambda: [broken])
    monkeypatch.setitem(certificate.LAWS, law.name, broken)
    found = certified.certified(Question(worlds=200), 1)
    assert found.verdict == "1 of 1 laws fail"
    assert found.failures == (f"Law 2 fails: {law.sentence}. The certificate holds the example.",)


def _fail(*_):
    raise AssertionError("made to fail")


def test_the_card_is_all_there():
    opened = page("Model card")
    assert not opened.exception
    said = text(opened)
    for line in card.text().splitlines():
        if line.startswith("## "):
            assert line[3:] in said
    assert len(opened.get("download_button")) == 1


def test_an_unknown_part_is_refused():
    assert "part=Nonsense: refused" in text(page("Nonsense"))


def test_a_scenario_that_cannot_be_meant_has_no_certificate():
    with pytest.raises(InputError):
        certified.certified(Question("name: x\nlevers: {threshold: 99}\n"), 1)
    assert question.is_file("a\n")
