"""What the program may answer to an input, and what it may not."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from random import Random

from proofs.bundle.discharge import CHECKER
from tests.fuzz import running, tampering, truth
from tests.fuzz.case import BUNDLE, LOG, PATCH, SPEC, Case, Problem, Result, lay_out
from tests.fuzz.running import Said

Runner = Callable[[Sequence[str], Path], Said]

HEADER = re.compile(rb"(?m)^(?:[>|] ?)*@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
"""Of a hunk, in a text that is not encoded."""

ENCODED = re.compile(rb"(?i)base64|utf-?(16|32|7)|multipart|x-uue|\x00|iso-2022|charset")
"""What may hide hunks from a search for their headers, or show them twice."""


MARKED = re.compile(rb"diff|---|Index: |Binary files")
"""What a diff without hunks has at least."""


class _Found(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


TIMEOUT = ("--timeout", "5")


class Judge:
    """Runs the commands for one case.

    Args:
        case: what is tried; its files lie in the folder.
        folder: where.
    """

    def __init__(self, case: Case, folder: Path) -> None:
        self._case = case
        self._folder = folder
        self._chance = Random(f"{case.kind}:{case.index}")
        self.statuses: list[int] = []

    def result(self) -> Result:
        """What came of it."""
        commands = {
            "spec": self._spec,
            "patch": self._patch,
            "log": self._log,
            "bundle": self._bundle,
        }
        try:
            commands[self._case.kind]()
        except _Found as found:
            return Result(tuple(self.statuses), found.problem)
        return Result(tuple(self.statuses))

    def _fail(self, signature: str, text: str, command: Sequence[str]) -> None:
        raise _Found(Problem(f"{self._case.kind}: {signature}", text, tuple(command)))

    def _run(self, arguments: Sequence[str], allowed: Collection[int]) -> Said:
        runner: Runner = running.program if self._case.real else running.here
        return self._looked_at(runner(arguments, self._folder), ("buddyproof", *arguments), allowed)

    def _looked_at(self, said: Said, command: Sequence[str], allowed: Collection[int]) -> Said:
        self.statuses.append(said.status)
        verb = command[1]
        text = f"exit status {said.status}\n{said.out[-3000:]}{said.err[-3000:]}{said.trace}"
        if said.is_hang:
            self._fail(f"{verb} takes too long", text, command)
        if said.trace:
            self._fail(f"{verb}: {running.where(said.trace)}", text, command)
        if "internal error" in said.err:
            self._fail(f"{verb}: {said.err.splitlines()[-1][:80]}", text, command)
        if said.status not in allowed:
            self._fail(f"{verb} ends with {said.status}", text, command)
        if said.status and not (said.err.strip() or said.out.strip()):
            self._fail(f"{verb} ends with {said.status} and does not say why", text, command)
        for char in said.out + said.err:
            odd = unicodedata.category(char) in ("Cc", "Cf") and char not in "\n\t"
            if odd:
                self._fail(f"{verb} prints {char!r:.10}", text, command)
        return said

    # --- specifications ----------------------------------------------------------------------

    def _spec(self) -> None:
        said = self._run(["check", "--timeout", "5", SPEC], (0, 2, 3))
        command = ("buddyproof", "check", "--timeout", "5", SPEC)
        if said.status == 2 and not re.search(r"\bE\d\d\d\b", said.err):
            self._fail("check: no error with a code", said.err[-2000:], command)
        if said.status == 0:
            problem = truth.of_specification(self._case.content)
            if problem:
                self._fail(f"check accepts: {problem[0]}", problem[1], command)
            if self._chance.random() < 0.1:
                options = ["--bounded", "--timeout", "2", "--no-recheck"]
                self._run(["verify", SPEC, *options], (0, 1, 3))

    # --- patches -----------------------------------------------------------------------------

    def _patch(self) -> None:
        options = ["--no-verify", "--allow-unmodelled", "--format", "json", "--timeout", "5"]
        command = ["review", PATCH, SPEC, *options]
        said = self._run(command, (0, 2, 3))
        if said.status:
            return
        content = self._case.content
        if ENCODED.search(content):
            return
        listed = len(json.loads(said.out)["hunks"])
        headers = len(HEADER.findall(content))
        if listed < headers:
            text = f"{headers} headers of hunks, {listed} hunks listed\n"
            self._fail("review lists too few hunks", text, ("buddyproof", *command))
        if listed == 0 and not MARKED.search(content):
            self._fail("review accepts what is no diff", said.out, ("buddyproof", *command))

    # --- logs and bundles --------------------------------------------------------------------

    def _log(self) -> None:
        command = ["recheck", *TIMEOUT, LOG]
        said = self._run(command, (0, 1, 3, 4))
        if said.status in (0, 1):
            original = self._case.original[LOG]
            assert isinstance(original, bytes)
            problem = truth.of_log(original, self._case.content)
            if problem:
                text = f"{problem}\n{said.out}"
                self._fail(f"recheck accepts: {problem[:60]}", text, ("buddyproof", *command))

    def _bundle(self) -> None:
        if self._case.files.get(f"{BUNDLE}/check.py") != CHECKER.read_bytes():
            return  # a checker that came with the bundle says what its author likes
        command = ["python3", "-I", "-S", f"{BUNDLE}/check.py"]
        said = running.process(command, self._folder)
        self._looked_at(said, ("python3", "check.py"), (0, 1, 2))
        if said.status != 1:
            problem = tampering.accepted(self._case)
            if problem:
                self._fail(f"check.py accepts: {problem[:60]}", f"{problem}\n{said.out}", command)
        if said.status != 1 or self._chance.random() < 0.2:
            options = ["recheck", *TIMEOUT, BUNDLE]
            found = self._run(options, (0, 1, 2, 3, 4))
            if found.status in (0, 1) and not tampering.is_same(self._case):
                text = f"the files are not those that were written\n{found.out}"
                self._fail("recheck accepts another bundle", text, ("buddyproof", *options))


def judged(case: Case, folder: Path) -> Result:
    """Lays a case out in a folder and runs what there is to run."""
    lay_out(case.files, folder)
    return Judge(case, folder).result()
