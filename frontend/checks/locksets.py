"""Which locks a thread holds for certain at each node, and what its locals are copies of.

The must-lockset of Eraser (Savage et al., 1997), computed statically: locks are named by
expressions over locals and constants, locals that are copies of others are seen through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import islice

from frontend.flow.data_flow import instructions_of
from frontend.flow.graph import Place, Test, successors
from frontend.formulas import building as formulas
from frontend.model import (
    FALSE,
    TRUE,
    Assign,
    Bound,
    Bulk,
    Constant,
    Expression,
    LockType,
    Read,
    Self,
    Temporary,
    Variable,
    walk,
)

Lock = tuple[str, tuple[Expression, ...]]

MOST = 16
"""Different things that may be known before a node, one for each way there."""

LARGEST_COPY = 32
"""Parts of an expression that a local may be a copy of. A counter in a loop would be a copy of a
larger one at each turn; names of locks and objects are short."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is certain before a node.

    Args:
        locks: held ones.
        copies: local -> what it equals, over other locals and constants.
    """

    locks: frozenset[Lock]
    copies: frozenset[tuple[str, Expression]]

    def canonical(self, node: Expression) -> Expression:
        """The expression with copies replaced by what they are copies of."""
        copies = dict(self.copies)

        def change(part: Expression) -> Expression | None:
            if isinstance(part, Read) and len(part.arguments) == 1:
                return copies.get(part.variable)
            return None

        return formulas.rewrite(node, change)

    def meet(self, other: Known) -> Known:
        """What is certain on both ways."""
        return Known(self.locks & other.locks, self.copies & other.copies)

    def without(self, name: str) -> Known:
        """What is left when a local changes."""
        return Known(
            frozenset(lock for lock in self.locks if not _mentions(lock[1], name)),
            frozenset(
                (copy, value)
                for copy, value in self.copies
                if copy != name and not _mentions((value,), name)
            ),
        )


def _mentions(nodes: Iterable[Expression], name: str) -> bool:
    return any(
        isinstance(part, Read) and part.variable == name for node in nodes for part in walk(node)
    )


def locksets(entry: Place, variables: Mapping[str, Variable]) -> dict[int, frozenset[Known]]:
    """What is known before each node (by identity): one of these, whichever way led there.

    Ways are kept apart where they know different things, so that `if (spin_trylock(l))` knows the
    lock in one branch only; beyond `MOST` of them only what is common to all is kept.
    """
    before: dict[int, frozenset[Known]] = {id(entry): frozenset({Known(frozenset(), frozenset())})}
    pending = [entry]
    while pending:
        node = pending.pop()
        for other, after in _ways(node, before[id(node)], variables):
            known = before.get(id(other), frozenset())
            merged = known | after
            if len(merged) > MOST:
                merged = frozenset({reduce(Known.meet, merged)})
            if merged != known:
                before[id(other)] = merged
                pending.append(other)
    return before


def _ways(
    node: Place, knowns: Iterable[Known], variables: Mapping[str, Variable]
) -> list[tuple[Place, frozenset[Known]]]:
    """The successors of a node and what is known there."""
    after = frozenset(_after(node, known, variables) for known in knowns)
    if not isinstance(node, Test) or isinstance(node.condition, Constant):
        return [(other, after) for other in successors(node)]
    yes, no = successors(node)
    maybe = [
        (yes, frozenset(known for known in after if known.canonical(node.condition) != FALSE)),
        (no, frozenset(known for known in after if known.canonical(node.condition) != TRUE)),
    ]
    return [(other, known) for other, known in maybe if known]


def _after(node: Place, known: Known, variables: Mapping[str, Variable]) -> Known:
    for instruction in instructions_of(node):
        match instruction:
            case Assign(variable=variable, arguments=arguments, value=value):
                declared = variables[variable]
                if isinstance(declared.type, LockType):
                    lock = (variable, tuple(map(known.canonical, arguments)))
                    taken = isinstance(value, Self)
                    if taken and all(_stable(part, variables) for part in lock[1]):
                        locks = known.locks | {lock}
                    elif taken:
                        locks = known.locks  # of which object, others may change
                    elif lock in known.locks:
                        locks = known.locks - {lock}  # the others are other locks: no `relock`
                    else:
                        locks = frozenset(one for one in known.locks if one[0] != variable)
                    known = Known(locks, known.copies)
                elif declared.thread is not None:
                    equal = known.canonical(value)
                    known = known.without(variable)
                    if (
                        _is_short(equal)
                        and _stable(equal, variables)
                        and not _mentions((equal,), variable)
                    ):
                        known = Known(known.locks, known.copies | {(variable, equal)})
            case Bulk(writes=writes):
                for write in writes:
                    if variables[write.variable].thread is not None:
                        known = known.without(write.variable)
            case _:
                pass
    return known


def _is_short(node: Expression) -> bool:
    """Whether an expression has at most `LARGEST_COPY` parts."""
    return next(islice(walk(node), LARGEST_COPY, None), None) is None


def _stable(node: Expression, variables: Mapping[str, Variable]) -> bool:
    """Whether nobody but the thread itself can change an expression's value."""
    for part in walk(node):
        match part:
            case Read(variable=name):
                if variables[name].thread is None and not variables[name].constant:
                    return False
            case Bound() | Temporary():
                return False
            case Constant() | Self():
                pass
            case _:
                pass
    return True
