"""Terms of many-sorted first-order logic with integers, as SMT-LIB knows them, and counts.

Equal terms are one object, so that what a step does not change is recognised by identity. The
constructors simplify as they build, by rules that hold in every structure.

A bound variable is named after the height of the quantifiers below it, so that formulas that
differ in the names of their bound variables only are one term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from weakref import WeakValueDictionary

BOOL = "Bool"
INT = "Int"

QUANTIFIERS = ("forall", "exists", "count")


class Term:
    """A term; made by the functions of this module only.

    Args:
        op: `literal`, `apply`, `var`, a quantifier, or an SMT-LIB operator.
        name: of a literal, a function or a variable, else "".
        sort: `Bool`, `Int`, or a declared sort's symbol.
        args: operands; of a quantifier its variables, then its body.
    """

    __slots__ = ("__weakref__", "args", "counts", "free", "height", "name", "op", "sort")

    def __init__(self, op: str, name: str, sort: str, args: tuple[Term, ...]) -> None:
        self.op = op
        self.name = name
        self.sort = sort
        self.args = args
        self.counts: bool = op == "count"
        """Whether it contains a count."""
        self.free: frozenset[Term] = frozenset()
        """Its free variables."""
        self.height: int = 0
        """How many variables are bound along its deepest branch."""
        for arg in args:
            self.counts = self.counts or arg.counts
            self.height = max(self.height, arg.height)
            if arg.free:
                self.free = self.free | arg.free if self.free else arg.free
        if op == "var":
            self.free = frozenset((self,))
        elif op in QUANTIFIERS:
            self.free -= frozenset(args[:-1])
            self.height += len(args) - 1

    @property
    def body(self) -> Term:
        """What a quantifier is about."""
        return self.args[-1]

    @property
    def variables(self) -> tuple[Term, ...]:
        """What a quantifier binds."""
        return self.args[:-1]


_known: WeakValueDictionary[tuple[str, str, str, tuple[Term, ...]], Term] = WeakValueDictionary()


def _term(op: str, sort: str, args: tuple[Term, ...], name: str = "") -> Term:
    key = op, name, sort, args
    found = _known.get(key)
    if found is None:
        found = Term(op, name, sort, args)
        _known[key] = found
    return found


TRUE = _term("literal", BOOL, (), "true")
FALSE = _term("literal", BOOL, (), "false")


def literal(name: str, sort: str) -> Term:
    """A constructor's constant: literals of different names are different."""
    return _term("literal", sort, (), name)


def truth(value: bool) -> Term:
    """`true` or `false`."""
    return TRUE if value else FALSE


def number(value: int) -> Term:
    """An integer."""
    return _term("literal", INT, (), str(value))


def apply(name: str, sort: str, args: tuple[Term, ...] = ()) -> Term:
    """A function's value, or a constant."""
    return _term("apply", sort, args, name)


def variable(name: str, sort: str) -> Term:
    """A variable, to be bound by `quantify`."""
    return _term("var", sort, (), name)


# --- truth ---------------------------------------------------------------------------------


def negate(term: Term) -> Term:
    """`not`."""
    if term is TRUE:
        return FALSE
    if term is FALSE:
        return TRUE
    if term.op == "not":
        return term.args[0]
    return _term("not", BOOL, (term,))


def _gather(op: str, items: Iterable[Term], unit: Term, zero: Term) -> Term:
    found: dict[Term, None] = {}
    opposites: set[Term] = set()
    for item in items:
        for part in item.args if item.op == op else (item,):
            if part is zero or part in opposites:
                return zero
            if part.op == "not":
                if part.args[0] in found:
                    return zero
                opposites.add(part.args[0])
            if part is not unit:
                found[part] = None
    if len(found) < 2:
        return next(iter(found), unit)
    return _term(op, BOOL, tuple(found))


