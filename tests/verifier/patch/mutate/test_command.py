"""The command `mutate`: what it prints, in how many processes whatsoever."""

from __future__ import annotations

import json
import multiprocessing
import signal
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.verifier.killing import every_child_killed
from tests.support.verifier.mutants import COUNTER
from verifier.cli.commands.mutate import budget
from verifier.cli.main import main
from verifier.patch.mutate.mutant import Kind
from verifier.patch.mutate.outcome import Reach, Verdict
from verifier.patch.mutate.running import Job, pooled
from verifier.protocol.deadline import Deadline

FLAGS = "patch fixed;\nvariant old = {};\nvariant new = { fixed };"
TWO = (
    COUNTER.replace(
        "spec counter;", "spec counter;\npatch fixed;\nvariant old = {};\nvariant new = { fixed };"
    ).replace("\t\tstate = IDLE;\n", "\t\twhen (fixed)\n\t\t\tstate = IDLE;\n")
    + "expect old violates idle;\n"
)


def schema() -> dict[str, Any]:
    text = (resources.files("proofs") / "schema" / "mutate.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def printed(
    capsys: pytest.CaptureFixture[str], folder: Path, text: str, *options: str
) -> tuple[int, str]:
    path = folder / "tiny.alloc"
    path.write_text(text, encoding="utf-8")
    status = main(["mutate", str(path), "--color", "never", "--quiet", *options])
    return status, capsys.readouterr().out


def in_json(
    capsys: pytest.CaptureFixture[str], folder: Path, text: str, *options: str
) -> dict[str, Any]:
    status, out = printed(capsys, folder, text, "--format", "json", *options)
    value: dict[str, Any] = json.loads(out)
    Draft202012Validator(schema()).validate(value)
    assert value["exit_status"] == status
    return value


