"""What somebody may do to a log, and what a recheck says to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proofs.recheck.findings import Standing
from tests.support.proofs.logs import (
    SMALL,
    Edit,
    Value,
    consistent,
    edited,
    judged,
    log_of,
    refused,
    small,
    solved,
    variant,
    verdict,
)


def test_the_log_as_it_was_written_holds_by_two_solvers() -> None:
    report = solved(small(), "z3", "cvc5")
    assert report.status == 0, report.findings
    assert set(report.solvers) == {"z3", "cvc5"}
    assert not report.of(Standing.UNCONFIRMED)


# --- verdicts ------------------------------------------------------------------------------


def claims_proved(evidence: str, number: int) -> Edit:
    def edit(value: Value) -> None:
        entry = verdict(value, "before", "none_lost")
        entry.update(verdict="proved", scope="all", evidence=evidence, number=number)
        taken = [item for item in variant(value, "before")["traces"] if is_of(item, "both_added")]
        variant(value, "before")["traces"] = taken
        verdict(value, "before", "both_added")["number"] = 0

    return edit


def is_of(trace: Value, name: str) -> bool:
    return bool(trace["#meta"]["property"] == name)


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        ("lemmas", "the lemmas imply none_lost: z3 says sat"),
        ("search", "no search settles every size"),
        ("", "it does not hold: a run of 4 steps shows it"),
        ("trace", "that cannot be"),
    ],
)
def test_a_violation_that_is_said_to_be_proved(evidence: str, reason: str) -> None:
    edit = claims_proved(evidence, 0)
    forged = edited if evidence == "trace" else consistent
    judge = solved if evidence == "lemmas" else judged
    refused(judge(forged(small(), edit)), reason)


def test_a_violation_that_is_said_to_be_searched_at_the_sizes() -> None:
    def edit(value: Value) -> None:
        claims_proved("search", -1)(value)
        verdict(value, "before", "none_lost")["scope"] = {"cpu": 3}

    refused(judged(consistent(small(), edit)), "it does not hold: a run of 4 steps shows it")


def test_a_property_that_holds_is_said_to_be_violated() -> None:
    def edit(value: Value) -> None:
        entry = verdict(value, "after", "none_lost")
        entry.update(verdict="refuted", scope={"cpu": 3}, evidence="trace", number=0)

    refused(judged(edited(small(), edit)), "its trace 1 is one of both_added, not of it")


def test_a_violation_without_a_run() -> None:
    def edit(value: Value) -> None:
        verdict(value, "after", "none_lost").update(verdict="refuted", scope={"cpu": 3})

    refused(judged(consistent(small(), edit)), "refuted, but there is no run that shows it")


def test_a_violation_that_is_said_to_be_unknown() -> None:
    def edit(value: Value) -> None:
        verdict(value, "before", "none_lost").update(verdict="unknown", evidence="", number=-1)

    report = judged(consistent(small(), edit))
    refused(report, "trace 1 belongs to no verdict")


def test_an_unknown_verdict_is_not_confirmed_and_does_not_hold_up_the_rest() -> None:
    def edit(value: Value) -> None:
        claims_proved("", -1)(value)
        entry = verdict(value, "before", "none_lost")
        entry.update(verdict="unknown", scope={"cpu": 3}, reason="time limit", shortest=False)

    report = judged(consistent(small(), edit))
    assert report.status == 3
    assert any("time limit" in text for text in report.of(Standing.UNCONFIRMED))


def test_a_word_that_is_no_verdict() -> None:
    def edit(value: Value) -> None:
        verdict(value, "after", "none_lost")["verdict"] = "true"

    refused(judged(edited(small(), edit)), "'true' is no verdict")


def test_a_verdict_that_was_taken_away() -> None:
    def edit(value: Value) -> None:
        given = variant(value, "before")
        given["verdicts"] = given["verdicts"][1:]

    refused(judged(consistent(small(), edit)), "before, none_lost: the verdict is missing")


def test_a_verdict_that_stands_there_twice() -> None:
    def edit(value: Value) -> None:
        given = variant(value, "after")["verdicts"]
        given.append(given[0])

    refused(judged(consistent(small(), edit)), "a property has two verdicts")


def test_a_variant_that_was_taken_away() -> None:
    def edit(value: Value) -> None:
        del value["variants"][0]

    refused(judged(consistent(small(), edit)), "should speak of the variants before, after")


def test_nothing_at_all_is_no_evidence() -> None:
    def edit(value: Value) -> None:
        value["variants"] = []
        value["invocation"]["variants"] = ["nobody"]

    refused(judged(consistent(small(), edit)), "the variant nobody", "not of none")


def test_who_leaves_out_what_was_asked_has_to_say_so_in_the_block() -> None:
    def edit(value: Value) -> None:
        del value["variants"][0]
        value["invocation"]["variants"] = ["after"]

    honest = consistent(small(), edit)
    assert judged(honest).status == 0
    assert "not asked about: the variants before" in honest


# --- lemmas --------------------------------------------------------------------------------


def lemma(number: int, text: str) -> Edit:
    def edit(value: Value) -> None:
        variant(value, "after")["lemmas"][0]["lemmas"][number] = text

    return edit


def number_of(text: str) -> int:
    found: list[str] = []
    edited(small(), lambda value: found.extend(variant(value, "after")["lemmas"][0]["lemmas"]))
    return next(number for number, item in enumerate(found) if text in item)


def test_the_step_that_breaks_a_weakened_lemma_is_named() -> None:
    place = number_of("c at cpu.3")
    weak = "forall cpu c: c at cpu.3 => c.seen + 2 >= added + 1"
    report = solved(consistent(small(), lemma(place, weak)), "z3", "cvc5")
    refused(report, "cpu.3 keeps lemma")


def test_a_lemma_that_is_too_strong_is_not_kept_or_does_not_hold_at_the_start() -> None:
    place = number_of("counter >= added")
    refused(solved(consistent(small(), lemma(place, "counter > added"))), "at the start")


def test_a_lemma_that_was_taken_away() -> None:
    place = number_of("c at cpu.3")

    def edit(value: Value) -> None:
        del variant(value, "after")["lemmas"][0]["lemmas"][place]

    refused(solved(consistent(small(), edit)))


def test_all_lemmas_taken_away() -> None:
    def edit(value: Value) -> None:
        variant(value, "after")["lemmas"] = []

    refused(judged(consistent(small(), edit)), "proved, but the lemmas are not there")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("counter >= gone", "gone"),
        ("", "lemma 1"),
        ("counter >= added; lemma more: false", "lemma 1"),
        ("(" * 3000 + "true" + ")" * 3000, "lemma 1"),
        ("page0.list == none", "lemma 1"),
        ("counter", "lemma 1"),
        ("true /* é */", "lemma 1"),
    ],
)
def test_a_lemma_that_is_none(text: str, reason: str) -> None:
    refused(judged(edited(small(), lemma(0, text))), reason)


def test_lemmas_at_sizes_do_not_prove_it_for_all() -> None:
    def edit(value: Value) -> None:
        variant(value, "after")["lemmas"][0]["bounds"] = {"cpu": 3}

    refused(judged(consistent(small(), edit)), "about other sizes than the verdict")


def test_a_fact_in_the_paste_block_that_does_not_follow() -> None:
    def edit(value: Value) -> None:
        variant(value, "after")["lemmas"][0]["facts"] = ["counter == added", "added <= 1"]

    report = solved(consistent(small(), edit))
    refused(report, "the lemmas imply fact 2: z3 says")
    assert not any("fact 1" in text for text in report.of(Standing.FAILED))


# --- premises ------------------------------------------------------------------------------


def premises(change: Callable[[Value], object]) -> Edit:
    def edit(value: Value) -> None:
        change(variant(value, "after")["lemmas"][0])

    return edit


@pytest.mark.parametrize(
    "change",
    [
        lambda item: item.update(premises={}, otherwise=None),
        lambda item: item.update(premises={}, otherwise=[]),
        lambda item: item["premises"].update(start={"": [[1, 1]]}),
        lambda item: item["premises"]["kept"].update({"cpu nowhere": [[1, 1]]}),
    ],
)
def test_other_premises_do_no_harm(change: Callable[[Value], object]) -> None:
    assert solved(edited(small(), premises(change))).status == 0


def test_a_lemma_at_the_start_is_not_proved_from_itself() -> None:
    place = number_of("counter >= added")

    def edit(value: Value) -> None:
        lemma(place, "counter > added")(value)
        given = variant(value, "after")["lemmas"][0]["premises"]
        given["start"] = {"": [[place + 1, place + 1]]}

    refused(solved(consistent(small(), edit)), "at the start")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda item: item["premises"].update(guess={"a b": [[1]]}), "names no claim"),
        (lambda item: item["premises"]["kept"].update({"cpu": [[1]]}), "names no claim"),
        (lambda item: item["premises"]["kept"].update({"cpu cpu.2": [[]]}), "names no claim"),
        (lambda item: item["premises"]["kept"].update({"cpu cpu.2": [[99]]}), "not there"),
        (lambda item: item["premises"]["kept"].update({"cpu cpu.2": [[1], [1]]}), "twice"),
        (lambda item: item.update(otherwise=[0]), "not there"),
    ],
)
def test_premises_that_make_no_sense(change: Callable[[Value], object], reason: str) -> None:
    refused(judged(edited(small(), premises(change))), reason)


# --- runs ----------------------------------------------------------------------------------


def first_trace(change: Callable[[Value], object]) -> Edit:
    return lambda value: change(variant(value, "before")["traces"][0])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda trace: trace["states"][2].update(counter={"#bigint": "1"}),
            "state 2 is not what the step before it leads to",
        ),
        (
            lambda trace: trace["states"][3]["at"]["#map"][0].__setitem__(1, "cpu.1"),
            "state 3 is not what the step before it leads to",
        ),
        (lambda trace: trace["states"].pop(), "none_lost is not violated here"),
        (lambda trace: trace["states"].pop(1), "cannot be replayed"),
        (lambda trace: trace["states"].clear(), "there is no state"),
        (
            lambda trace: trace["states"][1]["taken"].update(step="cpu.2"),
            "cannot be replayed",
        ),
        (lambda trace: trace["states"][1]["taken"].update(thread="cpu7"), "no thread cpu7"),
        (lambda trace: trace["#meta"].update(variant="after"), "one of the variant after"),
        (lambda trace: trace["#meta"].update(property="never_more"), "never_more"),
        (lambda trace: trace["#meta"].update(property="nothing"), "no property nothing"),
        (lambda trace: trace["#meta"].update(bounds={"cpu": 1}), "not one of this model"),
        (lambda trace: trace["#meta"].update(bounds={"cpu": 10**9}), "more than 1000"),
        (lambda trace: trace["#meta"].update(bounds={"page": 2}), "of other sorts"),
        (lambda trace: trace["#meta"].update(fixed={}), "not one of this model"),
        (lambda trace: trace["#meta"].update(note="checked"), "says more or less"),
        (lambda trace: trace.update(vars=[]), "says more or less"),
        (lambda trace: trace.update({"#meta": None}), "no object"),
        (lambda trace: trace.update(states={}), "no list"),
        (lambda trace: trace["states"].insert(0, 7), "no object"),
    ],
)
def test_a_changed_trace(change: Callable[[Value], object], reason: str) -> None:
    refused(judged(edited(small(), first_trace(change))), reason)


def test_the_trace_of_another_variant() -> None:
    def edit(value: Value) -> None:
        other = variant(value, "after")["traces"][0]
        variant(value, "before")["traces"][0] = other

    refused(judged(edited(small(), edit)), "it is one of the variant after")


def test_the_trace_of_another_property() -> None:
    def edit(value: Value) -> None:
        verdict(value, "before", "none_lost")["number"] = 1

    refused(judged(edited(small(), edit)), "its trace 2 is one of both_added, not of it")


def test_the_trace_of_another_specification() -> None:
    other = log_of(SMALL.replace("counter = seen + 1", "counter = seen + 2"))

    def edit(value: Value) -> None:
        def take(theirs: Value) -> None:
            variant(value, "before")["traces"] = variant(theirs, "before")["traces"]

        edited(other, take)

    refused(judged(edited(small(), edit)))


def numbered(number: int) -> Edit:
    return lambda value: verdict(value, "before", "none_lost").update(number=number)


def test_a_number_that_is_none_of_the_traces() -> None:
    for number in (-1, 2, 10**30):
        changed = edited(small(), numbered(number))
        refused(judged(changed), "there is no such trace")
