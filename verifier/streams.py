"""What standard output and standard error can show: ASCII where the locale is no UTF-8 one."""

from __future__ import annotations

import codecs
import io
import locale
import sys
from typing import TextIO


def set_up() -> None:
    r"""From here on nothing that is written fails for a character: what a stream cannot show is
    written as an escape, such as `\xe9`. Where the locale is not UTF-8, that is all but ASCII.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if is_unicode(stream, locale.getencoding()) else "ascii"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


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
