"""What a bundle's checker does not read, and what it does not print as it stands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proofs.bundle import check
from tests.support.proofs.bundled_examples import write_example


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example(tmp_path_factory.mktemp("bundle") / "original")


@pytest.fixture
def bundle(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "copy"))


def refused(folder: Path) -> str:
    """What the checker says, in a process of its own with little time and memory."""
    command = f"ulimit -v 1000000; exec {sys.executable} -I -S check.py"
    shell = ["/bin/sh", "-c", command]
    done = subprocess.run(
        shell, cwd=folder, capture_output=True, text=True, check=False, timeout=20
    )
    assert done.returncode == 1, done
    assert done.stderr.endswith("REJECTED\n")
    assert "Traceback" not in done.stderr
    assert "ACCEPTED" not in done.stdout
    return done.stderr


def manifest(folder: Path, edit: Callable[[Any], object]) -> None:
    path = folder / "manifest.json"
    data = json.loads(path.read_text())
    edit(data)
    path.write_text(json.dumps(data) + "\n")


def test_a_link_in_the_place_of_a_file(bundle: Path) -> None:
    path = bundle / "obligations" / "pigeons.cnf"
    path.rename(bundle.parent / "elsewhere")
    path.symlink_to(bundle.parent / "elsewhere")
    assert "obligations/pigeons.cnf: a link" in refused(bundle)


def test_a_link_in_the_place_of_a_folder(bundle: Path) -> None:
    (bundle / "obligations").rename(bundle.parent / "elsewhere")
    (bundle / "obligations").symlink_to(bundle.parent / "elsewhere")
    assert "obligations: a link" in refused(bundle)


def test_a_link_to_nowhere_beside_the_files(bundle: Path) -> None:
    (bundle / "more").symlink_to("nowhere")
    assert "more: a link" in refused(bundle)


@pytest.mark.parametrize("name", ["log.txt", "manifest.json", "more"])
def test_a_pipe_is_not_waited_for(name: str, bundle: Path) -> None:
    (bundle / name).unlink(missing_ok=True)
    os.mkfifo(bundle / name)
    assert name in refused(bundle)


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside", "traces/../log.txt", "./log.txt"])
@pytest.mark.parametrize("group", ["files", "obligations", "system"])
def test_a_path_that_leads_out(path: str, group: str, bundle: Path) -> None:
    (bundle.parent / "outside").write_text("text")

    def edit(data: Any) -> None:
        match group:
            case "files":
                data["files"][0]["path"] = path
            case "obligations":
                data["obligations"][0]["cnf"] = path
            case _:
                data["system"]["steps"]["count"] = path

    manifest(bundle, edit)
    assert "no path in a bundle" in refused(bundle)


def test_a_circuit_of_the_system_that_is_not_listed(bundle: Path) -> None:
    listed = "system/step.count.aag"
    manifest(
        bundle,
        lambda data: data.update(files=[x for x in data["files"] if x["path"] != listed]),
    )
    assert f"{listed} is used, but not one of the files" in refused(bundle)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000 + "\n",
        '{"files": ' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "}\n",
        '{"version": 1' + "0" * 100_000 + "}\n",
        '{"version": 1, "version": 1}\n',
        '{"version": NaN}\n',
        "{" + '"' * 99_999 + "\n",
        "3\n",
    ],
)
def test_a_manifest_that_is_deep_or_huge_or_odd(text: str, bundle: Path) -> None:
    (bundle / "manifest.json").write_text(text)
    assert refused(bundle).startswith("manifest.json: ")


def test_a_file_of_a_terabyte_is_not_read(bundle: Path) -> None:
    with (bundle / "log.txt").open("wb") as file:
        file.truncate(1 << 40)
    assert "log.txt: larger than" in refused(bundle)


def test_the_claims_are_printed_and_nothing_in_them_reaches_a_terminal(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main(bundle) == 0
    out = capsys.readouterr().out
    assert "  pigeons: 4 pigeons\n" in out
    assert "  overflow: fault: overflow\n" in out

    def edit(data: Any) -> None:
        data["obligations"][0]["claim"] = "\x1b[2J\u202eall is well\nACCEPTED"
        data["obligations"][1]["why_no_model"] = "\x9b"

    manifest(bundle, edit)
    assert check.main(bundle) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out
    assert out.count("\nACCEPTED") == 1
    assert r"\x1b[2J\u202eall is well\x0aACCEPTED" in out


def test_the_name_of_a_file_is_escaped(bundle: Path) -> None:
    (bundle / "a\x1b[2J\n\u202e").write_text("")
    assert r"a\x1b[2J\x0a\u202e: not listed" in refused(bundle)
