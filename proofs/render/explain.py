"""Why a formula is true or false in a state: a witness for its quantifiers and the values read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from frontend.model import (
    At,
    Binary,
    Bound,
    Conditional,
    Constant,
    Expression,
    Held,
    HeldBy,
    Negative,
    Not,
    Object,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    Self,
    Temporary,
    Value,
    WaitCycle,
)
from frontend.notation.constants import value_text
from proofs.answers.places import place_line
from proofs.interpreter.evaluate import Scope, bindings, evaluate, holds, point_of, waits_for
from proofs.interpreter.instance import Instance
from proofs.render.names import fact_text, place_text, point_text

FACTS = 12
"""How many facts are given at most."""

WITNESSES = 4
"""How many of the counted tuples are named."""


@dataclass(slots=True)
class Explanation:
    """What decides a formula.

    Args:
        witness: binder -> value, of the quantifiers that one binding decides.
        facts: `page0.list = ISOLATE`, in the order of reading, each once.
    """

    witness: dict[str, Value] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)

    def add(self, fact: str) -> None:
        """Notes a fact."""
        if fact not in self.facts and len(self.facts) < FACTS:
            self.facts.append(fact)


def explain(formula: Expression, scope: Scope) -> Explanation:
    """Why a formula has the truth value that it has.

    Raises:
        Unset: it reads a point without a value.
        Undefined: it means nothing here.
    """
    found = Explanation()
    _decide(formula, scope, found)
    return found


def _decide(formula: Expression, scope: Scope, found: Explanation) -> None:
    match formula:
        case Not(operand=operand):
            _decide(operand, scope, found)
        case Binary(operator=Operator.AND | Operator.OR | Operator.IMPLIES):
            _connective(formula, scope, found)
        case Quantified(kind=QuantifierKind.FORALL | QuantifierKind.EXISTS):
            _witness(formula, scope, found)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            _decide(condition, scope, found)
            _decide(then if holds(condition, scope) else otherwise, scope, found)
        case _:
            _collect(formula, scope, found)


def _connective(formula: Binary, scope: Scope, found: Explanation) -> None:
    left = holds(formula.left, scope)
    # The left side alone decides when it is what the operator stops at.
    stops = left is (formula.operator is Operator.OR)
    if formula.operator is Operator.IMPLIES:
        stops = not left
    if not stops and formula.operator is not Operator.IMPLIES:
        right = holds(formula.right, scope)
        if right is (formula.operator is Operator.OR):
            _decide(formula.right, scope, found)
            return
    _decide(formula.left, scope, found)
    if not stops:
        _decide(formula.right, scope, found)


def _witness(formula: Quantified, scope: Scope, found: Explanation) -> None:
    wanted = formula.kind is QuantifierKind.EXISTS
    for inner in bindings(formula.binders, scope):
        if holds(formula.body, inner) is wanted:
            for binder in formula.binders:
                found.witness[binder.name] = inner.bound[binder.name]
            _decide(formula.body, replace(inner, bound=dict(inner.bound)), found)
            return


def _collect(expression: Expression, scope: Scope, found: Explanation) -> None:
    """Notes the values that an expression reads."""
    match expression:
        case Constant() | Bound() | Temporary() | Self():
            pass
        case Read(arguments=arguments):
            for argument in arguments:
                _collect(argument, scope, found)
            value = evaluate(expression, scope)
            found.add(fact_text(scope.instance, point_of(expression, scope), value))
        case Not(operand=operand) | Negative(operand=operand):
            _collect(operand, scope, found)
        case Binary(left=left, right=right):
            _collect(left, scope, found)
            _collect(right, scope, found)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            _collect(condition, scope, found)
            _collect(then if holds(condition, scope) else otherwise, scope, found)
        case Quantified(kind=QuantifierKind.COUNT):
            found.add(_counted(expression, scope))
        case Quantified():
            _witness(expression, scope, found)
        case At(thread=thread, locations=locations):
            who = evaluate(thread, scope)
            if isinstance(who, Object) and scope.places[who] in locations:
                found.add(_standing(scope.instance, who, scope.places[who]))
        case HeldBy(lock=lock) | Held(lock=lock):
            holder = evaluate(lock, scope)
            if holder is not None:
                name = point_text(scope.instance, point_of(lock, scope))
                found.add(f"{value_text(holder)} holds {name}")
        case WaitCycle():
            for waiter, locks in sorted(waits_for(expression, scope).items()):
                for point, owner in locks:
                    name = point_text(scope.instance, point)
                    found.add(f"{waiter} waits for {name}, which {owner} holds")


def _standing(instance: Instance, thread: Object, number: int) -> str:
    """`cpu0 at free_one_page.done (line 97)`."""
    kind = instance.model.thread(thread.sort)
    if number == kind.end:
        return f"{thread} at its end"
    line = place_line(instance.model, kind, number)
    return f"{thread} at {place_text(instance, thread, number)} (line {line})"


def _counted(expression: Quantified, scope: Scope) -> str:
    """`count = 1 (page0)`."""
    tuples = [
        tuple(inner.bound[binder.name] for binder in expression.binders)
        for inner in bindings(expression.binders, scope)
        if holds(expression.body, inner)
    ]
    names = [" ".join(map(value_text, values)) for values in tuples[:WITNESSES]]
    if len(tuples) > WITNESSES:
        names.append("...")
    listed = f" ({', '.join(names)})" if names else ""
    return f"count = {len(tuples)}{listed}"
