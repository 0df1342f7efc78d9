"""A process ends with the one that started it, and with nothing else."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from proofs.solvers.lifeline import Lifeline

ROOT = Path(__file__).parents[3]

BUSY = """
import sys
from proofs.solvers.lifeline import end_with
end_with(int(sys.argv[1]))
print("there", flush=True)
for line in sys.stdin:
    print(line, end="", flush=True)
while True:
    pass
"""


def started(lifeline: Lifeline) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            [sys.executable, "-c", BUSY, str(lifeline.number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            pass_fds=(lifeline.number,),
        )
    finally:
        lifeline.given()


def test_requests_end_nothing_and_the_caller_s_end_does() -> None:
    lifeline = Lifeline()
    with started(lifeline) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        for number in range(2_000):
            process.stdin.write(f"{number}\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"{number}\n"
        process.stdin.close()  # from here on it is busy for ever
        assert process.poll() is None
        lifeline.close()
        assert process.wait(60) == -signal.SIGIO


def test_a_process_that_comes_too_late_ends_at_once() -> None:
    lifeline = Lifeline()
    with started(lifeline) as process:
        lifeline.close()
        assert process.wait(60) == -signal.SIGIO
