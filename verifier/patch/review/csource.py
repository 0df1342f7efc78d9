"""What single lines of C show: where functions and structs begin, comments, `#if`.

The kernel's style is taken for granted where it helps: functions begin and end at the left margin,
statements do not stand there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.patch.review.records import DiffLine

_WORDS = (
    "if|else|for|while|do|switch|case|default|return|goto|sizeof|typeof|break|continue|"
    "typedef|extern|asm|defined"
)
_STATEMENTS = frozenset(_WORDS.split("|"))
_TYPES = frozenset(
    (
        *("void", "char", "short", "int", "long", "float", "double", "signed", "unsigned"),
        *("bool", "struct", "union", "enum", "const", "volatile", "static", "inline"),
    )
)
_NO_NAMES = _STATEMENTS | _TYPES
_PIECE = re.compile(r"\s*+(?:(?P<word>[A-Za-z_]\w*+)|(?P<star>\*++)|(?P<bracket>\())")
_BRACKET = re.compile(r"[()]")
_NAME_ONLY = re.compile(rf"(?!(?:{_WORDS})\b)(?P<name>[a-z_]\w*+)\s*+\(")
_TYPE_ONLY = re.compile(rf"(?!(?:{_WORDS})\b)[A-Za-z_]\w*+(?:[ \t*]++[A-Za-z_]\w*+)*+[ \t*]*+\Z")
_SYSCALL = re.compile(r"(?:COMPAT_)?SYSCALL_DEFINE\d\s*+\(\s*+(?P<name>\w++)")
_STRUCT = re.compile(
    r"(?:typedef\s++)?(?P<name>(?:struct|union|enum)(?:\s++\w++)?)\s*+(?:\{.*+)?\Z"
)
_LABEL = re.compile(r"(?!default\b)[A-Za-z_]\w*+\s*+:(?!:)")
_COMMENT = re.compile(r"//|/\*|\*(?:\s|/|\Z)")
_ATTRIBUTE = re.compile(r"__\w+")
_TRIVIAL = re.compile(
    r"(?:return(?:\s++\(?(?:-?[A-Z][A-Z0-9_]*+|-?\d\w*+|true|false|NULL)\)?)?\s*+;?"
    r"|do\s*+\{\s*+\}\s*+while\s*+\(0\)\s*+;?|\{|\}|;)?\Z"
)
_FIELD = re.compile(
    r"(?<!\w)(?P<name>[A-Za-z_]\w*+)\s*+(?:\[[^][]*+\]\s*+)*+(?::\s*+\d++\s*+)?(?=[,;])"
)
_GUARD = re.compile(r"[A-Za-z0-9_]++\Z")
_OPTION = re.compile(r"(?P<not>!\s*+)?(?:defined|IS_ENABLED)\s*+(?:\(\s*+)?(?P<name>\w++)\s*+\)?\Z")

MOST_WORDS = 32
"""Before the bracket of a function."""

LOOKAHEAD = 12
"""Lines that the parameters of a function may take."""


def code_of(text: str) -> str:
    """The line without what is a comment on it, stripped."""
    kept, position = [], 0
    while (start := text.find("/*", position)) >= 0 and (end := text.find("*/", start + 2)) >= 0:
        kept += [text[position:start], " "]
        position = end + 2
    rest = "".join((*kept, text[position:]))
    return rest.partition("//")[0].partition("/*")[0].strip()


def is_comment(text: str) -> bool:
    """Whether a line is taken for a piece of a comment: `/*`, ` * text`, `*/`, `//`."""
    stripped = text.strip()
    return _COMMENT.match(stripped) is not None and not code_of(stripped.partition("*/")[2])


def is_label(text: str) -> bool:
    """Whether a line begins with `label:`."""
    return _LABEL.match(text.strip()) is not None


def heading_function(heading: str) -> str:
    """The function that a hunk's heading names; "" for none."""
    if heading.endswith(";"):
        return ""
    name, _ = _function(heading)
    if not name and (match := _NAME_ONLY.match(heading)) is not None:
        return match["name"]
    return name


