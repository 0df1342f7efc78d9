"""The same examples in every run, so that a failure is the change's own.

`BUDDYPROOF_EXAMPLES=N` looks for new ones, N times as many where a test says so.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True)
if "BUDDYPROOF_EXAMPLES" not in os.environ:
    settings.load_profile("same")