def test_the_answer_is_the_same_in_one_process_and_in_two(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one = printed(capsys, tmp_path, COUNTER, "--format", "json", "--jobs", "1")
    two = printed(capsys, tmp_path, COUNTER, "--format", "json", "--jobs", "2")
    assert one == two


def test_json_counts_what_it_lists(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    value = in_json(capsys, tmp_path, COUNTER, "--jobs", "1")
    (variant,) = value["variants"]
    verdicts = [mutant["verdict"] for mutant in variant["mutants"]]
    assert variant["counts"] == {one.value: verdicts.count(one.value) for one in Verdict}
    assert "alone" in variant["held"]
    assert variant["bounds"] == {"cpu": [2, 2]}
    lines = [mutant["line"] for mutant in variant["mutants"]]
    assert lines == sorted(lines)


def test_the_schema_knows_every_kind_and_verdict() -> None:
    Draft202012Validator.check_schema(schema())
    fields = schema()["$defs"]["mutant"]["properties"]
    assert set(fields["kind"]["enum"]) == {kind.value for kind in Kind}
    assert set(fields["verdict"]["enum"]) == {verdict.value for verdict in Verdict}
    assert set(fields["states"]["enum"]) == {None, *(one.value for one in Reach)}
    assert schema()["$defs"]["variant"]["properties"]["counts"]["required"] == [
        "killed", "equivalent", "survived", "inconclusive", "rejected", "unchanged", "open",
    ]  # fmt: skip


def test_survivors_are_listed_with_their_line_and_meaning(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = "spec tiny;\nint n = 0;\nint m = 0;\nthread cpu {\n\tm = 1;\n\tn = 1;\n}\n"
    text += "invariant low: n <= 1;\nreachable one: n == 1;\n"
    status, out = printed(capsys, tmp_path, text, "--jobs", "1", "--property", "low")
    assert status == 1
    assert "  line 5, update dropped:\n      - m = 1\n" in out
    words = " ".join(out.split())
    assert "every property still holds for every size; at 2 cpus it reaches fewer states" in words
    assert "dead weight, or a `reachable` is missing" in words
    assert "Killed" not in out


def test_without_survivors_the_status_is_zero(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = "spec tiny;\nint n = 0;\nthread cpu {\n\tn = 1;\n}\n"
    text += "invariant low: n == 0 || n == 1;\nreachable zero: n == 0;\nreachable one: n == 1;\n"
    text += "invariant first: (forall cpu c: c at begin) => n == 0;\n"
    text = text.replace("\tn = 1;", "begin:\n\tn = 1;")
    status, out = printed(capsys, tmp_path, text, "--jobs", "1")
    assert (status, out.splitlines()[-1]) == (0, "4 of 4 mutants killed")


def test_variants_of_which_nothing_wrong_is_expected_are_chosen(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    value = in_json(capsys, tmp_path, TWO, "--jobs", "1")
    assert [variant["name"] for variant in value["variants"]] == ["new"]
    chosen = in_json(capsys, tmp_path, TWO, "--jobs", "1", "--variant", "old")
    assert [variant["name"] for variant in chosen["variants"]] == ["old"]
    assert chosen["variants"][0]["violated"] == ["idle"]


def test_bounds_and_properties_are_those_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    value = in_json(
        capsys, tmp_path, COUNTER, "--jobs", "1", "--bound", "cpu=1", "--property", "alone"
    )
    (variant,) = value["variants"]
    assert variant["bounds"] == {"cpu": [1, 1]}
    assert variant["held"] == ["alone"]
    killers = {name for mutant in variant["mutants"] for name in mutant["properties"]}
    assert killers <= {"alone"}


@pytest.mark.parametrize(
    "options", [("--variant", "no"), ("--property", "no"), ("--bound", "no=1"), ("--jobs", "0")]
)
def test_a_wrong_option_is_a_wrong_command_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert printed(capsys, tmp_path, COUNTER, *options) == (2, "")


def test_a_specification_that_is_rejected_or_has_no_system_is_wrong_input(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert printed(capsys, tmp_path, "spec tiny;\nthread cpu { n = 1; }\n")[0] == 2
    none = COUNTER + "assume never: false;\n"
    status, out = printed(capsys, tmp_path, none)
    assert (status, out.splitlines()[-1]) == (2, "no such system")


def test_at_the_time_limit_what_was_settled_is_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    value = in_json(capsys, tmp_path, COUNTER, "--jobs", "1", "--timeout", "0.15")
    assert value["exit_status"] in (1, 3)
    assert value["stopped"] == "time limit of 0.15 s"


def test_when_the_time_does_not_allow_a_look_at_the_original_that_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, out = printed(capsys, tmp_path, COUNTER, "--jobs", "1", "--timeout", "0.000001")
    assert status == 3
    assert "not asked, for they are not settled: alone, idle" in out
    assert "no property holds" not in out


def test_ctrl_c_ends_every_process_and_prints_what_was_settled() -> None:
    program = Path(sys.executable).with_name("buddyproof")
    root = Path(__file__).parents[4]
    command = [str(program), "mutate", "spec/free_path.alloc", "--variant", "v4", "--jobs", "2"]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        end = time.monotonic() + 100
        while len(children.read_text().split()) < 3 and time.monotonic() < end:
            time.sleep(0.1)  # until there are two workers, and what keeps book of them
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Not looked at (interrupted)" in out
    assert "mutants killed" in out.splitlines()[-1]


def test_mutants_whose_process_dies_are_not_looked_at_and_the_status_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with every_child_killed():
        status, out = printed(capsys, tmp_path, COUNTER, "--jobs", "2")
    assert status == 3
    assert "Not looked at (a process of this program died)" in out


def stuck(job: Job) -> None:
    """Work that no alarm reaches, as a library's may be."""
    del job
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    time.sleep(600)


def test_a_process_that_does_not_end_with_the_time_is_killed() -> None:
    jobs = [Job(0, number) for number in range(4)]
    stop = Deadline(0.2)
    assert list(pooled((), jobs, 2, stop, stuck)) == []
    assert stop.expired()
    assert multiprocessing.active_children() == []


def test_without_a_limit_ten_minutes_are_spent_on_a_variant_and_its_mutants() -> None:
    now = 0.0
    free = Deadline(None, lambda: now)
    part = budget(free, 2)
    now = 1199.0
    assert not part.expired()
    now = 1201.0
    assert part.expired()
    assert "no more than 10 minutes" in part.reason()
    assert "`--timeout 1h` allows more" in part.reason()
    limited = Deadline(5.0, lambda: now)
    assert budget(limited, 2) is limited
