"""What an invariant owes at bounds, as terms: one group for the start, one for what follows, one a
step.

Every claim is there: as a term that must never hold, or in the list of those that are plain from
their shape. Hypotheses that share no input with a claim are left out of it: that only makes more
states to refute.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from frontend.model import (
    At,
    Expression,
    Model,
    Step,
    Variable,
    conjuncts,
    walk,
)
from proofs.answers.duties import follows, is_constant, kept, safe, unaffected
from proofs.answers.invariant import Claim, Duty, Invariant
from proofs.bounded.blast import inputs_of
from proofs.bounded.formulas import Scope, formula
from proofs.bounded.numbers import Unencodable
from proofs.bounded.ranges import RangeClaim, guessed_ranges, relevant, variables_of
from proofs.bounded.state_bits import Layout, Ranges, Symbols
from proofs.bounded.steps import Effect, effect
from proofs.bounded.symbolic_values import Choice
from proofs.bounded.words import Term, Words
from proofs.interpreter.instance import is_listed


@dataclass(frozen=True, slots=True)
class Owed:
    """A claim and the term whose unsatisfiability it is."""

    claim: Claim
    bad: Term


@dataclass(frozen=True, slots=True)
class Group:
    """Claims that share their hypotheses.

    Args:
        name: `start`, `follows`, or one that starts with `step`; letters, digits, `_`, `.`, `-`.
        owed: what has to be refuted.
        plain: the claims that hold by their shape: the step writes nothing that the lemma reads
            and does not move between its locations, or the circuit folds to false.
        possible: every hypothesis of the group together, and the step. When it cannot be
            satisfied, the claims of the group hold for that reason.
    """

    name: str
    owed: tuple[Owed, ...]
    plain: tuple[Claim, ...]
    possible: Term


class Duties:
    """The obligations of an invariant at its bounds.

    Args:
        model: the model.
        invariant: with bounds.
        ranges: variable -> lowest and highest value, for integers without an end; None: guessed.
        whole: whether no integer is limited, so that terms have no circuits.

    Raises:
        ValueError: the invariant has no bounds, or names a property that no invariant proves.
        Unencodable: a variable that matters may start with any of infinitely many values.
    """

    def __init__(
        self,
        model: Model,
        invariant: Invariant,
        ranges: Ranges | None = None,
        *,
        whole: bool = False,
    ) -> None:
        if invariant.bounds is None:
            raise ValueError("an invariant for every size has no circuits")
        follows(model, invariant)  # whether it can prove all of them
        self.model, self.invariant = model, invariant
        if ranges is None and not whole:
            ranges = guessed_ranges(model, invariant)
        self.layout = Layout(model, invariant.bounds, None if whole else ranges, Words())
        self.kept = relevant(model, invariant)
        self.variables = tuple(v for v in model.variables if v.name in self.kept)
        for variable in self.variables:
            free = variable.thread is None and variable.initial is None
            if free and not is_listed(variable.type) and not whole:
                raise Unencodable(f"{variable.name} may start with any integer")
        self._before = self.layout.state(self.variables)
        for variable in self.variables:
            if variable.constant:  # it has its first value for ever
                self._start_with(self._before, variable)
        scope = Scope.of(self.layout, self._before)
        self._facts = [
            formula(part, scope)
            for assumption in model.assumptions
            for part in conjuncts(assumption.condition)
            if is_constant(model, part)
        ]
        self._lemmas: dict[int, Term] = {}
        self._inputs: dict[int, frozenset[str]] = {}

    def groups(self) -> Iterator[Group]:
        """The start, what follows, and every step, in the model's order."""
        yield self._start()
        yield self._follows()
        number = 0
        for thread in self.model.threads:
            for step in thread.steps:
                number += 1
                yield self._step(number, step)

    # --- hypotheses -------------------------------------------------------------------------

    def _lemma(self, number: int) -> Term:
        """A lemma in the state before."""
        known = self._lemmas.get(number)
        if known is None:
            scope = Scope.of(self.layout, self._before)
            known = self._lemmas[number] = formula(self.invariant.lemmas[number], scope)
        return known

    def _inputs_of(self, term: Term) -> frozenset[str]:
        known = self._inputs.get(term.number)
        if known is None:
            names = frozenset(variable.name for variable in inputs_of([term]))
            known = self._inputs[term.number] = names
        return known

    def _bad(self, hypotheses: Sequence[Term], conclusion: Term) -> Term:
        """Hypotheses, and no conclusion, in states of the ranges and of the assumptions."""
        terms = [*hypotheses, self.layout.words.negation(conclusion)]
        return self._within(terms, [])

    def _within(self, terms: list[Term], facts: Iterable[Term]) -> Term:
        """Terms together with the facts given, those that share inputs, and all domains."""
        taken = [*terms, *facts]
        names = frozenset().union(*map(self._inputs_of, taken))
        waiting = [fact for fact in self._facts if fact not in taken]
        grown = True
        while grown:
            grown = False
            for fact in list(waiting):
                if names & self._inputs_of(fact):
                    waiting.remove(fact)
                    taken.append(fact)
                    names |= self._inputs_of(fact)
                    grown = True
        domains = [self.layout.domains[name] for name in sorted(names)]
        return self.layout.words.all((*domains, *taken))

    def _group(
        self, name: str, claims: Iterable[tuple[Claim, Term]], plain: list[Claim], possible: Term
    ) -> Group:
        owed: list[Owed] = []
        for claim, bad in claims:
            if bad is self.layout.words.false:
                plain.append(claim)
            else:
                owed.append(Owed(claim, bad))
        return Group(name, tuple(owed), tuple(plain), possible)

    # --- the groups -------------------------------------------------------------------------

    def _start(self) -> Group:
        symbols = self._initial()
        scope = Scope.of(self.layout, symbols)
        assumed = [formula(item.condition, scope) for item in self.model.assumptions]
        claims: list[tuple[Claim, Term]] = [
            (RangeClaim(Duty.START, variable=name), self._bad(assumed, fits))
            for name, fits in self._fitting(symbols, self._before).items()
        ]
        for number, lemma in enumerate(self.invariant.lemmas):
            bad = self._bad(assumed, formula(lemma, scope))
            claims.append((Claim(Duty.START, lemma=number), bad))
        return self._group("start", claims, [], self._within(assumed, self._facts))

    def _initial(self) -> Symbols:
        """The state at the start: constants where the model gives a value, else inputs."""
        symbols = self.layout.state(self.variables)
        for variable in self.variables:
            self._start_with(symbols, variable)
        for thread in self.layout.instance.threads():
            entry = self.layout.threads[thread.sort].entry
            symbols.places[thread] = Choice({entry: self.layout.words.true}, complete=True)
        return symbols

    def _start_with(self, symbols: Symbols, variable: Variable) -> None:
        """Gives a variable the value that it starts with, if the model says which."""
        if variable.initial is not None and variable.thread is None:
            meaning = self.layout.meanings.constant(variable.initial.value)
            symbols.values.update(
                (point, meaning) for point in self.layout.instance.points(variable)
            )

    def _fitting(self, symbols: Symbols, before: Symbols) -> dict[str, Term]:
        """Of each variable, whether the values that differ from those before are in range."""
        found: dict[str, list[Term]] = {variable.name: [] for variable in self.variables}
        for point, meaning in symbols.values.items():
            if meaning is not before.values[point]:
                slot = self.layout.slot(point)
                found[point[0]].append(slot.fits(self.layout.meanings, meaning))
        return {name: self.layout.words.all(terms) for name, terms in found.items()}

    def _follows(self) -> Group:
        scope = Scope.of(self.layout, self._before)
        claims: list[tuple[Claim, Term]] = []
        used: dict[int, None] = {}
        for claim in follows(self.model, self.invariant):
            expression = self.model.property(claim.property).expression
            if expression is not None:
                hints = self.invariant.hints(claim)
                used.update(dict.fromkeys(hints))
                hypotheses = [self._lemma(number) for number in hints]
                claims.append((claim, self._bad(hypotheses, formula(expression, scope))))
        hypotheses = [self._lemma(number) for number in used]
        return self._group("follows", claims, [], self._within(hypotheses, self._facts))

    def _step(self, number: int, step: Step) -> Group:
        done = effect(self.layout, self._before, step, self.kept)
        plain: list[Claim] = []
        claims: list[tuple[Claim, Term]] = []
        used: dict[int, None] = {}
        taken = done.taken(self.layout.words)
        for claim, when, conclusion in self._after(step, done):
            if conclusion is self.layout.words.true:
                plain.append(claim)
                continue
            hints = self._hints(claim, step)
            hypotheses = [when, *(self._lemma(lemma) for lemma in hints)]
            bad = self._bad(hypotheses, conclusion)
            if bad is not self.layout.words.false:
                used.update(dict.fromkeys(hints))
            claims.append((claim, bad))
        hypotheses = [taken, *(self._lemma(lemma) for lemma in used)]
        name = re.sub(r"[^A-Za-z0-9_.-]+", "_", f"step{number:04}-{step.thread}-{step.name}")
        return self._group(name[:80], claims, plain, self._within(hypotheses, self._facts))

    def _after(self, step: Step, done: Effect) -> Iterator[tuple[Claim, Term, Term]]:
        """The claims about a step: when they matter, and what is claimed then."""
        words = self.layout.words
        for variable, fits in self._fitting(done.after, self._before).items():
            owed = RangeClaim(Duty.KEPT, -1, "", step.thread, step.name, variable)
            yield owed, done.completes, fits
        written = {
            point[0]
            for point, meaning in done.after.values.items()
            if meaning is not self._before.values[point]
        }
        scope = Scope.of(self.layout, done.after)
        for claim in kept(step, self.invariant):
            lemma = self.invariant.lemmas[claim.lemma]
            if unaffected(step, lemma, written):
                yield claim, done.completes, words.true
                continue
            after = formula(lemma, scope)
            same = after is self._lemma(claim.lemma)
            yield claim, done.completes, words.true if same else after
        for claim in safe(self.model, step, self.invariant):
            violated = done.violations.get(claim.property, words.false)
            yield claim, words.true, words.negation(violated)

    def _hints(self, claim: Claim, step: Step) -> tuple[int, ...]:
        """The lemmas to assume. For a range: those that read the variable and what they need
        themselves, and those that speak of where the step starts, or of no location."""
        if not isinstance(claim, RangeClaim):
            return self.invariant.hints(claim)
        found: set[int] = set()
        for number, lemma in enumerate(self.invariant.lemmas):
            if claim.variable in variables_of(lemma):
                kept = Claim(Duty.KEPT, lemma=number, thread=claim.thread, step=claim.step)
                found.update((number, *self.invariant.hints(kept)))
            elif _speaks_of(lemma, step):
                found.add(number)
        return tuple(sorted(found))


def _speaks_of(lemma: Expression, step: Step) -> bool:
    """Whether a formula names no location, or the one where a step starts."""
    places = [part.locations for part in walk(lemma) if isinstance(part, At)]
    return not places or any(step.source in locations for locations in places)
