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
from frontend.formulas import both, conjunction, negation
from frontend.graph import Choose, End, Label, Operation, Place, Test, reachable, resolve
from frontend.instructions import renamed
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
from frontend.waiting import Copies, Gate, is_own, proceeds

MOST_PATHS = 4096


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the graph, so far.

    Args:
        choices: which branches of `choose` it took.
        moved: whether anything was executed.
        touched: whether its one shared node is behind it.
        group: the `atomic` block it is inside.
        copies: what assignments made of locals; None after anything more, when no node may wait.
        gates: what was decided before that.
        constants: locals that a constant was assigned to: their tests have one way.
        wait: when the path's waiting node can proceed, over the state at the start.
        serves: whether its waiting node is an `await`.
        passed: nodes by identity, with `touched` and `group` there.
    """

    instructions: tuple[Instruction, ...] = ()
    remarks: tuple[Remark, ...] = ()
    choices: tuple[int, ...] = ()
    moved: bool = False
    touched: bool = False
    group: int | None = None
    copies: Copies | None = field(default_factory=Copies)
    gates: tuple[Gate, ...] = ()
    constants: Mapping[str, Constant] = field(default_factory=dict)
    wait: Expression | None = None
    serves: bool = False
    passed: frozenset[tuple[int, bool, int | None]] = frozenset()

    @property
    def fresh(self) -> bool:
        """Whether it has only just left its location."""
        return not self.moved and not self.choices

    def decided(self, condition: Expression) -> Expression:
        """A condition, TRUE or FALSE where the path itself decides it."""
        found = formulas.rewrite(
            condition,
            lambda part: self.constants.get(part.variable) if isinstance(part, Read) else None,
        )
        return found if isinstance(found, Constant) else condition

    def without_fault(self) -> Path:
        """The path with what it checks required: another path has the faults so far."""
        return replace(
            self,
            instructions=tuple(
                Require(item.condition) if isinstance(item, Check) else item
                for item in self.instructions
            ),
            gates=tuple(gate.without_fault() for gate in self.gates),
        )


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
                self.problems.budget.steps(1, source.context.span)
                segments.append(Segment(source, target, path))
                if id(target) not in known:
                    known.add(id(target))
                    places.append(target)
        return places, segments

    def _from(self, node: Place, path: Path) -> Iterator[tuple[Place, Path]]:
        while True:
            if isinstance(node, End) or self._stops(node, path):
                yield node, path
                return
            path = self._enter(node, path)
            here = (id(node), path.touched, path.group)
            if here in path.passed:
                if path.group is not None:
                    self.problems.report(
                        "E304", "a loop inside `atomic` may never end its step", node.context.span
                    )
                    return
                if id(node) not in self.forced:
                    self.forced.add(id(node))
                    raise _Forced
                yield node, path
                return
            path = replace(path, passed=path.passed | {here})
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
                return path.moved or (id(node) in self.forced and not path.fresh)
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
        return replace(path, touched=path.touched or left, group=group)

    # --- execution -------------------------------------------------------------------------

    def _execute(self, node: Operation, path: Path) -> Path:
        wait, copies, gates = path.wait, path.copies, path.gates
        if node.waits is not None:
            if copies is None:
                self.problems.report(
                    "E303", "only the first statement of `atomic` may wait", node.context.span
                )
            else:
                wait, copies = copies.now(node.waits), None
        # A second time in one step (the head of a loop, say) it has temporaries of its own.
        again = sum(1 for number, _, _ in path.passed if number == id(node)) > 1
        instructions = renamed(node.instructions) if again else node.instructions
        for instruction in instructions:
            if copies is not None and isinstance(instruction, Check):
                gates += (Gate(copies.now(instruction.condition)),)
            copies = None if copies is None else copies.after(instruction, self.variables)
        constants = dict(path.constants)
        for instruction in instructions:
            if isinstance(instruction, Assign):
                value = path.decided(instruction.value)
                constants.pop(instruction.variable, None)
                if isinstance(value, Constant) and is_own(self.variables, instruction):
                    constants[instruction.variable] = value
        remarks = path.remarks
        if node.text:
            remarks = _without_value(remarks, node.result)
            remarks += (
                Remark(node.text, node.context.span, None, node.context.procedure, node.result),
            )
        shared = touches_shared(node, self.variables)
        return replace(
            path,
            instructions=path.instructions + instructions,
            remarks=remarks,
            moved=True,
            touched=path.touched or (shared and path.group is None),
            copies=copies,
            gates=gates,
            constants=constants,
            wait=wait,
            serves=path.serves or node.serves,
        )

    def _branches(self, node: Test, path: Path) -> Iterator[tuple[Place, Path]]:
        defined = conjunction(item.condition for item in node.checks if isinstance(item, Check))
        shared = touches_shared(node, self.variables)
        test = path.decided(node.condition)
        for outcome, after in ((True, node.yes), (False, node.no)):
            condition = test if outcome else negation(test)
            if condition == FALSE:
                continue
            # One of the two ways has the faults so far: no two steps share their picks.
            carries = outcome or condition == TRUE
            before = path if carries else path.without_fault()
            instructions: list[Instruction] = list(node.checks) if carries else []
            needed = condition if carries else both(defined, condition)
            if needed != TRUE:
                instructions.append(Require(needed))
            gates = before.gates
            if path.copies is not None:
                now = path.copies.now
                if condition == TRUE:
                    gates += (Gate(now(defined)),)
                else:
                    gates += (Gate(now(defined), now(test), outcome, carries),)
            remarks = path.remarks
            if node.text and not isinstance(node.condition, Constant):
                text, span = node.text, node.context.span
                remarks += (Remark(text, span, outcome, node.context.procedure),)
            moved = path.moved or not isinstance(node.condition, Constant)
            yield from self._from(
                resolve(after),
                replace(
                    before,
                    instructions=before.instructions + tuple(instructions),
                    remarks=remarks,
                    moved=moved,
                    touched=path.touched or (shared and path.group is None),
                    gates=gates,
                ),
            )


def _without_value(remarks: tuple[Remark, ...], result: Read | None) -> tuple[Remark, ...]:
    """Values are read after the step: those of a local that is assigned again are gone."""
    if result is None:
        return remarks
    return tuple(replace(item, value=None) if item.value == result else item for item in remarks)


def alternatives(segments: list[Segment]) -> dict[tuple[int, ...], tuple[int, Expression]]:
    """Choices of the steps at one location -> number, and when the alternative can proceed."""
    ways: dict[tuple[int, ...], list[Path]] = {}
    for segment in segments:
        ways.setdefault(segment.path.choices, []).append(segment.path)
    waiting = any(segment.path.wait is not None for segment in segments)
    found: dict[tuple[int, ...], tuple[int, Expression]] = {}
    for number, choices in enumerate(sorted(ways)):
        waits: Expression = TRUE
        if waiting:
            waits = proceeds(
                [(path.gates, TRUE if path.wait is None else path.wait) for path in ways[choices]]
            )
        found[choices] = (number, waits)
    return found
