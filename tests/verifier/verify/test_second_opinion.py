"""Each proof that is shown had a second look, or the output says that it had none."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from proofs.answers.invariant import Invariant
from tests.proofs.bundle.test_assemble import LEMMAS, SIZES, model
from tests.support.frontend.formula_texts import read_formulas
from verifier.cli.main import main
from verifier.protocol.deadline import Deadline
from verifier.verify import second_opinion
from verifier.verify.second_opinion import (
    Looker,
    Opinion,
    Search,
    look_at_lemmas,
    look_at_search,
    second_opinions,
)

SPEC = """spec small;
spinlock lock;
nat x = 0;
thread task {
	loop {
		spin_lock(lock);
		x = 1;
		x = 0;
		spin_unlock(lock);
	}
}
invariant calm: !held(lock) => x == 0;
bound task = 2;
"""


def verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, dict[str, object], str]:
    path = tmp_path / "small.alloc"
    path.write_text(SPEC)
    status = main(["verify", str(path), "--format", "json", *more])
    (variant,) = json.loads(capsys.readouterr().out)["variants"]
    main(["verify", str(path), *more])
    return status, variant, capsys.readouterr().out


def test_a_proof_for_every_size_is_confirmed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, variant, text = verified(tmp_path, capsys)
    assert status == 0
    found = variant["recheck"]
    assert isinstance(found, dict)
    assert "obligations, each unsat by z3" in found["confirmed"][0]
    assert found["doubts"] == []
    assert "each proof was confirmed" in text


def test_proofs_by_exploration_are_explored_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, variant, _ = verified(tmp_path, capsys, "--bounded")
    found = variant["recheck"]
    assert isinstance(found, dict)
    assert any("calm: explored again" in text for text in found["confirmed"])


def test_without_a_recheck_the_output_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, variant, text = verified(tmp_path, capsys, "--no-recheck")
    assert (status, variant["recheck"]) == (0, None)
    assert "--no-recheck" in text


def test_what_another_encoder_refutes_is_an_internal_error_and_no_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*_: object) -> Opinion:
        return Opinion(contradiction="another encoder finds that it is wrong")

    monkeypatch.setattr(second_opinion.SecondOpinions, "answer", answer)
    path = tmp_path / "small.alloc"
    path.write_text(SPEC)
    assert main(["verify", str(path)]) == 70
    assert "another encoder finds that it is wrong" in capsys.readouterr().err


def test_a_proof_that_is_not_confirmed_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*_: object) -> Opinion:
        return Opinion(doubts=("task.3 keeps lemma 1: z3 says sat",))

    monkeypatch.setattr(second_opinion.SecondOpinions, "answer", answer)
    path = tmp_path / "small.alloc"
    path.write_text(SPEC)
    assert main(["verify", str(path)]) == 3
    assert "NOT CONFIRMED" in capsys.readouterr().out


def looked(lemmas: Sequence[str]) -> Opinion:
    return look_at_lemmas(model(), Invariant(read_formulas(model(), lemmas), ("counted",)))


def test_a_wrong_proof_is_not_confirmed_and_the_step_named() -> None:
    assert looked(LEMMAS).doubts == ()
    wrong = (*LEMMAS[:3], "forall task t: t at count => zone.used == 7", LEMMAS[4])
    found = looked(wrong)
    assert found.confirmed == ()
    assert any("keeps lemma 4: z3 says sat" in text for text in found.doubts)


def test_a_wrong_search_is_contradicted_and_a_long_one_is_not_confirmed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = frozenset(item.name for item in model().variables)
    assert look_at_search(model(), Search(("counted",), SIZES, names)).confirmed
    found = look_at_search(model(), Search(("counted", "never"), SIZES, names))
    assert "violation of never" in found.contradiction
    monkeypatch.setattr(second_opinion, "STATES", 3)
    assert look_at_search(model(), Search(("counted",), SIZES, names)).skipped


def test_a_look_that_takes_too_long_is_a_doubt_and_leaves_no_process() -> None:
    found = model()
    with second_opinions() as opinions:
        opinions.about_lemmas(found, Invariant(read_formulas(found, LEMMAS), ("counted",)))
        while opinions.looker.process is None:
            time.sleep(0.01)
        process = opinions.looker.process
        given = opinions.answer(found, Deadline(0.0))
        assert given.doubts == ("a proof was not looked at again: time limit of 0 s",)
    assert process.poll() is not None


def test_one_that_waits_for_ever_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_opinion, "PATIENCE", 0.2)
    found = model()
    with second_opinions() as opinions:
        opinions.about_lemmas(found, Invariant(read_formulas(found, LEMMAS), ("counted",)))
        while opinions.looker.process is None:
            time.sleep(0.01)
        os.kill(opinions.looker.process.pid, signal.SIGSTOP)
        given = opinions.answer(found, Deadline())
    assert given.doubts == ("a proof was not looked at again: no answer within 0.2 s",)


def test_a_killed_process_costs_one_question_and_the_next_is_answered() -> None:
    found = model()
    names = frozenset(item.name for item in found.variables)
    invariant = Invariant(read_formulas(found, LEMMAS), ("counted",))
    looker = Looker()
    killer = threading.Thread(target=_kill, args=(looker,))
    killer.start()
    try:
        given = looker.told(found, invariant)
        killer.join()
        assert given.doubts == (
            "counted: not looked at again: the process that does it was ended by signal SIGKILL",
        )
        assert looker.told(found, Search(("counted",), SIZES, names)).confirmed
    finally:
        looker.stop()
        looker.end()


def _kill(looker: Looker) -> None:
    while looker.process is None:
        time.sleep(0.01)
    os.kill(looker.process.pid, signal.SIGKILL)


STRANGE = {
    "garbage": ("head -c 100000 /dev/zero | tr '\\0' x; cat > /dev/null", "a message of"),
    "no opinion": ("printf '\\0\\0\\0\\2{}'; cat > /dev/null", "talks nonsense"),
    "nothing": ("exit 0", "ended with status 0"),
    "half a message": ("printf '\\0\\0\\1\\0{'", "ended with status 0"),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_process_that_says_something_else_confirms_nothing(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command, reason = STRANGE[kind]
    monkeypatch.setattr(sys, "executable", program(tmp_path, command))
    path = tmp_path / "small.alloc"
    path.write_text(SPEC)
    assert main(["verify", str(path)]) == 3
    out, err = capsys.readouterr()
    words = " ".join(out.split())
    assert "NOT CONFIRMED" in words
    assert reason in words
    assert "Traceback" not in out + err


def program(folder: Path, command: str) -> str:
    """A program that does this, whatever it is given."""
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{command}\n")
    path.chmod(0o755)
    return str(path)


SOLVERS = {
    "killed": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n",
    "garbage": "import os\nos.write(1, b'\\xff' * 100)\nos.write(1, b'unsat')\n",
    "early": "raise SystemExit(0)\n",
    "missing": "raise ImportError('no such library')\n",
    "memory": "raise MemoryError\n",
}


@pytest.mark.parametrize("kind", SOLVERS)
def test_a_proof_whose_solver_is_gone_is_not_confirmed(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "z3.py").write_text(SOLVERS[kind])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = tmp_path / "small.alloc"
    path.write_text(SPEC)
    assert main(["verify", str(path), "--property", "calm"]) == 3
    out, err = capsys.readouterr()
    assert "NOT CONFIRMED" in out
    assert "Traceback" not in out + err


def test_a_solver_that_hangs_is_not_waited_for_beyond_the_time_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "z3.py").write_text("import time\ntime.sleep(1000)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = tmp_path / "small.alloc"
    path.write_text(SPEC)
    assert main(["verify", str(path), "--property", "calm", "--timeout", "8"]) == 3
    words = " ".join(capsys.readouterr().out.split())
    assert "NOT CONFIRMED main: a proof was not looked at again: time limit of 8 s" in words
