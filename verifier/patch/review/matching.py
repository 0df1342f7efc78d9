"""Joins a patch and a specification: which procedure models each hunk, and what does not fit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from verifier.patch.review import csource
from verifier.patch.review import enclosing_functions as places
from verifier.patch.review.languages import language
from verifier.patch.review.mapping import plain
from verifier.patch.review.records import Finding, Hunk, HunkReview, Part, Patch, Procedure, Review
from verifier.patch.review.records import Mapping as Models
from verifier.patch.review.stale import warnings

_WORD = re.compile(r"[A-Za-z_]\w*")
_CONTENTS = {
    "comment": "comments only",
    "blank": "blank lines only",
    "preprocessor": "preprocessor lines only",
    "declaration": "declarations only",
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the hunks of one input are held against.

    Args:
        later: file -> function -> heading that names it -> the last hunk with that heading.
    """

    patch: Patch
    models: Models
    parts: Mapping[int, tuple[Part, ...]]
    later: Mapping[int, Mapping[str, Mapping[str, int]]]


def review(patch: Patch, models: Models, added: Collection[str]) -> Review:
    """Every hunk with the procedures that model it.

    Args:
        patch: what was read.
        models: what the specification says it models.
        added: the flags that the patch is said to add; code of one of them in no hunk's
            function is worth a warning.
    """
    known = _Known(patch, models, _all_parts(patch), _headings(patch))
    reviews = tuple(
        HunkReview(hunk, tuple(_finding(known, hunk, part) for part in known.parts[hunk.number]))
        for hunk in patch.hunks
    )
    users = _users(reviews)
    reviews = tuple(
        replace(
            item,
            findings=tuple(_with_use(one, item.hunk.number, users) for one in item.findings),
        )
        for item in reviews
    )
    touched = {
        procedure.name
        for item in reviews
        for finding in item.findings
        for procedure in finding.procedures
    }
    untouched = tuple(
        item for item in models.procedures if item.functions and item.name not in touched
    )
    return Review(
        patch, models, reviews, tuple(warnings(patch, models, reviews, set(added))), untouched
    )


def same_file(one: str, other: str) -> bool:
    """Whether two names are of the same file: equal, or one is the end of the other."""
    if not one or not other:
        return False
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")


def _all_parts(patch: Patch) -> dict[int, tuple[Part, ...]]:
    found: dict[int, tuple[Part, ...]] = {}
    seen: dict[int, places.Seen] = {}
    headings = any(hunk.heading for hunk in patch.hunks)
    for hunk in patch.hunks:
        memory = seen.setdefault(hunk.file, places.Seen())
        if noun := language(patch.files[hunk.file].path):
            found[hunk.number] = (places.whole(hunk, noun),)
        else:
            found[hunk.number] = places.parts(hunk, memory, headings=headings)
    return found


# --- one part ------------------------------------------------------------------------------


def _finding(known: _Known, hunk: Hunk, part: Part) -> Finding:
    file = known.patch.files[hunk.file]
    names = {file.path, file.old_path}
    place = part.place
    if part.stub:
        return Finding(part, (), "", part.stub)
    if place.kind == "file":
        return Finding(part, (), "", _other_reason(known.models, names))
    if part.content in ("comment", "blank", "preprocessor"):
        return Finding(part, (), "", _CONTENTS[part.content])
    if place.kind == "function":
        procedures = _modelling(known.models, names, place.name)
        reason = "" if procedures else f"no procedure models {file.path}:{place.name}"
        return Finding(part, procedures, "", reason)
    if place.kind == "unknown":
        return _inferred(known, hunk, part, names)
    if place.kind == "struct":
        return Finding(part, (), "", _fields_reason(known.models, part))
    if part.content == "declaration":
        return Finding(part, (), "", "a declaration, outside of functions")
    return Finding(part, (), "", "outside of functions")


def _modelling(models: Models, files: Collection[str], function: str) -> tuple[Procedure, ...]:
    return tuple(
        item
        for item in models.procedures
        if any(
            one.name == function and any(same_file(one.file, file) for file in files)
            for one in item.functions
        )
    )


def _other_reason(models: Models, files: Collection[str]) -> str:
    """Functions are looked for in C only; the specification may name one of this file."""
    named = [
        f"{item.name} (line {item.line}) says that it models {one}"
        for item in models.procedures
        for one in item.functions
        if any(same_file(one.file, file) for file in files)
    ]
    return "; ".join(["functions are looked for in C only", *named])


