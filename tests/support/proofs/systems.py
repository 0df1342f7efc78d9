"""Small systems, random moves, and solvers, for the tests of circuits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import product
from random import Random
from typing import Any

from frontend.load import load
from frontend.model import (
    BOOL,
    LOCK,
    Assign,
    At,
    Binary,
    Bound,
    Constant,
    Expression,
    HeldBy,
    IntType,
    Model,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Self,
    Step,
)
from frontend.source.spans import Source
from proofs.answers.trace import Move
from proofs.bounded.aig import Graph
from proofs.bounded.codec import picks_of
from proofs.bounded.smt_text import Script
from proofs.bounded.words import Term
from proofs.interpreter.instance import Instance

z3: Any = import_module("z3")  # the stubs in typings have what verifier uses

BOUNDS = {"cpu": 2, "task": 1, "page": 2}

NOBODY = Constant(None, LOCK)

COUNTER = """spec counter;
struct page { bool free = false; }
nat total = 0;
int drift = 0;
nat unseen = 0;
spinlock lock;
thread cpu {
	page p;
	loop choose {
		atomic { p = any(page q: !q.free); p.free = true; total++; unseen++; }
	} or {
		atomic { p = any(page q: q.free); p.free = false; total--; }
	} or {
		spin_lock(lock);
		atomic { drift = total - 1; assert small: drift < 5; }
		spin_unlock(lock);
	}
}
invariant counted: total == count(page p: p.free);
invariant few: drift < 5;
bound cpu = 2, page = 3;
"""


def loaded(text: str) -> Model:
    return load(Source("test.alloc", text)).models[0]


def sizes(model: Model) -> dict[str, int]:
    return {sort: high for sort, _, high in model.bounds}


def steps(model: Model) -> Iterator[Step]:
    for thread in model.threads:
        yield from thread.steps


def moves(instance: Instance, step: Step, random: Random, most: int) -> list[Move]:
    """Some moves of a step, whether they can be taken or not."""
    picks = list(picks_of(step))
    values = [list(instance.values(kind)) for _, kind in picks]
    found = [
        Move(thread, step.name, tuple(zip((name for name, _ in picks), row, strict=True)))
        for thread in instance.objects(step.thread)
        for row in product(*values)
    ]
    return random.sample(found, min(most, len(found)))


def wide(model: Model) -> dict[str, tuple[int, int]]:
    """A range that holds what random states hold."""
    return {v.name: (-1024, 1023) for v in model.variables if isinstance(v.type, IntType)}


def answer(term: Term) -> str:
    """What z3 says of a term: `sat` or `unsat`."""
    script = Script([term])
    solver = z3.SolverFor("QF_BV")
    solver.from_string("\n".join([*script.lines, f"(assert {script.text(term)})"]))
    return str(solver.check())


def assignments(names: Sequence[str]) -> Iterator[dict[str, bool]]:
    for row in product((False, True), repeat=len(names)):
        yield dict(zip(names, row, strict=True))


def satisfiable(graph: Graph, literal: int) -> dict[str, bool] | None:
    """Inputs that make a literal true, found by a SAT solver on the circuit's gates."""
    solvers: Any = import_module("pysat.solvers")
    with solvers.Cadical153() as solver:
        solver.add_clause([-1])  # AIGER's variable 0 is the solver's variable 1

        def of(side: int) -> int:
            return -(side // 2 + 1) if side & 1 else side // 2 + 1

        for variable in graph.cone([literal]):
            gate = graph.gates[variable]
            if gate is not None:
                out, left, right = variable + 1, of(gate[0]), of(gate[1])
                solver.append_formula([[-out, left], [-out, right], [out, -left, -right]])
        if not solver.solve(assumptions=[of(literal)]):
            return None
        true = {value for value in solver.get_model() if value > 0}
    return {name: of(found) in true for name, found in graph.inputs.items()}


def lock_lemmas(model: Model) -> tuple[Expression, ...]:
    """Where the threads of a model with one kind of thread and one global lock hold it."""
    (thread,) = model.threads
    holding = {thread.entry: False}
    grown = 0
    while grown != len(holding):
        grown = len(holding)
        for step in thread.steps:
            if step.source in holding:
                held = holding[step.source]
                for instruction in step.body:
                    if isinstance(instruction, Assign) and isinstance(instruction.value, Self):
                        held = True
                    if isinstance(instruction, Assign) and instruction.value == NOBODY:
                        held = False
                holding.setdefault(step.target, held)
    locks = [item for item in model.variables if item.type == LOCK]
    bound = Bound("holder", ReferenceType(thread.sort, optional=False))
    lemmas: list[Expression] = []
    for lock in locks:
        own = HeldBy(Read(lock.name, (), LOCK), bound)
        for value, claim in ((True, own), (False, Not(own))):
            places = frozenset(place for place, held in holding.items() if held is value)
            body = Binary(Operator.IMPLIES, At(bound, places), claim, BOOL)
            lemmas.append(Quantified(QuantifierKind.FORALL, (bound,), body, BOOL))
    unreached = {place.number for place in thread.locations} - holding.keys()
    nowhere = Not(At(bound, frozenset(unreached)))
    lemmas.append(Quantified(QuantifierKind.FORALL, (bound,), nowhere, BOOL))
    return tuple(lemmas)
