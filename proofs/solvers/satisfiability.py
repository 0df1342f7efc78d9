"""Propositional satisfiability by the solvers of python-sat, with proofs in DRUP format.

Whoever uses an answer checks it: a model by evaluation, a proof by unit propagation.

The solver is CaDiCaL 1.5.3: of those in python-sat that write proofs, the one with the shortest way
to an LRAT proof, and with a limit of conflicts. (Measured on multipliers, pigeonholes and random
formulas against CaDiCaL 1.9.5, Glucose 3 and 4, Lingeling, MapleCM and MapleChrono; all of them
wrote proofs whose steps follow by propagation alone.)

Source: Heule, Hunt, Wetzler, "Trimming while checking clausal proofs" (FMCAD 2013).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_PLAIN = {"block": 0, "condition": 0, "cover": 0}
"""Off as in its defaults: techniques that reason by more than implication."""

CONFLICTS = 200_000
"""How many conflicts a question may take. Plain Python then rechecks about a thousand a second."""


@dataclass(frozen=True, slots=True)
class Satisfied:
    """The clauses have a model.

    Args:
        true: the variables that are true in it.
    """

    true: frozenset[int]


@dataclass(frozen=True, slots=True)
class Refuted:
    """The clauses have no model.

    Args:
        proof: lines of DRUP text: a clause that follows from those before by unit propagation,
            or `d` and a clause that is not needed any more.
    """

    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """The solver gave up.

    Args:
        reason: one line.
    """

    reason: str


def solve(
    clauses: Iterable[Sequence[int]], conflicts: int = CONFLICTS
) -> Satisfied | Refuted | Undecided:
    """Looks for a model of clauses; the same clauses and limit give the same answer.

    Args:
        clauses: literals as in DIMACS.
        conflicts: limit; at least 1.

    Raises:
        ValueError: the limit is below 1 (which the solver would read as "none").
    """
    if conflicts < 1:
        raise ValueError(f"a limit of {conflicts} conflicts")
    from pysat.solvers import Cadical153  # type: ignore[import-untyped]  # it has none

    with Cadical153(with_proof=True) as solver:
        solver.configure(_PLAIN)
        for clause in clauses:
            solver.add_clause(clause)
        solver.conf_budget(conflicts)
        answer = solver.solve_limited()
        if answer is None:
            return Undecided(f"no answer within {conflicts} conflicts")
        if answer:
            return Satisfied(frozenset(literal for literal in solver.get_model() if literal > 0))
        return Refuted(tuple(solver.get_proof()))
