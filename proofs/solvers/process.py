"""The process that one SMT solver runs in: `python -m proofs.solvers.process z3`.

It is started by `proofs.solvers.asking` and imported by nobody. A solver that crashes, hangs or
eats the memory takes only this process with it, and what it prints reaches no terminal.

A solver that can reads a script once and says `unsat` where it finds it. Every other `(check-sat)`
is put to a fresh solver, with the commands in whose scope it stands and no `push` or `pop` among
them. So what is not confirmed depends neither on the questions before it nor on the solver's
bookkeeping of scopes, and one hard question does not spoil the next.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from proofs.solvers.framing import HEAD, Message, length, pack, unpack
from proofs.solvers.lifeline import end_with
from proofs.solvers.questions import Refused, questions

CVC5_UNITS = 0.16
"""Units of cvc5's `rlimit-per` for one of Z3's `rlimit`: about equally long on obligations."""

BITWUZLA_UNITS = 1 / 170
"""How often Bitwuzla asks whether to stop in the time that Z3 needs for one of its `rlimit`."""

MODELS = (("finite-model-find", "true"), ("fmf-bound", "true"))
"""cvc5's options to find models of formulas with quantifiers: else it says `unknown` where the
truth is `sat`, and may loop where it is `unsat` (Reynolds, Tinelli, Goel and Krstić, Finite Model
Finding in SMT, CAV 2013)."""

EFFORT_SPENT = "effort limit"
"""The reason of an answer that a solver's own limit prevented."""


# --- solvers -------------------------------------------------------------------------------


Stream = Callable[[Iterable[str], bool], bool]
"""Takes more commands of a script; whether what is asserted then is known to be `unsat`, if that is
asked. Raises Refused, and is of no use afterwards."""


class Solver(Protocol):
    """One solver, as its binding offers it."""

    def stream(self, effort: int) -> Stream | None:
        """One solver for a whole script; None where it has to be a fresh one each time."""
        ...

    def version(self) -> str:
        """What it says of itself."""
        ...

    def check(self, script: Iterable[str], effort: int) -> tuple[str, str]:
        """The answer of a fresh solver, and why it is unknown ("" where it is not).

        Args:
            script: commands without `check-sat`.
            effort: in units of Z3's `rlimit`; 0 is no limit.

        Raises:
            Refused: the solver reports an error.
        """
        ...


def _one_line(text: object) -> str:
    return " ".join(str(text).split())


class Z3:
    """Z3 through the evaluator of SMT-LIB text in its library."""

    def __init__(self) -> None:
        self._z3 = importlib.import_module("z3")

    def stream(self, effort: int) -> Stream | None:
        """See `Solver`."""
        context = self._z3.Context()
        first = [f"(set-option :rlimit {effort})"]

        def more(commands: Iterable[str], ask: bool) -> bool:
            text = "\n".join((*first, *commands, *(["(check-sat)"] if ask else [])))
            first.clear()
            said = self._tell(context, text)
            if said and not (ask and said in ("sat", "unsat", "unknown")):
                raise Refused(_one_line(said))
            return said == "unsat"

        return more

    def _tell(self, context: Any, text: str) -> str:
        try:
            return str(self._z3.Z3_eval_smtlib2_string(context.ref(), text)).strip()
        except self._z3.Z3Exception as error:
            raise Refused(_one_line(getattr(error, "value", error))) from error

    def version(self) -> str:
        """See `Solver`."""
        return str(self._z3.get_full_version())

    def check(self, script: Iterable[str], effort: int) -> tuple[str, str]:
        """See `Solver`."""
        context = self._z3.Context()
        said = self._tell(context, f"(set-option :rlimit {effort})" + "\n".join(script))
        if said:
            raise Refused(_one_line(said))
        # In a scope, Z3 goes without its tactics for quantifiers: faster on obligations by a third.
        answer = self._tell(context, "(push 1)(check-sat)")
        if answer != "unknown":
            return answer, ""
        reason = self._tell(context, "(get-info :reason-unknown)").removeprefix("(:reason-unknown")
        reason = _one_line(reason.removesuffix(")")).strip('"')
        stopped = bool(effort) and ("canceled" in reason or "resource" in reason)
        return answer, EFFORT_SPENT if stopped else reason


