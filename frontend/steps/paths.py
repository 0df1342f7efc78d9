"""Gathers the nodes of a thread's graph into steps, which run from one *location* to the next. The
rules are those of docs/language.md ("Steps, exactly").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from frontend.flow.accesses import touches_shared
from frontend.flow.graph import (
    Choose,
    End,
    Label,
    Operation,
    Place,
    Test,
    labels,
    passed,
    reachable,
    resolve,
    successors,
)
from frontend.flow.instructions import renamed
from frontend.formulas import building as formulas
from frontend.formulas.building import both, conjunction, negation
from frontend.formulas.waiting import Copies, Gate, is_own
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
from frontend.names.problems import Problems
from frontend.steps.loop_places import loop_places

MOST_PATHS = 4096


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the graph, so far.

    Args:
        choices: which branches of `choose` it took.
        moved: whether anything was executed.
        entered: the branches of `choose` that it entered.
        left: whether it left one of them.
        tested: whether it took a test.
        touched: whether its one shared node is behind it.
        group: the `atomic` block it is inside.
        copies: what assignments made of locals; None after anything more, when no node may wait.
        gates: what was decided before that.
        constants: locals that a constant was assigned to: their tests have one way.
        wait: when the path's waiting node can proceed, over the state at the start.
        serves: whether its waiting node is an `await`.
        awaited: the lock that its waiting node takes, over the state at the start, and when
            that has a value; None where it waits for anything else.
        passed: nodes by identity, with `touched`, `left` and `group` there.
    """

    instructions: tuple[Instruction, ...] = ()
    remarks: tuple[Remark, ...] = ()
    choices: tuple[int, ...] = ()
    moved: bool = False
    entered: frozenset[int] = frozenset()
    left: bool = False
    tested: bool = False
    touched: bool = False
    group: int | None = None
    copies: Copies | None = field(default_factory=Copies)
    gates: tuple[Gate, ...] = ()
    constants: Mapping[str, Constant] = field(default_factory=dict)
    wait: Expression | None = None
    serves: bool = False
    awaited: tuple[Read, Expression] | None = None
    passed: frozenset[tuple[int, bool, bool, int | None]] = frozenset()

    @property
    def fresh(self) -> bool:
        """Whether it has only just left its location."""
        return not self.moved and not self.choices

    @property
    def beginning(self) -> bool:
        """Whether it has taken only what the next node can be looked at through."""
        return not self.touched and not self.left and self.copies is not None

    @property
    def straight(self) -> bool:
        """Whether it is at its beginning, and there was only one way to come here."""
        return self.beginning and not self.tested and not self.choices

    def decided(self, condition: Expression) -> Expression:
        """A condition, TRUE or FALSE where the path itself decides it."""
        found = formulas.rewrite(
            condition,
            lambda part: self.constants.get(part.variable) if isinstance(part, Read) else None,
        )
        return found if isinstance(found, Constant) else condition

    def jumping(self, node: Label) -> Path:
        """The path behind a `return`, `goto`, `break` or `continue`."""
        where = node.context
        remark = Remark(
            node.text, where.span, None, where.procedure, None, len(self.instructions), jump=True
        )
        return replace(self, remarks=(*self.remarks, remark))

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


