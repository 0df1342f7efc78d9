"""What several commands of the command line share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

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
        help="Colour the output; auto obeys NO_COLOR and TERM=dumb.",
    )(function)