class Cvc5:
    """cvc5 through its parser of commands: with finite models first, and where that is not enough a
    second time with its own choice of options. The latter alone loops on some obligations of
    `spec/free_steal.alloc`, where it minds no limit; the former answers them at once. On those of
    `spec/free_path.alloc` none of `enum-inst`, `full-saturate-quant`, `mbqi` and `no-cbqi` proved
    more."""

    def __init__(self) -> None:
        self._cvc5 = importlib.import_module("cvc5")

    def version(self) -> str:
        """See `Solver`."""
        said = self._cvc5.Solver(self._cvc5.TermManager()).getVersion()
        return said.decode() if isinstance(said, bytes) else str(said)

    def stream(self, effort: int) -> Stream | None:
        """See `Solver`."""
        cvc5 = self._cvc5
        manager = cvc5.TermManager()
        solver = self._solver(manager, effort, (("incremental", "true"), *MODELS))
        symbols = cvc5.SymbolManager(manager)
        parser = cvc5.InputParser(solver, symbols)
        parser.setIncrementalStringInput(cvc5.InputLanguage.SMT_LIB_2_6, "script")

        def more(commands: Iterable[str], ask: bool) -> bool:
            try:
                parser.appendIncrementalStringInput("\n".join(commands))
                while not (command := parser.nextCommand()).isNull():
                    said = str(command.invoke(solver, symbols))
                    if said.strip():
                        raise Refused(_one_line(said))
                return ask and bool(solver.checkSat().isUnsat())
            except RuntimeError as error:
                raise Refused(_one_line(error)) from error

        return more

    def _solver(self, manager: Any, effort: int, options: Iterable[tuple[str, str]]) -> Any:
        solver = self._cvc5.Solver(manager)
        if effort:
            solver.setOption("rlimit-per", str(max(1, round(effort * CVC5_UNITS))))
        for name, value in options:
            solver.setOption(name, value)
        return solver

    def check(self, script: Iterable[str], effort: int) -> tuple[str, str]:
        """See `Solver`."""
        text = "\n".join(script)
        answer, reason = self._attempt(text, effort, MODELS)
        if answer == "unknown" and reason != EFFORT_SPENT:
            answer, reason = self._attempt(text, effort, ())
        return answer, reason

    def _attempt(
        self, text: str, effort: int, options: Iterable[tuple[str, str]]
    ) -> tuple[str, str]:
        cvc5 = self._cvc5
        manager = cvc5.TermManager()
        solver = self._solver(manager, effort, options)
        symbols = cvc5.SymbolManager(manager)
        parser = cvc5.InputParser(solver, symbols)
        try:
            parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "query")
            while not (command := parser.nextCommand()).isNull():
                said = str(command.invoke(solver, symbols))
                if said.strip():
                    raise Refused(_one_line(said))
            result = solver.checkSat()
        except RuntimeError as error:
            raise Refused(_one_line(error)) from error
        if result.isUnsat():
            return "unsat", ""
        if result.isSat():
            return "sat", ""
        explanation = result.getUnknownExplanation()
        stopped = explanation == cvc5.UnknownExplanation.RESOURCEOUT
        return "unknown", EFFORT_SPENT if stopped else explanation.name.lower()


