"""The limits that a user may set: how long, how much memory, how many states, how deep."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from proofs.recheck.durations import seconds

if TYPE_CHECKING:
    from verifier.protocol.task import Limits

BYTES = {"M": 1 << 20, "G": 1 << 30}

Function = TypeVar("Function", bound=Callable[..., object])


class Duration(click.ParamType[float]):
    """`90`, `90s`, `5m`, `1.5h`: in seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds. Fails where there are none."""
        try:
            return seconds(str(value))
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


class Size(click.ParamType[int]):
    """`800M`, `2G`: in bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Bytes. Fails where that is none, or less than anything needs."""
        found = re.fullmatch(r"([0-9]{1,6})([MG])", str(value))
        if found is None:
            self.fail(f"{str(value)[:40]!r} is no size; write 800M or 2G", param, ctx)
        size = int(found[1]) * BYTES[found[2]]
        if size < 64 << 20:
            self.fail("nothing can be done with less than 64M", param, ctx)
        return size


def timeout_option(words: str) -> Callable[[Function], Function]:
    """--timeout, explained in these words."""
    return click.option("--timeout", type=Duration(), metavar="TIME", help=words)


def limit_options(function: Function) -> Function:
    """--memory, --states, --depth."""
    for option in (
        click.option(
            "--depth",
            type=click.IntRange(1, 10_000),
            metavar="N",
            help="Follow runs no further than so many steps where an engine goes by steps; 64 "
            "without it.",
        ),
        click.option(
            "--states",
            type=click.IntRange(1, 1_000_000_000),
            metavar="N",
            help="Store at most so many states in one search; 2000000 without it.",
        ),
        click.option(
            "--memory",
            type=Size(),
            metavar="SIZE",
            help="Stop an engine that takes more, 800M or 2G; without it 4G, or three quarters "
            "of what the machine, the container or `ulimit -v` allows.",
        ),
    ):
        function = option(function)
    return function


def limits(memory: int | None, states: int | None, depth: int | None) -> Limits:
    """What engines are held to, from the options; the defaults for those that were not given."""
    from verifier.protocol.memory import memory as allowed
    from verifier.protocol.task import Limits

    usual = Limits()
    return Limits(states=states or usual.states, memory=allowed(memory), depth=depth or usual.depth)
