"""Files and folders appear whole or not at all."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from proofs.log.whole_files import whole_folder, write_whole


def _names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir())


def test_a_new_file_has_the_text_and_the_permissions_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "log", "a\r\n\u00e9")
    finally:
        os.umask(before)
    assert (tmp_path / "log").read_bytes() == "a\r\n\u00e9".encode()
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o640
    assert _names(tmp_path) == ["log"]


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("old")
    path.chmod(0o604)
    write_whole(path, b"new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


@pytest.mark.parametrize("function", ["write", "fsync", "replace"])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_whatever_fails_the_old_file_stays_and_nothing_lies_beside_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    error: type[BaseException],
) -> None:
    path = tmp_path / "log"
    path.write_text("old")

    def fails(*_: object) -> None:
        raise error

    class Broken:
        def __init__(self, handle: int, _: str) -> None:
            self.handle = handle

        def __enter__(self) -> Broken:
            return self

        def __exit__(self, *_: object) -> None:
            os.close(self.handle)

        write = fails

    match function:
        case "write":
            monkeypatch.setattr(os, "fdopen", Broken)
        case "fsync":
            monkeypatch.setattr(os, "fsync", fails)
        case _:
            monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(error):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert _names(tmp_path) == ["log"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "log"
    link.symlink_to("elsewhere/log")
    write_whole(link, "text")
    assert link.is_symlink()
    assert (tmp_path / "elsewhere" / "log").read_text() == "text"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_whole(pipe, "text")
    reader.join(timeout=10)
    assert read == ["text"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_full_device_is_an_error() -> None:
    with pytest.raises(OSError, match="No space left"):
        write_whole("/dev/full", "text")


def test_a_name_of_the_greatest_length_can_be_written(tmp_path: Path) -> None:
    write_whole(tmp_path / ("n" * 255), "text")
    assert _names(tmp_path) == ["n" * 255]


def test_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b"
    with whole_folder(target) as folder:
        (folder / "below").mkdir()
        (folder / "below" / "file").write_text("text")
        assert not target.exists()
    assert (target / "below" / "file").read_text() == "text"
    assert _names(tmp_path / "a") == ["b"]


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_folder_that_is_not_finished_does_not_appear(
    tmp_path: Path, error: type[BaseException], *, there: bool
) -> None:
    target = tmp_path / "a" / "b"
    if there:
        target.mkdir(parents=True)

    def fails() -> None:
        with whole_folder(target) as folder:
            (folder / "file").write_text("text")
            raise error

    with pytest.raises(error):
        fails()
    assert _names(tmp_path) == (["a"] if there else [])
    assert not there or (_names(target.parent), _names(target)) == (["b"], [])


def test_an_empty_folder_is_filled_and_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.mkdir(mode=0o700)
    with whole_folder(target) as folder:
        (folder / "file").write_text("text")
    assert _names(target) == ["file"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o700


def test_what_is_there_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"), whole_folder(tmp_path / "full"):
        pass
    file = tmp_path / "full" / "file"
    with pytest.raises(FileExistsError, match="no folder"), whole_folder(file):
        pass
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(OSError, match="current folder"), whole_folder("."):
        pass
    assert file.read_text() == "mine"
    assert _names(tmp_path) == ["full", "here"]
