"""The pages in docs/: they build without a warning, lack nothing, need no network, and what they show happens."""

import doctest
import gc
import json
import os
import re
import subprocess
import sys
import time
from functools import cached_property
from html.parser import HTMLParser
from inspect import isclass, ismodule
from pathlib import Path
from types import FunctionType
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

import click
import pytest

import sim
from sim import facts
from sim.cli import main
from sim.laws import LAWS
from sim.outcomes import OUTCOMES
from sim.params import levers, uncertainties
from sim.scenario import ScenarioFile
from sim.variables import VARIABLES
from tests.test_rooms import MODULES, ORDER

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PATIENCE = 300

# --- what pages show ----------------------------------------------------------------------------------------------

PAGES = [DOCS / "index.md", DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
PAGES.remove(DOCS / "how-to" / "index.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_shows_is_what_happens(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with patch.dict(OUTCOMES), patch.dict(LAWS):  # what a page adds is gone with it
        found = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    gc.collect()  # a strategy, too
    assert found.attempted > 0
    assert found.failed == 0


# --- the pages, built ---------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a built page holds: ids, links, resources it loads, headings, and all its text."""

    LOADED = frozenset({"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch"})

    def __init__(self, html):
        super().__init__()
        self.ids, self.links, self.loaded, self.headings, self.words, self.open = set(), [], [], [], [], []
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "link" and self.LOADED & set((given.get("rel") or "").split()):
            self.loaded.append(given["href"])
        elif tag != "a" and (given.get("src") or given.get("srcset") or given.get("data")):
            self.loaded.append(given.get("src") or given.get("srcset") or given.get("data"))
        self.loaded += re.findall(r"url\(['\"]?([^'\")]+)", given.get("style") or "")
        if re.fullmatch(r"h[1-6]|style|script", tag):
            self.open.append(tag)
            self.headings += [""] if tag[0] == "h" else []

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.loaded += wanted(data)
        elif not (self.open and self.open[-1] == "script"):
            self.words.append(data)
            if self.open:
                self.headings[-1] += data


def wanted(css):
    """What a style sheet loads."""
    return re.findall(r"url\(\s*['\"]?([^'\")]+)", css) + re.findall(r"@import\s+['\"]([^'\"]+)", css)


def remote(page):
    """The resources of a page that need a network."""
    return [place for place in page.loaded if urlsplit(place).netloc]


def broken(pages):
    """The links between pages that lead nowhere, as (page, link)."""
    found = []
    for path, page in pages.items():
        for link in page.links:
            to = urlsplit(link)
            if to.scheme or to.netloc:
                continue
            target = (path.parent / unquote(to.path)).resolve() if to.path else path
            known = target in pages
            if not (known or target.is_file()) or (
                known and to.fragment and unquote(to.fragment) not in pages[target].ids
            ):
                found.append((path.name, link))
    return found


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of the pages and what Sphinx said. Built once, by whichever worker comes first."""
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, told = root / "documentation", root / "documentation.json"
    try:
        folder.mkdir()
    except FileExistsError:
        until = time.monotonic() + PATIENCE
        while not told.exists() and time.monotonic() < until:
            time.sleep(0.2)
    else:
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(DOCS), str(folder)]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        (root / "documentation.part").write_text(json.dumps([ran.returncode, ran.stderr]), encoding="utf-8")
        (root / "documentation.part").rename(told)
    return folder, json.loads(told.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def pages(built):
    """Every built page by its path."""
    folder, _ = built
    return {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}


@pytest.fixture(scope="session")
def page(built, pages):
    """A built page by its name."""
    return lambda name: pages[(built[0] / f"{name}.html").resolve()]


def test_the_pages_build_without_a_warning(built):
    assert built[1] == [0, ""]


def test_every_public_name_is_documented(page, pages):
    ids = page("reference/python").ids
    everywhere = set().union(*(p.ids for p in pages.values()))
    for name in sim.__all__:
        value = getattr(sim, name)
        assert f"module-sim.{name}" in everywhere if ismodule(value) else f"sim.{name}" in ids, name
        if isclass(value):
            ours = (FunctionType, property, classmethod, staticmethod, cached_property)  # not what Mesa puts there
            methods = {m for m, own in vars(value).items() if not m.startswith("_") and isinstance(own, ours)}
            methods -= set(getattr(value, "__dataclass_fields__", ()))
            assert {f"sim.{name}.{method}" for method in methods} <= ids


def test_every_module_below_the_app_has_its_place(pages):
    below = [name for name in MODULES if ORDER.index(name.split(".")[0]) < ORDER.index("__init__")]
    told = {heading.rstrip("¶") for path, p in pages.items() if path.parent.name == "rooms" for heading in p.headings}
    assert len(below) > 50
    assert {f"sim.{name}" for name in below} <= told


def commands(group, above="article5"):
    """Every command of the command line with its parameters, by the words one types."""
    for name, command in group.commands.items():
        yield f"{above} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{above} {name}")


def test_every_command_and_option_is_on_the_page(page):
    here = page("reference/commands")
    headings = [heading.rstrip("¶") for heading in here.headings]
    for words, command in commands(main):
        assert words in headings
        for option in (p for p in command.params if isinstance(p, click.Option)):
            assert option.opts[0] in here.text, f"{words} {option.opts[0]}"


@pytest.mark.parametrize(
    ("kind", "name", "declared"),
    [
        ("lever", "reference/levers", levers()),
        ("uncertainty", "reference/uncertainties", uncertainties()),
        ("outcome", "reference/outcomes", OUTCOMES),
    ],
)
def test_all_that_is_declared_is_in_the_catalogue(page, kind, name, declared):
    here = page(name)
    for entry in declared.values():
        assert f"{kind}-{entry.name}".replace("_", "-") in here.ids
        assert f"{entry.name} {entry.about}" in here.text
        assert entry.unit in here.text


def test_variables_sources_and_keys_are_in_the_catalogue(page):
    assert all(f"{v.name} {v.about}" in page("reference/outcomes").text for v in VARIABLES.values())
    sources = page("reference/sources")
    assert {f"source-{key}" for key in (*facts.load_facts(), *facts.load_publications())} <= sources.ids
    assert all(fact.about in sources.text for fact in facts.load_facts().values())
    text = page("reference/scenario-format").text
    assert all(f" {field.alias or name} " in text for name, field in ScenarioFile.model_fields.items())


def test_nothing_is_loaded_from_elsewhere(built, pages):
    assert len(pages) > 20
    assert all(page.loaded for page in pages.values())
    assert [place for page in pages.values() for place in remote(page)] == []
    sheets = list(built[0].rglob("*.css"))
    assert sheets
    for sheet in sheets:
        assert not [place for place in wanted(sheet.read_text(encoding="utf-8")) if urlsplit(place).netloc], sheet


def test_every_link_between_pages_leads_somewhere(pages):
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert broken(pages) == []


def test_the_checks_see_what_is_wrong(tmp_path):
    """The tests themselves: a page that loads from a network and links to nowhere is found out."""
    html = """<link rel="stylesheet" href="https://a.org/x.css"><script src="//b.org/y.js"></script>
    <style>@import url(http://c.org/z.css);</style><p id="here" style="background: url('https://d.org/i.png')">text</p>
    <h2>One <em>two</em></h2><a href="#here">1</a><a href="#gone">2</a><a href="gone.html">3</a>
    <a href="https://e.org">4</a><img src="own.png">"""
    found = Page(html)
    assert remote(found) == ["https://a.org/x.css", "//b.org/y.js", "http://c.org/z.css", "https://d.org/i.png"]
    assert found.headings == ["One two"]
    assert "url" not in found.text
    here = tmp_path / "here.html"
    assert broken({here: found}) == [("here.html", "#gone"), ("here.html", "gone.html")]
