"""Brings counts out of quantifiers.

What is asserted is put into negation normal form as far as counts require it. An existential
becomes constants (Skolem), a universal formula with a count that depends on what it binds becomes
its instances at terms of the obligation. Both follow from, or are satisfiable with, what is
asserted, in the same structures; so an obligation that is `unsat` afterwards was so before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, product

from proofs.every_size.terms import (
    BOOL,
    INT,
    TRUE,
    Term,
    apply,
    both,
    conjunction,
    disjunction,
    either,
    negate,
    opened,
    quantify,
    substitute,
    subterms,
)

TERMS = 6
"""So many terms of a sort are put in for a universal variable at most."""

INSTANCES = 36
"""So many instances of one universal formula are made at most."""


def entangled(term: Term) -> bool:
    """Whether it contains a count that depends on a variable around it."""
    return term.counts and any(part.op == "count" and part.free for part in _outside(term))


def _outside(term: Term) -> Iterable[Term]:
    """The subterms that are not inside of a count."""
    pending, seen = [term], set()
    while pending:
        part = pending.pop()
        if part in seen:
            continue
        seen.add(part)
        yield part
        if part.op != "count":
            pending.extend(part.args)


class Grounding:
    """Grounds the formulas of one obligation.

    Args:
        label: what the names of its constants begin with.
        facts: terms whose values are known, replaced where terms are put in.
    """

    def __init__(self, label: str, facts: Mapping[Term, Term]) -> None:
        self.label = label
        self.facts = facts
        self.constants: list[Term] = []
        """The constants made so far, in order."""
        self._pool: dict[str, list[Term]] = {}

    def constant(self, sort: str) -> Term:
        """A constant that occurs nowhere else."""
        made = apply(f"{self.label}.{len(self.constants) + 1}", sort)
        self.constants.append(made)
        return made

    def gather(self, formulas: Iterable[Term]) -> None:
        """Finds the terms that universal variables are instantiated with."""
        for term in (*self.constants, *subterms(formulas)):
            if term.op != "apply" or term.free or term.sort in (BOOL, INT) or term.counts:
                continue
            known = self._pool.setdefault(term.sort, [])
            if term not in known and not term.name.startswith("some."):
                known.append(term)

    def terms(self, sort: str) -> Sequence[Term]:
        """Terms of the obligation of a sort."""
        return self._pool.get(sort, [])[:TERMS]

    # --- existentials ---------------------------------------------------------------------------

    def witnessed(self, term: Term) -> Term:
        """An asserted formula with constants for the existentials that nothing is around."""
        match term.op:
            case "and":
                return conjunction(map(self.witnessed, term.args))
            case "or" if any(_has_exists(part) for part in term.args):
                return disjunction(map(self.witnessed, term.args))
            case "exists":
                return self.witnessed(self._opened(term))
            case "not":
                inner = term.args[0]
                if inner.op == "forall":
                    return self.witnessed(negated(self._opened(inner)))
                pushed = negated(inner)
                return term if pushed is term else self.witnessed(pushed)
            case _:
                return term

    def _opened(self, term: Term) -> Term:
        values = {item: self.constant(item.sort) for item in term.variables}
        return substitute(term.body, values)

    # --- universals -----------------------------------------------------------------------------

    def grounded(self, term: Term) -> Term:
        """An asserted formula, or a weaker one, in which counts depend on no variable around
        them. Quantifiers in quantifiers get their instances besides: solvers find them late."""
        if not entangled(term):
            nested = term.op == "forall" and any(
                part.op in ("forall", "exists") for part in _outside(term.body)
            )
            return both(term, self._instances(term)) if nested else term
        match term.op:
            case "and":
                return conjunction(map(self.grounded, term.args))
            case "or":
                return disjunction(map(self.grounded, term.args))
            case "exists":
                return self.grounded(self._opened(term))
            case "forall":
                return self._instances(term)
            case "not":
                pushed = negated(term.args[0])
            case _:
                pushed = _unfolded(term)
        # An atom with such a count deep inside: nothing is asserted, which is weaker.
        return TRUE if pushed is term else self.grounded(pushed)

    def _instances(self, term: Term) -> Term:
        names, body = opened(term)
        if body.op == "not":
            body = negated(body.args[0])
        if body.op == "and":
            return conjunction(self.grounded(quantify("forall", names, part)) for part in body.args)
        pools = [self.terms(item.sort) for item in names]
        return conjunction(
            self.grounded(
                substitute(substitute(body, dict(zip(names, values, strict=True))), self.facts)
            )
            for values in islice(product(*pools), INSTANCES)
        )


def _has_exists(term: Term) -> bool:
    """Whether `witnessed` would find something in it."""
    match term.op:
        case "and" | "or":
            return any(_has_exists(part) for part in term.args)
        case "exists":
            return True
        case "not":
            inner = term.args[0]
            if inner.op in ("and", "or"):
                return any(_has_exists(negate(part)) for part in inner.args)
            return inner.op == "forall"
        case _:
            return False


def negated(term: Term) -> Term:
    """The negation, moved inwards by one operator."""
    match term.op:
        case "and":
            return disjunction(map(negate, term.args))
        case "or":
            return conjunction(map(negate, term.args))
        case "forall" | "exists":
            names, body = opened(term)
            return quantify("exists" if term.op == "forall" else "forall", names, negate(body))
        case "ite" | "=" if entangled(term) and _unfolded(term) is not term:
            return negated(_unfolded(term))
        case _:
            return negate(term)


def _unfolded(term: Term) -> Term:
    """A choice or an equivalence of formulas as `and`s and `or`s; an atom as it is."""
    if term.op == "ite":
        test, then, otherwise = term.args
        return both(either(negate(test), then), either(test, otherwise))
    if term.op == "=" and term.args[0].sort == BOOL:
        left, right = term.args
        return both(either(negate(left), right), either(left, negate(right)))
    return term
