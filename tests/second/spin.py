"""SPIN, a model checker that nobody here wrote: installed where it is missing, and asked."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Said:
    """What SPIN found, breadth first and without any reduction.

    Args:
        states: how many there are.
        failed: the depth of the first assertion that does not hold (its step included), or None.
        ended: the depth of the first state in which nothing can move and some process is not at
            an `end` label, or None.
    """

    states: int
    failed: int | None
    ended: int | None


@cache
def missing() -> str | None:
    """Why SPIN cannot be asked; None: it can, perhaps after an installation."""
    if shutil.which("gcc") is None:
        return "SPIN needs gcc"
    if shutil.which("spin") is not None:
        return None
    if shutil.which("apt-get") is None:
        return "spin is not installed, and there is no apt-get to install it with"
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "spin"]):
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        if said.returncode:
            return f"spin is not installed, and `{' '.join(command)}` says: {said.stderr[-300:]}"
    return None if shutil.which("spin") else "the package spin has no program spin"


def ask(model: Path, folder: Path, definitions: tuple[str, ...] = ()) -> Said:
    """Translates, compiles and runs a Promela model.

    Args:
        folder: for the generated files.
        definitions: of macros, as `-DT=2`.
    """
    _run(folder, "spin", *definitions, "-a", str(model))
    # Macros of the model are not the generated C program's, which has names of its own.
    _run(folder, "gcc", "-O1", "-w", "-DSAFETY", "-DNOREDUCE", "-DBFS", "-o", "pan", "pan.c")
    text = _run(folder, "./pan", "-c0")
    states = re.search(r"^ *(\d+) states, stored", text, flags=re.MULTILINE)
    assert states is not None, text
    failed = [int(depth) for depth in re.findall(r"assertion violated .*\(at depth (\d+)\)", text)]
    ended = [int(depth) for depth in re.findall(r"invalid end state \(at depth (\d+)\)", text)]
    return Said(
        int(states[1]),
        min(failed) + 1 if failed else None,
        min(ended) if ended else None,
    )


def _run(folder: Path, *command: str) -> str:
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout
