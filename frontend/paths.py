"""Gathers the nodes of a thread's graph into steps: where a thread can be interrupted, and how.

A step runs from one *location* to the next. It holds at most one node that touches shared state (or
one `atomic` block), with the local nodes that follow it; local nodes right after a label or at
the start of a branch open the step instead. A node that may wait opens a step. Every way through
local tests is a step of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from frontend import formulas
from frontend.accesses import touches_shared
from frontend.formulas import both, conjunction, disjunction, either, negation
from frontend.graph import Choose, End, Label, Operation, Place, Test, reachable, resolve
from frontend.model import (
    FALSE,
    TRUE,
    Assign,
    Check,
    Constant,
    Expression,
    Instruction,
    Read,
    Remark,
    Require,
    Variable,
)
from frontend.problems import Problems

MOST_PATHS = 4096


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the graph, so far.

    Args:
        choices: which branches of `choose` it took.
        moved: whether anything was executed.
        touched: whether its one shared node is behind it.
        group: the `atomic` block it is inside.
        pure: whether nothing but local assignments and tests was executed: a node may still wait.
        locals: what local assignments made of locals, over the state at the start.
        conditions: the tests passed while pure, over the state at the start.
        wait: when the path's waiting node can proceed, over the state at the start.
        passed: nodes, by identity.
    """

    instructions: tuple[Instruction, ...] = ()
    remarks: tuple[Remark, ...] = ()
    choices: tuple[int, ...] = ()
    moved: bool = False
    touched: bool = False
    group: int | None = None
    pure: bool = True
    locals: Mapping[str, Expression] = field(default_factory=dict)
    conditions: tuple[Expression, ...] = ()
    wait: Expression | None = None
    passed: frozenset[int] = frozenset()

    @property
    def fresh(self) -> bool:
        """Whether it has only just left its location."""
        return not self.moved and not self.choices

    def now(self, node: Expression) -> Expression:
        """An expression over the state here as one over the state at the start."""
        return formulas.rewrite(node, self._local)

    def _local(self, part: Expression) -> Expression | None:
        if isinstance(part, Read) and len(part.arguments) == 1:
            return self.locals.get(part.variable)
        return None


@dataclass(frozen=True, slots=True)
class Segment:
    """A step before it has a number."""

    source: Place
    target: Place
    path: Path


class _Forced(Exception):
    """A loop of local nodes: a thread can be interrupted at its head, after all."""


