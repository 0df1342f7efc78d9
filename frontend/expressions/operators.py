"""The operators, quantifiers and literals of `elaborator.py`, one function each."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from frontend.expressions.locations import at_label, in_procedure
from frontend.expressions.sets import SETS, combine, contains, is_loose, type_of_braces
from frontend.formulas import building as formulas
from frontend.formulas.lowered import (
    RecordValue,
    Scalar,
    SetValue,
    Value,
    Wrong,
    checked,
    demanding,
    demands_of,
    equality,
    shape_of,
)
from frontend.formulas.shapes import (
    WRONG,
    Shape,
    WrongShape,
    arithmetic,
    describe,
    index_limits,
    negated,
)
from frontend.model import (
    BIT_OPERATORS,
    BOOL,
    LOCK,
    NAT,
    TRUE,
    Binary,
    Bound,
    Constant,
    Expression,
    Held,
    HeldBy,
    IntType,
    LockType,
    Negative,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    Type,
)
from frontend.names.scopes import Mode, Scope
from frontend.syntax import tree as syntax

if TYPE_CHECKING:
    from frontend.expressions.elaboration import Elaboration

LOGICAL = {"&&": formulas.and_then, "||": formulas.or_else, "=>": formulas.implies}
COMPARISONS = {"<": Operator.LT, "<=": Operator.LE, ">": Operator.GT, ">=": Operator.GE}
ARITHMETIC = {
    "+": Operator.ADD,
    "-": Operator.SUB,
    "*": Operator.MUL,
    "/": Operator.DIV,
    "%": Operator.MOD,
}
BITS = {item.value: item for item in BIT_OPERATORS}
ATOMIC_CALLS = (
    "xchg",
    "cmpxchg",
    "try_cmpxchg",
    "add_return",
    "fetch_add",
    "dec_and_test",
    "spin_trylock",
)
STATEMENT_CALLS = ("spin_lock", "spin_unlock")


def unary(own: Elaboration, node: syntax.Unary, scope: Scope) -> Value:
    """`!` and `-`."""
    if node.operator == "!":
        return Scalar(formulas.negation(own.condition(node.operand, scope)))
    operand = own.scalar(node.operand, scope, IntType(None, None))
    if operand is None or not isinstance(operand.type, IntType):
        return Wrong()
    kind = negated(operand.type)
    if isinstance(operand, Constant) and isinstance(operand.value, int):
        return Scalar(Constant(-operand.value, kind))
    return Scalar(Negative(operand, kind))


def binary(own: Elaboration, node: syntax.Binary, scope: Scope, wanted: Shape) -> Value:
    """Every two-sided operator.

    Args:
        wanted: gives braces on the left of a set operator their type.
    """
    operator = node.operator
    if operator in LOGICAL:
        left, right = own.condition(node.left, scope), own.condition(node.right, scope)
        return Scalar(LOGICAL[operator](left, right))
    if operator in ("==", "!="):
        one, other = own.pair(node.left, node.right, scope, WRONG)
        if not own.agrees(other, shape_of(one), node.right.span):
            return Wrong()
        if isinstance(shape_of(one), LockType):
            own.problems.report("E213", "ask a spinlock with `held` or `held_by`", node.span)
            return Wrong()
        if scope.mode is Mode.LEMMA and isinstance(one, Scalar) and isinstance(other, Scalar):
            same: Expression = Binary(Operator.EQ, one.expression, other.expression, BOOL)
        else:
            same = equality(one, other, lambda kind: own.names.binder("element", kind))
        if operator == "!=" and isinstance(same, Binary) and same.operator is Operator.EQ:
            return Scalar(Binary(Operator.NE, same.left, same.right, BOOL))
        return Scalar(same if operator == "==" else formulas.negation(same))
    if operator == "in":
        return _membership(own, node, scope)
    if operator in SETS:
        kind = type_of_braces(own, node, scope, wanted)
        value = own.value(node.left, scope, kind)
        if isinstance(value, SetValue):
            braces = kind == WRONG and is_loose(node.left)
            return combine(own, operator, value, node.right, scope, braces=braces)
        return _integers(own, node, value, scope)
    return _integers(own, node, own.value(node.left, scope), scope)


def _membership(own: Elaboration, node: syntax.Binary, scope: Scope) -> Value:
    right = node.right
    if isinstance(right, syntax.Reference) and right.name.text in own.symbols.procedures:
        thread, view = _thread(own, node.left, scope)
        if thread is None or view is None:
            return Wrong()
        return in_procedure(own.problems, scope.threads[view], thread, right.name)
    collection = own.value(right, scope)
    if isinstance(collection, Wrong):
        own.value(node.left, scope)
        return collection
    if not isinstance(collection, SetValue):
        own.problems.report(
            "E201",
            f"`in` needs a set or a procedure on its right, not `{describe(shape_of(collection))}`",
            right.span,
        )
        return Wrong()
    element = own.scalar(node.left, scope, collection.element)
    if element is None:
        return Wrong()
    if scope.mode is Mode.LEMMA:  # it contains what it needs
        return Scalar(collection.member(element))
    return Scalar(contains(collection, element))


def _thread(
    own: Elaboration, node: syntax.Expression, scope: Scope
) -> tuple[Expression | None, str | None]:
    if scope.mode not in (Mode.PROPERTY, Mode.LEMMA):
        own.misplaced("where a thread stands is for properties only", node.span)
        return None, None
    value = own.value(node, scope)
    if isinstance(value, Scalar) and isinstance(value.expression.type, ReferenceType):
        sort = value.expression.type.sort
        if sort in scope.threads:
            return value.expression, sort
    if not isinstance(value, Wrong):
        own.problems.report(
            "E201", f"this is `{describe(shape_of(value))}`, but a thread is needed here", node.span
        )
    return None, None


def at(own: Elaboration, node: syntax.At, scope: Scope) -> Value:
    """`c at f.label`."""
    thread, view = _thread(own, node.thread, scope)
    if thread is None or view is None:
        return Wrong()
    return at_label(own.problems, scope.threads[view], thread, node.path)


def _integers(own: Elaboration, node: syntax.Binary, first: Value, scope: Scope) -> Value:
    """Comparisons and arithmetic; the left side has its value already (once: chains are deep)."""
    anything = IntType(None, None)
    agrees = own.agrees(first, anything, node.left.span)
    right = own.scalar(node.right, scope, anything)
    if not agrees or not isinstance(first, Scalar) or right is None:
        return Wrong()
    left = first.expression
    assert isinstance(left.type, IntType)
    assert isinstance(right.type, IntType)
    made = Binary if scope.mode is Mode.LEMMA else formulas.binary  # a lemma stays as it is
    if node.operator in COMPARISONS:
        return Scalar(made(COMPARISONS[node.operator], left, right, BOOL))
    operator = ARITHMETIC.get(node.operator) or BITS[node.operator]
    if node.operator in BITS and scope.mode is not Mode.LEMMA:
        for side, kind in ((node.left, left.type), (node.right, right.type)):
            if kind.low is None or kind.high is None:
                own.problems.report(
                    "E211",
                    f"`{node.operator}` needs limited integers, this is `{describe(kind)}`",
                    side.span,
                )
                return Wrong()
        wide = node.operator == "<<" and right.type.high is not None and right.type.high > 64
        if wide:
            own.problems.report(
                "E211", "the right side of `<<` may exceed 64: limit its type", node.right.span
            )
            return Wrong()
    kind = arithmetic(operator, left.type, right.type)
    return Scalar(made(operator, left, right, kind))


def binder_type(own: Elaboration, node: syntax.TypeName, *, optional: bool = False) -> Type | None:
    """A type that can be gone through: finite and, unless it may be `optional`, without `none`;
    None after a report."""
    shape = own.symbols.shape(node)
    if isinstance(shape, WrongShape):
        return None
    if not index_limits(shape) and not (optional and isinstance(shape, ReferenceType)):
        own.problems.report(
            "E217",
            f"`{describe(shape)}` cannot be gone through: take objects, an enum or a range",
            node.span,
        )
        return None
    return own.problems.budget.gone_through(cast("Type", shape), node.span)


def quantifier(own: Elaboration, node: syntax.Quantifier, scope: Scope) -> Value:
    """`forall`, `exists`, `count`."""
    binders: list[Bound] = []
    seen: set[str] = set()
    for item in node.binders:
        kind = binder_type(own, item.type)
        if item.name.text in seen:
            own.problems.report("E101", f"`{item.name.text}` is bound twice", item.name.span)
        seen.add(item.name.text)
        if kind is None:
            scope = scope.with_value(item.name.text, Wrong())
            continue
        bound = own.names.binder(item.name.text, kind)
        binders.append(bound)
        scope = scope.with_value(item.name.text, Scalar(bound))
    body = own.condition(node.body, scope)
    if len(binders) < len(node.binders):
        return Wrong()
    match node.kind:
        case "forall":
            return Scalar(formulas.forall(tuple(binders), body))
        case "exists":
            return Scalar(formulas.exists(tuple(binders), body))
        case _:
            return Scalar(Quantified(QuantifierKind.COUNT, tuple(binders), body, NAT))


def call(own: Elaboration, node: syntax.Call, scope: Scope) -> Value:
    """`held`, `held_by`, and `define`s; other calls are statements."""
    name = node.name.text
    if name in ("held", "held_by"):
        return _held(own, node, scope)
    if name in own.symbols.defines:
        return _define(own, node, own.symbols.defines[name], scope)
    if name in own.symbols.procedures or name in ATOMIC_CALLS or name in STATEMENT_CALLS:
        own.problems.report(
            "E301",
            f"a call of `{name}` is a statement, a whole right-hand side or a whole condition",
            node.span,
        )
        return Wrong()
    known = [*own.symbols.defines, *own.symbols.procedures, "held", "held_by"]
    known += [*ATOMIC_CALLS, *STATEMENT_CALLS]
    own.problems.report(
        "E105", f"there is no procedure `{name}`", node.name.span, near=(name, known)
    )
    return Wrong()


def arity(own: Elaboration, node: syntax.Call, wanted: int) -> bool:
    """Whether a call has as many arguments as it needs; reports when not."""
    if len(node.arguments) == wanted:
        return True
    plural = "" if wanted == 1 else "s"
    own.problems.report(
        "E204",
        f"`{node.name.text}` takes {wanted} argument{plural}, not {len(node.arguments)}",
        node.span,
    )
    return False


def _held(own: Elaboration, node: syntax.Call, scope: Scope) -> Value:
    if not arity(own, node, 1 if node.name.text == "held" else 2):
        return Wrong()
    lock = own.scalar(node.arguments[0], scope, LOCK)
    if not isinstance(lock, Read):
        if lock is not None:
            own.problems.report("E213", "name one spinlock here", node.arguments[0].span)
        return Wrong()
    if node.name.text == "held":
        return Scalar(Held(lock))
    value = own.value(node.arguments[1], scope)
    if isinstance(value, Wrong):
        return value
    shape = shape_of(value)
    threads = own.symbols.threads
    if (
        not isinstance(value, Scalar)
        or not isinstance(shape, ReferenceType)
        or shape.sort not in threads
    ):
        own.problems.report("E201", "`held_by` asks about a thread", node.arguments[1].span)
        return Wrong()
    return Scalar(HeldBy(lock, value.expression))


def _define(
    own: Elaboration, node: syntax.Call, define: syntax.DefineDeclaration, scope: Scope
) -> Value:
    if not arity(own, node, len(define.parameters)) or define.name.text in own.recursive:
        return Wrong()
    own.problems.budget.expansion(node.span)
    inner = Scope(scope.mode, threads=scope.threads)
    needed: Expression = TRUE
    for parameter, argument in zip(define.parameters, node.arguments, strict=True):
        shape = own.symbols.shape(parameter.type)
        value = own.value(argument, scope, shape)
        if own.agrees(value, shape, argument.span):
            if scope.mode is not Mode.LEMMA:
                needed = formulas.and_then(needed, demands_of(value, shape))
        else:
            value = Wrong()
        inner = inner.with_value(parameter.name.text, value)
    made = demanding(needed, body_of_define(own, define, inner))
    return own.problems.budget.sized(made, node.span)


def body_of_define(own: Elaboration, define: syntax.DefineDeclaration, scope: Scope) -> Value:
    """The value of a `define`'s body; its parameters are in the scope."""
    wanted = own.symbols.shape(define.type)
    value = own.value(define.body, scope, wanted)
    return checked(value, wanted) if own.agrees(value, wanted, define.body.span) else Wrong()


