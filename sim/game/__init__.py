"""A seat at the table: people decide for allies or for the United States, everybody else is simulated.

A game is a scenario under play. What is decided becomes events of a scenario file, so that it can be saved, replayed
and compared with the worlds in which nobody played. Nothing here knows a screen.
"""

from sim.game.debriefing import Debrief, debrief
from sim.game.play import (
    Choice,
    Game,
    Guess,
    ask,
    back,
    close,
    decide,
    guess,
    leave,
    past,
    reveal,
    scenario,
    start,
)
from sim.game.roles import UNITED_STATES, playable, role_name
from sim.game.seeing import Seat, seat
from sim.game.shown import Record, Wall, record, wall

__all__ = [
    "UNITED_STATES",
    "Choice",
    "Debrief",
    "Game",
    "Guess",
    "Record",
    "Seat",
    "Wall",
    "ask",
    "back",
    "close",
    "debrief",
    "decide",
    "guess",
    "leave",
    "past",
    "playable",
    "record",
    "reveal",
    "role_name",
    "scenario",
    "seat",
    "start",
    "wall",
]
