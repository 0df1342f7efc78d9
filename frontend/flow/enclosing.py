"""What surrounds a statement while the control flow is built, and how statements are numbered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from frontend.flow.graph import Jump, Label, Node, Turns
from frontend.formulas.lowered import Place
from frontend.names.problems import Problems
from frontend.names.scopes import Scope
from frontend.source.spans import Span
from frontend.syntax import tree as syntax


@dataclass(slots=True)
class Frame:
    """One inlined procedure, or the thread's body.

    Args:
        procedures: the call stack, this one last (the body itself is not on it).
        path: the same for names.
        result: where `return` puts its value.
        exit: what runs after it.
        ordinals: statement -> its number in the procedure.
        many: procedures that it calls more than once.
        inside: label -> the loops that it stands in.
        gotos: the labels that are gone to, with the node of the `goto` and the loops around it.
    """

    procedures: tuple[str, ...]
    path: tuple[str, ...]
    result: Place | None
    exit: Node
    ordinals: Mapping[Span, int]
    many: frozenset[str]
    labels: dict[str, Jump] = field(default_factory=dict)
    inside: dict[str, tuple[Turns, ...]] = field(default_factory=dict)
    gotos: list[tuple[syntax.Name, Label, tuple[Turns, ...]]] = field(default_factory=list)

    @property
    def procedure(self) -> str:
        """The procedure's name; "" is the thread's own body."""
        return self.procedures[-1] if self.procedures else ""


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds a statement.

    Args:
        exit: where `return` goes.
        after_loop: where `break` goes; None outside loops.
        next_turn: where `continue` goes.
        loops: the loops around it in its procedure, outermost first.
        looping: whether it is inside any loop of the thread, across calls.
        group: the `atomic` block it is in.
    """

    frame: Frame
    scope: Scope
    visible: frozenset[str]
    exit: Node
    after_loop: Node | None = None
    next_turn: Node | None = None
    loops: tuple[Turns, ...] = ()
    looping: bool = False
    group: int | None = None


def into_loop(around: Around, turns: Turns, after: Node, next_turn: Node) -> Around:
    """The surroundings of a loop's body."""
    loops = (*around.loops, turns)
    return replace(around, after_loop=after, next_turn=next_turn, loops=loops, looping=True)


def close_labels(frame: Frame, problems: Problems) -> None:
    """Tells each `goto` what it leads out of; reports those that lead nowhere."""
    for label, node, loops in frame.gotos:
        inside = frame.inside.get(label.text, ())
        node.exits = tuple(turns for turns in loops if turns not in inside)
        if frame.labels[label.text].target is None:
            known = [name for name, jump in frame.labels.items() if jump.target]
            problems.report(
                "E106", f"no label `{label.text}` here", label.span, near=(label.text, known)
            )
    for jump in frame.labels.values():
        if jump.target is None:
            jump.target = frame.exit


def ordinals(body: syntax.Block) -> dict[Span, int]:
    """Statement -> its number in the body, in order of the text, from 1."""
    spans = sorted({node.span for node in statements_in(body)})
    return {span: number for number, span in enumerate(spans, 1)}


def ordinal_at(numbers: Mapping[Span, int], span: Span) -> int:
    """The number of the innermost statement around a span; 0 for none."""
    if span in numbers:
        return numbers[span]
    around = [
        (-at.start, number) for at, number in numbers.items() if at.start <= span.start < at.end
    ]
    return min(around)[1] if around else 0


def statements_in(node: object) -> Iterator[syntax.Statement]:
    """Every statement below a body that does something by itself."""
    if isinstance(node, tuple):
        for item in node:
            yield from statements_in(item)
    elif isinstance(node, syntax.Branch):
        yield from statements_in(node.body)
    elif isinstance(node, syntax.Statement):
        if not isinstance(node, (syntax.Block, syntax.Label, syntax.Atomic, syntax.Loop)):
            yield node
        for name in ("statements", "then", "otherwise", "body", "branches"):
            yield from statements_in(getattr(node, name, ()))
