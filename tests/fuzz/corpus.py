"""What cases are made from: specifications, mails, logs and bundles, and the cases themselves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.fuzz import bundles, logs, patches, specs
from tests.fuzz.case import BUNDLE, LOG, PATCH, SPEC, Case, Files
from tests.fuzz.noise import Mutator
from tests.support.proofs.logs import SMALL
from tests.support.verifier import reviewing
from tests.verifier.patch.review.test_mails import MAILS, SERIES

ROOT = Path(__file__).resolve().parents[2]

LOGGED = (
    "refuted/lost_update", "proved/lost_update_atomic", "refuted/variants_of_a_counter",
    "refuted/lock_cycle_two_orders", "refuted/none_followed",
)  # fmt: skip
"""Of tests/corpus: what logs and bundles are made of; each takes seconds only."""

VACUOUS = """\
spec vacuous;
bool ready;
bool seen;
thread cpu { seen = true; }
invariant never "a premise that never holds": ready => !seen;
reachable both: seen;
bound cpu = 1..2;
"""

REAL = 50
"""One case in so many runs the program as a user does."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A file, or several, that cases are made from.

    Args:
        name: for reports.
        files: as they lie in a case's folder.
    """

    name: str
    files: Files

    def content(self, path: str) -> bytes:
        """Of one of its files."""
        found = self.files[path]
        assert isinstance(found, bytes)
        return found


Corpus = Mapping[str, Sequence[Seed]]


def specifications() -> list[Seed]:
    """All that the project has: its own, and those of the tests, well formed or not."""
    paths = [*sorted((ROOT / "spec").glob("*.alloc")), *sorted(ROOT.glob("tests/corpus/*/*.alloc"))]
    found = [Seed(path.stem, {SPEC: path.read_bytes()}) for path in paths]
    return [
        *found,
        Seed("small", {SPEC: SMALL.encode()}),
        Seed("vacuous", {SPEC: VACUOUS.encode()}),
    ]


def mails() -> list[Seed]:
    """The mails and patches of the tests of `review`."""
    spec = reviewing.SPEC.encode()
    texts: dict[str, str | bytes] = {
        **{name: text for name, text in MAILS.items() if name != "beside a page"},
        "series": SERIES,
        "driver": reviewing.PATCH,
    }
    return [
        Seed(name, {PATCH: text if isinstance(text, bytes) else text.encode(), SPEC: spec})
        for name, text in texts.items()
    ]


def prepare(folder: Path, jobs: int) -> None:
    """Writes bundles, with the logs in them, into a folder: once for a run.

    Args:
        folder: where; each is called NAME.bundle.
        jobs: how many are made at a time.

    Raises:
        RuntimeError: the program does not write one.
    """
    texts = {name: (ROOT / f"tests/corpus/{name}.alloc").read_text() for name in LOGGED}
    texts |= {"own/small": SMALL, "own/vacuous": VACUOUS}

    def bundled(name: str) -> None:
        short = name.split("/")[1]
        spec = folder / f"{short}.alloc"
        spec.write_text(texts[name])
        command = [sys.executable, "-m", "verifier", "log", str(spec), "--quiet"]
        command += ["--bundle", str(folder / f"{short}.bundle")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1, 3):
            raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stderr}")

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(bundled, texts))


def load(folder: Path) -> Corpus:
    """All seeds, those included that `prepare` wrote into the folder, if it did."""
    bundles = sorted(folder.glob("*.bundle"))
    return {
        "spec": specifications(),
        "patch": mails(),
        "log": [Seed(path.stem, {LOG: (path / "log.txt").read_bytes()}) for path in bundles],
        "bundle": [
            Seed(
                path.stem,
                {
                    f"{BUNDLE}/{file.relative_to(path).as_posix()}": file.read_bytes()
                    for file in sorted(path.rglob("*"))
                    if file.is_file()
                },
            )
            for path in bundles
        ],
    }


def case(
    corpus: Corpus, kind: str, seed: int, index: int, kept: Sequence[int] | None = None
) -> Case:
    """The case with a number.

    Args:
        corpus: what it is made from.
        kind: of `KINDS`.
        seed: of the run.
        index: its number.
        kept: which of its mutations to apply, by number; None for all.
    """
    rng = Random(f"{seed}:{kind}:{index}")
    seeds = corpus[kind]
    chosen = rng.choice(seeds)
    count = rng.choice((1, 1, 1, 2, 2, 3, 4))
    files, steps = dict(chosen.files), []
    for number in range(count) if kept is None else kept:
        own = Random(f"{seed}:{kind}:{index}:{number}")
        if kind == "bundle":
            change = own.choice(bundles.MUTATORS)
            files = change(own, files, [item.files for item in seeds])
            steps.append(change.__name__)
            continue
        table: dict[str, tuple[str, tuple[Mutator, ...]]] = {
            "spec": (SPEC, specs.MUTATORS),
            "patch": (PATCH, patches.MUTATORS),
            "log": (LOG, logs.MUTATORS),
        }
        path, mutators = table[kind]
        mutator = own.choice(mutators)
        before = files[path]
        assert isinstance(before, bytes)
        files[path] = mutator(own, before, [item.content(path) for item in seeds])
        steps.append(mutator.__name__)
    return Case(kind, index, chosen.name, tuple(steps), files, chosen.files, index % REAL == 7)
