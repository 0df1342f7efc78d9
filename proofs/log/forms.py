"""What those words of a log may look like that nothing in it proves: a text of one's own in them
could pass for a part of the paste block."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from frontend.model import Model
from proofs.log.asked_sizes import asked_sizes
from proofs.log.contents import Entry, Invocation, Log
from proofs.render.names import tamed

LONGEST_NAME = 64
"""Characters of a file's name."""

LONGEST_REASON = 300
"""Characters of why a verdict is unknown, or how it was found."""

SOLVERS = ("z3", "cvc5", "bitwuzla")
PROGRAM = re.compile(
    r"\d{1,4}(\.\d{1,4}){0,3}((a|b|rc|\.dev|\.post)\d{1,4}){0,2}(\+[a-z0-9.]{1,20})?"
)
SOLVER = re.compile(r"\d{1,6}(\.\d{1,6}){0,4}([a-z+-][a-z0-9.+-]{0,19})?")
LINE = re.compile(r"[ -~]*")


def odd(log: Log) -> Iterator[str]:
    """What in a log is not of the form that this program gives it, as sentences."""
    if not PROGRAM.fullmatch(log.program):
        yield "the version of the program that wrote it is none"
    for name, version in log.solvers.items():
        if name not in SOLVERS or not SOLVER.fullmatch(version):
            yield "it names a solver that is none, or a version that is none"
    if fitting(log.specification.name) != log.specification.name:
        yield "the name of the specification's file is not as this program writes it"
    for variant in log.variants:
        for entry in variant.entries:
            if not _fits(entry):
                yield f"{variant.name}, {entry.property}: the verdict says what it cannot"


def _fits(entry: Entry) -> bool:
    """Whether an entry says nothing besides what goes with its kind of evidence."""
    numbered = entry.evidence in ("trace", "lemmas")
    texts = (entry.reason, entry.method)
    return (
        (numbered or entry.number == -1)
        and (entry.evidence == "search" or not entry.variables)
        and ((entry.evidence == "" and entry.verdict != "unknown") or not entry.method)
        and (entry.verdict == "unknown" or not entry.reason)
        and (entry.evidence == "trace" or not entry.shortest)
        and all(len(text) <= LONGEST_REASON and LINE.fullmatch(text) for text in texts)
    )


def normal(asked: Invocation, models: Sequence[Model]) -> Invocation:
    """What was asked, in the one way in which a log says it.

    Args:
        asked: names of variants, properties and sorts, in any order.
        models: every variant of the specification, in order of declaration.
    """
    variants = [model.variant for model in models]
    properties = dict.fromkeys(item.name for model in models for item in model.properties)
    bounds = {
        sort: size
        for sort, size in (asked.bounds or {}).items()
        if any(asked_sizes(model, {}).get(sort, (size, size)) != (size, size) for model in models)
    }
    return replace(
        asked,
        variants=_some(asked.variants, variants),
        properties=_some(asked.properties, list(properties)),
        bounds=bounds,
    )


def _some(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Some names in their order; none where they are all."""
    found = tuple(name for name in known if name in names)
    return () if len(found) == len(known) else found


def fitting(name: str) -> str:
    """The name of a file as a log has it: one word of plain letters that fits on a line."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 16:
        stem, dot, suffix = name, "", ""
    stem, suffix = (re.sub(r"[^A-Za-z0-9_+-]", "_", part) for part in (stem, suffix))
    stem = tamed(stem)[: LONGEST_NAME - len(dot + suffix)]
    if not stem[:1].isalnum():
        stem = f"x{stem}"[: LONGEST_NAME - len(dot + suffix)]
    return tamed(f"{stem}{dot}{suffix}" if suffix else stem)


def line(text: str) -> str:
    """A reason or a method as a log has it."""
    plain = " ".join(text.split()).encode("ascii", "backslashreplace").decode("ascii")
    plain = "".join(char if char.isprintable() else "?" for char in plain)
    return plain if len(plain) <= LONGEST_REASON else f"{plain[: LONGEST_REASON - 3]}..."
