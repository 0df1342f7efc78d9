"""Bundles that were tampered with are refused, with the file and the line."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from proofs.bundle import check
from proofs.bundle.writer import System, write_bundle
from tests.support.proofs.bundled_examples import counter, traces, write_example


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example(tmp_path_factory.mktemp("bundle") / "original")


@pytest.fixture
def bundle(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "copy"))


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", "check.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def errors(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the checker says, run in this process: it is the same program."""
    assert check.main(folder) == 1
    out, err = capsys.readouterr()
    assert "ACCEPTED" not in out
    assert err.endswith("REJECTED\n")
    return err


def change(bundle: Path, path: str, line: int, edit: Callable[[str], str]) -> None:
    """Edits a line and gives the manifest the new hash: only the content can tell."""
    lines = (bundle / path).read_text().split("\n")
    before = lines[line - 1]
    lines[line - 1] = edit(before)
    assert lines[line - 1] != before
    digest = hashlib.sha256((bundle / path).read_bytes()).hexdigest()
    (bundle / path).write_text("\n".join(lines))
    manifest = bundle / "manifest.json"
    new = hashlib.sha256((bundle / path).read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text().replace(digest, new))


def flip(word: int) -> Callable[[str], str]:
    def edit(line: str) -> str:
        words = line.split(" ")
        words[word] = str(-int(words[word]))
        return " ".join(words)

    return edit


def test_a_bundle_is_accepted_without_anything_installed(original: Path) -> None:
    result = run(original)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.endswith("ACCEPTED\n")
    assert "3 obligations" in result.stdout
    assert "2 of them: a model" in result.stdout
    assert "4 traces: 13 steps" in result.stdout
    assert "see LINK.md" in result.stdout
    assert "random.1 is not shown to be possible" in result.stdout
    assert not (original / "__pycache__").exists()


def test_tampering_is_noticed_by_the_program_as_well(bundle: Path) -> None:
    change(bundle, "obligations/pigeons.lrat", 1, flip(1))
    result = run(bundle)
    assert result.returncode == 1
    assert "obligations/pigeons.lrat:1: " in result.stderr
    assert "ACCEPTED" not in result.stdout


