"""Collects the diagnostics of a pass."""

from __future__ import annotations

from collections.abc import Iterable

from frontend.names.budget import Budget
from frontend.source.diagnostics import Diagnostic, Note, suggestion
from frontend.source.spans import Source, Span

MOST_SUGGESTIONS = 20
"""Diagnostics that say what a name might have meant: comparing all names takes long."""


class Problems:
    """What a pass has found so far; each pass appends and goes on.

    Args:
        source: the text that spans point into.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.budget = Budget()

    def report(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        near: tuple[str, Iterable[str]] | None = None,
        notes: Iterable[tuple[str, Span | None]] = (),
        fix: str | None = None,
    ) -> None:
        """Adds one diagnostic.

        Args:
            near: the name as written and those it might have meant: becomes the fix.
            notes: message and place of each.
        """
        if near is not None and fix is None and len(self.found) < MOST_SUGGESTIONS:
            fix = suggestion(near[0], near[1])
        self.found.append(
            Diagnostic(code, message, span, tuple(Note(text, at) for text, at in notes), fix)
        )

    @property
    def failed(self) -> bool:
        """Whether anything found is an error."""
        return any(diagnostic.is_error for diagnostic in self.found)
