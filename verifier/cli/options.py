"""What several commands of the command line share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

import click

from verifier.cli.completion import properties, variants

EPILOG = """\b
Exit status:
  0    every verdict is what the specification expects
  1    a property is violated that should hold, or the other way round, or a
       verdict is vacuous
  2    the command line or the specification is wrong, or a file that is to be
       written cannot be
  3    inconclusive: a limit was reached
  4    a recheck failed: the evidence does not hold
  70   engines contradict each other, or an internal error
  74   the verdicts were printed, but something could not be written
  129, 130, 143
       interrupted by SIGHUP, Ctrl-C, SIGTERM; what was settled is printed
  141  nobody reads standard output any more
When several apply, the first of 70, 74, 143, 141, 130, 129, 2, 4, 1, 3 that
does."""

TIMEOUT = "Stop after so long, as in 90s, 5m, 1h; what was settled is printed."
BUDGET = f"{TIMEOUT} Without it no more than a minute is spent on a variant."

Function = TypeVar("Function", bound=Callable[..., object])


def gathered(
    name: str, make: Callable[..., object]
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Has what several options say arrive as one value.

    Args:
        name: of the parameter that takes the value.
        make: makes it from the options that its own parameters name; the others are left alone.
    """
    known = frozenset(signature(make).parameters)

    def decorate(function: Callable[..., int]) -> Callable[..., int]:
        @wraps(function)
        def taking(**given: Any) -> int:
            parts = {key: given.pop(key) for key in known & set(given)}
            return function(**given, **{name: make(**parts)})

        return taking

    return decorate


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
