"""Proves one obligation and writes its part of a bundle."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from proofs.bundle import check, lrat
from proofs.bundle.cnf import Graph, clauses, dimacs, read_graph
from proofs.solvers import satisfiability
from proofs.solvers.satisfiability import Refuted, Satisfied, Undecided

CHECKER = Path(check.__file__)
"""The checker that goes into each bundle."""

SUFFIXES = ("aag", "cnf", "lrat", "model", "possible.aag")
"""Of the files of an obligation."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """A claim about bounded systems, as circuits in AIGER text.

    Args:
        name: of its files, without suffix: letters, digits, `_`, `.` and `-`; unique.
        claim: in words.
        bad: one output, true where the claim fails: no input may make it true.
        possible: one output: hypotheses and step alone; None: nothing to show.
    """

    name: str
    claim: str
    bad: str
    possible: str | None = None


@dataclass(frozen=True, slots=True)
class Discharged:
    """What became of an obligation.

    Args:
        name: of the obligation.
        claim: of the obligation.
        proved: whether there is a proof.
        possible: whether there is a model of hypotheses and step.
        reason: why there is no proof, or else no model.
        files: path -> SHA-256 and size.
        steps: of the proof.
    """

    name: str
    claim: str
    proved: bool
    possible: bool
    reason: str
    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    steps: int = 0

    def entry(self) -> dict[str, object]:
        """Its entry in the manifest, if it is proved."""
        stem = f"obligations/{self.name}"
        return {
            "claim": self.claim,
            "cnf": f"{stem}.cnf",
            "graph": f"{stem}.aag",
            "model": f"{stem}.model" if self.possible else None,
            "name": self.name,
            "possible": f"{stem}.possible.aag" if self.possible else None,
            "proof": f"{stem}.lrat",
            "why_no_model": self.reason,
        }


def discharge(folder: Path, obligation: Obligation, conflicts: int) -> Discharged:
    """Looks for a proof, and for a model of the premises; writes the files if there is a proof.

    Args:
        folder: of the bundle.
        obligation: what to prove.
        conflicts: limit of the SAT solver.

    Raises:
        ValueError: a text is no graph with one output.
        check.Wrong: the checker refuses what was written, which is a mistake in this package.
    """
    try:
        return _discharge(folder, obligation, conflicts)
    except ValueError as error:
        raise ValueError(f"{obligation.name}: {error}") from error


def _discharge(folder: Path, obligation: Obligation, conflicts: int) -> Discharged:
    name, claim = obligation.name, obligation.claim
    graph = _graph(obligation.bad)
    if graph.outputs == (1,):
        return Discharged(name, claim, False, False, "the claim always fails")
    formula = list(clauses(graph))
    answer = satisfiability.solve(formula, conflicts)
    if isinstance(answer, Undecided):
        return Discharged(name, claim, False, False, answer.reason)
    if isinstance(answer, Satisfied):
        return Discharged(name, claim, False, False, "there is a counterexample")
    try:
        steps = lrat.refutation(graph.constant, formula, answer.proof)
    except lrat.NotImplied as error:
        return Discharged(name, claim, False, False, f"the solver's proof is not accepted: {error}")
    texts: dict[str, Iterable[str]] = {
        "aag": (obligation.bad,),
        "cnf": (dimacs(graph),),
        "lrat": lrat.text(steps),
    }
    possible = obligation.possible
    if possible is None:
        model, reason = None, "the premises were not given as a graph"
    else:
        model, reason = _model(possible, conflicts)
    if model is not None and possible is not None:
        texts |= {"model": (model + "\n",), "possible.aag": (possible,)}
    parent = folder / "obligations"
    parent.mkdir(parents=True, exist_ok=True)
    files = {}
    for suffix, parts in texts.items():
        data = "".join(parts).encode("ascii")
        (parent / f"{name}.{suffix}").write_bytes(data)
        files[f"obligations/{name}.{suffix}"] = hashlib.sha256(data).hexdigest(), len(data)
    found = Discharged(name, claim, True, model is not None, reason, files, len(steps))
    # Whoever receives it will do the same: the checker's word counts, not the solver's.
    check.check_obligation(folder, found.entry())
    return found


def _graph(text: str) -> Graph:
    graph = read_graph(text)
    if len(graph.outputs) != 1:
        raise ValueError(f"expected one output, not {len(graph.outputs)}")
    return graph


@lru_cache(maxsize=8)  # the obligations of a step come one after the other, with the same premises
def _model(possible: str, conflicts: int) -> tuple[str | None, str]:
    """Input bits that make the premises true, or why there are none."""
    graph = _graph(possible)
    if graph.outputs == (0,):
        return None, "hypotheses and step contradict each other"
    match satisfiability.solve(clauses(graph), conflicts):
        case Satisfied() as answer:
            return _bits(graph, answer), ""
        case Refuted():
            return None, "hypotheses and step contradict each other"
        case Undecided(reason=reason):
            return None, reason


def _bits(graph: Graph, answer: Satisfied) -> str:
    return "".join("1" if literal >> 1 in answer.true else "0" for literal in graph.inputs)
