"""Diffs that are no unified diff, and texts about diffs: each is called what it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from verifier.patch.review.lines import Line, Text

_ADVICE = "make a unified diff, with `diff -u` or `git diff`"
_QUOTES = "> |"
_CONTEXT = re.compile(r"\*\*\* \d{1,9}(?:,\d{1,9})? \*\*\*\*")
_NORMAL = re.compile(r"\d{1,9}(?:,\d{1,9})?[acd]\d{1,9}(?:,\d{1,9})?\Z")
_ED = re.compile(r"\d{1,9}(?:,\d{1,9})?[acd]\Z")
_RCS = re.compile(r"[ad]\d{1,9} \d{1,9}\Z")
_RANGE = re.compile(
    r" {0,8}(?:\d{1,4}|-): {1,4}(?:[0-9a-f]{4,64}|-{4,64}) [=!<>] {1,4}(?:\d{1,4}|-): "
)
_BETWEEN = re.compile(r"\s{0,8}(?:Interdiff|Range-diff)\b")
_WORDS = re.compile(r"\[-[^\]]{1,200}-\]|\{\+[^}]{1,200}\+\}")
_NUMBERS = r"@@+ -\d++(?:,\d++)? [-+]\d"
_HEADER = re.compile(
    rf"(?P<before>[^\w@]{{0,40}}|[ \t]{{0,8}}\w{{1,16}}> ?)(?:{_NUMBERS}|diff --git )"
)
_GRAPH = re.compile(r"[|/\\ ]{0,40}\* [|/\\ ]{0,40}commit [0-9a-f]{7}")
_QUOTING = frozenset(":%#\xbb\u203a>|")


def check_rest(text: Text, read: Collection[int]) -> list[str]:
    """Looks for hunks among the lines that no hunk or header has been made of.

    Args:
        text: as it was sent.
        read: the numbers of lines that belong to a hunk.

    Returns:
        What is to be said of examples, which are indented.

    Raises:
        NoPatch: a line there is of a diff.
    """
    indented: list[int] = []
    rest = [line for line in text.lines if line.number not in read]
    for position, line in enumerate(rest):
        _check_other(text, rest, position)
        if _GRAPH.match(line.text):
            raise text.refused(line.number, "drawn by `git log --graph`: make it without")
        match = _HEADER.match(line.text)
        if match is None or not match["before"]:
            continue
        if match["before"].strip(_QUOTES + "\t") == "":
            indented.append(line.number)
        elif _QUOTING & set(match["before"]):
            raise text.refused(line.number, "a hunk behind marks that are no known quote")
    if not indented:
        return []
    many = f" and {len(indented) - 1} more lines" if len(indented) > 1 else ""
    where = f"line {indented[0]} of {text.of}" if text.of else f"line {indented[0]}"
    return [f"{where}{many}: a diff inside the text, indented, is not read as part of the patch"]


def _check_other(text: Text, rest: Sequence[Line], position: int) -> None:
    """Refuses a context diff and one of the oldest format.

    Raises:
        NoPatch: it is there.
    """
    line = rest[position].text
    after = rest[position + 1].text if position + 1 < len(rest) else ""
    own = line.lstrip(_QUOTES) if line[:1] in (">", "|") else line
    if _CONTEXT.match(own) or (own.startswith("*** ") and after.lstrip(_QUOTES)[:4] == "--- "):
        raise text.refused(rest[position].number, f"a context diff: {_ADVICE}")
    sides = ("< ", "> ")
    if _NORMAL.match(own.rstrip()) and any(side in after[:16] for side in sides):
        raise text.refused(rest[position].number, f"a diff without `-u`: {_ADVICE}")


def is_between_versions(lines: Sequence[Line]) -> bool:
    """Whether a text compares two versions of a patch."""
    return any(_BETWEEN.match(line.text) or _RANGE.match(line.text) for line in lines)


def what_instead(lines: Sequence[Line]) -> tuple[int, str]:
    """The line that shows what a text without a diff is, and that in words; (0, "") if unknown."""
    ends = any(line.text == "." for line in lines)
    for line in lines:
        text = line.text
        if _RANGE.match(text) or _BETWEEN.match(text):
            return line.number, "a comparison of two versions of a patch: review the patches"
        if ends and _ED.match(text):
            return line.number, f"a script for ed: {_ADVICE}"
        if _RCS.match(text):
            return line.number, f"a diff of RCS: {_ADVICE}"
        if _WORDS.search(text):
            return line.number, "a diff by words: make it without `--word-diff`"
        if text.startswith("Submodule ") and ".." in text:
            return line.number, "a submodule's commits: make it with `--submodule=diff`"
    return 0, ""
