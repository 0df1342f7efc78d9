"""Makes the parser's tables anew, as they are kept beside the grammar."""

from __future__ import annotations

import json
from collections.abc import Mapping

from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from frontend.syntax import parser


def tables_text() -> str:
    """The content that `parser.TABLES` should have."""
    made = Lark(
        parser.GRAMMAR.read_text(encoding="utf-8"), lexer=parser._NoLexer, **parser._OPTIONS
    )
    data, memo = made.memo_serialize([TerminalDef, Rule])
    whole = {"made_from": parser._made_from(), "data": data, "memo": memo}
    return json.dumps(_pairs(whole), separators=(",", ":"), default=_named) + "\n"


def _pairs(value: object) -> object:
    """A value of lark as JSON has it: there, keys are texts."""
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {key: _pairs(item) for key, item in value.items()}
        return {parser._KEYS: [[_pairs(key), _pairs(item)] for key, item in value.items()]}
    return [_pairs(item) for item in value] if isinstance(value, list | tuple) else value


def _named(value: object) -> str:
    if value is parser._NoLexer:
        return parser._NoLexer.__name__
    raise TypeError(f"{value!r} in the tables of lark")
