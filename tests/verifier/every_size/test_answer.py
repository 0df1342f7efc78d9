"""Proofs for every size as `verify` asks for them, and what keeps them honest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from frontend.load import load
from frontend.model import FALSE, Model
from frontend.source.spans import Source
from proofs.answers.verdict import Attempt
from tests.verdicts import ignore
from verifier.cli.main import main
from verifier.every_size.answer import answer
from verifier.protocol.deadline import Deadline
from verifier.protocol.results import InternalError
from verifier.verify.spot_check import spot_check

ROOT = Path(__file__).parents[3]


def model_of(name: str, variant: str = "main") -> Model:
    path = ROOT / name
    (found,) = load(Source(name, path.read_text()), [variant]).models
    return found


def results(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, object]]:
    main(["verify", *arguments, "--format", "json"])
    return {item["property"]: item for item in json.loads(capsys.readouterr().out)["results"]}


TWO_SLOTS = "tests/corpus/proved/two_slots.alloc"


def test_what_holds_up_to_two_threads_only_is_not_proved_for_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    chosen = ("--property", "nobody_waits")
    at_two = results(capsys, TWO_SLOTS, *chosen)["nobody_waits"]
    assert at_two["verdict"] == "proved"
    assert at_two["scope"] == {"cpu": 2, "slot": 2}
    at_three = results(capsys, TWO_SLOTS, *chosen, "--bound", "cpu=3")["nobody_waits"]
    assert at_three["verdict"] == "refuted"


def test_for_all_counts_no_proof_at_the_bounds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    found = results(capsys, TWO_SLOTS, "--for-all")
    assert found["nobody_waits"]["verdict"] == "unknown"
    assert found["leak"]["verdict"] == "proved"
    assert found["leak"]["scope"] == "all"


def test_the_construct_that_leaves_the_fragment_is_named_with_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    found = results(capsys, "tests/corpus/proved/buddy_by_xor.alloc")["pairs_are_free"]
    assert found["verdict"] == "proved"
    assert found["scope"] == {"cpu": 3}
    known = found["for_all"]
    assert isinstance(known, dict)
    assert known["line"] == 14
    assert "bits" in known["reason"]


def test_no_time_proves_nothing() -> None:
    model = model_of("spec/free_path.alloc", "v4")
    known = answer(model, ("isolation", "leak"), Deadline(0.0), 4 << 30, ignore)
    assert set(known) == {"isolation", "leak"}
    assert all(isinstance(item, Attempt) and item.reason for item in known.values())


def test_a_false_lemma_is_noticed_on_a_random_run() -> None:
    model = model_of("spec/free_path.alloc", "v4")
    sizes = {"cpu": 2, "pageblock": 2, "page": 4}
    claim = model.property("isolation").expression
    assert claim is not None
    assert spot_check(model, sizes, [claim], seed=0) > 10
    with pytest.raises(InternalError, match="false after 0 random steps"):
        spot_check(model, sizes, [claim, FALSE], seed=0)


HINT = """spec hint;
nat counter = 0;
ghost nat added = 0;
thread task {
	nat seen;
	loop {
		seen = counter;
store:
		counter = seen + 1;
		added += 3;
	}
}
invariant never_more: 3 * counter <= added;
bound task = 2;
"""


def test_a_counterexample_to_induction_leads_to_the_lemma_that_settles_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hint.alloc"
    path.write_text(HINT)
    before = results(capsys, str(path), "--for-all")["never_more"]
    assert before["verdict"] == "unknown"
    known = before["for_all"]
    assert isinstance(known, dict)
    assert known["step"] == "store"
    assert known["counterexample"]
    path.write_text(f"{HINT}lemma seen_before: forall task t: t at store => 3 * t.seen <= added;\n")
    after = results(capsys, str(path), "--for-all")
    assert [after[name]["scope"] for name in ("never_more", "seen_before")] == ["all", "all"]


def test_a_lemma_that_is_wrong_is_refuted_and_proves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hint.alloc"
    path.write_text(f"{HINT}lemma never_behind: 3 * counter == added;\n")
    found = results(capsys, str(path), "--for-all")
    assert found["never_behind"]["verdict"] == "refuted"
    assert found["never_more"]["verdict"] == "unknown"


REDUCED = (
    "tests/corpus/proved/lost_update_atomic.alloc",
    "tests/corpus/proved/relock_after_unlock.alloc",
    "tests/corpus/proved/trylock_in_condition.alloc",
    "tests/corpus/proved/who_is_inside.alloc",
    "tests/corpus/refuted/lost_update.alloc",
    "tests/corpus/refuted/range_ticket_overflow.alloc",
    "tests/corpus/refuted/leak_on_error_path.alloc",
)


@pytest.mark.parametrize("name", REDUCED)
def test_verdicts_do_not_depend_on_the_reduction(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    with_it = results(capsys, name)
    without = results(capsys, name, "--no-reduction")
    assert {key: item["verdict"] for key, item in with_it.items()} == {
        key: item["verdict"] for key, item in without.items()
    }
