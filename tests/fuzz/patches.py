"""Patches and mails changed by line, by number and by what a mail says of itself."""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Sequence
from random import Random

from tests.fuzz.noise import NOISE, Mutator

LINES = (
    b"", b"-- ", b"--- a/x", b"+++ b/x", b"@@ -1 +1 @@", b"@@ -1,0 +1,0 @@", b"@@ -0,0 +1,99 @@",
    b"@@@ -1 -1 +1 @@@", b"diff --git a/x b/y", b"rename from x",
    b"Binary files a/x and b/x differ", b"GIT binary patch", b"literal 9999999999", b"*** a/x",
    b"--- 1,4 ----", b"***************",
    b"\\ No newline at end of file", b"index 0..0", b"new file mode 100644", b"old mode 100644",
    b"diff --cc x", b"Subject: =?utf-8?b?////?=", b"Content-Type: text/plain; format=flowed",
    b"Content-Transfer-Encoding: base64", b"Content-Type: text/plain; charset=utf-7",
    b"Content-Type: multipart/mixed; boundary=x", b"--x", b"--x--",
    b"From x Mon Sep 17 00:00:00 2001", b"---", b">From x", b"begin 644 x",
    b"-----BEGIN PGP SIGNED MESSAGE-----", b"-- >8 --", b"=",
    b"+\x1b[32mx", b"Only in x: y", b"1,2c3,4", b"< x", b"> x", b"+++ /dev/null", b"--- /dev/null",
)  # fmt: skip
SIZES = (b"0", b"1", b"2", b"7", b"100", b"99999999999999999999", b"4294967296", b"-1", b"9" * 5000)


def line_by_line(rng: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """A line goes, is cut, prefixed, or becomes one that means something in a mail."""
    found = content.split(b"\n")
    for _times in range(rng.choice((1, 1, 2, 3))):
        at = rng.randrange(len(found))
        match rng.randrange(7):
            case 0:
                found[at] = found[at][1:]
            case 1:
                found[at] = found[at][: rng.randrange(len(found[at]) + 1)]
            case 2:
                cut = rng.randrange(len(found[at]) + 1)
                found[at : at + 1] = [found[at][:cut], found[at][cut:]]
            case 3:
                found[at] = (
                    rng.choice((b"> ", b" ", b"+", b"-", b"\t", b"@@ ", b"> > ")) + found[at]
                )
            case 4:
                found[at] = rng.choice(LINES)
            case 5:
                found.insert(at, rng.choice(LINES))
            case _:
                found[at] += rng.choice((b" ", b"\r", b"=", b" \r", b"\xa0", b"\t"))
    return b"\n".join(found)


def resized(rng: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """A number in a hunk's header becomes another one."""
    places = [
        number.span()
        for header in re.finditer(rb"@@ [^@\n]*@@", content)
        for number in re.finditer(rb"\d+", content[: header.end()])
        if number.start() >= header.start()
    ]
    if not places:
        return content
    start, end = rng.choice(places)
    return content[:start] + rng.choice(SIZES) + content[end:]


def again(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """A hunk, or a whole file, stands there again; or one of another patch does."""
    pieces = re.split(rb"(?m)^(?=@@ |diff --git )", rng.choice((content, rng.choice(others))))
    at = rng.choice([0, *(match.start() for match in re.finditer(rb"(?m)^", content))])
    return content[:at] + rng.choice(pieces) * rng.choice((1, 1, 2, 30)) + content[at:]


def wrapped(rng: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """The whole becomes a mail, a quote, an attachment, or is encoded."""
    head = b"From: A <a@example.org>\nSubject: [PATCH] x\n"
    match rng.randrange(9):
        case 0:
            depth = rng.choice((1, 2, 7, 300))
            return b"\n".join(b"> " * depth + line for line in content.split(b"\n"))
        case 1:
            return head + b"Content-Type: text/plain; format=flowed\n\n" + content
        case 2:
            kind = rng.choice(
                (b"base64", b"BASE64", b"quoted-printable", b"x-uuencode", b"nothing")
            )
            body = {b"q": quopri.encodestring}.get(kind[:1], base64.encodebytes)(content)
            return head + b"Content-Transfer-Encoding: " + kind + b"\n\n" + body
        case 3:
            charset = rng.choice(
                (b"utf-16", b"utf-7", b"iso-2022-jp", b"nothing", b"rot13", b"hex", b"idna")
            )
            return head + b"Content-Type: text/plain; charset=" + charset + b"\n\n" + content
        case 4:
            depth = rng.choice((1, 3, 30, 200))
            mail = b"Content-Type: text/x-patch\n\n" + content
            for level in range(depth):
                cut = b"b%d" % level
                mail = (
                    b'Content-Type: multipart/mixed; boundary="' + cut + b'"\n\n--' + cut + b"\n"
                ) + mail + b"\n--" + cut + b"--\n"  # fmt: skip
            return head + mail
        case 5:
            mail = b"From x Mon Sep 17 00:00:00 2001\n" + head + b"\n" + content + b"\n"
            return mail * rng.choice((1, 2, 20))
        case 6:
            return content.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\r\r\n", b"\n\n", b" \n")))
        case 7:
            return content.decode("latin-1").encode(rng.choice(("utf-16", "utf-16-le", "utf-32")))
        case _:
            return b"\n".join(b"\x1b[31m" + line + b"\x1b[m" for line in content.split(b"\n"))


def long_line(rng: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """A line that patterns like, very long."""
    start = rng.choice(
        (b"@@ -1,1 +1,1 @@ ", b"+", b"diff --git ", b"--- ", b"Subject: ", b"> ", b"")
    )
    what = rng.choice(
        (b"a", b" ", b"a/", b'"', b"\\", b"(", b"=?", b"\t", b"> ", b",1", b"a b/", b"\\3")
    )
    line = start + what * rng.choice((300, 20_000)) + rng.choice((b"", b"x", b'"', b"@@"))
    at = rng.choice([0, *(match.start() for match in re.finditer(rb"(?m)^", content))])
    return content[:at] + line + b"\n" + content[at:]


MUTATORS: tuple[Mutator, ...] = (
    *NOISE,
    *(line_by_line, line_by_line, line_by_line, line_by_line),
    *(resized, resized, again, wrapped, wrapped, long_line),
)
