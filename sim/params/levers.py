"""The levers: what a government can set."""

from dataclasses import dataclass
from typing import Any

from sim.params.declare import lever


@dataclass(frozen=True, kw_only=True)
class Levers:
    """The policy in force: a number each, or an array [...] where worlds differ."""

    threshold: Any = lever(
        2.0, neutral=0.0, low=0.0, high=6.0, step=0.1, unit="% of GDP", kind="commitment", symbol="theta",
        equation="3a, 2d", evidence="D", source="conditional-defence spending-demand",
        about="Spending share from which an ally is defended without conditions",
        note="Idle while conditionality is 0. Even a condition that all meet costs cohesion.",
    )  # fmt: skip
    conditionality: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.05, unit="0 to 1", kind="commitment", symbol="kappa",
        equation="3b, 3c, 2c, 2d, 5b", evidence="X", source="conditional-defence assumption",
        about="How far the commitment depends on the threshold: 0 not at all, 1 entirely",
        note="The documents report the idea, not its strength: the number is an assumption.",
    )  # fmt: skip
    grace: Any = lever(
        0.5, neutral=3.0, low=0.0, high=3.0, step=0.1, unit="pp of GDP", kind="commitment", symbol="w",
        equation="3a", evidence="X", source="assumption",
        about="How gently the commitment fades below the threshold; 0 is a cliff",
        note="Idle while conditionality is 0. At the grace below the threshold, compliance is 37%.",
    )  # fmt: skip
    congress: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="congress", symbol="congress",
        equation="3b", evidence="X", source="senator-concern assumption",
        about="How actively Congress resists a conditional commitment",
        note="Idle while conditionality is 0. A statute can bind exit and posture, not a decision not to fight.",
    )  # fmt: skip
    pledge: Any = lever(
        2.0, neutral=2.0, low=0.0, high=6.0, step=0.1, unit="% of GDP", kind="burden", symbol="pledge",
        equation="2d", evidence="D", source="spending-guideline",
        about="Spending share that allies have promised each other",
        note="A pledge pulls only those below it, and never past it.",
    )  # fmt: skip
    pressure: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="burden", symbol="D",
        equation="2c", evidence="X", source="pressure-to-pay assumption",
        about="How hard the United States presses for the pledge, beyond the habits of 2015 to 2024",
        note="A new pressure regime has no precedent in the data: its size is deep uncertainty.",
    )  # fmt: skip
    us_share: Any = lever(
        3.3, neutral=3.3, low=1.0, high=8.0, step=0.1, unit="% of GDP", kind="burden", symbol="us_share",
        equation="accounting", evidence="D", source="us-below-demand nato-defence-expenditure",
        about="What the United States spends itself",
        note="Enters the sharing of the burden only; it moves no force and no commitment.",
    )  # fmt: skip
    tilt_to_spenders: Any = lever(
        0.0, neutral=0.0, low=0.0, high=3.0, step=0.1, unit="log weight", kind="posture", symbol="psi",
        equation="4b", evidence="X", source="deployment-priority assumption",
        about="How strongly US troops move toward allies that meet the threshold",
        note="Moves troops between hosts and keeps the total, of which a part is then always on its way.",
    )  # fmt: skip
    tilt_to_exposed: Any = lever(
        0.0, neutral=0.0, low=0.0, high=3.0, step=0.1, unit="log weight", kind="posture", symbol="zeta",
        equation="4b", evidence="X", source="deployment-priority assumption",
        about="How strongly US troops move toward the allies nearest to Russia",
        note="Moves troops between hosts and keeps the total, of which a part is on its way for some quarters.",
    )  # fmt: skip
    pivot: Any = lever(
        0.0, neutral=0.0, low=0.0, high=100_000.0, step=1000.0, unit="persons", kind="posture", symbol="pivot",
        equation="4a", evidence="X", source="indopacific-priority indopacific-forces assumption",
        about="US soldiers to leave Europe for the Indo-Pacific",
        note="The priority is documented; no figure is: the size is an assumption. A floor can stop it.",
    )  # fmt: skip
    border: Any = lever(
        0.0, neutral=0.0, low=0.0, high=50_000.0, step=500.0, unit="persons", kind="posture", symbol="border",
        equation="4a", evidence="X", source="border-increase border-total assumption",
        about="US soldiers to leave Europe for the southern border of the United States",
        note="The documents report 1,500 more and 3,600 in all; that they come out of Europe is an assumption.",
    )  # fmt: skip
    surge: Any = lever(
        0.0, neutral=0.0, low=0.0, high=50_000.0, step=1000.0, unit="persons", kind="posture", symbol="surge",
        equation="4a", evidence="X", source="posture-added-2022 assumption",
        about="US soldiers to be added in Europe",
        note="About 20,000 were added in 2022. Arrivals take the lag of the units.",
    )  # fmt: skip
    troop_floor: Any = lever(
        0.0, neutral=0.0, low=0.0, high=100_000.0, step=1000.0, unit="persons", kind="congress", symbol="floor",
        equation="4a", evidence="X", source="assumption",
        about="Fewest US soldiers in Europe that a statute allows",
        note="Idle while no policy goes below it. The specification names 76,000 and no source for it.",
    )  # fmt: skip
