"""The parts of SARIF that know of places and runs: URIs, locations, code flows, messages."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from pathlib import PurePosixPath
from urllib.parse import quote

from frontend.model import Model, Object, Step, Value
from frontend.notation.constants import value_text
from frontend.source.rendering import escaped
from frontend.source.spans import NOWHERE, Source, Span
from proofs.answers.trace import Point, State, Taken, Trace
from proofs.interpreter.instance import Instance
from proofs.render.names import plural, point_text
from proofs.render.steps import StepText
from verifier.report.json_text import Json
from verifier.report.text_runs import run_key


def uri_of(path: str) -> str:
    """A path as a URI reference (RFC 3986), relative as long as the path is: what is no ASCII, and
    a colon, which would end a scheme, is percent-encoded, byte by byte.
    """
    pure = PurePosixPath(path)
    if pure.is_absolute():
        return "file://" + quote(os.fsencode("/" + str(pure).lstrip("/")), safe="/")
    return quote(os.fsencode(str(pure)), safe="/")


def said(text: str, *, lines: bool = False) -> dict[str, Json]:
    """A text as a message. Braces are doubled, because single ones are placeholders (section
    3.11.5), and nothing reads like a link (section 3.11.6).

    Args:
        text: anything.
        lines: whether it may have more lines than one.
    """
    shown = "\n".join(map(escaped, text.splitlines())) if lines else escaped(text)
    plain = shown.replace("{", "{{").replace("}", "}}").replace("](", "] (")
    return {"text": plain or "-"}


def location(path: str, source: Source | None, span: Span | None) -> dict[str, Json]:
    """A place in a specification; the whole of it where no place is known."""
    physical: dict[str, Json] = {"artifactLocation": {"uri": uri_of(path)}}
    if source is not None and source.text and span is not None and span != NOWHERE:
        line, column = source.position(span.start)
        last_line, last_column = source.position(max(span.end, span.start))
        physical["region"] = {
            "startLine": line,
            "startColumn": column,
            "endLine": last_line,
            "endColumn": last_column,
        }
    return {"physicalLocation": physical}


class Flows:
    """The runs of one specification, each once: later results refer to the first that shows it."""

    def __init__(self) -> None:
        self._shown: dict[Hashable, tuple[int, Trace]] = {}

    def shown(self, model: Model, trace: Trace, number: int) -> tuple[int, Trace]:
        """Which result of the log shows a run, and as what.

        Args:
            number: of the result that is to show it where none did.
        """
        return self._shown.setdefault(run_key(model, trace), (number, trace))


def code_flow(path: str, model: Model, trace: Trace) -> dict[str, Json]:
    """A run: one thread flow for each thread that moves, `executionOrder` counts through all."""
    instance = Instance(model, trace.bounds)
    flows: dict[Object, list[Json]] = {}
    before = trace.initial
    for order, taken in enumerate(trace.steps, 1):
        flows.setdefault(taken.move.thread, []).append(
            _visited(path, instance, before, taken, order)
        )
        before = taken.state or before
    start = _values(instance, trace.initial.values)
    return {
        "message": said(f"{plural(len(trace.steps), 'step')} of {plural(len(flows), 'thread')}"),
        "threadFlows": [
            {"id": str(thread), "initialState": start, "locations": flows[thread]}
            for thread in sorted(flows)
        ],
    }


def _visited(
    path: str, instance: Instance, before: State, taken: Taken, order: int
) -> dict[str, Json]:
    """One step; its state is what it changed."""
    model = instance.model
    steps = model.thread(taken.move.thread.sort).steps
    step = next(step for step in steps if step.name == taken.move.step)
    phrases = "; ".join(phrase.text for phrase in StepText(instance, before, taken.move).phrases())
    where = {**location(path, model.source, step.span), "message": said(phrases)}
    procedures = _procedures(step)
    if procedures:
        where["logicalLocations"] = [{"name": name, "kind": "function"} for name in procedures]
    found: dict[str, Json] = {
        "location": where,
        "executionOrder": order,
        "importance": "essential" if taken.faults or taken.failed else "important",
    }
    if taken.state is not None:
        changed = {
            point: value
            for point, value in taken.state.values.items()
            if point not in before.values or before.values[point] != value
        }
        found["state"] = _values(instance, changed)
    return found


def _procedures(step: Step) -> list[str]:
    names = (escaped(remark.procedure) for remark in step.remarks if remark.procedure)
    return list(dict.fromkeys(names))


def _values(instance: Instance, values: Mapping[Point, Value]) -> dict[str, Json]:
    shown = {
        escaped(point_text(instance, point)): said(value_text(value))
        for point, value in values.items()
    }
    return dict(sorted(shown.items()))
