"""What is no unified diff, or makes no sense from some line on, is refused with that line."""

from __future__ import annotations

import pytest

from tests.support.verifier.reviewing import patch_of
from tests.verifier.patch.review.test_mails import DIFF, ENVELOPE, HEAD, attached, before_lines
from verifier.patch.review.records import NoPatch

CONTEXT = """\
*** a/x.c\t2004-01-01
--- b/x.c\t2004-01-02
***************
*** 1,3 ****
  a
! b
  c
--- 1,3 ----
  a
! d
  c
"""
COMBINED = """\
diff --cc mm/a.c
index 358d6f2,dac075e..0000000
--- a/mm/a.c
+++ b/mm/a.c
@@@ -7,2 -7,2 +7,3 @@@ int one(void)
  \ta();
++\tb();
 -\tc();
"""
RANGE = "1:  1a2b3c4 ! 1:  5d6e7f8 mm: fix\n    @@ mm/a.c: int one(void)\n      a\n"


def refused(text: str | bytes) -> NoPatch:
    with pytest.raises(NoPatch) as found:
        patch_of(text)
    return found.value


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (CONTEXT, 1, "a context diff: make a unified diff"),
        (CONTEXT.partition("\n*")[2], 2, "a context diff"),
        (f"{HEAD}\n{before_lines('> ', CONTEXT)}", 4, "a context diff"),
        (DIFF + CONTEXT, 27, "a context diff"),
        ("5,6c5\n< a\n< b\n---\n> c\n", 1, "a diff without `-u`"),
        (before_lines("> ", "5a6\n> c\n"), 1, "a diff without `-u`"),
        ("5c\na\n.\n", 1, "a script for ed"),
        ("d5 1\na5 1\nb\n", 1, "a diff of RCS"),
        (COMBINED, 1, "a combined diff of a merge"),
        (COMBINED.replace("--cc", "--combined"), 1, "`git diff -m`"),
        (COMBINED.partition("\n")[2], 4, "a combined diff"),
        (f"{HEAD}\n{before_lines('> ', COMBINED)}", 4, "a combined diff"),
        (DIFF + COMBINED, 27, "a combined diff"),
        (f"@@ -3,{10**12} +3 @@ f\n x\n{DIFF}", 1, "this `@@` line cannot be read"),
        (f"@@ -{10**12} +3,1\n x\n{DIFF}", 1, "this `@@` line cannot be read"),
        (f"{DIFF}\n: @@ -3,{10**12} +3 @@ f\n:  x\n", 28, "marks that are no known quote"),
        (f"{HEAD}\n{RANGE}", 4, "two versions of a patch"),
        (f"Interdiff against v1:\n{before_lines('  ')}", 1, "two versions of a patch"),
        ("Text [-old-]{+new+} text\n", 1, "a diff by words"),
        (f"* commit 1a2b3c4\n{before_lines('| ')}", 1, "git log --graph"),
        (f"{HEAD}\n{before_lines('JD> ')}", 4, "marks that are no known quote"),
        (f"{DIFF}\n{before_lines('%% ')}", 28, "marks that are no known quote"),
        (attached("text/html", "a.html", "8bit", f"<pre>{DIFF}"), 16, "in HTML"),
        (
            attached("text/plain", "a.txt", "8bit", "x").replace("list footer\n", DIFF),
            1,
            "outside of the parts",
        ),
        (attached("application/gzip", "a.patch.gz", "base64", "H4sI"), 16, "is packed"),
    ],
)
def test_what_is_no_unified_diff_is_called_what_it_is(text: str, line: int, reason: str) -> None:
    found = refused(text)
    assert reason in found.reason
    assert found.line == line


