"""What is said of a specification that the tools could not get through, though it may be fine."""

from __future__ import annotations

from frontend.source.diagnostics import Diagnostic, Rejected
from frontend.source.spans import Source, Span

OUT_OF_TIME = "E025"
OUT_OF_MEMORY = "E026"
CRASHED = "E027"


def unread(path: str, code: str, message: str, fix: str | None = None) -> tuple[Source, Diagnostic]:
    """Its text, where that can be read, and the diagnostic on its first line.

    Args:
        code: one of those above.
    """
    from frontend.source.reading import read  # brings the parser with it

    try:
        source = read(path)
    except Rejected as rejected:
        source = rejected.source
    end = len(source.line(1)) if source.text else 0
    return source, Diagnostic(code, message, Span(0, end), fix=fix)
