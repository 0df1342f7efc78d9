"""Runs the program for a benchmark: each measurement in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(Path(sys.executable).with_name("buddyproof"))


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program.

    Args:
        seconds: wall time, start of the program included.
        results: the entries of `results` in the JSON that it printed.
    """

    seconds: float
    status: int
    results: tuple[dict[str, Any], ...]


def verify(*arguments: str) -> Run:
    """`buddyproof verify ... --format json`."""
    command = [PROGRAM, "verify", *arguments, "--format", "json"]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    results = json.loads(done.stdout)["results"] if done.stdout.strip() else []
    return Run(seconds, done.returncode, tuple(results))


def wall(command: list[str], repeat: int) -> float:
    """The least wall time of several runs of a command: the one that was disturbed least."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        times.append(time.perf_counter() - start)
    return min(times)


def table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Columns aligned: the first one left, the others right."""
    widths = [max(len(row[i]) for row in (headings, *rows)) for i in range(len(headings))]

    def line(cells: tuple[str, ...]) -> str:
        first = cells[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
        return "  ".join((first, *rest)).rstrip()

    return "\n".join([line(headings), *map(line, rows)])