class Segments:
    """Finds the locations and steps of one thread."""

    def __init__(self, variables: Mapping[str, Variable], problems: Problems) -> None:
        self.variables = variables
        self.problems = problems
        self.waiting: set[int] = set()
        self.heads: set[int] = set()

    def find(self, entry: Place) -> tuple[list[Place], list[Segment]]:
        """The locations in order of discovery, and the steps between them."""
        nodes = list(reachable(entry))
        for node in nodes:
            waits = isinstance(node, Choose) or (isinstance(node, Operation) and node.waits)
            if waits and node.context.group is not None:
                self.waiting.add(node.context.group)
        self.heads = loop_places(nodes, self.variables)
        places = [self._start(entry)]
        known = {id(places[0])}
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

    def _start(self, node: Place) -> Place:
        """Where a thread stands at first: heads of loops that are no places are passed."""
        node, _ = passed(node)
        while isinstance(node, Label) and not node.names and id(node) not in self.heads:
            node, _ = passed(*successors(node))
        return node

    def _from(self, node: Place, path: Path) -> Iterator[tuple[Place, Path]]:
        met: set[int] = set()  # labels, with nothing but jumps since
        while True:
            node, jumps = passed(node)
            for jump in jumps:
                path = path.jumping(jump)
            if isinstance(node, Label) and id(node) in met and path.group is None:
                yield node, path  # jumps that go round in a circle, as an empty loop does
                return
            met = met | {id(node)} if isinstance(node, Label) else set()
            if isinstance(node, End) or self._stops(node, path):
                yield node, path
                return
            path = self._enter(node, path)
            if isinstance(node, Label) and path.group is None and id(node) not in self.heads:
                node = resolve(node.next)
                continue
            here = (id(node), path.touched, path.left, path.group)
            if here in path.passed:
                if path.group is not None:
                    self.problems.report(
                        "E304", "a loop inside `atomic` may never end its step", node.context.span
                    )
                    return
                assert id(node) in self.heads or path.fresh, "a loop goes round in one step"
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
                case Choose(branches=branches, numbers=numbers):
                    for number, branch in enumerate(branches):
                        entered = path.entered | {numbers[number]}
                        chosen = replace(path, choices=(*path.choices, number), entered=entered)
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
            case Label(names=names):
                if group is not None or path.fresh:
                    return False
                if names:
                    return True
                passed = path.straight and path.group is None and not labels(node)[0]
                return id(node) in self.heads and not (node.head and passed)
            case Choose():
                return touched or not path.beginning
            case Operation() | Test():
                if path.fresh:
                    return False
                waits = isinstance(node, Operation) and node.waits is not None
                if group is not None:
                    waits = waits or group in self.waiting
                if waits and (touched or not path.beginning):
                    return True
                shared = group is not None or touches_shared(node, self.variables)
                return shared and touched
            case End():
                return True

    def _enter(self, node: Place, path: Path) -> Path:
        group = node.context.group
        left = path.group is not None and path.group != group
        return replace(path, touched=path.touched or left, group=group)

    # --- execution -------------------------------------------------------------------------

    def _execute(self, node: Operation, path: Path) -> Path:
        if node.leaves is not None:
            left = node.leaves in path.entered
            return replace(path, moved=path.moved or left, left=path.left or left)
        wait, copies, gates, awaited = path.wait, path.copies, path.gates, path.awaited
        if node.waits is not None:
            if copies is None:
                self.problems.report(
                    "E303", "only the first statement of `atomic` may wait", node.context.span
                )
            else:
                if node.lock is not None:
                    awaited = _awaited(node, node.lock, copies)
                wait, copies = copies.now(node.waits), None
        # A second time in one step (the head of a loop, say) it has temporaries of its own.
        again = sum(1 for passed in path.passed if passed[0] == id(node)) > 1
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
            remarks += (
                Remark(
                    node.text,
                    node.context.span,
                    None,
                    node.context.procedure,
                    node.result,
                    len(path.instructions) + len(instructions),
                ),
            )
        shared = node.waits is not None or touches_shared(node, self.variables)
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
            awaited=awaited,
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
            if node.text and node.there:
                text, span = node.text, node.context.span
                done = len(before.instructions) + len(instructions)
                remarks += (Remark(text, span, outcome, node.context.procedure, None, done),)
            yield from self._from(
                resolve(after),
                replace(
                    before,
                    instructions=before.instructions + tuple(instructions),
                    remarks=remarks,
                    moved=path.moved or node.there,
                    tested=path.tested or node.there,
                    touched=path.touched or (shared and path.group is None),
                    gates=gates,
                ),
            )


def _awaited(node: Operation, lock: Read, copies: Copies) -> tuple[Read, Expression]:
    now = copies.now(lock)
    assert isinstance(now, Read), "a lock stays a variable"
    checks = (item for item in node.instructions if isinstance(item, Check))
    defined = conjunction(item.condition for item in checks if item.fault != "relock")
    return now, copies.now(defined)
