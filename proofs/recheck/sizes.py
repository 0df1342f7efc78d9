"""Which of the asked sizes have a system: what is said of none is true and says nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice

from frontend.model import Model
from proofs.interpreter.constants import Unsettled, solutions
from proofs.interpreter.execute import Impossible, initial_state
from proofs.interpreter.instance import Instance
from proofs.log.asked_sizes import choices, described
from proofs.log.contents import VariantLog
from proofs.recheck.clock import OutOfTime, within
from proofs.recheck.findings import PATIENCE, Options, Report, Standing

MOST_SIZES = 64
"""How many choices of sizes are looked at one by one."""

MOST_POINTS = 200_000
"""Values of a state that the interpreter is to hold."""

Sizes = dict[str, int]


def asked_systems(
    model: Model, variant: VariantLog, options: Options, report: Report
) -> list[Sizes]:
    """The asked sizes at which there is a system, the largest first.

    One of them has to have one: else the assumptions contradict each other, and anything can be
    proved, at every size too. Those that have none are the ones that the log names.

    Args:
        model: made from the specification in the log.
        variant: what the log says.
        options: how.
        report: takes the findings.
    """
    number = math.prod(high - low + 1 for low, high in variant.bounds.values())
    asked: Iterator[Sizes] = choices(variant.bounds)
    if number > MOST_SIZES:
        text = f"{variant.name}: {number} choices of sizes are more than are looked at"
        report.add(Standing.UNCONFIRMED, text)
        asked = islice(asked, 1)
    if variant.unsure:
        text = f"{variant.name}: the log does not know of each of the sizes whether it has a system"
        report.add(Standing.UNCONFIRMED, text)
    named = list(map(dict, variant.missing))
    missing: list[Sizes] = []
    found: list[Sizes] = []
    for sizes in asked:
        subject = f"{variant.name}, a system with {described(sizes)}"
        try:
            reason = within(options.soon(PATIENCE), lambda: _missing(model, sizes))  # noqa: B023
        except OutOfTime:
            reason = "no initial state was found: the time was up"
        if reason == "":
            missing.append(sizes)
            if sizes in named:
                report.add(Standing.VERIFIED, f"{subject}: there is none, as the log says")
            elif variant.unsure:
                report.add(Standing.VERIFIED, f"{subject}: there is none")
            else:
                text = "there is none: no state satisfies the assumptions, and the log says nothing"
                report.add(Standing.FAILED, f"{subject}: {text}")
        elif reason is None and sizes in named:
            found.append(sizes)
            report.add(Standing.FAILED, f"{subject}: there is one, and the log says there is none")
        elif reason is None:
            found.append(sizes)
            report.add(Standing.VERIFIED, f"{subject}: an initial state was found")
        else:
            report.add(Standing.UNCONFIRMED, f"{subject}: {reason}")
            found.append(sizes)
    if len(missing) == number:
        text = "there is no system of any of the sizes, and verdicts say nothing"
        report.add(Standing.FAILED, f"{variant.name}: {text}")
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
