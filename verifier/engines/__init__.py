"""The engines: siblings behind the protocol of `verifier.protocol.task`, of which none imports
another."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verifier.protocol.task import Engine

ENGINES = {
    "explore": "verifier.engines.explore.Explore",
    "reduce": "verifier.engines.reduce.engine.Reduce",
    "bmc": "verifier.engines.bmc.BoundedModelChecking",
    "kinduction": "verifier.engines.kinduction.KInduction",
    "ic3": "verifier.engines.ic3.engine.PropertyDirectedReachability",
}
"""What `--engine` takes -> the class, which is imported when it is first needed."""


def engine(name: str) -> Engine:
    """A new engine.

    Args:
        name: one of `ENGINES`.

    Raises:
        KeyError: there is no such engine.
    """
    module, _, found = ENGINES[name].rpartition(".")
    made: Engine = getattr(import_module(module), found)()
    return made