@pytest.mark.parametrize("mark", ["\x1b[", "^[[", "\u241b[", "["])
@pytest.mark.parametrize("line", ["diff --git ", "@@ -30", "+\tgo", "--- a/mm/b"])
def test_colour_codes_are_named_however_the_escape_was_sent(mark: str, line: str) -> None:
    text = DIFF.replace(f"\n{line}" if line[0] != "d" else line, f"\n{mark}32m{line}", 1)
    found = refused(text)
    assert "git diff --color=never" in found.reason
    assert f"{mark}32m{line}" in text.split("\n")[found.line - 1]


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("-10,6 +10,7", "-10,7 +10,8", 14, "header in line 5 promises 1 more of the lines"),
        ("-10,6 +10,7", "-10,6 +10,8", 14, "0 more of the lines before and 1 more of those after"),
        ("-10,6 +10,7", "-10,5 +10,6", 13, "header in line 5 leave no room for this line"),
        ("-10,6 +10,7", "-10,2 +10,2", 9, "leave no room"),
        ("-1,2 +1,2", "-1,3 +1,3", 27, "promises"),
        ("-1,2 +1,2", "-1 +1", 26, "leave no room"),
        ("-1,2 +1,2", "-0,0 +0,0", 24, "leave no room"),
        (" {\n+\tgo();\n \treturn 0;\n }\n", "", 15, "promises 3 more"),
        ("+\tgo();\n", "", 18, "promises"),
        ("+\tgo();\n", "+\tgo();\n+\tgo();\n", 19, "leave no room"),
        ("+\tgo();\n \treturn 0;\n", "[...]\n", 16, "a line without a marker"),
        ("@@ -30,3 +31,4 @@", "@@ -30,3 31,4 @@", 14, "this `@@` line cannot be read"),
        ("diff --git a/mm/b.c b/mm/b.c\nindex 70027da..4a5d8e5 100644\n--- a/mm/b.c\n", "\n", 20,
         "without the other of the two"),
        ("+int y;\n int z;\n", "", 25, "promises"),
        ("-int x;\n+int y;\n", " int x;\n", 23, "no line of this hunk is added or removed"),
    ],
)  # fmt: skip
def test_a_hunk_that_is_not_as_its_header_says_is_refused_with_the_line(
    old: str, new: str, line: int, reason: str
) -> None:
    assert DIFF.count(old) == 1
    found = refused(DIFF.replace(old, new))
    assert reason in found.reason
    assert found.line == line


def test_a_hunk_that_swallows_the_names_of_the_next_file_is_refused() -> None:
    plain = "".join(
        f"{line}\n" for line in DIFF.splitlines() if not line.startswith(("diff", "index"))
    )
    found = refused(plain.replace("-30,3 +31,4", "-30,4 +31,5"))
    assert (found.line, "promises 1 more" in found.reason) == (17, True)


def test_a_hunk_before_any_file_is_refused() -> None:
    assert "no file is named" in refused(DIFF.partition("+++ b/mm/a.c\n")[2]).reason


def test_lines_are_those_of_the_file_even_in_the_second_mail_of_an_mbox() -> None:
    text = f"{ENVELOPE}{HEAD}\nText.\n\n{ENVELOPE}{HEAD}\n{DIFF}"
    broken = text.replace("@@ -30,3 ", "@@ -30,z ")
    assert refused(broken).line == broken.split("\n").index("@@ -30,z +31,4 @@ int two(void)") + 1


def test_lines_of_quoted_printable_text_are_those_of_the_file() -> None:
    head = f"{HEAD}Content-Transfer-Encoding: quoted-printable\n\n"
    text = head + DIFF.replace("count(", "cou=\nnt(").replace("@@ -30,3 ", "@@ -30,z ")
    assert refused(text).line == text.split("\n").index("@@ -30,z +31,4 @@ int two(void)") + 1


def test_lines_of_a_text_in_base64_are_said_to_be_of_the_decoded_text() -> None:
    import base64

    body = base64.encodebytes(DIFF.replace("-30,3 ", "-30,z ").encode()).decode()
    found = refused(f"{HEAD}Content-Transfer-Encoding: base64\n\n{body}")
    assert found.at("x") == "x: line 14 of the mail, decoded: this `@@` line cannot be read"


def test_a_header_that_takes_long_to_parse_is_refused() -> None:
    assert "a header of more than" in refused(f"{HEAD}To: {';' * 20000}\n\n{DIFF}").reason


def test_mails_in_mails_without_end_are_refused() -> None:
    nested = "Subject: x\n" + "Content-Type: message/rfc822\n\n" * 5000
    assert "too deeply" in refused(nested).reason
