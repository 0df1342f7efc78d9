"""Model expressions as z3 terms over a state that is itself made of terms.

Every variable point has its own term; an index that is not known selects among them. Python
values stand for what is known, so an unrolling from a concrete start stays as small as it can
be. Values under guards that do not hold are arbitrary and never matter (`frontend.model`,
"Short circuit").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

from frontend.model import (
    At,
    Binary,
    BoolType,
    Bound,
    Conditional,
    Constant,
    Expression,
    Held,
    HeldBy,
    IntType,
    LockType,
    Negative,
    Not,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Self,
    Temporary,
    Type,
    WaitCycle,
)
from verifier.bounded.system import Place, System
from verifier.bounded.terms import Algebra, Number, Term, Truth, constant, identity

Standing = Mapping[int, Truth]
"""Location number -> whether a thread stands there; places where it cannot be are absent."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A state of the system, as terms.

    Args:
        values: every point of every variable.
        standing: of every thread, by its number.
        selections: what `Encoder.select` found in it; the arguments are kept with it, so that
            no other term can get their identities.
    """

    values: Mapping[Place, Term]
    standing: tuple[Standing, ...]
    selections: dict[tuple[object, ...], tuple[tuple[Term, ...], Term]] = field(
        default_factory=dict, repr=False
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression is evaluated.

    Args:
        frame: the state at the start of the step.
        changed: what the step has written so far, laid over the frame.
        selves: thread sort -> the number of the thread that moves, within its sort.
        names: binders and temporaries.
    """

    frame: Frame
    changed: Mapping[Place, Term] = field(default_factory=dict)
    selves: Mapping[str, Number] = field(default_factory=dict)
    names: Mapping[str, Term] = field(default_factory=dict)

    def naming(self, names: Mapping[str, Term]) -> Scope:
        """The scope with more names in it."""
        return replace(self, names={**self.names, **names})


