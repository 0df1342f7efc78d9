"""What the default portfolio says of a model, in the words that corpus and documentation use."""

from __future__ import annotations

from dataclasses import dataclass

from frontend.model import Model
from proofs.answers.verdict import NoSystem, Proved, Reached, Status, Unreachable, Violated
from verifier.protocol.bounds import Asked, asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.results import PropertyReport
from verifier.protocol.task import Limits, Listener, Progress
from verifier.verify.portfolio import Strategy, Work
from verifier.verify.registry import Registry, standard

SECONDS = 60.0
"""How long a specification of the tests may take; all of them need far less."""

PORTFOLIO = Strategy(limits=Limits(states=50_000))
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
    options: Strategy,
    registry: Registry,
    stop: Deadline,
    listener: Listener,
) -> tuple[PropertyReport, ...]:
    """The verdicts on some properties of a model, at bounded sizes only. See `Work`."""
    work = Work(model, names, sizes, options, registry, stop, listener)
    work.begin()
    return work.finish()


def answers(
    model: Model, options: Strategy = PORTFOLIO, seconds: float = SECONDS
) -> dict[str, Answer]:
    """Property -> verdict, at the bounds that the model names itself."""
    names = tuple(item.name for item in model.properties)
    found = settle_properties(
        model, names, asked(model, {}), options, standard(), Deadline(seconds), ignore
    )
    return {item.name: _answer(item.status) for item in found}


def _answer(status: Status) -> Answer:
    match status:
        case Proved() | Reached():
            return Answer("proved", None)
        case Violated(trace=trace):
            return Answer("violated", len(trace.steps))
        case Unreachable():
            return Answer("violated", None)
        case NoSystem():
            raise AssertionError(status)
        case _:
            return Answer("unknown", None)


def ignore(progress: Progress) -> None:
    """A listener that does nothing."""
    del progress
