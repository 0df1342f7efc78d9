from __future__ import annotations

from dataclasses import replace

import pytest

from frontend.model import PropertyKind
from proofs.answers.verdict import Attempt
from tests.support.verifier.fakes import (
    Rule,
    make_model,
    make_property,
    proved_everywhere,
    safe,
    undecided,
    violated_from,
)
from tests.support.verifier.reports import reports
from tests.verifier.report.test_report import spec_report, variant_report
from verifier.protocol.task import Answer, Task
from verifier.report.formats.sentences import grounds, message, runs_shown, trace_lines


def holds(task: Task, _name: str) -> Answer:
    return safe(task.bounds)


def at_once(task: Task, name: str) -> Answer:
    return violated_from(0)(task, name)


@pytest.mark.parametrize(
    ("rule", "kind", "announced", "words"),
    [
        (holds, PropertyKind.INVARIANT, False, "holds at 2 cpus, 2 pages"),
        (holds, PropertyKind.INVARIANT, True, "holds at 2 cpus, 2 pages, and should be violated"),
        (violated_from(1), PropertyKind.INVARIANT, True, "violated in 1 step, as expected"),
        (violated_from(3), PropertyKind.INVARIANT, False, "violated in 3 steps, and should hold"),
        (at_once, PropertyKind.LEMMA, False, "violated in the initial state, and should hold"),
        (violated_from(2), PropertyKind.REACHABLE, False, "reached in 2 steps"),
        (
            violated_from(2),
            PropertyKind.REACHABLE,
            True,
            "reached in 2 steps, and should never be",
        ),
        (holds, PropertyKind.REACHABLE, True, "never reached at 2 cpus, 2 pages, as expected"),
        (
            holds,
            PropertyKind.REACHABLE,
            False,
            "never reached at 2 cpus, 2 pages, and should be",
        ),
    ],
)
def test_a_verdict_and_what_should_be_are_one_sentence(
    rule: Rule, kind: PropertyKind, announced: bool, words: str
) -> None:
    model = make_model([make_property("it", kind)], violates=["it"] if announced else [])
    variant = variant_report(model, rule)
    assert message(variant, variant.settled[0]) == words


def test_a_proof_for_every_size_says_so() -> None:
    variant = variant_report(make_model(["it"]), holds)
    settled = proved_everywhere(variant.settled[0])
    assert message(variant, settled) == "holds at every size"
    settled = replace(variant.settled[0], attempt=Attempt("no lemmas"))
    assert message(variant, settled) == "holds at 2 cpus, 2 pages"


def test_an_inconclusive_verdict_has_its_reason() -> None:
    variant = variant_report(make_model(["it"]), undecided)
    words = message(variant, variant.settled[0])
    assert words.startswith("inconclusive: ")
    assert "limit for it at 4" in words


def test_only_violations_have_lines_of_a_run() -> None:
    model = make_model([make_property("it", PropertyKind.REACHABLE)])
    reached = variant_report(model, violated_from(2))
    assert trace_lines(reached, reached.settled[0], runs_shown()) == []
    violated = variant_report(make_model(["it"]), violated_from(2))
    assert trace_lines(violated, violated.settled[0], runs_shown())[0].startswith(
        "main violates it in 2 steps"
    )


def test_grounds_without_a_label_have_that_of_the_line_before() -> None:
    (report,) = reports()["a fault"]
    assert all(label and words for label, words in grounds(report))
    model = make_model(["it"])
    other = variant_report(
        replace(model, variant="other"),
        lambda task, _name: safe(task.bounds, engine="bmc", states=None),
    )
    both = spec_report(variant_report(model, holds), other)
    assert [label for label, _ in grounds(both)].count("proofs") == 2
    assert grounds(reports()["rejected"][0]) == []
