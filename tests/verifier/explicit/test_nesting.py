from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verifier.cli.main import main
from verifier.explicit.nesting import compiled


def value(text: str) -> Any:
    space: dict[str, Any] = {"div": lambda a, b: a // b}
    exec(compiled(f"x = {text}\n", "<x>"), space)  # noqa: S102
    return space["x"]


@pytest.mark.parametrize("depth", [3, 49, 50, 51, 199, 201, 450, 700])
@pytest.mark.parametrize(
    ("before", "behind", "expected"),
    [
        ("(1 + ", ")", lambda depth: depth + 7),
        ("(not ", ")", lambda depth: depth % 2 == 0),
        ("(1 // 0 if 0 else ", ")", lambda _: 7),
    ],
)
def test_brackets_may_nest_as_deep_as_they_like(
    before: str, behind: str, expected: Callable[[int], object], depth: int
) -> None:
    assert value(before * depth + "7" + behind * depth) == expected(depth)


def test_brackets_of_calls_and_loops_stay_what_they_are() -> None:
    inner = "(" * 250 + "b" + ")" * 250
    assert value(f"sum([{inner} for b in range(4)])") == 6
    assert value(f"div({'(' * 250}7{')' * 250}, 2)") == 3
    assert value(f"len([{'(' * 250}1, 2, {')' * 250}, (), ({'(' * 250}4{')' * 250}, )])") == 3


def test_a_formula_that_nests_deep_with_what_it_names_is_verified(tmp_path: Path) -> None:
    head = "spec deep; bool a; thread cpu { a = true; } bound cpu = 1;"
    deep = "a ? true : " * 150
    path = tmp_path / "deep.alloc"
    path.write_text(f"{head} define d(): bool = {deep}true; invariant i: {deep}d();\n")
    options = ["--bounded", "--engine", "explore", "--no-recheck", "--allow-vacuous"]
    assert main(["verify", str(path), *options]) == 0
