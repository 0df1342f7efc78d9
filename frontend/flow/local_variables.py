"""The locals of a kind of thread: model variables, one a declaration, however often inlined."""

from __future__ import annotations

from dataclasses import dataclass, field

from frontend.formulas.lowered import Place, leaf_count, leaves
from frontend.formulas.shapes import RecordShape, SetShape, Shape, WrongShape
from frontend.model import Read, ReferenceType, Self, Variable
from frontend.names.budget import Budget
from frontend.names.scopes import Local
from frontend.source.spans import Span


@dataclass(slots=True)
class Locals:
    """Declares locals; a procedure runs at most once at a time in a thread (no recursion), so
    all its call sites share one variable a declaration."""

    sort: str
    budget: Budget
    variables: dict[str, Variable] = field(default_factory=dict)
    seen: dict[tuple[str, str, Span], str] = field(default_factory=dict)
    known: dict[str, Local] = field(default_factory=dict)

    @property
    def itself(self) -> Self:
        """The thread that runs."""
        return Self(ReferenceType(self.sort, optional=False))

    def declare(
        self, procedure: str, name: str, shape: Shape, span: Span, *, hidden: bool = False
    ) -> Place:
        """The place of a local.

        Args:
            hidden: it is the program's own; properties cannot name it.
        """
        key = (procedure, name, span)
        stem = self.seen.get(key)
        if stem is None:
            stem = f"{self.sort}/{procedure}.{name}" if procedure else f"{self.sort}/{name}"
            count = sum(1 for known in self.seen if known[:2] == key[:2])
            stem = stem if count == 0 else f"{stem}~{count + 1}"
            self.seen[key] = stem
            first = ReferenceType(self.sort, optional=False)
            self.budget.variables(leaf_count(shape), span)
            for variable, extra, kind in leaves(stem, shape):
                self.variables[variable] = Variable(
                    name=variable,
                    index=(first, *extra),
                    type=kind,
                    constant=False,
                    ghost=False,
                    initial=None,
                    thread=self.sort,
                    display=name + variable.removeprefix(stem),
                    whole=None if variable == stem and not extra else stem,
                    span=span,
                )
                if not hidden:
                    self.known[variable] = Local(name, stem, procedure, shape, span)
        return Place(stem, (self.itself,), shape, local=True)

    def declared(self) -> tuple[Local, ...]:
        """What properties can name, each once, in order of declaration."""
        return tuple(dict.fromkeys(self.known.values()))


def leaf_names(place: Place) -> frozenset[str]:
    """The model variables of a place."""
    return frozenset(name for name, _, _ in leaves(place.variable, place.shape))


def result_of(place: Place) -> Read | None:
    """What a trace reads after an assignment to a scalar local."""
    if not place.local or isinstance(place.shape, SetShape | RecordShape | WrongShape):
        return None
    return Read(place.variable, place.arguments, place.shape)
