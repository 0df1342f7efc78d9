"""`recheck` on a specification's text, on bundles, within a time limit."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proofs.__main__ import main as proofs_main
from proofs.log.document import split
from proofs.recheck import command
from proofs.recheck.bundle import recheck_bundle
from proofs.recheck.command import run
from proofs.recheck.findings import Options, Standing
from proofs.recheck.whole_log import recheck
from tests.support.proofs.logs import (
    SMALL,
    Value,
    log_of,
    machine_part,
    small,
    with_digest,
    with_machine_part,
)
from verifier.cli.main import main

ROOT = Path(__file__).parents[3]

BOUNDED = """\
spec tiny;
bool on = false;
single zone { spinlock lock; }
thread cpu { spin_lock(zone.lock); on = !on; on = !on; spin_unlock(zone.lock); }
invariant off: !held(zone.lock) => !on;
reachable lit: on;
bound cpu = 2;
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "tiny.alloc").write_text(BOUNDED)
    assert main(["log", str(folder / "tiny.alloc"), "--bundle", str(folder / "made")]) == 0
    return folder / "made"


@pytest.fixture
def bundle(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "copy"))


def said(files: list[str], *, timeout: float = math.inf, **options: Any) -> tuple[int, str]:
    texts: list[str] = []
    options["until"] = time.monotonic() + timeout
    status = run(files, ("z3",), texts.append, **options)
    return status, " ".join("".join(texts).split())


# --- the specification ---------------------------------------------------------------------


def test_a_log_is_of_the_text_that_it_is_of(tmp_path: Path) -> None:
    log, spec = tmp_path / "log", tmp_path / "x.alloc"
    log.write_text(small())
    spec.write_text(SMALL)
    status, text = said([str(log)], specification=str(spec))
    assert status == 0
    assert "to the byte" in text
    spec.write_text(SMALL.replace("spinlock lock;", "spinlock  lock;"))
    status, text = said([str(log)], specification=str(spec))
    assert status == 4
    assert "they differ from line 11 on" in text
    status, text = said([str(log)], specification=str(tmp_path / "none\x1b[2J"))
    assert status == 2
    assert r"none\x1b[2J: No such file" in text


# --- time ----------------------------------------------------------------------------------


def test_what_there_was_no_time_for_is_not_confirmed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(small())
    status, text = said([str(log)], timeout=1e-9)
    assert status == 3
    assert "the time was up" in text


def test_a_time_limit_has_one_form_in_both_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    log.write_text(small())
    given: dict[str, object] = {}

    def noted(*_files: object, **options: object) -> int:
        given.update(options)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("proofs.recheck.command.run", noted)
        for text, seconds in (("5m", 300.0), ("90", 90.0), ("1.5h", 5400.0)):
            assert proofs_main(["recheck", str(log), "--timeout", text]) == 0
            assert given["until"] == pytest.approx(time.monotonic() + seconds, abs=30)
    for arguments in (["recheck", str(log), "--timeout", "soon"],):
        with pytest.raises(SystemExit) as ended:
            proofs_main(arguments)
        assert ended.value.code == 2
        assert main(arguments) == 2
        assert capsys.readouterr().err.count("'soon' is no time; write 90, 90s, 5m or 1h") == 2


# --- standard input ------------------------------------------------------------------------


def piped(program: list[str], text: bytes) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, "-P", "-m", *program],
        input=text,
        capture_output=True,
        check=False,
        cwd=ROOT,
        timeout=300,
    )
    return ended.returncode, ended.stdout.decode()


@pytest.mark.parametrize("program", ["verifier", "proofs"])
def test_a_log_comes_from_standard_input_too(program: str) -> None:
    status, text = piped([program, "recheck", "-", "--solver", "z3"], small().encode())
    assert status == 0, text
    assert "<stdin>: the evidence holds by z3" in text
    status, text = piped([program, "recheck", "-"], b"this is no log")
    assert status == 4
    assert "<stdin>: the evidence does not hold" in text


