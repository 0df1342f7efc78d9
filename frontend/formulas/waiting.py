"""When a step can be taken at all: what stands on a way through it before it may wait.

`Step.waits` is over the state in which the step would start, so tests and copies that come before
the waiting statement are seen through. A fault is no waiting: the run ends, nobody hangs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from frontend.formulas import building as formulas
from frontend.formulas.building import both, either, negation
from frontend.formulas.definedness import Definedness, for_all, held_name
from frontend.model import (
    FALSE,
    TRUE,
    Assert,
    Assign,
    Bound,
    Bulk,
    Check,
    Expression,
    Instruction,
    Let,
    Read,
    Temporary,
    Variable,
    walk,
)


@dataclass(frozen=True, slots=True)
class Copies:
    """What assignments to locals made of them, over the state at the start of the step.

    Args:
        values: locals and temporaries.
        sets: locals that are sets: a binder and when it is a member.
        held: locals with a value only where `values` of their `held_name` holds.
    """

    values: Mapping[str, Expression] = field(default_factory=dict)
    sets: Mapping[str, tuple[Bound, Expression]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()

    def now(self, node: Expression) -> Expression:
        """An expression over the state here as one over the state at the start."""
        return formulas.rewrite(node, self._copied)

    def _copied(self, part: Expression) -> Expression | None:
        match part:
            case Temporary(name=name) | Read(variable=name, arguments=(_,)):
                return self.values.get(name)
            case Read(variable=name, arguments=(_, element)) if name in self.sets:
                binder, member = self.sets[name]
                return formulas.with_binders(member, {binder.name: self.now(element)})
            case _:
                return None

    def after(self, instruction: Instruction, variables: Mapping[str, Variable]) -> Copies | None:
        """The same after an instruction; None where it did more than copy."""
        match instruction:
            case Check() | Assert():
                return self
            case Assign(variable=name) if variables[name].ghost:
                return self  # no code reads it
            case Bulk(writes=writes) if all(variables[write.variable].ghost for write in writes):
                return self
            case Let(temporary=temporary, value=value):
                return replace(self, values={**self.values, temporary.name: self.now(value)})
            case Assign(variable=name, value=value) if is_own(variables, instruction):
                return replace(self, values={**self.values, name: self.now(value)})
            case Bulk(binders=(binder,), where=where, writes=(write,)) if (
                where == TRUE
                and variables[write.variable].thread is not None
                and write.arguments[1:] == (binder,)
            ):
                member = (binder, self.now(write.value))
                return replace(self, sets={**self.sets, write.variable: member})
            case _:
                return None

    def done(
        self, instructions: Sequence[Instruction], variables: Mapping[str, Variable]
    ) -> Copies:
        """The same behind a free statement, which only copies. Where the statement is a fault, or
        reads what such a one should have assigned, nothing that it assigns has a value."""
        copies = self
        needed: Expression = TRUE
        assigned: set[str] = set()
        for instruction in instructions:
            conditions: Iterable[Expression] = ()
            match instruction:
                case Check(condition=condition):
                    conditions = (*self._held_in(condition, variables), condition)
                case Assign(variable=name, value=value):
                    assigned.add(name)
                    conditions = self._held_in(value, variables)
                case Bulk(writes=writes, binders=binders):
                    assigned.update(write.variable for write in writes)
                    parts = (self._held_in(write.value, variables) for write in writes)
                    conditions = [for_all(binders, item) for part in parts for item in part]
                case _:
                    pass
            needed = both(needed, formulas.conjunction(map(copies.now, conditions)))
            after = copies.after(instruction, variables)
            assert after is not None, "a free statement copies"
            copies = after
        values, held = copies.values, self.held - assigned
        if needed != TRUE:
            held |= assigned
            values = {**values, **{held_name(name): needed for name in assigned}}
        return Copies(values, copies.sets, held)

    def _held_in(self, node: Expression, variables: Mapping[str, Variable]) -> list[Expression]:
        """What must hold for the locals in an expression to have a value."""
        if not any(isinstance(part, Read) and part.variable in self.held for part in walk(node)):
            return []
        known = Definedness(variables, {}, held=self.held)
        return [item.condition for item in known.requirements(node)]

    def given(self, names: frozenset[str]) -> Copies:
        """What some locals are given, each with what must hold for that."""

        def under(name: str, value: Expression) -> Expression:
            held = self.values[held_name(name)] if name in self.held else TRUE
            return formulas.guarded(formulas.holds(held), value)

        return Copies(
            {name: under(name, value) for name, value in self.values.items() if name in names},
            {
                name: (binder, under(name, member))
                for name, (binder, member) in self.sets.items()
                if name in names
            },
        )


def is_own(variables: Mapping[str, Variable], assigned: Assign) -> bool:
    """Whether an assignment gives a scalar local a new value."""
    return variables[assigned.variable].thread is not None and len(assigned.arguments) == 1


@dataclass(frozen=True, slots=True)
class Gate:
    """What decides, on one way through a step, whether that way is the one that goes on.

    Args:
        defined: what must hold or there is a fault.
        condition: of a test, TRUE where there is none.
        outcome: which way of the test this is.
        faults: whether this way is the one with the fault: of several, one has it.
    """

    defined: Expression
    condition: Expression = TRUE
    outcome: bool = True
    faults: bool = True

    def without_fault(self) -> Gate:
        """The gate of another way through the same node."""
        return replace(self, faults=False)


Way = tuple[tuple[Gate, ...], Expression]
"""The gates of a way through a step, and when it can go on after them."""


def proceeds(ways: Sequence[Way]) -> Expression:
    """When any of the ways can be taken; they belong to one alternative of one location."""
    if not ways:
        return FALSE
    gate = ways[0][0][0] if ways[0][0] else None
    if gate is None:
        # What comes after the waiting statement tells ways apart, but not when they wait.
        return formulas.disjunction(dict.fromkeys(waits for _, waits in ways))
    yes = proceeds([(gates[1:], waits) for gates, waits in ways if gates[0].outcome])
    no = proceeds([(gates[1:], waits) for gates, waits in ways if not gates[0].outcome])
    if gate.condition == TRUE or yes == no:
        inner = yes
    else:
        inner = either(both(gate.condition, yes), both(negation(gate.condition), no))
    if gate.defined == TRUE:
        return inner
    if any(gates[0].faults for gates, _ in ways):
        return either(negation(gate.defined), inner)
    return both(gate.defined, inner)
