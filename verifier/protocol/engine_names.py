"""The names of those engines that others speak of; `verifier.engines` has all of them."""

from __future__ import annotations

EXPLORE = "explore"
BMC = "bmc"
REDUCE = "reduce"
