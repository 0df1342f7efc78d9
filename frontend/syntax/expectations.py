"""What a syntax error means, in words: what was found, what was expected, what would help."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from frontend.source.diagnostics import Diagnostic, Note
from frontend.source.spans import Span
from frontend.syntax.lexer import DECLARATION_WORDS, WORDS, Lexed, Token


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where the parser cannot go on.

    Args:
        tokens: all tokens.
        position: the one that does not fit.
        stack: what the parser has read and not yet put together.
        lexed: what the lexer knows.
    """

    tokens: list[Token]
    position: int
    stack: tuple[typing.Any, ...]
    lexed: Lexed

    @property
    def token(self) -> Token:
        """The token that does not fit."""
        return self.tokens[self.position]

    @property
    def previous(self) -> Token | None:
        """The one before it."""
        return self.tokens[self.position - 1] if self.position else None


@dataclass(frozen=True, slots=True)
class Explained:
    """A diagnostic, and how reading can go on as if the author had written what was meant.

    Args:
        insert: a terminal missing before the token.
        instead: a terminal and its text in place of the token.
        to_top: the token begins the next declaration.
    """

    diagnostic: Diagnostic
    insert: str | None = None
    instead: tuple[str, str] | None = None
    to_top: bool = False


Accepts = Callable[[str], bool]

_OPERATOR_WORDS = {"and": "&&", "or": "||", "implies": "=>", "iff": "==", "is": "=="}


def explain(mistake: Mistake, accepts: Accepts) -> Explained:
    """Says what is wrong at a token.

    Args:
        accepts: whether a terminal would have been right there.
    """
    token = mistake.token
    if token.type == "$END":
        return Explained(_at_end(mistake, accepts))
    if token.type == "ARROW":
        return _arrow(mistake, accepts)
    if token.type == "ASSIGN" and accepts("OPERATOR"):
        message = "`=` assigns; a condition compares"
        fix = "did you mean `==`?"
        return Explained(
            Diagnostic("E008", message, token.span, fix=fix), instead=("OPERATOR", "==")
        )
    if token.type == "OPERATOR" and token.text == "==" and accepts("ASSIGN"):
        message = "`==` compares; an assignment is meant"
        diagnostic = Diagnostic("E008", message, token.span, fix="did you mean `=`?")
        return Explained(diagnostic, instead=("ASSIGN", "="))
    if token.text in _OPERATOR_WORDS and accepts("OPERATOR"):
        meant = _OPERATOR_WORDS[token.text]
        message = f"`{token.text}` is no operator"
        diagnostic = Diagnostic("E012", message, token.span, fix=f"write `{meant}`")
        return Explained(diagnostic, instead=("OPERATOR", meant))
    left_open = unclosed(mistake.stack)
    if (
        token.type != "NAME"
        and token.text in DECLARATION_WORDS
        and left_open
        and _new_line(mistake)
    ):
        opening = left_open[-1]
        message = f"`{token.text}` begins a declaration, but `{opening.text}` is still open"
        note = Note(f"this `{opening.text}` is never closed", opening.span)
        closing = {"{": "}", "(": ")", "[": "]"}[opening.text]
        diagnostic = Diagnostic("E014", message, token.span, (note,), f"add `{closing}`")
        return Explained(diagnostic, to_top=True)
    misspelt = _misspelt(mistake, accepts)
    if misspelt is not None:
        return Explained(misspelt)
    if (
        accepts("SEMICOLON")
        and not accepts("IF")
        and not accepts("SPEC")
        and _may_follow_semicolon(mistake)
    ):
        assert mistake.previous is not None, "a semicolon never comes first"
        end = mistake.previous.end
        message = "expected `;` after this"
        diagnostic = Diagnostic("E007", message, Span(end - 1, end), fix="add `;`")
        return Explained(diagnostic, insert="SEMICOLON")
    wanted = _wanted(accepts)
    message = f"unexpected {described(token)}"
    if wanted:
        message = f"expected {wanted}, found {described(token)}"
    return Explained(Diagnostic("E001", message, token.span, _opened(mistake)))


def described(token: Token) -> str:
    """A token as a user would call it."""
    if token.type == "$END":
        return "the end of the file"
    if token.type == "STRING":
        return "a string"
    text = token.text if len(token.text) <= 40 else token.text[:37] + "..."
    return f"`{text}`"


def _arrow(mistake: Mistake, accepts: Accepts) -> Explained:
    token = mistake.token
    following = mistake.tokens[mistake.position + 1]
    tight = mistake.previous is not None and mistake.previous.end == token.start
    if tight and following.type == "NAME" and accepts("DOT"):
        message = "`->` does not follow a reference: fields are read with `.`"
        fix = "write `.` (or `=>`, if implication is meant)"
        diagnostic = Diagnostic("E010", message, token.span, fix=fix)
        return Explained(diagnostic, instead=("DOT", "."))
    message = "`->` is C's member access, not implication"
    diagnostic = Diagnostic("E010", message, token.span, fix="write `=>`")
    if accepts("OPERATOR"):
        return Explained(diagnostic, instead=("OPERATOR", "=>"))
    return Explained(diagnostic)


