"""Two hundred damaged inputs, and that a program which gets one wrong would be found out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from frontend.syntax.parser import parse
from tests.fuzz import logs, noise, patches, running, specs, tampering, truth
from tests.fuzz.campaign import Campaign
from tests.fuzz.case import BUNDLE, KINDS, PATCH, SPEC, Case, Files, Link, Result
from tests.fuzz.judging import Judge, judged
from tests.fuzz.minimise import smaller
from tests.fuzz.pool import Pool
from tests.fuzz.running import Said
from tests.support.proofs.logs import SMALL, edited, small, variant, verdict, with_digest
from tests.support.verifier import reviewing


def test_two_hundred_damaged_inputs_are_answered(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path, KINDS, seed=1, jobs=2)
    try:
        campaign.run(range(200))
    finally:
        campaign.close()
    told = "\n\n".join(
        f"{signature}: {found.case.name} {found.case.steps}, case {found.case.index}\n"
        f"{found.problem.text}"
        for signature, found in campaign.findings.items()
    )
    assert not campaign.findings, told
    lines = campaign.table().splitlines()[1:]
    assert [line.split()[:2] for line in lines] == [[kind, "50"] for kind in KINDS]


def spec_case(text: str = SMALL, index: int = 0) -> Case:
    files: Files = {SPEC: text.encode()}
    return Case("spec", index, "small", (), files, files)


# --- what a program may not answer -----------------------------------------------------------


def answer(monkeypatch: pytest.MonkeyPatch, said: Said) -> None:
    monkeypatch.setattr(running, "here", lambda *_: said)


@pytest.mark.parametrize(
    ("said", "signature"),
    [
        (Said(70, "", "", "Traceback\nKeyError: 1"), "spec: check: KeyError at ?"),
        (Said(70, "", "internal error: x, please report\n"), "spec: check: internal error"),
        (Said(1, "", "it.alloc: error[E001]"), "spec: check ends with 1"),
        (Said(-11, "", ""), "spec: check ends with -11"),
        (Said(2, "", ""), "spec: check ends with 2 and does not say why"),
        (Said(2, "", "no\n"), "spec: check: no error with a code"),
        (Said(2, "", "error[E001]: \x1b[2J\n"), "spec: check prints '\\x1b'"),
        (Said(-24, "", ""), "spec: check takes too long"),
    ],
)
def test_a_wrong_answer_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: Said, signature: str
) -> None:
    answer(monkeypatch, said)
    problem = judged(spec_case(), tmp_path / "case").problem
    assert problem is not None
    assert problem.signature.startswith(signature)


def test_a_right_answer_is_none(tmp_path: Path) -> None:
    assert judged(spec_case(), tmp_path / "case") == Result((0,))
    assert judged(spec_case("spec it\n"), tmp_path / "case") == Result((2,))


def test_a_hunk_that_is_lost_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files: Files = {PATCH: reviewing.PATCH.encode(), SPEC: reviewing.SPEC.encode()}
    case = Case("patch", 0, "driver", (), files, files)
    assert judged(case, tmp_path / "case") == Result((0,))
    hunks = reviewing.PATCH.count("\n@@ ")
    answer(monkeypatch, Said(0, json.dumps({"hunks": [1] * (hunks - 1)}), ""))
    problem = Judge(case, tmp_path / "case").result().problem
    assert problem is not None
    assert problem.signature == "patch: review lists too few hunks"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (SMALL.encode().replace(b"counter;", b"counter;\x00"), "a character that nobody sees"),
        (SMALL.encode() + b"\xff", "bytes that are no text"),
        (SMALL.encode(), None),
    ],
)
def test_what_a_specification_that_is_accepted_must_be(content: bytes, reason: str | None) -> None:
    found = truth.of_specification(content)
    assert (found[0] if found else None) == reason


def test_a_tree_that_lost_a_part_of_the_text_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = parse
    monkeypatch.setattr(
        truth,
        "parse",
        lambda source: replace(real(source), declarations=real(source).declarations[1:]),
    )
    assert truth.of_specification(SMALL.encode()) is not None


# --- what a log or a bundle may not get away with --------------------------------------------

Edit = Callable[[logs.Value], object]


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda log: verdict(log, "before", "none_lost").update(verdict="proved"), "became proved"),
        (lambda log: verdict(log, "before", "both_added").update(scope="all"), "sizes became all"),
        (lambda log: verdict(log, "after", "none_lost").update(property="x"), "that is none"),
        (lambda log: verdict(log, "after", "none_lost").update(evidence=""), "without evidence"),
        (lambda log: log["solvers"].update(z3="5, all of it proved"), "a solver that is none"),
        (lambda log: log["program"].update(version="9 proved"), "a program that is none"),
        (lambda log: log["specification"].update(name="a b"), "a file's name that is none"),
        (lambda log: log.update(note="checked"), "other keys"),
        (lambda log: log["variants"].pop(), "other variants than were asked about"),
        (lambda log: variant(log, "after")["lemmas"][0]["facts"].append("1 == 2"), "no lemma"),
        (lambda log: variant(log, "after")["lemmas"][0].update(premises={}), ""),
    ],
)  # fmt: skip
def test_what_a_log_that_is_accepted_must_not_claim(edit: Edit, reason: str) -> None:
    found = truth.of_log(small().encode(), edited(small(), edit).encode())
    assert reason in found
    assert bool(found) == bool(reason)


def test_a_log_of_an_edited_specification_is_held_against_it() -> None:
    def edit(log: logs.Value) -> None:
        given = log["specification"]["text"]
        changed = [line.replace("before = {}", "before = { guard }") for line in given]
        log["specification"]["text"] = changed

    found = truth.of_log(small().encode(), edited(small(), edit).encode())
    assert "refuted although it is proved" in found


def test_a_block_that_says_something_else_is_noticed() -> None:
    forged = with_digest(small().replace("violated 4", "violated 3", 1)).encode()
    assert truth.of_log(small().encode(), forged) == "its paste block is another one"
    assert truth.of_log(small().encode(), small().replace("\n", "\r\n").encode()) == ""


def bundle() -> Files:
    graph = b"aag 1 1 0 1 0\n2\n2\ni0 a\n"
    files: Files = {
        f"{BUNDLE}/a.aag": graph,
        f"{BUNDLE}/a.cnf": b"p cnf 2 2\n-2 0\n1 0\n",
        f"{BUNDLE}/a.lrat": b"3 0 1 2 0\n",
    }
    from tests.fuzz.bundles import resealed, written

    entry = {"name": "a", "claim": "a", "graph": "a.aag", "cnf": "a.cnf", "proof": "a.lrat"}
    manifest = {"files": [], "obligations": [entry], "traces": [], "unproved": []}
    return resealed({**files, f"{BUNDLE}/manifest.json": written(manifest)})


def test_what_a_bundle_that_is_accepted_must_be() -> None:
    from tests.fuzz.bundles import resealed

    whole = bundle()

    def found(files: Files) -> str:
        return tampering.accepted(Case("bundle", 0, "a", (), files, whole))

    assert found(whole) == ""
    proof, clauses = f"{BUNDLE}/a.lrat", f"{BUNDLE}/a.cnf"
    assert found({**whole, proof: b"4 0 1 2 0\n"}) == "a file with another hash"
    assert found(resealed({**whole, proof: b"4 0 1 2 0\n"})) == ""
    assert "obligation" in found(resealed({**whole, clauses: b"p cnf 2 2\n-2 0\n2 0\n"}))
    assert "other files than are listed" in found({**whole, f"{BUNDLE}/x": b""})
    assert "a link or a pipe" in found({**whole, proof: Link("x")})


# --- workers ---------------------------------------------------------------------------------


def given(job: object) -> Case:
    assert isinstance(job, int)
    return spec_case(index=job)


def troubled(case: Case, _: Path) -> Result:
    """Hangs, dies, or answers, as its number says."""
    match case.index % 3:
        case 0:
            while True:
                pass
        case 1:
            os._exit(9)
        case _:
            return Result((0,))


def test_a_worker_that_hangs_or_dies_costs_its_own_case_only(tmp_path: Path) -> None:
    pool = Pool(2, tmp_path, given, troubled, limit=0.3)
    try:
        found = {job: result for job, _, result in pool.run(range(6))}
    finally:
        pool.close()
    said = [item.problem.signature if item.problem else "" for _, item in sorted(found.items())]
    assert said == ["spec: takes too long, ?", "spec: dies with 9, ?", ""] * 2


# --- mutations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mutators", "content", "times"),
    [
        (specs.MUTATORS, SMALL.encode(), 20),
        (patches.MUTATORS, reviewing.PATCH.encode(), 20),
        (logs.MUTATORS, small().encode(), 4),
    ],
)
def test_the_same_number_makes_the_same_damage(
    mutators: tuple[noise.Mutator, ...], content: bytes, times: int
) -> None:
    for mutator in dict.fromkeys(mutators):
        made = [
            [mutator(Random(seed), content, [content]) for seed in range(times)] for _ in range(2)
        ]
        assert made[0] == made[1]
        assert any(item != content for item in made[0]), mutator.__name__


def test_an_input_is_made_as_small_as_what_it_shows() -> None:
    case = spec_case()

    def shows(other: Case) -> bool:
        return b"spin_lock" in other.content and b"bound" in other.content

    assert smaller(case, shows, 1000).content == b"spin_lockbound"
