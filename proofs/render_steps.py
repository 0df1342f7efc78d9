"""One step of a trace in words: its statements with the values that matter."""

from __future__ import annotations

import re

from frontend.model import Assert, Check, LockType, Object, Remark, Step, Value, Variable
from proofs.evaluate import Scope, Undefined, Unset, evaluate
from proofs.execute import Outcome, Written, outcome_of
from proofs.render_names import objects_in, point_text, value_text
from proofs.trace import Move, Point, State
from proofs.values import Instance

SHOWN = 4
"""How many points of one update are shown."""

_ASSIGNED = re.compile(r"(?P<left>[^=!<>+\-*/%&|^(){}]++)(?P<how>\+\+|--|[-+*/%&|^]?=(?!=))")


class StepText:
    """The phrases of one step, in order.

    Args:
        instance: the system.
        before: the state that the step starts from.
        move: the step with all its picks.
    """

    def __init__(self, instance: Instance, before: State, move: Move) -> None:
        self._instance = instance
        self._before = before
        self._move = move
        self._outcome: Outcome = outcome_of(instance, before, move)
        self._procedures = {
            remark.procedure
            for step in instance.model.thread(move.thread.sort).steps
            for remark in step.remarks
        }
        self._rest = [written for written in self._outcome.written if self._is_shared(written)]

    def phrases(self) -> list[str]:
        """The statements, each with its outcome or what it changed."""
        step = self._instance.step(self._move.thread, self._move.step)
        assert step is not None, "the step was executed"
        found: list[str] = []
        fault, failed = self._failures()
        for remark in step.remarks:
            if fault is not None and remark.text == fault.text:
                break  # the rest was not executed
            phrase = self._phrase(remark)
            for name in failed:
                if remark.text.startswith(f"assert {name}:"):
                    phrase += " FAILS"
            if phrase:
                found.append(phrase)
        locks = any("spin_" in remark.text for remark in step.remarks)
        for written in self._rest:
            if not (locks and self._is_lock(written)):
                found += self._changes(written)
        if fault is not None:
            found.append(f"FAULT {fault.fault}: {fault.text.rstrip('; ')}")
        return found or [self._source_line(step)]

    def _failures(self) -> tuple[Check | None, list[str]]:
        fault, failed = None, []
        for failure in self._outcome.failures:
            match failure.instruction:
                case Check() as check:
                    fault = check
                case Assert(name=name):
                    failed.append(name)
        return fault, failed

    def _source_line(self, step: Step) -> str:
        """What stands where a step without statements of its own stands."""
        source = self._instance.model.source
        line, _ = source.position(step.span.start)
        return source.line(line).strip(" \t{}") or step.name

    def touched(self) -> set[Object]:
        """The objects that the step picks, writes, or writes to."""
        found = objects_in(tuple(value for _, value in self._outcome.picks))
        for written in self._outcome.written:
            for (_, index), value in written.points:
                found |= objects_in((*index, value))
        return found | {self._move.thread}

    # --- phrases ---------------------------------------------------------------------------

    def _phrase(self, remark: Remark) -> str:
        text = remark.text.rstrip("; ")
        if text.partition("(")[0] in self._procedures:
            return ""  # the call's own steps say where they stand
        if remark.outcome is not None:
            return f"{text}: {'yes' if remark.outcome else 'no'}"
        if remark.value is not None:
            return self._with_value(text, remark)
        if text.startswith(("spin_lock(", "spin_unlock(")):
            return self._lock(text)
        if text.startswith("update "):
            return self._update(text)
        assigned = _ASSIGNED.match(text)
        if assigned is None:
            return text
        written = self._take(_field_name(assigned["left"]))
        if written is None:
            return text
        if any(self._variable(name).ghost for name in written.variables):
            return ""
        if not written.bulk and len(written.points) == 1:
            point, value = written.points[0]
            if assigned["how"] != "=" and self._before.values.get(point) == value:
                return f"{point_text(self._instance, point)} stays {value_text(value)}"
            plain = assigned["how"] == "=" and _right(text) == value_text(value)
            return self._change(point, value, plain=plain)
        return ", ".join(self._changes(written)) or text

    def _with_value(self, text: str, remark: Remark) -> str:
        if remark.value is None:
            return text
        try:
            value = evaluate(remark.value, self._last_scope())
        except (Unset, Undefined):  # it speaks of what a later statement of the step changed
            return text
        shown = value_text(value)
        return text if _right(text) == shown else f"{text} => {shown}"

    def _last_scope(self) -> Scope:
        """The values at the end of the step, those of locals that die there included."""
        state = self._outcome.state
        if state is None:
            return self._outcome.failures[-1].scope
        values = {**state.values, **self._outcome.dropped}
        return Scope.of(self._instance, State(values, state.places), self._move.thread)

    def _lock(self, text: str) -> str:
        """`spin_lock(cpu1.rq)`: which of many locks it is."""
        written = next((item for item in self._rest if self._is_lock(item)), None)
        if written is None:
            return text
        self._rest.remove(written)
        point, _ = written.points[0]
        if not point[1]:
            return text
        return f"{text.partition('(')[0]}({point_text(self._instance, point)})"

    def _update(self, text: str) -> str:
        head = text.partition("{")[0].strip()
        written = next((item for item in self._rest if item.bulk), None)
        if written is None:
            return head
        self._rest.remove(written)
        if not written.points:
            return f"{head}: nothing matches"
        return ", ".join(self._changes(written)) or f"{head}: nothing changes"

    def _take(self, field: str) -> Written | None:
        """The first write to a field of that name, or all of a record's parts as one."""
        names = {v.name for v in self._instance.model.variables if _is_called(v, field)}
        found = [item for item in self._rest if names.intersection(item.variables)]
        if not found:
            return None
        first = found[0]
        whole = self._variable(first.variables[0]).whole
        group = [first]
        if whole is not None and not first.bulk:
            seen = {first.variables}
            for item in found[1:]:
                if item.variables in seen or self._variable(item.variables[0]).whole != whole:
                    break
                seen.add(item.variables)
                group.append(item)
        for item in group:
            self._rest.remove(item)
        if len(group) == 1:
            return first
        points = tuple(point for item in group for point in item.points)
        return Written(tuple(item.variables[0] for item in group), points, bulk=False)

    # --- changes ---------------------------------------------------------------------------

    def _changes(self, written: Written) -> list[str]:
        if any(self._variable(name).ghost for name in written.variables):
            return []
        changed = [
            self._change(point, value, plain=False)
            for point, value in written.points
            if self._before.values.get(point) != value
        ]
        more = len(changed) - SHOWN
        return [*changed[:SHOWN], f"and {more} more"] if more > 0 else changed

    def _change(self, point: Point, value: Value, *, plain: bool) -> str:
        name = point_text(self._instance, point)
        before = self._before.values.get(point)
        if plain or before == value:
            return f"{name} = {value_text(value)}"
        return f"{name} {value_text(before)} -> {value_text(value)}"

    def _is_shared(self, written: Written) -> bool:
        return all(self._variable(name).thread is None for name in written.variables)

    def _is_lock(self, written: Written) -> bool:
        return all(isinstance(self._variable(n).type, LockType) for n in written.variables)

    def _variable(self, name: str) -> Variable:
        variable = self._instance.variable(name)
        assert variable is not None, "what was written is there"
        return variable


def _is_called(variable: Variable, field: str) -> bool:
    """Whether a statement calls a variable so; a record's parts by the name of the whole."""
    return variable.display == field or variable.display.startswith(f"{field}.")


def _field_name(left: str) -> str:
    """The last name of a left side: `list` of `p.buddy.list`, `tlb` of `tlb[t, a]`."""
    return left.partition("[")[0].strip().rpartition(".")[2]


def _right(text: str) -> str:
    return text.partition("=")[2].strip()