def conjunction(items: Iterable[Term]) -> Term:
    """`and` of any number."""
    return _gather("and", items, TRUE, FALSE)


def disjunction(items: Iterable[Term]) -> Term:
    """`or` of any number."""
    return _gather("or", items, FALSE, TRUE)


def both(left: Term, right: Term) -> Term:
    """`and` of two."""
    return conjunction((left, right))


def either(left: Term, right: Term) -> Term:
    """`or` of two."""
    return disjunction((left, right))


def implies(left: Term, right: Term) -> Term:
    """`=>`, as an `or`."""
    return either(negate(left), right)


def choose(condition: Term, then: Term, otherwise: Term) -> Term:
    """`ite`."""
    if condition is TRUE or then is otherwise:
        return then
    if condition is FALSE:
        return otherwise
    if condition.op == "not":
        return choose(condition.args[0], otherwise, then)
    if then.sort == BOOL:
        if then is TRUE or then is condition:
            return either(condition, otherwise)
        if then is FALSE:
            return both(negate(condition), otherwise)
        if otherwise is FALSE or otherwise is condition:
            return both(condition, then)
        if otherwise is TRUE:
            return either(negate(condition), then)
    return _term("ite", then.sort, (condition, then, otherwise))


def equal(left: Term, right: Term) -> Term:
    """`=`; moved into `ite`s, so that what is compared are plain values."""
    if left is right:
        return TRUE
    if left.op == "literal" and right.op == "literal":
        return FALSE
    for one, other in ((left, right), (right, left)):
        if one is TRUE:
            return other
        if one is FALSE:
            return negate(other)
        if one.op == "ite" and one.sort != BOOL:
            test, then, otherwise = one.args
            return choose(test, equal(then, other), equal(otherwise, other))
    return _term("=", BOOL, (right, left) if _later(left, right) else (left, right))


def _later(left: Term, right: Term) -> bool:
    """One order for both sides of an equality: literals to the right, else by text."""
    if (left.op == "literal") != (right.op == "literal"):
        return left.op == "literal"
    return _rank(left) > _rank(right)


def _rank(term: Term) -> tuple[str, str, tuple[str, ...]]:
    return term.op, term.name, tuple(arg.op + arg.name for arg in term.args)


# --- integers ------------------------------------------------------------------------------


def compare(op: str, left: Term, right: Term) -> Term:
    """`<=` or `<`."""
    if left.op == "literal" and right.op == "literal":
        a, b = int(left.name), int(right.name)
        return truth(a <= b if op == "<=" else a < b)
    if left is right:
        return truth(op == "<=")
    for side in (0, 1):
        one = (left, right)[side]
        if one.op == "ite":
            test, then, otherwise = one.args
            pairs = [(then, right), (otherwise, right)]
            if side:
                pairs = [(left, then), (left, otherwise)]
            return choose(test, compare(op, *pairs[0]), compare(op, *pairs[1]))
    return _term(op, BOOL, (left, right))


def add(items: Iterable[Term]) -> Term:
    """A sum of any number."""
    constant = 0
    found: list[Term] = []
    for item in items:
        for part in item.args if item.op == "+" else (item,):
            if part.op == "literal":
                constant += int(part.name)
            else:
                found.append(part)
    if constant or not found:
        found.append(number(constant))
    return found[0] if len(found) == 1 else _term("+", INT, tuple(found))


def times(left: Term, right: Term) -> Term:
    """A product."""
    for one, other in ((left, right), (right, left)):
        if one.op == "literal":
            factor = int(one.name)
            if other.op == "literal":
                return number(factor * int(other.name))
            if factor == 0:
                return one
            if factor == 1:
                return other
    return _term("*", INT, (left, right))


def minus(term: Term) -> Term:
    """Arithmetic negation."""
    return times(number(-1), term)


def divide(op: str, left: Term, right: Term) -> Term:
    """SMT-LIB's `div` or `mod`: the remainder is never negative (Boute 1992)."""
    return _term(op, INT, (left, right))


