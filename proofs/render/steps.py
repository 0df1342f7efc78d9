"""One step of a trace in words: its statements with the values that matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from frontend.model import Assert, Check, LockType, Object, Read, Remark, Step, Value, Variable
from frontend.notation.constants import value_text
from proofs.answers.trace import Move, Point, State
from proofs.interpreter.execute import Outcome, Written, outcome_of
from proofs.interpreter.instance import Instance
from proofs.render.names import fact_text, objects_in, point_text, set_of

SHOWN = 4
"""How many points of one update are shown."""

_SIGN = re.compile(
    r"(?P<opens>[(\[{])|(?P<closes>[)\]}])|==|!=|=>|(?P<how>\+\+|--|(<<|>>|[-+*/%&|^])?=)|[<>]=?"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A statement as it was executed.

    Args:
        procedure: the innermost procedure that it stands in; "" is the thread's own body.
        text: the statement, with its outcome or what it changed.
    """

    procedure: str
    text: str


@dataclass(frozen=True, slots=True)
class _Change:
    """What one instruction did to a point; `before` is the value just then, not at the start of
    the step."""

    point: Point
    before: Value
    after: Value

    @property
    def told(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class _Effect:
    """What one instruction did."""

    written: Written
    changes: tuple[_Change, ...]


class StepText:
    """The phrases of one step, in order.

    Args:
        instance: the system.
        before: the state that the step starts from.
        move: the step with all its picks.
    """

    def __init__(self, instance: Instance, before: State, move: Move) -> None:
        self._instance = instance
        self._move = move
        step = instance.step(move.thread, move.step)
        assert step is not None, "the step was executed"
        self._step: Step = step
        self._outcome: Outcome = outcome_of(instance, before, move)
        self._procedures = {
            remark.procedure
            for step in instance.model.thread(move.thread.sort).steps
            for remark in step.remarks
        }
        self._effects = list(_effects(before, self._outcome))

    def phrases(self) -> list[Phrase]:
        """The statements, each with its outcome or what it changed."""
        found: list[Phrase] = []
        fault = next((f for f in self._outcome.failures if isinstance(f.instruction, Check)), None)
        procedure, start = "", 0
        for remark in self._step.remarks:
            if fault is not None and fault.number < remark.done:
                procedure = remark.procedure
                break  # the rest was not executed
            text = self._phrase(remark, self._between(start, remark.done))
            if any(start <= item.number < remark.done for item in self._outcome.failures):
                text += " FAILS"
            procedure, start = remark.procedure, max(start, remark.done)
            if text:
                found.append(Phrase(procedure, text))
        if fault is not None:
            return [*found, Phrase(procedure, _fault_text(fault.instruction))]
        rest = self._changed(self._between(start, len(self._step.body)))
        found += [Phrase(procedure, text) for text in rest]
        return found or [Phrase(self._place(), self._source_line())]

    def touched(self) -> set[Object]:
        """The objects that the step picks, writes, or writes to."""
        found = objects_in(tuple(value for _, value in self._outcome.picks))
        for written in self._outcome.written:
            for (_, index), value in written.points:
                found |= objects_in((*index, value))
        return found | {self._move.thread}

    def taken(self) -> set[Point]:
        """The locks that the step takes and still holds behind it."""
        return {point for point, owner in self._locks().items() if owner is not None}

    def released(self) -> set[Point]:
        """The locks that the step gives back."""
        return {point for point, owner in self._locks().items() if owner is None}

    def _locks(self) -> dict[Point, Value]:
        return {
            change.point: change.after
            for effect in self._effects
            if self._is_lock(effect)
            for change in effect.changes
        }

    def _source_line(self) -> str:
        """What stands where a step without statements of its own stands."""
        source = self._instance.model.source
        line, _ = source.position(self._step.span.start)
        return source.line(line).strip(" \t{}") or self._step.name

    def _place(self) -> str:
        kind = self._instance.model.thread(self._move.thread.sort)
        return next(reversed(kind.locations[self._step.source].procedures), "")

    def _between(self, start: int, end: int) -> list[_Effect]:
        """What the instructions from one number to another did."""
        return [effect for effect in self._effects if start <= effect.written.number < end]

    # --- phrases ---------------------------------------------------------------------------

    def _phrase(self, remark: Remark, effects: list[_Effect]) -> str:
        text = remark.text.rstrip("; ")
        if remark.jump:
            return text
        if text.partition("(")[0] in self._procedures:
            return ""  # the call's own steps say where they stand
        if remark.outcome is not None:
            shown = f"{text}: {'yes' if remark.outcome else 'no'}"
            return ", ".join([shown, *self._changed(effects, locks="spin_" not in text)])
        if remark.value is not None:
            shown = self._with_value(text, remark, effects)
            return "; ".join([shown, *self._changed(effects, locks="spin_" not in text)])
        if text.startswith(("spin_lock(", "spin_unlock(")):
            return self._lock(text, effects)
        if text.startswith("update "):
            return self._update(text, effects)
        if operator := _assignment(text):
            return self._assigned(text, operator, effects)
        changed = ", ".join(self._changed(effects))
        return f"{text}: {changed}" if changed else text

    def _with_value(self, text: str, remark: Remark, effects: list[_Effect]) -> str:
        """`n = x + 1 => 3`."""
        if not isinstance(remark.value, Read):
            return text
        values = [
            change.after
            for effect in effects
            for change in effect.changes
            if change.point[0] == remark.value.variable
        ]
        if not values:
            return text
        shown = value_text(values[-1])
        return text if _right(text) == shown else f"{text} => {shown}"

    def _lock(self, text: str, effects: list[_Effect]) -> str:
        """`spin_lock(cpu1.rq)`: which of many locks it is."""
        points = [effect.changes[0].point for effect in effects if self._is_lock(effect)]
        if not points or not points[0][1]:
            return text
        return f"{text.partition('(')[0]}({point_text(self._instance, points[0])})"

    def _update(self, text: str, effects: list[_Effect]) -> str:
        head = text.partition("{")[0].strip()
        if not effects:
            return head
        if not any(effect.changes for effect in effects):
            return f"{head}: nothing matches"
        return ", ".join(self._changed(effects)) or f"{head}: nothing changes"

    def _assigned(self, text: str, how: str, effects: list[_Effect]) -> str:
        """What an assignment to a shared place did."""
        changes = [c for effect in effects if self._is_shared(effect) for c in effect.changes]
        if len(changes) == 1 and not set_of(self._instance, changes[0].point):
            (change,) = changes
            name = point_text(self._instance, change.point)
            if how != "=" and not change.told:
                return f"{name} stays {value_text(change.after)}"
            if not change.told or (how == "=" and _right(text) == value_text(change.after)):
                return f"{name} = {value_text(change.after)}"
        return ", ".join(self._changed(effects)) or text

    # --- changes ---------------------------------------------------------------------------

    def _changed(self, effects: list[_Effect], *, locks: bool = True) -> list[str]:
        """The shared points that have another value now."""
        found = [
            self._change(change)
            for effect in effects
            if self._is_shared(effect) and (locks or not self._is_lock(effect))
            for change in effect.changes
            if change.told
        ]
        more = len(found) - SHOWN
        return [*found[:SHOWN], f"and {more} more"] if more > 0 else found

    def _change(self, change: _Change) -> str:
        if set_of(self._instance, change.point):
            before, after = ("no", "yes") if change.after else ("yes", "no")
            return f"{fact_text(self._instance, change.point, True)}: {before} -> {after}"
        name = point_text(self._instance, change.point)
        return f"{name} {value_text(change.before)} -> {value_text(change.after)}"

    def _is_shared(self, effect: _Effect) -> bool:
        return all(self._variable(name).thread is None for name in effect.written.variables)

    def _is_lock(self, effect: _Effect) -> bool:
        names = effect.written.variables
        return all(isinstance(self._variable(name).type, LockType) for name in names)

    def _variable(self, name: str) -> Variable:
        variable = self._instance.variable(name)
        assert variable is not None, "what was written is there"
        return variable


def _effects(before: State, outcome: Outcome) -> Iterator[_Effect]:
    """What each instruction changed of what those before it left."""
    values = dict(before.values)
    for written in outcome.written:
        changes = tuple(_Change(point, values.get(point), value) for point, value in written.points)
        values.update(dict(written.points))
        yield _Effect(written, changes)


def _fault_text(failed: Check | Assert) -> str:
    name = failed.fault if isinstance(failed, Check) else failed.name
    text = failed.text.rstrip("; ") if isinstance(failed, Check) else ""
    return f"FAULT {name}: {text}"


def _assignment(text: str) -> str:
    """`=`, `+=`, `++` and the like of an assignment; "" of any other statement."""
    depth = 0
    for sign in _SIGN.finditer(text):
        depth += (sign["opens"] is not None) - (sign["closes"] is not None)
        if depth == 0 and not sign["closes"]:
            return sign["how"] or ""
    return ""


def _right(text: str) -> str:
    """What a statement assigns or returns, as it is written."""
    if text.startswith("return "):
        return text.removeprefix("return ")
    return text.partition("=")[2].strip()
