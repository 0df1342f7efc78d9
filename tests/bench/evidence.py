"""What evidence costs: rechecking a proof against finding it, and writing and checking a bundle."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from frontend.load import load
from frontend.model import PropertyKind
from frontend.source.reading import read
from proofs.answers.verdict import EverySize
from proofs.recheck.claims import confirm
from proofs.recheck.findings import Options, Report
from tests.bench.running import PROGRAM, ROOT
from verifier.every_size.prover import prove_every_size
from verifier.protocol.task import Limits


def recheck(spec: str, variant: str) -> tuple[float, float, int]:
    """Seconds that a proof for every size took to find and to recheck, and its number of lemmas.

    Found with z3; rechecked with z3 and cvc5, two processes at a time.
    """
    (model,) = load(read(spec), [variant]).models
    names = [item.name for item in model.properties if item.kind is not PropertyKind.REACHABLE]
    start = time.perf_counter()
    found = prove_every_size(model, names, Limits(), lambda _: None)
    finding = time.perf_counter() - start
    invariant = next(item.invariant for item in found.values() if isinstance(item, EverySize))
    start = time.perf_counter()
    confirmed = confirm(model, invariant, variant, Options(), Report())
    checking = time.perf_counter() - start
    if not confirmed:
        raise SystemExit(f"{spec}, {variant}: the proof was not confirmed")
    return finding, checking, len(invariant.lemmas)


def bundle(spec: str) -> tuple[float, float, str]:
    """Seconds to write a bundle (the verdicts included) and to check it, and what it holds."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "bundle"
        start = time.perf_counter()
        command = [PROGRAM, "log", spec, "--bundle", str(place)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        writing = time.perf_counter() - start
        start = time.perf_counter()
        check = [sys.executable, "-I", "-S", "check.py"]
        subprocess.run(check, cwd=place, capture_output=True, check=True)
        checking = time.perf_counter() - start
    return writing, checking, done.stdout.split("\n", 1)[0].partition(": ")[2]
