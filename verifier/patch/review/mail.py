"""The texts of patches in a file: plain, one mail as `git format-patch` writes it, or an mbox.

Transfer encodings (quoted-printable, base64: RFC 2045) and encoded headers (RFC 2047) are undone
with the library `email`; what was undone is said. Every part that may hold a patch is read: one
that cannot be is an error, not a loss.
"""

from __future__ import annotations

import codecs
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

from verifier.patch.review.lines import Line, Text, cleaned
from verifier.patch.review.records import NoPatch

LARGEST = 8 * 1024 * 1024
"""Bytes of input: far more than any series, and still read in seconds."""

LONGEST_HEADER = 16 * 1024
"""Bytes of one header of a mail, all its lines together."""

_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:(?:[ \t]|\r?\n)")
_MAIL = re.compile(
    rb"^(?:from|subject|date|to|message-id|mime-version|content-type|return-path|received):",
    re.IGNORECASE | re.MULTILINE,
)
_MIME = re.compile(rb"^content-[a-z-]+:", re.IGNORECASE | re.MULTILINE)
_FROM = re.compile(rb"^From [^\s]", re.MULTILINE)
_YEAR = re.compile(rb"\b\d{4}\b")
_OF_GIT = re.compile(rb"From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001")
_SUBJECT = re.compile(r"Subject:?[ \t]*(?=\S)")
_ESCAPE = re.compile(rb"=(?:3D|09|20(?=\r?$))", re.MULTILINE)
_SOFT_BREAK = re.compile(rb"=\r?\n")
_EQUALS = re.compile(rb"=(?![0-9A-F]{2}|[ \t]{0,80}\r?$)", re.MULTILINE)
"""Nothing that quoted-printable text has."""

