"""What a reduction rests on, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from frontend.model import Expression, Model
from frontend.notation.writing import formula_text
from verifier.engines.reduce.pairs import How, Pair

WORDS = {
    How.DISJOINT: "disjoint",
    How.EXCLUDED: "excluded by who holds which lock",
    How.PROVED: "by z3",
}


@dataclass(frozen=True, slots=True)
class MoverCertificate:
    """Steps that move, pair by pair.

    Args:
        pairs: each with its direction and how it was settled.
        facts: in the specification language: what is known of every reachable state, proved by
            induction over single steps.
    """

    pairs: tuple[Pair, ...]
    facts: tuple[str, ...]

    def steps(self) -> int:
        """How many steps move in one direction or in both."""
        return len({pair.step for pair in self.pairs})

    def counts(self) -> dict[How, int]:
        """How many pairs were settled in each way."""
        counted = Counter(pair.how for pair in self.pairs)
        return {how: counted[how] for how in How}

    def __str__(self) -> str:
        parts = [f"{number} {WORDS[how]}" for how, number in self.counts().items() if number]
        steps = self.steps()
        if not steps:
            return "no step moves"
        verb = "step moves" if steps == 1 else "steps move"
        return f"{steps} {verb} ({len(self.pairs)} pairs: {', '.join(parts)})"


def mover_certificate(
    model: Model, pairs: Sequence[Pair], facts: Sequence[Expression]
) -> MoverCertificate:
    """The certificate of pairs that were proved with facts."""
    return MoverCertificate(tuple(pairs), tuple(formula_text(model, fact) for fact in facts))