def test_standard_input_is_read_once_and_is_either_a_log_or_the_specification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    log.write_text(small())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(small().encode())))
    status, text = said(["-", "-"])
    assert status == 0
    assert text.count("<stdin>: the evidence holds") == 2
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SMALL.encode())))
    status, text = said([str(log)], specification="-")
    assert status == 0
    assert "to the byte" in text
    status, text = said(["-"], specification="-")
    assert status == 2
    assert "cannot both be standard input" in text
    monkeypatch.setattr("sys.stdin", None)
    assert said(["-"]) == (2, "<stdin>: standard input is closed")


def test_a_log_that_nobody_writes_to_its_end_ends_with_the_time() -> None:
    reading, writing = os.pipe()
    try:
        with os.fdopen(reading, "r") as stream, pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", stream)
            assert said(["-"], timeout=0.3) == (
                3,
                "<stdin>: the time was up before it was looked at to its end",
            )
    finally:
        os.close(writing)


# --- mistakes of the tool's own ------------------------------------------------------------


@pytest.mark.parametrize("place", ["recheck", "lines"])
def test_a_crash_in_one_log_is_said_of_it_and_of_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    files = [tmp_path / name for name in ("one", "two", "three")]
    for file in files:
        file.write_text(small())
    real = getattr(command, place)
    calls = {"recheck": [0], "lines": [0]}[place]

    def fails(*given: Any, **more: Any) -> Any:
        if place == "lines" and str(files[1]) in given[0]:
            raise ZeroDivisionError("broke")
        calls[0] += 1
        if place == "recheck" and calls[0] == 2:
            raise ZeroDivisionError("broke")
        return real(*given, **more)

    monkeypatch.setattr(command, place, fails)
    status, text = said(list(map(str, files)))
    assert status == 70
    assert text.count("the evidence holds") == 2
    assert f"{files[1]}: internal error: ZeroDivisionError: broke, please report" in text


def test_a_lack_of_memory_is_no_lack_of_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: Any) -> Any:
        raise MemoryError

    log = tmp_path / "log"
    log.write_text(small())
    monkeypatch.setattr(command, "recheck", fails)
    for limit in (math.inf, 100.0):
        status, text = said([str(log)], timeout=limit)
        assert (status, text) == (3, f"{log}: not rechecked to its end: no memory is left")


FOR_EVER = """\
spec x;
struct page { bool u = false; }
nat n = 0;
thread cpu { loop { atomic { n++; } } }
invariant a: forall page p, page q, page r, page s, page t, page u, page v, page w:
	p.u || q.u || r.u || s.u || t.u || u.u || v.u || w.u || n >= 0;
bound cpu = 1, page = 20;
"""


def searched(text: str, prop: str) -> str:
    """A log that nobody wrote: a search is said to have settled a property."""
    value = machine_part(small())
    bounds = {"page": [20, 20], "cpu": [1, 1]}
    value["specification"] = {
        "name": "x.alloc",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "text": text.split("\n"),
    }
    value["invocation"]["properties"] = [prop]
    value["variants"] = [
        {
            "name": "main",
            "bounds": bounds,
            "vacuous": [],
            "verdicts": [
                {
                    "property": prop,
                    "verdict": "proved",
                    "scope": {sort: high for sort, (_, high) in bounds.items()},
                    "evidence": "search",
                    "number": -1,
                    "variables": ["n"],
                    "method": "",
                    "shortest": False,
                    "reason": "",
                }
            ],
            "lemmas": [],
            "traces": [],
        }
    ]
    return with_machine_part(small(), value)


def test_a_search_that_never_ends_is_ended() -> None:
    started = time.monotonic()
    report = recheck(searched(FOR_EVER, "a"), Options(until=started + 3))
    assert report.status == 4  # the paste block is that of another log
    assert "the time was up" in " ".join(report.of(Standing.UNCONFIRMED))
    assert time.monotonic() - started < 20


def test_a_number_that_is_squared_again_and_again_ends_the_search() -> None:
    text = "spec x;\nnat n = 2;\nthread cpu { loop { atomic { n = n * n; } } }\n"
    report = recheck(searched(text + "invariant a: n >= 2;\nbound cpu = 1;\n", "a"), Options())
    assert report.status == 4


