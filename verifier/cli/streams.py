"""What standard output and standard error can show: ASCII where the locale is no UTF-8 one."""

from __future__ import annotations

import codecs
import io
import locale
import sys
from typing import TextIO, cast


def set_up() -> None:
    r"""From here on nothing that is written fails for a character: what a stream cannot show is
    written as an escape, such as `\xe9`. Where the locale is not UTF-8, that is all but ASCII.
    """
    sys.stdout = _set_up(sys.stdout)
    sys.stderr = _set_up(sys.stderr)


def _set_up(stream: TextIO) -> TextIO:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
        if not is_unicode(stream, locale.getencoding()):
            return cast(TextIO, Ascii(stream))
    return stream


def is_unicode(stream: TextIO, charset: str) -> bool:
    """Whether all characters can be written to a stream and read by whoever reads it.

    Args:
        stream: it may be UTF-8 although the locale is not: Python takes that mode for `LC_ALL=C`.
        charset: the locale's.
    """
    return all(_is_utf8(name) for name in (stream.encoding, charset))


def _is_utf8(name: str) -> bool:
    try:
        return codecs.lookup(name).name == "utf-8"
    except LookupError:
        return False


class Ascii:
    """A stream that is written to in ASCII.

    An encoding of that name would not do: click takes it for a mistake, and writes UTF-8.

    Args:
        stream: takes the text.
    """

    encoding = "utf-8"

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes a text; all but ASCII as escapes."""
        self._stream.write(text.encode("ascii", "backslashreplace").decode("ascii"))
        return len(text)

    def __getattr__(self, name: str) -> object:
        """All else is the stream's own."""
        return getattr(self._stream, name)
