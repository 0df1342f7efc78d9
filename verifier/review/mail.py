"""The text of patches in a file: plain, one mail as `git format-patch` writes it, or an mbox.

Transfer encodings (quoted-printable, base64: RFC 2045), encoded headers (RFC 2047) and flowed
text (RFC 3676) are undone with the library `email`; what was undone is said.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

from verifier.review.values import NoPatch

LARGEST = 8 * 1024 * 1024
"""Bytes of input: far more than any series, and still read in seconds."""

_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:(?:[ \t]|\r?\n)")
_MAIL = re.compile(
    rb"^(?:from|subject|date|to|message-id|mime-version|content-type|return-path|received):",
    re.IGNORECASE | re.MULTILINE,
)
_FROM = re.compile(rb"(?:\A|(?<=\n))From \S+[ \t].*\d{4}.*\r?\n")
_SUBJECT = re.compile(r"\ASubject:?[ \t]*(?P<text>\S.*)")
_ESCAPE = re.compile(rb"=(?:3D|09|20(?=\r?$))", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_PATCH_FILE = re.compile(r"\.(?:patch|diff)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mail:
    """One patch before it is parsed.

    Args:
        subject: "" where there is none.
        text: with plain line feeds.
        notes: what was undone or assumed.
    """

    subject: str
    text: str
    notes: tuple[str, ...]


def read(path: str) -> bytes:
    """The bytes of a file; `-` is standard input.

    Raises:
        NoPatch: it cannot be read, or is too large.
    """
    try:
        if path == "-":
            import sys

            content = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(path).open("rb") as file:
                content = file.read(LARGEST + 1)
    except IsADirectoryError:
        raise NoPatch("this is a directory: name one file") from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise NoPatch(f"cannot be read: {reason}") from None
    if len(content) > LARGEST:
        raise NoPatch(f"more than {LARGEST // 1024**2} MiB: this is too large for a patch")
    return content


def mails(content: bytes) -> list[Mail]:
    """The patches in a file's bytes, in order.

    Raises:
        NoPatch: there is nothing, or it is no text.
    """
    if not content.strip():
        raise NoPatch("the file is empty")
    content, note = _one_byte_a_letter(content)
    if b"\0" in content:
        raise NoPatch("this is no text: it has bytes of value zero")
    found = [
        _mail(part, is_mail=enveloped or _looks_like_mail(part))
        for enveloped, part in _messages(content)
    ]
    if note:
        found[0] = Mail(found[0].subject, found[0].text, (note, *found[0].notes))
    return found


def _one_byte_a_letter(content: bytes) -> tuple[bytes, str]:
    """UTF-16, which some editors write, as UTF-8; byte order marks are dropped."""
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            try:
                text = content[2:].decode(name)
            except UnicodeDecodeError:
                raise NoPatch("a byte order mark of UTF-16, but no such text after it") from None
            return text.encode("utf-8", "replace"), "the file was in UTF-16"
    return content.removeprefix(b"\xef\xbb\xbf"), ""


def _messages(content: bytes) -> Iterator[tuple[bool, bytes]]:
    """The messages of an mbox, with whether a `From ` line stood before; or the whole."""
    starts = [
        match
        for match in _FROM.finditer(content)
        if _HEADER.match(content, match.end())
        and (match.start() == 0 or content[: match.start()].endswith((b"\n\n", b"\n\r\n")))
    ]
    if not starts:
        yield False, content
        return
    if content[: starts[0].start()].strip():
        yield False, content[: starts[0].start()]
    ends = [match.start() for match in starts[1:]] + [len(content)]
    for match, end in zip(starts, ends, strict=True):
        yield True, content[match.end() : end]


def _looks_like_mail(content: bytes) -> bool:
    head = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0]
    return _HEADER.match(content) is not None and _MAIL.search(head) is not None


def _mail(content: bytes, *, is_mail: bool) -> Mail:
    if not is_mail:
        notes: list[str] = []
        if _ESCAPE.search(content) and re.search(rb"=\r?\n", content):
            content = quopri.decodestring(content)
            notes.append("quoted-printable text without a header that says so: decoded")
        text = _lines(_decoded(content, "utf-8", notes), notes)
        first = _SUBJECT.match(text.lstrip("\n"))
        return Mail(" ".join(first["text"].split()) if first else "", text, tuple(notes))
    message = message_from_bytes(content)
    notes = []
    texts = [_payload(part, notes) for part in message.walk() if _has_text(part)]
    if not texts:
        notes.append("the mail has no part of text")
    text = _lines("\n".join(texts), notes)
    return Mail(_subject(message), text, tuple(dict.fromkeys(notes)))


def _has_text(part: Message) -> bool:
    if part.is_multipart():
        return False
    if part.get_content_maintype() == "text":
        return part.get_content_subtype() != "html"
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError):  # a file name in a charset that nobody knows
        name = ""
    return _PATCH_FILE.search(name) is not None


def _payload(part: Message, notes: list[str]) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding in ("quoted-printable", "base64"):
        notes.append(f"the mail's body was {encoding}: decoded")
    text = _decoded(content, part.get_content_charset("utf-8"), notes)
    if str(part.get_param("format", "")).lower() == "flowed":
        notes.append("the mail was sent as format=flowed: unfolded, lines may not be as written")
        text = _unflowed(text)
    return text


def _decoded(content: bytes, charset: str, notes: list[str]) -> str:
    for name in dict.fromkeys((charset, "utf-8")):
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    notes.append(f"no text in {charset}: read as Latin-1")
    return content.decode("latin-1")


def _lines(text: str, notes: list[str]) -> str:
    if "\r" in text:
        notes.append("line ends of CR LF: made line feeds")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text, number = _CONTROL.subn("?", text)
    if number:
        notes.append("control characters: shown as `?`")
    return text


def _unflowed(text: str) -> str:
    """Lines that end in a space go on in the next; one leading space was stuffed."""
    found: list[str] = []
    goes_on = False
    for line in text.split("\n"):
        line = line.removesuffix("\r")
        line = line.removeprefix(" ")
        if goes_on:
            found[-1] += line
        else:
            found.append(line)
        goes_on = len(line) > 1 and line.endswith(" ") and line != "-- "
    return "\n".join(found)


def _subject(message: Message) -> str:
    raw = str(message.get("Subject", ""))
    try:
        text = str(make_header(decode_header(raw)))
    except (HeaderParseError, ValueError, LookupError):
        text = raw
    return " ".join(_CONTROL.sub("?", text).split())
