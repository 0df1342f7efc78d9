"""The program in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]
LOST = "tests/corpus/refuted/lost_update.alloc"
REJECTED = "tests/corpus/rejected/E102_unknown_name.alloc"
FAST = ["--property", "none_lost", "--bounded"]


def run(
    *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The program in a process of its own, in the root of the project."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if name not in ("FORCE_COLOR", "NO_COLOR", "PYTHONIOENCODING", "PYTHONUTF8")
    }
    return subprocess.run(
        [sys.executable, "-m", "verifier", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**plain, "PYTHONPATH": str(ROOT), **(environment or {})},
    )
