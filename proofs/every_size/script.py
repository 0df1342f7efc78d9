"""One script: declarations, named formulas, and a check for each claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from proofs.answers.invariant import Claim
from proofs.every_size import printing
from proofs.every_size.grounding import Grounding
from proofs.every_size.regions import Counted, Counting, Predicate
from proofs.every_size.signature import Signature
from proofs.every_size.terms import TRUE, Term, subterms
from proofs.solvers.query import Query

OWN = "new."
"""What the names of one claim's own symbols begin with."""


@dataclass(frozen=True, slots=True)
class Part:
    """A closed formula and the name that a script gives it."""

    name: str
    formula: Term


@dataclass(frozen=True, slots=True)
class _Check:
    """What is asserted for a claim: names of formulas, and formulas."""

    claim: Claim
    named: tuple[str, ...]
    asserted: tuple[Term, ...]
    predicates: tuple[Predicate, ...] = ()
    notes: tuple[str, ...] = ()

    def terms(self) -> tuple[Term, ...]:
        """Everything that is written for it."""
        return (*self.asserted, *(item.body for item in self.predicates))


class Script:
    """Collects the claims of one script.

    Args:
        signature: the symbols of states.
        axioms: for symbols that need some: what is assumed where they occur.
        ranges: what holds of types, each with the function where it is assumed.
        title: what the script is about, for people.
        facts: terms whose values are known.
    """

    def __init__(
        self,
        signature: Signature,
        axioms: Mapping[Term, Sequence[Term]],
        ranges: Sequence[tuple[Part, str]],
        title: str,
        facts: Mapping[Term, Term],
    ) -> None:
        self.signature = signature
        self.axioms = axioms
        self.ranges = ranges
        self.title = title
        self.facts = facts
        self.members = {name: len(made) for name, made in signature.datatypes().items()}
        self.checks: list[_Check] = []
        self.named: dict[str, Term] = {}

    def claim(
        self, claim: Claim, known: Iterable[Part], constants: Sequence[Term], goal: Term
    ) -> None:
        """Adds a check: that what is known and the goal, a claim's negation, are contradictory.

        Args:
            constants: what universal variables are instantiated with first.
        """
        known = [part for part in known if part.formula is not TRUE]
        plain = [part for part in known if not part.formula.counts]
        counting = [part.formula for part in known if part.formula.counts]
        asserted: tuple[Term, ...] = (goal,)
        predicates: tuple[Predicate, ...] = ()
        notes: tuple[str, ...] = ()
        if goal.counts or counting:
            counted = self._counted(goal, counting, plain, constants)
            asserted = (*counted.formulas, *counted.axioms)
            predicates, notes = counted.predicates, counted.notes
        everything = [*asserted, *(part.formula for part in plain)]
        everything += [item.body for item in predicates]
        axioms = tuple(self._axioms(everything))
        plain += self._typed((*everything, *axioms))
        self.named.update({part.name: part.formula for part in plain})
        names = tuple(part.name for part in plain)
        self.checks.append(_Check(claim, names, (*asserted, *axioms), predicates, notes))

    def _counted(
        self, goal: Term, counting: Sequence[Term], plain: Sequence[Part], constants: Sequence[Term]
    ) -> Counted:
        grounding = Grounding(OWN.removesuffix("."), self.facts)
        goal = grounding.witnessed(goal)
        steps = [part.formula for part in plain if part.name.startswith("step.")]
        grounding.gather(constants)
        grounding.gather((goal, *steps))
        formulas = [grounding.grounded(item) for item in (goal, *counting)]
        return Counting(grounding, self.members).counted(formulas)

    def _axioms(self, formulas: Iterable[Term]) -> list[Term]:
        found: list[Term] = []
        for term in subterms(formulas):
            found += self.axioms.get(term, ())
        return found

    def _typed(self, formulas: Sequence[Term]) -> list[Part]:
        used = {term.name for term in subterms(formulas) if term.op == "apply"}
        return [part for part, name in self.ranges if name in used]

    # --- text -----------------------------------------------------------------------------------

    def query(self, name: str) -> Query:
        """The script."""
        terms = [*self.named.values(), *(term for item in self.checks for term in item.terms())]
        logic = "UFDTLIA" if printing.is_linear(terms) else "UFDTNIA"
        model = self.signature.model
        shared = [
            printing.declaration(symbol, *shape)
            for symbol, shape in printing.functions(terms).items()
            if not symbol.startswith(OWN)
        ]
        lines = [
            f"(set-logic {logic})",
            printing.comment(f"{model.name}, {model.variant}: {self.title}"),
            *(f"(declare-sort {printing.quoted(sort)} 0)" for sort in self.signature.objects()),
            *(printing.datatype(*item) for item in self.signature.datatypes().items()),
            *shared,
            *(printing.definition(label, term) for label, term in self.named.items()),
        ]
        for check in self.checks:
            lines += _lines(check)
        claims = tuple(check.claim for check in self.checks)
        return Query(re.sub(r"[^A-Za-z0-9_.-]", "-", name), claims, "\n".join(lines) + "\n")


def _lines(check: _Check) -> list[str]:
    defined = {item.name for item in check.predicates}
    made = [
        printing.declaration(symbol, *shape)
        for symbol, shape in printing.functions(check.terms()).items()
        if symbol.startswith(OWN) and symbol not in defined
    ]
    return [
        "(push 1)",
        printing.comment(str(check.claim)),
        *made,
        *(printing.definition(item.name, item.body, item.variables) for item in check.predicates),
        *map(printing.comment, check.notes),
        *(f"(assert {printing.quoted(name)})" for name in check.named),
        *(f"(assert {printing.written(term)})" for term in check.asserted if term is not TRUE),
        "(check-sat)",
        "(pop 1)",
    ]
