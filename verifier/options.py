"""What several commands of the command line share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from verifier.completion import properties, variants

EPILOG = """\b
Exit status:
  0    every verdict is what the specification expects
  1    a property is violated that should hold, or the other way round, or a
       verdict is vacuous
  2    the command line or the specification is wrong
  3    inconclusive: a limit was reached
  4    a recheck failed: the evidence does not hold
  70   engines contradict each other, or an internal error
  130  interrupted; what was settled is printed
When several apply, the first of 70, 130, 2, 4, 1, 3 that does."""

Function = TypeVar("Function", bound=Callable[..., object])


def specs_argument(function: Function) -> Function:
    """SPEC..., one or more."""
    return click.argument("specs", metavar="SPEC...", nargs=-1, required=True, type=click.Path())(
        function
    )


def color_option(function: Function) -> Function:
    """--color."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colour the output; auto obeys NO_COLOR, FORCE_COLOR and TERM=dumb.",
    )(function)


spec_argument = click.argument("spec", metavar="SPEC", type=click.Path())
"""SPEC, one."""

variants_option = click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="V",
    help="Only this (repeatable).",
    shell_complete=variants,
)

properties_option = click.option(
    "--property",
    "properties",
    multiple=True,
    metavar="P",
    help="Only this (repeatable).",
    shell_complete=properties,
)

bounds_option = click.option(
    "--bound", "bounds", multiple=True, metavar="SORT=N", help="As with verify (repeatable)."
)

bounded_option = click.option("--bounded", is_flag=True, help="Verify at the bounds only.")

no_recheck_option = click.option(
    "--no-recheck", is_flag=True, help="Do without a second opinion on each proof (and say so)."
)

allow_vacuous_option = click.option(
    "--allow-vacuous", is_flag=True, help="Say it, but do not mind, when a verdict says nothing."
)


compact_option = click.option(
    "--compact",
    is_flag=True,
    help="Show what a thread does under a lock as one paragraph where no other comes between.",
)


def quiet_option(words: str) -> Callable[[Function], Function]:
    """--quiet, explained in these words."""
    return click.option("--quiet", is_flag=True, help=words)


def timeout_option(words: str) -> Callable[[Function], Function]:
    """--timeout, explained in these words."""
    return click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        help=words,
    )


def format_option(words: str, *more: str) -> Callable[[Function], Function]:
    """--format, of text, json and more, explained in these words."""
    return click.option(
        "--format",
        "layout",
        type=click.Choice(["text", "json", *more]),
        default="text",
        show_default=True,
        help=words,
    )
