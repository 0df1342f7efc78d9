"""What the `models` of a specification and a patch say that does not fit together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from verifier.patch.review.records import HunkReview, Mapping, Patch, Procedure

_WORD = re.compile(r"[A-Za-z_]\w*")


def warnings(
    patch: Patch, models: Mapping, reviews: Sequence[HunkReview], added: Collection[str]
) -> Iterator[str]:
    """Sentences on mappings that are malformed, stale, or of no use for this patch."""
    yield from _malformed(models)
    yield from _loosely_named(patch, models)
    yield from _nowhere(patch, models, reviews)
    yield from _elsewhere(models, reviews)
    yield from _flags(models, reviews, added)


def _malformed(models: Mapping) -> Iterator[str]:
    for item in models.procedures:
        for one in item.functions:
            if not one.file or not one.name:
                yield (
                    f"{item.name} (line {item.line}): models `{one}` is not of the form "
                    "file:function"
                )


def _loosely_named(patch: Patch, models: Mapping) -> Iterator[str]:
    """Names that were matched by their end only."""
    said: set[tuple[str, str]] = set()
    for item in models.procedures:
        for one in item.functions:
            for path in _paths(patch):
                loose = path.endswith(f"/{one.file}") or one.file.endswith(f"/{path}")
                if one.file and loose and (one.file, path) not in said:
                    said.add((one.file, path))
                    yield f"{one.file} is taken for {path}: the names end alike"


def _nowhere(patch: Patch, models: Mapping, reviews: Sequence[HunkReview]) -> Iterator[str]:
    """The file is in the patch, the function nowhere in what the patch shows."""
    words = {
        word
        for hunk in patch.hunks
        for text in (hunk.heading, *(line.text for line in hunk.lines))
        for word in _WORD.findall(text)
    }
    files = _paths(patch)
    inferred = {
        procedure.name
        for item in reviews
        for finding in item.findings
        if finding.inferred
        for procedure in finding.procedures
    }
    absent = [
        f"{one} ({item.name}, line {item.line})"
        for item in models.procedures
        for one in item.functions
        if one.name not in words
        and item.name not in inferred
        and any(path == one.file or path.endswith(f"/{one.file}") for path in files)
    ]
    if absent:
        yield (
            "said to be modelled, in a file that the patch changes, but nowhere in what it shows, "
            f"so that it is not known whether they exist: {', '.join(absent)}"
        )


def _elsewhere(models: Mapping, reviews: Sequence[HunkReview]) -> Iterator[str]:
    """A function of that name is changed, in another file: moved, or another one."""
    for item in reviews:
        for finding in item.findings:
            name = finding.part.place.name
            if finding.procedures or finding.part.place.kind != "function":
                continue
            for procedure in models.procedures:
                for one in procedure.functions:
                    if one.name == name and one.file and not finding.part.stub:
                        yield (
                            f"hunk {item.hunk.number} changes {name}() in another file than "
                            f"{procedure.name} (line {procedure.line}) models: {one.file}; "
                            "moved, or another function?"
                        )


def _flags(models: Mapping, reviews: Sequence[HunkReview], added: Collection[str]) -> Iterator[str]:
    """Flags that the patch is said to add, with code where no hunk is."""
    touched = {
        procedure.name
        for item in reviews
        for finding in item.findings
        for procedure in finding.procedures
    }
    for flag, _sentence in models.flags:
        if flag not in added:
            continue
        holders = [item for item in models.procedures if flag in item.flags]
        missed = [item for item in holders if item.name not in touched]
        if not holders:
            yield f"flag {flag} has no code in any procedure or thread"
        elif len(missed) == len(holders):
            yield f"flag {flag}: no hunk is in a function with code of it ({_named(holders)})"
        elif missed:
            yield f"flag {flag} has code in {_named(missed)} also, where no hunk is"


def _named(procedures: Sequence[Procedure]) -> str:
    return ", ".join(f"{item.name}, line {item.line}" for item in procedures)


def _paths(patch: Patch) -> list[str]:
    names = dict.fromkeys(name for file in patch.files for name in (file.path, file.old_path))
    return [name for name in names if name]
