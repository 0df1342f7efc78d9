"""What the portfolio combines, as a value: tests put others in; z3 is imported when it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from frontend.model import Model
from proofs.answers.trace import Run, Trace
from verifier.engines import ENGINES, engine
from verifier.protocol.bounds import Bounds
from verifier.protocol.task import Engine


@dataclass(frozen=True, slots=True)
class Registry:
    """The parts.

    Args:
        engines: name -> what makes the engine, called when it is first needed.
        slice: the model cut to what can influence some properties.
        replay: a run as the interpreter executes it; raises `mismatch` where it does not.
        has_start: whether the interpreter finds a start at some sizes ("no": maybe it gave up).
        extend: a run with more objects that stay idle, or None where that is no run.
        fewest_switches: the same length with the fewest switches between threads.
        mismatch: what `replay` raises.
    """

    engines: Mapping[str, Callable[[], Engine]]
    slice: Callable[[Model, tuple[str, ...]], Model]
    replay: Callable[[Model, Run, str], Trace]
    has_start: Callable[[Model, Bounds], bool]
    extend: Callable[[Model, Run, str, Bounds], Run | None]
    fewest_switches: Callable[[Model, Run, str], Run]
    mismatch: type[Exception]


def standard() -> Registry:
    """The project's own parts."""
    from proofs.runs.extend import extend
    from proofs.runs.reorder import fewest_switches
    from proofs.runs.replay import Mismatch, replay
    from verifier.analysis.slicing import slice_model

    return Registry(
        {name: partial(engine, name) for name in ENGINES},
        slice_model,
        replay,
        _has_start,
        extend,
        fewest_switches,
        Mismatch,
    )


def _has_start(model: Model, bounds: Bounds) -> bool:
    from proofs.interpreter.execute import Impossible, initial_state
    from proofs.interpreter.instance import Instance

    try:
        initial_state(Instance(model, bounds), {})
    except Impossible:
        return False
    return True