def _fields_reason(models: Models, part: Part) -> str:
    """A field is no step; but the specification may have one of that name."""
    names = dict.fromkeys(name for line in part.lines for name in csource.field_names(line.text))
    said = [
        f"the specification has {item.owner}.{item.name} (line {item.line})"
        for name in names
        for item in models.fields
        if item.name == name
    ]
    words = f"declares {', '.join(names)}" if names else "no step"
    return "; ".join([f"{words} in {part.place.name}", *said])


def _inferred(known: _Known, hunk: Hunk, part: Part, files: Collection[str]) -> Finding:
    """A function that the patch does not name: found only where a changed statement is, word for
    word, one of exactly one procedure that can be meant; that it was so is told."""
    candidates = {
        one: item
        for item in known.models.procedures
        for one in item.functions
        if any(same_file(one.file, file) for file in files)
    }
    possible = {
        one: item for one, item in candidates.items() if not _begins_later(known, hunk, one.name)
    }
    evidence: dict[str, tuple[Procedure, str, int]] = {}
    for line in part.lines:
        text = plain(csource.code_of(line.text))
        for item in dict.fromkeys(possible.values()):
            where = next((number for written, number in item.statements if written == text), 0)
            if text and where:
                evidence.setdefault(item.name, (item, line.text.strip(), where))
    heading = f"the heading `{hunk.heading}` names no function" if hunk.heading else "no heading"
    if len(evidence) != 1:
        names = ", ".join(sorted({one.name for one in possible})) or "none that is modelled"
        return Finding(part, (), "", f"function unknown: {heading}; it may be {names}")
    procedure, text, where = next(iter(evidence.values()))
    why = [heading, f"`{text}` stands in {procedure.name} (line {where}) only"]
    excluded = sorted(one.name for one in candidates if one not in possible)
    if excluded:
        why.append(f"{', '.join(excluded)} begins after this hunk")
    return Finding(part, (procedure,), "; ".join(why), "")


def _headings(patch: Patch) -> dict[int, dict[str, dict[str, int]]]:
    found: dict[int, dict[str, dict[str, int]]] = {}
    distinct = {hunk.heading for hunk in patch.hunks}
    names = {heading: csource.heading_function(heading) for heading in distinct}
    for hunk in patch.hunks:
        headings = found.setdefault(hunk.file, {}).setdefault(names[hunk.heading], {})
        headings[hunk.heading] = hunk.number
    return found


def _begins_later(known: _Known, hunk: Hunk, name: str) -> bool:
    """Whether a function of the same file begins after a hunk whose heading is no function: a later
    heading names the last thing that begins before its hunk, and it would be this one's heading,
    or what follows that, had the function begun before."""
    headings = known.later[hunk.file].get(name, {})
    return any(last > hunk.number and heading != hunk.heading for heading, last in headings.items())


# --- helpers that modelled hunks use -------------------------------------------------------

Users = Mapping[str, Mapping[int, str]]
"""A word -> the modelled hunks that add it -> their procedures."""


MOST_USERS = 4
"""Hunks that are named as using a function."""


def _users(reviews: Sequence[HunkReview]) -> Users:
    found: dict[str, dict[int, str]] = {}
    for item in reviews:
        for finding in item.findings:
            names = ", ".join(one.name for one in finding.procedures)
            added = (line.text for line in finding.part.lines if names and line.kind == "+")
            for word in {word for text in added for word in _WORD.findall(text)}:
                found.setdefault(word, {})[item.hunk.number] = names
    return found


def _with_use(finding: Finding, own: int, users: Users) -> Finding:
    """A function that is not modelled itself may be used by lines that are."""
    place = finding.part.place
    if finding.procedures or place.kind != "function" or finding.part.stub:
        return finding
    others = users.get(place.name, {})
    number = len(others) - (own in others)
    if not number:
        return finding
    used = (f"hunk {other}, modelled by {names}" for other, names in others.items() if other != own)
    more = [f"and {number - MOST_USERS} more"] if number > MOST_USERS else []
    text = "; ".join([*islice(used, MOST_USERS), *more])
    return replace(finding, reason=f"{finding.reason}; used in {text}")
