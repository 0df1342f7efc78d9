"""Lemmas on who holds which lock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
from pathlib import Path
from frontend.load import load
from frontend.notation.writing import formula_text
from frontend.source.spans import Source
from verifier.analysis.lock_facts import lock_lemmas
path = Path("tests/corpus/proved/lock_cycle_ordered_forks.alloc")
for model in load(Source(path.name, path.read_text(encoding="utf-8"))).models:
    for lemma in lock_lemmas(model):
        print(formula_text(model, lemma))
"""


def test_lock_lemmas_are_the_same_in_every_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(6)
    }
    assert len(found) == 1
    assert "f == p.first || f == p.second" in found.pop()
