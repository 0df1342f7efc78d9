"""What is vacuous, and what never happens, in words."""

from __future__ import annotations

from collections.abc import Iterator

from frontend.model import Model
from proofs.render.names import plural
from verifier.inspection.vacuity.coverage import Looked
from verifier.inspection.vacuity.vacuous import Cause, Vacuity, Vacuous
from verifier.protocol.bounds import Asked, describe, describe_asked

MOST_LETTERS = 200
"""Of a premise that is shown."""


def sentence(item: Vacuous) -> str:
    """`lonely (line 15) holds, but its premise never does: ...`."""
    return f"{_said(item)} ({_basis(item)})"


def _said(item: Vacuous) -> str:
    name = f"{item.name} (line {item.line})"
    match item.cause:
        case Cause.PREMISE:
            return f"{name} holds, but its premise never does: {_short(item.premise)}"
        case Cause.ASSERT:
            return f"{name} holds, but is never executed"
        case Cause.PROCEDURE:
            return f"no statement of {name} is ever executed"
        case Cause.PATCH:
            return f"nothing that {name} adds is ever executed"


def _short(premise: str) -> str:
    """Its first words: the reason is to fit on a few lines."""
    return premise if len(premise) <= MOST_LETTERS else f"{premise[:MOST_LETTERS].rstrip()} ..."


def _basis(item: Vacuous) -> str:
    looked = item.looked
    text = f"{plural(looked.states, 'state')}, all there are with {_sizes(looked)}"
    return text if item.where is None else f"{text}; reachable with {describe(item.where)}"


def _sizes(looked: Looked) -> str:
    return describe_asked(Asked(looked.low or looked.bounds, looked.bounds))


def unsure(item: Vacuous) -> str:
    """Of what may be vacuous: `perhaps inv (line 9) holds, but its premise never does: ...; not in
    any of 30000 states, and there are more`."""
    if item.looked.complete:
        return f"perhaps {_said(item)}; not every state of {item.unexplored} was visited"
    states = plural(item.looked.states, "state")
    return f"perhaps {_said(item)}; not in any of {states}, and there are more"


def partly(item: Vacuous) -> str:
    """`a part of inv (line 9) says nothing, its premise never holds: ...`."""
    name = f"a part of {item.name} (line {item.line})"
    words = f"{name} says nothing, its premise never holds: {_short(item.premise)}"
    return f"{words} ({_basis(item)})"


def distant(item: Vacuous) -> str:
    """`not at the asked sizes: inv (line 9) holds, but its premise never does: ...`."""
    return f"not at the asked sizes: {sentence(item)}"


def coverage(model: Model, vacuity: Vacuity) -> str:
    """What never happens, in a sentence, or that everything does."""
    looked = vacuity.basis
    found = list(_silent(model, vacuity))
    lines = sorted({model.source.position(item.span.start)[0] for item in vacuity.fewer})
    if lines:
        word = "line {} was" if len(lines) == 1 else "lines {} were"
        where = word.format(", ".join(_ranges(lines)))
        found.append(f"{where} seen in full at other sizes only")
    if not found:
        return f"each of {plural(vacuity.total, 'statement')} is executed"
    if looked.complete:
        states = "all states"
    elif looked.states:
        states = f"{plural(looked.states, 'state')}, there are more,"
    else:
        states = "nothing was explored"
    after = f"; runs end at violations of {vacuity.excused}" if vacuity.excused else ""
    return f"{'; '.join(found)} ({states} with {_sizes(looked)}{after})"


def _silent(model: Model, vacuity: Vacuity) -> Iterator[str]:
    never = "never {0}s" if vacuity.basis.complete else "was not seen to {0}"
    items = [(model.source.position(item.span.start)[0], item) for item in vacuity.silent]
    for line, item in items:
        if item.outcome is not None:
            verb = "hold" if item.outcome else "fail"
            yield f"`{item.text}` (line {line}) {never.format(verb)}"
    lines = sorted({line for line, item in items if item.outcome is None})
    if len(lines) == 1:
        yield f"line {lines[0]} {never.format('run')}"
    elif lines:
        never = "never run" if vacuity.basis.complete else "were not seen to run"
        yield f"lines {', '.join(_ranges(lines))} {never}"


def _ranges(lines: list[int]) -> Iterator[str]:
    """`12, 14-16`: of numbers in order."""
    start = previous = lines[0]
    for line in [*lines[1:], -1]:
        if line != previous + 1:
            yield str(start) if start == previous else f"{start}-{previous}"
            start = line
        previous = line
