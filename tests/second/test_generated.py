"""The product and the second front end agree on generated specifications."""

from __future__ import annotations

from collections import Counter

from tests.second.compare import compare
from tests.second.explore import FAULTS
from tests.second.generate import generate

EXAMPLES = 100
MOST_STATES = 1000

LEAST_AGREEING = 60
"""So many of them must be well formed, small enough and explored by both."""


def test_both_front_ends_give_the_same_verdicts_and_depths() -> None:
    outcomes: Counter[str] = Counter()
    violated: Counter[str] = Counter()
    for number in range(EXAMPLES):
        text = generate(f"ci/{number}")
        found = compare(text, MOST_STATES)
        assert not found.differences, f"{text}\n{'; '.join(found.differences)}"
        outcomes[found.outcome] += 1
        violated.update(found.violated)
    assert outcomes["agrees"] >= LEAST_AGREEING, outcomes
    assert violated["stuck"] >= 5, violated
    assert sum(violated[fault] for fault in FAULTS) >= 10, violated
