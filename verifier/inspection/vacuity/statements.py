"""The statements of a model's source, and the steps that execute each.

A step is one way through local tests, and procedures are inlined, so that some steps can never be
taken although nothing is wrong. A statement of the source that nothing executes is another matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from frontend.model import Assert, Model, Step
from frontend.source.spans import Span


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the source, or one outcome of a test.

    Args:
        thread: the sort that runs it, where it stands in the thread's own body; else "".
        procedure: the procedure that it stands in, "" for a thread's own body.
        text: on one line.
        span: where it stands.
        outcome: of a test, the one in question; None: whether it is executed at all.
    """

    thread: str
    procedure: str
    text: str
    span: Span
    outcome: bool | None = None

    @property
    def owner(self) -> str:
        """What it is part of: `free_one_page`, `thread cpu`."""
        return self.procedure or f"thread {self.thread}"


def numbered(model: Model) -> tuple[Step, ...]:
    """All steps; their positions are the numbers that the explorer has for them."""
    return tuple(step for thread in model.threads for step in thread.steps)


def statements(model: Model) -> Mapping[Statement, frozenset[int]]:
    """Each statement, and each outcome of a test that some step has, with the numbers of the
    steps that execute it, in the order of the source."""
    found: dict[Statement, set[int]] = {}
    for number, step in enumerate(numbered(model)):
        for remark in step.remarks:
            if remark.jump:
                continue  # what leads there, or what stands before it, says as much
            thread = "" if remark.procedure else step.thread
            whole = Statement(thread, remark.procedure, remark.text, remark.span)
            found.setdefault(whole, set()).add(number)
            if remark.outcome is not None:
                way = Statement(thread, remark.procedure, remark.text, remark.span, remark.outcome)
                found.setdefault(way, set()).add(number)
    order = sorted(found, key=lambda item: (item.span.start, item.owner, item.outcome is not None))
    return {item: frozenset(found[item]) for item in order}


def asserting(model: Model, name: str) -> frozenset[int]:
    """The numbers of the steps that execute an `assert` of this name."""
    return frozenset(
        number
        for number, step in enumerate(numbered(model))
        if any(isinstance(item, Assert) and item.name == name for item in step.body)
    )


def silent(
    known: Mapping[Statement, frozenset[int]], fired: Iterable[int]
) -> tuple[Statement, ...]:
    """What none of these steps executes. An outcome of a test that is never executed is no news."""
    taken = frozenset(fired)
    missing = [item for item, numbers in known.items() if numbers.isdisjoint(taken)]
    never = {(item.owner, item.span) for item in missing if item.outcome is None}
    return tuple(
        item for item in missing if item.outcome is None or (item.owner, item.span) not in never
    )