def test_a_flipped_literal_of_any_step_is_noticed(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = bundle / "obligations/pigeons.lrat"
    text = path.read_text()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if words[1] not in ("d", "0"):
            change(bundle, "obligations/pigeons.lrat", number, flip(1))
            # The step itself may still follow; then a later one that uses it does not.
            found = errors(bundle, capsys)
            assert "obligations/pigeons.lrat:" in found
            assert int(found.split(":")[1]) >= number
            change(bundle, "obligations/pigeons.lrat", number, flip(1))
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda line: line.replace(" 0 ", " 0 1 ", 1), "is not unit"),
        (lambda line: line[:-1] + "2 0", "after the conflict"),
        (lambda line: line[:-1] + "99999 0", "hint 99999 is not a clause"),
        (lambda line: " ".join(line.split()[:-2]) + " 0", "no conflict"),
        (lambda line: line[:-2], "expected 'number literals 0 hints 0'"),
        (lambda line: "1 " + line.split(" ", 1)[1], "must be higher"),
        (lambda line: line + "x", "not a list of integers"),
        (lambda line: line.replace(" 0 ", " 0 -", 1), "is not a clause"),
        (lambda line: line + "\n9999 0 1 0", "goes on after the empty clause"),
        (lambda line: line.split()[0] + " d 1 0\n" + line, "is not a clause"),
        (lambda line: line.split()[0] + " d 77777 0\n" + line, "no clause 77777 to delete"),
        (lambda line: line[:0], "expected 'number literals 0 hints 0'"),
    ],
)
def test_a_wrong_proof_is_refused_with_its_reason(
    edit: Callable[[str], str], reason: str, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "obligations/pigeons.lrat"
    text = (bundle / path).read_text()
    last = len(text.splitlines())
    if reason == "is not a clause" and "d 1 0" in edit("1 0"):
        used = text.splitlines()[-1].split()[2]
        change(bundle, path, last, lambda line: f"{line.split()[0]} d {used} 0\n{line}")
    else:
        change(bundle, path, last, edit)
    found = errors(bundle, capsys)
    assert reason in found
    assert found.startswith((f"{path}:{last}: ", f"{path}:{last + 1}: "))


def test_a_proof_that_stops_early_is_refused(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "obligations/pigeons.lrat"
    last = len((bundle / path).read_text().splitlines())
    change(bundle, path, last - 1, lambda line: line.split()[0] + " d 1 0")
    change(bundle, path, last, lambda line: line.split()[0] + " d 2 0")
    assert f"{path}:{last + 1}: the empty clause is not derived" in errors(bundle, capsys)


@pytest.mark.parametrize("line", [1, 2, 40])
def test_a_flipped_literal_of_the_clauses_is_noticed(
    line: int, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "obligations/multiplication.cnf"
    change(
        bundle, path, line, lambda text: text.replace("614", "615") if line == 1 else flip(0)(text)
    )
    assert f"{path}:{line}: the graph gives" in errors(bundle, capsys)


def test_a_missing_clause_is_noticed(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = "obligations/multiplication.cnf"
    last = len((bundle / path).read_text().splitlines())
    change(bundle, path, last, lambda line: line + "\n1 0")
    assert f"{path}:{last + 1}: not as long" in errors(bundle, capsys)


def test_a_flipped_gate_is_noticed_where_its_clauses_differ(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "obligations/multiplication.aag"

    def edit(line: str) -> str:
        gate, left, right = map(int, line.split())
        return f"{gate} {left ^ 1} {right}"

    change(bundle, path, 9, edit)
    found = errors(bundle, capsys)
    assert "obligations/multiplication.cnf:2: the graph gives" in found


def test_a_graph_that_goes_in_a_circle_is_refused(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "obligations/multiplication.aag"
    change(bundle, path, 9, lambda line: f"{line.split()[0]} {line.split()[0]} 2")
    assert f"{path}:9: 14 is not defined before" in errors(bundle, capsys)


@pytest.mark.parametrize("bits", ["01", "1", "1x", "100"])
def test_a_changed_model_is_noticed(
    bits: str, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(bundle, "obligations/pigeons.model", 1, lambda _: bits)
    assert "obligations/pigeons.model:1: " in errors(bundle, capsys)


@pytest.mark.parametrize(
    ("path", "line", "old", "new", "where", "reason"),
    [
        ("small", 5, "00", "10", 5, "this state is not initial"),
        ("small", 6, "10", "11", 6, "'high' cannot be 1"),
        ("small", 7, "01", "0", 7, "expected 2 bits"),
        ("small", 8, "11", "01", 8, "'low bit' cannot be 0"),
        ("small", 11, "1}", "0}", 11, "the step is not enabled"),
        ("small", 12, "count", "other", 12, "no step 'other'"),
        ("small", 12, "go", "on", 12, "no value for the input 'go'"),
        ("small", 12, '"go"', '"high"', 12, "a choice is a state bit"),
        ("small", 12, "1}", "2}", 12, "or not 0 or 1"),
        ("small", 15, "small", "three", 8, "does not end so: violated three"),
        ("small", 15, "small", "other", 0, "no such ending"),
        ("small", 3, "violated", "reached", 8, "does not end so: reached small"),
        ("small", 3, "violated", "fault", 5, "too many or too few states"),
        ("overflow", 16, "overflow", "underflow", 8, "does not end so: fault underflow"),
        ("assertion", 15, "below", "above", 8, "does not end so: assert above three"),
        ("overflow", 8, '"11"', '"11",\n"00"', 5, "too many or too few states"),
        ("small", 3, '"kind"', '"note": "for every size", "kind"', 0, "a run has other keys"),
        ("small", 12, '"graph"', '"note": 1, "graph"', 12, "a step has other keys"),
    ],
)
def test_a_changed_trace_is_noticed(
    path: str,
    line: int,
    old: str,
    new: str,
    where: int,
    reason: str,
    bundle: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    change(bundle, f"traces/{path}.json", line, lambda text: text.replace(old, new))
    place = f"traces/{path}.json:{where}: " if where else f"traces/{path}.json: "
    found = errors(bundle, capsys)
    assert found.startswith(place)
    assert reason in found


def test_a_run_does_not_go_on_after_a_fault(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "traces/overflow.json"
    change(bundle, path, 3, lambda text: text.replace("fault", "violated"))
    change(bundle, path, 8, lambda text: text + ',\n"00"')
    assert f"{path}:15: the step ends in a fault" in errors(bundle, capsys)


def test_values_that_do_not_fit_their_bits_are_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    system = counter()
    for output, status in ((1, 0), (0, 1)):
        header, *lines = system.steps["count"].replace("o4", "o5 inside\no4").split("\n")
        words = header.split()
        words[4] = "6"
        lines.insert(3 + 5, str(output))
        steps = {"count": "\n".join([" ".join(words), *lines])}
        folder = tmp_path / str(output)
        more = System(system.initial, steps, system.properties)
        write_bundle(folder, [], system=more, traces=traces()[:1])
        assert check.main(folder) == status
    assert "small.json:11: the values after the step do not fit" in capsys.readouterr().err


def test_a_changed_graph_of_the_system_is_noticed(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(bundle, "system/step.count.aag", 6, lambda line: str(int(line) ^ 1))
    assert "'low bit' cannot be 1" in errors(bundle, capsys)


def test_a_changed_hash_is_noticed(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = bundle / "manifest.json"
    lines = manifest.read_text().splitlines()
    place = next(n for n, line in enumerate(lines) if "log.txt" in line)
    at = lines[place].index('"sha256": "') + 12
    lines[place] = lines[place][:at] + "z" + lines[place][at + 1 :]
    manifest.write_text("\n".join(lines) + "\n")
    expected = f"manifest.json:{place + 1}: log.txt has another SHA-256\n"
    assert errors(bundle, capsys).startswith(expected)


def test_a_changed_file_is_noticed_by_its_hash(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bundle / "log.txt").write_text("refuted")
    assert "log.txt has another SHA-256" in errors(bundle, capsys)


@pytest.mark.parametrize("path", ["log.txt", "obligations/pigeons.lrat", "traces/small.json"])
def test_a_missing_file_is_noticed(
    path: str, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bundle / path).unlink()
    lines = (bundle / "manifest.json").read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if f'"path": "{path}"' in text)
    assert f"manifest.json:{line}: {path} is missing" in errors(bundle, capsys)


@pytest.mark.parametrize("path", ["more.txt", "obligations/pigeons.drat", "deep/down/x"])
def test_an_unlisted_file_is_noticed(
    path: str, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bundle / path).parent.mkdir(parents=True, exist_ok=True)
    (bundle / path).write_text("")
    assert f"{path}: not listed in manifest.json" in errors(bundle, capsys)


def test_a_missing_manifest_is_an_error(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bundle / "manifest.json").unlink()
    assert errors(bundle, capsys).startswith("manifest.json: cannot be read")


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda data: data.pop("obligations"), "it has other keys"),
        (lambda data: data.update(note="all of it is proved"), "it has other keys"),
        (lambda data: data["system"].update(note={}), "its system has other keys"),
        (lambda data: data["files"][0].update(note="x"), "an entry of files is not as they are"),
        (lambda data: data["traces"][0].update(note="x"), "an entry of traces is not"),
        (lambda data: data["traces"][0].update(claim=["x"]), "an entry of traces is not"),
        (lambda data: data["unproved"].append({"name": "x"}), "an entry of unproved is not"),
        (lambda data: data.update(version=2), "another version"),
        (lambda data: data.update(files=3), "not as expected: TypeError"),
        (lambda data: data["obligations"].append(data["obligations"][0]), "the same name"),
        (lambda data: data["obligations"][0].pop("cnf"), "an entry of obligations is not"),
        (lambda data: data["obligations"][0].update(cnf="../x.cnf"), "not one of the files"),
        (lambda data: data["files"].append(data["files"][0]), "is listed twice"),
        (lambda data: data["system"].update(initial=None), "small: not as expected"),
    ],
)
def test_a_manifest_that_is_not_as_expected_is_an_error(
    edit: Callable[[dict[str, object]], object],
    reason: str,
    bundle: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    manifest = bundle / "manifest.json"
    data = json.loads(manifest.read_text())
    edit(data)
    manifest.write_text(json.dumps(data) + "\n")
    assert reason in errors(bundle, capsys)
