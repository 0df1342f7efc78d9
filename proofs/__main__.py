"""`python -P -m proofs recheck FILE`: rechecks a proof log without importing any engine.

Without -P, Python first looks for modules in the current folder, where somebody may have put some.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Sequence

from proofs.recheck.durations import seconds

INTERRUPTED = 130
BROKEN_PIPE = 128 + 13


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    begun = time.monotonic()
    parser = argparse.ArgumentParser(prog="python -P -m proofs", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    recheck = commands.add_parser("recheck", help="recheck proof logs")
    recheck.add_argument(
        "files", nargs="+", metavar="FILE", help="a log, - for standard input, or a bundle's folder"
    )
    recheck.add_argument("--solver", action="append", default=[], metavar="NAME")
    recheck.add_argument("--format", choices=("text", "json"), default="text", dest="layout")
    recheck.add_argument("--quiet", action="store_true", help="only what is wrong, and the verdict")
    recheck.add_argument("--spec", metavar="FILE", help="what the logs should be about")
    recheck.add_argument(
        "--timeout", type=_timeout, metavar="TIME", help="90s, 5m, 1h: for all of them"
    )
    given = parser.parse_args(arguments)
    from proofs.recheck.command import run  # which brings the front end: that is of the time, too

    until = math.inf if given.timeout is None else begun + given.timeout
    try:
        status = run(
            given.files,
            tuple(given.solver),
            sys.stdout.write,
            layout=given.layout,
            quiet=given.quiet,
            specification=given.spec,
            until=until,
        )
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return BROKEN_PIPE
    return status


def _timeout(text: str) -> float:
    try:
        return seconds(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem


if __name__ == "__main__":
    sys.exit(main())
