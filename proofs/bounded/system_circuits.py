"""The system itself as circuits: its start, its steps, its properties. For replaying traces.

A reader with nothing but an evaluator of and-inverter graphs can follow a trace: put the bits of a
state and of a move (`codec`) into the circuit of a step, and read whether it can be taken, what it
violates and the bits of the state after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from frontend.model import Model, Step
from proofs.bounded.aig import Graph
from proofs.bounded.blast import Blaster
from proofs.bounded.formulas import Scope, formula
from proofs.bounded.state_bits import Layout, Ranges, Symbols
from proofs.bounded.steps import Effect, effect
from proofs.bounded.words import Term, Words


@dataclass(frozen=True, slots=True)
class Transition:
    """A step as a circuit over the bits of a state and of its choices.

    Args:
        graph: the circuit.
        taken: the step can be taken: to its target, or into a fault.
        completes: it can be taken and no `Check` fails.
        faults: kind -> it ends with a failing `Check` of that kind.
        asserts: name -> an `Assert` of that name fails on the way.
        inside: the values after it fit their bits.
        after: name of a bit -> its value after the step, where it completes and `inside` holds.
            Locals that are dead there have the first value of their type, as `codec` encodes them.
    """

    graph: Graph
    taken: int
    completes: int
    faults: Mapping[str, int]
    asserts: Mapping[str, int]
    inside: int
    after: Mapping[str, int]


def system_layout(model: Model, bounds: Mapping[str, int], ranges: Ranges) -> Layout:
    """The bits of a system.

    Args:
        model: the model.
        bounds: sort -> number of objects.
        ranges: variable -> lowest and highest value, of every integer without an end.

    Raises:
        ValueError: a sort has no bound.
    """
    return Layout(model, bounds, ranges, Words())


def transition(layout: Layout, step: Step) -> Transition:
    """The circuit of a step, for every thread of its sort.

    Raises:
        Unencodable: it needs integers without an end.
    """
    before = layout.state(layout.variables.values())
    done = effect(layout, before, step)
    _bury(layout, step, done)
    blaster = Blaster(Graph())
    inside = [
        layout.slot(point).fits(layout.meanings, meaning)
        for point, meaning in done.after.values.items()
        if meaning is not before.values[point]
    ]
    return Transition(
        blaster.graph,
        blaster.literal(done.taken(layout.words)),
        blaster.literal(done.completes),
        {fault: blaster.literal(term) for fault, term in done.faults.items()},
        {name: blaster.literal(term) for name, term in done.asserts.items()},
        blaster.literal(layout.words.all(inside)),
        _bits(layout, blaster, done.after),
    )


def property_circuits(layout: Layout) -> tuple[Graph, dict[str, int]]:
    """The properties of states, over the bits of a state: name -> that its formula holds.

    Raises:
        Unencodable: one needs integers without an end.
    """
    scope = Scope.of(layout, layout.state(layout.variables.values()))
    blaster = Blaster(Graph())
    found = {
        item.name: blaster.literal(formula(item.expression, scope))
        for item in layout.instance.model.properties
        if item.expression is not None
    }
    return blaster.graph, found


def initial_circuit(layout: Layout) -> tuple[Graph, int]:
    """Whether some bits are those of an initial state: every variable as the model starts it, every
    thread at its entry, the assumptions satisfied; what locals hold does not matter.

    Raises:
        Unencodable: an assumption needs integers without an end.
    """
    symbols = layout.state(layout.variables.values())
    scope = Scope.of(layout, symbols)
    terms: list[Term] = []
    for point, meaning in symbols.values.items():
        variable = layout.variables[point[0]]
        if variable.thread is None:
            terms.append(layout.domains.get(layout.slot(point).name, layout.words.true))
            if variable.initial is not None:
                terms.append(layout.meanings.is_value(meaning, variable.initial.value))
    for thread, place in symbols.places.items():
        terms.append(place.cases.get(layout.threads[thread.sort].entry, layout.words.false))
    model = layout.instance.model
    terms += [formula(assumption.condition, scope) for assumption in model.assumptions]
    blaster = Blaster(Graph())
    literal = blaster.literal(layout.words.all(terms))
    return blaster.graph, literal


def _bury(layout: Layout, step: Step, done: Effect) -> None:
    """Gives the locals that die with a step the first value of their type."""
    live = layout.threads[step.thread].locations[step.target].live
    for point, meaning in done.after.values.items():
        variable = layout.variables[point[0]]
        if variable.thread != step.thread or variable.name in live:
            continue
        when = done.thread.cases.get(point[1][0], layout.words.false)
        first = layout.meanings.constant(layout.slot(point).values[0])
        done.after.values[point] = layout.meanings.choose(when, first, meaning)


def _bits(layout: Layout, blaster: Blaster, symbols: Symbols) -> dict[str, int]:
    """The bits of a state by name."""
    found: dict[str, int] = {}
    words = [(layout.slot(point), meaning) for point, meaning in symbols.values.items()]
    words += [(layout.place_slot(thread), place) for thread, place in symbols.places.items()]
    for slot, meaning in words:
        term = slot.write(layout.meanings, meaning)
        if term is not None:
            found.update(zip(slot.bit_names(), blaster.bits(term), strict=True))
    return found
