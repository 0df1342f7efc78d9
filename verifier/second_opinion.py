"""A second opinion on proofs, while the work goes on.

A proof by lemmas: `proofs` writes its obligations anew, by encoders that share no code with the
prover's, and a solver in a process of its own has to refute each. A proof by exploration: the
interpreter of `proofs` explores again, if there are few states. `recheck` does more, for a log.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from frontend.model import Model
from proofs.invariant import Invariant
from proofs.recheck.values import Options, Report, Standing
from proofs.verdict import Certificate, Proved, Refuted
from verifier.settlement import Settled
from verifier.tools import EXPLORE, REDUCE

if TYPE_CHECKING:  # a refutation needs none of these, and is there in a quarter of a second
    import subprocess
    from concurrent.futures import Future, ThreadPoolExecutor

QUICK = ("z3",)

STATES = 5_000
"""So many states are explored again, about a second."""


@dataclass(frozen=True, slots=True)
class Search:
    """Properties that were proved by visiting every state.

    Args:
        names: of the properties.
        bounds: sort -> number of objects.
        variables: what states were told apart by.
    """

    names: tuple[str, ...]
    bounds: Mapping[str, int]
    variables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a second look at the proofs of a variant came to.

    Args:
        confirmed: what was confirmed, in lines.
        doubts: what was looked at and not confirmed, in lines: the encoder of `proofs` knows less
            than the prover's in places, so this need not be a mistake. Such a proof is not counted.
        skipped: what was not looked at, in lines.
        contradiction: what cannot be as both say, in a line; "" for none.
    """

    confirmed: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    contradiction: str = ""


@dataclass(slots=True)
class SecondOpinions:
    """Looks at proofs in a process of its own, one after the other."""

    process: subprocess.Popen[bytes] | None = None
    talk: ThreadPoolExecutor | None = None
    asked: dict[int, list[Future[Opinion]]] = field(default_factory=dict)

    def about_lemmas(self, model: Model, invariant: Invariant) -> None:
        """Starts to look at a proof by lemmas."""
        self._ask(model, invariant)

    def about_searches(self, model: Model, searches: Sequence[Search]) -> None:
        """Starts to look at proofs by exploration."""
        for search in searches:
            self._ask(model, search)

    def ready(self, model: Model) -> bool:
        """Whether all that was asked about a model is answered."""
        return all(future.done() for future in self.asked.get(id(model), []))

    def answer(self, model: Model, seconds: float | None) -> Opinion:
        """All that came of it for a model.

        Args:
            seconds: how long to wait at most; None is for ever.
        """
        confirmed: list[str] = []
        doubts: list[str] = []
        skipped: list[str] = []
        contradiction = ""
        end = None if seconds is None else time.monotonic() + seconds
        for future in self.asked.get(id(model), []):
            try:
                left = None if end is None else max(0.0, end - time.monotonic())
                found = future.result(left)
            except TimeoutError:
                found = Opinion(skipped=("no time was left for it",))
            confirmed += found.confirmed
            doubts += found.doubts
            skipped += found.skipped
            contradiction = contradiction or found.contradiction
        return Opinion(tuple(confirmed), tuple(doubts), tuple(skipped), contradiction)

    def _ask(self, model: Model, question: Invariant | Search) -> None:
        if self.process is None or self.talk is None:
            import subprocess
            from concurrent.futures import ThreadPoolExecutor

            command = [sys.executable, "-P", "-m", "verifier.second_opinion"]
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe)
            self.talk = ThreadPoolExecutor(1)
        future = self.talk.submit(_told, self.process, model, question)
        self.asked.setdefault(id(model), []).append(future)

    def close(self) -> None:
        """Ends the process, whatever it is at."""
        if self.process is not None and self.talk is not None:
            self.process.kill()
            self.process.wait()
            self.talk.shutdown(cancel_futures=True)
            for stream in (self.process.stdin, self.process.stdout):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()


