"""SMT-LIB 2.6 text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proofs.every_size.terms import INT, QUANTIFIERS, Term, subterms

_SIMPLE = re.compile(r"[A-Za-z~!@$%^&*_+=<>.?/-][0-9A-Za-z~!@$%^&*_+=<>.?/-]*")
_UNPRINTABLE = re.compile(r"[^ -~]|[|\\]")


def quoted(symbol: str) -> str:
    """A symbol as SMT-LIB writes it."""
    if _SIMPLE.fullmatch(symbol):
        return symbol
    return "|" + _UNPRINTABLE.sub(lambda found: f"<{ord(found[0]):x}>", symbol) + "|"


def comment(text: str) -> str:
    """One line of comment, ASCII."""
    return "; " + " ".join(text.split()).encode("ascii", "backslashreplace").decode()


def written(term: Term) -> str:
    """A term."""
    if term.op == "literal" and term.sort == INT:
        return f"(- {term.name[1:]})" if term.name.startswith("-") else term.name
    if not term.args:
        return quoted(term.name)
    if term.op == "apply":
        return f"({quoted(term.name)} {_list(term.args)})"
    if term.op in QUANTIFIERS:
        bound = " ".join(f"({item.name} {quoted(item.sort)})" for item in term.variables)
        return f"({term.op} ({bound}) {written(term.body)})"
    return f"({term.op} {_list(term.args)})"


def _list(terms: Iterable[Term]) -> str:
    return " ".join(map(written, terms))


def functions(terms: Iterable[Term]) -> dict[str, tuple[tuple[str, ...], str]]:
    """The functions that terms apply: name -> sorts of arguments, sort; in order of name."""
    found = {
        term.name: (tuple(arg.sort for arg in term.args), term.sort)
        for term in subterms(terms)
        if term.op == "apply"
    }
    return dict(sorted(found.items()))


def declaration(name: str, arguments: Iterable[str], sort: str) -> str:
    """A function's declaration."""
    return f"(declare-fun {quoted(name)} ({' '.join(map(quoted, arguments))}) {quoted(sort)})"


def definition(name: str, term: Term, variables: Iterable[Term] = ()) -> str:
    """A name for a term about variables."""
    bound = " ".join(f"({item.name} {quoted(item.sort)})" for item in variables)
    return f"(define-fun {quoted(name)} ({bound}) {quoted(term.sort)} {written(term)})"


def datatype(name: str, constructors: Iterable[str]) -> str:
    """An enum's declaration."""
    return f"(declare-datatype {quoted(name)} ({' '.join(f'({quoted(c)})' for c in constructors)}))"


def is_linear(terms: Iterable[Term]) -> bool:
    """Whether no two unknown integers are multiplied or divided."""
    for term in subterms(terms):
        if term.op == "*" and all(arg.op != "literal" for arg in term.args):
            return False
        if term.op in ("div", "mod") and term.args[1].op != "literal":
            return False
    return True
