"""Which of the asked sizes have a system: what is said of none is true and says nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice, product

from frontend.model import Model
from proofs.constants import Unsettled, solutions
from proofs.execute import Impossible, initial_state
from proofs.log.values import VariantLog
from proofs.recheck.clock import OutOfTime, within
from proofs.recheck.values import PATIENCE, Options, Report, Standing
from proofs.render_names import plural
from proofs.values import Instance

MOST_SIZES = 64
"""How many choices of sizes are looked at one by one."""

MOST_POINTS = 200_000
"""Values of a state that the interpreter is to hold."""

Sizes = dict[str, int]


def asked_systems(
    model: Model, variant: VariantLog, options: Options, report: Report
) -> list[Sizes]:
    """The asked sizes at which there is a system, the largest first.

    At the largest of them there has to be one: else the assumptions contradict each other there,
    and anything can be proved of it, at every size too.

    Args:
        model: made from the specification in the log.
        variant: what the log says.
        options: how.
        report: takes the findings.
    """
    ranges = {sort: range(high, low - 1, -1) for sort, (low, high) in variant.bounds.items()}
    number = math.prod(map(len, ranges.values()))
    choices: Iterator[tuple[int, ...]] = product(*ranges.values())
    if number > MOST_SIZES:
        text = f"{variant.name}: {number} choices of sizes are more than are looked at"
        report.add(Standing.UNCONFIRMED, text)
        choices = islice(choices, 1)
    found: list[Sizes] = []
    for position, choice in enumerate(choices):
        sizes = dict(zip(ranges, choice, strict=True))
        subject = f"{variant.name}, a system with {described(sizes)}"
        try:
            reason = within(options.soon(PATIENCE), lambda: _missing(model, sizes))  # noqa: B023
        except OutOfTime:
            reason = "no initial state was found: the time was up"
        if reason is None:
            found.append(sizes)
            report.add(Standing.VERIFIED, f"{subject}: an initial state was found")
        elif reason:
            report.add(Standing.UNCONFIRMED, f"{subject}: {reason}")
            found.append(sizes)
        elif position == 0:
            text = "there is none: no state satisfies the assumptions, and verdicts say nothing"
            report.add(Standing.FAILED, f"{subject}: {text}")
        else:
            report.add(Standing.VERIFIED, f"{subject}: there is none, and nothing to show")
    return found


def _missing(model: Model, sizes: Mapping[str, int]) -> str | None:
    """Why no initial state was found, "" when there is none; None when one was found."""
    if too_large(model, sizes):
        return "it is too large to look at"
    instance = Instance(model, sizes)
    try:
        start = next(solutions(instance, {}), None)
        if start is None:
            return ""
        initial_state(instance, start)
    except (Unsettled, Impossible) as problem:
        return f"no initial state was found: {problem}"
    return None


def too_large(model: Model, sizes: Mapping[str, int]) -> bool:
    """Whether a system has more values than the interpreter should hold."""
    instance = Instance(model, sizes)
    points = (
        math.prod(len(instance.range_of(kind)) for kind in variable.index)
        for variable in model.variables
    )
    return sum(points) > MOST_POINTS


def described(sizes: Mapping[str, int]) -> str:
    """`2 cpus, 4 pages`."""
    return ", ".join(plural(size, sort) for sort, size in sizes.items()) or "the one size there is"