def _function(text: str) -> tuple[str, int]:
    """The function that a line begins, and where its bracket opens: words and stars, the last of
    them its name, then a bracket; attributes may have brackets of their own. ("", 0) for none."""
    if (match := _SYSCALL.match(text)) is not None:
        return match["name"], text.index("(")
    words: list[str] = []
    position, last = 0, ""
    while len(words) < MOST_WORDS and (piece := _PIECE.match(text, position)) is not None:
        position = piece.end()
        if not piece["bracket"]:
            words += [piece["word"]] if piece["word"] else []
            last = piece["word"] or ""
            continue
        attribute = last == "__attribute__"
        if attribute or (last.startswith("__") and len(words) == 1):
            after = _behind_bracket(text, position)
            if attribute or _PIECE.match(text, after) is not None:
                words.pop()
                position, last = after, ""
                continue
        known = len(words) > 1 and last and words[0] not in _STATEMENTS
        return (last, position - 1) if known and last not in _NO_NAMES else ("", 0)
    return "", 0


def _behind_bracket(text: str, position: int) -> int:
    """Where the bracket that opens before `position` is closed again, or the end."""
    depth = 1
    for bracket in _BRACKET.finditer(text, position):
        depth += 1 if bracket.group() == "(" else -1
        if depth == 0:
            return bracket.end()
    return len(text)


def struct_name(text: str) -> str:
    """`struct zone` where a line opens one; "" for none."""
    match = _STRUCT.match(code_of(text))
    return " ".join(match["name"].split()) if match is not None else ""


def function_start(lines: Sequence[DiffLine], index: int) -> tuple[str, bool]:
    """The function that begins at a line, and whether only a declaration of it does.

    Args:
        lines: those of one side of a hunk.
        index: which of them.

    Returns:
        The name, "" for none, and whether `;` follows where its body would.
    """
    line = lines[index]
    text = code_of(line.text)
    if line.margin is False or not text:
        return "", False
    name, bracket = _function(text)
    if not name and line.margin and index > 0:
        before = lines[index - 1]
        if before.margin and _TYPE_ONLY.match(code_of(before.text)):
            match = _NAME_ONLY.match(text)
            name, bracket = (match["name"], match.end() - 1) if match is not None else ("", 0)
    if not name:
        return "", False
    return name, _is_declaration(lines, index, text[bracket:])


def _is_declaration(lines: Sequence[DiffLine], index: int, text: str) -> bool:
    """Whether the brackets opened here are followed by a semicolon."""
    depth, position = 0, index
    while True:
        for letter in text:
            depth += (letter in "([") - (letter in ")]")
            if depth == 0 and letter in ";{":
                return letter == ";"
        position += 1
        if position >= len(lines) or position > index + LOOKAHEAD:
            return False
        text = code_of(lines[position].text)
        if depth == 0 and not (text.startswith((";", "{")) or _ATTRIBUTE.match(text)):
            return False


def is_closed(text: str) -> bool:
    """Whether a line both opens and closes its braces: `static inline void f(void) { }`."""
    text = code_of(text)
    return "{" in text and text.count("{") == text.count("}")


def is_trivial(text: str) -> bool:
    """Whether a line of a body computes nothing: a brace, `return CONSTANT;`, a comment."""
    return is_comment(text) or _TRIVIAL.match(code_of(text)) is not None


def one_line_body(text: str) -> str:
    """What stands between the braces of a function on one line."""
    return code_of(text).partition("{")[2].rpartition("}")[0].strip()


def field_names(text: str) -> list[str]:
    """The fields that a line of a struct declares."""
    text = code_of(text)
    if "(" in text or not text.endswith(";") or text.startswith("}"):
        return []
    return [match["name"] for match in _FIELD.finditer(text)]


def condition(text: str) -> str | None:
    """The condition of an `#if`, `#ifdef` or `#ifndef` line: `CONFIG_X`, `CONFIG_X=n`, or as
    written; "" for a header's guard; None for any other line."""
    words = code_of(text).lstrip("#").split(None, 1)
    if len(words) < 2 or words[0] not in ("if", "ifdef", "ifndef"):
        return None
    keyword, rest = words
    if keyword == "ifndef":
        guard = _GUARD.match(rest) is not None and rest.rstrip("_").endswith("_H")
        return "" if guard else opposite(rest)
    match = _OPTION.match(rest) if keyword == "if" else None
    if match is None:
        return rest
    return opposite(match["name"]) if match["not"] else match["name"]


def opposite(option: str) -> str:
    """The condition of the `#else`: `CONFIG_X=n`, or in words where it is no plain name."""
    if not option:
        return ""
    if option.endswith("=n"):
        return option[:-2]
    return f"{option}=n" if re.fullmatch(r"\w+", option) else f"not ({option})"
