"""The second half of a discovery: from lemmas between sections to a proof of single steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from frontend.model import (
    Binary,
    Expression,
    Held,
    Model,
    Not,
    Operator,
    Property,
    PropertyKind,
    Read,
    Self,
)
from verifier.analysis.folding import instantiate
from verifier.analysis.lock_facts import lock_lemmas
from verifier.bounded.smt import Stopped
from verifier.every_size.lemmas.candidates import Candidate
from verifier.every_size.lemmas.critical_sections import Sections
from verifier.every_size.lemmas.goals import Goal, Obligation, Result
from verifier.every_size.lemmas.houdini import Search, Told
from verifier.every_size.lemmas.section_system import Reduced
from verifier.every_size.lemmas.single_step_lemmas import (
    FOUND,
    LOCKS,
    Lemma,
    between,
    enabled,
    middle,
    unfailing,
)
from verifier.every_size.lemmas.single_step_system import Single
from verifier.every_size.lemmas.unsat_cores import Prover
from verifier.every_size.obligations.universe import Beyond

STUCK = "stuck"


def unguarded(expression: Expression, lock: Read | None) -> Expression | None:
    """F of a formula `!held(lock) => F`."""
    match expression:
        case Binary(operator=Operator.IMPLIES, left=Not(operand=Held(lock=held)), right=right) if (
            held == lock
        ):
            return right
        case _:
            return None


def goals(properties: Sequence[Property], parts: Sections) -> list[Goal]:
    """The properties as goals of a search."""
    return [Goal(item.name, item.expression, _inside(item, parts.lock)) for item in properties]


def _inside(item: Property, lock: Read | None) -> bool:
    if item.expression is None or item.built_in:
        return item.name == STUCK
    return unguarded(item.expression, lock) is None


def single_lemmas(
    model: Model,
    properties: Sequence[Property],
    parts: Sections,
    found: Sequence[Expression],
    lasting: Sequence[bool],
) -> tuple[list[Lemma], list[int]]:
    """The formulas to prove of single steps, and by property the source of its own."""
    lemmas = [Lemma(item, LOCKS) for item in lock_lemmas(model)]

    def add(items: Iterator[Lemma]) -> None:
        with suppress(Beyond):  # what needs these lemmas will not be proved
            lemmas.extend(list(items))

    for source, (formula, always) in enumerate(zip(found, lasting, strict=True)):
        add(_one(model, parts, formula, source, always=always))
    sources: list[int] = []
    source = len(found)
    for item in properties:
        if item.kind is PropertyKind.ASSERT or item.kind is PropertyKind.FAULT:
            add(unfailing(model, parts, item.name, source))
        elif item.name == STUCK and item.built_in:
            add(enabled(model, parts, source))
        elif (
            item.expression is not None
            and not item.built_in
            and unguarded(item.expression, parts.lock) is None
            and item.expression not in found
        ):
            add(_one(model, parts, item.expression, source, always=True))
        sources.append(source)
        source += 1
    return lemmas, sources


def _one(
    model: Model, parts: Sections, formula: Expression, source: int, *, always: bool
) -> Iterator[Lemma]:
    if always:
        yield Lemma(formula, source)
    else:
        yield from between(model, parts, formula, source)
    yield from middle(model, parts, formula, source, always=always)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of single steps.

    Args:
        single: the system of single steps.
        result: what proves the properties there.
        gaps: whether that is no proof after all.
        lasting: the lemmas between sections that hold in the middle of them too.
        stopped: the limit that ended it early, or "": then what was not proved has failed.
    """

    single: Single
    result: Result
    gaps: bool
    lasting: frozenset[int]
    stopped: str


class Proving:
    """Proves properties of single steps; a later proof takes over what an earlier one showed.

    Args:
        model: the whole model.
        parts: its critical sections.
        inside: candidates for one thread in the middle of a section.
        reduced: the system between sections.
        always: whether a formula held in every state that was explored.
        prover: discharges obligations.
        told: how far it is.
    """

    def __init__(
        self,
        model: Model,
        parts: Sections,
        inside: Sequence[Candidate],
        reduced: Reduced,
        always: Callable[[Expression], bool],
        prover: Prover,
        told: Told,
    ) -> None:
        self._told = told
        self._model = model
        self._parts = parts
        self._inside = [_at_place(item) for item in inside]
        self._reduced = reduced
        self._always = always
        self._prover = prover
        self._before: Proof | None = None

    def prove(self, first: Result, properties: Sequence[Property]) -> Proof:
        """Proves properties with the lemmas that prove them between sections."""
        chosen = [self._reduced.lemmas[number] for number in first.lemmas]
        always = [self._always(formula) for formula in chosen]
        lasting = frozenset(n for n, known in zip(first.lemmas, always, strict=True) if known)
        lemmas, sources = single_lemmas(self._model, properties, self._parts, chosen, always)
        given = range(len(lemmas))
        lemmas += self._inside
        said = goals(properties, self._parts)
        single = Single(self._model, self._parts, lemmas, said, sources, self._prover)
        known = carried(self._before, single) if self._before is not None else {}
        search = Search(self._prover, single, given, minimal=False, known=known, told=self._told)
        stopped = ""
        try:
            search.run()
        except Stopped as problem:
            stopped = problem.reason
            _leave_out(single, search.result)
        proof = Proof(single, search.result, bool(single.gaps(search.result)), lasting, stopped)
        self._before = proof
        return proof


def _leave_out(single: Single, result: Result) -> None:
    """The goals of which the proof is not complete have failed."""
    for number, goal in enumerate(single.goals):
        lost = single.gaps_of(result, [-1 - number])
        if lost and goal.name not in result.failed:
            result.failed[goal.name] = lost[0]


def carried(before: Proof, single: Single) -> dict[Obligation, frozenset[int]]:
    """The proofs of the same about the same lemmas."""

    def key(item: Lemma) -> object:
        return item.formula, item.sort, item.places, item.body

    now = {key(item): number for number, item in enumerate(single.about)}
    numbers = {old: now.get(key(item)) for old, item in enumerate(before.single.about)}
    names = {goal.name: -1 - number for number, goal in enumerate(single.goals)}
    numbers |= {-1 - n: names.get(goal.name) for n, goal in enumerate(before.single.goals)}
    found: dict[Obligation, frozenset[int]] = {}
    for item, used in before.result.proofs.items():
        owner = numbers[item.owner]
        lemmas = [numbers[one] for one in used]
        if owner is not None and None not in lemmas:
            taken = frozenset(one for one in lemmas if one is not None)
            found[Obligation(owner, item.kind, item.step)] = taken
    return found


def _at_place(item: Candidate) -> Lemma:
    (one,), (places,) = item.binders, item.places
    body = instantiate(item.body, {one.name: Self(one.type)})
    return Lemma(item.formula, FOUND, item.sort, places or frozenset(), body)
