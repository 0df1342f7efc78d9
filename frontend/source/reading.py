"""Files into sources, with a diagnostic for whatever is no text."""

from __future__ import annotations

from pathlib import Path

from frontend.source.diagnostics import Diagnostic, Rejected
from frontend.source.spans import LARGEST, NOWHERE, Source, Span


def read(path: str) -> Source:
    """The text of a specification; a byte order mark and CRLF line ends are tolerated.

    Args:
        path: where it is, and what diagnostics will call it.

    Raises:
        Rejected: E020 no such file, E021 a directory, E022 not readable, E023 no UTF-8 text,
            E024 too large.
    """
    return text_of(path, content_of(path))


def content_of(path: str) -> bytes:
    """The bytes of a specification's file, at most one more than is allowed.

    Args:
        path: where it is, and what diagnostics will call it.

    Raises:
        Rejected: E020 no such file, E021 a directory, E022 not readable.
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _refused(path, "E020", "no such file") from None
    except IsADirectoryError:
        raise _refused(path, "E021", "this is a directory", "name the files in it") from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _refused(path, "E022", f"cannot be read: {reason}") from None


def text_of(path: str, content: bytes) -> Source:
    """The text of a specification whose bytes are at hand.

    Args:
        path: what diagnostics will call it.
        content: the bytes of the whole specification.

    Raises:
        Rejected: E023 no UTF-8 text, E024 too large.
    """
    if len(content) > LARGEST:
        raise _refused(path, "E024", f"a specification of more than {LARGEST} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        source = Source(path, content[: error.start].decode("utf-8-sig", "replace"))
        end = len(source.text)
        message = f"the byte 0x{content[error.start]:02x} here is no UTF-8 text"
        fix = "save the file as UTF-8"
        raise Rejected(source, [Diagnostic("E023", message, Span(end, end), fix=fix)]) from None
    source = Source(path, text)
    if "\0" in text:
        zero = text.index("\0")
        message = "a NUL character: this is no text file"
        raise Rejected(source, [Diagnostic("E023", message, Span(zero, zero + 1))])
    return source


def _refused(path: str, code: str, message: str, fix: str | None = None) -> Rejected:
    return Rejected(Source(path, ""), [Diagnostic(code, message, NOWHERE, fix=fix)])
