"""Small specifications for the tests of lowering, and what their models look like as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from textwrap import dedent

import pytest

from frontend.load import load
from frontend.model import Check, Expression, Model, Object, Step
from frontend.source.diagnostics import Rejected
from frontend.source.spans import Source
from proofs.answers.trace import State
from proofs.interpreter.constants import solutions
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.execute import enabled, execute, initial_state
from proofs.interpreter.instance import Instance

WORLD = """
enum kind { A, B }
record pair { bool full; kind what; }
struct obj {
	int n = 0;
	nat size = 0;
	kind k = A;
	bool flag = false;
	obj? next = none;
	const obj twin;
	int 0..3 small = 0;
	set of obj friends = empty;
	spinlock guard;
}
int x = 0;
int y = 0;
int z = 0;
bool b = false;
nat count_ = 0;
int 0..3 small = 0;
kind mode = A;
pair both = pair{ .full = false, .what = A };
set of obj pool = empty;
obj first;
obj? top = none;
bool table[0..3] = false;
ghost int shadow = 0;
spinlock lock;
spinlock other;
"""
"""Declarations that the bodies under test use."""

PROCEDURES = """
proc set_x(int v) { x = v; done: y = v; }
proc twice(int v): int { return v + v; }
proc read(): int { return x; }
proc outer(int v): int { int w; w = twice(v); return w; }
proc early(bool t): bool { if (t) return true; y = 1; return false; }
proc take(obj o) { spin_lock(o.guard); }
proc nothing() { }
proc tail() { x = 1; if (b) goto out; y = 1; out: }
proc holds(set of obj s) { await first in s; }
proc settled(pair p) { await p.full; }
"""
"""Procedures that some of them call."""


def models(text: str) -> tuple[Model, ...]:
    """The models of a whole specification."""
    return load(Source("test.alloc", text)).models


def model(text: str) -> Model:
    """The model of a whole specification with one variant."""
    (found,) = models(text)
    return found


def body(statements: str, *, extra: str = "") -> Model:
    """The model of one kind of thread with these statements, over `WORLD`."""
    return model(f"spec test;{WORLD}{dedent(extra)}\nthread cpu {{\n{dedent(statements)}\n}}\n")


def codes(text: str) -> list[str]:
    """The codes of the errors that a whole specification is rejected for, in order."""
    with pytest.raises(Rejected) as caught:
        load(Source("test.alloc", text))
    return [item.code for item in caught.value.diagnostics if item.is_error]


def body_codes(statements: str, *, extra: str = "") -> list[str]:
    """As `codes`, of a thread's body over `WORLD`."""
    return codes(f"spec test;{WORLD}{dedent(extra)}\nthread cpu {{\n{dedent(statements)}\n}}\n")


def warnings(text: str) -> list[str]:
    """The codes of the warnings that a whole specification is accepted with."""
    return [item.code for item in load(Source("test.alloc", text)).warnings]


def remarks(step: Step) -> str:
    """What a step does, as a trace tells it, but for `goto` and the like: `x = 1; if (b): yes`."""
    words = {None: "", True: ": yes", False: ": no"}
    told = [remark for remark in step.remarks if not remark.jump]
    return "; ".join(remark.text.rstrip(";") + words[remark.outcome] for remark in told)


def steps(found: Model, sort: str = "cpu") -> list[str]:
    """Every step of a kind of thread, in order: what it does."""
    return [remarks(step) for step in found.thread(sort).steps]


def arrows(found: Model, sort: str = "cpu") -> list[str]:
    """As `steps`, with the places before and after: `0 -> 1 x = 1`."""
    return [
        f"{step.source} -> {step.target} {remarks(step)}".rstrip()
        for step in found.thread(sort).steps
    ]


def checks(found: Model, sort: str = "cpu") -> list[str]:
    """The kinds of the checks of a kind of thread, step by step in order."""
    return [
        instruction.fault
        for step in found.thread(sort).steps
        for instruction in step.body
        if isinstance(instruction, Check)
    ]


def starts(found: Model, bounds: Mapping[str, int]) -> Iterator[tuple[Instance, State]]:
    """Every initial state: what has no initial value starts out with anything."""
    instance = Instance(found, bounds)
    loose = [
        (point, variable.type)
        for variable in found.variables
        if variable.initial is None and variable.thread is None
        for point in instance.points(variable)
    ]
    for values in product(*(instance.values(kind) for _, kind in loose)):
        pinned = {point: value for (point, _), value in zip(loose, values, strict=True)}
        for complete in solutions(instance, pinned):
            yield instance, initial_state(instance, complete)


def states(
    found: Model, bounds: Mapping[str, int], most: int = 300
) -> Iterator[tuple[Instance, State]]:
    """The first reachable states, breadth first."""
    seen: set[object] = set()
    for instance, start in starts(found, bounds):
        frontier = [start]
        while frontier and len(seen) < most:
            state = frontier.pop(0)
            key = (frozenset(state.values.items()), frozenset(state.places.items()))
            if key in seen:
                continue
            seen.add(key)
            yield instance, state
            for move in enabled(instance, state):
                after = execute(instance, state, move).state
                if after is not None:
                    frontier.append(after)


def run(
    found: Model, moves: Mapping[str, int] | list[tuple[str, str]], bounds: Mapping[str, int]
) -> tuple[Instance, State]:
    """The state after the first initial state's thread took steps by what they do."""
    instance, state = next(starts(found, bounds))
    assert isinstance(moves, list)
    for thread, does in moves:
        for move in enabled(instance, state):
            step = instance.step(move.thread, move.step)
            assert step is not None
            if str(move.thread) == thread and remarks(step) == does:
                after = execute(instance, state, move).state
                assert after is not None, f"{thread}: {does} is a fault"
                state = after
                break
        else:
            raise AssertionError(f"{thread} cannot take `{does}`")
    return instance, state


def formula(found: Model, name: str) -> Expression:
    """The formula of a property."""
    expression = found.property(name).expression
    assert expression is not None
    return expression


def judged(found: Model, name: str, instance: Instance, state: State) -> bool:
    """Whether a property's formula holds in a state."""
    return holds(formula(found, name), Scope.of(instance, state))


def thread(number: int, sort: str = "cpu") -> Object:
    """A thread."""
    return Object(sort, number)
