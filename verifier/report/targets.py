"""Where results are to be written: whether they can be is found out before the work, by writing."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

import click

from proofs.log.whole_files import PREFIX
from verifier.protocol.exits import Exit

PROBE = b"\0" * 4096
"""A block: an empty file finds room on a full disk."""


class NotWritten(click.ClickException):
    """Results could not be written after all; what is known was printed."""

    exit_code = int(Exit.NOT_WRITTEN)

    def __init__(self, path: str | Path, error: OSError) -> None:
        super().__init__(f"{path}: {reason(error)}; the verdicts stand, and are printed")


def check_file(path: str) -> None:
    """Refuses a file that cannot be written, or that has no place.

    Raises:
        click.UsageError: likewise.
    """
    if path == "-":
        return
    target = Path(path)
    if target.is_dir():
        raise click.UsageError(f"{path}: this is a folder")
    real = Path(os.path.realpath(target))
    if not real.parent.is_dir():
        raise click.UsageError(f"{path}: there is no folder {target.parent}")
    try:
        if real.is_char_device() or real.is_block_device():
            _try_device(real)
        elif real.is_file() or not real.exists():
            if real.exists() and not os.access(real, os.W_OK):
                raise PermissionError(13, "permission denied")
            _try_folder(real.parent)
    except OSError as error:
        raise click.UsageError(f"{path}: cannot be written: {reason(error)}") from error


def check_folder(path: str, *, empty: bool = False) -> None:
    """Refuses a folder that cannot be made, or that nothing can be written into.

    Args:
        empty: whether it must not exist, or have nothing in it.

    Raises:
        click.UsageError: likewise.
    """
    place = Path(os.path.realpath(path))
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise click.UsageError(f"{path}: {place}: Not a directory")
    if empty and place == Path(os.path.realpath(path)) and any(place.iterdir()):
        raise click.UsageError(f"{path}: the folder is not empty")
    try:
        _try_folder(place)
    except OSError as error:
        raise click.UsageError(f"{path}: cannot be written: {reason(error)}") from error


def reason(error: OSError) -> str:
    """Why something cannot be written."""
    return (error.strerror or str(error)).lower()


def _try_device(path: Path) -> None:
    number = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        os.write(number, b"")
    finally:
        os.close(number)


def _try_folder(folder: Path) -> None:
    """Writes a block into a folder, and takes it away again."""
    path = folder / f"{PREFIX}{secrets.token_hex(8)}"
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(number, PROBE)
        os.fsync(number)
    finally:
        os.close(number)
        with suppress(OSError):
            path.unlink()
