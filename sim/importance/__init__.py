"""What matters most for an outcome, and what settling a passage of a document would tell.

A question in, small tables and sentences out: which uncertainty an outcome hangs on by itself (`ranking`), and how much
narrower its band would be, in expectation, if a passage, a document, a hedge or a class of assumptions were settled
(`budget`). One design of worlds answers for all of them at once. MODEL.md section 11.2.
"""

from sim.importance.pieces import ASSUMED, DOCUMENT, GROUPS, HEDGE, PASSAGE, Group, Piece, grouped, pieces
from sim.importance.views import SIZES, Importance, budget, importance, ranking

__all__ = [
    "ASSUMED",
    "DOCUMENT",
    "GROUPS",
    "HEDGE",
    "PASSAGE",
    "SIZES",
    "Group",
    "Importance",
    "Piece",
    "budget",
    "grouped",
    "importance",
    "pieces",
    "ranking",
]