class Bitwuzla:
    """Bitwuzla through its parser. It has no counter of resources, but asks at fixed points of
    its search whether to go on: these are counted."""

    def __init__(self) -> None:
        self._bitwuzla = importlib.import_module("bitwuzla")

    def version(self) -> str:
        """See `Solver`."""
        return str(self._bitwuzla.version())

    def stream(self, effort: int) -> Stream | None:  # noqa: ARG002  # its parser forgets scopes
        """See `Solver`."""
        return None

    def check(self, script: Iterable[str], effort: int) -> tuple[str, str]:
        """See `Solver`."""
        bitwuzla = self._bitwuzla
        most = max(1, round(effort * BITWUZLA_UNITS))
        asked = 0

        def stop() -> bool:
            nonlocal asked
            asked += 1
            return asked > most

        parser = bitwuzla.Parser(bitwuzla.TermManager(), bitwuzla.Options())
        if effort:
            parser.configure_terminator(stop)
        try:
            parser.parse("\n".join(script), False, False)
            result = parser.bitwuzla().check_sat()
        except bitwuzla.BitwuzlaException as error:
            raise Refused(_one_line(error)) from error
        if result == bitwuzla.Result.UNSAT:
            return "unsat", ""
        if result == bitwuzla.Result.SAT:
            return "sat", ""
        return "unknown", EFFORT_SPENT if effort and asked > most else "incomplete"


SOLVERS: dict[str, Callable[[], Solver]] = {"z3": Z3, "cvc5": Cvc5, "bitwuzla": Bitwuzla}


# --- the process ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pipes:
    """The two ends that lead to the caller."""

    requests: BinaryIO
    replies: BinaryIO

    def receive(self) -> Message | None:
        """The next request; None when the caller is gone."""
        head = self.requests.read(HEAD)
        if len(head) < HEAD:
            return None
        size = length(head)
        body = self.requests.read(size)
        return unpack(body) if len(body) == size else None

    def send(self, **message: object) -> None:
        """Sends a reply at once."""
        self.replies.write(pack(message))
        self.replies.flush()


def _pipes() -> _Pipes:
    """Takes the standard streams over: nothing else may write to the caller."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    return _Pipes(requests, replies)


def _serve(solver: Solver, pipes: _Pipes) -> None:
    """Answers requests until the caller is gone."""
    while (request := pipes.receive()) is not None:
        text, claims, effort = request["text"], request["claims"], request["effort"]
        skip = request["skip"]
        if not (
            isinstance(text, str)
            and isinstance(claims, int)
            and isinstance(effort, int)
            and isinstance(skip, list)
        ):
            raise TypeError("a request is incomplete")
        pipes.send(end=_answer(solver, pipes, text, claims, effort, skip))


def _answer(
    solver: Solver, pipes: _Pipes, text: str, claims: int, effort: int, skip: Collection[int]
) -> str:
    """Answers a script's questions one by one; returns why the others have no answer."""
    try:
        asked = list(questions(text))
    except Refused as refused:
        return str(refused)
    if len(asked) > claims:
        return f"the script asks {len(asked)} questions for {claims} claims"
    stream = solver.stream(effort)
    for number, question in enumerate(asked):
        wanted = number not in skip
        if wanted:
            pipes.send(begin=number)
        answer, reason = "unknown", ""
        try:
            if stream is not None and stream(question.since, wanted):
                answer = "unsat"
        except Refused:
            stream = None  # which command it was, a fresh solver tells
        try:
            if wanted and answer != "unsat":
                answer, reason = solver.check(question.scope, effort)
        except Refused as refused:
            answer, reason = "unknown", str(refused)
        if wanted:
            pipes.send(number=number, answer=answer, reason=reason)
    return f"the script asks {len(asked)} questions for {claims} claims"


def main(name: str, lifeline: int) -> None:
    """Runs one solver for the process at the other end of the standard streams.

    Args:
        name: of the solver.
        lifeline: the file descriptor that tells of the end of that process.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are for the caller, who ends this process
    end_with(lifeline)
    pipes = _pipes()
    try:
        solver = SOLVERS[name]()
    except ImportError as error:
        pipes.send(missing=_one_line(error))
        return
    pipes.send(version=solver.version())
    try:
        _serve(solver, pipes)
    except BrokenPipeError:
        return


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