_STUFFED_FROM = re.compile(rb"^>(>{0,64}From )", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PATCH_FILE = re.compile(r"\.(?:patch|diff)\Z", re.IGNORECASE)
_PACKED_FILE = re.compile(
    r"\.(?:patch|diff|mbox|eml)\.(?:gz|bz2|xz|zst|zip|lz4)\Z|\.(?:tar|tgz|zip)\Z", re.IGNORECASE
)
_ENCODED = frozenset(("quoted-printable", "base64", "x-uuencode", "uuencode", "uue", "x-uue"))
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape"})
"""Codecs of Python that no mail is written in; some take quadratic time."""

_HUNK = re.compile(rb"@@+ -\d{1,9}(?:,\d{1,9})? ")
_HEADER_LINE = re.compile(rb"^(?:[>|] ?)*+@@+ -\d", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mail:
    """One patch before it is parsed.

    Args:
        subject: "" where there is none.
        texts: its parts.
        notes: what was undone or assumed.
    """

    subject: str
    texts: tuple[Text, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Message:
    """The bytes of a message, and the number of its first line in the file."""

    content: bytes
    line: int
    enveloped: bool


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
        NoPatch: there is nothing, it is no text, or it has a part that may be a patch and cannot
            be read.
    """
    if not content.strip():
        raise NoPatch("the file is empty")
    content, note = _one_byte_a_letter(content)
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise NoPatch("this is no text: it has bytes of value zero", line)
    found = [_mail(message) for message in _messages(content)]
    if note:
        found[0] = Mail(found[0].subject, found[0].texts, (note, *found[0].notes))
    return found


def _one_byte_a_letter(content: bytes) -> tuple[bytes, str]:
    """UTF-16, which some editors and shells write, as UTF-8; byte order marks are dropped."""
    marked = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
    name = marked.get(content[:2], "")
    body = content[2:] if name else content
    if not name and b"\0" in content[:2]:
        name = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    if not name:
        return content.removeprefix(b"\xef\xbb\xbf"), ""
    try:
        text = body.decode(name)
    except UnicodeDecodeError:
        marked_so = "a byte order mark of UTF-16, but no such text after it"
        raise NoPatch(marked_so if body is not content else "this is no text") from None
    return text.encode("utf-8", "replace"), "the file was in UTF-16"


def _messages(content: bytes) -> Iterator[_Message]:
    """The messages of an mbox, each after its `From ` line; or the whole."""
    starts = [(match.start(), _after(content, match.start())) for match in _FROM.finditer(content)]
    starts = [(start, end) for start, end in starts if _is_envelope(content, start, end)]
    if not starts:
        yield _Message(content, 1, False)
        return
    if content[: starts[0][0]].strip():
        yield _Message(content[: starts[0][0]], 1, False)
    line, counted = 1, 0
    ends = [start for start, _ in starts[1:]] + [len(content)]
    for (_, begin), end in zip(starts, ends, strict=True):
        line += content.count(b"\n", counted, begin)
        counted = begin
        yield _Message(content[begin:end], line, True)


def _after(content: bytes, start: int) -> int:
    """Where the line after the one at `start` begins."""
    return content.find(b"\n", start) + 1 or len(content)


def _is_envelope(content: bytes, start: int, end: int) -> bool:
    if not _HEADER.match(content, end) or not _YEAR.search(content, start, min(end, start + 999)):
        return False
    if start == 0 or _OF_GIT.match(content, start):
        return True
    return content[max(0, start - 3) : start].endswith((b"\n\n", b"\n\r\n"))


def _mail(message: _Message) -> Mail:
    notes: list[str] = []
    content = message.content
    head = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0]
    is_mail = _HEADER.match(content) is not None and _MAIL.search(head) is not None
    if not is_mail and not message.enveloped:
        return _plain(content, notes)
    _check_headers(content, head, message.line)
    if message.enveloped:
        # As an mbox has it, where a line of the body could be taken for the next message.
        content = _STUFFED_FROM.sub(rb"\1", content)
    try:
        parsed = message_from_bytes(content)
        texts = tuple(_texts(parsed, message.line, content, notes))
        subject = _subject(parsed)
    except RecursionError:
        raise NoPatch("mails within mails, too deeply to be read", message.line) from None
    if not texts:
        notes.append("the mail has no part of text")
    return Mail(subject, texts, tuple(dict.fromkeys(notes)))


def _plain(content: bytes, notes: list[str]) -> Mail:
    numbers: Sequence[int] = ()
    if _ESCAPE.search(content) and _SOFT_BREAK.search(content) and not _EQUALS.search(content):
        decoded = quopri.decodestring(content)
        if len(_HEADER_LINE.findall(decoded)) >= len(_HEADER_LINE.findall(content)):
            numbers, content = _numbers(content, 1), decoded
            notes.append("quoted-printable text without a header that says so: decoded")
    text = _text(
        _decoded(content, "utf-8", notes), numbers or range(1, len(content) + 2), "", notes
    )
    first = next((line.text for line in text.lines if line.text.strip()), "")
    match = _SUBJECT.match(first)
    subject = " ".join(first[match.end() :].split()) if match is not None else ""
    return Mail(subject, (text,), tuple(notes))


def _check_headers(content: bytes, head: bytes, line: int) -> None:
    """Refuses headers of a size that the library reads in quadratic time.

    Raises:
        NoPatch: there is one.
    """
    starts = [match.start() for match in _MIME.finditer(content)]
    starts += [match.start() for match in re.finditer(rb"^[^\s:]", head, re.MULTILINE)]
    for start in starts:
        end = _after(content, start)
        while end - start <= LONGEST_HEADER and content[end : end + 1] in (b" ", b"\t"):
            end = _after(content, end)
        if end - start > LONGEST_HEADER:
            number = line + content.count(b"\n", 0, start)
            raise NoPatch(f"a header of more than {LONGEST_HEADER // 1024} KiB", number)


# --- parts ---------------------------------------------------------------------------------


def _texts(message: Message, line: int, whole: bytes, notes: list[str]) -> Iterator[Text]:
    """The parts that may hold a patch.

    Raises:
        NoPatch: one may, and cannot be read.
    """
    for part in message.walk():
        around = f"{part.preamble or ''}\n{part.epilogue or ''}".encode("utf-8", "replace")
        if _HEADER_LINE.search(around):
            raise NoPatch("a hunk outside of the parts of a mail: their ends are not as said", line)
    parts = [part for part in message.walk() if not part.is_multipart()]
    position, hunks, pages, seen_hunks = 0, 0, [], 0
    for number, part in enumerate(parts, 1):
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or not content:
            continue
        raw = _raw(part, content)
        found = whole.find(raw, position) if raw else -1
        start = 0
        if found >= 0:
            start = line + whole.count(b"\n", 0, found)
            position = found + len(raw)
        if _PACKED_FILE.search(_file_name(part)):
            raise NoPatch("an attached file is packed: unpack it and review that", start)
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            pages.append((start, len(_HUNK.findall(content))))
        elif part.get_content_maintype() == "text" or _is_patch(part, content):
            hunks += len(_HUNK.findall(content))
            of = f"part {number} of the mail, decoded" if len(parts) > 1 else "the mail, decoded"
            yield _part(part, content, raw, start, of, notes)
    for start, seen_hunks in pages:
        if seen_hunks > hunks:
            raise NoPatch(
                "the patch is in HTML, which changes its white space: take the mail as plain text",
                start,
            )


def _raw(part: Message, content: bytes) -> bytes:
    """A part's body as it stands in the mail."""
    if _encoding(part) not in _ENCODED:
        return content
    payload = part.get_payload()
    return payload.encode("ascii", "replace") if isinstance(payload, str) else b""


def _encoding(part: Message) -> str:
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower()


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, LookupError):  # a file name in a charset that nobody knows
        return ""


def _is_patch(part: Message, content: bytes) -> bool:
    """Whether an attachment that is not called a text is one with a diff."""
    if _PATCH_FILE.search(_file_name(part)) is not None:
        return True
    return (
        b"\0" not in content
        and re.search(rb"^(?:diff -|@@ -\d)", content, re.MULTILINE) is not None
    )


def _part(part: Message, content: bytes, raw: bytes, start: int, of: str, notes: list[str]) -> Text:
    encoding = _encoding(part)
    numbers: Sequence[int] = ()
    if encoding in _ENCODED:
        notes.append(f"the mail's body was {encoding}: decoded")
    if start and encoding == "quoted-printable":
        numbers = _numbers(raw, start)
    elif start and encoding not in _ENCODED:
        numbers = range(start, start + raw.count(b"\n") + 2)
    charset = part.get_content_charset("utf-8")
    if not charset.startswith("utf-16"):
        content, note = _one_byte_a_letter(content)
        if note:
            notes.append(note)
            charset = "utf-8"
    decoded = _decoded(content, charset, notes)
    text = _text(decoded, numbers, of, notes)
    flowed = str(part.get_param("format", "")).lower() == "flowed"
    joined = str(part.get_param("delsp", "")).lower() == "yes"
    return Text(text.lines, text.of, flowed, joined)


def _numbers(raw: bytes, first: int) -> list[int]:
    """For each line of quoted-printable text, once decoded, the number of its first line."""
    found, fresh = [], True
    for number, line in enumerate(raw.split(b"\n"), first):
        if fresh:
            found.append(number)
        fresh = not line.rstrip(b" \t\r").endswith(b"=")
    return found


def _text(decoded: str, numbers: Sequence[int], of: str, notes: list[str]) -> Text:
    """The lines of a text.

    Args:
        decoded: with any line ends.
        numbers: of its lines in the file; lines are counted from 1 where they are too few.
        of: what they are then said to be lines of.

    Raises:
        NoPatch: it has the colours of a terminal.
    """
    if "\r" in decoded:
        if "\n" not in decoded:
            decoded = decoded.replace("\r", "\n")
        decoded, number = re.subn(r"\r{1,4}\n", "\n", decoded)
        notes.append(
            "line ends of CR LF: made line feeds" if number else "line ends of CR: made line feeds"
        )
    lines = decoded.split("\n")
    known = len(numbers) >= len(lines)
    counted = numbers if known else range(1, len(lines) + 1)
    found = tuple(Line(text, number) for text, number in zip(lines, counted, strict=False))
    return cleaned(Text(found, "" if known else of), notes)


def _decoded(content: bytes, charset: str, notes: list[str]) -> str:
    for name in dict.fromkeys((charset, "utf-8")):
        try:
            if codecs.lookup(name).name.replace("_", "-") not in _NO_CHARSETS:
                return content.decode(name)
        except (UnicodeError, LookupError):
            continue
    name = charset if re.fullmatch(r"[\w.:-]{1,40}", charset) else "its charset"
    notes.append(f"no text in {name}: read as Latin-1")
    return content.decode("latin-1")


def _subject(message: Message) -> str:
    raw = str(message.get("Subject", ""))
    try:
        text = str(make_header(decode_header(raw)))
    except (HeaderParseError, ValueError, LookupError):
        text = raw
    return " ".join(_CONTROL.sub("?", text).split())
