"""Runs the program: in this process, which is fast, or as a user does."""

from __future__ import annotations

import io
import os
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("frontend", "proofs", "verifier")

SECONDS = 10
"""Of processor time that a command may take."""

PATIENCE = 90
"""Seconds by the clock, where other work may slow everything down."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said.

    Args:
        status: its exit status; negative where a signal ended it.
        out: standard output.
        err: standard error.
        trace: the traceback that ended it, or "".
    """

    status: int
    out: str
    err: str
    trace: str = ""

    @property
    def is_hang(self) -> bool:
        """Whether it used up its time."""
        return self.status in (-signal.SIGXCPU, -signal.SIGKILL)


def here(arguments: Sequence[str], folder: Path) -> Said:
    """Runs a command of the program in this process."""
    from verifier.cli.main import main

    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    before = sys.stdout, sys.stderr, Path.cwd()
    os.environ["BUDDYPROOF_DEBUG"] = "1"
    os.chdir(folder)
    sys.stdout, sys.stderr = out, err
    trace = ""
    try:
        status = main(list(arguments))
    except BaseException as error:  # noqa: BLE001  # this is what is looked for
        status, trace = 70, "".join(traceback.format_exception(error, limit=-12))
    finally:
        sys.stdout, sys.stderr = before[:2]
        os.chdir(before[2])
        del os.environ["BUDDYPROOF_DEBUG"]
    return Said(status, _text(out), _text(err), trace)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    content = stream.buffer
    assert isinstance(content, io.BytesIO)
    return content.getvalue().decode("utf-8", "backslashreplace")


def program(arguments: Sequence[str], folder: Path) -> Said:
    """Runs the program in a process of its own."""
    return process([sys.executable, "-P", "-m", "verifier", *arguments], folder)


def process(command: Sequence[str], folder: Path) -> Said:
    """Runs a process with a limit on its time."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("BUDDYPROOF_DEBUG", None)
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_limited,  # noqa: PLW1509  # there is one thread
    ) as running:
        try:
            out, err = running.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            running.kill()
            out, err = running.communicate()
    texts = [part.decode("utf-8", "backslashreplace") for part in (out, err)]
    trace = texts[1] if "Traceback (most recent call last)" in texts[1] else ""
    return Said(running.returncode, texts[0], texts[1], trace)


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))


def where(trace: str) -> str:
    """What makes tracebacks the same: the kind of error, and the innermost place in the product."""
    places = [
        line.split('"')[1].removeprefix(f"{ROOT}/") + ":" + line.rsplit(" ", 1)[-1]
        for line in trace.splitlines()
        if line.lstrip().startswith("File ") and any(f"/{name}/" in line for name in PACKAGES)
    ]
    last = trace.strip().splitlines()[-1] if trace.strip() else ""
    return f"{last.split(':')[0][:60]} at {places[-1] if places else '?'}"
