"""A run of many cases, and what it found."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tests.fuzz import corpus
from tests.fuzz.case import Case, Problem, Result, lay_out
from tests.fuzz.minimise import smaller
from tests.fuzz.pool import Pool


@dataclass(slots=True)
class Finding:
    """A kind of mistake.

    Args:
        problem: what happened.
        case: the first one that shows it, or what was made of it.
        count: how many cases show it.
    """

    problem: Problem
    case: Case
    count: int = 1

    @property
    def name(self) -> str:
        """Of its folder."""
        return re.sub(r"\W+", "_", self.problem.signature).strip("_")[:80]

    def write(self, folder: Path, seed: int) -> None:
        """Writes the input and the command."""
        place = folder / self.name
        lay_out(self.case.files, place)
        command = shlex.join(self.problem.command)
        again = f"python -m tests.fuzz --kind {self.case.kind} --seed {seed}"
        made = f"--start {self.case.index} --cases 1 (without --kind: another case)"
        text = (
            f"{self.problem.signature}\n\n(cd {shlex.quote(str(place))}; {command})\n\n"
            f"made of {self.case.name} by {', '.join(self.case.steps)}; unreduced by\n"
            f"{again} {made}\n\n{self.problem.text}\n"
        )
        (place / "WHY.txt").write_text(text, encoding="utf-8", errors="backslashreplace")


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes cases of jobs, in a worker: of a case itself, or of its kind and number.

    Args:
        folder: where logs and bundles lie.
        seed: of the run.
    """

    folder: Path
    seed: int

    def __call__(self, job: object) -> Case:
        """The case of a job."""
        if isinstance(job, Case):
            return job
        assert isinstance(job, tuple)
        kind, index, kept = job
        return corpus.case(_loaded(self.folder), kind, self.seed, index, kept)


@cache
def _loaded(folder: Path) -> corpus.Corpus:
    return corpus.load(folder)


class Campaign:
    """Tries cases and keeps what was found.

    Args:
        folder: for files, empty.
        kinds: of cases, in turn.
        seed: of all that is left to chance.
        jobs: processes.
        findings: a folder that each finding is written to at once; None for none.
        say: told how far it is.
    """

    def __init__(
        self,
        folder: Path,
        kinds: Sequence[str],
        seed: int,
        jobs: int,
        findings: Path | None = None,
        say: Callable[[str], object] = str,
    ) -> None:
        self.findings: dict[str, Finding] = {}
        self._kinds = tuple(kinds)
        self._say = say
        self._written = findings
        self._counts: Counter[tuple[str, str]] = Counter()
        self._seconds: Counter[str] = Counter()
        seeds = folder / "seeds"
        seeds.mkdir()
        say("writing logs and bundles")
        if {"log", "bundle"} & set(kinds):
            corpus.prepare(seeds, jobs)
        self._maker = Maker(seeds, seed)
        self._seed = seed
        self._pool = Pool(jobs, folder, self._maker)

    def close(self) -> None:
        """Ends the processes."""
        self._pool.close()

    def run(self, numbers: Iterable[int]) -> None:
        """Tries the cases with these numbers."""
        jobs = [(self._kinds[number % len(self._kinds)], number, None) for number in numbers]
        for done, (_, case, result) in enumerate(self._pool.run(jobs), 1):
            assert case is not None
            self._count(case, result)
            if result.problem is not None:
                known = self.findings.get(result.problem.signature)
                if known is None:
                    found = self.findings[result.problem.signature] = Finding(result.problem, case)
                    self._write(found)
                else:
                    known.count += 1
            self._say(f"{done} of {len(jobs)} cases, {len(self.findings)} findings")

    def _count(self, case: Case, result: Result) -> None:
        for status in result.statuses[:1] or ("hang",):
            self._counts[case.kind, str(status)] += 1
        self._seconds[case.kind] += round(1000 * result.seconds)

    def minimise(self, tries: int) -> None:
        """Makes the case of each finding smaller.

        Args:
            tries: for each of them; a tenth where each try costs ten seconds.
        """
        for signature, finding in self.findings.items():
            self._say(f"making it smaller: {signature}")
            slow = "too long" in signature
            finding.case = self._fewer_steps(finding)
            finding.case = smaller(
                finding.case, self._shows(finding), tries // 10 if slow else tries
            )
            self._write(finding)

    def _write(self, finding: Finding) -> None:
        if self._written is not None:
            finding.write(self._written, self._seed)

    def _shows(self, finding: Finding) -> Callable[[Case], bool]:
        def shows(case: Case) -> bool:
            return self._shown(case, finding)

        return shows

    def _shown(self, job: object, finding: Finding) -> bool:
        for _, case, result in self._pool.run([job]):
            if result.problem is None or case is None:
                return False
            if result.problem.signature == finding.problem.signature:
                finding.problem = result.problem
                return True
        return False

    def _fewer_steps(self, finding: Finding) -> Case:
        """The case without the mutations that it does not need."""
        case = finding.case
        kept = list(range(len(case.steps)))
        for number in list(kept):
            fewer = [item for item in kept if item != number]
            if fewer and self._shown((case.kind, case.index, fewer), finding):
                kept = fewer
        loaded = _loaded(self._maker.folder)
        made = corpus.case(loaded, case.kind, self._seed, case.index, kept)
        return replace(made, real=False)

    def table(self) -> str:
        """How many cases ended how."""
        lines = [f"{'':8} {'cases':>6}  {'CPU s':>6}  exit status of the first command: how often"]
        for kind in self._kinds:
            mine = {status: n for (of, status), n in self._counts.items() if of == kind}
            texts = "  ".join(f"{status}: {n}" for status, n in sorted(mine.items()))
            total = sum(mine.values())
            lines.append(f"{kind:8} {total:6}  {self._seconds[kind] / 1000:6.0f}  {texts}")
        return "\n".join(lines)
