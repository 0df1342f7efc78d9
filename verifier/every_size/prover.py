"""Proofs for every number of threads and objects, with no lemma written by hand.

Small instances are explored, what is true in all of them is mined for candidates, those that the
properties need are proved inductive (`verifier.every_size.lemmas.goals`), and the properties are
then proved of the model's own steps, one by one (`verifier.every_size.lemmas.single_step_system`).
"Proved" means that each of these last obligations was found unsatisfiable by z3 within its limit of
work; anything else, a limit of time above all, makes the answer weaker, never stronger.

After I4 (Ma and others, SOSP 2019) and DuoAI (Yao and others, OSDI 2022): invariants learnt from
small instances and generalised; the search goes from the properties backwards instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from frontend.model import Expression, Model, PropertyKind, Step
from frontend.names.place_names import place_texts
from frontend.notation.writing import formula_text
from proofs.answers.invariant import Invariant
from proofs.answers.verdict import Attempt, EverySize
from proofs.interpreter.evaluate import Scope, holds
from proofs.interpreter.instance import Instance
from proofs.render.counterexample import counterexample
from verifier.bounded.smt import Stopped
from verifier.every_size.evidence import invariant
from verifier.every_size.lemmas.discovery import Found, Timing, asked, discover
from verifier.every_size.lemmas.report import Missing, between_sections, everything, missing
from verifier.every_size.lemmas.unsat_cores import Prover, Tracking
from verifier.every_size.obligations.counterexample import SmallInstance
from verifier.every_size.obligations.fragment import why_not
from verifier.protocol.task import Limits, Listener, Progress

AT_ONCE = 8
"""So many of the hypotheses that exclude a state are then assumed."""

SIZES = 2
"""In how many of the explored instances a counterexample to induction is looked for."""


def prove_every_size(
    model: Model,
    names: Sequence[str],
    limits: Limits,
    listener: Listener,
    seed: int = 0,
    prover: Callable[[Model, Limits, int], Prover] = Tracking,
    *,
    reduction: bool = True,
) -> dict[str, EverySize | Attempt]:
    """Tries to prove properties of a model for all sizes.

    Args:
        model: the whole model.
        names: of its properties.
        limits: time and memory.
        listener: told how far the work is.
        seed: for solvers.
        prover: makes what discharges obligations.
        reduction: whether critical sections are one transition while lemmas are searched.

    Raises:
        KeyError: the model has no property of such a name.
    """
    answers: dict[str, EverySize | Attempt] = {}
    for name in names:
        if model.property(name).kind is PropertyKind.REACHABLE:
            answers[name] = Attempt("`reachable` asks for one run, not for all")
    properties = asked(model, names)
    timing = Timing(
        time.perf_counter,
        lambda part: listener(Progress("for-all", part, 0)),
        lambda *counted: listener(Progress("for-all", *counted)),
    )
    discharging = prover(model, limits, seed)
    found = discover(model, properties, discharging, limits, timing, reduction=reduction, seed=seed)
    answering = _Answering(model, found, dict(timing.parts), limits, seed)
    for item in sorted(properties, key=lambda item: not found.proved(item.name)):
        try:
            answers[item.name] = answering.answer(item.name)
        except Stopped as problem:
            answers[item.name] = Attempt(problem.reason)
    return {name: answers[name] for name in names}


class _Answering:
    """Turns what was found into answers; formulas that several need are written once."""

    def __init__(
        self, model: Model, found: Found, seconds: Mapping[str, float], limits: Limits, seed: int
    ) -> None:
        self.model = model
        self.found = found
        self.seconds = seconds
        self.limits = limits
        self.seed = seed
        self.bounds = tuple(item.bounds for item in found.mined.instances)
        self.violated = found.mined.violated()
        self.texts: dict[int, str] = {}
        self.small: dict[tuple[bool, int], SmallInstance] = {}
        self.evidence: Invariant | None = None

    def answer(self, name: str) -> EverySize | Attempt:
        """The answer for one property."""
        if name in self.violated:
            bounds = self.violated[name]
            sizes = ", ".join(f"{sort} = {size}" for sort, size in bounds.items())
            return Attempt(f"violated at {sizes}")
        if not self.bounds:
            return Attempt("no small system satisfies the assumptions")
        if not self.found.proved(name):
            return Attempt(self.found.stopped) if self.found.stopped else self._unknown(name)
        whole = everything(self.found, name)
        between = between_sections(self.found, name)
        return EverySize(
            tuple(formula_text(self.model, item) for item in between),
            tuple(map(self._text, whole)),
            tuple(whole),
            self._invariant(),
            self.bounds,
            self.seconds,
        )

    def _invariant(self) -> Invariant:
        if self.evidence is None:
            items = self.model.properties
            proved = [item.name for item in items if self.found.proved(item.name)]
            self.evidence = invariant(self.found, proved)
        return self.evidence

    def _text(self, formula: Expression) -> str:
        """Of a formula that `found` keeps."""
        if id(formula) not in self.texts:
            self.texts[id(formula)] = formula_text(self.model, formula)
        return self.texts[id(formula)]

    def _unknown(self, name: str) -> Attempt:
        outside = why_not(self.model, (name,))
        if outside is not None:
            reason, span = outside
            return Attempt(reason, self.model.source.position(span.start)[0])
        lost = missing(self.found, name)
        text = formula_text(self.model, lost.formula) if lost.formula is not None else ""
        step = self._place(lost.step) if lost.step is not None else ""
        return Attempt(lost.reason, None, text, step, self._shown(lost), self.bounds)

    def _place(self, step: Step) -> str:
        return place_texts(self.model.thread(step.thread).locations)[step.source]

    def _shown(self, lost: Missing) -> tuple[str, ...]:
        """A counterexample to induction in one of the explored instances, as lines; none where
        there is none.
        """
        if lost.formula is None or lost.step is None:
            return ()
        for number in range(min(SIZES, len(self.bounds))):
            shown = self._shown_at(number, lost, lost.step, lost.formula)
            if shown:
                return shown
        return ()

    def _shown_at(
        self, number: int, lost: Missing, step: Step, formula: Expression
    ) -> tuple[str, ...]:
        """The same in one of them. Hypotheses are few until some state shows the need for more."""
        key = lost.reduced, number
        system = self.found.parts.system(self.model) if lost.reduced else self.model
        sizes = self.bounds[number]
        if key not in self.small:
            self.small[key] = SmallInstance(system, sizes, self.limits, self.seed)
        instance = Instance(system, sizes)
        chosen: list[Expression] = []
        while True:
            shown = self.small[key].counterexample(chosen, step, formula)
            if shown is None:
                return ()
            scope = Scope.of(instance, shown.before)
            broken = [
                item for item in lost.hypotheses if item not in chosen and not holds(item, scope)
            ]
            if not broken:
                return counterexample(self.model, sizes, shown.before, shown.taken)
            chosen += broken[:AT_ONCE]
