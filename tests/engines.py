# ruff: noqa: T201 -- it prints its table
"""Which engine is for what? `.venv/bin/python -m tests.engines` tells, from the specifications.

Each engine is asked alone about each variant of the specifications in `spec/`, `tests/corpus/`
and, where it exists, `../shared/cases/`; the table says how many verdicts it reaches, and how many
no other engine reaches. Proofs for every size are asked for with and without taking critical
sections together. Answers are kept in a file, so that a run that was interrupted goes on; an answer
for another budget, or for a text that has changed, is asked for anew.

    python -m tests.engines                     asks what is not known yet, and prints the table
    python -m tests.engines --budget 5 spec     with five seconds, over one folder
    python -m tests.engines --only ic3          and lists the verdicts that only ic3 reaches
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from frontend.load import load
from frontend.model import Model
from frontend.source.diagnostics import Rejected
from frontend.source.spans import Source
from proofs.answers.verdict import (
    Attempt,
    EverySize,
    NoSystem,
    Proved,
    Reached,
    Status,
    Unknown,
    Unreachable,
    Violated,
)
from proofs.log.whole_files import write_whole
from tests.verdicts import ignore
from verifier.engines import ENGINES as BOUNDED_ENGINES
from verifier.every_size.answer import answer
from verifier.protocol.alarm import Overdue, ticking, within
from verifier.protocol.bounds import asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.task import Limits
from verifier.verify.job import BUDGET
from verifier.verify.portfolio import Strategy, Work
from verifier.verify.registry import standard

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("spec", "tests/corpus", "../shared/cases")
ANSWERS = "build/engines.json"

EVERY_SIZE = {"every size": True, "every size, single steps": False}
"""The searches for a proof at every size -> whether critical sections are taken together in it."""

ENGINES = (*BOUNDED_ENGINES, *EVERY_SIZE)

BOUNDED, UNBOUNDED = "at the bounds", "for every size"


@dataclass(frozen=True, slots=True)
class Question:
    """One engine, alone, about one variant.

    Args:
        path: of the specification, from the project's root.
        digest: of its text.
        seconds: of the process's own time.
    """

    path: str
    digest: str
    variant: str
    engine: str
    seconds: float

    @property
    def key(self) -> str:
        """What the answer is kept under."""
        return "|".join((self.path, self.digest, self.variant, self.engine, f"{self.seconds:g}"))


Answers = dict[str, str]
"""Property -> "proved", "violated", "proved for every size" or "unknown"."""

SETTLES = {
    "proved": (BOUNDED,),
    "violated": (BOUNDED,),
    "proved for every size": (BOUNDED, UNBOUNDED),
}
"""An answer -> the scopes in which it settles the property; others settle nothing."""


# --- one question, in a process of its own ----------------------------------------------------


def ask(question: Question) -> Answers:
    """What the engine says, in this process."""
    model = _model(question)
    names = tuple(item.name for item in model.properties)
    stop = Deadline().at_most(question.seconds, "the budget is spent")
    search = _every_size if question.engine in EVERY_SIZE else _at_the_bounds
    with ticking():
        return dict.fromkeys(names, "unknown") | search(model, names, question.engine, stop)


def _model(question: Question) -> Model:
    text = (ROOT / question.path).read_text(encoding="utf-8")
    models = load(Source(question.path, text)).models
    return next(model for model in models if model.variant == question.variant)


def _every_size(model: Model, names: tuple[str, ...], engine: str, stop: Deadline) -> Answers:
    def search() -> Mapping[str, EverySize | Attempt]:
        reduction = EVERY_SIZE[engine]
        return answer(model, names, stop, Limits().memory, ignore, reduction=reduction)

    try:
        found = within(stop, search)
    except Overdue:
        return {}
    return {
        name: "proved for every size" for name, item in found.items() if isinstance(item, EverySize)
    }


def _at_the_bounds(model: Model, names: tuple[str, ...], engine: str, stop: Deadline) -> Answers:
    sizes = asked(model, {})
    work = Work(model, names, sizes, Strategy(engine=engine), standard(), stop, ignore)
    try:
        found = within(stop, work.finish)
    except Overdue:
        work.allow(stop.ended(stop.reason()))
        found = work.finish()
    return {item.name: _word(item.status) for item in found}


def _word(status: Status) -> str:
    match status:
        case Proved() | Reached():
            return "proved"
        case Violated() | Unreachable():
            return "violated"
        case Unknown() | NoSystem():
            return "unknown"


# --- all of them ------------------------------------------------------------------------------


def questions(paths: Iterable[Path], engines: Iterable[str], seconds: float) -> Iterator[Question]:
    """Every engine about every variant of what the front end accepts; what it does not accept, or
    not within ten seconds, has no variants."""
    chosen = tuple(engines)
    for path in sorted(file for given in paths for file in _files(given)):
        name = os.path.relpath(path, ROOT)
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:16]
        for variant in _variants(name, content):
            for engine in chosen:
                yield Question(name, digest, variant, engine, seconds)


def _files(given: Path) -> Iterable[Path]:
    return given.rglob("*.alloc") if given.is_dir() else (given,)


def _variants(name: str, content: bytes) -> list[str]:
    try:
        source = Source(name, content.decode())
        with ticking():
            return [model.variant for model in within(Deadline(10.0), lambda: load(source)).models]
    except (UnicodeDecodeError, Rejected, Overdue):
        return []


def answered(question: Question) -> Answers | None:
    """What a process of its own says; None where it dies, or does not end."""
    command = [sys.executable, "-m", "tests.engines", "--ask", json.dumps(asdict(question))]
    try:
        run = subprocess.run(
            command, cwd=ROOT, capture_output=True, check=True, timeout=6 * question.seconds + 60
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    answers: Answers = json.loads(run.stdout)
    return answers


def collect(asked_about: Iterable[Question], kept: Path, jobs: int) -> dict[Question, Answers]:
    """Asks what the file does not answer yet, and adds each answer to it at once."""
    known: dict[str, Answers] = json.loads(kept.read_text()) if kept.exists() else {}
    wanted = list(asked_about)
    missing = [question for question in wanted if question.key not in known]
    kept.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(answered, question): question for question in missing}
        try:
            for number, done in enumerate(as_completed(running), 1):
                question = running[done]
                answers = done.result()
                if answers is None:
                    print(f"no answer: {question.key}", file=sys.stderr)
                known[question.key] = answers or {}
                write_whole(kept, json.dumps(known, indent=1, sort_keys=True))
                if number % 50 == 0:
                    print(f"{number} of {len(missing)}", file=sys.stderr)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return {question: known[question.key] for question in wanted}


# --- the table --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """A property of a variant that is settled, at the bounds or for every size."""

    scope: str
    path: str
    variant: str
    property: str


Reaching = dict[Claim, set[str]]
"""A verdict -> the engines that reach it alone."""


def reached(answers: Mapping[Question, Answers]) -> Reaching:
    """Who reaches what."""
    found: Reaching = {}
    for question, words in answers.items():
        for name, word in words.items():
            for scope in SETTLES.get(word, ()):
                verdict = Claim(scope, question.path, question.variant, name)
                found.setdefault(verdict, set()).add(question.engine)
    return found


def needed(found: Reaching, engine: str) -> list[Claim]:
    """The verdicts that this engine alone reaches."""
    return sorted(verdict for verdict, who in found.items() if who == {engine})


def table(found: Reaching, engines: Iterable[str]) -> str:
    """The table in Markdown: for each engine and scope, what it reaches and what only it does."""
    scopes = (BOUNDED, UNBOUNDED)
    totals = [sum(verdict.scope == scope for verdict in found) for scope in scopes]
    heads = [f"{scope}: {total} verdicts" for scope, total in zip(scopes, totals, strict=True)]
    rows = [
        "| engine | " + " | ".join(f"{head} | only it" for head in heads) + " |",
        "| --- " * 5 + "|",
    ]
    for engine in engines:
        mine = [verdict for verdict, who in found.items() if engine in who]
        only = needed(found, engine)
        cells = [
            f"{sum(item.scope == scope for item in items)}"
            for scope in scopes
            for items in (mine, only)
        ]
        rows.append(f"| {engine} | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.engines", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="files and folders, instead of all")
    parser.add_argument("--budget", type=float, default=BUDGET, metavar="SECONDS")
    parser.add_argument("--jobs", type=int, default=2, metavar="N")
    parser.add_argument("--answers", type=Path, default=ROOT / ANSWERS, metavar="FILE")
    parser.add_argument("--only", choices=ENGINES, help="list what only this engine reaches")
    parser.add_argument("--ask", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.ask:
        print(json.dumps(ask(Question(**json.loads(given.ask)))))
        return 0
    paths = given.paths or [ROOT / folder for folder in FOLDERS if (ROOT / folder).exists()]
    asked_about = questions([path.resolve() for path in paths], ENGINES, given.budget)
    found = reached(collect(asked_about, given.answers, given.jobs))
    print(table(found, ENGINES), end="")
    for verdict in needed(found, given.only) if given.only else ():
        print(f"{verdict.scope}: {verdict.path}, {verdict.variant}: {verdict.property}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
