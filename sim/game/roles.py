"""Who can be played: allies with armed forces, and the United States; and what each is told of itself."""

from collections.abc import Mapping

from sim.errors import InputError
from sim.reading import hint
from sim.reference import Roster

UNITED_STATES = "USA"
"""The role that decides by levers; every other role is an ally by its ISO 3166 code and decides its budget."""

FRONTS: Mapping[str, str] = {
    "baltic": "You stand on the Baltic front.",
    "poland": "You stand on the Polish front.",
    "nordic": "You stand on the Nordic front.",
    "black sea": "You stand on the Black Sea front.",
}


def playable(roster: Roster) -> dict[str, str]:
    """Every role of a roster with its name, the United States first: code to name."""
    able = {code: name for code, name, has in zip(roster.iso3, roster.name, roster.forces, strict=True) if has}
    return {UNITED_STATES: "United States", **able}


def role_name(role: str, roster: Roster) -> str:
    """The name of a role. Raises InputError for one that nobody can play."""
    known = playable(roster)
    if role not in known:
        if role in roster.iso3:
            name = roster.name[roster.iso3.index(role)]
            raise InputError(f"role: {name} has no armed forces and no budget to decide. Choose another ally.")
        raise InputError(f"role: unknown {str(role)[:40]!r}. {hint(role, known, most=40)}")
    return known[role]


def card(role: str, roster: Roster) -> tuple[str, ...]:
    """What a role is told of itself, in sentences. Raises InputError for a role that nobody can play."""
    role_name(role, roster)
    if role == UNITED_STATES:
        return (
            "You are the United States. You cannot order anybody to spend: you set what you ask, what you promise and "
            "under which condition, and where your soldiers stand.",
            f"You spend {roster.us_share:.1f}% of your GDP on defence, and {roster.troops.sum():,.0f} of your soldiers "
            "are in Europe.",
            "What you decide takes effect after the budgets of the year. Allies answer it in the next one.",
            "To weigh: a condition may lift budgets, and it may change what allies and Russia believe of you; theories "
            "of deterrence disagree whether that belief keeps the peace.",
        )
    at = roster.iso3.index(role)
    name, share, gdp = roster.name[at], float(roster.share[at]), float(roster.gdp[at])
    before = int(roster.start[:4]) - 1
    return (
        f"You are the government of {name}. Once a year you decide what share of your GDP goes to defence.",
        f"In {before} it was {share:.2f}%: {share * gdp / 100:,.1f} bn USD (of 2021). Public debt is "
        f"{100 * roster.debt[at]:.0f}% of GDP.",
        f"Your capital is {roster.distance[at]:,.0f} km from Moscow. {FRONTS.get(roster.front[at], '')} "
        f"{roster.troops[at]:,.0f} US soldiers are in your country.".replace("  ", " "),
        "To weigh: your own forces, what the others expect of you, and what else the money could do. What the others "
        "spend helps you, too.",
    )
