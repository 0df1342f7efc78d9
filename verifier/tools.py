"""What the portfolio combines, as a value: tests put others in; z3 is imported when it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from frontend.model import Model
from proofs.trace import Run, Trace
from verifier.bounds import Bounds
from verifier.task import Engine

EXPLORE = "explore"
KINDUCTION = "kinduction"
BMC = "bmc"
ENGINES = (EXPLORE, KINDUCTION, BMC)
"""In the order in which the portfolio asks them."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The parts.

    Args:
        engines: name -> what makes the engine, called when it is first needed.
        slice: the model cut to what can influence some properties.
        replay: a run as the interpreter executes it; raises `mismatch` where it does not.
        extend: a run with more objects that stay idle, or None where that is no run.
        fewest_switches: the same length with the fewest switches between threads.
        mismatch: what `replay` raises.
    """

    engines: Mapping[str, Callable[[], Engine]]
    slice: Callable[[Model, tuple[str, ...]], Model]
    replay: Callable[[Model, Run, str], Trace]
    extend: Callable[[Model, Run, str, Bounds], Run | None]
    fewest_switches: Callable[[Model, Run, str], Run]
    mismatch: type[Exception]


def standard() -> Tools:
    """The project's own parts."""
    from proofs.extend import extend
    from proofs.reorder import fewest_switches
    from proofs.replay import Mismatch, replay
    from verifier.slicing import slice_model

    return Tools(
        {EXPLORE: _explore, KINDUCTION: _kinduction, BMC: _bmc},
        slice_model,
        replay,
        extend,
        fewest_switches,
        Mismatch,
    )


def _explore() -> Engine:
    from verifier.engines.explore import Explore

    return Explore()


def _kinduction() -> Engine:
    from verifier.engines.kinduction import KInduction

    return KInduction()


def _bmc() -> Engine:
    from verifier.engines.bmc import BoundedModelChecking

    return BoundedModelChecking()
