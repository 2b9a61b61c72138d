"""How long Hypothesis searches: `dev` at the desk, `ci` in checks (the same examples each time), `nightly` at night.

`brief` is for checks on a second interpreter.

HYPOTHESIS_PROFILE chooses; without it `ci` where the variable CI is set, else `dev`.
"""

import os

from browser import chromium, opened, results_folder, served  # noqa: F401 - fixtures of all tests, one browser for all
from hypothesis import HealthCheck, settings

PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("dev", max_examples=25, **PATIENT)
settings.register_profile("ci", max_examples=60, derandomize=True, print_blob=True, **PATIENT)
settings.register_profile("brief", max_examples=15, derandomize=True, print_blob=True, **PATIENT)
settings.register_profile("nightly", max_examples=1000, print_blob=True, **PATIENT)
os.environ.setdefault("ARTICLE5_WORKERS", "0")  # the app in a test's own process answers there and starts no workers

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
