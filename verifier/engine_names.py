"""The names of the engines, as users and certificates know them."""

from __future__ import annotations

EXPLORE = "explore"
KINDUCTION = "kinduction"
BMC = "bmc"
IC3 = "ic3"
REDUCE = "reduce"
