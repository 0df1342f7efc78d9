"""When the world interferes: signals, full disks, closed streams, no memory, and mistakes of the
tool's own. What was settled is said, and the exit status is that of what happened."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from xml.dom import minidom

import click
import pytest

from frontend.source.diagnostics import Diagnostic
from verifier.cli.limit_options import Duration, Size
from verifier.cli.main import main
from verifier.protocol.deadline import Deadline
from verifier.protocol.exits import Exit, of_codes, of_signal, worst
from verifier.report.targets import check_file, check_folder
from verifier.verify import loading
from verifier.verify.loading import Content, File, load_within, on_disk

QUICK = """
spec quick;
spinlock lock;
int total = 0;
thread cpu { spin_lock(lock); total = 1; spin_unlock(lock); }
invariant small: total <= 1;
bound cpu = 2;
"""

ENDLESS = """
spec endless;
nat x = 0;
nat y = 0;
nat z = 0;
thread cpu {
	loop choose { add_return(z, 1); atomic { x += 3; y += 2; } }
	or { atomic { await y >= 2 && x >= 3; x -= 3; y -= 2; } }
	or { atomic { await z > 0; z--; y += 2; x += 3; } }
}
invariant gone: x == 0 => y == 0;
bound cpu = 2;
"""

PROGRAM = [sys.executable, "-m", "verifier"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BUDDYPROOF_DEBUG", raising=False)
    (tmp_path / "quick.alloc").write_text(QUICK)
    (tmp_path / "endless.alloc").write_text(ENDLESS)
    return tmp_path


def run(*arguments: str, memory: int = 0, **streams: object) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [*PROGRAM, *arguments], text=True, check=False, timeout=120, preexec_fn=limit, **given
    )


def ended(arguments: Sequence[str], number: signal.Signals, after: float) -> tuple[int, str, str]:
    """The status and the streams of the program, sent a signal after some seconds."""
    pipe = subprocess.PIPE
    with subprocess.Popen([*PROGRAM, *arguments], stdout=pipe, stderr=pipe, text=True) as process:
        time.sleep(after)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    return process.returncode, out, err


# --- signals -------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_search_with_what_was_settled(
    place: Path, number: signal.Signals
) -> None:
    status, out, err = ended(["verify", "endless.alloc"], number, 4.0)
    assert status == 128 + number
    assert out.rstrip("\n").split("\n")[-1].startswith("interrupted: 0 unexpected")
    assert "unknown (interrupted" in " ".join(out.split())
    assert "time limit" not in out + err
    assert "Traceback" not in err
    assert place.exists()


@pytest.mark.parametrize("layout", ["json", "jsonl", "sarif", "junit", "ktap"])
def test_every_format_is_complete_after_a_signal(place: Path, layout: str) -> None:
    arguments = ["verify", "quick.alloc", "endless.alloc", "--format", layout]
    status, out, err = ended(arguments, signal.SIGTERM, 4.0)
    assert status == 143
    assert "Traceback" not in err
    match layout:
        case "json":
            value = json.loads(out)
            assert value["exit_status"] == 143
            assert value["specs"][1]["results"]
        case "jsonl":
            assert json.loads(out.splitlines()[-1]) == {"type": "end", "exit_status": 143}
        case "sarif":
            (made,) = json.loads(out)["runs"]
            assert made["invocations"][0]["exitCode"] == 143
        case "junit":
            minidom.parseString(out)
        case _:
            assert "not ok 2 endless.alloc # ERROR interrupted" in out
    assert place.exists()


COMMANDS = {
    "mutate": ["mutate", "endless.alloc", "--jobs", "2"],
    "log": ["log", "endless.alloc", "-o", "a.log"],
    "recheck": ["recheck", "/dev/zero"],
    "check": ["check", "quick.alloc"],
    "explain": ["explain"],
    "review": ["review", "-", "quick.alloc"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_shows_a_traceback_when_a_signal_comes_early(place: Path, command: str) -> None:
    for after in (0.1, 0.9):  # no command is through within a tenth of a second
        status, _, err = ended(COMMANDS[command], signal.SIGTERM, after)
        assert "Traceback" not in err
        assert status in ((143, -15) if after < 0.5 else (143, 0, 2, 3, 4)) or command == "explain"
    assert not (place / "a.log").exists()


def test_the_status_of_a_signal_is_that_of_a_shell() -> None:
    assert [of_signal(n) for n in (0, signal.SIGHUP, signal.SIGINT, signal.SIGTERM)] == [
        Exit.OK,
        Exit.HUNG_UP,
        Exit.INTERRUPTED,
        Exit.TERMINATED,
    ]
    assert worst([Exit.WRONG_INPUT, Exit.TERMINATED, Exit.NOT_WRITTEN]) is Exit.NOT_WRITTEN


# --- streams -------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["verify", "quick.alloc"], ["check", "quick.alloc"], ["help"]])
def test_standard_output_that_is_closed_or_full_is_refused_before_the_work(
    place: Path, command: list[str]
) -> None:
    shell = 'exec "$@" >&-'
    closed = subprocess.run(
        ["sh", "-c", shell, "sh", *PROGRAM, *command], capture_output=True, text=True, check=False
    )
    assert closed.returncode == 2
    assert closed.stderr.startswith("standard output is closed")
    with Path("/dev/full").open("w") as full, (place / "quick.alloc").open() as readable:
        assert run(*command, stdout=full).returncode == 2
        said = run(*command, stdout=readable)
    assert (said.returncode, "cannot be written" in said.stderr) == (2, True)


def test_a_reader_that_has_gone_ends_the_work_with_the_status_of_a_broken_pipe(
    place: Path,
) -> None:
    arguments = [*PROGRAM, "verify", "quick.alloc", "endless.alloc", "--format", "jsonl"]
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        started = time.monotonic()
        assert process.wait(timeout=60) == 141
        assert "Traceback" not in process.stderr.read()
    assert time.monotonic() - started < 30  # without that, a minute
    assert place.exists()


def test_a_disk_that_is_full_before_the_end_gets_the_verdicts_printed_elsewhere(
    place: Path,
) -> None:
    with (place / "out").open("w") as out:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))

        said = subprocess.run(
            [*PROGRAM, "verify", "quick.alloc", "--no-recheck"],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            preexec_fn=limit,
        )
    assert said.returncode == 74
    assert "standard output cannot be written: File too large; it follows here" in said.stderr
    assert "all as expected (10 verdicts)" in said.stderr


def test_standard_error_that_is_closed_or_full_changes_nothing(place: Path) -> None:
    with Path("/dev/full").open("w") as full:
        assert run("check", "missing.alloc", stderr=full).returncode == 2
    shell = 'exec "$@" 2>&-'
    said = subprocess.run(
        ["sh", "-c", shell, "sh", *PROGRAM, "check", "missing.alloc", "quick.alloc"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stdout) == (2, "quick.alloc: ok\n")
    assert place.exists()


# --- files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target", ["/dev/full", "nowhere/a.log", "/proc/a.log", ".", "quick.alloc/a.log"]
)
def test_a_file_that_cannot_be_written_is_refused_before_the_work(place: Path, target: str) -> None:
    with pytest.raises(click.UsageError):
        check_file(target)
    assert sorted(path.name for path in place.iterdir()) == ["endless.alloc", "quick.alloc"]


def test_a_file_that_can_be_written_is_left_as_it_is(place: Path) -> None:
    (place / "old.log").write_text("old")
    for target in ("old.log", "new.log", "-", "/dev/null"):
        check_file(target)
    check_folder("new/folder")
    assert (place / "old.log").read_text() == "old"
    names = ["endless.alloc", "old.log", "quick.alloc"]
    assert sorted(path.name for path in place.iterdir()) == names


def test_a_folder_that_cannot_be_made_is_refused_before_the_work(place: Path) -> None:
    for target in ("/proc/traces", "quick.alloc/traces"):
        with pytest.raises(click.UsageError):
            check_folder(target)
    assert place.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "quick.alloc", "--log", "a.log"],
        ["verify", "quick.alloc", "--traces", "a.log"],
        ["log", "quick.alloc", "-o", "a.log"],
    ],
)
def test_a_file_that_cannot_be_written_after_the_work_takes_no_verdict_away(
    place: Path,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(path: object, content: object) -> None:
        del path, content
        raise OSError(28, "No space left on device")

    for module in ("verifier.cli.commands.log", "proofs.log.whole_files"):
        monkeypatch.setattr(f"{module}.write_whole", full)
    monkeypatch.setattr("verifier.report.formats.itf.files", lambda _: {"a.itf.json": "{}"})
    assert main(arguments) == 74
    said = capsys.readouterr()
    assert "all as expected" in said.out
    assert "no space left on device; the verdicts stand, and are printed" in said.err
    assert place.exists()


# --- limits --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90.0), ("90s", 90.0), ("1.5m", 90.0), ("1h", 3600.0), (".5", 0.5), ("2d", 172800.0)],
)
def test_times_are_written_in_seconds_minutes_or_hours(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "nan", "inf", "1e9", "5 m", "m", "1m30s", "9" * 99]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Duration().convert(text, None, None)


def test_sizes_are_written_in_megabytes_or_gigabytes() -> None:
    assert Size().convert("800M", None, None) == 800 << 20
    assert Size().convert("2G", None, None) == 2 << 30
    for text in ("2", "1M", "G", "-1G", "2T"):
        with pytest.raises(click.BadParameter):
            Size().convert(text, None, None)


def test_the_limit_on_states_is_an_option_and_is_named(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["verify", "endless.alloc", "--engine", "explore", "--states", "50"]
    assert main([*arguments, "--property", "gone"]) == 3
    assert "state limit of 50" in capsys.readouterr().out
    assert place.exists()


def test_without_a_limit_a_budget_ends_the_search_and_says_how_to_go_on(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("verifier.verify.job.BUDGET", 1.0)
    assert main(["verify", "endless.alloc", "--property", "gone"]) == 3
    assert "`--timeout 10m` allows more" in " ".join(capsys.readouterr().out.split())
    assert place.exists()


def test_no_memory_is_unknown_and_keeps_what_was_settled(place: Path) -> None:
    said = run("verify", "endless.alloc", "--timeout", "40", memory=640 << 20)
    assert said.returncode in (0, 3), said.stderr
    assert "proved" in said.stdout
    assert "internal error" not in said.stderr
    assert place.exists()


# --- the front end -------------------------------------------------------------------------


def codes(items: Sequence[Diagnostic]) -> list[str]:
    return [item.code for item in items]


def test_reading_that_takes_too_long_is_a_limit_that_was_met(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from verifier.protocol.alarm import ticking

    def slow(path: str, variants: object, content: object) -> File:
        del path, variants, content
        while True:
            pass

    monkeypatch.setattr(loading, "load", slow)
    with ticking():
        file = load_within("quick.alloc", Deadline(0.2))
    assert codes(file.errors) == ["E025"]
    assert file.errors[0].message == "not read to its end: time limit of 0.2 s"
    assert of_codes(codes(file.errors)) is Exit.INCONCLUSIVE
    assert file.source.text == (place / "quick.alloc").read_text()


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [(MemoryError(), "E026", 3), (StopIteration(), "E027", 70), (KeyError("x"), "E027", 70)],
)
@pytest.mark.parametrize("command", ["verify", "check"])
def test_what_ends_the_reading_of_one_file_leaves_the_others_alone(
    place: Path,
    error: Exception,
    code: str,
    status: int,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (place / "broken.alloc").write_text(QUICK)
    real = loading.load

    def load(path: str, variants: Sequence[str] = (), content: Content = on_disk) -> File:
        if path == "broken.alloc":
            raise error
        return real(path, variants, content)

    monkeypatch.setattr(loading, "load", load)
    assert main([command, "broken.alloc", "quick.alloc"]) == status
    said = capsys.readouterr()
    assert f"broken.alloc:1:1: error[{code}]" in said.err
    assert "proved" in said.out or "quick.alloc: ok" in said.out
    assert "Traceback" not in said.err


def test_statuses_of_the_environment_are_those_of_its_interface() -> None:
    assert of_codes(["E001", "E025"]) is Exit.WRONG_INPUT
    assert of_codes(["E027", "E001"]) is Exit.INTERNAL
    assert of_codes([]) is Exit.OK
    assert os.EX_IOERR == Exit.NOT_WRITTEN