class Segments:
    """Finds the locations and steps of one thread."""

    def __init__(self, variables: Mapping[str, Variable], problems: Problems) -> None:
        self.variables = variables
        self.problems = problems
        self.forced: set[int] = set()
        self.waiting: set[int] = set()

    def find(self, entry: Place) -> tuple[list[Place], list[Segment]]:
        """The locations in order of discovery, and the steps between them."""
        self.waiting = {
            node.context.group
            for node in reachable(entry)
            if isinstance(node, Operation) and node.waits and node.context.group is not None
        }
        while True:
            try:
                return self._all(entry)
            except _Forced:
                continue  # with one more location

    def _all(self, entry: Place) -> tuple[list[Place], list[Segment]]:
        places = [entry]
        known = {id(entry)}
        segments: list[Segment] = []
        for source in places:
            if isinstance(source, End):
                continue
            for count, (target, path) in enumerate(self._from(source, Path()), 1):
                if count > MOST_PATHS:
                    self.problems.report(
                        "E311",
                        f"more than {MOST_PATHS} ways through this step: put part of it outside "
                        "the `atomic` block",
                        source.context.span,
                    )
                    break
                segments.append(Segment(source, target, path))
                if id(target) not in known:
                    known.add(id(target))
                    places.append(target)
        return places, segments

    def _from(self, node: Place, path: Path) -> Iterator[tuple[Place, Path]]:
        while True:
            if isinstance(node, End):
                yield node, path
                return
            if id(node) in path.passed:
                if path.group is not None and path.group == node.context.group:
                    self.problems.report(
                        "E304", "a loop inside `atomic` may never end its step", node.context.span
                    )
                    return
                if id(node) not in self.forced:
                    self.forced.add(id(node))
                    raise _Forced
                yield node, path
                return
            if self._stops(node, path):
                yield node, path
                return
            path = self._enter(node, path)
            match node:
                case Label(next=after):
                    node = resolve(after)
                case Operation(next=after):
                    path = self._execute(node, path)
                    node = resolve(after)
                case Test():
                    yield from self._branches(node, path)
                    return
                case Choose(branches=branches):
                    for number, branch in enumerate(branches):
                        chosen = replace(path, choices=(*path.choices, number))
                        yield from self._from(resolve(branch), chosen)
                    return

    # --- boundaries ------------------------------------------------------------------------

    def _stops(self, node: Place, path: Path) -> bool:
        """Whether a step ends before a node."""
        group = node.context.group
        if group is not None and group == path.group:
            return False
        touched = path.touched or path.group is not None
        match node:
            case Label(names=names, head=head):
                if group is not None or path.fresh:
                    return False
                return bool(names) or head or id(node) in self.forced
            case Choose():
                return path.moved
            case Operation() | Test():
                if path.fresh:
                    return False
                if id(node) in self.forced:
                    return True
                waits = isinstance(node, Operation) and node.waits is not None
                if group is not None:
                    waits = waits or group in self.waiting
                if waits and path.moved:
                    return True
                shared = group is not None or touches_shared(node, self.variables)
                return shared and touched
            case End():
                return True

    def _enter(self, node: Place, path: Path) -> Path:
        group = node.context.group
        if isinstance(node, Label) and group is None:
            group = path.group
        left = path.group is not None and path.group != group
        return replace(
            path,
            touched=path.touched or left,
            group=group,
            passed=path.passed | {id(node)},
        )

    # --- execution -------------------------------------------------------------------------

    def _execute(self, node: Operation, path: Path) -> Path:
        wait = path.wait
        if node.waits is not None:
            if not path.pure:
                self.problems.report(
                    "E303", "only the first statement of `atomic` may wait", node.context.span
                )
            wait = path.now(node.waits)
        pure, known = path.pure, dict(path.locals)
        for instruction in node.instructions:
            match instruction:
                case Assign(variable=name, arguments=arguments, value=value) if (
                    pure and self.variables[name].thread is not None and len(arguments) == 1
                ):
                    known[name] = Path(locals=known).now(value)
                case Check():
                    pass
                case _:
                    pure = False
        remarks = path.remarks
        if node.text:
            remarks += (
                Remark(node.text, node.context.span, None, node.context.procedure, node.result),
            )
        shared = touches_shared(node, self.variables)
        return replace(
            path,
            instructions=path.instructions + node.instructions,
            remarks=remarks,
            moved=True,
            touched=path.touched or (shared and path.group is None),
            pure=pure,
            locals=known,
            wait=wait,
        )

    def _branches(self, node: Test, path: Path) -> Iterator[tuple[Place, Path]]:
        defined = conjunction(item.condition for item in node.checks if isinstance(item, Check))
        shared = touches_shared(node, self.variables)
        for outcome, after in ((True, node.yes), (False, node.no)):
            condition = node.condition if outcome else negation(node.condition)
            if condition == FALSE:
                continue
            # One of the two ways carries the fault, so that no two steps share their picks.
            carries = outcome or negation(node.condition) == TRUE
            instructions: list[Instruction] = list(node.checks) if carries else []
            needed = condition if carries else both(defined, condition)
            if needed != TRUE:
                instructions.append(Require(needed))
            conditions = path.conditions
            if path.pure and path.wait is None:
                proceeds = either(negation(defined), condition) if carries else needed
                conditions += (path.now(proceeds),)
            remarks = path.remarks
            if node.text:
                text, span = node.text, node.context.span
                remarks += (Remark(text, span, outcome, node.context.procedure),)
            moved = path.moved or not isinstance(node.condition, Constant)
            yield from self._from(
                resolve(after),
                replace(
                    path,
                    instructions=path.instructions + tuple(instructions),
                    remarks=remarks,
                    moved=moved,
                    touched=path.touched or (shared and path.group is None),
                    conditions=conditions,
                ),
            )


def alternatives(segments: list[Segment]) -> dict[tuple[int, ...], tuple[int, Expression]]:
    """Choices of the steps at one location -> number, and when the alternative can proceed."""
    ways: dict[tuple[int, ...], list[Path]] = {}
    for segment in segments:
        ways.setdefault(segment.path.choices, []).append(segment.path)
    found: dict[tuple[int, ...], tuple[int, Expression]] = {}
    for number, choices in enumerate(sorted(ways)):
        paths = ways[choices]
        waits: Expression = TRUE
        if any(path.wait is not None for path in paths):
            waits = disjunction(
                both(conjunction(path.conditions), TRUE if path.wait is None else path.wait)
                for path in paths
            )
        found[choices] = (number, waits)
    return found
