"""The initial states, and what `assume` says of all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from frontend.model import (
    FALSE,
    TRUE,
    At,
    Expression,
    Held,
    HeldBy,
    Model,
    Read,
    ReferenceType,
    conjuncts,
    walk,
)
from verifier.analysis.folding import folded, rebuild


@dataclass(frozen=True, slots=True)
class Start:
    """What is known of the initial states of a model.

    Args:
        initial: variable -> what it holds at the start, at every index.
        entries: kind of thread -> where it starts.
        lasting: conjuncts of assumptions that speak of constants only: they hold for ever.
        passing: the others.
    """

    initial: Mapping[str, Expression]
    entries: Mapping[str, int]
    lasting: tuple[Expression, ...]
    passing: tuple[Expression, ...]

    @staticmethod
    def of(model: Model) -> Start:
        """The start of a model."""
        constants = frozenset(item.name for item in model.variables if item.constant)
        assumed = [part for item in model.assumptions for part in conjuncts(folded(item.condition))]
        return Start(
            {item.name: item.initial for item in model.variables if item.initial is not None},
            {thread.sort: thread.entry for thread in model.threads},
            tuple(item for item in assumed if _reads_only(item, constants)),
            tuple(item for item in assumed if not _reads_only(item, constants)),
        )

    def at_first(self, formula: Expression) -> Expression:
        """A formula over an initial state, over what that state leaves open. Locks are free."""

        def go(node: Expression) -> Expression:
            match node:
                case Read(variable=name) if name in self.initial:
                    return self.initial[name]
                case HeldBy(lock=lock) | Held(lock=lock) if lock.variable in self.initial:
                    return FALSE
                case At(thread=thread, locations=locations) if isinstance(
                    thread.type, ReferenceType
                ):
                    return TRUE if self.entries[thread.type.sort] in locations else FALSE
                case _:
                    return rebuild(node, go)

        return go(formula)


def _reads_only(formula: Expression, names: frozenset[str]) -> bool:
    for node in walk(formula):
        match node:
            case Read(variable=name) if name not in names:
                return False
            case At() | Held() | HeldBy():
                return False
            case _:
                pass
    return True
