"""What a step does, as expressions over the state before it, for one thread and its own picks.

Two steps of two threads are compared by taking expressions back through both (`after`), in one
order and in the other: the thread that takes a step, and what its picks give, are constants, so
that both orders speak of the same threads and the same picks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from frontend.formulas import building as formulas
from frontend.formulas.building import both, conjunction, either, negation
from frontend.model import (
    FALSE,
    TRUE,
    Assert,
    Assign,
    At,
    Bulk,
    Check,
    Expression,
    HeldBy,
    Instruction,
    Let,
    LockType,
    Model,
    Pick,
    Read,
    ReferenceType,
    Require,
    Step,
    Temporary,
)
from verifier.analysis.folding import fill
from verifier.every_size.obligations.precondition import Precondition


@dataclass(frozen=True, slots=True)
class _Condition:
    """A `Require`, `Check` or `Assert`, and its condition over the state before the step."""

    instruction: Require | Check | Assert
    condition: Expression


class Effect:
    """A step as one thread takes it.

    Args:
        model: the step's.
        step: any step of it.
        name: tells its thread and picks from those of another step.

    Attributes:
        thread: who takes it.
        done: that it can be taken and does not fault.
        violations: kind of `Check` or name of `Assert` -> that the step is taken and violates it.

    Raises:
        Beyond: an update cannot be inverted, or a condition cannot be expressed.
    """

    def __init__(self, model: Model, step: Step, name: str) -> None:
        self.step = step
        self.thread = Temporary(f"{name}@", ReferenceType(step.thread, optional=False))
        self._model = model
        self._picks: dict[str, Expression] = {
            item.temporary.name: replace(item.temporary, name=f"{item.temporary.name}@{name}")
            for item in step.body
            if isinstance(item, Pick)
        }
        self._whole = Precondition(model, replace(step, body=_deeds(step.body)))
        conditions = list(self._conditions())
        self.done = conjunction(
            item.condition for item in conditions if not isinstance(item.instruction, Assert)
        )
        self.violations: Mapping[str, Expression] = _violations(conditions)

    @property
    def stands(self) -> Expression:
        """That its thread stands where the step starts."""
        return At(self.thread, frozenset({self.step.source}))

    @property
    def picks(self) -> tuple[Temporary, ...]:
        """What stands for the values that it picks."""
        return tuple(item for item in self._picks.values() if isinstance(item, Temporary))

    def after(self, expression: Expression) -> Expression:
        """An expression over the state after the step (if it is taken), over the one before."""
        return self._own(self._whole.of(expression))

    def written(self) -> frozenset[str]:
        """The variables that it assigns."""
        return self._whole.written()

    def _own(self, expression: Expression) -> Expression:
        return fill(formulas.with_thread(expression, self.thread), self._picks)

    def _conditions(self) -> Iterator[_Condition]:
        step = self.step
        for number, item in enumerate(step.body):
            if isinstance(item, Require | Check | Assert):
                before = replace(step, target=step.source, body=_deeds(step.body[:number]))
                condition = Precondition(self._model, before).of(item.condition)
                yield _Condition(item, self._own(condition))


def _deeds(body: tuple[Instruction, ...]) -> tuple[Instruction, ...]:
    """What changes the state, without what decides whether."""
    return tuple(item for item in body if isinstance(item, Let | Assign | Bulk))


def _violations(conditions: list[_Condition]) -> dict[str, Expression]:
    found: dict[str, Expression] = {}
    taken: Expression = TRUE
    for position in reversed(range(len(conditions))):
        item = conditions[position]
        fails = negation(item.condition)
        earlier = conjunction(
            other.condition
            for other in conditions[:position]
            if not isinstance(other.instruction, Assert)
        )
        match item.instruction:
            case Require():
                taken = both(item.condition, taken)
            case Check(fault=name):
                found[name] = either(both(earlier, fails), found.get(name, FALSE))
                taken = either(fails, taken)
            case Assert(name=name):
                event = conjunction((earlier, fails, taken))
                found[name] = either(event, found.get(name, FALSE))
    return {name: event for name, event in found.items() if event != FALSE}


def observations(model: Model, names: frozenset[str]) -> Iterator[Expression]:
    """What a variable holds at any index: of a lock, whether any thread holds it.

    Two states that agree on all observations are equal in these variables.
    """
    for name in sorted(names):
        variable = model.variable(name)
        index = tuple(
            Temporary(f"{name}@{position}", kind) for position, kind in enumerate(variable.index)
        )
        value = Read(name, index, variable.type)
        if not isinstance(variable.type, LockType):
            yield value
            continue
        for thread in model.threads:
            owner = ReferenceType(thread.sort, optional=False)
            yield HeldBy(value, Temporary(f"{name}@{thread.sort}", owner))
