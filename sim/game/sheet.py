"""What is handed out on paper before a game: its rules, a role card a page, and room to write decisions down."""

from jinja2 import Environment

from sim.game import roles
from sim.game.play import ASKED_WORDS, Game
from sim.game.roles import UNITED_STATES

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title><style>
body { font: 12pt/1.45 "Source Sans 3", "Segoe UI", sans-serif; color: #111; max-width: 46rem; margin: 2rem auto; }
h1 { font-size: 20pt; } h2 { font-size: 16pt; } .code { font-size: 22pt; letter-spacing: .2em; }
table { border-collapse: collapse; width: 100%; margin-top: 1rem; }
td, th { border: 1px solid #777; padding: .5rem; text-align: left; } td.write { height: 2.4rem; }
section { break-before: page; } footer { color: #444; font-size: 9pt; margin-top: 2rem; }
</style></head><body>
<h1>{{ title }}</h1>
<p>{{ about }}</p>
{% if code %}<p>Code of the game: <span class="code">{{ code }}</span></p>{% endif %}
<h2>How a year goes</h2>
<ol>{% for line in rules %}<li>{{ line }}</li>{% endfor %}</ol>
{% for name, card, decides in cards %}<section>
<h2>{{ name }}</h2>
{% for line in card %}<p>{{ line }}</p>
{% endfor %}<table><tr><th>Year</th><th>{{ decides }}</th><th>Our guess: up, the same, down</th><th>Why</th></tr>
{% for year in years %}<tr><td>{{ year }}</td><td class="write"></td><td class="write"></td><td class="write"></td></tr>
{% endfor %}</table></section>
{% endfor %}<footer>{{ stamp }}</footer></body></html>
"""

RULES = (
    "Look at what your government sees. Nobody knows more: of others you see what they report.",
    "Guess what will come of the year, before it is played.",
    "Decide, and write down why. Until the year is closed you can change your mind.",
    "The year is closed and played: whoever did not decide, leaves it to the model.",
    "It is revealed what came of it, and what the model would have done in your place.",
)


def sheet(game: Game, code: str = "") -> str:
    """The sheet as HTML that stands alone and prints one role a page."""
    us = "What we set"
    return Environment(autoescape=True, trim_blocks=True).from_string(_PAGE).render(
        title=f"Take a seat: {game.unplayed.name}",
        about=game.unplayed.question or game.unplayed.about,
        code=code,
        rules=RULES,
        cards=[
            (game.name(role), roles.card(role, game.roster), us if role == UNITED_STATES else "We spend, % of GDP")
            for role in game.roles
        ],
        years=range(game.first, game.last + 1),
        stamp=f"article5 · scenario {game.base}, plan {game.unplayed.plan().fingerprint}, {game.worlds} simulated "
        f"worlds, seed {game.seed}. To guess: {ASKED_WORDS[game.asked]}. Simulated outcomes of stated assumptions, "
        "not a forecast.",
    )  # fmt: skip
