"""The rules of a game: who decides when, what can be taken back, and the scenario file that it all becomes.

A year goes: everybody who is seated decides and may guess (`decide`, `guess`), the year is closed (`close`), what came
of it is revealed (`reveal`), and the next year begins. Nothing is changed in place: every function gives a new game.
"""

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any, Literal

from sim import draws, question
from sim import quarters as calendar
from sim.errors import InputError
from sim.game.roles import UNITED_STATES, role_name
from sim.params import Lever, levers
from sim.plan import Plan
from sim.reading import hint
from sim.reference import Roster
from sim.rules.burden import HIGHEST_SHARE, LOWEST_SHARE
from sim.scenario import Scenario, scenario_from, scenario_names

Way = Literal["up", "same", "down"]
WAYS: tuple[Way, ...] = ("up", "same", "down")

ASKED = {
    "spending_europe_canada_share": 0.02,
    "allies_at_threshold": 1.0,
    "credibility_allies": 0.005,
    "troops_europe": 500.0,
}
"""Outcomes that can be guessed, each with the yearly change up to which it counts as the same, in its unit."""

ASKED_WORDS = {
    "spending_europe_canada_share": "what Europe and Canada spend, % of their GDP",
    "allies_at_threshold": "how many allies report the threshold",
    "credibility_allies": "how far allies believe that the US would fight",
    "troops_europe": "how many US soldiers are in Europe",
}

OPEN_LEVERS = ("threshold", "conditionality", "pressure", "pivot", "rhetoric", "us_share")
"""What the United States can set unless a facilitator says otherwise."""

MOST_ROLES, MOST_LEVERS, MOST_YEARS = 12, 10, 15
MOST_WORLDS = 1000
LONGEST_NAME, LONGEST_WHY = 40, 160

