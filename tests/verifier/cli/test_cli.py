from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from frontend.model import Model
from frontend.source.diagnostics import Diagnostic
from frontend.source.spans import Source, Span
from tests.support.verifier.fakes import (
    Rule,
    always_safe,
    fakes,
    make_model,
    run_of,
    safe,
    undecided,
    violated_from,
)
from verifier.cli import files
from verifier.cli.commands.settle import parse_bounds
from verifier.cli.main import main
from verifier.protocol.task import Answer, Contradiction, Task, Undecided, Unsafe
from verifier.verify import scheduler
from verifier.verify.loading import Content, File, on_disk


@dataclass(frozen=True, slots=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def last(self) -> str:
        return self.out.rstrip("\n").split("\n")[-1]


Program = Callable[..., Said]


@pytest.fixture
def program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Program:
    """The program over fake models and engines, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BUDDYPROOF_DEBUG", raising=False)

    def run(
        *arguments: str,
        specs: dict[str, Sequence[Model]] | None = None,
        rule: Rule = always_safe,
        warnings: tuple[Diagnostic, ...] = (),
    ) -> Said:
        specs = {"a.alloc": [make_model(["inv"])]} if specs is None else specs

        def load(path: str, variants: Collection[str] = (), content: Content = on_disk) -> File:
            del variants, content  # the real one leaves the others out, or all in
            source = Source(path, "spec demo;\n")
            if path not in specs:
                error = Diagnostic("E020", "no such file", Span(0, 0))
                return File(path, None, source, (), (error,))
            return File(path, "0" * 64, source, tuple(specs[path]), warnings)

        monkeypatch.setattr("verifier.verify.loading.load", load)
        monkeypatch.setattr(scheduler, "standard", fakes(rule, rule, rule, rule, rule).registry)
        monkeypatch.setattr(scheduler, "searches", lambda _: [])  # the fakes know better
        capsys.readouterr()
        status = main(list(arguments))
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return run


# --- exit statuses -------------------------------------------------------------------------


def contradiction(_task: Task, _name: str) -> Answer:
    return Contradiction(("pairs",))


def nonsense(_task: Task, _name: str) -> Answer:
    raise ZeroDivisionError("engine\nbroke")


def disagreeing(task: Task, _name: str) -> Answer:
    if 1 in task.bounds.values():
        return safe(task.bounds)
    disagreeing.calls += 1  # type: ignore[attr-defined]  # counts between engines
    if disagreeing.calls == 1:  # type: ignore[attr-defined]  # as above
        return Undecided("state limit", 9)
    return Unsafe(run_of(3, task.bounds), shortest=True)


@pytest.mark.parametrize(
    ("rule", "status", "last"),
    [
        (always_safe, 0, "all as expected (1 verdict)"),
        (violated_from(3, cpu=2), 1, "NOT as expected: 1 unexpected, 0 unknown of 1 verdict"),
        (contradiction, 2, "wrong input: nothing was verified"),
        (undecided, 3, "inconclusive: 0 unexpected, 1 unknown of 1 verdict"),
    ],
)
def test_the_status_and_the_last_line_are_the_verdict_of_the_whole(
    program: Program, rule: Rule, status: int, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proofs.render.columns.columns", lambda _model, _trace, _width: ["  CPU0"])
    said = program("verify", "a.alloc", rule=rule)
    assert (said.status, said.last) == (status, last)
    assert said.err == ""


def test_engines_that_contradict_each_other_end_with_70_and_no_traceback(program: Program) -> None:
    disagreeing.calls = 0  # type: ignore[attr-defined]  # see there
    said = program("verify", "a.alloc", rule=disagreeing)
    assert said.status == 70
    assert "internal error: kinduction found a run of 3 steps for inv" in said.err
    assert said.last.startswith("INTERNAL ERROR")


def test_an_unexpected_exception_is_one_line(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = program("verify", "a.alloc", rule=nonsense)
    assert said.status == 70
    assert said.err == "internal error: ZeroDivisionError: engine broke, please report\n"
    monkeypatch.setenv("BUDDYPROOF_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        program("verify", "a.alloc", rule=nonsense)


def test_a_mistake_in_one_variant_takes_no_answer_from_another(program: Program) -> None:
    def rule(task: Task, _name: str) -> Answer:
        if task.model.variant == "bad":
            raise ZeroDivisionError("engine broke")
        return safe(task.bounds)

    names = ["good", "bad", "fine"]
    models = [replace(make_model(["inv"]), variant=name) for name in names]
    said = program("verify", "a.alloc", "b.alloc", specs={"a.alloc": models, "b.alloc": models})
    assert said.status == 0
    said = program(
        "verify", "a.alloc", "b.alloc", specs={"a.alloc": models, "b.alloc": models}, rule=rule
    )
    assert said.status == 70
    assert said.err.count("internal error: ZeroDivisionError: engine broke, please report") == 2
    assert said.out.count("proved") >= 4


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "no memory is left"),
        (RecursionError(), "formulas nest too deep for it"),
    ],
)
def test_an_engine_that_the_machine_is_too_small_for_is_unknown_and_says_why(
    program: Program, error: Exception, reason: str
) -> None:
    def rule(_task: Task, _name: str) -> Answer:
        raise error

    said = program("verify", "a.alloc", rule=rule)
    assert said.status == 3
    assert said.err == ""
    assert reason in " ".join(said.out.split())


def test_all_specifications_are_processed_when_one_is_rejected(program: Program) -> None:
    said = program("verify", "missing.alloc", "a.alloc")
    assert said.status == 2
    assert "missing.alloc:1:1: error[E020]: no such file" in said.err
    assert "proved" in said.out
    assert said.last == "wrong input; 0 unexpected, 0 unknown of 1 verdict"


def test_ctrl_c_prints_what_was_settled(program: Program) -> None:
    def rule(task: Task, name: str) -> Answer:
        if name == "early":
            return safe(task.bounds)
        os.kill(os.getpid(), signal.SIGINT)
        assert task.limits.expired()
        return Undecided("interrupted")

    model = make_model(["early", "late"], bounds=(("cpu", 1, 1), ("page", 1, 1)))
    said = program("verify", "a.alloc", specs={"a.alloc": [model]}, rule=rule)
    assert said.status == 130
    assert "early  proved" in said.out
    assert "late   unknown" in said.out
    assert said.last.startswith("interrupted")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_time_limit_prints_what_was_settled(program: Program) -> None:
    def rule(task: Task, name: str) -> Answer:
        if name == "early":
            return safe(task.bounds)
        while not task.limits.expired():
            pass
        return Undecided("out of time")

    model = make_model(["early", "late"], bounds=(("cpu", 1, 1), ("page", 1, 1)))
    said = program("verify", "a.alloc", "--timeout", "0.05", specs={"a.alloc": [model]}, rule=rule)
    assert said.status == 3
    assert "early  proved" in said.out
    assert "unknown (time limit of 0.05 s)" in said.out


# --- options -------------------------------------------------------------------------------

NAMED = [
    replace(make_model(["isolation", "accounting"]), variant="v3"),
    replace(make_model(["isolation", "accounting"]), variant="v4"),
]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--variant", "v5"], "'--variant': there is no variant 'v5'; there are: v3, v4"),
        (["--property", "isolaton"], "no property 'isolaton'; did you mean `isolation`?"),
        (["--property", "x"], "no property 'x'; there are: accounting, isolation"),
        (["--bound", "cpus=2"], "there is no sort 'cpus'; did you mean `cpu`?"),
        (["--bound", "cpu=0"], "'cpu=0': every sort has at least one object"),
        (["--bound", "cpu=-1"], "'cpu=-1': '-1' is not a positive number"),
        (["--bound", "cpu=two"], "'cpu=two': 'two' is not a positive number"),
        (["--bound", "cpu=\u0663"], "is not a positive number"),
        (["--bound", "cpu"], "'cpu' is not of the form SORT=N"),
        (["--bound", "=3"], "'=3' is not of the form SORT=N"),
        (["--bound", "cpu=1" + "0" * 5000], "more than 1000 objects are out of reach"),
        (["--bound", "cpu=2", "--bound", "cpu=3"], "cpu has a bound already, 2"),
        (["--engine", "magic"], "'magic' is not one of"),
        (["--timeout", "0"], "'--timeout'"),
        (["--timeout", "nan"], "'--timeout': 'nan' is no time; write 90, 90s, 5m or 1h"),
        (["--format", "xml"], "'xml' is not one of"),
        (["--for-all", "--bounded"], "--for-all goes with neither"),
        (["--for-all", "--engine", "bmc"], "--for-all goes with neither"),
    ],
)
def test_a_wrong_option_is_a_clear_error(
    program: Program, arguments: list[str], message: str
) -> None:
    said = program("verify", "a.alloc", *arguments, specs={"a.alloc": NAMED})
    assert said.status == 2
    assert message in " ".join(said.err.split())
    assert said.out == ""


def test_bounds_are_read() -> None:
    assert parse_bounds(["cpu=2", " page = 4 "]) == {"cpu": 2, "page": 4}


def test_options_choose_variants_properties_and_sizes(program: Program) -> None:
    said = program(
        "verify", "a.alloc", "--variant", "v4", "--property", "isolation", "--bound", "cpu=3",
        "--bounded", "--format", "json", specs={"a.alloc": NAMED},
    )  # fmt: skip
    value = json.loads(said.out)
    assert [(item["variant"], item["property"], item["scope"]) for item in value["results"]] == [
        ("v4", "isolation", {"cpu": 3, "page": 2})
    ]


def test_a_specification_without_what_is_asked_for_is_left_alone(program: Program) -> None:
    specs = {"a.alloc": NAMED, "b.alloc": [make_model(["other"])]}
    said = program("verify", "a.alloc", "b.alloc", "--variant", "v3", specs=specs)
    assert said.status == 0
    assert "b.alloc (b.alloc)\n\n  has nothing of what was asked for" in said.out


def test_quiet_prints_only_what_is_unexpected_and_the_last_line(program: Program) -> None:
    assert program("verify", "a.alloc", "--quiet").out == "all as expected (1 verdict)\n"
    said = program("verify", "a.alloc", "--quiet", rule=violated_from(3, cpu=2))
    assert said.out.splitlines() == [
        "demo, main: inv is violated in 3 steps, and should hold",
        "NOT as expected: 1 unexpected, 0 unknown of 1 verdict",
    ]


def test_json_is_alone_on_standard_output(program: Program) -> None:
    warning = Diagnostic("W001", "unused", Span(0, 4))
    said = program("verify", "a.alloc", "--format", "json", warnings=(warning,))
    assert json.loads(said.out)["warnings"][0]["code"] == "W001"
    assert "a.alloc:1:1: warning[W001]: unused" in said.err


def test_colour_can_be_forced(program: Program) -> None:
    assert "\x1b[" not in program("verify", "a.alloc").out
    assert "\x1b[32mproved\x1b[0m" in program("verify", "a.alloc", "--color", "always").out


# --- folders -------------------------------------------------------------------------------


def test_a_folder_stands_for_the_specifications_in_it_in_order(tmp_path: Path) -> None:
    for name in ("b.alloc", "a.alloc", "notes.txt", "deep/c.alloc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = files.find([str(tmp_path / "b.alloc"), str(tmp_path)])
    assert [Path(path).relative_to(tmp_path).as_posix() for path in found] == [
        "b.alloc",
        "a.alloc",
        "deep/c.alloc",
    ]


def test_a_folder_without_specifications_is_an_error(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = program("verify", "empty")
    assert said.status == 2
    assert "there is no *.alloc file in empty" in said.err


# --- check and explain ---------------------------------------------------------------------


def test_check_says_ok_for_each_file_and_goes_on_after_a_rejected_one(program: Program) -> None:
    said = program("check", "missing.alloc", "a.alloc")
    assert said.status == 2
    assert said.out == "a.alloc: ok\n"
    assert "error[E020]" in said.err
    assert program("check", "a.alloc").status == 0


def test_explain_tells_of_one_code_or_lists_all(program: Program) -> None:
    from frontend.source.codes import CODES

    listed = program("explain").out.splitlines()
    assert [line.split()[0] for line in listed] == sorted(CODES)
    first = program("explain", "e001")
    assert first.status == 0
    assert first.out.startswith(f"E001: {CODES['E001'].title}\n\n")
    wrong = program("explain", "E0O1")
    assert wrong.status == 2
    assert "there is no diagnostic E0O1; did you mean `E" in wrong.err


# --- the program itself --------------------------------------------------------------------


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verifier", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_python_m_verifier_is_the_program() -> None:
    said = process("--version")
    assert said.returncode == 0
    assert said.stdout.startswith("buddyproof, version ")


@pytest.mark.parametrize("arguments", [["verify"], ["nonsense"], ["--nonsense"]])
def test_a_wrong_command_line_is_a_usage_error(arguments: list[str]) -> None:
    said = process(*arguments)
    assert said.returncode == 2
    assert "Usage: buddyproof" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "verifier", "explain"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
        assert running.wait(30) == 141
    assert said == ""
