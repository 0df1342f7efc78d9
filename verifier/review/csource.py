"""What single lines of C show: where functions and structs begin, comments, `#if`.

The kernel's style is taken for granted where it helps: functions begin and end at the left margin,
statements do not stand there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.review.values import DiffLine

_WORDS = (
    "if|else|for|while|do|switch|case|default|return|goto|sizeof|typeof|break|continue|"
    "typedef|extern|asm|defined"
)
_FUNCTION = re.compile(
    rf"(?!(?:{_WORDS})\b)(?:(?:__attribute__\s*\(\(.*?\)\)|[A-Za-z_]\w*)(?:\s+\**|\s*\*+\s*))+"
    rf"(?!(?:{_WORDS})\b)(?P<name>[A-Za-z_]\w*)\s*\("
)
_NAME_ONLY = re.compile(rf"(?!(?:{_WORDS})\b)(?P<name>[a-z_]\w*)\s*\(")
_TYPE_ONLY = re.compile(rf"(?!(?:{_WORDS})\b)[A-Za-z_]\w*(?:[ \t*]+[A-Za-z_]\w*)*[ \t*]*\Z")
_SYSCALL = re.compile(r"(?:COMPAT_)?SYSCALL_DEFINE\d\s*\(\s*(?P<name>\w+)")
_STRUCT = re.compile(r"(?:typedef\s+)?(?P<name>(?:struct|union|enum)(?:\s+\w+)?)\s*(?:\{.*)?\Z")
_LABEL = re.compile(r"(?!default\b)[A-Za-z_]\w*\s*:(?!:)")
_COMMENT = re.compile(r"//|/\*|\*(?:\s|/|\Z)")
_ATTRIBUTE = re.compile(r"__\w+")
_TRIVIAL = re.compile(
    r"(?:return(?:\s+\(?(?:-?[A-Z][A-Z0-9_]*|-?\d\w*|true|false|NULL)\)?)?\s*;?"
    r"|do\s*\{\s*\}\s*while\s*\(0\)\s*;?|\{|\}|;)?\Z"
)
_FIELD = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*(?::\s*\d+\s*)?(?=[,;])")
_GUARD = re.compile(r"_*[A-Za-z0-9_]+_H_*\Z")
_OPTION = re.compile(r"(?P<not>!\s*)?(?:defined|IS_ENABLED)\s*\(?\s*(?P<name>\w+)\s*\)?\Z")

LOOKAHEAD = 12
"""Lines that the parameters of a function may take."""


def code_of(text: str) -> str:
    """The line without what is a comment on it, stripped."""
    text = re.sub(r"/\*.*?\*/", " ", text)
    text = text.split("//")[0].split("/*")[0]
    return text.strip()


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
    match = _SYSCALL.match(heading) or _FUNCTION.match(heading) or _NAME_ONLY.match(heading)
    if match is None or "=" in heading[: match.end()]:
        return ""
    return match["name"]


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
    match = _SYSCALL.match(text) or _FUNCTION.match(text)
    if match is None and line.margin and index > 0:
        before = lines[index - 1]
        if before.margin and _TYPE_ONLY.match(code_of(before.text)):
            match = _NAME_ONLY.match(text)
    if match is None or "=" in text[: match.end()]:
        return "", False
    return match["name"], _is_declaration(lines, index, text[match.end() - 1 :])


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
        return "" if _GUARD.match(rest) else opposite(rest)
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
