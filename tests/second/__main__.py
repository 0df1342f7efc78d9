# ruff: noqa: T201 -- it prints what it finds
"""`.venv/bin/python -m tests.second --examples 10000`: generated specifications, both front ends.

Prints how many agree, what was rejected, and the smallest specification found on which the product
and the second front end differ, with both answers. Exit 1 if there is one.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from tests.second.compare import Compared, compare
from tests.second.generate import generate
from tests.second.shrink import shrunk

SECONDS = 20
"""How long one specification may take."""


class TooSlow(Exception):
    """One specification took too long."""


def _stop(number: int, frame: Any) -> None:
    del number, frame
    raise TooSlow


def compared(text: str) -> Compared:
    """What came of a text; a crash of the product is a difference."""
    signal.signal(signal.SIGALRM, _stop)
    signal.alarm(SECONDS)
    try:
        return compare(text)
    except TooSlow:
        return Compared("too slow")
    except Exception as problem:  # noqa: BLE001 -- whatever it is, the text that does it is wanted
        return Compared("differs", (f"main.crash: {type(problem).__name__}: {problem}",))
    finally:
        signal.alarm(0)


def of_seed(seed: str) -> tuple[str, Compared]:
    """The answers for one seed."""
    return seed, compared(generate(seed))


def kinds(found: Compared) -> set[str]:
    """What differs, without variants and depths."""
    return {re.sub(r"\d+", "N", item.partition(".")[2]) for item in found.differences}


def smallest(text: str) -> str:
    """A smaller text that shows one of the same differences."""
    wanted = kinds(compared(text))
    return shrunk(text, lambda smaller: bool(wanted & kinds(compared(smaller))))


def main() -> int:
    """Runs the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.second")
    parser.add_argument("--examples", type=int, default=1000, help="how many specifications")
    parser.add_argument("--seed", default="0", help="where to begin: another one, other texts")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--show", help="print the specification of one seed and both answers")
    options = parser.parse_args()
    if options.show is not None:
        print(generate(options.show))
        print(*compared(generate(options.show)).differences, sep="\n")
        return 0
    outcomes: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    violated: Counter[str] = Counter()
    differing: list[tuple[int, str, Compared]] = []
    seeds = [f"{options.seed}/{number}" for number in range(options.examples)]
    with ProcessPoolExecutor(options.processes) as pool:
        for done, (seed, found) in enumerate(pool.map(of_seed, seeds, chunksize=20), 1):
            outcomes[found.outcome] += 1
            codes.update(found.codes)
            violated.update(found.violated)
            if found.outcome == "differs":
                differing.append((len(generate(seed)), seed, found))
                print(f"seed {seed}: {'; '.join(found.differences)}", flush=True)
            if done % 1000 == 0:
                print(f"{done} of {options.examples}: {dict(outcomes)}", flush=True)
    print(f"{options.examples} specifications: {dict(outcomes.most_common())}")
    print(f"rejected with: {dict(codes.most_common())}")
    print(f"violated or reached: {dict(violated.most_common())}")
    if not differing:
        print("No disagreement.")
        return 0
    _, seed, found = min(differing)
    text = smallest(generate(seed))
    print(f"\nThe smallest of {len(differing)} that differ, from seed {seed}:\n\n{text}\n")
    print(*compared(text).differences, sep="\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