def _told(process: subprocess.Popen[bytes], model: Model, question: Invariant | Search) -> Opinion:
    import pickle

    if process.stdin is None or process.stdout is None:
        raise ValueError("a process without pipes")
    try:
        pickle.dump((model, question), process.stdin)
        process.stdin.flush()
        found = pickle.load(process.stdout)  # from a process that we started
    except (EOFError, OSError, pickle.UnpicklingError):
        return Opinion(skipped=("the process that looks at proofs ended early",))
    if not isinstance(found, Opinion):
        raise TypeError("no opinion")
    return found


@contextlib.contextmanager
def second_opinions() -> Iterator[SecondOpinions]:
    """Second opinions, as long as the context lasts."""
    opinions = SecondOpinions()
    try:
        yield opinions
    finally:
        opinions.close()


# --- what is to be looked at ---------------------------------------------------------------


def searches(settled: Sequence[Settled]) -> list[Search]:
    """The proofs by exploration among some verdicts, those with equal slices together."""
    found: dict[tuple[object, ...], list[str]] = {}
    certificates: dict[tuple[object, ...], Certificate] = {}
    for item in settled:
        if item.for_all is not None and item.for_all.proved:
            continue
        match item.verdict:
            case (
                Proved(certificate=Certificate() as known, witness=None)
                | Refuted(trace=None, certificate=Certificate() as known)
            ) if known.engine in (EXPLORE, REDUCE) and not known.invariant:
                key = (tuple(known.bounds.items()), tuple(sorted(known.variables)))
                found.setdefault(key, []).append(item.name)
                certificates[key] = known
            case _:
                pass
    return [
        Search(tuple(names), dict(certificates[key].bounds), certificates[key].variables)
        for key, names in found.items()
    ]


def invariants(settled: Sequence[Settled]) -> list[Invariant]:
    """The proofs by lemmas among some verdicts, each once."""
    found: list[Invariant] = []
    for item in settled:
        known = item.for_all.invariant if item.for_all is not None else None
        if known is None:
            match item.verdict:
                case Proved(certificate=Certificate(invariant=formulas) as given) if formulas:
                    known = Invariant(formulas, (item.name,), dict(given.bounds))
                case _:
                    continue
        if not any(known is other for other in found):
            found.append(known)
    return found


# --- looking, in the other process ---------------------------------------------------------


def look_at_lemmas(model: Model, invariant: Invariant) -> Opinion:
    """Has the obligations of an invariant written anew and discharged."""
    from proofs.recheck.claims import confirm

    report = Report()
    options = Options(solvers=QUICK, workers=1)
    where = "at every size" if invariant.bounds is None else "at these sizes"
    confirm(model, invariant, where, options, report)
    found = (*report.of(Standing.FAILED), *report.of(Standing.UNCONFIRMED))
    # At bounds numbers need an end, which one without a declared end may not have.
    skipped = tuple(text for text in found if "within its range" in text)
    doubts = tuple(text for text in found if text not in skipped)
    if skipped and not doubts:
        skipped = ("a number has no range that the lemmas keep: cannot be written as circuits",)
    return Opinion(tuple(report.of(Standing.VERIFIED)), doubts, skipped)


def look_at_search(model: Model, search: Search) -> Opinion:
    """Explores again, by the interpreter."""
    from proofs.exhaust import Exhausted, GaveUp, Violation, exhaust

    names = ", ".join(search.names)
    found = exhaust(model, search.bounds, search.names, search.variables, limit=STATES)
    match found:
        case Exhausted(states=states):
            return Opinion((f"{names}: explored again, {states} states",))
        case Violation(property=name):
            return Opinion(contradiction=f"exploring again finds a violation of {name}")
        case GaveUp(reason=reason):
            return Opinion(skipped=(f"{names}: not explored again: {reason}",))


def serve() -> None:
    """Looks at what comes in until nothing comes any more."""
    import pickle

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are for the caller, who ends this process
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nothing else may write to the caller
    while True:
        try:
            model, question = pickle.load(sys.stdin.buffer)  # from our caller
        except EOFError:
            return
        if isinstance(question, Search):
            found = look_at_search(model, question)
        else:
            found = look_at_lemmas(model, question)
        pickle.dump(found, replies)
        replies.flush()


if __name__ == "__main__":
    from verifier.second_opinion import serve as run  # so that classes have their proper names

    run()
