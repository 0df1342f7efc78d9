"""Proof obligations for every number of threads and objects, as SMT-LIB scripts.

This is written for who does not believe the prover: it shares no code with it and is not allowed to
import it. From a model and an invariant it writes one script for the start, one for each step and
one for what follows. If every `check-sat` of all of them is `unsat`, then the lemmas hold in each
reachable state, and the properties in each run, whatever the number of objects of each sort (at
least one each) for which the assumptions hold: by induction on the length of a run.

Why that may be concluded:

* Each script says that its claim fails, in a way that every finite structure in which it fails
  satisfies. Sorts are uninterpreted, so structures of all sizes are meant at once. That infinite
  ones are not excluded only makes the claims stronger.
* A step is taken by one constant, an arbitrary thread, with arbitrary picks.
* Types. In each state each variable has a value of its type. At the start it does; a step changes
  it by assignments only, and the front end puts a `Check` before each that could leave the range:
  the run ends there. `guarded` looks whether that is so, and where it cannot tell the range is
  not assumed.
* Dead locals have no value, and nothing that is defined reads them. Here they keep some value of
  their type. Each run of the model is one of this system with the dead values left out; so what
  holds in all runs here, and does not read dead locals, holds in all runs of the model. The same
  goes for the object of a reference that is `none` and for the locals at the start.
* What an assumption says of constants alone, in a conjunct, holds for ever; the rest is assumed at
  the start only.
* Counts: see `proofs.every_size.regions`. Locks in a circle: see `proofs.every_size.translate`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from frontend.model import (
    IntType,
    LockType,
    Model,
    Step,
    Variable,
    conjuncts,
)
from proofs.answers.duties import (
    expected,
    follows,
    is_constant,
    kept,
    mentions,
    safe,
    unaffected,
    written_by,
)
from proofs.answers.invariant import Claim, Duty, Invariant
from proofs.every_size.arithmetic import ranged, within
from proofs.every_size.empty_places import alone, covered, nobody
from proofs.every_size.script import Part, Script
from proofs.every_size.signature import Signature
from proofs.every_size.states import Before, Initial, placed
from proofs.every_size.steps import executed
from proofs.every_size.terms import (
    Term,
    conjunction,
    disjunction,
    equal,
    fresh,
    negate,
    number,
    quantify,
)
from proofs.every_size.translate import Names, Translator
from proofs.every_size.type_limits import guarded
from proofs.solvers.query import Query


def obligations(
    model: Model, invariant: Invariant, only: Collection[Claim] | None = None
) -> Iterator[Query]:
    """The scripts of an invariant for all sizes.

    Their claims, those that they cover (`alone`) and those that hold by the step's shape
    (`unaffected`, or without `mentions`) are all that is `expected`.

    Args:
        only: instead of everything, these claims, each by itself.

    Raises:
        ValueError: the invariant is one for given sizes, or names a property that no invariant
            proves.
        Unsupported: something in it cannot be written down.
    """
    if invariant.bounds is not None:
        raise ValueError("this invariant is for given sizes")
    expected(model, invariant)
    writer = _Writer(model, invariant, only)
    if writer.wants(Duty.START):
        yield writer.start()
    steps = None if only is None else {(claim.thread, claim.step) for claim in only}
    for thread in model.threads:
        for place, step in enumerate(thread.steps):
            if steps is None or (step.thread, step.name) in steps:
                query = writer.step(f"{place + 1:03}.{step.name}", step)
                if query.claims:
                    yield query
    if writer.wants(Duty.FOLLOWS):
        query = writer.follows()
        if query.claims:
            yield query


class _Writer:
    def __init__(self, model: Model, invariant: Invariant, only: Collection[Claim] | None) -> None:
        self.model = model
        self.invariant = invariant
        self.only = None if only is None else frozenset(only)
        self.signature = Signature(model)
        self.translator = Translator(self.signature)
        state = Names(Before(self.signature))
        self.ranges = tuple(self._ranges())
        self.constants = tuple(
            Part(f"assumption.{item.name}.{place}", self.translator.truth(part, state))
            for item in model.assumptions
            for place, part in enumerate(conjuncts(item.condition), 1)
            if is_constant(model, part)
        )

        self.lemmas = tuple(
            Part(f"lemma.{place + 1}", self.translator.truth(lemma, state))
            for place, lemma in enumerate(invariant.lemmas)
        )

    def _ranges(self) -> Iterator[tuple[Part, str]]:
        """What holds of types, each with the function that it is about."""
        signature = self.signature
        for thread in self.model.threads:
            one = fresh(signature.sort(thread.sort))
            everyone = quantify("forall", (one,), placed(signature, one))
            yield Part(f"range.at.{thread.sort}", everyone), signature.place(one).name
        for variable in self.model.variables:
            kind = variable.type
            if isinstance(kind, IntType) and guarded(self.model, variable):
                found = Part(f"range.{variable.name}", self._range(variable, kind))
                yield found, signature.components(variable.name)[0].symbol
            if isinstance(kind, LockType):
                yield from self._owners(variable)

    def _owners(self, variable: Variable) -> Iterator[tuple[Part, str]]:
        """That owners stand at places, which says nothing new but mentions them: solvers find
        instances of quantifiers by the terms that there are."""
        index = tuple(fresh(self.signature.sorts(item)[0]) for item in variable.index)
        owners = self.signature.read(variable.name, index)[len(self.signature.owners) :]
        for owner in owners:
            found = quantify("forall", index, placed(self.signature, owner))
            yield Part(f"range.{owner.name}", found), owner.name

    def _range(self, variable: Variable, kind: IntType) -> Term:
        index = tuple(fresh(self.signature.sorts(item)[0]) for item in variable.index)
        here = within(index, variable.index)
        value = self.signature.read(variable.name, index)[0]
        inside = disjunction((negate(here), ranged(value, kind.low, kind.high)))
        return quantify("forall", index, inside)

    def _script(self, title: str, facts: dict[Term, Term]) -> Script:
        return Script(self.signature, self.translator.axioms, self.ranges, title, facts)

    def wants(self, duty: Duty) -> bool:
        """Whether a claim of that kind is to be written."""
        return self.only is None or any(claim.duty is duty for claim in self.only)

    def _wanted(self, claim: Claim) -> bool:
        return self.only is None or claim in self.only

    # --- one script each ------------------------------------------------------------------------

    def start(self) -> Query:
        """Each lemma holds at the start."""
        names = Names(Initial(self.signature))
        assumed = tuple(
            Part(f"assumption.{item.name}", self.translator.truth(item.condition, names))
            for item in self.model.assumptions
        )
        script = self._script("the start", {})
        for place, lemma in enumerate(self.invariant.lemmas):
            claim = Claim(Duty.START, lemma=place)
            if self._wanted(claim):
                goal = negate(self.translator.truth(lemma, names))
                script.claim(claim, assumed, (), goal)
        return script.query("start")

    def step(self, name: str, step: Step) -> Query:
        """A step keeps each lemma and violates nothing."""
        run = executed(self.translator, step)
        facts = {self.signature.place(run.thread): number(step.source)}
        script = self._script(f"the step {step.name} of {step.thread}", facts)
        here = Part("step.source", _stands(self.signature, run.thread, step.source))
        taken = Part("step.taken", conjunction(run.guards))
        after = Names(run.after)
        left_out: Collection[Claim] = ()
        nowhere = nobody(step, self.invariant)
        if nowhere is not None and self.only is None:
            left_out = covered(step, self.invariant)
            goal = self.translator.truth(nowhere, after)
            known = self._known(alone(step))
            script.claim(alone(step), (here, taken, *known), (run.thread, *run.picks), goal)
        written = written_by(step)
        for claim in kept(step, self.invariant):
            lemma = self.invariant.lemmas[claim.lemma]
            if claim in left_out or not self._wanted(claim) or unaffected(step, lemma, written):
                continue
            goal = negate(self.translator.truth(lemma, after))
            known = self._known(claim)
            script.claim(claim, (here, taken, *known), (run.thread, *run.picks), goal)
        for claim in safe(self.model, step, self.invariant):
            if not self._wanted(claim) or not mentions(step, claim.property):
                continue
            goal = disjunction(
                conjunction(item.conditions)
                for item in run.violations
                if item.property == claim.property
            )
            known = self._known(claim)
            script.claim(claim, (here, *known), (run.thread, *run.picks), goal)
        return script.query(f"step.{step.thread}.{name}")

    def follows(self) -> Query:
        """The lemmas imply each property of states."""
        names = Names(Before(self.signature))
        script = self._script("what follows", {})
        for claim in follows(self.model, self.invariant):
            expression = self.model.property(claim.property).expression
            if expression is not None and self._wanted(claim):
                goal = negate(self.translator.truth(expression, names))
                script.claim(claim, self._known(claim), (), goal)
        return script.query("follows")

    def _known(self, claim: Claim) -> Iterable[Part]:
        hints = dict.fromkeys(self.invariant.hints(claim))
        return (*self.constants, *(self.lemmas[place] for place in hints))


def _stands(signature: Signature, thread: Term, place: int) -> Term:
    return equal(signature.place(thread), number(place))
