"""Files and folders that appear whole or not at all.

What is written lies under a temporary name beside its target, is flushed to the disk, and is then
renamed. Whoever looks, at whatever moment, finds the old content or the new one; an error, a signal
that becomes an exception, or a full disk leaves the old one. A process that is killed outright may
leave a file or folder `.buddyproof-...` behind, which nothing reads.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = ".buddyproof-"
"""What temporary names begin with."""


def write_whole(path: Path | str, content: str | bytes) -> None:
    """Writes a file, or leaves what was there.

    A symbolic link stays one: what it leads to is written. A device or a pipe is written to, since
    it cannot be replaced. A file that was there keeps its permissions.

    Args:
        path: of the file; its folder must be there.
        content: text is written as UTF-8.

    Raises:
        OSError: it cannot be written: no folder, no permission, a full disk, ...
    """
    data = content.encode() if isinstance(content, str) else content
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        with Path(path).open("wb") as other:
            other.write(data)
        return
    temporary = _beside(target)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            if mode is not None:
                os.fchmod(handle, stat.S_IMODE(mode))
            file.write(data)
            file.flush()
            os.fsync(handle)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush_folder(target.parent)


@contextmanager
def whole_folder(path: Path | str) -> Iterator[Path]:
    """A new folder to write into, which takes its place once the block is left without an error.

    Args:
        path: of the folder. It may be there when it is empty; missing parents are made, and taken
            away again after an error.

    Raises:
        FileExistsError: there is something in it, or it is no folder.
        OSError: it cannot be made or replaced.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        if next(target.iterdir(), None) is not None:
            raise FileExistsError(errno.EEXIST, "the folder is not empty", str(path))
        if target.samefile(Path.cwd()):
            raise OSError(errno.EBUSY, "the current folder cannot be replaced", str(path))
    elif target.exists():
        raise FileExistsError(errno.EEXIST, "this is no folder", str(path))
    missing = [parent for parent in target.parents if not parent.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(target)
    try:
        temporary.mkdir()
        yield temporary
        for folder, _, names in os.walk(temporary, topdown=False):
            for name in names:
                _flush(Path(folder) / name)
            _flush_folder(Path(folder))
        if target.is_dir():
            shutil.copymode(target, temporary)
        temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        for parent in missing:
            with suppress(OSError):
                parent.rmdir()
        raise
    _flush_folder(target.parent)


def _beside(target: Path) -> Path:
    return target.with_name(f"{PREFIX}{secrets.token_hex(8)}")


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_folder(path: Path) -> None:
    """Some file systems cannot; the names are in order there all the same."""
    with suppress(OSError):
        _flush(path)
