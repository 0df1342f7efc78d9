from __future__ import annotations

import base64
import mailbox
import quopri
import re
from pathlib import Path

import pytest

from tests.support.verifier.reviewing import PATCH, diff_of, patch_of, stripped
from verifier.patch.review.mail import LARGEST, mails, read
from verifier.patch.review.records import NoPatch, Patch

HEAD, _, BODY = PATCH.partition("\n\n")


def content(patch: Patch) -> list[list[tuple[str, str]]]:
    return [[(line.kind, line.text) for line in hunk.lines] for hunk in patch.hunks]


def squeezed(patch: Patch) -> list[list[tuple[str, str]]]:
    """Content but for white space, for text that lost it."""
    return [
        [(kind, "".join(text.split())) for kind, text in lines if text.strip()]
        for lines in content(patch)
    ]


def in_mail(body: bytes, encoding: str) -> bytes:
    lines = [HEAD, "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
    return "\n".join([*lines, f"Content-Transfer-Encoding: {encoding}", "", ""]).encode() + body


def test_a_proper_mail_is_read_as_it_stands() -> None:
    patch = patch_of(PATCH)
    assert patch.subjects == ("[PATCH] tiny: take the lock",)
    assert [item.path for item in patch.files] == ["drivers/tiny/queue.c", "include/tiny/queue.h"]
    assert [hunk.old_start for hunk in patch.hunks] == [12, 23, 35, 8, 14, 19]
    assert patch.notes == ()
    assert all(not hunk.repairs for hunk in patch.hunks)


def test_lines_carry_the_numbers_of_both_files() -> None:
    lines = patch_of(PATCH).hunks[1].lines
    assert [(line.old, line.new) for line in lines[:4]] == [
        (23, 24),
        (24, 25),
        (None, 26),
        (25, 27),
    ]


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (in_mail(base64.encodebytes(BODY.encode()), "base64"), "base64"),
        (in_mail(quopri.encodestring(BODY.encode()), "quoted-printable"), "quoted-printable"),
        (quopri.encodestring(diff_of(PATCH).encode(), quotetabs=True), "quoted-printable"),
        (PATCH.replace("\n", "\r\n").encode(), "CR LF"),
        (PATCH.encode("utf-16"), "UTF-16"),
        (b"\xef\xbb\xbf" + PATCH.encode(), ""),
        (PATCH.replace("Empties it", "\xc4ndert es").encode("latin-1"), "Latin-1"),
    ],
)
def test_what_mail_wraps_around_a_patch_is_undone_and_said(mail: bytes, said: str) -> None:
    found = patch_of(mail)
    expected = content(patch_of(PATCH.replace("Empties it", "\xc4ndert es")))
    assert content(found) in (content(patch_of(PATCH)), expected)
    assert said in " ".join(found.notes)
    assert bool(found.notes) == bool(said)