def record_literal(own: Elaboration, node: syntax.RecordLiteral, scope: Scope) -> Value:
    """`qval{ .locked = true, .tail = none }`."""
    shape = own.symbols.records.get(node.name.text)
    if shape is None:
        own.problems.report(
            "E103",
            f"`{node.name.text}` is no record",
            node.name.span,
            near=(node.name.text, own.symbols.records),
        )
        return Wrong()
    wanted = dict(shape.parts)
    needed: Expression = TRUE
    parts: dict[str, Value] = {}
    for part in node.parts:
        name = part.name.text
        if name not in wanted:
            own.problems.report(
                "E104", f"`{shape.name}` has no part `{name}`", part.name.span, near=(name, wanted)
            )
            continue
        if name in parts:
            own.problems.report("E101", f"part `{name}` is given twice", part.name.span)
        value = own.value(part.value, scope, wanted[name])
        if not own.agrees(value, wanted[name], part.value.span):
            value = Wrong()
        elif scope.mode is not Mode.CONSTANT:  # `initial_values.py` checks initial values
            needed = formulas.and_then(needed, demands_of(value, wanted[name]))
        parts[name] = value
    missing = [name for name in wanted if name not in parts]
    if missing:
        own.problems.report(
            "E218", f"`{shape.name}` also has " + ", ".join(f"`{n}`" for n in missing), node.span
        )
    if missing or any(isinstance(value, Wrong) for value in parts.values()):
        return Wrong()
    return demanding(needed, RecordValue(shape, {name: parts[name] for name in wanted}))
