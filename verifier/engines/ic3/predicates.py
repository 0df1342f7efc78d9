"""What IC3 may say of a state besides `variable == value`: the comparisons that a model makes.

Every atom of the properties and of guards, for each choice of objects, and the difference of two
numbers that they compare, so that a clause can say how far a counter is from what it counts; a step
that adds what is no constant to one of the two gives one more (its weakest precondition). Nothing
rests on the choice: a predicate is a function of the state (implicit predicate abstraction:
Cimatti, Griggio, Mover, Tonetta, TACAS 2014). Each has a value in every state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from frontend.formulas.building import conjunction, rewrite, with_binders, with_thread
from frontend.model import (
    BOOL,
    INT,
    TRUE,
    Assign,
    At,
    Binary,
    Bound,
    Conditional,
    Constant,
    Expression,
    HeldBy,
    IntType,
    Let,
    Negative,
    Not,
    Object,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Require,
    Step,
    Temporary,
    WaitCycle,
    walk,
)
from verifier.bounded.system import System

MOST = 120
"""Predicates of one system: each is a part of every state that is looked at."""

CONNECTIVES = (Operator.AND, Operator.OR, Operator.IMPLIES)
PARTIAL = (Operator.DIV, Operator.MOD, Operator.SHL, Operator.SHR)
ZERO = Constant(0, IntType(0, 0))


def predicates(system: System) -> tuple[Expression, ...]:
    """The predicates of a system, each once, at most `MOST`; those of properties come first."""
    found: dict[Expression, None] = {}
    for item in _all(system):
        if len(found) >= MOST:
            break
        found[item] = None
    return tuple(found)


def _all(system: System) -> Iterator[Expression]:
    stated = [item.expression for item in system.model.properties if item.expression is not None]
    differences: list[Binary] = []
    for formula in stated:
        for atom in _atoms(system, formula):
            for said in _predicate(system, atom):
                if isinstance(atom, Binary) and isinstance(said, Binary) and said.type == INT:
                    differences.append(said)
                yield said
    yield from _after_updates(system, tuple(dict.fromkeys(differences)))
    for thread in system.threads():
        for step in system.kinds[thread.sort].steps:
            for guard in _guards(step):
                formula = with_thread(guard, _constant(thread))
                for atom in _atoms(system, formula):
                    yield from _predicate(system, atom)


def _guards(step: Step) -> Iterator[Expression]:
    """What a step requires of the state before it."""
    known: dict[str, Expression] = {}
    for instruction in step.body:
        match instruction:
            case Let(temporary=temporary, value=value):
                known[temporary.name] = _resolved(value, known)
            case Require(condition=condition):
                yield _resolved(condition, known)
            case _:
                pass


def _resolved(node: Expression, known: Mapping[str, Expression]) -> Expression:
    return rewrite(node, lambda part: known.get(part.name) if isinstance(part, Temporary) else None)


def _after_updates(system: System, differences: Iterable[Binary]) -> Iterator[Expression]:
    """Differences as they are after a number was changed by what a thread can tell."""
    for thread in system.threads():
        for step in system.kinds[thread.sort].steps:
            for item in step.body:
                if not isinstance(item, Assign) or not isinstance(item.value, Binary):
                    continue
                change = item.value
                if change.operator not in (Operator.ADD, Operator.SUB):
                    continue
                if isinstance(change.right, Constant):
                    continue
                target = with_thread(change.left, _constant(thread))
                amount = with_thread(change.right, _constant(thread))
                for difference in differences:
                    if target == difference.left:
                        total = Binary(change.operator, difference, amount, INT)
                        yield from _guarded(system, total)


def _atoms(system: System, formula: Expression) -> Iterator[Expression]:
    """The atoms of a formula for each choice of what it is quantified over."""
    match formula:
        case Binary(operator=operator, left=left, right=right) if operator in CONNECTIVES:
            yield from _atoms(system, left)
            yield from _atoms(system, right)
        case Not(operand=operand):
            yield from _atoms(system, operand)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            for part in (condition, then, otherwise):
                yield from _atoms(system, part)
        case Quantified(kind=QuantifierKind.FORALL | QuantifierKind.EXISTS):
            for values in _choices(system, formula.binders):
                yield from _atoms(system, with_binders(formula.body, values))
        case Binary() | Read() | HeldBy() | Quantified() if not _plain(formula):
            yield formula
        case _:
            pass


def _choices(system: System, binders: tuple[Bound, ...]) -> Iterator[dict[str, Expression]]:
    for codes in product(*(system.codes(binder.type) for binder in binders)):
        yield {
            binder.name: Constant(system.value(code, binder.type), binder.type)
            for binder, code in zip(binders, codes, strict=True)
        }


def _plain(atom: Expression) -> bool:
    """Whether a literal of one variable says the same."""
    match atom:
        case Binary(left=left, right=right):
            sides = (left, right)
        case HeldBy(lock=lock, thread=thread):
            sides = (lock, thread)
        case _:
            sides = (atom, TRUE)
    return any(isinstance(side, Constant) for side in sides) and all(
        isinstance(side, Constant)
        or (isinstance(side, Read) and all(isinstance(i, Constant) for i in side.arguments))
        for side in sides
    )


def _predicate(system: System, atom: Expression) -> Iterator[Expression]:
    match atom:
        case Binary(left=left, right=right) if isinstance(left.type, IntType):
            if isinstance(right, Constant):
                yield from _guarded(system, left if left.type == INT else _number(left))
            else:
                yield from _guarded(system, Binary(Operator.SUB, left, right, INT))
        case _ if atom.type == BOOL:
            yield from _guarded(system, atom)
        case _:
            pass


def _number(node: Expression) -> Expression:
    return Binary(Operator.SUB, node, ZERO, INT)


def _guarded(system: System, said: Expression) -> Iterator[Expression]:
    """What is said where it has a value, and something fixed elsewhere."""
    conditions: list[Expression] = []
    for part in walk(said):
        match part:
            case Temporary() | WaitCycle() | Negative():
                return
            case Binary(operator=operator, right=right) if operator in PARTIAL:
                if not isinstance(right, Constant) or not right.value:
                    return
            case Read(variable=name, arguments=arguments):
                variable = system.variables[name]
                for argument, domain in zip(arguments, variable.index, strict=True):
                    if not _inside(argument, domain):
                        return
                    if isinstance(argument.type, ReferenceType) and argument.type.optional:
                        none = Constant(None, argument.type)
                        conditions.append(Binary(Operator.NE, argument, none, BOOL))
                if variable.thread is not None:
                    conditions.append(_live(system, name, variable.thread, arguments[0]))
            case _:
                pass
    if any(_free(item) for item in conditions):
        return
    # Outermost last: what tells whether a part has a value may itself need one.
    here = conjunction(dict.fromkeys(reversed(conditions)))
    if here == TRUE:
        yield said
    elif said.type == BOOL:
        yield Binary(Operator.AND, here, said, BOOL)
    else:
        yield Conditional(here, said, ZERO, INT)


def _inside(argument: Expression, domain: object) -> bool:
    """Whether an index is surely in its range."""
    if not isinstance(domain, IntType):
        return True
    kind = argument.type
    if isinstance(argument, Constant | Bound) or not isinstance(kind, IntType):
        return True
    low, high = kind.low, kind.high
    return (
        low is not None
        and high is not None
        and (domain.low is None or domain.low <= low)
        and (domain.high is None or high <= domain.high)
    )


def _live(system: System, name: str, sort: str, thread: Expression) -> Expression:
    live = frozenset(
        location.number for location in system.kinds[sort].locations if name in location.live
    )
    return At(thread, live)


def _free(condition: Expression) -> bool:
    """Whether it speaks of what only a count binds."""
    return any(isinstance(part, Bound) for part in walk(condition))


def _constant(item: Object) -> Constant:
    return Constant(item, ReferenceType(item.sort, optional=False))
