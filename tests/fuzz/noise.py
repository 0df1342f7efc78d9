"""Damage that knows nothing of what it damages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

Mutator = Callable[[Random, bytes, Sequence[bytes]], bytes]
"""From a source of chance, a file and others of its kind: the file changed."""

ODD = (
    b"\x00", b"\x1b[31m", b"\x1b]0;x\x07", b"\r", b"\x0b", b"\x0c", b"\x7f", b"\x80", b"\xff\xfe",
    b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80\xae", b"\xe2\x81\xa6",
    b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xc2\x85", b"\xcc\x81", b"\xf0\x9f\x90\x9b", b"\xc2\xa0",
    b"\xd9\xa3", b"\xc2\xb2",
)  # fmt: skip
"""Control characters, what is not UTF-8, marks that turn text, digits that are not ours."""


def place(rng: Random, content: bytes) -> tuple[int, int]:
    """A short stretch of a file."""
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.choice((1, 1, 2, 5, 20, 200)))


def flip(rng: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """A bit, or a byte."""
    changed = bytearray(content or b"x")
    for _times in range(rng.choice((1, 1, 2, 10))):
        at = rng.randrange(len(changed))
        changed[at] = rng.choice((changed[at] ^ 1 << rng.randrange(8), rng.randrange(256)))
    return bytes(changed)


def delete(rng: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """A stretch goes."""
    start, end = place(rng, content)
    return content[:start] + content[end:]


def double(rng: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """A stretch stands there again, here or elsewhere."""
    start, end = place(rng, content)
    at = rng.choice((end, rng.randrange(len(content) + 1)))
    return content[:at] + content[start:end] * rng.choice((1, 1, 2, 50)) + content[at:]


def truncate(rng: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """The end, or the beginning, goes."""
    at = rng.randrange(len(content) + 1)
    return rng.choice((content[:at], content[:at], content[at:]))


def splice(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """The beginning of one file and the end of another."""
    other = rng.choice(others)
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]


def odd(rng: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """Characters that do not belong there."""
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice(ODD) * rng.choice((1, 1, 3)) + content[at:]


def run(rng: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """A very long run of one character, or of a few."""
    at = rng.randrange(len(content) + 1)
    what = rng.choice((b"a", b"9", b" ", b"\n", b"(", b"{", b"-", b">", b"=", b"/*", b'"', b"\t;"))
    return content[:at] + what * rng.choice((100, 3000, 100_000)) + content[at:]


def lines(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Lines change places, go, stand there twice, or come from another file."""
    found = content.split(b"\n")
    at, other = rng.randrange(len(found)), rng.randrange(len(found))
    match rng.randrange(5):
        case 0:
            found[at], found[other] = found[other], found[at]
        case 1:
            del found[at : at + rng.choice((1, 1, 5))]
        case 2:
            found.insert(other, found[at])
        case 3:
            found.insert(at, rng.choice(rng.choice(others).split(b"\n")))
        case _:
            found[at : at + 2] = [b"".join(found[at : at + 2])]
    return b"\n".join(found)


NOISE: tuple[Mutator, ...] = (flip, delete, double, truncate, splice, odd, run, lines)
