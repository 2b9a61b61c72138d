"""Who may import whom: a room only looks at rooms below it."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SIM = ROOT / "sim"

ORDER = (
    "errors", "quarters", "tables", "scores", "saving", "reading", "priors", "facts", "reference", "params", "state",
    "rules", "draws", "posterior", "plan", "now", "seen", "step", "start", "variables", "agents", "scenario",
    "outcomes", "ensemble", "results", "evaluation", "experiment", "batch", "controls", "analysis", "laws", "ledger",
    "jobs", "__init__", "evidence", "catalogue", "ways", "report", "frames", "paired", "scored", "families", "charts",
    "provenance", "origins", "card", "question", "chronicle", "telling", "sharing", "shapes", "handout", "certified",
    "sourced", "printed", "game", "side", "side_words", "shelf", "passport", "drivers", "ally", "ally_words", "why",
    "course", "whereabouts", "whereabouts_words", "importance", "pages", "cli", "__main__",
)  # fmt: skip
"""Rooms from bottom to top. A new module takes its place here, above all it looks at."""

FILES = sorted(SIM.rglob("*.py"))
STRICT = ("rules",)
"""Packages whose modules do not look at each other."""


def module(file):
    """The dotted name of a file within sim: `rules.burden`, `rules`, `__init__`."""
    parts = file.relative_to(SIM).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def rank(name):
    """How high a module stands: rooms by ORDER, and a package below its own modules."""
    room, *inner = name.split(".")
    return ORDER.index(room), len(inner)


MODULES = {module(file): file for file in FILES}


def imports(file):
    """All modules that a file imports, absolute, with the names taken from them: (`numpy.random`, `Philox`)."""
    here = ("sim", *file.relative_to(SIM).parts[:-1]) if file.is_relative_to(SIM) else ()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(here[: len(here) - node.level + 1]) if node.level else ""
            base = ".".join(part for part in (above, node.module or "") if part)
            yield from ((base, alias.name) for alias in node.names)


def looked_at(file):
    """The modules of sim that a file imports; a name that is no module comes from the package itself."""
    for base, name in imports(file):
        if base.split(".")[0] == "sim":
            inner = base.split(".")[1:]
            longer = ".".join([*inner, name or ""]).strip(".")
            yield longer if longer in MODULES else ".".join(inner) or "__init__"


def may_look(name, other):
    """Whether one module may import another: those below it, and its own package."""
    family = name.split(".")[0] == other.split(".")[0]
    return (family and name.split(".")[0] not in STRICT) or rank(other) < rank(name)


def test_every_module_has_a_place():
    for name in MODULES:
        room = name.split(".")[0]
        assert room in ORDER, f"sim/{room}: give this room its place in ORDER, above all it looks at"


@pytest.mark.parametrize("name", MODULES)
def test_imports_only_point_down(name):
    for other in looked_at(MODULES[name]):
        assert other in MODULES, f"sim.{name} imports sim.{other}, which is no module"
        assert may_look(name, other), f"sim.{name} looks up at sim.{other}"


@pytest.mark.parametrize("name", MODULES)
def test_mesa_lives_in_one_room(name):
    found = {base.split(".")[0] for base, _ in imports(MODULES[name])}
    assert name == "agents" or "mesa" not in found


@pytest.mark.parametrize("name", MODULES)
def test_streamlit_lives_on_pages(name):
    found = {base.split(".")[0] for base, _ in imports(MODULES[name])}
    assert name.split(".")[0] == "pages" or "streamlit" not in found


HYPOTHESIS = ("laws.neighbourhood", "laws.search")
"""Modules that look for examples. Nothing imports them when it is loaded, only when a certificate is asked for."""


@pytest.mark.parametrize("name", MODULES)
def test_hypothesis_lives_in_two_modules(name):
    found = {base.split(".")[0] for base, _ in imports(MODULES[name])}
    assert name in HYPOTHESIS or "hypothesis" not in found


def test_hypothesis_is_not_loaded_with_the_package_or_the_command_line():
    loaded = "import sys, sim.cli; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], cwd=ROOT).returncode == 0


BORROWED = {"analysis.portfolios": {"random.getstate", "random.seed", "random.setstate"}}
"""Modules that seed a library which draws from Python's `random`, and put its state back: what they may use of it."""


@pytest.mark.parametrize("name", BORROWED)
def test_who_seeds_a_library_draws_nothing_from_random(name):
    tree = ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8")))
    used = {ast.unparse(n) for n in tree if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "random"}
    assert used == BORROWED[name]
    assert [wanted for base, wanted in imports(MODULES[name]) if base == "random"] == [None]


@pytest.mark.parametrize("name", MODULES)
def test_randomness_comes_from_addressed_generators(name):
    """Common random numbers. No process-wide generator, no `random` module: only `Generator` and `Philox` are taken."""
    file = MODULES[name]
    taken = set(imports(file))
    assert name in BORROWED or not any(base.split(".")[0] == "random" for base, _ in taken)
    assert {wanted for base, wanted in taken if base == "numpy.random"} <= {"Generator", "Philox"}
    assert ("numpy", "random") not in taken
    used = {
        ast.unparse(node)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random")
    }
    assert used <= {"np.random.Generator", "np.random.Philox"}


def test_the_walk_sees_what_is_there():
    """The test itself: it finds modules, and knows up from down."""
    assert {"rules.burden", "rules", "agents", "step"} <= set(MODULES)
    assert "rules.burden" in set(looked_at(MODULES["agents"]))
    down = [("step", "rules.burden"), ("rules.burden", "rules"), ("pages.a", "pages.b"), ("__init__", "agents")]
    up = [("rules", "rules.burden"), ("rules.burden", "rules.posture"), ("plan", "step"), ("ensemble", "__init__")]
    assert all(may_look(*pair) for pair in down)
    assert not any(may_look(*pair) for pair in up)


def test_the_command_line_needs_no_extra():
    """`make run` installs the project alone: the commands load without anything that only extras bring."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    modules = {"pillow": "PIL", "markdown-it-py": "markdown_it", "vl-convert-python": "vl_convert"}

    def names(needs):
        found = {re.match(r"[\w.-]+", need)[0] for need in needs}
        return {modules.get(name, name.replace("-", "_")) for name in found}

    extras = names(need for needs in project["optional-dependencies"].values() for need in needs)
    refused = sorted(extras - names(project["dependencies"]))
    assert {"streamlit", "PIL", "jinja2"} <= set(refused)
    script = f"import sys; sys.modules.update(dict.fromkeys({refused})); from sim.cli import main; main(['--help'])"
    shown = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    assert "compare" in shown.stdout