_TEXT = re.compile(r"[\w .,:;()%+\-–'’!?/&]*")
"""What people may write: letters of any language, digits and plain marks. Nothing that could be taken for markup."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a seat decides in a year: an ally the share of GDP of its budget, the United States some levers."""

    role: str
    year: int
    spending: float | None = None  # % of GDP
    levers: tuple[tuple[str, float], ...] = ()
    who: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a seat expects of an outcome in the world of the game, from the end of the last year to the end of this."""

    role: str
    year: int
    outcome: str
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """A scenario under play. `year` is the one to be decided, or `closed` and not yet revealed."""

    base: str  # key of the scenario that is played on
    roles: tuple[str, ...]
    first: int
    last: int
    year: int
    closed: bool = False
    seed: int = 0
    worlds: int = 200
    open_levers: tuple[str, ...] = OPEN_LEVERS
    asked: str = "spending_europe_canada_share"
    choices: tuple[Choice, ...] = ()
    guesses: tuple[Guess, ...] = ()

    @property
    def over(self) -> bool:
        """Whether the last year has been revealed."""
        return self.year > self.last

    @property
    def revealed(self) -> int:
        """The last year whose outcome everybody may see; the year before the first, where none was played."""
        return self.year - 1

    @property
    def world(self) -> int:
        """The world that the seats live in, one of those that are simulated: drawn by the seed."""
        return int(draws.stream(self.seed, "world of a game").integers(self.worlds))

    @property
    def unplayed(self) -> Scenario:
        """The scenario in which nobody decides anything."""
        return question.loaded(self.base)

    @property
    def roster(self) -> Roster:
        """The alliance at the start of the run."""
        return self.unplayed.plan().roster

    def name(self, role: str) -> str:
        """The name of a role. Raises InputError for one that nobody can play."""
        return role_name(role, self.roster)

    def choice(self, role: str, year: int | None = None) -> Choice | None:
        """What a role decided in a year, this one unless another is named."""
        year = self.year if year is None else year
        return next((c for c in self.choices if (c.role, c.year) == (role, year)), None)

    def guess(self, role: str, year: int | None = None) -> Guess | None:
        """What a role guessed in a year, this one unless another is named."""
        year = self.year if year is None else year
        return next((g for g in self.guesses if (g.role, g.year) == (role, year)), None)

    @property
    def waiting(self) -> tuple[str, ...]:
        """The roles that have not decided this year."""
        return () if self.over or self.closed else tuple(r for r in self.roles if self.choice(r) is None)


# --- moves --------------------------------------------------------------------------------------------------------


def start(
    base: str,
    roles: tuple[str, ...] | list[str],
    *,
    first: int | None = None,
    last: int | None = None,
    seed: int = 0,
    worlds: int = 200,
    open_levers: tuple[str, ...] | list[str] = OPEN_LEVERS,
    asked: str = "spending_europe_canada_share",
) -> Game:
    """A new game on a scenario that comes with the project, for some roles.

    Without `first` it begins in the second year of the scenario, since the model plays the first, so that there is
    something to look at; without `last` it takes five years, or as many as there are.

    Raises InputError for anything that cannot be meant.
    """
    if base not in scenario_names():
        raise InputError(f"scenario: unknown {str(base)[:40]!r}. {hint(base, scenario_names(), most=40)}")
    begins, ends = _years(question.loaded(base))
    first = begins + 1 if first is None else first
    last = min(first + 4, ends) if last is None and _is_whole(first) else last
    return checked(
        Game(
            base=base, roles=tuple(roles), first=first, last=last, year=first, seed=seed, worlds=worlds,  # type: ignore[arg-type]
            open_levers=tuple(open_levers), asked=asked,
        )
    )  # fmt: skip


def decide(
    game: Game,
    role: str,
    spending: float | None = None,
    levers: dict[str, float] | None = None,
    who: str = "",
    why: str = "",
) -> Game:
    """The game with what a role decides this year; what it decided before gives way until the year is closed.

    An ally gives `spending`, % of GDP; the United States gives `levers`, of those that are open, or none of them.
    Raises InputError for a seat that nobody plays, a year that is closed or over, and values out of range.
    """
    _open(game, role)
    choice = Choice(role, game.year, spending, tuple(sorted((levers or {}).items())), text(who, LONGEST_NAME, "name"),
                    text(why, LONGEST_WHY, "why"))  # fmt: skip
    _check_choice(game, choice)
    kept = tuple(c for c in game.choices if (c.role, c.year) != (role, game.year))
    return replace(game, choices=(*kept, choice))


def leave(game: Game, role: str) -> Game:
    """The game in which a role leaves this year to the model. Raises InputError as `decide` does."""
    _open(game, role)
    return replace(game, choices=tuple(c for c in game.choices if (c.role, c.year) != (role, game.year)))


def guess(game: Game, role: str, way: str) -> Game:
    """The game with what a role guesses of the outcome that is asked about. Raises InputError as `decide` does."""
    _open(game, role)
    if way not in WAYS:
        raise InputError(f"guess: unknown {str(way)[:20]!r}. {hint(way, WAYS)}")
    kept = tuple(g for g in game.guesses if (g.role, g.year) != (role, game.year))
    return replace(game, guesses=(*kept, Guess(role, game.year, game.asked, way)))  # type: ignore[arg-type]


def ask(game: Game, outcome: str) -> Game:
    """The game with another outcome to guess; this year's guesses are gone. Raises InputError."""
    _undecided(game)
    if outcome not in ASKED:
        raise InputError(f"asked: unknown outcome {str(outcome)[:40]!r}. {hint(outcome, ASKED)}")
    return replace(game, asked=outcome, guesses=tuple(g for g in game.guesses if g.year != game.year))


def close(game: Game) -> Game:
    """The game with this year closed: nobody can decide any more. Whoever has not, leaves it to the model."""
    _undecided(game)
    return replace(game, closed=True)


def reveal(game: Game) -> Game:
    """The game in which a closed year may be seen, and the next one begins. Raises InputError."""
    if not game.closed:
        raise InputError(f"year: {game.year} is not closed. Close it first.")
    return replace(game, closed=False, year=game.year + 1)


