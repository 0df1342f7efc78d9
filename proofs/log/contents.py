"""What a proof log says, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proofs.answers.itf import Json
from proofs.log.asked_sizes import choices

SCHEMA_VERSION = 3

MOST_OBJECTS = 1000
"""Of a sort: as many as the command line takes."""


class BadLog(Exception):
    """A text is no proof log, or one that is damaged.

    Args:
        reason: in one line.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Specification:
    """The specification that a log is about.

    Args:
        name: of its file, without folders.
        sha256: of the text in UTF-8, as 64 hexadecimal digits.
        text: the whole of it.
    """

    name: str
    sha256: str
    text: str


@dataclass(frozen=True, slots=True)
class Invocation:
    """What was asked, in a normal form (`forms.normal`): what the verdicts can be held against.

    Args:
        variants: names; none means all.
        properties: names; none means all.
        bounds: those given on the command line that are not the specification's own.
        compact: whether the paste block shows a section that nothing interleaves as one paragraph.
    """

    variants: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    bounds: Mapping[str, int] | None = None
    compact: bool = False


LONGEST_PATH = 100
"""Steps of an induction: one over longer paths is out of the question for a solver."""


@dataclass(frozen=True, slots=True)
class Paths:
    """That an invariant is proved by induction over paths (`Invariant.depth`).

    Args:
        depth: how many steps a path has.
        simple: whether no state repeats on it.
        properties: those that are proved together with the lemmas.
    """

    depth: int
    simple: bool
    properties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lemmas:
    """An inductive invariant as text.

    Args:
        lemmas: in the specification language.
        facts: what they say between critical sections, for a reader; they follow from the lemmas.
        bounds: None for every size.
        premises: kind of claim -> what it is about -> lists of numbers of lemmas, from 1; see
            `proofs.log.premises`.
        otherwise: numbers of lemmas for all other claims, from 1; None for all lemmas.
        paths: None where single steps are looked at.
    """

    lemmas: tuple[str, ...]
    facts: tuple[str, ...]
    bounds: Mapping[str, int] | None
    premises: Mapping[str, Mapping[str, Sequence[tuple[int, ...]]]]
    otherwise: tuple[int, ...] | None
    paths: Paths | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """The verdict on one property.

    Args:
        property: its name.
        verdict: "proved", "refuted" or "unknown".
        scope: the sizes that it speaks of; None for every size.
        evidence: "trace", "lemmas", "search" or "" (nothing that can be rechecked).
        number: of the trace or the lemmas, from 0; -1 for none. A trace at smaller sizes than
            `scope` stands for its extension by idle objects (`proofs.runs.extend`).
        variables: of a search: those that it distinguished states by.
        method: how it was settled where there is no evidence, in a line, or "".
        shortest: whether no shorter run does it at these sizes.
        reason: why it is unknown, or "".
    """

    property: str
    verdict: str
    scope: Mapping[str, int] | None
    evidence: str
    number: int = -1
    variables: tuple[str, ...] = ()
    method: str = ""
    shortest: bool = False
    reason: str = ""


VACUOUS = {
    "premise": "{} holds, but its premise never does",
    "assert": "{} holds, but is never executed",
    "procedure": "no statement of {} is ever executed",
    "patch": "nothing that {} adds is ever executed",
}
"""Why a verdict says nothing -> how a reader is told."""


@dataclass(frozen=True, slots=True)
class Vacuous:
    """Something that the verdicts do not speak of although it seems so.

    Args:
        cause: a key of `VACUOUS`.
        name: of the property, the procedure (`thread cpu` for a body) or the flag.
    """

    cause: str
    name: str

    def said(self) -> str:
        """A sentence."""
        return VACUOUS[self.cause].format(self.name)


@dataclass(frozen=True, slots=True)
class VariantLog:
    """What is said of one variant.

    Args:
        name: of the variant.
        bounds: sort -> the fewest and the most objects asked about.
        entries: in the model's order of properties.
        lemmas: what proofs rest on.
        traces: as `proofs.log.traces` writes them.
        vacuous: what says nothing.
        missing: the asked sizes at which no state satisfies the assumptions, in the order of
            `proofs.log.asked_sizes.choices`; verdicts speak of the others.
        unsure: whether it is not known of each other asked size that it has a system.
    """

    name: str
    bounds: Mapping[str, tuple[int, int]]
    entries: tuple[Entry, ...]
    lemmas: tuple[Lemmas, ...]
    traces: tuple[Mapping[str, Json], ...]
    vacuous: tuple[Vacuous, ...] = ()
    missing: tuple[Mapping[str, int], ...] = ()
    unsure: bool = False

    def largest(self) -> dict[str, int]:
        """The sizes that verdicts name: the largest of those asked about that have a system."""
        left_out = list(map(dict, self.missing))
        most = {sort: high for sort, (_, high) in self.bounds.items()}
        return next((one for one in choices(self.bounds) if one not in left_out), most)


@dataclass(frozen=True, slots=True)
class Log:
    """A proof log.

    Args:
        program: the version of this program that wrote it.
        invocation: what was asked.
        solvers: name -> version of those that the verdicts were found or confirmed with.
        specification: what it is about.
        variants: in order of declaration.
    """

    program: str
    invocation: Invocation
    solvers: Mapping[str, str]
    specification: Specification
    variants: tuple[VariantLog, ...]
