"""SMT-LIB scripts taken apart into the questions that they ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ALLOWED = frozenset(
    {
        "assert",
        "declare-const",
        "declare-datatype",
        "declare-datatypes",
        "declare-fun",
        "declare-sort",
        "define-const",
        "define-fun",
        "define-sort",
        "set-logic",
    }
)
"""Commands that are passed on to the solver, besides those that this module understands itself."""


class Refused(Exception):
    """A script or a part of it that a solver does not take. Says why, on one line."""


_TOKEN = re.compile(r""";[^\n]*|"[^"]*"|\|[^|]*\||[()]|[^\s();"|]+|\s+|.""", re.DOTALL)
_NAME = re.compile(r"\(\s*([^\s()]+)\s*([0-9]*)")


def commands(text: str) -> Iterator[str]:
    """The commands of an SMT-LIB script, in order, without the comments.

    Raises:
        Refused: the text is no sequence of lists in parentheses.
    """
    depth = 0
    parts: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token.isspace() or token.startswith(";"):
            if depth:
                parts.append(" ")
            continue
        if token in ('"', "|"):
            raise Refused(f"the script has a {token} without its partner")
        depth += (token == "(") - (token == ")")
        if depth < 0 or (depth == 0 and token != ")"):
            raise Refused(f"the script has a {token} outside of a command")
        parts.append(token)
        if depth == 0:
            yield "".join(parts)
            parts.clear()
    if depth:
        raise Refused("the script ends inside of a command")


@dataclass(frozen=True, slots=True)
class Question:
    """One `(check-sat)` of a script.

    Args:
        scope: the commands in whose scope it stands.
        since: the commands since the question before, `push` and `pop` among them.
    """

    scope: tuple[str, ...]
    since: tuple[str, ...]


def questions(text: str) -> Iterator[Question]:
    """The questions of a script, in order.

    Raises:
        Refused: a command could change what an answer means, or closes a scope that is not open.
    """
    scopes: list[list[str]] = [[]]
    since: list[str] = []
    for command in commands(text):
        match = _NAME.match(command)
        name = match[1] if match is not None else command
        levels = int(match[2] or 1) if match is not None else 1
        if name == "check-sat":
            yield Question(tuple(item for scope in scopes for item in scope), tuple(since))
            since.clear()
            continue
        if name == "push":
            scopes.extend([] for _ in range(levels))
        elif name == "pop":
            if levels >= len(scopes):
                raise Refused("the script closes a scope that it did not open")
            del scopes[len(scopes) - levels :]
        elif name in ALLOWED:
            scopes[-1].append(command)
        elif name == "set-info":
            continue
        else:
            raise Refused(f"the script has a command that is not allowed: {name}")
        since.append(command)
