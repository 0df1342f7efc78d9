"""Text into a syntax tree, with every syntax error of the file.

lark makes the LALR(1) tables from `frontend/syntax/grammar.lark`; this module drives them token by
token. At an error it first tries what the author probably meant (a missing `;`, `->` for `=>`),
else it skips as yacc does: it pops the stack to where a declaration, a field, a statement or a
condition may stand, feeds ERROR there, and goes on behind the end of that construct.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Callable
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

from lark import Lark
from lark import __version__ as version
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift

from frontend.source.diagnostics import Diagnostic, Rejected, in_order
from frontend.source.spans import LARGEST, Source, Span
from frontend.syntax import tree as syntax
from frontend.syntax.expectations import Mistake, explain, unclosed
from frontend.syntax.lexer import CONTEXTUAL_WORDS, DECLARATION_WORDS, DEEPEST, Lexed, Token, lex
from frontend.syntax.statement_nodes import Builder
from frontend.syntax.tree_depth import too_deep
from frontend.syntax.tree_parts import is_token

MOST_ERRORS = 20
"""After how many errors the parser stops."""

_CONTEXTUAL = frozenset(word.upper() for word in CONTEXTUAL_WORDS)
_DECLARATIONS = frozenset(word.upper() for word in DECLARATION_WORDS)
_BEGINNINGS = _DECLARATIONS | {"CONST", "GHOST", "BOOL", "INT", "NAT", "SPINLOCK", "SET"}
_RESUMES = _BEGINNINGS | {"$END"}


@lru_cache(maxsize=4)
def parse(source: Source) -> syntax.Specification:
    """Reads a whole specification; the same text is read once.

    Raises:
        Rejected: it is not well formed; up to `MOST_ERRORS` errors, codes E001 to E014.
    """
    if len(source.text) > LARGEST:
        message = f"a specification of more than {LARGEST} characters"
        raise Rejected(source, [Diagnostic("E013", message, Span(0, 0))])
    lexed = lex(source)
    if len(lexed.tokens) == 1 and not lexed.problems:
        end = lexed.tokens[0].span
        fix = "a specification starts with `spec NAME;`"
        raise Rejected(source, [Diagnostic("E009", "the file is empty", end, fix=fix)])
    run = _Run(lexed)
    tree = run.tree()
    found = in_order([*lexed.problems, *run.problems])
    if found or tree is None:
        raise Rejected(source, found[:MOST_ERRORS])
    deep = too_deep(tree, DEEPEST)
    if deep is not None:
        message = f"this nests more than {DEEPEST} deep"
        fix = "name parts of it with `define` or `proc`"
        raise Rejected(source, [Diagnostic("E006", message, deep, fix=fix)])
    return tree


class _NoLexer(Lexer):
    """Tokens are fed by hand."""

    def __init__(self, lexer_conf: object) -> None:
        del lexer_conf

    def lex(self, lexer_state: object, parser_state: object) -> typing.Iterator[typing.Any]:
        del lexer_state, parser_state
        return iter(())


GRAMMAR = Path(__file__).with_name("grammar.lark")
TABLES = Path(__file__).with_name("grammar.tables.json")
"""What lark makes of the grammar, which costs more than the first refutation. It is data that comes
with the program; nothing is read from, or kept in, a folder that others might write to."""

_OPTIONS: dict[str, typing.Any] = {
    "parser": "lalr",
    "start": "specification",
    "maybe_placeholders": False,
}


def _made_from() -> str:
    """Names the grammar and the library: tables of others are of no use."""
    return f"lark {version}, grammar {sha256(GRAMMAR.read_bytes()).hexdigest()}"


@cache
def _tables() -> Lark:
    """The LALR tables, read or made once a process."""
    try:
        whole = _unpaired(json.loads(TABLES.read_text(encoding="ascii")))
    except (OSError, RecursionError, ValueError):
        whole = None
    if not isinstance(whole, dict) or whole.get("made_from") != _made_from():
        grammar = GRAMMAR.read_text(encoding="utf-8")
        return Lark(grammar, lexer=_NoLexer, transformer=Builder(), **_OPTIONS)
    load: Callable[..., Lark] = Lark._load_from_dict
    return load(whole["data"], whole["memo"], transformer=Builder())


_KEYS = "keys that are no texts"


def _unpaired(value: typing.Any) -> typing.Any:
    if isinstance(value, list):
        return [_unpaired(item) for item in value]
    if not isinstance(value, dict):
        return _NoLexer if value == _NoLexer.__name__ else value
    if _KEYS in value:
        return {key: _unpaired(item) for key, item in value[_KEYS]}
    return {key: _unpaired(item) for key, item in value.items()}


class _Run:
    """One pass over the tokens of a source."""

    def __init__(self, lexed: Lexed) -> None:
        # The stacks of lark's parser hold our tokens, which have the `type` that it looks at.
        self.state: typing.Any = _tables().parse_interactive("").parser_state
        self.states: dict[int, dict[str, tuple[typing.Any, typing.Any]]] = (
            self.state.parse_conf.states
        )
        self.end_state: int = self.state.parse_conf.end_state
        self.lexed = lexed
        self.tokens = lexed.tokens
        self.problems: list[Diagnostic] = []
        self.position = 0
        self.lost = False  # whether errors are cascades of one that left a body

    def tree(self) -> syntax.Specification | None:
        """The tree, or None where the end could not be reached."""
        while len(self.problems) < MOST_ERRORS:
            token = self.tokens[self.position]
            kind = self._kind(token)
            if kind is None:
                if not self._recover(token):
                    return None
            elif kind == "$END":
                tree: syntax.Specification = self.state.feed_token(token, True)
                return tree
            else:
                if kind in _BEGINNINGS:
                    self.lost = False
                self._feed(kind, token)
                self.position += 1
        return None

    def _feed(self, kind: str, token: Token) -> None:
        if kind != token.type:
            token = Token(kind, token.text, token.start, token.end)
        self.state.feed_token(token)

    def _kind(self, token: Token) -> str | None:
        """As what terminal the token can be read here: its own, or a name; None is an error."""
        if self._accepts(token.type):
            return token.type
        if token.type in _CONTEXTUAL and self._accepts("NAME"):
            return "NAME"
        return None

    def _accepts(self, kind: str, height: int | None = None) -> bool:
        """Whether a terminal can come next, with the stack cut to a height; changes nothing."""
        stack = self.state.state_stack
        base = len(stack) if height is None else height
        above: list[int] = []
        while True:
            top = above[-1] if above else stack[base - 1]
            entry = self.states[top].get(kind)
            if entry is None:
                return False
            action, argument = entry
            if action is Shift:
                return True
            size = len(argument.expansion)
            taken = min(size, len(above))
            if taken:
                del above[-taken:]
            base -= size - taken
            top = above[-1] if above else stack[base - 1]
            above.append(self.states[top][argument.origin.name][1])
            if kind == "$END" and above[-1] == self.end_state:
                return True

    # --- errors

    def _recover(self, token: Token) -> bool:
        """Reports an error and gets past it; False where nothing is left to read."""
        if token.type == "$END" and not self.lexed.complete:
            return False
        if token.type == "STRAY" or (self.lost and token.type != "$END"):
            self._skip()
            return True
        mistake = explain(
            Mistake(self.tokens, self.position, tuple(self.state.value_stack), self.lexed),
            self._accepts,
        )
        self.problems.append(mistake.diagnostic)
        if token.type == "$END":
            return False
        if mistake.insert is not None:
            self._feed(mistake.insert, Token(mistake.insert, "", token.start, token.start))
            return True
        if mistake.instead is not None:
            self._feed(mistake.instead[0], Token(*mistake.instead, token.start, token.end))
            self.position += 1
            return True
        self._skip(to_top=mistake.to_top)
        return True

    def _skip(self, *, to_top: bool = False) -> None:
        """Pops to where ERROR may stand and skips to the end of the construct there.

        Args:
            to_top: out of all braces, to where the token is the next declaration.
        """
        values = self.state.value_stack
        for height in range(len(self.state.state_stack), 0, -1):
            if not self._accepts("ERROR", height):
                continue
            kept = values[: height - 1]
            in_head = bool(kept) and is_token(kept[-1], "LPAREN")
            braces = len(unclosed(kept))
            if to_top and braces:
                continue
            end: int | None = self.position
            if in_head:
                end = self._end_of_head(len(unclosed(values)) - braces)
            elif not to_top:
                depth = sum(bracket.text == "{" for bracket in unclosed(values[height - 1 :]))
                end = self._end_of_construct(depth, at_top=not braces)
            if end is None:
                continue
            del self.state.state_stack[height:]
            del values[height - 1 :]
            start = self.tokens[self.position]
            self._feed("ERROR", Token("ERROR", "", start.start, start.end))
            self.position = end
            # What follows may be the rest of a body: nothing is reported before a declaration.
            if self.lost and not braces:
                while self.tokens[self.position].type not in _RESUMES:
                    self.position += 1
            self.lost = self.lost or not braces
            return
        self.position = len(self.tokens) - 1

    def _end_of_construct(self, depth: int, *, at_top: bool) -> int:
        """The position behind the statement, field or declaration with the error.

        Args:
            depth: how many braces it has open at the error.
            at_top: it stands in no braces itself.
        """
        inner = 0
        for position in range(self.position, len(self.tokens)):
            kind = self.tokens[position].type
            if kind == "$END" or (at_top and not depth and kind in _DECLARATIONS):
                return position
            if kind in ("LBRACE", "RECORD_BRACE"):
                depth += 1
            elif kind in ("LPAREN", "LBRACKET"):
                inner += 1
            elif kind in ("RPAREN", "RBRACKET"):
                inner = max(0, inner - 1)
            elif kind == "RBRACE":
                if not depth:
                    return position + 1 if at_top else position
                depth -= 1
                inner = 0
                if not depth:
                    return position + 1
            elif kind == "SEMICOLON" and not depth and not inner:
                return position + 1
        return len(self.tokens) - 1

    def _end_of_head(self, depth: int) -> int | None:
        """The position of the `)` that ends a condition, or None where none comes before a brace.

        Args:
            depth: how many brackets the condition has open at the error.
        """
        for position in range(self.position, len(self.tokens)):
            kind = self.tokens[position].type
            if kind in ("$END", "LBRACE", "RBRACE") or kind in _DECLARATIONS:
                return None
            if kind in ("LPAREN", "LBRACKET"):
                depth += 1
            elif kind in ("RPAREN", "RBRACKET"):
                if depth == 0:
                    return position
                depth -= 1
        return None
