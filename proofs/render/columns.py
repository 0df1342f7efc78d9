"""A trace as reviewers read races: a column for each thread, time running downwards.

Nothing is computed here that replay did not establish: the steps are executed once more, and what
is printed are their statements with the values that they read and changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from frontend.model import Model, Object, Value
from proofs.answers.trace import State, Taken, Trace
from proofs.interpreter.instance import Instance
from proofs.render.ending import ending
from proofs.render.names import ascii_only, fact_text, function_text, objects_in, packed, plural
from proofs.render.steps import Phrase, StepText

WIDTH = 72
"""What mail leaves of a line of 80 after some quoting."""

NARROWEST = 22
"""Columns of text that a thread needs at least; where they are not there, all share one."""

HEADED = 3
"""How many functions a column's heading names at most."""

GAP = 2
HANGING = 3
"""How much wider than its longest word a column is at least: an indent, and what ends a phrase."""

FACTS = 40
"""How many values of the initial state are shown at most."""


def summary(trace: Trace, variants: Sequence[str] = (), *, reached: bool = False) -> str:
    """One line: `v3 violates no_stranded_page in 23 steps (2 cpus, 1 pageblock, 2 pages)`.

    Args:
        trace: what was replayed.
        variants: those that share the run; without them, the trace's own.
        reached: whether the property is a `reachable`: then it is reached, not violated.
    """
    verb = "reach" if reached else "violate"
    if len(variants) < 2:
        verb += "es" if reached else "s"
    steps = plural(len(trace.steps), "step") if trace.steps else "the initial state"
    sizes = ", ".join(plural(size, sort) for sort, size in trace.bounds.items())
    of = f" ({sizes})" if sizes else ""
    return f"{', '.join(variants) or trace.variant} {verb} {trace.property} in {steps}{of}"


def columns(
    model: Model,
    trace: Trace,
    width: int = WIDTH,
    *,
    numbers: bool = False,
    compact: bool = False,
) -> list[str]:
    """The lines of a trace: the start where it is not fixed by the model, a column for each
    thread that moves, and what is violated by which values. Where there is no room for a column
    for each, every line starts with its thread.

    Args:
        model: the whole model that the trace is of.
        trace: what was replayed.
        width: columns of text; no line is longer, but for a single name that is. At least 40.
        numbers: whether each step carries its number.
        compact: whether steps under a lock that no other thread comes between are one paragraph.
    """
    width = max(width, 40)
    instance = Instance(model, trace.bounds)
    texts = [StepText(instance, before, taken.move) for before, taken in _pairs(trace)]
    touched: set[Object] = set().union(*(text.touched() for text in texts))
    closing, witnesses = ending(instance, trace, width)
    lines = _start(instance, trace.initial, touched | witnesses, width)
    if trace.steps:
        margin = len(str(len(trace.steps))) + 1 if numbers else 0
        told = _told(trace, texts, compact=compact)
        lines += [*_table(instance, trace, told, width - margin, margin), ""]
    return [*lines, *closing]


def closing(model: Model, trace: Trace, width: int = WIDTH) -> list[str]:
    """The last lines of `columns` alone: what is violated, by which values."""
    return ending(Instance(model, trace.bounds), trace, max(width, 40))[0]


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
        if variable.thread is not None or variable.initial is not None:
            continue
        for point in instance.points(variable):
            value = initial.values[point]
            if objects_in(point[1]) <= touched and _is_telling(point[1], value):
                facts.append(fact_text(instance, point, value))
    if not facts:
        return []
    more = [f"and {len(facts) - FACTS} more"] if len(facts) > FACTS else []
    return [*packed([*facts[:FACTS], *more], ",", width, first="start: "), ""]


def _is_telling(index: tuple[Value, ...], value: Value) -> bool:
    """Relations are told by the pairs that are in them."""
    return value is not False or len(index) < 2


