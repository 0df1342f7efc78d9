"""A second opinion on proofs, while the work goes on.

A proof by lemmas: `proofs` writes its obligations anew, by encoders that share no code with the
prover's, and a solver in a process of its own has to refute each. A proof by exploration: the
interpreter of `proofs` explores again, if there are few states. `recheck` does more, for a log.

What was looked at and is not confirmed is a doubt, whatever the cause: a solver that says otherwise
or nothing, a process that died, time that ran out. What nobody looks at, because it would take a
search through too many states, is skipped.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import IO, TYPE_CHECKING

from frontend.model import Model
from proofs.answers.invariant import Invariant, inverted
from proofs.recheck.findings import Options, Report, Standing
from proofs.solvers.framing import Inbox, pack
from proofs.solvers.lifeline import Lifeline, end_with
from verifier.protocol.deadline import Deadline
from verifier.protocol.engine_names import EXPLORE, REDUCE
from verifier.protocol.logs import follow_parent, is_logging
from verifier.protocol.results import PropertyReport
from verifier.verify.bounded_invariants import certified
from verifier.verify.bounded_invariants import invariants as bounded_invariants

if TYPE_CHECKING:  # a refutation needs none of these, and is there in a quarter of a second
    import subprocess
    from concurrent.futures import Future, ThreadPoolExecutor

LOG = logging.getLogger(__name__)

QUICK = ("z3",)

STATES = 5_000
"""So many states are explored again, about a second."""

PATIENCE = 300.0
"""Seconds to wait for the opinion on a variant when the user sets no limit: solvers have limits of
their own, but a process may hang."""

_POLL = 0.1
"""Seconds between two looks at whether to wait any longer."""


@dataclass(frozen=True, slots=True)
class Search:
    """Properties that were proved without lemmas, most of them by visiting every state.

    Args:
        names: of the properties.
        bounds: sort -> number of objects.
        variables: what states were told apart by; None: by all variables.
        states: how many were visited; 0 where that is not known.
    """

    names: tuple[str, ...]
    bounds: Mapping[str, int]
    variables: frozenset[str] | None
    states: int = 0


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a second look at the proofs of a variant came to.

    Args:
        confirmed: what was confirmed, in lines.
        doubts: what was not confirmed, in lines: the encoder of `proofs` knows less than the
            prover's in places, so this need not be a mistake. Such a proof is not counted.
        skipped: what nobody looked at, in lines.
        contradiction: what cannot be as both say, in a line; "" for none.
    """

    confirmed: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    contradiction: str = ""


@dataclass(slots=True)
class SecondOpinions:
    """Looks at proofs in a process of its own, one after the other."""

    looker: Looker
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

    def answer(self, model: Model, stop: Deadline) -> Opinion:
        """All that came of it for a model.

        Args:
            stop: when to wait no longer; nobody waits longer than `PATIENCE`.
        """
        expired = stop.within(PATIENCE)
        found = [_awaited(future, expired) for future in self.asked.get(id(model), [])]
        reason = stop.reason() if stop.expired() else f"no answer within {PATIENCE:g} s"
        late = Opinion(doubts=(f"a proof was not looked at again: {reason}",))
        given = [late if item is None else item for item in found]
        return Opinion(
            tuple(text for item in given for text in item.confirmed),
            tuple(dict.fromkeys(text for item in given for text in item.doubts)),
            tuple(text for item in given for text in item.skipped),
            next((item.contradiction for item in given if item.contradiction), ""),
        )

    def _ask(self, model: Model, question: Invariant | Search) -> None:
        if self.talk is None:
            from concurrent.futures import ThreadPoolExecutor

            self.talk = ThreadPoolExecutor(1)
        future = self.talk.submit(self.looker.told, model, question)
        self.asked.setdefault(id(model), []).append(future)

    def close(self) -> None:
        """Ends the process, whatever it is at."""
        self.looker.stop()
        if self.talk is not None:
            self.talk.shutdown(cancel_futures=True)
        self.looker.end()


