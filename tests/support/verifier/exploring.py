"""The exploring engine, and its comparison with the plain search."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest

from frontend.model import Model
from proofs.runs.replay import replay
from tests.support.verifier.naive import search
from verifier.engines.explore import Explore
from verifier.protocol.task import Answer, Limits, Safe, Task, Unsafe


def explore(
    whole: Model, bounds: Mapping[str, int], *, symmetry: bool = True, limits: Limits | None = None
) -> dict[str, Answer]:
    names = tuple(item.name for item in whole.properties)
    task = Task(whole, bounds, names, limits or Limits())
    return Explore(symmetry=symmetry).run(task, lambda _: None)


def compare(whole: Model, bounds: Mapping[str, int]) -> None:
    """Both searches agree with the plain one, in depths and switches, and their runs replay."""
    expected = search(whole, bounds)
    for symmetry in (False, True):
        for name, answer in explore(whole, bounds, symmetry=symmetry).items():
            match answer:
                case Unsafe(run=run, shortest=True):
                    switches = sum(a.thread != b.thread for a, b in pairwise(run.moves))
                    assert expected.best.get(name) == (len(run.moves), switches)
                    assert len(replay(whole, run, name).steps) == len(run.moves)
                case Safe(certificate=certificate):
                    assert name not in expected.best
                    assert certificate.states is not None
                    if symmetry:
                        assert certificate.states <= expected.states
                    else:
                        assert certificate.states == expected.states
                case _:
                    pytest.fail(f"{name}: {answer}")