# --- what is told --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """What stands in one paragraph: a step, or a section under locks.

    Args:
        number: of its first step.
        phrases: at least one.
        section: whether it is a section: procedures are named inside the paragraph then.
    """

    thread: Object
    number: int
    phrases: tuple[Phrase, ...]
    section: bool


def _told(trace: Trace, texts: Sequence[StepText], *, compact: bool) -> list[_Told]:
    found: list[_Told] = []
    first = 0
    while first < len(texts):
        last = _section_end(trace, texts, first) if compact else first
        phrases = tuple(phrase for text in texts[first : last + 1] for phrase in text.phrases())
        thread = trace.steps[first].move.thread
        found.append(_Told(thread, first + 1, phrases, last > first))
        first = last + 1
    return found


def _section_end(trace: Trace, texts: Sequence[StepText], first: int) -> int:
    """The step that gives the last lock back that a step takes, if its thread alone moves up to
    there; else that very step."""
    held = set()
    for number in range(first, len(texts)):
        if trace.steps[number].move.thread != trace.steps[first].move.thread:
            return first
        held |= texts[number].taken()
        held -= texts[number].released()
        if not held:
            return number
    return first


# --- the columns ---------------------------------------------------------------------------


def _table(
    instance: Instance, trace: Trace, told: Sequence[_Told], width: int, margin: int
) -> list[str]:
    threads = sorted({taken.move.thread for taken in trace.steps})
    titles = {thread: _functions(instance, trace, thread) for thread in threads}
    paragraphs = list(_paragraphs(instance.model, told, titles, repeat=False))
    column = (width - GAP * (len(threads) - 1)) // len(threads)
    words = [word for item in paragraphs for text in item.texts for word in _words(text)]
    words += [word for functions in titles.values() for text in functions for word in _words(text)]
    if len(threads) > 1 and column < max(NARROWEST, HANGING + max(map(len, words))):
        paragraphs = list(_paragraphs(instance.model, told, titles, repeat=True))
        return [*_shared_titles(titles, width, margin), *_shared(paragraphs, width, margin)]
    lines = _titles(titles, column, margin)
    for item in paragraphs:
        before = " " * (threads.index(item.thread) * (column + GAP))
        front = _front(item.number, margin)
        for line in packed(item.texts, ";", column):
            lines.append(front + before + line)
            front = " " * margin
    return lines


def _shared(paragraphs: Sequence[_Paragraph], width: int, margin: int) -> Iterator[str]:
    for item in paragraphs:
        label = f"{item.thread}: "
        front = _front(item.number, margin)
        for line in packed(item.texts, ";", width, len(label) + 2, label):
            yield front + line
            front = " " * margin


def _front(number: int, margin: int) -> str:
    return f"{number} ".rjust(margin) if margin and number else " " * margin


def _words(text: str) -> list[str]:
    return ascii_only(text).split()


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Statements, or the heading above some; then `number` is 0."""

    thread: Object
    number: int
    texts: list[str]


def _paragraphs(
    model: Model, told: Sequence[_Told], titles: dict[Object, list[str]], *, repeat: bool
) -> Iterator[_Paragraph]:
    """The steps, with a heading wherever a thread is in another procedure than the line above of
    it; where all threads share a column (`repeat`), also when another thread was between."""
    inside: dict[Object, str] = {}
    last: Object | None = None
    for item in told:
        thread = item.thread
        if thread not in inside:
            inside[thread] = titles[thread][0] if len(titles[thread]) == 1 else ""
        texts: list[str] = []
        number = item.number
        for phrase in item.phrases:
            heading = _heading(model, thread, phrase.procedure) if titles[thread] else ""
            if heading != inside[thread] or (repeat and heading and last not in (None, thread)):
                if texts and item.section:
                    texts.append(f"{heading}: {phrase.text}")
                    inside[thread] = heading
                    continue
                if texts:
                    yield _Paragraph(thread, number, texts)
                    texts, number = [], 0
                yield _Paragraph(thread, 0, [f"{heading}:"])
            inside[thread] = heading
            last = thread
            texts.append(phrase.text)
        yield _Paragraph(thread, number, texts)


def _heading(model: Model, thread: Object, procedure: str) -> str:
    return function_text(model, procedure) if procedure else f"thread {thread.sort}"


def _shared_titles(titles: dict[Object, list[str]], width: int, margin: int) -> list[str]:
    cells = [_title(thread, functions, width) for thread, functions in titles.items()]
    return [*(" " * margin + line for cell in cells for line in cell), ""]


def _titles(titles: dict[Object, list[str]], column: int, margin: int) -> list[str]:
    cells = [_title(thread, functions, column) for thread, functions in titles.items()]
    lines = []
    for row in range(max(map(len, cells))):
        parts = [(cell[row] if row < len(cell) else "").ljust(column) for cell in cells]
        lines.append((" " * margin + (" " * GAP).join(parts)).rstrip())
    return [*lines, ""]


def _title(thread: Object, functions: list[str], width: int) -> list[str]:
    return packed(functions, ",", width, first=f"{thread} ") if functions else [str(thread)]


def _functions(instance: Instance, trace: Trace, thread: Object) -> list[str]:
    """The first outermost procedures that a thread runs, in order, each once."""
    found: dict[str, None] = {}
    locations = instance.model.thread(thread.sort).locations
    for taken in trace.steps:
        if taken.move.thread != thread:
            continue
        step = instance.step(taken.move.thread, taken.move.step)
        assert step is not None, "a trace's steps were executed"
        inside = {remark.procedure for remark in step.remarks} - {""}
        outer = locations[step.source].procedures
        if not outer and inside.intersection(locations[step.target].procedures):
            outer = locations[step.target].procedures
        for procedure in (*outer[:1], *(() if outer else sorted(inside))):
            found[function_text(instance.model, procedure)] = None
    functions = list(found)
    return functions if len(functions) <= HEADED else [*functions[:HEADED], "..."]