class Encoder:
    """Evaluates expressions of one system.

    Args:
        system: the instance.
        algebra: builds the terms.
        whole: whether `int` values are z3 Ints; else they are bits.
    """

    def __init__(self, system: System, algebra: Algebra, whole: bool) -> None:
        self.system = system
        self.algebra = algebra
        self.whole = whole

    # --- values ----------------------------------------------------------------------------

    def is_whole(self, domain: Type) -> bool:
        """Whether values of this type are z3 Ints."""
        return self.whole and isinstance(domain, IntType)

    def known(self, code: int, domain: Type) -> Term:
        """The term of a code."""
        if isinstance(domain, BoolType):
            return bool(code)
        return constant(code, self.is_whole(domain))

    def nothing(self, domain: Type) -> Term:
        """What a local without a value holds: of numbers, the one of the type nearest to 0.

        It has to be a value of the type: a state in which nothing can have it is no state.
        """
        low, high = self.system.interval(domain)
        code = 0 if low is None else max(0, low)
        return self.known(code if high is None else min(code, high), domain)

    def fresh(self, name: str, domain: Type) -> tuple[Term, Truth]:
        """An unknown value of a type, and the condition that it is one."""
        if isinstance(domain, BoolType):
            return self.algebra.boolean(name), True
        low, high = self.system.interval(domain)
        if low is not None and low == high:
            return self.known(low, domain), True
        return self.algebra.unknown(name, low, high, self.is_whole(domain))

    def same(self, left: Term, right: Term) -> Truth:
        """Equality of two values of one kind."""
        if isinstance(left, Number):
            assert isinstance(right, Number), "both sides are of one kind"
            return self.algebra.equal(left, right)
        assert not isinstance(right, Number), "both sides are of one kind"
        return self.algebra.iff(left, right)

    def choose(self, condition: Truth, then: Term, otherwise: Term) -> Term:
        """One of two values of one kind."""
        if isinstance(then, Number):
            assert isinstance(otherwise, Number), "both branches are of one kind"
            return self.algebra.ite(condition, then, otherwise)
        assert not isinstance(otherwise, Number), "both branches are of one kind"
        return self.algebra.choose(condition, then, otherwise)

    # --- points ----------------------------------------------------------------------------

    def cases(
        self, domains: Iterable[Type], arguments: Iterable[Term]
    ) -> Iterator[tuple[tuple[int, ...], Truth]]:
        """Every index that arguments may stand for, each with its condition."""
        choices = [
            list(self._codes(domain, argument))
            for domain, argument in zip(domains, arguments, strict=True)
        ]
        for combination in product(*choices):
            index = tuple(code for code, _ in combination)
            yield index, self.algebra.all(condition for _, condition in combination)

    def _codes(self, domain: Type, argument: Term) -> Iterator[tuple[int, Truth]]:
        for code in self.system.codes(domain):
            condition = self.same(argument, self.known(code, domain))
            if condition is not False:
                yield code, condition

    def select(self, scope: Scope, name: str, arguments: tuple[Term, ...]) -> Term:
        """The value of a variable at an index."""
        places = self.system.places[name]
        key = (name, *map(identity, arguments))
        untouched = not any(place in scope.changed for place in places)
        if untouched and key in scope.frame.selections:
            return scope.frame.selections[key][1]
        variable = self.system.variables[name]
        found: Term | None = None
        for index, condition in self.cases(variable.index, arguments):
            place = (name, index)
            value = scope.changed.get(place, scope.frame.values[place])
            found = value if found is None else self.choose(condition, value, found)
        if found is None:  # an index out of range: guarded, any value will do
            found = scope.frame.values[places[0]]
        if untouched:
            scope.frame.selections[key] = (arguments, found)
        return found

    # --- expressions -----------------------------------------------------------------------

    def truth(self, expression: Expression, scope: Scope) -> Truth:
        """The value of an expression of type bool."""
        value = self.evaluate(expression, scope)
        assert not isinstance(value, Number), "the checker lets only conditions through"
        return value

    def number(self, expression: Expression, scope: Scope) -> Number:
        """The value of an expression of another type."""
        value = self.evaluate(expression, scope)
        assert isinstance(value, Number), "the checker lets only numbers through"
        return value

    def evaluate(self, expression: Expression, scope: Scope) -> Term:
        """The value of an expression. Raises TooWide."""
        match expression:
            case Constant(value=value, type=domain):
                return self.known(self.system.code(value, domain), domain)
            case Read(variable=name, arguments=arguments):
                indices = tuple(self.evaluate(item, scope) for item in arguments)
                return self.select(scope, name, indices)
            case Bound(name=name) | Temporary(name=name):
                return scope.names[name]
            case Self(type=domain):
                assert isinstance(domain, ReferenceType), "a thread is an object"
                return scope.selves[domain.sort]
            case Not(operand=operand):
                return self.algebra.negation(self.truth(operand, scope))
            case Negative(operand=operand):
                return self.algebra.negative(self.number(operand, scope))
            case Binary():
                return self._binary(expression, scope)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                decided = self.truth(condition, scope)
                if isinstance(decided, bool):
                    return self.evaluate(then if decided else otherwise, scope)
                return self.choose(
                    decided, self.evaluate(then, scope), self.evaluate(otherwise, scope)
                )
            case Quantified():
                return self._quantified(expression, scope)
            case At(thread=thread, locations=locations):
                return self._at(thread, locations, scope)
            case HeldBy(lock=lock, thread=thread):
                return self.algebra.equal(self.number(lock, scope), self.owner(thread, scope))
            case Held(lock=lock):
                nobody = constant(self.system.thread_count)
                return self.algebra.negation(self.algebra.equal(self.number(lock, scope), nobody))
            case WaitCycle():
                return self._wait_cycle(expression, scope)

    def owner(self, expression: Expression, scope: Scope) -> Number:
        """The number among all threads of a thread; of a lock's owner when it is nobody."""
        match expression:
            case Constant(value=value):
                return constant(self.system.code(value, LockType()))
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                return self.algebra.ite(
                    self.truth(condition, scope),
                    self.owner(then, scope),
                    self.owner(otherwise, scope),
                )
            case _:
                number = self.number(expression, scope)
                domain = expression.type
                if not isinstance(domain, ReferenceType):
                    return number
                offset = constant(self.system.offsets[domain.sort])
                if offset.term == 0:
                    return number
                return self.algebra.arithmetic(Operator.ADD, number, offset)

    def _binary(self, expression: Binary, scope: Scope) -> Term:
        algebra = self.algebra
        operator = expression.operator
        match operator:
            case Operator.AND | Operator.OR | Operator.IMPLIES:
                return self._connective(expression, scope)
            case Operator.EQ | Operator.NE:
                equal = self.same(
                    self.evaluate(expression.left, scope), self.evaluate(expression.right, scope)
                )
                return equal if operator is Operator.EQ else algebra.negation(equal)
            case _:
                left = self.number(expression.left, scope)
                right = self.number(expression.right, scope)
        match operator:
            case Operator.LT:
                return algebra.less(left, right)
            case Operator.GE:
                return algebra.negation(algebra.less(left, right))
            case Operator.GT:
                return algebra.less(right, left)
            case Operator.LE:
                return algebra.negation(algebra.less(right, left))
            case _:
                return algebra.arithmetic(operator, left, right)

    def _connective(self, expression: Binary, scope: Scope) -> Truth:
        left = self.truth(expression.left, scope)
        match expression.operator:
            case Operator.AND:
                if left is False:
                    return False
                return self.algebra.all((left, self.truth(expression.right, scope)))
            case Operator.OR:
                if left is True:
                    return True
                return self.algebra.any((left, self.truth(expression.right, scope)))
            case _:
                if left is False:
                    return True
                return self.algebra.implies(left, self.truth(expression.right, scope))

    def assignments(self, binders: tuple[Bound, ...]) -> Iterator[dict[str, Term]]:
        """Every choice of values for binders."""
        domains = [self.system.codes(binder.type) for binder in binders]
        for codes in product(*domains):
            yield {
                binder.name: self.known(code, binder.type)
                for binder, code in zip(binders, codes, strict=True)
            }

    def _quantified(self, expression: Quantified, scope: Scope) -> Term:
        bodies = [
            self.truth(expression.body, scope.naming(names))
            for names in self.assignments(expression.binders)
        ]
        match expression.kind:
            case QuantifierKind.FORALL:
                return self.algebra.all(bodies)
            case QuantifierKind.EXISTS:
                return self.algebra.any(bodies)
            case QuantifierKind.COUNT:
                return self.algebra.total(bodies, self.whole)

    def _at(self, thread: Expression, locations: frozenset[int], scope: Scope) -> Truth:
        domain = thread.type
        assert isinstance(domain, ReferenceType), "only threads stand somewhere"
        offset = self.system.offsets[domain.sort]
        return self.algebra.any(
            self.algebra.all((condition, self._stands(scope, offset + code, locations)))
            for code, condition in self._codes(domain, self.number(thread, scope))
        )

    def _stands(self, scope: Scope, thread: int, locations: Iterable[int]) -> Truth:
        standing = scope.frame.standing[thread]
        return self.algebra.any(standing.get(number, False) for number in sorted(locations))

    def _wait_cycle(self, expression: WaitCycle, scope: Scope) -> Truth:
        """The largest set of threads that wait for its members only, found from above."""
        count = self.system.thread_count
        waits: list[list[tuple[int, Truth]]] = [[] for _ in range(count)]
        for edge in expression.edges:
            offset = self.system.offsets[edge.thread]
            for index in range(self.system.bounds[edge.thread]):
                thread = offset + index
                here = self._stands(scope, thread, (edge.location,))
                if here is False:
                    continue
                own = replace(scope, selves={edge.thread: constant(index)})
                here = self.algebra.all((here, self.truth(edge.condition, own)))
                owner = self.number(edge.lock, own)
                for other in range(count):
                    if other != thread:
                        held = self.algebra.equal(owner, constant(other))
                        waits[thread].append((other, self.algebra.all((here, held))))
        inside = [self.algebra.any(when for _, when in owners) for owners in waits]
        for _ in range(count):
            before = inside
            inside = [
                self.algebra.all(
                    (
                        before[thread],
                        *(
                            self.algebra.any((self.algebra.negation(when), before[other]))
                            for other, when in owners
                        ),
                    )
                )
                for thread, owners in enumerate(waits)
            ]
        return self.algebra.any(inside)
