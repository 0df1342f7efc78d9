"""The archive of proof logs in `proofs/archive`: `python -m tests.archive` renews and rechecks it.

Each specification in `spec/` has a log there, made by `buddyproof log` as anybody would. With
names, only those specifications; with `--recheck`, nothing is written.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPECIFICATIONS = ROOT / "spec"
ARCHIVE = ROOT / "proofs" / "archive"

LIMIT = ("--timeout", "10m")
"""What a log contains must not depend on how fast the machine is."""


def names() -> list[str]:
    """The specifications by name."""
    return sorted(path.stem for path in SPECIFICATIONS.glob("*.alloc"))


def log_of(name: str) -> Path:
    """Where the log of a specification is kept."""
    return ARCHIVE / f"{name}.log"


def renew(chosen: Iterable[str]) -> int:
    """Writes logs anew; returns the worst exit status."""
    ARCHIVE.mkdir(exist_ok=True)
    return max(
        _run(
            "verifier",
            "log",
            str(SPECIFICATIONS / f"{name}.alloc"),
            *LIMIT,
            "-o",
            str(log_of(name)),
        )
        for name in chosen
    )


def recheck(chosen: Iterable[str]) -> int:
    """Rechecks logs with every solver meant for the job; returns the worst exit status."""
    return _run("proofs", "recheck", *(str(log_of(name)) for name in chosen))


def _run(module: str, *arguments: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, check=False
    ).returncode


def main() -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.archive", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="of a file in spec/, without .alloc"
    )
    parser.add_argument("--recheck", action="store_true", help="write nothing")
    given = parser.parse_args()
    chosen = given.names or names()
    return (0 if given.recheck else renew(chosen)) or recheck(chosen)


if __name__ == "__main__":
    sys.exit(main())