def test_every_mail_of_an_mbox_is_read(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for text in (PATCH, HEAD.replace("take", "cover letter: take") + "\n\nNo diff here.\n", PATCH):
        box.add(text.partition("\n")[2])
    box.close()
    patch = patch_of((tmp_path / "box").read_bytes())
    assert len(patch.hunks) == 12
    assert [item.mail for item in patch.files] == [0, 0, 1, 1]
    assert any("no diff in `[PATCH] tiny: cover letter" in note for note in patch.notes)


def test_a_quoted_patch_is_read_and_the_answers_between_are_left_out() -> None:
    quoted = "\n".join(f"> {line}".rstrip() for line in PATCH.split("\n"))
    quoted = quoted.replace("> +\tspin_lock", "\nWhy a lock?\n\n> +\tspin_lock")
    patch = patch_of(f"Hello,\n\n{quoted}")
    assert squeezed(patch) == squeezed(patch_of(PATCH))
    assert any("2 lines around it left out" in note for note in patch.notes)


def test_an_encoded_subject_is_decoded() -> None:
    mail = PATCH.replace("[PATCH] tiny: take the lock", "=?utf-8?q?=5BPATCH=5D_t=C3=AFny?=")
    assert patch_of(mail).subjects == ("[PATCH] t\xefny",)


# --- damage --------------------------------------------------------------------------------


def test_lost_white_space_and_lost_lines_are_said_and_no_line_is_invented() -> None:
    patch = patch_of(stripped(PATCH))
    assert patch.subjects == ("[PATCH] tiny: take the lock",)
    assert all("leading white space" in hunk.repairs[0] for hunk in patch.hunks)
    missing = [hunk.number for hunk in patch.hunks if "missing" in " ".join(hunk.repairs)]
    assert missing == [2, 3, 4, 5, 6]
    assert "there are 2 and 4" in " ".join(patch.hunks[4].repairs)
    proper = squeezed(patch_of(PATCH))
    for damaged, whole in zip(squeezed(patch), proper, strict=True):
        assert [line for line in whole if line in damaged] == damaged


def test_the_margin_of_a_context_line_that_lost_its_white_space_is_not_guessed() -> None:
    lines = patch_of(stripped(PATCH)).hunks[0].lines
    assert {line.margin for line in lines if not line.changed} == {None}
    assert [line.margin for line in lines if line.changed] == [False]


def test_the_margin_of_a_changed_line_is_not_guessed_where_no_line_has_white_space() -> None:
    text = re.sub(r"(?m)^([+-]?)[ \t]+", r"\1", diff_of(PATCH))
    lines = [line for hunk in patch_of(text).hunks for line in hunk.lines if line.changed]
    assert {line.margin for line in lines} == {None}


def test_a_lost_marker_is_put_back_where_the_indentation_is_left() -> None:
    text = re.sub(r"(?m)^ (?=\S|\t)", "", diff_of(PATCH))
    patch = patch_of(text)
    assert squeezed(patch) == squeezed(patch_of(PATCH))
    assert all("leading space of context" in hunk.repairs[0] for hunk in patch.hunks)


def test_broken_lines_are_joined_where_the_counts_then_fit() -> None:
    text = PATCH.replace("queue_has_slow(queue) ? 0 : ", "queue_has_slow(queue) ? 0 :\n")
    patch = patch_of(text)
    assert squeezed(patch) == squeezed(patch_of(PATCH))
    assert patch.hunks[1].repairs == ("1 broken line joined to the line before",)


def test_a_broken_heading_is_joined() -> None:
    broken = PATCH.replace("@@ int queue_put(struct queue *queue, ", "@@ int\nqueue_put(struct q, ")
    hunk = patch_of(broken).hunks[1]
    assert hunk.heading == "int queue_put(struct q, struct item *item)"
    assert len(hunk.lines) == len(patch_of(PATCH).hunks[1].lines)


def test_a_line_without_a_marker_that_fits_neither_way_is_not_guessed_at() -> None:
    text = PATCH.replace("+\tint ret;\n", "int ret;\nint more;\n")
    with pytest.raises(NoPatch, match="a line without a marker") as refused:
        patch_of(text)
    assert refused.value.line == text.split("\n").index("int ret;") + 1


def test_broken_lines_and_lost_markers_in_one_hunk_are_told_apart() -> None:
    text = PATCH.replace("queue_has_slow(queue) ? 0 : ", "queue_has_slow(queue) ? 0 :\n")
    patch = patch_of(text.replace("\n \told = queue", "\n\told = queue"))
    assert squeezed(patch) == squeezed(patch_of(PATCH))
    repaired = ("1 broken line joined to the line before; 1 line without a marker: context",)
    assert patch.hunks[1].repairs == repaired


def test_text_after_a_damaged_hunk_is_left_out_and_that_is_said() -> None:
    text = "--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n-a\n+b\nc\n d\n\nThanks,\nOne\n"
    (hunk,) = patch_of(text).hunks
    assert hunk.repairs[-1] == "2 lines of other text after it left out"
    assert [line.text for line in hunk.lines] == ["a", "b c", "d"]


def test_spaces_in_place_of_tabs_are_remarked() -> None:
    patch = patch_of(PATCH.replace("\t", "        "))
    assert any("tabs may have become spaces" in note for note in patch.notes)


def test_a_removed_line_that_looks_like_a_file_name_stays_in_its_hunk() -> None:
    text = "--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n--- i;\n+++ i;\n j;\n"
    (hunk,) = patch_of(text).hunks
    assert [(line.kind, line.text) for line in hunk.lines] == [
        ("-", "-- i;"),
        ("+", "++ i;"),
        (" ", "j;"),
    ]


@pytest.mark.parametrize(
    ("text", "remarks", "path"),
    [
        (
            "similarity index 100%\nrename from x.c\nrename to y.c\n",
            ("renamed from x.c",),
            "y.c",
        ),
        ("copy from x.c\ncopy to y.c\n", ("copied from x.c",), "y.c"),
        ("Binary files a/x.c and b/y.c differ\n", ("binary",), "y.c"),
        ("old mode 100644\nnew mode 100755\n", ("mode 100644 to 100755",), "y.c"),
        ("deleted file mode 100644\n--- a/x.c\n+++ /dev/null\n", ("deleted file",), "x.c"),
        ("new file mode 100644\n--- /dev/null\n+++ b/y.c\n", ("new file",), "y.c"),
        (
            "new file mode 100644\nindex 0..1\nGIT binary patch\nliteral 2\nJc${NkU}69O\n",
            ("new file", "binary"),
            "y.c",
        ),
    ],
)
def test_a_file_without_hunks_is_known_by_what_happens_to_it(
    text: str, remarks: tuple[str, ...], path: str
) -> None:
    patch = patch_of(f"diff --git a/x.c b/y.c\n{text}")
    assert [(item.remarks, item.path) for item in patch.files] == [(remarks, path)]


# --- no patch ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\x7fELF\0\0\0", "no text"),
        (b"Hello,\nthere is nothing here.\n", "no diff"),
        (b"\xff\xfex", "UTF-16"),
        (b"Subject: x\nContent-Type: text/html\n\n@@ -1 +1 @@\n-a\n+b\n", "HTML"),
    ],
)
def test_what_is_no_patch_is_refused_with_the_reason(text: bytes, reason: str) -> None:
    with pytest.raises(NoPatch, match=reason):
        patch_of(text)


def test_a_file_that_is_too_large_or_not_there_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(b" " * (LARGEST + 1))
    for path, reason in (
        (large, "too large"),
        (tmp_path, "directory"),
        (tmp_path / "x", "No such"),
    ):
        with pytest.raises(NoPatch, match=reason):
            read(str(path))


def test_an_unknown_charset_is_no_error() -> None:
    mail = b"Subject: x\nContent-Type: text/plain; charset=nope\n\n--- a/x\n+++ b/x\n"
    (text,) = mails(mail)[0].texts
    assert [line.text for line in text.lines][-2:] == ["+++ b/x", ""]