# --- bundles -------------------------------------------------------------------------------


def test_a_bundle_is_what_its_log_gives(bundle: Path) -> None:
    status, text = said([str(bundle)])
    assert status == 0
    assert "made anew from its log, it has the same circuits" in text


def reseal(folder: Path, edit: Callable[[Value], object] = lambda _: None) -> None:
    """Gives the manifest the digests of the files that are there."""
    path = folder / "manifest.json"
    value = json.loads(path.read_text())
    edit(value)
    value["files"] = [
        {"path": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}
        for name in sorted(
            item.relative_to(folder).as_posix()
            for item in folder.rglob("*")
            if item.is_file() and item.name != "manifest.json"
        )
    ]
    path.write_text(json.dumps(value) + "\n")


def other_readme(folder: Path) -> None:
    (folder / "README.md").write_text("Checked by hand.\n")


def other_checker(folder: Path) -> None:
    (folder / "check.py").write_text("print('ACCEPTED')\n")


def other_script(folder: Path) -> None:
    next((folder / "every-size").rglob("*.smt2")).write_text("(check-sat)\n")


def more_files(folder: Path) -> None:
    (folder / "more.txt").write_text("approved\n")


def one_obligation_for_another(folder: Path) -> None:
    stems = sorted(path.stem for path in folder.glob("obligations/*.cnf"))
    for suffix in ("aag", "cnf", "lrat"):
        shutil.copy(
            folder / f"obligations/{stems[0]}.{suffix}", folder / f"obligations/{stems[1]}.{suffix}"
        )


@pytest.mark.parametrize(
    "change", [other_readme, other_checker, other_script, more_files, one_obligation_for_another]
)
def test_another_file_in_a_bundle_is_found(change: Callable[[Path], None], bundle: Path) -> None:
    change(bundle)
    reseal(bundle)
    report = recheck_bundle(bundle, Options(solvers=("z3",)))
    assert report.status == 4
    assert any(text.startswith("the bundle: ") for text in report.of(Standing.FAILED))


def without_an_obligation(value: Value) -> None:
    value["obligations"].pop()


def another_claim(value: Value) -> None:
    value["obligations"][0]["claim"] = "all is well"


def not_shown_to_be_possible(value: Value) -> None:
    value["unproved"].append({"name": "x", "claim": "c", "reason": "r"})


@pytest.mark.parametrize("edit", [without_an_obligation, another_claim, not_shown_to_be_possible])
def test_another_manifest_is_found(edit: Callable[[Value], object], bundle: Path) -> None:
    reseal(bundle, edit)
    assert recheck_bundle(bundle, Options(solvers=("z3",))).status == 4


def test_the_log_of_a_bundle_is_rechecked(bundle: Path) -> None:
    content = (bundle / "log.txt").read_text()
    assert split(content)[2]
    (bundle / "log.txt").write_text(with_digest(content.replace("proved for all", "proved", 1)))
    reseal(bundle)
    report = recheck_bundle(bundle, Options(solvers=("z3",)))
    assert report.status == 4
    assert "paste block" in " ".join(report.of(Standing.FAILED))


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    status, text = said([str(tmp_path)])
    assert status == 2
    assert "this is no bundle" in text
    (tmp_path / "manifest.json").symlink_to("/dev/zero")
    assert said([str(tmp_path)])[0] == 4


# --- the other program ---------------------------------------------------------------------


def test_modules_in_the_current_folder_are_not_imported_with_p(tmp_path: Path) -> None:
    (tmp_path / "proofs.py").write_text("raise SystemExit('mine')\n")
    (tmp_path / "json.py").write_text("raise SystemExit('mine')\n")
    (tmp_path / "log").write_text(log_of(BOUNDED, "--property", "lit"))
    command = [sys.executable, "-P", "-m", "proofs", "recheck", "log", "--timeout", "100"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("text", ["0", "-1", "nan", "soon"])
def test_a_time_limit_is_a_positive_number(text: str) -> None:
    command = [sys.executable, "-P", "-m", "proofs", "recheck", "log", "--timeout", text]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
