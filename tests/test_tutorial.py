"""The tutorial's commands print what it shows, with the files that it tells the reader to write.

The page is the only source. A caption above a block says which file it is, or what of a file it
changes; a `console` block holds commands with their output. Both are followed from top to bottom in
one empty folder. `make golden` rewrites the outputs.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tutorial.md"
BLOCK = re.compile(
    r"^(?:`(?P<file>[\w.]+)`, (?P<how>[^\n]*):\n\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMAND = re.compile(r"^\$ (.*)\n", re.MULTILINE)
PROCEDURE = re.compile(r"^proc (?P<name>\w+)\(.*?^\}\n", re.MULTILINE | re.DOTALL)
SUBCOMMANDS = ["check", "verify", "compare", "mutate", "log", "recheck", "review"]


def write(block: re.Match[str], folder: Path) -> None:
    """Do to a file what the caption of its block says."""
    file, text = folder / block["file"], block["text"]
    match block["how"]:
        case "the whole file":
            file.write_text(text, encoding="utf-8")
        case "added at the end":
            file.write_text(f"{file.read_text(encoding='utf-8')}\n{text}", encoding="utf-8")
        case "this procedure replaced" | "these procedures replaced":
            written = file.read_text(encoding="utf-8")
            for new in PROCEDURE.finditer(text):
                (old,) = [old for old in PROCEDURE.finditer(written) if old["name"] == new["name"]]
                written = written[: old.start()] + new[0] + written[old.end() :]
            file.write_text(written, encoding="utf-8")
        case how:
            pytest.fail(f"a reader is not told what to do with a block: {how}")


def run(command: str, folder: Path) -> str:
    """What a command prints, and its status where that is not 0.

    Errors are shown where the status says that there are some: otherwise progress might be told
    there, which depends on how fast the machine is.
    """
    program, *arguments = shlex.split(command)
    if program == "touch":
        (folder / arguments[0]).touch()
        return ""
    assert program == "buddyproof"
    done = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    errors = done.stderr if done.returncode == 2 else ""
    status = f"[exit status {done.returncode}]\n" if done.returncode else ""
    return f"{done.stdout}{errors}{status}"


def blocks() -> list[re.Match[str]]:
    return list(BLOCK.finditer(PAGE.read_text(encoding="utf-8")))


def commands() -> list[str]:
    return [
        command
        for block in blocks()
        if block["kind"] == "console"
        for command in COMMAND.findall(block["text"])
    ]


def test_every_command_of_the_tutorial_prints_what_it_shows(tmp_path: Path) -> None:
    def followed(block: re.Match[str]) -> str:
        if block["file"]:
            write(block, tmp_path)
        if block["kind"] != "console":
            return block[0]
        said = (
            f"$ {command}\n{run(command, tmp_path)}" for command in COMMAND.findall(block["text"])
        )
        return f"```console\n{''.join(said)}```"

    text = PAGE.read_text(encoding="utf-8")
    new = BLOCK.sub(followed, text)
    if os.environ.get("BUDDYPROOF_UPDATE_GOLDEN"):
        PAGE.write_text(new, encoding="utf-8")
        return
    assert new == text


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A folder with the files as they are at the end of the page."""
    for block in blocks():
        if block["file"]:
            write(block, tmp_path)
    return tmp_path


def test_a_return_survives_in_the_first_version(finished: Path) -> None:
    said = run("buddyproof mutate reserve.alloc --variant v1 --quiet", finished)
    assert re.findall(r"dropped:\n +- (.*)", said) == ["return"]
    assert "1 survives" in said


def test_a_proof_that_lacks_a_lemma_shows_more_counted_than_reserved(finished: Path) -> None:
    arguments = "--variant v2 --for-all --property room_left"
    said = run(f"buddyproof verify reserve.alloc {arguments}", finished)
    before, _ = said.split("after it:")
    assert "nr_reserved = 2\n" in before
    assert re.findall(r"block\d\.reserved = (\w+)", before) == ["false", "false"]


def test_every_block_is_followed_or_only_for_reading() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("\n```") == 2 * len(blocks())
    for block in blocks():
        assert (block["file"] is not None) == (block["kind"] in ("alloc", "diff")), block[0]
        assert block["kind"] in ("alloc", "diff", "console", "c")


def test_the_tutorial_goes_all_the_way() -> None:
    used = [shlex.split(command)[1] for command in commands() if command.startswith("buddyproof")]
    assert list(dict.fromkeys(used)) == SUBCOMMANDS


def test_the_tutorial_can_be_read_in_one_sitting() -> None:
    assert len(PAGE.read_text(encoding="utf-8").splitlines()) < 520
