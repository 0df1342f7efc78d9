"""A trace as reviewers read races: a column for each thread, time running downwards.

Nothing is computed here that replay did not establish: the steps are executed once more, and what
is printed are their statements with the values that they read and changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from frontend.model import Model, Object, Step, Value
from proofs.render_ending import ending
from proofs.render_names import (
    function_text,
    objects_in,
    packed,
    plural,
    point_text,
    value_text,
)
from proofs.render_steps import StepText
from proofs.trace import State, Taken, Trace
from proofs.values import Instance

WIDTH = 72
"""What mail leaves of a line of 80 after some quoting."""

COLUMNS = 3
"""More threads than this share one column."""

HEADED = 3
"""How many functions a column's heading names at most."""

GAP = 2
FACTS = 40
"""How many values of the initial state are shown at most."""


def summary(trace: Trace, *, reached: bool = False) -> str:
    """One line: `v3 violates no_stranded_page in 23 steps (2 cpus, 1 pageblock, 2 pages)`.

    Args:
        trace: what was replayed.
        reached: whether the property is a `reachable`: then it is reached, not violated.
    """
    verb = "reaches" if reached else "violates"
    steps = plural(len(trace.steps), "step") if trace.steps else "the initial state"
    sizes = ", ".join(plural(size, sort) for sort, size in trace.bounds.items())
    of = f" ({sizes})" if sizes else ""
    return f"{trace.variant} {verb} {trace.property} in {steps}{of}"


def columns(model: Model, trace: Trace, width: int = WIDTH, *, numbers: bool = False) -> list[str]:
    """The lines of a trace: the start where it is not fixed by the model, a column for each
    thread that moves, and what is violated by which values.

    Args:
        model: the whole model that the trace is of.
        trace: what was replayed.
        width: columns of text; no line is longer. At least 40.
        numbers: whether each step carries its number.
    """
    width = max(width, 40)
    instance = Instance(model, trace.bounds)
    texts = [StepText(instance, before, taken.move) for before, taken in _pairs(trace)]
    touched: set[Object] = set().union(*(text.touched() for text in texts))
    closing, witnesses = ending(instance, trace, width)
    lines = _start(instance, trace.initial, touched | witnesses, width)
    if trace.steps:
        margin = len(str(len(trace.steps))) + 1 if numbers else 0
        lines += [*_table(instance, trace, texts, width - margin, margin), ""]
    return [*lines, *closing]


def _pairs(trace: Trace) -> Iterator[tuple[State, Taken]]:
    state = trace.initial
    for taken in trace.steps:
        yield state, taken
        state = taken.state or state


# --- the start -----------------------------------------------------------------------------


def _start(instance: Instance, initial: State, touched: set[Object], width: int) -> list[str]:
    """The values at the start that the model leaves open, of the objects that matter."""
    facts: list[str] = []
    for variable in instance.model.variables:
        if variable.thread is not None or variable.initial is not None or variable.ghost:
            continue
        for point in instance.points(variable):
            value = initial.values[point]
            if objects_in(point[1]) <= touched and _is_telling(point[1], value):
                facts.append(f"{point_text(instance, point)} = {value_text(value)}")
    if not facts:
        return []
    more = [f"and {len(facts) - FACTS} more"] if len(facts) > FACTS else []
    return [*packed([*facts[:FACTS], *more], ",", width, first="start: "), ""]


def _is_telling(index: tuple[Value, ...], value: Value) -> bool:
    """Relations are told by the pairs that are in them."""
    return value is not False or len(index) < 2


# --- the columns ---------------------------------------------------------------------------


def _table(
    instance: Instance, trace: Trace, texts: list[StepText], width: int, margin: int
) -> list[str]:
    threads = sorted({taken.move.thread for taken in trace.steps})
    shared = len(threads) > COLUMNS
    places = 1 if shared else len(threads)
    column = (width - GAP * (places - 1)) // places
    lines: list[str] = []

    def put(thread: Object, phrases: list[str], number: int | None = None) -> None:
        label = f"{thread}: " if shared else ""
        position = 0 if shared else threads.index(thread)
        for line in packed(phrases, ";", column, len(label) + 2, label):
            front = f"{number} ".rjust(margin) if number and margin else " " * margin
            lines.append(front + " " * (position * (column + GAP)) + line)
            number = None

    headings = {thread: _functions(instance, trace, thread) for thread in threads}
    lines += _headings(headings, column, margin, shared=shared)
    shown: dict[Object, list[str]] = {thread: [] for thread in threads}
    for number, (taken, text) in enumerate(zip(trace.steps, texts, strict=True), 1):
        thread = taken.move.thread
        step = _step(instance, taken)
        inside = _entered(instance, step, shown[thread])
        if inside and headings[thread] != [inside]:
            put(thread, [f"{inside}:"])
        put(thread, text.phrases(), number)
    return lines


def _headings(
    headings: dict[Object, list[str]], column: int, margin: int, *, shared: bool
) -> list[str]:
    cells = [
        packed(functions, ",", column, first=f"{thread} ") if functions else [str(thread)]
        for thread, functions in headings.items()
    ]
    if shared:
        return [" " * margin + line for cell in cells for line in cell] + [""]
    lines = []
    for row in range(max(map(len, cells))):
        parts = [(cell[row] if row < len(cell) else "").ljust(column) for cell in cells]
        lines.append((" " * margin + (" " * GAP).join(parts)).rstrip())
    return [*lines, ""]


def _step(instance: Instance, taken: Taken) -> Step:
    step = instance.step(taken.move.thread, taken.move.step)
    assert step is not None, "a trace's steps were executed"
    return step


def _functions(instance: Instance, trace: Trace, thread: Object) -> list[str]:
    """The first outermost procedures that a thread runs, in order, each once."""
    found: dict[str, None] = {}
    locations = instance.model.thread(thread.sort).locations
    for taken in trace.steps:
        if taken.move.thread != thread:
            continue
        step = _step(instance, taken)
        inside = {remark.procedure for remark in step.remarks} - {""}
        outer = locations[step.source].procedures
        if not outer and inside.intersection(locations[step.target].procedures):
            outer = locations[step.target].procedures
        for procedure in (*outer[:1], *(() if outer else sorted(inside))):
            found[function_text(instance.model, procedure)] = None
    functions = list(found)
    return functions if len(functions) <= HEADED else [*functions[:HEADED], "..."]


def _entered(instance: Instance, step: Step, shown: list[str]) -> str:
    """The function that a step is the first of its call to stand in, else ""."""
    if not instance.model.thread(step.thread).locations[step.source].procedures:
        shown.clear()
    for remark in step.remarks:
        if remark.procedure and remark.procedure not in shown:
            shown.append(remark.procedure)
            return function_text(instance.model, remark.procedure)
    return ""
