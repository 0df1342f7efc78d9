"""Steps as compiled Python: one function for each location of a kind of thread.

Such a function takes `(s, k, t, out, how, bad)`: the state, the constants, the number of the
thread that moves, and three lists to which it appends. `out` gets the states after each way to
take each step that starts there, `how` beside it `(step, picks...)`, and `bad` gets
`(property, (step, picks...))` for what a way violates. Steps and properties by number.
Ways that end in a fault are in `bad` only.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from frontend.model import (
    Assert,
    Assign,
    Bulk,
    Check,
    Expression,
    Instruction,
    Let,
    LockType,
    Pick,
    Read,
    Require,
    Step,
    Thread,
    walk,
    writes,
)
from verifier.explicit.arithmetic import circle, div, mod
from verifier.explicit.formulas import Formulas, Scope, conjunction, known, plain
from verifier.explicit.nesting import compiled
from verifier.explicit.vectors import Layout

State = tuple[int, ...]
How = tuple[int, ...]
Bad = tuple[int, How]
Function = Callable[[State, State, int, list[State], list[How], list[Bad]], None]


def build(text: str, name: str) -> Any:  # the caller knows the signature
    """What a piece of generated source defines as `name`."""
    space: dict[str, Any] = {"div": div, "mod": mod, "circle": circle, "bisect": bisect}
    exec(compiled(text, f"<{name}>"), space)  # noqa: S102  # generated above, never input
    return space[name]


def judge(formulas: Formulas, conditions: Sequence[Expression]) -> Callable[[State, State], bool]:
    """A function of state and constants: whether all the conditions hold."""
    scope = Scope("s", "", {})
    text = conjunction([formulas.source(condition, scope) for condition in conditions])
    function: Callable[[State, State], bool] = build(
        f"def judge(s, k):\n    return {text}\n", "judge"
    )
    return function


class Steps:
    """The functions of the locations, each compiled when it is first asked for.

    Args:
        layout: where everything lies.
        formulas: writes expressions.
        faults: kind of fault -> number of the property; other faults only end the run.
        asserts: name of an assertion -> number of the property; others are ignored.
    """

    def __init__(
        self,
        layout: Layout,
        formulas: Formulas,
        faults: Mapping[str, int],
        asserts: Mapping[str, int],
    ) -> None:
        self.layout = layout
        self.formulas = formulas
        self.faults = faults
        self.asserts = asserts
        self.steps = [step for thread in layout.model.threads for step in thread.steps]
        self.leaving: dict[tuple[str, int], list[int]] = {}
        for number, step in enumerate(self.steps):
            self.leaving.setdefault((step.thread, step.source), []).append(number)
        self.counters = [
            (base + index, index, sort)
            for sort, base in layout.counters.items()
            for index in range(layout.bounds[sort])
        ]
        self._threads = {thread.sort: thread for thread in layout.model.threads}
        self._functions: dict[tuple[str, int], Function | None] = {}

    def at(self, sort: str, location: int) -> Function | None:
        """The function of a location; None where no step starts."""
        key = sort, location
        if key not in self._functions:
            numbers = self.leaving.get(key, [])
            self._functions[key] = self._compile(sort, numbers) if numbers else None
        return self._functions[key]

    def _compile(self, sort: str, numbers: list[int]) -> Function:
        lines = ["def steps(s, k, t, out, how, bad):"]
        for number in numbers:
            writer = _Writer(self, self._threads[sort], number)
            lines += writer.write()
        function: Function = build("\n".join(lines) + "\n", "steps")
        return function


class _Writer:
    """Writes the source of one step."""

    def __init__(self, steps: Steps, thread: Thread, number: int) -> None:
        self.steps = steps
        self.formulas = steps.formulas
        self.layout = steps.layout
        self.thread = thread
        self.number = number
        self.step: Step = steps.steps[number]
        self.scope = Scope("s", "t", {})
        self.owned = False
        self.depth = 2
        self.lines = ["    for _ in (0,):"]
        self.picks: list[str] = []
        self.flags: list[tuple[int, str]] = []

    def write(self) -> list[str]:
        for instruction in self.step.body:
            self._instruction(instruction)
        self._finish()
        return self.lines

    def _line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def _source(self, node: Expression) -> str:
        return self.formulas.source(node, self.scope)

    def _instruction(self, instruction: Instruction) -> None:
        match instruction:
            case Pick(temporary=temporary):
                name = self.formulas.fresh("x")
                domain = self.layout.domain(temporary.type)
                self._line(f"for {name} in range({domain.start}, {domain.stop}):")
                self.depth += 1
                self.owned = False
                self.picks.append(name)
                self.scope = self.scope.bind({temporary.name: name})
            case Let(temporary=temporary, value=value):
                text = self.formulas.side(value, isinstance(temporary.type, LockType), self.scope)
                if known(text) is None:
                    name = self.formulas.fresh("x")
                    self._line(f"{name} = {text}")
                    text = name
                self.scope = self.scope.bind({temporary.name: text})
            case Require(condition=condition):
                self._unless(condition, [])
            case Check(fault=fault, condition=condition):
                report = []
                if fault in self.steps.faults:
                    report.append(f"bad.append(({self.steps.faults[fault]}, {self._how()}))")
                self._unless(condition, self._flagged() + report)
            case Assert(name=name, condition=condition):
                if name in self.steps.asserts:
                    flag = self.formulas.fresh("a")
                    self._line(f"{flag} = {self._source(condition)}")
                    self.flags.append((self.steps.asserts[name], flag))
            case Assign(variable=variable, arguments=arguments, value=value):
                self._own()
                self._store(variable, arguments, value)
            case Bulk():
                self._own()
                self._bulk(instruction)

    def _how(self) -> str:
        return f"({', '.join([str(self.number), *self.picks])},)"

    def _flagged(self) -> list[str]:
        """Reports the assertions that failed on the way here."""
        return [
            f"if not {flag}: bad.append(({asked}, {self._how()}))" for asked, flag in self.flags
        ]

    def _unless(self, condition: Expression, report: list[str]) -> None:
        text = self._source(condition)
        if known(text):
            return
        self._line(f"if not {text}:")
        self.depth += 1
        for line in report:
            self._line(line)
        self._line("continue")
        self.depth -= 1

    def _own(self) -> None:
        """Makes the state vector a list of this way's own."""
        if not self.owned:
            name = self.formulas.fresh("n")
            self._line(f"{name} = list({self.scope.state})")
            self.scope = Scope(name, "t", self.scope.names)
            self.owned = True

    def _stored(self, variable: str, value: Expression, scope: Scope) -> str:
        kind = self.layout.places[variable].variable.type
        return self.formulas.side(value, isinstance(kind, LockType), scope)

    def _store(self, variable: str, arguments: tuple[Expression, ...], value: Expression) -> None:
        slot = self.formulas.slot(variable, arguments, self.scope)
        text = self._stored(variable, value, self.scope)
        self._line(f"{self.scope.state}[{slot}] = {text}")

    def _bulk(self, bulk: Bulk) -> None:
        """All at once: the writes are collected first, unless none reads what another writes."""
        written = {write.variable for write in bulk.writes}
        direct = not any(
            isinstance(part, Read) and part.variable in written for part in walk(bulk.where)
        ) and not any(
            isinstance(part, Read) and part.variable in written
            for write in bulk.writes
            for item in (*write.arguments, write.value)
            for part in walk(item)
        )
        names = {binder.name: self.formulas.fresh("b") for binder in bulk.binders}
        scope = self.scope.bind(names)
        batch = self.formulas.fresh("w")
        depth = self.depth
        if not direct:
            self._line(f"{batch} = []")
        for binder in bulk.binders:
            domain = self.layout.domain(plain(binder))
            self._line(f"for {names[binder.name]} in range({domain.start}, {domain.stop}):")
            self.depth += 1
        where = self.formulas.source(bulk.where, scope)
        if not known(where):
            self._line(f"if {where}:")
            self.depth += 1
        for write in bulk.writes:
            slot = self.formulas.slot(write.variable, write.arguments, scope)
            text = self._stored(write.variable, write.value, scope)
            self._line(
                f"{scope.state}[{slot}] = {text}" if direct else f"{batch}.append(({slot}, {text}))"
            )
        self.depth = depth
        if not direct:
            self._line(f"for i, v in {batch}:")
            self._line(f"    {scope.state}[i] = v")

    def _finish(self) -> None:
        """Resets the locals that die, moves the thread and reports the state after."""
        self._own()
        live = {
            number: location.live
            for number, location in enumerate(self.thread.locations)
            if number in (self.step.source, self.step.target)
        }
        touched = set(live[self.step.source])
        for instruction in self.step.body:
            touched.update(write.variable for write in writes(instruction))
        vector = self.scope.state
        for place in self.layout.places.values():
            name = place.variable.name
            if place.variable.thread and name in touched - live[self.step.target]:
                dead = 0 if place.target is None else -1
                width = place.strides[0]
                for position in range(self._points(name)):
                    thread = "t" if width == 1 else f"t * {width}"
                    self._line(f"{vector}[{thread} + {place.base + position}] = {dead}")
        counter = self.layout.counters[self.thread.sort]
        self._line(f"{vector}[t + {counter}] = {self.step.target}")
        for line in self._flagged():
            self._line(line)
        self._line(f"out.append(tuple({vector}))")
        self._line(f"how.append({self._how()})")

    def _points(self, name: str) -> int:
        """How many points of a local each thread has."""
        return self.layout.places[name].strides[0]
