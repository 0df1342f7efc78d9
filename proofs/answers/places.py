"""Places of threads for readers: what is about to run there, with its line.

`set_migratetype_isolate.1` is a place as the language names it; which statement that is, only the
specification tells, so it is said wherever such a name is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from frontend.model import Model, Remark, Step, Thread
from frontend.names.place_names import named_places, place_texts

_AT = re.compile(r"(?<![\w.])at ([A-Za-z_]\w*(?:\.\w+)*)")


def legend_text(model: Model, texts: Iterable[str]) -> list[str]:
    """As `legend`, for people: ``f.1 = `spin_lock(lock)` (line 12)``."""
    return [f"{name} = {statement}" for name, statement in legend(model, texts).items()]


def legend(model: Model, texts: Iterable[str]) -> dict[str, str]:
    """What the places are that formulas name: `f.1` -> what is about to run there, with its line.

    Args:
        model: the whole model.
        texts: formulas, as `frontend.notation.writing` writes them, or facts.
    """
    found: dict[str, str] = {}
    known = {kind.sort: named_places(kind.locations) for kind in model.threads}
    for text in texts:
        for name in _AT.findall(text):
            for kind in model.threads:
                numbers = known[kind.sort].get(name)
                if numbers:
                    found.setdefault(name, place_statement(model, kind, min(numbers)))
    return found


def place_statement(model: Model, kind: Thread, number: int) -> str:
    """What a thread is about to run at a location: "spin_lock(zone.lock)" (line 12)."""
    if number == kind.end:
        return f"the end of thread {kind.sort}"
    starts = first_statements(model, kind, number)
    if not starts:
        return f"line {place_line(model, kind, number)}"
    return " or ".join(f"`{text}` (line {line})" for text, line in starts)


def place_line(model: Model, kind: Thread, number: int) -> int:
    """The line of the statement that is about to run."""
    return model.source.position(kind.locations[number].span.start)[0]


def first_statements(model: Model, kind: Thread, number: int) -> list[tuple[str, int]]:
    """The statements that a thread may execute first at a location, with their lines."""
    found: dict[tuple[str, int], None] = {}
    for remark in _first_remarks(kind, number):
        text = remark.text.rstrip("; ")
        found[text, model.source.position(remark.span.start)[0]] = None
    return list(found)


def step_text(model: Model, step: Step) -> str:
    """A step by the place that it starts from; where several start there, which of them it is:
    `cpu.3`, `cpu.3, way 2 of 3`."""
    kind = model.thread(step.thread)
    place = place_texts(kind.locations)[step.source]
    ways = [other.name for other in steps_from(kind, step.source)]
    way = f", way {ways.index(step.name) + 1} of {len(ways)}" if len(ways) > 1 else ""
    return f"{place}{way}"


def steps_from(kind: Thread, number: int) -> list[Step]:
    """The steps that start at a location."""
    return [step for step in kind.steps if step.source == number]


def _first_remarks(kind: Thread, number: int) -> Iterator[Remark]:
    """The first statement of each step; of a call, what it runs, if that is in the step."""
    procedures = {remark.procedure for step in kind.steps for remark in step.remarks}
    for step in steps_from(kind, number):
        own = [
            item
            for item in step.remarks
            if not item.jump and item.text.partition("(")[0] not in procedures
        ]
        yield from (own or step.remarks)[:1]
