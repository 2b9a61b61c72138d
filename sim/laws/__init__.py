"""Laws of whole worlds (MODEL.md section 8), each written once.

The tests hold them everywhere, a certificate near a scenario.

>>> from sim.laws import LAWS
>>> LAWS["no_soldier_is_lost"].sentence
'No soldier is lost'
"""

from sim.laws import bounds, identity, metamorphic, monotone  # noqa: F401  they enter their laws
from sim.laws.law import LAWS, Choices, Law, Recalled, law

__all__ = ["ELSEWHERE", "LAWS", "Choices", "Law", "Recalled", "law"]

ELSEWHERE = {
    32: "More worlds, less error; common luck, less variance",
    33: "Both signs of relative risk are possible",
    34: "Every lever acts somewhere",
}
"""Laws that are not of one world but of many or of the whole model: only the test suite holds them."""
