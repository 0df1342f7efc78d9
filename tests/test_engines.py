from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engines import (
    BOUNDED,
    ENGINES,
    ROOT,
    UNBOUNDED,
    Answers,
    Claim,
    Question,
    collect,
    main,
    needed,
    questions,
    reached,
    table,
)

PATH = ROOT / "tests" / "corpus" / "proved" / "per_object_lock.alloc"
ABOUT = Question("a.alloc", "0", "main", "explore", 5.0)


def told(**words: str) -> dict[Question, Answers]:
    """What engines say of the one property p."""
    return {replace(ABOUT, engine=engine): {"p": word} for engine, word in words.items()}


def test_a_verdict_that_two_engines_reach_is_needed_of_neither() -> None:
    found = reached(told(explore="violated", bmc="violated", ic3="unknown"))
    assert found == {Claim(BOUNDED, "a.alloc", "main", "p"): {"explore", "bmc"}}
    assert not any(needed(found, engine) for engine in ENGINES)


def test_a_verdict_that_one_engine_reaches_is_that_engines_alone() -> None:
    found = reached(told(explore="unknown", bmc="unknown", ic3="proved"))
    assert needed(found, "ic3") == [Claim(BOUNDED, "a.alloc", "main", "p")]
    assert "| ic3 | 1 | 1 | 0 | 0 |" in table(found, ENGINES).splitlines()
    assert "| explore | 0 | 0 | 0 | 0 |" in table(found, ENGINES).splitlines()


def test_a_proof_for_every_size_is_one_at_the_bounds_too() -> None:
    found = reached(told(explore="proved", **{"every size": "proved for every size"}))
    assert needed(found, "every size") == [Claim(UNBOUNDED, "a.alloc", "main", "p")]
    assert needed(found, "explore") == []


def test_what_is_known_already_is_not_asked_again(tmp_path: Path) -> None:
    kept = tmp_path / "answers.json"
    kept.write_text(json.dumps({ABOUT.key: {"p": "proved"}}))
    assert collect([ABOUT], kept, 1) == {ABOUT: {"p": "proved"}}


def test_another_text_or_budget_is_another_question() -> None:
    others = {replace(ABOUT, digest="1"), replace(ABOUT, seconds=6.0), ABOUT}
    assert len({question.key for question in others}) == 3


def test_what_the_front_end_rejects_is_not_asked_about() -> None:
    rejected = sorted((ROOT / "tests" / "corpus" / "rejected").glob("E001*.alloc"))
    assert rejected
    assert list(questions(rejected, ENGINES, 1.0)) == []


def test_every_engine_is_asked_in_a_process_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "answers.json"
    given = [str(PATH), "--budget", "5", "--answers", str(kept), "--only", "explore"]
    assert main(given) == 0
    first = capsys.readouterr().out
    answers = json.loads(kept.read_text())
    assert len(answers) == len(ENGINES)
    assert all("proved" in words.values() for key, words in answers.items() if "|explore|" in key)
    assert any("proved for every size" in words.values() for words in answers.values())
    assert first.startswith("| engine | at the bounds: ")
    assert main(given) == 0
    assert capsys.readouterr().out == first