def _at_end(mistake: Mistake, accepts: Accepts) -> Diagnostic:
    notes = tuple(
        Note(f"this `{bracket.text}` is never closed", bracket.span)
        for bracket in mistake.lexed.open_brackets[-3:]
    )
    wanted = _wanted(accepts)
    message = "the file ends in the middle"
    if wanted:
        message += f": expected {wanted}"
    end = mistake.previous.end if mistake.previous is not None else mistake.token.start
    return Diagnostic("E011", message, Span(end, end), notes)


def _opened(mistake: Mistake) -> tuple[Note, ...]:
    """Where the innermost bracket opened, if the token closes another one."""
    if mistake.token.type not in ("RBRACE", "RPAREN", "RBRACKET"):
        return ()
    open_now = unclosed(mistake.stack)
    return tuple(Note(f"this `{token.text}` is still open", token.span) for token in open_now[-1:])


def unclosed(stack: Iterable[object]) -> list[Token]:
    """The brackets of a parser's stack that nothing has closed yet."""
    found: list[Token] = []
    for value in stack:
        if isinstance(value, Token):
            if value.text in ("{", "(", "["):
                found.append(value)
            elif value.text in ("}", ")", "]") and found:
                found.pop()
    return found


def _may_follow_semicolon(mistake: Mistake) -> bool:
    """Whether a forgotten `;` is likely: a new line, a closing brace or a keyword comes."""
    previous, token = mistake.previous, mistake.token
    if previous is None:
        return False
    if token.type == "RBRACE" or token.type.lower() in WORDS:
        return True
    return token.type in ("NAME", "LBRACE") and _new_line(mistake)


def _new_line(mistake: Mistake) -> bool:
    """Whether the token is the first of its line."""
    previous = mistake.previous
    return previous is not None and mistake.lexed.breaks_line(previous, mistake.token)


def _misspelt(mistake: Mistake, accepts: Accepts) -> Diagnostic | None:
    """A keyword with a slip, where the construct starts or at the token itself."""
    token = mistake.token
    if token.type == "NAME":
        wanted = [word for word in WORDS if accepts(word.upper())]
        near = get_close_matches(token.text, wanted, n=1, cutoff=0.75)
        if near:
            message = f"unexpected `{token.text}`"
            fix = f"did you mean `{near[0]}`?"
            return Diagnostic("E012", message, token.span, fix=fix)
    first = _first_of_construct(mistake)
    if first is None or first.type != "NAME":
        return None
    near = get_close_matches(first.text, _STARTERS, n=1, cutoff=0.75)
    if not near:
        return None
    fix = f"did you mean `{near[0]}`?"
    return Diagnostic("E012", f"unknown keyword `{first.text}`", first.span, fix=fix)


_STARTERS = sorted(
    DECLARATION_WORDS
    | {"if", "else", "while", "loop", "for", "choose", "update", "atomic", "await", "assert"}
    | {"goto", "return", "break", "continue", "when", "const", "ghost", "not", "set"}
)


def _first_of_construct(mistake: Mistake) -> Token | None:
    """The first token of the statement, field or declaration that is being read."""
    start = mistake.position
    while start > 0 and mistake.tokens[start - 1].type not in ("SEMICOLON", "LBRACE", "RBRACE"):
        start -= 1
        if mistake.position - start > 100:
            return None
    return None if start == mistake.position else mistake.tokens[start]


# What could come, most telling first; a row whose first terminal fits is named and covers all.
_WORDINGS: tuple[tuple[str, str], ...] = (
    ("SPEC", "a declaration"),
    ("IF", "a statement"),
    ("FORALL", "an expression"),
    ("CONST", "a field"),
    ("SPINLOCK", "a type"),
    ("NUMBER", "a number"),
    ("STRING", "a string"),
    ("NAME", "a name"),
    ("SEMICOLON", "`;`"),
    ("COMMA", "`,`"),
    ("RPAREN", "`)`"),
    ("RBRACKET", "`]`"),
    ("RBRACE", "`}`"),
    ("LPAREN", "`(`"),
    ("LBRACE", "`{`"),
    ("COLON", "`:`"),
    ("ASSIGN", "`=`"),
    ("DOTS", "`..`"),
    ("MODELLED", "`modelled`"),
    ("OF", "`of`"),
    ("EACH", "`each`"),
    ("VIOLATES", "`violates`"),
)

_COVERED = {
    "a declaration": ("CONST", "SPINLOCK", "NAME", "FORALL"),
    "a statement": ("SPINLOCK", "NAME", "SEMICOLON", "LBRACE", "FORALL"),
    "an expression": ("NUMBER", "NAME", "LPAREN", "LBRACE"),
    "a field": ("SPINLOCK", "NAME"),
    "a type": ("NAME",),
}


def _wanted(accepts: Accepts) -> str:
    """The terminals that would have been right, in words."""
    found: list[str] = []
    covered: set[str] = set()
    for terminal, wording in _WORDINGS:
        if terminal not in covered and accepts(terminal):
            found.append(wording)
            covered.update(_COVERED.get(wording, ()))
    if accepts("OPERATOR"):
        found = [*[wording for wording in found if wording != "`(`"][:3], "an operator"]
    found = found[:4]
    return " or ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else "".join(found)
