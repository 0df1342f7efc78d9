"""How the caller and a solver's process talk over pipes: JSON values, each after its length."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_LENGTH = struct.Struct(">I")

LARGEST = 1 << 24
"""Bytes: far above any answer, so that nobody waits for the rest of what is none."""

HEAD = _LENGTH.size
"""How many bytes tell the length of what follows."""

Message = dict[str, object]
"""A JSON object."""


def pack(message: Message) -> bytes:
    """A message as it goes through a pipe."""
    body = json.dumps(message).encode()
    return _LENGTH.pack(len(body)) + body


def length(head: bytes) -> int:
    """How long the message is that follows these `HEAD` bytes."""
    (size,) = _LENGTH.unpack(head)
    return int(size)


def unpack(body: bytes) -> Message:
    """A message from its bytes, without the length.

    Raises:
        ValueError: this is no JSON object.
    """
    try:
        message = json.loads(body)
    except RecursionError as error:
        raise ValueError("a message nests too deep") from error
    if not isinstance(message, dict):
        raise ValueError("no JSON object")
    return message


@dataclass(slots=True)
class Inbox:
    """Collects what comes out of a pipe, in pieces of any size, into messages."""

    _rest: bytes = b""

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that these bytes complete.

        Raises:
            ValueError: a message is no JSON object, or larger than `LARGEST`.
        """
        self._rest += data
        while len(self._rest) >= HEAD:
            size = length(self._rest[:HEAD])
            if size > LARGEST:
                raise ValueError(f"a message of {size} bytes")
            end = HEAD + size
            if len(self._rest) < end:
                return
            body, self._rest = self._rest[HEAD:end], self._rest[end:]
            yield unpack(body)
