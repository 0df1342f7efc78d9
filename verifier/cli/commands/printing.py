"""Reports as what is printed of them: a mistake of the tool's own in one takes nothing from the
others.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import click

from frontend.source.rendering import escaped
from frontend.source.unread import CRASHED, unread
from verifier.protocol.exhaustion import exhausted, sentence
from verifier.verify.spec_report import SpecReport, VariantReport

Result = TypeVar("Result")


def printable(
    reports: Sequence[SpecReport], made: Callable[[Sequence[SpecReport]], Result]
) -> tuple[Result, list[SpecReport]]:
    """What is printed of reports, and the reports that it says: where one of them cannot be
    printed, an internal error stands in its place, of its guilty variants only if these are told.

    Args:
        reports: of all specifications.
        made: what is printed of some reports; it has no effect.
    """
    try:
        return made(reports), list(reports)
    except Exception:
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
    sound = [_sound(report, made) for report in reports]
    return made(sound), sound


def crashed(report: SpecReport, problem: str) -> SpecReport:
    """A report that says of its specification only that the tool made a mistake.

    Args:
        problem: which, in a line.
    """
    text = f"internal error: {problem}, please report"
    click.echo(escaped(f"{report.path}: {text}"), err=True)
    _, diagnostic = unread(report.path, CRASHED, text)
    return SpecReport(report.path, report.sha256, report.source, (diagnostic,))


def _sound(report: SpecReport, made: Callable[[Sequence[SpecReport]], object]) -> SpecReport:
    """A report that can be printed."""
    problem = _problem(report, made)
    if not problem:
        return report
    guilty = {
        item.model.variant: found
        for item in report.variants
        if (found := _problem(replace(report, variants=(item,)), made))
    }
    variants = tuple(
        VariantReport(item.model, item.asked, (), f"its report: {guilty[item.model.variant]}")
        if item.model.variant in guilty
        else item
        for item in report.variants
    )
    rest = replace(report, variants=variants)
    if not guilty or _problem(rest, made):
        return crashed(report, problem)
    for name, text in guilty.items():
        where = f"{report.name} ({name})"
        click.echo(escaped(f"internal error: {where}: its report: {text}, please report"), err=True)
    return rest


def _problem(report: SpecReport, made: Callable[[Sequence[SpecReport]], object]) -> str:
    """Why a report cannot be printed, in a line; "" where it can be."""
    try:
        made([report])
    except Exception as error:
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
        return exhausted(error) or sentence(error)
    return ""