def _awaited(future: Future[Opinion], expired: Callable[[], bool]) -> Opinion | None:
    """An opinion; None where nobody waits for it any longer."""
    while not future.done() and not expired():
        with contextlib.suppress(TimeoutError):
            return future.result(_POLL)
    return future.result() if future.done() else None


class Looker:
    """The process that looks at proofs. One that dies costs the question that it was at."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._lifeline: Lifeline | None = None
        self._closed = False
        self._lock = Lock()

    def told(self, model: Model, question: Invariant | Search) -> Opinion:
        """What the process answers, or that it does not."""
        import pickle

        LOG.info("%s: a second opinion on %s", model.variant, _about(question))
        try:
            request = pickle.dumps((model, question))
            process = self._running()
            if process.stdin is None or process.stdout is None:
                raise ValueError("it has no pipes")
            process.stdin.write(request)
            process.stdin.flush()
            return _received(process.stdout)
        except (EOFError, OSError) as error:
            reason = self.end() or f"{error}"
        except (ValueError, TypeError, RecursionError, MemoryError) as error:
            self.end()
            reason = f"{error}" or type(error).__name__
        return Opinion(doubts=(f"{_about(question)}: not looked at again: {reason}",))

    def _running(self) -> subprocess.Popen[bytes]:
        import subprocess

        with self._lock:
            if self._closed:
                raise ValueError("nobody waits for it")
            if self.process is None:
                self._lifeline = lifeline = Lifeline()
                number = lifeline.number
                module = "verifier.verify.second_opinion"
                command = [sys.executable, "-P", "-m", module, str(number)]
                pipe = subprocess.PIPE
                wanted = os.environ.get("BUDDYPROOF_DEBUG") or is_logging()
                errors = None if wanted else subprocess.DEVNULL
                try:
                    self.process = subprocess.Popen(
                        command, stdin=pipe, stdout=pipe, stderr=errors, pass_fds=(number,)
                    )
                finally:
                    lifeline.given()
            return self.process

    def end(self) -> str:
        """Ends the process; how it had ended by itself, "" if it had not."""
        import subprocess

        from proofs.solvers.worker import ended

        process, self.process = self.process, None
        if process is None:
            return ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_POLL)  # its pipes are closed a moment before it is gone
        status = process.returncode
        process.kill()
        process.wait()
        if self._lifeline is not None:
            self._lifeline.close()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        return "" if status is None else f"the process that does it {ended(status)}"

    def stop(self) -> None:
        """Kills the process and starts none again: whoever waits for an answer gets a doubt."""
        with self._lock:
            self._closed = True
            if self.process is not None:
                self.process.kill()


def _about(question: Invariant | Search) -> str:
    return ", ".join(question.names if isinstance(question, Search) else question.properties)


def _received(stream: IO[bytes]) -> Opinion:
    """The next opinion that comes out of a pipe.

    Raises:
        ValueError: something else comes.
        EOFError: nothing comes any more.
    """
    inbox = Inbox()
    while True:
        data = os.read(stream.fileno(), 1 << 16)
        if not data:
            raise EOFError("the process that does it says nothing")
        for message in inbox.feed(data):
            return _read(message)


def _read(message: Mapping[str, object]) -> Opinion:
    def texts(key: str) -> tuple[str, ...]:
        given = message.get(key)
        if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
            raise ValueError("the process that does it talks nonsense")
        return tuple(given)

    contradiction = message.get("contradiction")
    if not isinstance(contradiction, str):
        raise ValueError("the process that does it talks nonsense")
    return Opinion(texts("confirmed"), texts("doubts"), texts("skipped"), contradiction)


@contextlib.contextmanager
def second_opinions() -> Iterator[SecondOpinions]:
    """Second opinions, as long as the context lasts."""
    opinions = SecondOpinions(Looker())
    try:
        yield opinions
    finally:
        opinions.close()


# --- what is to be looked at ---------------------------------------------------------------


def searches(settled: Sequence[PropertyReport]) -> list[Search]:
    """The proofs at the asked sizes that leave no lemmas, those with equal slices together: those
    by exploration, and those of which nothing is left but to explore."""
    shown = bounded_invariants(settled)
    found: dict[tuple[object, ...], Search] = {}
    for name, known in certified(settled):
        if name in shown:
            continue
        variables = known.variables if known.engine in (EXPLORE, REDUCE) else None
        key = (tuple(known.bounds.items()), variables)
        names = (*found[key].names, name) if key in found else (name,)
        found[key] = Search(names, dict(known.bounds), variables, known.states or 0)
    return list(found.values())


def invariants(settled: Sequence[PropertyReport]) -> list[Invariant]:
    """The proofs by lemmas among some verdicts, each once."""
    proofs = [item.every_size for item in settled if item.every_size is not None]
    everywhere = {id(proof.invariant): proof.invariant for proof in proofs}
    bounded = {id(known): known for known in bounded_invariants(settled).values()}
    return [*everywhere.values(), *bounded.values()]


# --- looking, in the other process ---------------------------------------------------------


def look_at_lemmas(model: Model, invariant: Invariant) -> Opinion:
    """Has the obligations of an invariant written anew and discharged."""
    from proofs.recheck.claims import confirm
    from proofs.solvers.asking import NotInstalled

    report = Report()
    options = Options(solvers=QUICK, workers=1)
    where = "at every size" if invariant.bounds is None else "at these sizes"
    try:
        confirm(inverted(model), invariant, where, options, report)
    except NotInstalled as missing:
        return Opinion(doubts=(f"{where}: {missing}",))
    found = (*report.of(Standing.FAILED), *report.of(Standing.UNCONFIRMED))
    return Opinion(tuple(report.of(Standing.VERIFIED)), found)


def look_at_search(model: Model, search: Search) -> Opinion:
    """Explores again, by the interpreter."""
    from proofs.runs.exploration import Exhausted, GaveUp, Violation, exhaust

    names = ", ".join(search.names)
    many = (f"{names}: not explored again: state limit of {STATES}",)
    if search.states > STATES:
        return Opinion(skipped=many)
    found = exhaust(model, search.bounds, search.names, search.variables, limit=STATES)
    if isinstance(found, GaveUp) and not found.states and search.variables is not None:
        # More states, and no slice to believe in.
        found = exhaust(model, search.bounds, search.names, limit=STATES)
    match found:
        case Exhausted(states=states):
            return Opinion((f"{names}: explored again, {states} states",))
        case Violation(property=name):
            return Opinion(contradiction=f"exploring again finds a violation of {name}")
        case GaveUp(states=states) if states >= STATES:
            return Opinion(skipped=many)
        case GaveUp(reason=reason):
            return Opinion(doubts=(f"{names}: explored again in vain: {reason}",))


def _look(model: Model, question: Invariant | Search) -> Opinion:
    try:
        if isinstance(question, Search):
            return look_at_search(model, question)
        return look_at_lemmas(model, question)
    except Exception as error:  # noqa: BLE001  # whatever it is, nothing is confirmed
        text = f"{_about(question)}: looking again ended in an error: {type(error).__name__}"
        return Opinion(doubts=(f"{text}: {error}" if f"{error}" else text,))


def serve(lifeline: int) -> None:
    """Looks at what comes in until nothing comes any more.

    Args:
        lifeline: the file descriptor that tells of the caller's end.
    """
    import pickle

    follow_parent()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are for the caller, who ends this process
    end_with(lifeline)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nothing else may write to the caller
    requests = sys.stdin.buffer
    while True:
        try:
            model, question = pickle.load(requests)  # from our caller
        except EOFError:
            return
        found = _look(model, question)
        try:
            replies.write(pack(asdict(found)))
            replies.flush()
        except BrokenPipeError:
            return


if __name__ == "__main__":
    from verifier.verify.second_opinion import (
        serve as run,  # so that classes have their proper names
    )

    run(int(sys.argv[1]))
