"""What the program says, word for word: `make golden` rewrites the files below tests/golden.

A changed file is to be read like a changed program: as the kernel engineer who gets the output.
Only how long things took and the version of the program are left out.
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

import pytest

from verifier.cli.main import main

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"

VERIFIED = {
    "free_path": "spec/free_path.alloc",
    "pcp_free_path": "spec/pcp_free_path.alloc",
    "lost_update": "tests/corpus/refuted/lost_update.alloc",
    "lock_cycle_two_orders": "tests/corpus/refuted/lock_cycle_two_orders.alloc",
    "variants_of_a_counter": "tests/corpus/refuted/variants_of_a_counter.alloc",
}
CHECKED = {
    "E305_torn_increment": "tests/corpus/rejected/E305_torn_increment.alloc",
    "E102_unknown_name": "tests/corpus/rejected/E102_unknown_name.alloc",
    "E303_waits_in_the_middle": "tests/corpus/rejected/E303_waits_in_the_middle.alloc",
}
SLOW = {"pcp_free_path"}
"""Their proofs for every size have a test of their own, without a golden file."""

COMMANDS = {
    **{
        f"verify_{name}.txt": ["verify", spec, *(["--bounded"] if name in SLOW else [])]
        for name, spec in VERIFIED.items()
    },
    # The lemmas of each single step fill pages that nobody reads as a diff.
    **{
        f"verify_{name}.json": ["verify", spec, "--bounded", "--format", "json"]
        for name, spec in VERIFIED.items()
    },
    **{f"check_{name}.txt": ["check", spec] for name, spec in CHECKED.items()},
    "explain_E305.txt": ["explain", "E305"],
}


def normalised(text: str) -> str:
    """The output without what differs from run to run and from release to release."""
    text = re.sub(r'("seconds": )[0-9.e-]+', r"\g<1>0", text)
    return re.sub(r'("version": )"[^"]*"', r'\g<1>"0"', text)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_program_says_what_the_golden_file_says(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    status = main(COMMANDS[name])
    said = capsys.readouterr()
    errors = said.err if name.startswith("check_") else ""
    text = f"{normalised(said.out)}{errors}"
    if not name.endswith(".json"):
        text = f"$ buddyproof {' '.join(COMMANDS[name])}\n{text}exit status {status}\n"
    path = GOLDEN / name
    if os.environ.get("BUDDYPROOF_UPDATE_GOLDEN") == "1":
        path.write_text(text)
        return
    wanted = path.read_text()
    difference = difflib.unified_diff(
        wanted.splitlines(), text.splitlines(), "golden", "now", lineterm=""
    )
    assert text == wanted, "\n".join(["`make golden` accepts this:", *difference])


def test_every_golden_file_has_its_command() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(COMMANDS)


def test_what_is_piped_fits_72_columns() -> None:
    for path in GOLDEN.glob("verify_*.txt"):
        for line in path.read_text().splitlines():
            assert len(line) <= 72 or line.startswith("$ "), f"{path.name}: {line}"
