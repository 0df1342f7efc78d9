"""`buddyproof verify`: settles, and reports."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.commands.printing import printable
from verifier.commands.session import columns, print_blocks
from verifier.commands.settle import Request, settle
from verifier.commands.targets import NotWritten, check_folder, reason
from verifier.conclusion import last_line, surprises
from verifier.exits import of_signal
from verifier.report import SpecReport, exit_of_all
from verifier.screen import laid_out
from verifier.text_blocks import Block, Line, Style
from verifier.text_report import spec_blocks
from verifier.text_runs import renderer

if TYPE_CHECKING:
    from verifier.formats.jsonl import Stream


def run(request: Request, log: str | None = None, traces: str | None = None) -> int:
    """Verifies what was asked for; returns the exit status.

    Args:
        request: what was asked for.
        log: where a proof log goes, if anywhere.
        traces: the folder that a file for each trace goes to, if any.

    Raises:
        click.UsageError: an option names what no specification has, a log was asked for of
            several specifications, or the folder for traces cannot be written to.
    """
    if log is not None:
        if len(request.specs) != 1 or Path(request.specs[0]).is_dir():
            raise click.UsageError("--log FILE is for one specification")
        from verifier.commands.log import writable

        writable(Path(request.specs[0]), log)  # before the work, not after it
    if traces is not None:
        _make_folder(Path(traces))  # before the work, not after it
    stream = _stream(request)
    reports = settle(request, () if stream is None else (stream,))
    if stream is not None:
        try:
            stream.end(reports)
        except BrokenPipeError:
            return of_signal(signal.SIGPIPE)
    else:
        reports = _print(request, reports)
    sys.stdout.flush()
    # After the verdicts: a full disk takes nothing from them.
    if log is not None and reports[0].source is not None and reports[0].variants:
        from verifier.commands.log import log_text, write

        write(log, log_text(request, reports[0]))
    if traces is not None:
        reports = _write_traces(Path(traces), reports)
    return exit_of_all(reports)


def _make_folder(folder: Path) -> None:
    try:
        check_folder(str(folder))
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, click.UsageError) as error:
        words = error.message if isinstance(error, click.UsageError) else reason(error)
        raise click.BadParameter(words, param_hint="'--traces'") from error


def _write_traces(folder: Path, reports: Sequence[SpecReport]) -> list[SpecReport]:
    from proofs.writing import write_whole
    from verifier.formats.itf import files

    found, reports = printable(reports, files)
    for name, content in found.items():
        try:
            write_whole(folder / name, content)
        except OSError as error:
            raise NotWritten(folder / name, error) from error
    return reports


def _stream(request: Request) -> Stream | None:
    """What prints verdicts as they come, where the format has it."""
    if request.output.layout != "jsonl":
        return None
    from importlib import metadata

    from verifier.formats.jsonl import Stream

    return Stream(lambda text: click.echo(text, nl=False), metadata.version("buddyproof"))


def _print(request: Request, reports: Sequence[SpecReport]) -> list[SpecReport]:
    """Prints the reports, and returns them with what became of those that could not be printed."""
    if request.output.layout != "text":
        from importlib import metadata  # costs more than the rest of the report

        version = metadata.version("buddyproof")
        text, reports = printable(reports, partial(_machine_text, request.output.layout, version))
        click.echo(text, nl=False)
        return reports
    blocks, reports = printable(reports, partial(_laid_out, request, columns(request.output.color)))
    print_blocks(blocks, request.output.color)
    return reports


def _laid_out(request: Request, width: int, reports: Sequence[SpecReport]) -> list[Block]:
    """The blocks of a report that can be laid out."""
    found = list(_blocks(request, reports, width))
    for _ in laid_out(found, width):
        pass
    return found


def _machine_text(layout: str, version: str, reports: Sequence[SpecReport]) -> str:
    if layout == "json":
        from verifier.json_report import document
        from verifier.json_text import pretty

        value = document(reports, version, several=len(reports) > 1)
        return pretty(value)
    from verifier.formats import text_in

    return text_in(layout, reports, version)


def _blocks(request: Request, reports: Sequence[SpecReport], width: int) -> Iterator[Block]:
    if not request.output.quiet:
        shown = renderer(compact=request.output.compact)
        for report in reports:
            yield from spec_blocks(report, shown, width, races=request.output.races)
    status = exit_of_all(reports)
    found = list(surprises(reports))
    yield from (Line(text, Style.BAD) for text in found)
    yield Line(last_line(reports), Style.GOOD if status == 0 else Style.BAD)