def back(game: Game) -> Game:
    """The game one step back: a closed year is open again, or else the year before is; what was decided in it stands.

    What was decided in the year that is left is gone. Raises InputError where there is no year before.
    """
    if game.closed:
        return replace(game, closed=False)
    if game.year == game.first:
        raise InputError(f"year: {game.first} is the first one. There is none to take back.")
    return replace(
        game,
        year=game.year - 1,
        choices=tuple(c for c in game.choices if c.year < game.year),
        guesses=tuple(g for g in game.guesses if g.year < game.year),
    )


def past(game: Game) -> Game:
    """The game as this year began: with nothing that is not yet settled and seen. What is shown depends on it alone."""
    return replace(
        game,
        closed=False,
        choices=tuple(c for c in game.choices if c.year < game.year),
        guesses=tuple(g for g in game.guesses if g.year < game.year),
    )


# --- the scenario that it becomes ---------------------------------------------------------------------------------


def settled(game: Game) -> tuple[Choice, ...]:
    """What can no longer be changed: the choices of years that are closed, by year and in the order of the roles."""
    done = [c for c in game.choices if c.year < game.year or (game.closed and c.year == game.year)]
    return tuple(sorted(done, key=lambda c: (c.year, game.roles.index(c.role))))


def scenario(game: Game, *, before: int | None = None, without: Choice | None = None) -> Scenario:
    """The game as a scenario: the one it is played on, with everything that was decided in closed years as events.

    With `before`, only what was decided before that year; `without` leaves one choice out.
    """
    kept = [c for c in settled(game) if c != without and (before is None or c.year < before)]
    written = game.unplayed.written()
    events = [*written.get("events", []), *(event(game, choice) for choice in kept if acts(choice))]
    who = ", ".join(game.name(role) for role in game.roles)
    about = f"Played from {game.first} on by people who decided for: {who}. Everybody else is simulated."
    name = f"{game.unplayed.name[:91]}, played"
    return scenario_from(written | {"name": name, "about": about, "events": events}, "played")


def acts(choice: Choice) -> bool:
    """Whether a choice sets anything; the United States may leave all as it is."""
    return choice.spending is not None or bool(choice.levers)


def event(game: Game, choice: Choice) -> dict[str, Any]:
    """A choice as an event of a scenario file.

    A budget holds for its year. Levers hold from the second quarter on, after the budgets: everybody sees them first
    in the next year's, whether played or simulated; they stand until the United States set them anew.
    """
    team = f" ({choice.who})" if choice.who else ""
    why = f"Decided by {game.name(choice.role)}{team}" + (f": {choice.why}" if choice.why else "")
    if choice.role == UNITED_STATES:
        return {"from": f"{choice.year}Q2", "levers": dict(choice.levers), "why": why}
    return {
        "from": f"{choice.year}Q1",
        "until": f"{choice.year}Q4",
        "spending": {choice.role: choice.spending},
        "why": why,
    }


def in_force(game: Game, plan: Plan | None = None) -> dict[str, float]:
    """The open levers as they stand when this year is decided: what the United States can leave or change."""
    plan = plan or scenario(game, before=game.year).plan()
    row = plan.quarters.index(f"{min(game.year, game.last)}Q2")
    return {name: float(plan.levers[name][row]) for name in game.open_levers}


# --- what is refused ----------------------------------------------------------------------------------------------


def text(words: str, longest: int, where: str) -> str:
    """What people wrote, in one line and normal form. Raises InputError for what is too long or no plain text."""
    plain = " ".join(unicodedata.normalize("NFKC", str(words)).split())
    if len(plain) > longest:
        raise InputError(f"{where}: {len(plain)} characters. Write at most {longest}.")
    if not _TEXT.fullmatch(plain):
        strange = next(c for c in plain if not _TEXT.fullmatch(c))
        raise InputError(f"{where}: {strange!r} is not allowed. Write letters, digits and plain marks.")
    return plain