# --- quantifiers ---------------------------------------------------------------------------


def quantify(op: str, variables: tuple[Term, ...], body: Term) -> Term:
    """Binds variables. Of `forall` and `exists` those that the body does not mention are left
    out: sorts are not empty."""
    if op != "count":
        variables = tuple(item for item in variables if item in body.free)
        if not variables:
            return body
    elif body is FALSE:
        return number(0)
    base = body.height
    names = tuple(variable(f"x{base + n + 1}", item.sort) for n, item in enumerate(variables))
    body = substitute(body, dict(zip(variables, names, strict=True)))
    return _term(op, INT if op == "count" else BOOL, (*names, body))


_fresh = 0


def fresh(sort: str) -> Term:
    """A variable that occurs nowhere else."""
    global _fresh  # noqa: PLW0603 -- one sequence for all terms, which are shared by all too
    _fresh += 1
    return variable(f"fresh!{_fresh}", sort)


def opened(term: Term) -> tuple[tuple[Term, ...], Term]:
    """A quantifier's variables made fresh, and its body about them."""
    names = tuple(fresh(item.sort) for item in term.variables)
    return names, substitute(term.body, dict(zip(term.variables, names, strict=True)))


def substitute(term: Term, values: Mapping[Term, Term]) -> Term:
    """The term with terms replaced, simplified. What is put in must not mention variables that
    `quantify` has named: `fresh` and `opened` see to that."""
    if all(key.op == "var" for key in values):
        values = {key: value for key, value in values.items() if key in term.free}
    return _substitute(term, values, {}) if values else term


def _substitute(term: Term, values: Mapping[Term, Term], done: dict[Term, Term]) -> Term:
    found = values.get(term)
    if found is not None:
        return found
    if not term.args:
        return term
    found = done.get(term)
    if found is not None:
        return found
    if term.op in QUANTIFIERS:
        found = _inside(term, values)
    else:
        args = tuple([_substitute(arg, values, done) for arg in term.args])
        found = term if args == term.args else rebuilt(term, args)
    done[term] = found
    return found


def _inside(term: Term, values: Mapping[Term, Term]) -> Term:
    """`_substitute` in a quantifier. What is put in does not mention what it binds; the names of
    variables stay right as long as the height below does."""
    bound = frozenset(term.variables)
    inner = {key: value for key, value in values.items() if not key.free & bound}
    if not inner:
        return term
    body = _substitute(term.body, inner, {})
    if body is term.body:
        return term
    if body.height == term.body.height and bound <= body.free and body is not FALSE:
        return _term(term.op, term.sort, (*term.variables, body))
    names, body = opened(term)
    return quantify(term.op, names, _substitute(body, inner, {}))


_BUILDERS: Mapping[str, Callable[[tuple[Term, ...]], Term]] = {
    "and": conjunction,
    "or": disjunction,
    "not": lambda args: negate(args[0]),
    "ite": lambda args: choose(*args),
    "=": lambda args: equal(*args),
    "<=": lambda args: compare("<=", *args),
    "<": lambda args: compare("<", *args),
    "+": add,
    "*": lambda args: times(*args),
    "div": lambda args: divide("div", *args),
    "mod": lambda args: divide("mod", *args),
}


def rebuilt(term: Term, args: tuple[Term, ...]) -> Term:
    """The term with other operands, simplified; not for quantifiers."""
    if term.op == "apply":
        return apply(term.name, term.sort, args)
    return _BUILDERS[term.op](args)


def subterms(roots: Iterable[Term]) -> Iterator[Term]:
    """Every term inside, once each, bodies of quantifiers included."""
    seen: set[Term] = set()
    pending = list(roots)[::-1]
    while pending:
        term = pending.pop()
        if term in seen:
            continue
        seen.add(term)
        yield term
        pending.extend(reversed(term.args))
