"""The levers: what a government can set."""

from dataclasses import dataclass
from typing import Any

from sim.params.declare import lever


@dataclass(frozen=True, kw_only=True)
class Levers:
    """The policy in force: a number each, or an array [...] where worlds differ."""

    threshold: Any = lever(
        2.0, neutral=0.0, low=0.0, high=6.0, step=0.1, unit="% of GDP", kind="commitment", symbol="theta",
        equation="3a, 2d, 4b, 6", evidence="X", source="conditional-defence spending-demand assumption",
        about="Spending share from which an ally is defended without conditions",
        note="Says nothing by itself: a condition, a tilt of deployments or closed exercises must read it. Even a "
        "condition that all meet costs cohesion.",
        needs="conditionality tilt_to_spenders exercise_exclusion",
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
        note="At the grace below the threshold, compliance is 37%.",
        needs="conditionality tilt_to_spenders exercise_exclusion",
    )  # fmt: skip
    congress: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="congress", symbol="congress",
        equation="3b, 3c, 4", evidence="X", source="senator-concern assumption",
        about="How actively Congress resists conditions, an exit and announced withdrawals",
        note="Takes a part out of each; of a withdrawal in the quarter in which it begins. That a statute could bind a "
        "decision not to fight is doubtful: the brake on conditions is an assumption.",
        needs="conditionality treaty_exit unordered",
    )  # fmt: skip
    troop_floor: Any = lever(
        0.0, neutral=0.0, low=0.0, high=100_000.0, step=1000.0, unit="persons", kind="congress", symbol="floor",
        equation="4a", evidence="X", source="assumption",
        about="Fewest US soldiers in Europe that a statute allows",
        note="Acts where a policy would go below it, unless certified. 76,000 has been named, without a source.",
        needs="pivot border withdrawals trade_linkage",
    )  # fmt: skip
    certification: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="congress", symbol="certification",
        equation="4a", evidence="X", source="president-decides assumption",
        about="How far the executive may go below the floor by certifying that it is safe",
        note="1 lifts the floor altogether, 0.5 halves it.",
        needs="troop_floor",
    )  # fmt: skip
    treaty_exit: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="commitment", symbol="exit",
        equation="3c", evidence="X", source="withdrawal-threatened assumption",
        about="How far the United States has left the treaty: 1 is out",
        note="The commitment falls to what a country without a treaty could expect, and no condition is left to meet. "
        "Troops stay unless other levers move them; between 0 and 1 it is a mixture.",
    )  # fmt: skip
    exercise_exclusion: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="exercises", symbol="exclusion",
        equation="6", evidence="X", source="exercise-limits assumption",
        about="How far allies below the threshold are left out of exercises with the United States",
        note="Takes the US half of exercises away, not the allies' own. Readiness follows over about two years.",
    )  # fmt: skip
    trade_linkage: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="trade", symbol="trade_linkage",
        equation="2c, 2d, 4b", evidence="X", source="trade-talks-link assumption",
        about="How firmly trade and troops are tied to what an ally pays",
        note="Lifts budgets of allies that sell much to the United States, and takes troops from those below the "
        "pledge. Tariffs themselves and growth are not modelled.",
    )  # fmt: skip
    eu_shield: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="trade", symbol="eu_shield",
        equation="2d", evidence="X", source="assumption",
        about="How far the European Union, which negotiates trade as one, shields its members from the linkage",
        note="Allies outside the Union stay exposed.",
        needs="trade_linkage",
    )  # fmt: skip
    rhetoric: Any = lever(
        0.0, neutral=0.0, low=-1.0, high=1.0, step=0.1, unit="-1 to 1", kind="signals", symbol="rhetoric",
        equation="3d, 2c", evidence="X", source="drawdown-expected imbalance-not-tolerated no-active-plans assumption",
        about="What is said about the commitment: -1 doubts it aloud, 1 affirms it",
        note="Talk is cheap: it moves beliefs a little, and uncertainty much when other signals contradict it. Below 0 "
        "it also shames, which moves budgets hardly at all.",
    )  # fmt: skip
    reassurance: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="signals", symbol="reassurance",
        equation="3d", evidence="X", source="article5-reaffirmed envoy-reassures assumption",
        about="How firmly officials reaffirm Article 5 at summits and visits",
        note="Against doubting rhetoric it makes beliefs less certain, not a mean of both.",
    )  # fmt: skip
    law: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="signals", symbol="law",
        equation="3d", evidence="X", source="senator-concern assumption",
        about="How far the commitment is written into US law",
        note="Weighs more than talk in what others believe; it does not bind a decision not to fight.",
    )  # fmt: skip
    pledge: Any = lever(
        2.0, neutral=2.0, low=0.0, high=6.0, step=0.1, unit="% of GDP", kind="burden", symbol="pledge",
        equation="2d", evidence="D", source="spending-guideline",
        about="Spending share that allies have promised each other",
        note="A pledge pulls only those below it, and never past it. Far-off pledges pull no more than near ones.",
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
        equation="4b", evidence="X", source="assumption",
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
    military_advice: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="posture", symbol="military_advice",
        equation="4c", evidence="X", source="commander-advice president-decides assumption",
        about="How much weight the advice of commanders to keep the troops carries",
        note="Slows a withdrawal down and does not stop it: the decision is the president's.",
        needs="pivot border withdrawals trade_linkage tilt_to_spenders tilt_to_exposed surge",
    )  # fmt: skip
    us_aid: Any = lever(
        1.0, neutral=1.0, low=0.0, high=2.0, step=0.1, unit="times 2024", kind="ukraine", symbol="us_aid",
        equation="8", evidence="X", source="more-for-ukraine kiel-tracker assumption",
        about="US aid to Ukraine, as a multiple of its level of 2024",
        note="While the war goes on, aid slows the recovery of Russian forces. All aid is counted, not arms alone.",
    )  # fmt: skip
    european_aid: Any = lever(
        1.0, neutral=1.0, low=0.0, high=3.0, step=0.1, unit="times 2024", kind="ukraine", symbol="european_aid",
        equation="8", evidence="X", source="more-for-ukraine allied-aid-grew kiel-tracker assumption",
        about="Aid of Europe and Canada to Ukraine, as a multiple of its level of 2024",
        note="A part of it is counted inside defence budgets and is then missing in the allies' own forces.",
    )  # fmt: skip
    peacekeepers: Any = lever(
        0.0, neutral=0.0, low=0.0, high=50_000.0, step=1000.0, unit="persons", kind="ukraine", symbol="peacekeepers",
        equation="7", evidence="X", source="peacekeepers-uncovered assumption",
        about="European peacekeepers in Ukraine once the fighting has ended",
        note="They tie down Russian forces and are missing at home, three times their number for rotation; none sends "
        "more than half of its brigades. Acts once the fighting has ended.",
    )  # fmt: skip
    peacekeepers_covered: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=1.0, unit="0 or 1", kind="ukraine", symbol="peacekeepers_covered",
        equation="7", evidence="D", source="peacekeepers-uncovered peacekeepers-uncovered-advisor",
        about="Whether Article 5 covers the peacekeepers; the documents say no",
        note="Cover deters attacks on them, and makes each attack a test of the US commitment. Membership of Ukraine "
        "covers them anyway.",
        needs="peacekeepers",
    )  # fmt: skip
    ukraine_accession: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=1.0, unit="0 or 1", kind="ukraine", symbol="ukraine_accession",
        equation="7", evidence="D", source="no-membership no-membership-settlement",
        about="Whether Ukraine joins NATO once the fighting has ended; the documents say no",
        note="A switch to see what is ruled out, once the fighting has ended: an attack on Ukraine then tests the "
        "alliance, and Russia feels provoked in the spiral school.",
    )  # fmt: skip
    european_effort: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="europe", symbol="lead",
        equation="5b", evidence="X", source="europe-owns-conventional division-of-labour assumption",
        about="How far European allies lead their own conventional defence together",
        note="Rebuilds cohesion, and with it the help allies expect from each other. Costs are in the pledge.",
    )  # fmt: skip
    joint_procurement: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="europe", symbol="joint",
        equation="5a", evidence="X", source="europe-owns-conventional assumption",
        about="Part of the equipment that allies buy together",
        note="More forces for the same money, after the lag of procurement.",
    )  # fmt: skip
    european_umbrella: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.1, unit="0 to 1", kind="europe", symbol="n_E",
        equation="5c, 9c", evidence="X", source="guarantees-without-us assumption",
        about="How credible a nuclear umbrella of European powers is",
        note="Deters where promises deter, hardly in the denial school, and takes away motives for an own bomb.",
    )  # fmt: skip
    ceasefire: Any = lever(
        0.0, neutral=0.0, low=0.0, high=1.0, step=0.05, unit="per quarter", kind="russia", symbol="ceasefire",
        equation="9a", evidence="X", source="us-russia-talks assumption",
        about="Chance in a quarter that talks end the fighting in Ukraine, beyond the chance it has anyway",
        note="1 ends it at once and for good. Russian forces then recover faster, and allies feel less threatened.",
    )  # fmt: skip