def checked(game: Game) -> Game:
    """A game that can be played, wherever it comes from. Raises InputError with a line for the first problem."""
    if game.base not in scenario_names():
        raise InputError(f"scenario: unknown {game.base[:40]!r}. {hint(game.base, scenario_names(), most=40)}")
    begins, ends = _years(game.unplayed)
    _check_roles(game)
    _whole("first", game.first, begins + 1, ends)
    _whole("last", game.last, game.first, min(ends, game.first + MOST_YEARS - 1))
    _whole("year", game.year, game.first, game.last + (not game.closed))
    _whole("seed", game.seed, 0, question.HIGHEST_SEED)
    _whole("worlds", game.worlds, 1, MOST_WORLDS)
    unknown = [name for name in game.open_levers if name not in levers()]
    if unknown:
        raise InputError(f"levers: unknown lever {unknown[0][:40]!r}. {hint(unknown[0], levers(), most=40)}")
    if len(set(game.open_levers)) < len(game.open_levers) or len(game.open_levers) > MOST_LEVERS:
        raise InputError(f"levers: name each once, and at most {MOST_LEVERS}.")
    if game.asked not in ASKED:
        raise InputError(f"asked: unknown outcome {game.asked[:40]!r}. {hint(game.asked, ASKED)}")
    for choice in game.choices:
        _check_choice(game, choice)
    for guessed in game.guesses:
        if guessed.role not in game.roles or guessed.outcome not in ASKED or guessed.way not in WAYS:
            raise InputError(f"guess: {guessed.role[:10]} in {guessed.year} cannot be read. Start a new game.")
    for many in ([(c.role, c.year) for c in game.choices], [(g.role, g.year) for g in game.guesses]):
        if len(set(many)) < len(many) or any(not game.first <= year <= min(game.year, game.last) for _, year in many):
            raise InputError("choices: one for a role and year, of years that were played. Start a new game.")
    return game


def _check_roles(game: Game) -> None:
    if not game.roles:
        raise InputError("roles: nobody is seated. Name at least one ally or the United States.")
    if len(set(game.roles)) < len(game.roles) or len(game.roles) > MOST_ROLES:
        raise InputError(f"roles: name each once, and at most {MOST_ROLES}.")
    for role in game.roles:
        game.name(role)


def _check_choice(game: Game, choice: Choice) -> None:
    """Refuse a choice that the role cannot make."""
    if choice.role not in game.roles:
        raise InputError(f"role: nobody plays {choice.role[:40]!r} here. {hint(choice.role, game.roles)}")
    text(choice.who, LONGEST_NAME, "name"), text(choice.why, LONGEST_WHY, "why")
    if choice.role == UNITED_STATES:
        if choice.spending is not None:
            raise InputError("spending: the United States decide by levers. Set us_share, if it is open.")
        for name, value in choice.levers:
            if name not in game.open_levers:
                raise InputError(f"levers: {name[:40]!r} is locked in this game. {hint(name, game.open_levers)}")
            declared: Lever = levers()[name]
            _within(f"levers.{name}", value, declared.low, declared.high, declared.unit)
        return
    if choice.levers:
        raise InputError(f"levers: {game.name(choice.role)} has none to set. Give spending, % of GDP.")
    _within("spending", choice.spending, LOWEST_SHARE, HIGHEST_SHARE, "% of GDP")


def _within(where: str, value: Any, low: float, high: float, unit: str) -> None:
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not numeric or not low <= value <= high:
        raise InputError(f"{where}: {value!r} is no share or level to set. It takes {low:g} to {high:g} {unit}.")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(where: str, value: Any, least: int, most: int) -> None:
    if not _is_whole(value) or not least <= value <= most:
        raise InputError(f"{where}: {value!r} cannot be. It takes {least} to {most}.")


def _years(base: Scenario) -> tuple[int, int]:
    """The first year of a scenario, and the last one that it plays to the end."""
    ends = calendar.year(base.end) - (not base.end.endswith("Q4"))
    return calendar.year(base.start), ends


def _undecided(game: Game) -> None:
    if game.over:
        raise InputError(f"year: the game ended with {game.last}. Take the last year back, or start another.")
    if game.closed:
        raise InputError(f"year: {game.year} is closed. Reveal it, or take it back.")


def _open(game: Game, role: str) -> None:
    """Refuse a seat that nobody plays, or that cannot decide now."""
    if role not in game.roles:
        raise InputError(f"role: nobody plays {str(role)[:40]!r} here. {hint(role, game.roles)}")
    _undecided(game)
