"""The uncertainties: what nobody knows for sure, in groups by mechanism."""

from dataclasses import dataclass
from typing import Any

from sim.params.declare import uncertainty
from sim.priors import Beta, BySchool, Fixed, Integers, Lognormal, Normal, Uniform


@dataclass(frozen=True, kw_only=True)
class Burden:
    """The yearly budget of an ally (equations 2a to 2g)."""

    volatility: Any = uncertainty(
        Lognormal(0.084, 0.5), unit="log/yr", symbol="sigma", equation="2a", evidence="E",
        source="panel-2014-2024 assumption",
        about="Size of the yearly shocks to a spending share (scale of a t with 2.5 degrees)",
    )  # fmt: skip
    common_share: Any = uncertainty(
        Beta(1.5, 5.0), unit="share", symbol="rho_c", equation="2a", evidence="E",
        source="panel-2014-2024 assumption",
        about="Part of the variance of yearly changes that all allies have in common",
    )  # fmt: skip
    drift: Any = uncertainty(
        Normal(0.0, 0.03), unit="log/yr", symbol="mu_0", equation="2a", evidence="E",
        source="panel-2014-2024 assumption", about="Yearly drift of a spending share without threat",
    )  # fmt: skip
    threat_drift: Any = uncertainty(
        Lognormal(0.1, 0.8), unit="log/yr at threat 1", symbol="mu_T", equation="2a", evidence="E",
        source="panel-2014-2024 jces-2021 nordhaus-2012 assumption",
        about="Yearly rise of a spending share under full threat",
    )  # fmt: skip
    saturation: Any = uncertainty(
        Uniform(5.5, 7.5), unit="% of GDP", symbol="s_max", equation="2a", evidence="X", source="assumption",
        about="Share at which threat drives spending no further",
    )  # fmt: skip
    help_elasticity: Any = uncertainty(
        Normal(-0.15, 0.12, -0.5, 0.1), unit="elasticity at threat 1", symbol="beta_F", equation="2a", evidence="X",
        source="george-sandler-2018 george-sandler-2021 plumper-neumayer-2015 alley-2021 odehnal-2021",
        about="Answer of spending to the help expected from others; below zero is free riding",
    )  # fmt: skip
    host_elasticity: Any = uncertainty(
        Normal(0.01, 0.02), unit="elasticity", symbol="beta_host", equation="2a", evidence="X",
        source="allen-2016", about="Answer of spending to the number of US troops hosted",
    )  # fmt: skip
    pledge_lift: Any = uncertainty(
        Lognormal(0.06, 1.0), unit="pp of GDP/yr", symbol="phi_0", equation="2c", evidence="E",
        source="panel-2014-2024 assumption", about="Largest yearly lift toward the pledge without new pressure",
    )  # fmt: skip
    pressure_lift: Any = uncertainty(
        Lognormal(0.25, 0.7), unit="pp of GDP/yr", symbol="phi_P", equation="2c", evidence="X",
        source="assumption", about="Further yearly lift under full pressure",
    )  # fmt: skip
    conditional_lift: Any = uncertainty(
        Lognormal(0.4, 0.6), unit="pp of GDP/yr", symbol="phi_K", equation="2c", evidence="X",
        source="blankenship-2021 blankenship-2023 assumption",
        about="Further yearly lift under a fully conditional commitment; only the direction is published",
    )  # fmt: skip
    trade_lift: Any = uncertainty(
        Lognormal(0.15, 0.7), unit="pp of GDP/yr", symbol="phi_tr", equation="2c", evidence="X", source="assumption",
        about="Further yearly lift under full trade linkage for an ally that sells much to the United States",
    )  # fmt: skip
    shaming_effect: Any = uncertainty(
        Normal(-0.01, 0.02), unit="pp of GDP/yr", symbol="phi_sh", equation="2c", evidence="X", source="becker-2024",
        about="Change of the yearly lift when allies are shamed in public; about nil, its sign is open",
    )  # fmt: skip
    lift_volatility: Any = uncertainty(
        Uniform(0.2, 0.9), unit="log", symbol="sd_phi", equation="2c", evidence="X", source="panel-2014-2024",
        about="How much the pressure regime varies from year to year, for all allies alike",
    )  # fmt: skip
    lift_persistence: Any = uncertainty(
        Fixed(0.7, 0.0, 0.95), unit="per yr", symbol="l_phi", equation="2c", evidence="X", source="assumption",
        about="How much of a pressure regime is left a year later",
    )  # fmt: skip
    new_government_cut: Any = uncertainty(
        Uniform(0.3, 0.7), unit="share", symbol="chi", equation="2c", evidence="E", source="blum-potrafke-2020",
        about="Part of the lift that is lost in the year of a change of government",
    )  # fmt: skip
    government_hazard: Any = uncertainty(
        Fixed(0.08, 0.0, 0.5), unit="1/yr", symbol="gov", equation="2c", evidence="E", source="blum-potrafke-2020",
        about="Chance of such a change of government in a year",
    )  # fmt: skip
    exposure_floor: Any = uncertainty(
        Fixed(0.3, 0.0, 1.0), unit="share", symbol="v0", equation="2a, 2c", evidence="X", source="assumption",
        about="Part of the threat, and of a conditional commitment's pull, that even the remotest ally feels",
    )  # fmt: skip
    fiscal_floor: Any = uncertainty(
        Uniform(0.3, 0.6), unit="share", symbol="f_lo", equation="2e", evidence="X", source="dpe-2021",
        about="Fiscal room that even the most indebted ally keeps",
    )  # fmt: skip
    debt_centre: Any = uncertainty(
        Fixed(1.0, 0.5, 2.0), unit="debt/GDP", symbol="debt", equation="2e", evidence="X", source="dpe-2021 assumption",
        about="Debt at which half of the fiscal room is gone",
    )  # fmt: skip
    debt_slope: Any = uncertainty(
        Fixed(0.2, 0.05, 1.0), unit="debt/GDP", symbol="debt", equation="2e", evidence="X",
        source="dpe-2021 assumption", about="How gradually fiscal room goes with debt",
    )  # fmt: skip
    us_help: Any = uncertainty(
        Fixed(2.0, 0.1, 5.0), unit="index", symbol="h_US", equation="2f", evidence="X", source="assumption",
        about="Weight of the United States in the help an ally expects",
    )  # fmt: skip
    european_help: Any = uncertainty(
        Fixed(0.6, 0.1, 5.0), unit="index", symbol="h_E", equation="2f", evidence="X", source="assumption",
        about="Weight of the other allies in the help an ally expects",
    )  # fmt: skip
    attraction: Any = uncertainty(
        Uniform(0.05, 0.30), unit="1/yr", symbol="alpha", equation="2b'", evidence="X", source="assumption",
        about="Attractor only: part of the gap to the pledge that is closed in a year",
    )  # fmt: skip
    peer_reaction: Any = uncertainty(
        Uniform(0.1, 0.5), unit="elasticity", symbol="r", equation="2a'", evidence="X",
        source="olson-zeckhauser-1966 assumption",
        about="Free rider and follower only: answer to the spending of the other allies",
    )  # fmt: skip
    reporting_bias: Any = uncertainty(
        Uniform(0.0, 0.1), unit="pp of GDP", symbol="bias", equation="2g", evidence="X", source="assumption",
        about="How much an ally close to its line reports in its own favour",
    )  # fmt: skip
    reporting_error: Any = uncertainty(
        Fixed(0.19, 0.0, 0.5), unit="pp of GDP", symbol="u", equation="2g", evidence="E", source="panel-2014-2024",
        about="Standard error of a reported share; a third of it is left after two years",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Economy:
    """Growth of real GDP (order of play, step 0)."""

    growth_volatility: Any = uncertainty(
        Lognormal(0.015, 0.2), unit="1/yr", symbol="sd_g", equation="0", evidence="E",
        source="world-bank-wdi", about="Size of the yearly shocks to growth (2015 to 2024 without 2020 and 2021)",
    )  # fmt: skip
    growth_common: Any = uncertainty(
        Uniform(0.15, 0.40), unit="share", symbol="rho_g", equation="0", evidence="E", source="world-bank-wdi",
        about="Part of the variance of growth that all allies have in common",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Threat:
    """The danger that allies perceive (order of play, step 6)."""

    distance_scale: Any = uncertainty(
        Lognormal(800.0, 0.3), unit="km", symbol="d0", equation="tau", evidence="X", source="jces-2021 assumption",
        about="Distance from Moscow over which exposure to Russia falls to 37%",
    )  # fmt: skip
    adjustment: Any = uncertainty(
        Fixed(0.1, 0.0, 1.0), unit="1/quarter", symbol="Theta", equation="6", evidence="X", source="assumption",
        about="Part of the way to its new level that the perceived threat goes in a quarter",
    )  # fmt: skip
    calm: Any = uncertainty(
        Fixed(0.35, 0.0, 1.0), unit="0 to 1", symbol="Theta", equation="6", evidence="X", source="assumption",
        about="Perceived threat without a war and with Russian forces at nought",
    )  # fmt: skip
    war_part: Any = uncertainty(
        Fixed(0.35, 0.0, 1.0), unit="0 to 1", symbol="Theta", equation="6", evidence="X", source="assumption",
        about="Threat added by the war in Ukraine while it lasts",
    )  # fmt: skip
    strength_part: Any = uncertainty(
        Fixed(0.30, 0.0, 1.0), unit="0 to 1", symbol="Theta", equation="6", evidence="X", source="assumption",
        about="Threat added by fully restored Russian forces",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """What the United States would do, and what others believe it would (equations 3a to 3e)."""

    commitment_start: Any = uncertainty(
        Normal(0.65, 0.13, 0.25, 0.95), unit="probability", symbol="P0", equation="3c", evidence="X",
        source="leeds-2000 berkemeier-fuhrmann-2018",
        about="Chance that the United States would fight for an ally, without conditions",
    )  # fmt: skip
    congress_brake: Any = uncertainty(
        Uniform(0.0, 0.6), unit="share", symbol="omega", equation="3b", evidence="X", source="assumption",
        about="Part of a conditional policy, or of an exit, that a fully active Congress takes out",
    )  # fmt: skip
    rhetoric_weight: Any = uncertainty(
        Uniform(0.0, 0.2), unit="logit", symbol="g_rhet", equation="3d", evidence="X", source="rand-rr2451 assumption",
        about="How far full rhetoric shifts what others read in the commitment",
    )  # fmt: skip
    reassurance_weight: Any = uncertainty(
        Uniform(0.0, 0.2), unit="logit", symbol="g_sum", equation="3d", evidence="X",
        source="rand-rr2451 assumption", about="How far full reassurance shifts what others read in the commitment",
    )  # fmt: skip
    law_weight: Any = uncertainty(
        Uniform(0.1, 0.5), unit="logit", symbol="g_law", equation="3d", evidence="X", source="rand-rr2451 assumption",
        about="How far a commitment in law shifts what others read in it",
    )  # fmt: skip
    exit_commitment: Any = uncertainty(
        Fixed(0.1, 0.01, 0.5), unit="probability", symbol="P_exit", equation="3c", evidence="X", source="assumption",
        about="Chance that the United States would fight for an ally without a treaty",
    )  # fmt: skip
    good_news: Any = uncertainty(
        Uniform(0.04, 0.12), unit="1/quarter", symbol="a+", equation="3d", evidence="X",
        source="surveys-2024-2025 assumption",
        about="Speed at which beliefs follow a better signal",
    )  # fmt: skip
    bad_news: Any = uncertainty(
        Uniform(0.10, 0.30), unit="1/quarter", symbol="a-", equation="3d", evidence="X",
        source="surveys-2024-2025 assumption",
        about="Speed at which beliefs follow a worse signal",
    )  # fmt: skip
    belief_noise: Any = uncertainty(
        Uniform(0.02, 0.08), unit="logit/quarter", symbol="sigma_b", equation="3d", evidence="X",
        source="rand-rr2451 assumption", about="Size of the quarterly shocks to a belief",
    )  # fmt: skip
    tripwire: Any = uncertainty(
        Uniform(0.0, 0.3), unit="logit", symbol="b_x", equation="3c", evidence="X",
        source="reiter-poast-2021 blankenship-lin-greenberg-2022 musgrave-ward-2023",
        about="How much US troops in the country itself strengthen the commitment",
    )  # fmt: skip
    theatre: Any = uncertainty(
        Uniform(0.0, 1.5), unit="logit", symbol="b_X", equation="3c", evidence="X", source="rand-rr2533",
        about="How much US troops in all of Europe strengthen the commitment",
    )  # fmt: skip
    tested_jump: Any = uncertainty(
        Uniform(0.5, 1.5), unit="logit", symbol="J", equation="3e", evidence="X", source="assumption",
        about="How far one tested commitment moves all beliefs",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Posture:
    """How fast US forces move (equations 4a to 4c)."""

    execution: Any = uncertainty(
        Beta(4.0, 2.0), unit="probability", symbol="execution", equation="4", evidence="X",
        source="no-active-plans first-term-withdrawals assumption",
        about="Chance that an announced withdrawal is carried out",
    )  # fmt: skip
    execution_brake: Any = uncertainty(
        Uniform(0.0, 0.6), unit="share", symbol="omega_x", equation="4", evidence="X", source="assumption",
        about="Part of the chance of a withdrawal not yet ordered that a fully active Congress takes out",
    )  # fmt: skip
    advice_brake: Any = uncertainty(
        Uniform(0.2, 0.8), unit="share", symbol="b_adv", equation="4c", evidence="X", source="assumption",
        about="Part of the flow home that the full weight of military advice holds back in a quarter",
    )  # fmt: skip
    trade_troops: Any = uncertainty(
        Uniform(0.0, 0.3), unit="share", symbol="q_tr", equation="4b", evidence="X", source="assumption",
        about="Part of a host's US troops that leave under full trade linkage when it pays far too little",
    )  # fmt: skip
    release_rate: Any = uncertainty(
        Uniform(0.08, 0.15), unit="1/quarter", symbol="r_out", equation="4c", evidence="X", source="assumption",
        about="Largest part of the troops in a country that can leave in a quarter",
    )  # fmt: skip
    movement_limit: Any = uncertainty(
        Fixed(6000.0, 500.0, 30_000.0), unit="persons/quarter", symbol="m_max", equation="4c", evidence="X",
        source="assumption", about="Most troops that can set out for new hosts in a quarter",
    )  # fmt: skip
    lag: Any = uncertainty(
        Integers(2, 4), unit="quarters", symbol="L", equation="4c", evidence="X", source="assumption",
        about="Quarters from setting out to arriving (heavy units)",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Capability:
    """What spending buys, and how far Europeans would help each other (equations 5a and 5b)."""

    turnover: Any = uncertainty(
        Uniform(0.06, 0.12), unit="1/yr", symbol="delta", equation="5a", evidence="X", source="assumption",
        about="Part of the forces that is renewed in a year",
    )  # fmt: skip
    procurement_lag: Any = uncertainty(
        Uniform(1.5, 3.5), unit="yr", symbol="lag", equation="5a", evidence="X", source="assumption",
        about="Years from spending to equipment in service",
    )  # fmt: skip
    joint_gain: Any = uncertainty(
        Uniform(0.05, 0.20), unit="share", symbol="eps_J", equation="5a", evidence="X", source="assumption",
        about="Forces gained for the same money when everything is bought together",
    )  # fmt: skip
    european_resolve: Any = uncertainty(
        Uniform(0.3, 0.9), unit="probability", symbol="P_E", equation="5b", evidence="X",
        source="guarantees-without-us assumption",
        about="Chance that one European ally would fight for a distant one, at the cohesion of the start",
    )  # fmt: skip
    neighbour_bonus: Any = uncertainty(
        Uniform(0.0, 1.0), unit="logit", symbol="b_n", equation="5b", evidence="X", source="assumption",
        about="How much surer help is between neighbours",
    )  # fmt: skip
    cohesion_effect: Any = uncertainty(
        Uniform(0.0, 1.0), unit="logit", symbol="b_c", equation="5b", evidence="X", source="assumption",
        about="How much surer help is in a united alliance",
    )  # fmt: skip
    cohesion_start: Any = uncertainty(
        Uniform(0.5, 0.8), unit="0 to 1", symbol="C_0", equation="5b", evidence="X", source="assumption",
        about="Cohesion of the alliance at the start",
    )  # fmt: skip
    conditional_cost: Any = uncertainty(
        Uniform(0.0, 0.4), unit="1/yr", symbol="c_1", equation="5b", evidence="X", source="barrett-nilsen assumption",
        about="Cohesion lost in a year under a fully conditional commitment; only the direction is published",
    )  # fmt: skip
    leadership_gain: Any = uncertainty(
        Uniform(0.0, 0.4), unit="1/yr", symbol="c_2", equation="5b", evidence="X", source="assumption",
        about="Cohesion gained in a year in which European allies lead their defence together",
    )  # fmt: skip
    failed_test_cost: Any = uncertainty(
        Uniform(0.1, 0.4), unit="0 to 1", symbol="c_3", equation="5b", evidence="X", source="assumption",
        about="Cohesion lost when an attacked ally is left alone",
    )  # fmt: skip
    hedging_speed: Any = uncertainty(
        Uniform(0.0, 0.05), unit="1/yr", symbol="r_N", equation="5c", evidence="X", source="assumption",
        about="Speed at which a threatened ally without any umbrella moves toward a bomb of its own",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """How ready forces are (equation 6)."""

    readiness_base: Any = uncertainty(
        Uniform(0.3, 0.5), unit="index", symbol="r_0", equation="6", evidence="X", source="assumption",
        about="Readiness without any exercise and without US troops",
    )  # fmt: skip
    readiness_exercises: Any = uncertainty(
        Uniform(0.05, 0.2), unit="index", symbol="r_1", equation="6", evidence="X", source="assumption",
        about="Readiness that exercises add; half of it comes from those with the United States",
    )  # fmt: skip
    readiness_presence: Any = uncertainty(
        Uniform(0.0, 0.05), unit="index", symbol="r_2", equation="6", evidence="X", source="assumption",
        about="Readiness that US troops in the country add, per log of thousands",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Ukraine:
    """Aid, peacekeepers, accession (equations 7 and 8)."""

    aid_speed: Any = uncertainty(
        Fixed(0.2, 0.0, 1.0), unit="1/quarter", symbol="a", equation="8", evidence="X", source="assumption",
        about="Part of the way to its new level that aid goes in a quarter",
    )  # fmt: skip
    aid_threat: Any = uncertainty(
        Uniform(0.0, 1.0), unit="per unit of threat", symbol="g_T", equation="8", evidence="X", source="assumption",
        about="How much an ally's aid grows with the threat it perceives",
    )  # fmt: skip
    aid_inside: Any = uncertainty(
        Uniform(0.3, 0.7), unit="share", symbol="q_A", equation="8", evidence="X", source="assumption",
        about="Part of an ally's aid that is counted inside its defence spending",
    )  # fmt: skip
    peacekeeper_hazard: Any = uncertainty(
        Uniform(0.01, 0.10), unit="1/quarter", symbol="h_pk", equation="7", evidence="X", source="assumption",
        about="Chance in a quarter of an attack on 10,000 peacekeepers or more, without cover",
    )  # fmt: skip
    peacekeeper_escalation: Any = uncertainty(
        Uniform(0.02, 0.2), unit="probability", symbol="esc", equation="7", evidence="X", source="assumption",
        about="Chance that such an attack grows into one on a country that contributes",
    )  # fmt: skip
    peacekeeper_tie: Any = uncertainty(
        Uniform(0.0, 0.15), unit="share", symbol="tie", equation="7", evidence="X", source="assumption",
        about="Part of Russia's free forces that 50,000 peacekeepers tie down",
    )  # fmt: skip
    peacekeeper_rotation: Any = uncertainty(
        Fixed(3.0, 1.0, 5.0), unit="factor", symbol="rot", equation="7", evidence="X", source="assumption",
        about="Soldiers that one peacekeeper keeps from duty at home, before, during and after a tour",
    )  # fmt: skip
    accession_exposure: Any = uncertainty(
        Uniform(1.0, 10.0), unit="Baltic state = 1", symbol="e_U", equation="7", evidence="X", source="assumption",
        about="How exposed to an attack Ukraine would be as a member, relative to a Baltic state",
    )  # fmt: skip
    accession_alarm: Any = uncertainty(
        Uniform(0.0, 0.5), unit="log", symbol="alarm", equation="7, 9c", evidence="X",
        source="russia-objects assumption",
        about="How provoked Russia is by Ukraine as a member, as a log change of forces near its border",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Deterrence:
    """Russia: regeneration, pressure, limited attack (equations 9a to 9e)."""

    anchor: Any = uncertainty(
        Lognormal(0.08, 0.7), unit="probability", symbol="anchor", equation="9d", evidence="X",
        source="cow-mid article5-invoked-once assumption",
        about="Chance of a limited attack on any ally in eleven years without a new policy",
    )  # fmt: skip
    belief_elasticity: Any = uncertainty(
        BySchool(Uniform(2.0, 5.0), Uniform(0.3, 4.0), Uniform(0.0, 0.4), Uniform(0.3, 4.0)),
        unit="per unit of belief", symbol="eta_P", equation="9c", evidence="X",
        source="benson-2011 rand-rr2451 assumption",
        about="How much Russia's belief in the US commitment deters",
    )  # fmt: skip
    denial_elasticity: Any = uncertainty(
        BySchool(Uniform(0.2, 1.0), Uniform(0.3, 2.0), Uniform(2.0, 5.0), Uniform(0.3, 2.0)),
        unit="elasticity", symbol="eta_D", equation="9c", evidence="X", source="rand-rr2533 rand-rr1253 assumption",
        about="How much forces on the spot deter",
    )  # fmt: skip
    spiral_elasticity: Any = uncertainty(
        BySchool(Fixed(0.0, 0.0, 0.5), Fixed(0.0, 0.0, 0.5), Fixed(0.0, 0.0, 0.5), Uniform(0.0, 0.5)),
        unit="elasticity", symbol="eta_S", equation="9c", evidence="X", source="russia-objects assumption",
        about="How much forces near its border provoke Russia",
    )  # fmt: skip
    strength_elasticity: Any = uncertainty(
        Uniform(0.3, 1.5), unit="elasticity", symbol="eta_k", equation="9c", evidence="X",
        source="danish-intelligence-2025 assumption", about="How much restored Russian forces raise the danger",
    )  # fmt: skip
    strength_start: Any = uncertainty(
        Uniform(0.10, 0.25), unit="0 to 1", symbol="k_0", equation="9a", evidence="X", source="assumption",
        about="Part of its forces that Russia has free for another front at the start",
    )  # fmt: skip
    regeneration_time: Any = uncertainty(
        Lognormal(2.5, 0.35), unit="yr", symbol="t_reg", equation="9a", evidence="X",
        source="danish-intelligence-2025 assumption", about="Time in which Russia restores its forces in peace",
    )  # fmt: skip
    war_slowdown: Any = uncertainty(
        Fixed(4.0, 1.0, 20.0), unit="factor", symbol="war", equation="9a", evidence="X", source="assumption",
        about="How many times longer that takes while the war in Ukraine goes on",
    )  # fmt: skip
    aid_slowdown: Any = uncertainty(
        Uniform(0.0, 8.0), unit="factor per % of GDP", symbol="chi_A", equation="9a", evidence="X",
        source="kiel-tracker assumption", about="How much aid to Ukraine slows it further while the war goes on",
    )  # fmt: skip
    war_end: Any = uncertainty(
        Uniform(0.02, 0.08), unit="1/quarter", symbol="end of the war", equation="9a", evidence="X",
        source="assumption", about="Chance that the war in Ukraine ends in a quarter",
    )  # fmt: skip
    us_reinforcement: Any = uncertainty(
        Fixed(3.0, 0.0, 10.0), unit="brigades", symbol="R_US", equation="9b", evidence="X", source="assumption",
        about="US brigades that would reinforce an attacked ally in time",
    )  # fmt: skip
    european_reserve: Any = uncertainty(
        Uniform(0.02, 0.12), unit="share", symbol="rho_E", equation="9b", evidence="X", source="assumption",
        about="Part of the other allies' brigades that would come in time; much hangs on it",
    )  # fmt: skip
    umbrella_effect: Any = uncertainty(
        BySchool(Uniform(0.0, 1.0), Uniform(0.0, 0.8), Uniform(0.0, 0.2), Uniform(0.0, 0.8)),
        unit="per unit of umbrella", symbol="eta_N", equation="9c", evidence="X", source="assumption",
        about="How much a European nuclear umbrella deters",
    )  # fmt: skip
    incidents: Any = uncertainty(
        Lognormal(30.0, 0.4), unit="1/yr", symbol="g_0", equation="9e", evidence="E", source="csis",
        about="Grey-zone incidents in a year at the start, all allies together",
    )  # fmt: skip
    incident_aid: Any = uncertainty(
        Uniform(0.0, 1.0), unit="per % of GDP", symbol="g_1", equation="9e", evidence="X", source="assumption",
        about="How much aid to Ukraine draws incidents onto an ally",
    )  # fmt: skip
    incident_belief: Any = uncertainty(
        Uniform(0.0, 1.0), unit="per unit of belief", symbol="xi_P", equation="9e", evidence="X",
        source="assumption", about="How much a doubted commitment invites incidents",
    )  # fmt: skip
    incident_light: Any = uncertainty(
        Uniform(0.0, 0.1), unit="per brigade", symbol="xi_L", equation="9e", evidence="X",
        source="rand-rr2533 assumption",
        about="How much light US forces in a country draw incidents",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What US posture costs and saves, in three definitions, in USD of the source's year (step 12)."""

    cost_abroad: Any = uncertainty(
        Fixed(18_000.0, 5_000.0, 50_000.0), unit="USD a head and year", symbol="c_abroad", equation="12a",
        evidence="D", source="cbo-2004", about="What a soldier in Europe costs more than one at home",
    )  # fmt: skip
    cost_structure: Any = uncertainty(
        Uniform(150_000.0, 200_000.0), unit="USD a head and year", symbol="c_force", equation="12b", evidence="X",
        source="assumption", about="What is saved when a soldier is cut from the force altogether",
    )  # fmt: skip
    cost_moving: Any = uncertainty(
        Uniform(85_000.0, 750_000.0), unit="USD a head", symbol="c_move", equation="12c", evidence="X",
        source="us-plan-2020 assumption",
        about="What it costs once to move a soldier and all that belongs to a place; only the ends are documented",
    )  # fmt: skip
    procurement_part: Any = uncertainty(
        Uniform(0.3, 0.6), unit="share", symbol="q_proc", equation="12d", evidence="X", source="assumption",
        about="Part of additional European spending that buys equipment",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Params:
    """All uncertainties by group: a number each in one world, a column [R, 1] in many."""

    burden: Burden = Burden()
    economy: Economy = Economy()
    threat: Threat = Threat()
    commitment: Commitment = Commitment()
    posture: Posture = Posture()
    capability: Capability = Capability()
    readiness: Readiness = Readiness()
    ukraine: Ukraine = Ukraine()
    deterrence: Deterrence = Deterrence()
    costs: Costs = Costs()
