"""What is tried and what came of it, as plain values that pass between processes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

KINDS = ("spec", "patch", "log", "bundle")

SPEC, PATCH, LOG, BUNDLE = "it.alloc", "it.patch", "it.log", "bundle"
"""What the files of a case are called in its folder."""


@dataclass(frozen=True, slots=True)
class Link:
    """In the place of a file: a symbolic link.

    Args:
        target: where it leads.
    """

    target: str


@dataclass(frozen=True, slots=True)
class Folder:
    """In the place of a file: an empty folder."""


@dataclass(frozen=True, slots=True)
class Pipe:
    """In the place of a file: a named pipe that nobody writes to."""


Files = dict[str, bytes | Link | Folder | Pipe]


@dataclass(frozen=True, slots=True)
class Case:
    """One input of the program.

    Args:
        kind: one of `KINDS`.
        index: which one of its kind it is; with the run's seed it makes the case.
        name: of the corpus file that it was made from.
        steps: what was done to that, in words.
        files: path in the case's folder -> what lies there.
        original: the same before anything was done to it.
        real: whether the program runs as a user runs it, in a process of its own.
    """

    kind: str
    index: int
    name: str
    steps: tuple[str, ...]
    files: Files
    original: Files
    real: bool = False

    @property
    def content(self) -> bytes:
        """Of the file that was mutated, where that is one file."""
        found = self.files[{"spec": SPEC, "patch": PATCH, "log": LOG}[self.kind]]
        assert isinstance(found, bytes)
        return found


@dataclass(frozen=True, slots=True)
class Problem:
    """What the program did wrong.

    Args:
        signature: the same for the same mistake, so that it is told once.
        text: what happened, with what the program said.
        command: the arguments that show it, in the case's folder.
    """

    signature: str
    text: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case.

    Args:
        statuses: exit statuses of the commands that ran.
        problem: the first one that was found.
        seconds: of processor time.
    """

    statuses: tuple[int, ...]
    problem: Problem | None = None
    seconds: float = 0.0


def lay_out(files: Mapping[str, bytes | Link | Folder | Pipe], folder: Path) -> None:
    """Writes the files of a case into a folder, which is emptied before."""
    import os

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        match content:
            case bytes():
                place.write_bytes(content)
            case Link(target):
                place.symlink_to(target)
            case Folder():
                place.mkdir()
            case Pipe():
                os.mkfifo(place)
