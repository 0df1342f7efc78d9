"""Bounded proofs by exploration without the interleavings that movers make superfluous.

The movers are proved once for a model, for every size (`reduction`); then any number of instances
can be explored (`explore_reduced`). What is found violated is only said to be: how many statements
a violation takes is found by a search of single steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from frontend.model import Expression, Model
from verifier.engines.reduce.certificate import MoverCertificate, mover_certificate
from verifier.engines.reduce.facts import lock_facts
from verifier.engines.reduce.pairs import Movers
from verifier.engines.reduce.transactions import Finder, Transactions
from verifier.every_size.obligations.verification_conditions import VerificationConditions
from verifier.explicit.exploration import COARSE, explore
from verifier.protocol.engine_names import EXPLORE
from verifier.protocol.task import Answer, Limits, Listener, Task, Undecided, Unsafe

LEAST = 2
"""A property that leaves fewer than one in so many of the hidden locations hidden is left out."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What need not be interleaved when some properties are asked about.

    Args:
        model: of which.
        transactions: with the properties that can be asked about.
        left_out: names of properties that see too much of the middle of transactions.
        movers: why this is so.
    """

    model: Model = field(repr=False)
    transactions: Transactions
    left_out: tuple[str, ...]
    movers: MoverCertificate


def reduction(
    model: Model,
    names: Sequence[str],
    limits: Limits,
    seed: int = 0,
    candidates: Sequence[Expression] = (),
) -> Reduction:
    """Finds the transactions of a model.

    Args:
        model: the whole model, or a slice of it.
        names: of its properties.
        limits: time and memory.
        seed: for solvers.
        candidates: more that may hold in every reachable state; what is not proved by induction
            together with the lemmas about locks is not used.

    Raises:
        KeyError: the model has no property of such a name.
        smt.Stopped: a limit was met.
    """
    facts = lock_facts(VerificationConditions(model, limits, seed), candidates)
    finder = Finder(Movers(model, facts, limits, seed))
    most = finder.transactions(()).size()  # what a property that sees nothing would leave hidden
    fit = [name for name in names if most and _hides(finder, name) * LEAST >= most]
    found = finder.transactions(fit)
    left_out = tuple(name for name in names if name not in fit)
    return Reduction(model, found, left_out, mover_certificate(model, found.pairs, facts))


def _hides(finder: Finder, name: str) -> int:
    return finder.transactions((name,)).size()


def explore_reduced(
    task: Task, found: Reduction, listener: Listener, *, symmetry: bool = True
) -> dict[str, Answer]:
    """Explores an instance, transactions not interleaved.

    Args:
        task: about the model of the reduction, and properties of it.
        found: an answer of `reduction`.
        listener: told how far the search is.
        symmetry: merge states up to symmetry.

    Returns:
        The answers for those properties of the task that are not left out; never `Unsafe`.

    Raises:
        ValueError: the task is about another model.
    """
    if task.model != found.model:
        raise ValueError("a reduction of another model")
    names = tuple(name for name in task.properties if name in found.transactions.properties)
    if not names:
        return {}
    asked, hidden = replace(task, properties=names), found.transactions.hidden()
    answers = explore(asked, listener, EXPLORE, hidden, symmetry=symmetry)
    return {
        name: Undecided(COARSE, violated=True) if isinstance(answer, Unsafe) else answer
        for name, answer in answers.items()
    }
