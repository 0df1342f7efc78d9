"""What may happen to the file of a log, to the specification and to the sizes in it."""

from __future__ import annotations

from hashlib import sha256

import pytest

from proofs.log.document import BEGIN, END
from tests.support.proofs.logs import (
    SMALL,
    Edit,
    Value,
    consistent,
    edited,
    judged,
    refused,
    small,
    solved,
    variant,
    verdict,
    with_digest,
)

# --- the specification ---------------------------------------------------------------------


def specification(old: str, new: str, *, digest: bool) -> Edit:
    def edit(value: Value) -> None:
        given = value["specification"]
        text = "\n".join(given["text"]).replace(old, new)
        assert text != "\n".join(given["text"])
        given["text"] = text.split("\n")
        if digest:
            given["sha256"] = sha256(text.encode()).hexdigest()

    return edit


def test_an_edited_specification_has_another_digest() -> None:
    edit = specification("Threads add", "Threads may add", digest=False)
    report = judged(edited(small(), edit))
    refused(report, "does not have the SHA-256 it names")


def test_the_evidence_is_not_that_of_an_edited_specification() -> None:
    edit = specification("\twhen (guard)\n\t\tspin_unlock(lock);\n", "", digest=True)
    refused(judged(edited(small(), edit)), "no location cpu.5")


def test_the_proof_is_not_that_of_a_weaker_lock() -> None:
    edit = specification("added++;", "added++;\n\tadded++;", digest=True)
    report = solved(edited(small(), edit))
    refused(report, "trace", "z3 says sat")


def test_a_specification_that_is_none() -> None:
    edit = specification("thread cpu", "thread cpu cpu", digest=True)
    refused(judged(edited(small(), edit)), "the specification is no longer one")


# --- sizes ---------------------------------------------------------------------------------


def test_sizes_that_nobody_asked_about() -> None:
    def edit(value: Value) -> None:
        variant(value, "before")["bounds"] = {"cpu": [2, 2]}

    refused(judged(edited(small(), edit)), "the sizes asked about are not those")


def test_a_verdict_about_other_sizes() -> None:
    def edit(value: Value) -> None:
        verdict(value, "before", "none_lost")["scope"] = {"cpu": 2}

    refused(judged(consistent(small(), edit)), "the verdict is about other sizes")


def test_a_run_does_not_show_it_for_all_sizes() -> None:
    def edit(value: Value) -> None:
        verdict(value, "before", "none_lost")["scope"] = "all"

    refused(judged(edited(small(), edit)), "the verdict is about other sizes")


@pytest.mark.parametrize("size", [0, -1, 1001, 10**40, True, "3", None, 2.0])
def test_sizes_that_are_none(size: object) -> None:
    def edit(value: Value) -> None:
        value["invocation"]["bounds"] = {"cpu": size}

    refused(judged(edited(small(), edit)))


# --- the file ------------------------------------------------------------------------------


def test_an_edited_paste_block() -> None:
    changed = small().replace("violated 4", "violated 5", 1)
    refused(judged(changed), "the digest on the last line does not fit", "paste block")
    refused(judged(with_digest(changed)), "line 7 of the paste block does not say")


def test_a_paste_block_with_more_in_it() -> None:
    changed = small().replace(f"\n\n{BEGIN}", f"\n  Checked by hand.\n\n{BEGIN}")
    refused(judged(with_digest(changed)), "longer or shorter")
    refused(judged(with_digest(f"Subject: it\n{small()}")), "line 1 of the paste block")


def test_an_edited_digest() -> None:
    last = small().rstrip("\n")[-1]
    changed = small().rstrip("\n")[:-1] + ("0" if last != "0" else "1") + "\n"
    refused(judged(changed), "the digest on the last line does not fit")


def test_a_file_that_was_cut_off_anywhere() -> None:
    content = small()
    for length in (*range(0, len(content), 997), len(content) - 70, len(content) - 1):
        report = judged(content[:length])
        refused(report)
    refused(judged(content[: len(content) // 2]), "the file was truncated")


def versioned(version: object) -> Edit:
    return lambda value: value.update(schema_version=version)


def test_a_version_that_nobody_knows() -> None:
    for version in (1, 2, 4, 0, "3", True, None):
        refused(judged(edited(small(), versioned(version))), "schema version")
    refused(judged(edited(small(), versioned(1.0))))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"verdict": "refuted"', '"verdict": "proved",\n     "verdict": "refuted"', "machine part"),
        ('"number": 0', '"number": 0,\n  "note": "all of it was checked"', "machine part"),
        ('"number": 0', '"number": 00', "no JSON"),
        ('"number": 0', f'"number": {"9" * 5000}', "no JSON"),
        ('"number": 0', '"number": NaN', "no JSON"),
        ('"number": 0', '"number": 1e999', "right kind"),
        ('"number": 0', f'"number": {"[" * 100000}{"]" * 100000}', "too deep"),
        ('"number": 0', f'"number": {"[" * 500}{"]" * 500}', "too deep"),
        ('"small.alloc"', '"\\ud800.alloc"', "half of a character"),
        ("Threads add", "Threads\\u0000add", ""),
        ('"number": 0', '"number":  0', "machine part"),
    ],
)
def test_a_machine_part_that_is_written_in_another_way(old: str, new: str, reason: str) -> None:
    assert old in small()
    refused(judged(with_digest(small().replace(old, new, 1))), reason)


def test_a_log_that_went_through_a_mail_tool() -> None:
    assert judged(small().replace("\n", "\r\n")).status == 0
    quoted = "".join(f"> {line}\n" for line in small().split("\n"))
    refused(judged(quoted), "quoted or indented")


def test_two_logs_in_a_file() -> None:
    refused(judged(small() + small()), "more than one log")


def test_something_behind_the_last_line() -> None:
    refused(judged(small() + "-- \nA signature\n"), "behind the last line")


def test_what_is_no_log_at_all() -> None:
    for content in ("", "\n", "no log\n", SMALL, "\0" * 100, f"\n{BEGIN}\n", f"\n{BEGIN}\n{END}"):
        refused(judged(content))
    for body in ("", "{}", "[]", "null", "7", '{"schema": "buddyproof log"}', "{" * 100):
        refused(judged(with_digest(f"  it\n\n{BEGIN}\n{body}\n{END}\n")))
