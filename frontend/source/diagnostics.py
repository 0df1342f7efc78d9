"""Diagnostics as data: what is wrong, where, and what would put it right.

A diagnostic's code is stable. `frontend/source/codes.py` says what each means; `rendering` is the
only text a user sees. Nothing here prints.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from frontend.source.spans import Source, Span


@dataclass(frozen=True, slots=True)
class Note:
    """A second place or a remark that belongs to a diagnostic."""

    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake (code `E...`) or one warning (code `W...`).

    Args:
        code: a key of `frontend.source.codes.CODES`.
        message: one line, no full stop.
        span: where; the caret goes under it.
        notes: further places.
        fix: what to write instead ("did you mean `page`?"), or None.
    """

    code: str
    message: str
    span: Span
    notes: tuple[Note, ...] = ()
    fix: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether the specification is rejected because of it."""
        return self.code.startswith("E")


class Rejected(Exception):
    """A pass found errors; raised once, at the end of the pass.

    Args:
        source: the text that the spans point into.
        diagnostics: everything found so far, in source order.
    """

    def __init__(self, source: Source, diagnostics: Iterable[Diagnostic]) -> None:
        self.source = source
        self.diagnostics = tuple(in_order(diagnostics))
        super().__init__(f"{source.path}: {len(self.diagnostics)} diagnostics")


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each diagnostic once, by position and code.

    A procedure is checked wherever it is inlined and a declaration in every variant, so the
    same mistake is found many times.
    """
    seen: dict[tuple[str, Span], Diagnostic] = {}
    for diagnostic in diagnostics:
        seen.setdefault((diagnostic.code, diagnostic.span), diagnostic)
    return sorted(seen.values(), key=lambda d: (d.span.start, d.span.end, d.code))


LONGEST_NAME = 80
"""Characters of a name beyond which nothing is suggested: the comparison takes their square."""


def suggestion(name: str, candidates: Iterable[str]) -> str | None:
    """`did you mean ...?` for a near name, or None."""
    from difflib import get_close_matches  # a specification without mistakes needs it not

    if len(name) > LONGEST_NAME:
        return None
    near = get_close_matches(name, sorted(set(candidates)), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else None
