"""Seeds: every sentence of the documents that matters has a fact, and broken seeds say what is wrong."""

import shutil

import pytest

from sim import facts


@pytest.fixture
def seeds(tmp_path):
    """A copy of the seeds that a test may break."""
    return shutil.copytree(facts.seeds_dir(), tmp_path / "seeds")


TRADE = "2025-04-troops-and-trade.yaml"
SPENDING = "2025-03-conditional-article-5.yaml"


@pytest.mark.parametrize("row", facts.ROWS)
def test_every_row_of_the_model_has_a_fact(row):
    assert any(row in fact.rows for fact in facts.load_facts().values())


def test_hedges_and_statuses_of_all_facts_are_explained():
    for fact in facts.load_facts().values():
        assert fact.hedge in facts.load_hedges()
        assert fact.status in facts.load_statuses()


def test_three_documents_with_their_dates():
    heads = {(f.document, f.date) for f in facts.load_facts().values()}
    assert heads == {("000", "2025-04"), ("001", "2025-02-12"), ("002", "2025-03")}
    assert all(f.date_note for f in facts.load_facts().values())


@pytest.mark.parametrize(
    ("name", "value", "hedge", "status"),
    [
        ("eastern-withdrawal", 10000, "up to", "considered"),
        ("troops-in-europe", 100000, "roughly", "stated"),
        ("indopacific-forces", 375000, "some", "stated"),
        ("border-increase", 1500, "some", "stated"),
        ("border-total", 3600, "exact", "stated"),
        ("spending-guideline", 2, "exact", "stated"),
        ("spending-demand", 5, "exact", "reported"),
        ("no-active-plans", None, "not quantified", "denied"),
    ],
)
def test_numbers_of_the_documents(name, value, hedge, status):
    fact = facts.load_facts()[name]
    assert (fact.value, fact.hedge, fact.status) == (value, hedge, status)


@pytest.mark.parametrize("reading", facts.READINGS)
def test_a_hedge_is_a_distribution_that_never_falls(reading):
    for fact in facts.load_facts().values():
        if isinstance(fact.value, int | float):
            drawn = [fact.draw(u / 10, reading) for u in range(11)]
            assert drawn == sorted(drawn)
            assert drawn[0] >= 0


def test_up_to_is_a_ceiling_and_a_fact_without_number_refuses_to_be_drawn():
    known = facts.load_facts()
    assert [known["eastern-withdrawal"].draw(u) for u in (0, 0.5, 1)] == [0, 5000, 10000]
    with pytest.raises(ValueError, match="no number to draw"):
        known["trade-talks-link"].draw(0.5)


def test_a_status_is_a_range_of_chances():
    for meaning in facts.load_statuses().values():
        assert 0 <= meaning.happens.quantile(0) <= meaning.happens.quantile(1) <= 1


def test_facts_cannot_be_changed():
    with pytest.raises(TypeError):
        facts.load_facts()["new"] = None
    with pytest.raises(ValueError, match="frozen"):
        facts.load_facts()["border-total"].value = 1


def test_source_and_cite():
    assert isinstance(facts.source("troops-in-europe"), facts.Fact)
    assert isinstance(facts.source("leeds-2000"), facts.Publication)
    assert isinstance(facts.source("assumption"), facts.Assumption)
    line = facts.cite("eastern-withdrawal")
    assert all(part in line for part in ("document 000", "2025-04", "paragraph 1", "10,000 persons", "up to"))
    assert facts.cite("benson-2011 assumption") == "Benson (2011); assumption: our own judgement, no source"
    with pytest.raises(facts.FactError, match="Did you mean 'leeds-2000'"):
        facts.source("leeds2000")


BROKEN = {
    "unknown hedge": (TRADE, "hedge: up to", "hedge: upto", "unknown hedge 'upto'. Did you mean 'up to'"),
    "unknown status": (TRADE, "status: considered", "status: weighed", "unknown status 'weighed'"),
    "unknown key": (
        TRADE,
        "    unit: persons",
        "    units: persons",
        "units: unknown key. Did you mean 'unit'",
    ),
    "key of the head": (
        TRADE,
        "    unit: persons",
        "    unit: persons\n    title: x",
        "title: unknown key. It belongs",
    ),
    "hedge no word": (TRADE, "hedge: up to", "hedge: [up, to]", "unknown hedge"),
    "id twice": (TRADE, "id: eastern-size-open", "id: eastern-hosts", "eastern-hosts: id already used"),
    "id of a publication": (
        TRADE,
        "id: eastern-size-open",
        "id: dmdc",
        "id already used by .*publications.yaml",
    ),
    "id elsewhere": (TRADE, "id: eastern-size-open", "id: border-total", "border-total: id already used"),
    "row out of range": (TRADE, "rows: [6]", "rows: [21]", "less than or equal to 20"),
    "row without fact": (SPENDING, "rows: [17]", "rows: [16]", "row 17 of MODEL.md section 7 has no fact"),
    "no place": (
        SPENDING,
        "    place: paragraph 11\n",
        "",
        "announcement-awaited: place: is missing",
    ),
    "no unit": (TRADE, "    unit: persons\n", "", "eastern-withdrawal: a value needs a unit"),
    "no value": (TRADE, "    value: 10000\n", "", "'up to' needs a value"),
    "value too many": (TRADE, "hedge: up to", "hedge: not quantified", "takes no value, got 10000"),
    "wrong type": (TRADE, "value: 10000", "value: [1]", "eastern-withdrawal: value"),
    "bad date": (TRADE, "date: 2025-04\n", "date: April\n", "head: date: 'April' does not fit"),
    "document twice": (TRADE, 'document: "000"', 'document: "001"', "'001' is already"),
    "key twice": (TRADE, "kind: news report", "kind: news report\nkind: post", "kind: stands twice"),
    "no facts": (TRADE, "facts:", "fact:", "facts: missing"),
    "no publication text": (
        "publications.yaml",
        "  cite: Leeds et al. (2000)\n",
        "",
        "leeds-2000: cite: is missing",
    ),
    "odd hedge": ("hedges.yaml", "    factor: 1.0\n", "", "exact: fixed takes factor, not none"),
    "falling hedge": ("hedges.yaml", "low: 0.98", "low: 2.0", "low, high must not fall"),
}


@pytest.mark.parametrize(("file", "old", "new", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_seeds_say_where_what_and_what_would_be_right(seeds, file, old, new, message):
    text = (seeds / file).read_text(encoding="utf-8")
    assert old in text
    (seeds / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(facts.FactError, match=message) as caught:
        facts.load_facts(seeds)
    assert "seeds" in str(caught.value)


def test_all_problems_are_told_at_once(seeds):
    text = (seeds / TRADE).read_text(encoding="utf-8")
    text = text.replace("hedge: up to", "hedge: upto").replace("status: quoted", "status: said", 1)
    (seeds / TRADE).write_text(text, encoding="utf-8")
    with pytest.raises(facts.FactError) as caught:
        facts.load_facts(seeds)
    assert len([p for p in caught.value.problems if "unknown" in p]) == 2


def test_a_new_document_is_found_by_itself(seeds):
    text = (seeds / TRADE).read_text(encoding="utf-8").replace('"000"', '"003"').replace("- id: ", "- id: new-")
    (seeds / "2025-05-new.yaml").write_text(text, encoding="utf-8")
    assert facts.load_facts(seeds)["new-eastern-hosts"].document == "003"


def test_a_missing_file_is_named(seeds):
    (seeds / "publications.yaml").unlink()
    with pytest.raises(facts.FactError, match=r"publications\.yaml: no such file"):
        facts.load_facts(seeds)
