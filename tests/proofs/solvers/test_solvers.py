"""Real solvers, asked in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest

from proofs.answers.invariant import Claim, Duty
from proofs.solvers import asking as solvers
from proofs.solvers.asking import available, discharge, version
from proofs.solvers.query import Query
from proofs.solvers.worker import Discharged

ALL = ("z3", "cvc5", "bitwuzla")

TRUE_AND_FALSE = """(set-logic QF_UF)
; the comment ( does not count, nor does | this
(declare-const p Bool)
(push 1)
(declare-const |q ;(| Bool) ; one name, two scopes
(assert p) (assert (not p))
(check-sat)
(pop 1)
(push 1)
(declare-const |q ;(| Bool)
(assert (and p |q ;(|))
(check-sat)
(pop 1)
"""


def pigeons(number: int) -> str:
    """Declarations and assertions that so many pigeons sit in one hole less, each alone: no
    resolution proof of that is short (Haken 1985)."""
    pigeonholes = [[f"p{p}h{h}" for h in range(number - 1)] for p in range(number)]
    lines = [f"(declare-const {name} Bool)" for row in pigeonholes for name in row]
    lines += [f"(assert (or {' '.join(row)}))" for row in pigeonholes]
    lines += [
        f"(assert (not (and {one[hole]} {other[hole]})))"
        for place, one in enumerate(pigeonholes)
        for other in pigeonholes[:place]
        for hole in range(number - 1)
    ]
    return "\n".join(lines)


def asked(*bodies: str, logic: str = "QF_UF", before: str = "(declare-const p Bool)") -> str:
    scopes = "".join(f"(push 1)\n{body}\n(check-sat)\n(pop 1)\n" for body in bodies)
    return f"(set-logic {logic})\n{before}\n{scopes}"


def query(text: str, claims: int = 1, name: str = "q") -> Query:
    return Query(name, tuple(Claim(Duty.START, number) for number in range(claims)), text)


def ask(
    queries: Iterable[Query],
    names: Sequence[str] = ALL,
    *,
    workers: int = 2,
    effort: int = 0,
    seconds: float | None = 60.0,
) -> list[Discharged]:
    return list(
        discharge(
            queries,
            names,
            workers=workers,
            effort=effort,
            seconds=seconds,
            cancelled=lambda: False,
        )
    )


def words(found: Iterable[Discharged]) -> list[str]:
    return [item.answer for item in found]


def children() -> list[int]:
    """The processes that this one has started and not waited for."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        mine = int(text.rpartition(")")[2].split()[1]) == os.getpid()
        if mine and b"resource_tracker" not in _command(status.parent):
            found.append(int(status.parent.name))
    return found


def _command(process: Path) -> bytes:
    """Its command line; multiprocessing, which other tests use, keeps a process to the end."""
    try:
        return (process / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    before = set(children())
    yield
    assert set(children()) <= before, "a process is left"


def test_every_solver_is_there_and_tells_its_version() -> None:
    assert available() == ALL
    for name in ALL:
        assert version(name)[0].isdigit()


def test_a_false_script_is_unsat_and_a_true_one_sat_in_every_solver() -> None:
    found = ask([query(TRUE_AND_FALSE, 2)])
    assert [(item.solver, item.claim.lemma, item.answer) for item in found] == [
        (name, number, answer) for name in ALL for number, answer in enumerate(("unsat", "sat"))
    ]
    assert {item.reason for item in found} == {""}


def test_what_a_closed_scope_asserted_is_forgotten() -> None:
    text = """(set-logic QF_UF)(declare-const p Bool)
    (push 1)(assert p)(push 1)(assert (not p))(check-sat)(pop 1)(check-sat)(pop 1)
    (push 2)(assert (not p))(check-sat)(pop 2)(check-sat)"""
    for name in ALL:
        assert words(ask([query(text, 4)], [name])) == ["unsat", "sat", "sat", "sat"]


def test_quantifiers_over_uninterpreted_sorts_with_counters_are_decided() -> None:
    before = """(declare-sort page 0)(declare-fun n (page) Int)(declare-fun next (page) page)
    (declare-const total Int)
    (assert (forall ((x page)) (and (>= (n x) 0) (<= (n x) total) (= (n (next x)) (n x)))))"""
    texts = asked(
        "(declare-const a page)(assert (> (n (next (next a))) total))",
        "(assert (exists ((x page)) (< (n x) 0)))",
        "(assert (< total 0))",
        "(assert (> total 0))",
        logic="UFLIA",
        before=before,
    )
    for name in ("z3", "cvc5"):
        assert words(ask([query(texts, 4)], [name])) == ["unsat", "unsat", "unsat", "sat"]


def test_bitwuzla_says_that_it_has_no_integers() -> None:
    (item,) = ask([query(asked("(assert true)", logic="UFLIA"))], ["bitwuzla"])
    assert item.answer == "unknown"
    assert "UFLIA" in item.reason


@pytest.mark.parametrize("name", ALL)
def test_an_error_costs_only_the_claims_in_its_scope(name: str) -> None:
    text = asked("(assert (and p (not p)))", "(assert missing)", "(assert p)")
    found = ask([query(text, 3)], [name])
    assert words(found) == ["unsat", "unknown", "sat"]
    assert "missing" in found[1].reason


@pytest.mark.parametrize("name", ALL)
def test_an_error_before_every_scope_costs_all(name: str) -> None:
    text = asked("(assert (and p (not p)))", before="(declare-const p Bool)(assert missing)")
    found = ask([query(text)], [name])
    assert words(found) == ["unknown"]
    assert "missing" in found[0].reason


def test_a_claim_without_a_question_has_no_answer() -> None:
    found = ask([query(asked("(assert (and p (not p)))"), 3)], ["z3"])
    assert words(found) == ["unsat", "unknown", "unknown"]
    assert found[1].reason == found[2].reason == "the script asks 1 questions for 3 claims"


def test_a_question_without_a_claim_spoils_the_script() -> None:
    found = ask([query(asked("(assert (and p (not p)))", "(assert p)"))], ["z3"])
    assert words(found) == ["unknown"]
    assert found[0].reason == "the script asks 2 questions for 1 claims"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(set-logic QF_UF)(pop 1)(check-sat)", "a scope that it did not open"),
        ("(set-logic QF_UF)(check-sat", "ends inside"),
        ("(set-logic QF_UF))(check-sat)", "outside of a command"),
        ("(set-logic QF_UF)(assert |p)(check-sat)", "without its partner"),
        ("(set-option :rlimit 1)(check-sat)", "set-option"),
        ("(set-logic QF_UF)(exit)(check-sat)", "exit"),
        ("unsat", "outside of a command"),
    ],
)
def test_a_script_that_could_mislead_is_not_run(text: str, reason: str) -> None:
    for item in ask([query(text)]):
        assert item.answer == "unknown"
        assert reason in item.reason


@pytest.mark.parametrize("name", ALL)
def test_a_hard_question_stops_at_its_effort_and_the_next_is_answered(name: str) -> None:
    text = asked("(assert (and p (not p)))", pigeons(11), "(assert p)")
    found = ask([query(text, 3)], [name], effort=300_000)
    assert words(found) == ["unsat", "unknown", "sat"]
    assert found[1].reason == "effort limit"


@pytest.mark.parametrize("name", ALL)
def test_the_wall_clock_stops_a_question_and_the_next_is_answered(name: str) -> None:
    text = asked("(assert (and p (not p)))", pigeons(12), "(assert p)")
    found = ask([query(text, 3)], [name], seconds=0.7)
    assert words(found) == ["unsat", "unknown", "sat"]
    assert found[1].reason == "wall-clock limit of 0.7 s"


def test_who_is_faster_does_not_change_the_answers() -> None:
    queries = [
        query(asked(pigeons(size), "(assert p)", pigeons(11)), 3, f"q{size}")
        for size in (8, 2, 7, 3, 4)
    ]
    found = [ask(queries, workers=workers, effort=100_000) for workers in (1, 2, 3)]
    assert found[0] == found[1] == found[2]
    assert [(item.query, item.solver) for item in found[0][::3]] == [
        (item.name, name) for item in queries for name in ALL
    ]


@pytest.mark.parametrize("name", ALL)
def test_a_killed_process_costs_the_question_that_it_was_at(name: str) -> None:
    text = asked("(assert (and p (not p)))", pigeons(12), "(assert p)")
    kills: list[int] = []

    def cancelled() -> bool:
        # Asked all the time: the first question is answered long before the process is killed.
        if not kills and (mine := busy(0.6)):
            os.kill(mine[0], signal.SIGKILL)
            kills.append(mine[0])
        return False

    found = list(
        discharge([query(text, 3)], [name], workers=1, effort=0, seconds=60.0, cancelled=cancelled)
    )
    assert kills
    assert words(found) == ["unsat", "unknown", "sat"]
    assert found[1].reason == "the solver's process was ended by signal SIGKILL"


def busy(seconds: float) -> list[int]:
    """Children that have used so much processor time."""
    ticks = os.sysconf("SC_CLK_TCK")
    found = []
    for child in children():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        if int(fields[11]) + int(fields[12]) > seconds * ticks:
            found.append(child)
    return found


def test_a_process_that_always_dies_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    found = ask([query(TRUE_AND_FALSE, 2), query(TRUE_AND_FALSE, 2, "r")], ["z3"])
    assert words(found) == ["unknown"] * 4
    assert {item.reason for item in found} == {
        "z3 cannot be started: the solver's process ended with status 1"
    }


STRANGE = {
    "garbage": ("head -c 100000 /dev/zero | tr '\\0' x; exec cat > /dev/null", "talks nonsense"),
    "no object": ("printf '\\0\\0\\0\\2[]'; exec cat > /dev/null", "talks nonsense"),
    "no answer": ("printf '\\0\\0\\0\\2{}'; exec cat > /dev/null", "talks nonsense"),
    "early": ("exit 7", "ended with status 7"),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_process_that_talks_nonsense_answers_nothing(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command, reason = STRANGE[kind]
    monkeypatch.setattr(sys, "executable", program(tmp_path, command))
    found = ask([query(TRUE_AND_FALSE, 2)], ["z3"])
    assert words(found) == ["unknown"] * 2
    assert all(reason in item.reason for item in found)


def program(folder: Path, command: str) -> str:
    """A program that does this, whatever it is given."""
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{command}\n")
    path.chmod(0o755)
    return str(path)


def test_a_process_that_cannot_be_started_answers_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "missing"))
    found = ask([query(TRUE_AND_FALSE, 2)], ["z3"])
    assert words(found) == ["unknown"] * 2
    assert "no process can be started" in found[0].reason
    version.cache_clear()
    with pytest.raises(solvers.NotInstalled, match="no process can be started"):
        version("z3")


def test_a_process_that_never_loads_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", program(tmp_path, "exec sleep 1000"))
    monkeypatch.setattr(solvers, "START_SECONDS", 0.2)
    found = ask([query(TRUE_AND_FALSE, 2)], ["z3"])
    assert words(found) == ["unknown"] * 2
    assert "wall-clock limit of 0.2 s" in found[0].reason


def test_a_process_that_reads_nothing_does_not_hold_up_its_caller(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hello = 'printf \'\\0\\0\\0\\024{"version": "1.0.0"}\'; exec sleep 1000'
    monkeypatch.setattr(sys, "executable", program(tmp_path, hello))
    text = asked("(assert p)", before="(declare-const p Bool)" + "(assert p)" * 100_000)
    (item,) = ask([query(text)], ["z3"], seconds=0.3)
    assert item.answer == "unknown"
    assert item.reason == "wall-clock limit of 0.3 s"


def test_a_solver_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cvc5.py").write_text("raise ImportError('no such library')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = ask([query(TRUE_AND_FALSE, 2)], ["cvc5", "z3"])
    assert words(found) == ["unknown", "unknown", "unsat", "sat"]
    assert found[0].reason == "cvc5 is not installed: no such library"
    version.cache_clear()
    with pytest.raises(solvers.NotInstalled, match="no such library"):
        version("cvc5")
    available.cache_clear()
    assert available() == ("z3", "bitwuzla")
    available.cache_clear()
    version.cache_clear()


def test_a_file_of_the_user_is_not_taken_for_a_solver(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "z3.py").write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(tmp_path)
    assert words(ask([query(TRUE_AND_FALSE, 2)], ["z3"])) == ["unsat", "sat"]


def test_closing_early_ends_the_processes() -> None:
    queries = [query(TRUE_AND_FALSE, 2), query(asked(pigeons(12)), 1, "hard")]
    answers = discharge(queries, ALL, workers=3, effort=0, seconds=None, cancelled=lambda: False)
    assert words(islice(answers, 2)) == ["unsat", "sat"]
    assert children()
    answers.close()
    assert children() == []


def test_cancelling_leaves_no_claim_without_a_word() -> None:
    start = time.monotonic()
    queries = [query(asked("(assert p)", pigeons(12)), 2, f"q{n}") for n in range(30)]
    found = list(
        discharge(
            queries,
            ["z3"],
            workers=2,
            effort=0,
            seconds=None,
            cancelled=lambda: time.monotonic() > start + 1.0,
        )
    )
    assert len(found) == 60
    assert words(found[:2]) == ["sat", "unknown"]
    assert {item.reason for item in found[2:] if item.answer == "unknown"} == {"cancelled"}
    assert time.monotonic() < start + 5.0


def test_an_interrupt_ends_the_processes() -> None:
    asked_before: list[bool] = []

    def interrupted() -> bool:
        asked_before.append(True)
        if len(asked_before) > 10:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        list(
            discharge(
                [query(asked(pigeons(12)))],
                ALL,
                workers=3,
                effort=0,
                seconds=None,
                cancelled=interrupted,
            )
        )
    assert children() == []


ORPHANED = """
import sys
from tests.proofs.solvers.test_solvers import asked, busy, children, pigeons, query
from proofs.solvers.asking import discharge

def cancelled():
    mine = children()
    if len(busy(0.5)) == 3:
        print(*mine, flush=True)
        sys.stdin.read()
    return False

text = asked(pigeons(13))
list(discharge([query(text)], ["z3", "cvc5", "bitwuzla"], workers=3, effort=0, seconds=None,
               cancelled=cancelled))
"""


def test_solvers_end_with_the_process_that_started_them() -> None:
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANED],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as caller:
        assert caller.stdout is not None
        mine = [int(number) for number in caller.stdout.readline().split()]
        caller.kill()
    assert len(mine) == 3
    end = time.monotonic() + 5.0
    while any(Path(f"/proc/{number}").exists() for number in mine):
        assert time.monotonic() < end, "a solver goes on alone"
        time.sleep(0.02)


def test_no_solver_writes_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    ask([query(asked("(assert missing)", "(assert p)"), 2), query("(get-model)")])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("names", "workers", "effort", "seconds"),
    [
        (["yices"], 1, 0, None),
        (["z3", "z3"], 1, 0, None),
        (["z3"], 0, 0, None),
        (["z3"], 1, -1, None),
        (["z3"], 1, 0, 0.0),
    ],
)
def test_nonsense_is_rejected_before_anything_runs(
    names: list[str], workers: int, effort: int, seconds: float | None
) -> None:
    with pytest.raises(ValueError, match=r"there is no solver|named twice|positive"):
        discharge(
            [], names, workers=workers, effort=effort, seconds=seconds, cancelled=lambda: False
        )
