"""Proofs at the asked sizes are confirmed by who did not find them, in `verify` and from a log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.proofs.bounded.test_induction import LOOP, NAT_LOCK
from tests.support.proofs.logs import Edit, Value, edited
from tests.support.verifier.killing import every_child_killed
from verifier.cli.main import main

UNENDING = """spec unending;
const int 1..2 batch;
int left;
assume full: left == batch;
thread cpu {
	loop take();
}
proc take()
{
	int n;
again:
	n = add_return(left, -1);
	if (n <= 0) {
		bool won = try_cmpxchg(left, n, batch);
		if (!won)
			goto again;
	}
}
invariant refilled: (forall cpu c: !(c in take)) => left >= 1 && left <= batch;
bound cpu = 2;
"""

NEVER = NAT_LOCK + "reachable below: n < 0;\nexpect main violates below;\n"

CONSTANT = """spec constant;
const nat top = 3;
nat n = 0;
thread cpu { loop { atomic { if (n < top) n = n + 1; } } }
invariant low: n <= 3;
bound cpu = 2;
"""

MIXED = """spec mixed;
const nat top;
nat n;
assume start: n == 0 && top <= 5;
thread cpu { loop { atomic { if (n < top) n = n + 1; } } }
invariant low: n <= 5;
bound cpu = 2;
"""

COUNTED = """spec count_is_one;
struct arena { const bool zero; bool used = false; }
assume at_most_one: forall arena a, arena b: a.zero && b.zero => a == b;
assume at_least_one: exists arena a: a.zero;
thread cpu {
	arena a = any(arena);
	a.used = true;
}
lemma one: 1 == count(arena a: a.zero);
bound cpu = 2, arena = 2;
"""


def verified(folder: Path, text: str, capsys: pytest.CaptureFixture[str], *more: str) -> Any:
    """The status, and what is said of the second opinion."""
    path = folder / "it.alloc"
    path.write_text(text)
    status = main(["verify", str(path), "--format", "json", *more])
    (variant,) = json.loads(capsys.readouterr().out)["variants"]
    return status, variant["recheck"]


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (NAT_LOCK, ("--bounded",)),
        (NAT_LOCK, ("--engine", "kinduction")),
        (LOOP, ("--engine", "kinduction")),
        (NEVER, ("--engine", "kinduction")),
        (UNENDING, ("--engine", "ic3", "--property", "refilled")),
        (
            UNENDING.replace("int left;\nassume full: left == batch;", "int left = 2;")
            .replace("const int 1..2 batch;", "define batch(): int = 2;")
            .replace("batch)", "batch())")
            .replace("<= batch", "<= batch()"),
            ("--engine", "ic3", "--property", "refilled"),
        ),
        (CONSTANT, ("--engine", "kinduction")),
        (CONSTANT, ("--engine", "ic3")),
        (MIXED, ()),
        (COUNTED, ()),
    ],
    ids=[
        "portfolio",
        "two steps",
        "no state twice",
        "never",
        "any start",
        "no end",
        "constant, paths",
        "constant",
        "a part of an assumption",
        "a count",
    ],
)
def test_a_proof_is_confirmed(
    text: str, more: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, opinion = verified(tmp_path, text, capsys, *more)
    assert status == 0
    assert opinion["doubts"] == opinion["skipped"] == []
    assert opinion["confirmed"]


def logged(folder: Path, text: str, *more: str) -> Path:
    path, log = folder / "it.alloc", folder / "it.log"
    path.write_text(text)
    assert main(["verify", str(path), "--log", str(log), *more]) == 0
    return log


def test_an_induction_over_paths_goes_into_the_log_and_is_rechecked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = logged(tmp_path, NAT_LOCK, "--engine", "kinduction")
    assert "proved by induction over paths of 2 steps" in log.read_text()
    capsys.readouterr()
    assert main(["recheck", str(log)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "obligations of an induction over 2 steps on which no state repeats" in out
    assert "unsat by z3 and cvc5" in out


def paths(change: str, value: object) -> Edit:
    def edit(log: Value) -> None:
        (lemmas,) = log["variants"][0]["lemmas"]
        lemmas["paths"][change] = value

    return edit


def without_paths(log: Value) -> None:
    (lemmas,) = log["variants"][0]["lemmas"]
    del lemmas["paths"]


def everywhere(log: Value) -> None:
    (lemmas,) = log["variants"][0]["lemmas"]
    lemmas["bounds"] = None


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (paths("depth", 1), "underflow after any 1 steps on which all holds"),
        (paths("depth", 0), "a depth that is not from 1 to 100"),
        (paths("depth", 101), "a depth that is not from 1 to 100"),
        (paths("properties", ["nothing"]), "an unknown property"),
        (without_paths, "does not violate underflow"),
        (everywhere, "is about no sizes"),
    ],
    ids=["shorter", "none", "longest", "stranger", "single", "everywhere"],
)
def test_an_induction_that_is_said_to_be_another_is_refused(
    edit: Edit, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = logged(tmp_path, NAT_LOCK, "--engine", "kinduction")
    log.write_text(edited(log.read_text(), edit))
    capsys.readouterr()
    assert main(["recheck", str(log), "--solver", "z3"]) == 4
    assert reason in " ".join(capsys.readouterr().out.split())


def test_paths_that_may_repeat_states_prove_less(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = logged(tmp_path, LOOP, "--engine", "kinduction", "--property", "not_nine")
    log.write_text(edited(log.read_text(), paths("simple", value=False)))
    assert main(["recheck", str(log), "--solver", "z3"]) == 4
    assert "not_nine after any" in capsys.readouterr().out


def bundled(folder: Path) -> Path:
    path, bundle = folder / "it.alloc", folder / "bundle"
    path.write_text(NAT_LOCK)
    assert main(["log", str(path), "--bounded", "--bundle", str(bundle)]) == 0
    return bundle


def test_a_bundle_has_circuits_of_an_induction_and_names_what_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = bundled(tmp_path)
    assert capsys.readouterr().out.count("NOT PROVED: main.step.") == 1
    claims = [item["claim"] for item in manifest(bundle)["obligations"]]
    assert "main: underflow after any 2 steps on which all holds" in claims
    assert "main: lemma 1 in every run, at step 1" in claims
    (left,) = manifest(bundle)["unproved"]
    assert left["claim"] == "main: n within its range after any 2 steps on which all holds"


def manifest(bundle: Path) -> Any:
    return json.loads((bundle / "manifest.json").read_text())


def test_a_bundle_names_what_a_process_that_died_did_not_prove(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with every_child_killed():
        bundle = bundled(tmp_path)
    out, err = capsys.readouterr()
    assert "0 obligations proved" in out
    assert "a process that looks for proofs died" in out
    assert "Traceback" not in out + err
    assert not list((bundle / "obligations").glob("*"))


KILLED = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"


@pytest.mark.parametrize("command", ["verify", "log", "compare", "recheck"])
def test_a_solver_that_is_killed_confirms_nothing_in_any_command(
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = NAT_LOCK + "patch fixed;\nvariant old = {};\nvariant new = { fixed };\n"
    log = logged(tmp_path, text, "--bounded", "--variant", "new")
    (tmp_path / "z3.py").write_text(KILLED)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    arguments = {
        "verify": ["verify", str(tmp_path / "it.alloc"), "--bounded"],
        "log": ["log", str(tmp_path / "it.alloc"), "--bounded", "-o", str(tmp_path / "b.log")],
        "compare": ["compare", str(tmp_path / "it.alloc"), "old", "new", "--bounded"],
        "recheck": ["recheck", str(log)],
    }
    capsys.readouterr()
    assert main(arguments[command]) == 3
    out, err = capsys.readouterr()
    assert "confirmed" in (out + err).lower()
    assert "SIGKILL" in out + err
    assert "Traceback" not in out + err
