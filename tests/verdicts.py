"""What the default portfolio says of a model, in the words that corpus and documentation use."""

from __future__ import annotations

from dataclasses import dataclass

from frontend.model import Model, PropertyKind
from proofs.verdict import Proved, Refuted
from verifier.bounds import Asked, asked
from verifier.portfolio import Options, Work
from verifier.settlement import Settled, Settlement
from verifier.stop import Stop
from verifier.task import Limits, Listener, Progress
from verifier.tools import Tools, standard

SECONDS = 60.0
"""How long a specification of the tests may take; all of them need far less."""

PORTFOLIO = Options(limits=Limits(states=50_000))
"""The default portfolio, where exploration gives up early on what has no end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict as the tests compare it.

    Args:
        word: "proved", "violated" or "unknown".
        depth: steps of the trace that refutes it, None where there is none.
    """

    word: str
    depth: int | None


def settle_properties(
    model: Model,
    names: tuple[str, ...],
    sizes: Asked,
    options: Options,
    tools: Tools,
    stop: Stop,
    listener: Listener,
) -> Settlement:
    """The verdicts on some properties of a model, at bounded sizes only. See `Work`."""
    work = Work(model, names, sizes, options, tools, stop, listener)
    work.begin()
    return work.finish()


def answers(
    model: Model, options: Options = PORTFOLIO, seconds: float = SECONDS
) -> dict[str, Answer]:
    """Property -> verdict, at the bounds that the model names itself."""
    names = tuple(item.name for item in model.properties)
    settlement = settle_properties(
        model, names, asked(model, {}), options, standard(), Stop(seconds), _ignore
    )
    assert settlement.no_system is None, settlement.no_system
    return {settled.name: _answer(model, settled) for settled in settlement.settled}


def _answer(model: Model, settled: Settled) -> Answer:
    match settled.verdict:
        case Proved():
            return Answer("proved", None)
        case Refuted(trace=trace):
            reachable = model.property(settled.name).kind is PropertyKind.REACHABLE
            assert (trace is None) == reachable, settled.name
            depth = None if trace is None else len(trace.steps)
            return Answer("violated", depth)
        case _:
            return Answer("unknown", None)


def _ignore(progress: Progress) -> None:
    del progress
