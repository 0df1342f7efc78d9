"""Which accesses other threads can make between two accesses of one statement.

Two accesses conflict when they can be to the same variable of the same object and one of them
writes. An access is guarded when each access that conflicts with it is made under a lock that is
held here, too: it can be moved to any point of its statement, and nobody can tell (a *both-mover*:
Lipton, "Reduction: a method of proving properties of parallel programs", 1975). Locks of objects
are compared as functions of the object: `b.lock` keeps two accesses of `b.count` apart when both
hold the lock of their object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, product

from frontend.checks.locksets import Known, Lock
from frontend.flow.accesses import Access, accesses, for_the_proof
from frontend.flow.data_flow import instructions_of
from frontend.flow.graph import Place
from frontend.formulas import building as formulas
from frontend.model import (
    BOOL,
    Assert,
    Bound,
    Constant,
    Expression,
    Read,
    Self,
    Value,
    Variable,
    walk,
)
from frontend.source.spans import Span

MOST_PATTERNS = 64
"""Ways to write a lock's index over the accessed object; without the others less is guarded."""


@dataclass(frozen=True, slots=True)
class Site:
    """What tells whether an access meets another one.

    Args:
        whole: the record, set or plain variable.
        write: or a read.
        index: what is certain of the object: constants, and `Self`.
        locks: those that are held, each in every way that it depends on the object alone; `@0` is
            the first index of the object.
    """

    whole: str
    write: bool
    index: tuple[Constant | Self | None, ...]
    locks: frozenset[Lock]

    @property
    def constants(self) -> tuple[Value, ...] | None:
        """The index, where it is made of constants alone."""
        found = tuple(part.value for part in self.index if isinstance(part, Constant))
        return found if len(found) == len(self.index) else None

    def meets(self, other: Site) -> bool:
        """Whether two threads can make these accesses at once, of the same thing."""
        return self.locks.isdisjoint(other.locks) and not any(
            (isinstance(one, Self) and isinstance(two, Self))  # each thread its own
            or (isinstance(one, Constant) and isinstance(two, Constant) and one.value != two.value)
            for one, two in zip(self.index, other.index, strict=True)
        )


class Conflicts:
    """All accesses of all threads.

    Args:
        nodes: of all threads, with what is known before each: all that can run.
    """

    def __init__(
        self, nodes: Iterable[tuple[Place, Known]], variables: Mapping[str, Variable]
    ) -> None:
        self._sites: dict[tuple[str, bool], dict[tuple[Value, ...] | None, dict[Site, Span]]] = {}
        self._first: dict[Site, Site | None] = {}
        for node, known in nodes:
            if is_observer(node, variables):
                continue
            for access in accesses(node, variables):
                site = site_of(access, known)
                alike = self._sites.setdefault((site.whole, site.write), {})
                alike.setdefault(site.constants, {}).setdefault(site, node.context.span)

    def of(self, access: Access, known: Known) -> Site | None:
        """One that conflicts with an access and that no lock keeps apart from it, a write if
        there is one; None where there is none at all."""
        mine = site_of(access, known)
        if mine not in self._first:
            self._first[mine] = next(filter(mine.meets, self._near(mine)), None)
        return self._first[mine]

    def where(self, site: Site) -> Span:
        """Where such an access is made first."""
        return self._sites[site.whole, site.write][site.constants][site]

    def _near(self, mine: Site) -> Iterator[Site]:
        """Those that conflict, but perhaps for other constants."""
        for write in (True, False) if mine.write else (True,):
            alike = self._sites.get((mine.whole, write), {})
            some = (mine.constants, None) if mine.constants is not None else tuple(alike)
            for constants in some:
                yield from alike.get(constants, ())


def is_observer(node: Place, variables: Mapping[str, Variable]) -> bool:
    """Whether a node is the author's, not the kernel's: an `assert`, or about ghosts only."""
    judged = any(isinstance(item, Assert) for item in instructions_of(node))
    return judged or for_the_proof(node, variables)


def site_of(access: Access, known: Known) -> Site:
    """An access with the locks that are held there."""
    index = tuple(map(known.canonical, access.arguments))
    certain = tuple(part if isinstance(part, Constant | Self) else None for part in index)
    return Site(access.whole, access.write, certain, patterns(index, known.locks))


def patterns(index: tuple[Expression, ...], locks: Iterable[Lock]) -> frozenset[Lock]:
    """The locks, as functions of the object at an index.

    `l[0]`, held at an access to `t[0]`, is the lock of the object and the one with number 0.
    """
    holders: dict[Expression, list[Expression]] = {}
    for number, part in enumerate(index):
        holders.setdefault(part, []).append(Bound(f"@{number}", BOOL))
    return frozenset(
        (lock, shape)
        for lock, arguments in locks
        for shape in islice(
            product(*(tuple(_shapes(part, holders)) for part in arguments)), MOST_PATTERNS
        )
    )


def _shapes(
    node: Expression, holders: Mapping[Expression, list[Expression]]
) -> Iterator[Expression]:
    """An expression over constants and the object, in the ways in which it can be written so."""
    yield from holders.get(node, ())
    match node:
        case Constant():
            yield node
        case Read(variable=name, arguments=arguments):
            if "/" not in name:  # no local
                ways = (tuple(_shapes(part, holders)) for part in arguments)
                for parts in islice(product(*ways), MOST_PATTERNS):
                    yield replace(node, arguments=parts)
        case _:
            for found in (node, formulas.rewrite(node, lambda part: holders.get(part, [None])[0])):
                if not any(_tied(part) for part in walk(found)):
                    yield found


def _tied(node: Expression) -> bool:
    """Whether an expression depends on the thread."""
    return isinstance(node, Self) or (isinstance(node, Read) and "/" in node.variable)
