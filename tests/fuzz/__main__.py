# ruff: noqa: T201 -- it prints its table
"""Twenty thousand damaged inputs by one command: `.venv/bin/python -m tests.fuzz --cases 20000`.

Specifications, patches, proof logs and bundles are mutated and given to the program. It has to
answer each within ten seconds of processor time, without a traceback, with an exit status that its
documents know, and not with success to what is garbage (`tests/fuzz/judging.py`). Each kind of
mistake is made smaller and written into a folder, with the command that shows it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.campaign import Campaign
from tests.fuzz.case import KINDS


def main() -> int:
    """Runs the cases that the command line asks for; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=200, help="how many")
    parser.add_argument("--start", type=int, default=0, help="the number of the first one")
    parser.add_argument("--seed", type=int, default=0, help="of all that is left to chance")
    parser.add_argument("--kind", choices=KINDS, action="append", help="only these (repeatable)")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"), help="a folder")
    parser.add_argument("--tries", type=int, default=300, help="to make a finding smaller")
    asked = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        kinds = asked.kind or KINDS
        campaign = Campaign(Path(folder), kinds, asked.seed, asked.jobs, asked.findings, _say)
        try:
            campaign.run(range(asked.start, asked.start + asked.cases))
            campaign.minimise(asked.tries)
        finally:
            campaign.close()
    _say("")
    print(campaign.table())
    for finding in campaign.findings.values():
        place = asked.findings / finding.name
        print(f"\n{finding.problem.signature} ({finding.count} times): {place}")
    print(f"\n{asked.cases} cases, {len(campaign.findings)} findings, seed {asked.seed},", end=" ")
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if campaign.findings else 0


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text[:78]}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
