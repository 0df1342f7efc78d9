"""One patch of three hunks in two files, as mail programs and tools leave it: all hunks are listed.

The hunks were counted by hand: two in `mm/a.c`, one in `mm/b.c`.
"""

from __future__ import annotations

import base64
import quopri
import random
import re

import pytest

from tests.support.verifier.reviewing import patch_of
from verifier.patch.review.records import NoPatch, Patch

DIFF = """\
diff --git a/mm/a.c b/mm/a.c
index 70027da..4a5d8e5 100644
--- a/mm/a.c
+++ b/mm/a.c
@@ -10,6 +10,7 @@ static void one(struct zone *zone,
 \tif (zone->nr)
 \t\tcount(zone, -zone->nr);
\x20
+\tcheck(zone);
 \tfree(zone);
-\tunlikely(zone);
+\tlikely(zone);
 }
@@ -30,3 +31,4 @@ int two(void)
 {
+\tgo();
 \treturn 0;
 }
diff --git a/mm/b.c b/mm/b.c
index 70027da..4a5d8e5 100644
--- a/mm/b.c
+++ b/mm/b.c
@@ -1,2 +1,2 @@
-int x;
+int y;
 int z;
"""
HEAD = "From: A Reviewer <reviewer@example.org>\nSubject: Re: [PATCH] mm\n"
ENVELOPE = "From dev@press.example.org Fri Jan 27 18:00:39 2006\n"
MIXED = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="cut"\n'
FLOWED = "Content-Type: text/plain; charset=us-ascii; format=flowed"
SERIES = (
    f"From {'a' * 40} Mon Sep 17 00:00:00 2001\n{HEAD}\nText.\n---\n a.c | 2 +\n\n{DIFF}--\n2.9.1\n"
)

THREE = [(10, 6, 10, 7), (30, 3, 31, 4), (1, 2, 1, 2)]


def before_lines(prefix: str, text: str = DIFF) -> str:
    return "".join(f"{prefix}{line}\n" for line in text.splitlines())


def trimmed(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def stuffed(text: str) -> str:
    """As RFC 3676 sends it: a space before lines that begin with one or with `>`."""
    return "".join(
        f"{' ' if line[:1] in (' ', '>') else ''}{line}\n" for line in trimmed(text).splitlines()
    )


def attached(kind: str, name: str, encoding: str, body: str) -> str:
    head = f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\n'
    part = f"{head}Content-Transfer-Encoding: {encoding}\n\n{body}"
    text = "Content-Type: text/plain\n\nSee there.\n"
    return f"{HEAD}{MIXED}\n--cut\n{text}\n--cut\n{part}\n--cut--\n\nlist footer\n"


def counts(patch: Patch) -> list[tuple[int, int, int, int]]:
    return [(one.old_start, one.old_length, one.new_start, one.new_length) for one in patch.hunks]


IN_BASE64 = base64.encodebytes(DIFF.encode()).decode()
MAILS: dict[str, str | bytes] = {
    "as it stands": DIFF,
    "quoted": f"{HEAD}\nA wrote:\n{before_lines('> ')}\nGood.\n",
    "quoted twice": f"{HEAD}\n> A wrote:\n{before_lines('> > ')}>\n> Why?\n\nYes.\n",
    "quoted twice, tight": f"{HEAD}\n> A wrote:\n{before_lines('>> ')}\nYes.\n",
    "quoted without a space": f"{HEAD}\n{before_lines('>')}\nYes.\n",
    "quoted with bars": f"{HEAD}\n{before_lines('| ')}\nYes.\n",
    "quoted and trimmed": f"{HEAD}\n{trimmed(before_lines('> '))}\nYes.\n",
    "answers between": f"{HEAD}\n{before_lines('> ')}".replace("> +\tch", "\nWhy?\n\n> +\tch"),
    "flowed, as written": f"{HEAD}{FLOWED}\n\n{DIFF}",
    "flowed, stuffed": f"{HEAD}{FLOWED}\n\n{stuffed(DIFF)}",
    "flowed, quoted": f"{HEAD}{FLOWED}\n\nA wrote:\n{before_lines('> ')}",
    "flowed, folded": f"{HEAD}{FLOWED}\n\n{stuffed(DIFF)}".replace("zone, -", "zone, \n-"),
    "flowed, folded, delsp": f"{HEAD}{FLOWED}; delsp=yes\n\n{stuffed(DIFF)}".replace(
        "zone, -", "zone,  \n-"
    ),
    "flowed, a space after a name": f"{HEAD}{FLOWED}\n\n{stuffed(DIFF)}".replace(
        "+++ b/mm/b.c", "+++ b/mm/b.c "
    ),
    "flowed, a space before a hunk": f"{HEAD}{FLOWED}\n\n{DIFF}".replace(" }\n@@", " } \n@@"),
    "broken line": DIFF.replace("(zone, -zone", "(zone,\nzone"),
    "broken heading": DIFF.replace("static void one", "static void\none"),
    "broken header": DIFF.replace("+10,7 @@ static", "\n+10,7 @@ static"),
    "broken names": DIFF.replace("diff --git a/mm/a.c b", "diff --git a/mm/a.c\nb"),
    "spaces for tabs": DIFF.replace("\t", "        "),
    "no-break spaces": DIFF.replace("\n \t", "\n\xa0\t"),
    "trailing space trimmed": trimmed(DIFF),
    "no end of the last line": DIFF[:-1],
    "CR LF": DIFF.replace("\n", "\r\n"),
    "CR CR LF": DIFF.replace("\n", "\r\r\n"),
    "byte order mark": b"\xef\xbb\xbf" + DIFF.encode(),
    "UTF-16": DIFF.encode("utf-16"),
    "UTF-16 without a mark": DIFF.encode("utf-16-le"),
    "Latin-1": DIFF.replace("int x", "int \xe4").encode("latin-1"),
    "another charset": f"{HEAD}Content-Type: text/plain; charset=iso-2022-jp\n\n".encode()
    + DIFF.replace("int x", "int \u3042").encode("iso-2022-jp"),
    "quoted-printable": f"{HEAD}Content-Transfer-Encoding: quoted-printable\n\n".encode()
    + quopri.encodestring(DIFF.encode()),
    "base64": f"{HEAD}Content-Transfer-Encoding: base64\n\n{IN_BASE64}",
    "attached": attached("text/x-patch", "a.patch", "8bit", DIFF),
    "attached in UTF-16": attached(
        "text/x-patch", "a.patch", "base64", base64.encodebytes(DIFF.encode("utf-16")).decode()
    ),
    "attached under another name": attached("application/octet-stream", "a", "base64", IN_BASE64),
    "forwarded": f"{HEAD}{MIXED}\n--cut\nContent-Type: message/rfc822\n\n{HEAD}\n{DIFF}\n--cut--\n",
    "beside a page": f"{HEAD}{MIXED.replace('mixed', 'alternative')}\n--cut\n"
    f"Content-Type: text/plain\n\n{DIFF}\n--cut\nContent-Type: text/html\n\n{DIFF}\n--cut--\n",
    "mbox with a cover letter": f"{ENVELOPE}{HEAD}\n>From me: a series.\n\n"
    f"{ENVELOPE}{HEAD}\n{DIFF}",
    "signature": f"{DIFF}-- \nOne\n+1 234 567\n",
    "trimmed signature": f"{DIFF}--\n2.29.1\n",
    "list footer": f"{DIFF}{'_' * 47}\nlist mailing list\nlist@example.org\n",
    "signed text": "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
    + re.sub(r"(?m)^-", "- -", DIFF)
    + "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n",
    "scissors": f"{HEAD}\nText.\n\n-- >8 --\nSubject: [PATCH] mm\n\n{DIFF}-- 8< --\nMore.\n",
    "diffstat": f"{HEAD}\n---\n mm/a.c | 4 +++-\n 1 file changed, 3 insertions(+)\n\n{DIFF}",
    "the whole indented": f"Text:\n\n{before_lines('    ')}\nMore text.\n",
    "an example in the text": f"Like\n\n    @@ -1,2 +1,2 @@ f\n    +\tgo();\n\n{DIFF}",
    "git show": f"commit 1a2b3c4\nAuthor: A\n\n    mm: fix\n\n    +\tthis\n\n{DIFF}",
    "subversion": re.sub(r"diff --git a/(\S+) .*\nindex.*\n--- a/.*\n\+\+\+ b/.*\n",
        r"Index: \1\n" + "=" * 67 + r"\n--- \1\t(revision 7)\n+++ \1\t(working copy)\n", DIFF),
    "cvs": re.sub(r"diff --git a/(\S+) .*\nindex.*\n--- a/.*\n\+\+\+ b/.*\n",
        r"Index: \1\nRCS file: /cvs/x,v\ndiff -u -r1.1 -r1.2\n--- \1 1 Jan 2004 10:00:00 -0000\n"
        r"+++ \1\t2 Jan 2004\n", DIFF),
    "mercurial": re.sub(r"diff --git a/(\S+) .*\nindex.*\n", r"diff -r 12 -r 34 \1\n", DIFF),
    "other prefixes": DIFF.replace("a/mm", "i/mm").replace("b/mm", "w/mm"),
    "no prefixes": DIFF.replace("a/mm", "mm").replace("b/mm", "mm"),
    "quoted names": re.sub(r"([ab]/mm/\S+)", r'"\1"', DIFF),
}  # fmt: skip


@pytest.mark.parametrize("name", MAILS)
def test_all_three_hunks_are_listed_however_the_mail_was_sent(name: str) -> None:
    patch = patch_of(MAILS[name])
    assert counts(patch) == THREE
    files = [patch.files[hunk.file].path for hunk in patch.hunks]
    assert files == ["mm/a.c", "mm/a.c", "mm/b.c"]
    assert len(patch.files) == 2
    changed = [line for hunk in patch.hunks for line in hunk.lines if line.changed]
    assert len(changed) == 6
    assert "".join(changed[-1].text.split()) == "inty;"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (SERIES * 2, 6),
        (DIFF * 3, 9),
        (f"{HEAD}\n{before_lines('> ')}\nRather:\n\n{DIFF}", 6),
        (f"{HEAD}\n{before_lines('> > ')}> So:\n{before_lines('> ')}\nRather:\n\n{DIFF}", 9),
        (f"{ENVELOPE}{HEAD}\n{DIFF}\n{ENVELOPE}{HEAD}{FLOWED}\n\n{before_lines('> ')}", 6),
        (attached("text/x-diff", "a.diff", "7bit", DIFF).replace("See there.", DIFF), 6),
    ],
)
def test_several_patches_in_one_input_are_all_listed(text: str, number: int) -> None:
    assert counts(patch_of(text)) == THREE * (number // 3)


def test_an_example_that_is_not_read_is_said() -> None:
    (note,) = patch_of(f"Like\n\n    @@ -1,2 +1,2 @@ f\n    +\tgo();\n\n{DIFF}").notes
    assert note.startswith("line 3: a diff inside the text, indented, is not read")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Only in new/mm: c.c", "a file that is only in one of two folders"),
        ("Files old/x.o and new/x.o differ", "files that differ"),
        ("Property changes on: mm/a.c", "properties of Subversion"),
        ("Submodule lib 1a2b3c4..5d6e7f8:", "a submodule's commits"),
    ],
)
def test_changes_that_the_diff_does_not_show_are_said(line: str, what: str) -> None:
    patch = patch_of(f"{DIFF}\n{line}\n")
    assert counts(patch) == THREE
    assert patch.notes == (f"{what}: not in the diff",)


def test_a_line_that_was_folded_is_whole_again() -> None:
    for name in ("flowed, folded", "flowed, folded, delsp", "as it stands"):
        lines = [line.text.strip() for line in patch_of(MAILS[name]).hunks[0].lines]
        assert "count(zone, -zone->nr);" in lines


@pytest.mark.parametrize(
    ("line", "path", "old_path"),
    [
        ('diff --git "a/mm/\\303\\244 \\"b.c" "b/mm/\\303\\244 \\"b.c"', 'mm/\xe4 "b.c', ""),
        ("diff --git a/my file.c b/my file.c", "my file.c", ""),
        ("diff --git a/x.c b/y.c\nrename from x.c\nrename to y.c", "y.c", "x.c"),
        ('diff --git a/x.c "b/\\ty.c"\ncopy from x.c\ncopy to "\\ty.c"', "?y.c", "x.c"),
        ("diff -Nru old/x.c new/x.c", "new/x.c", "old/x.c"),
        ("diff -r old new\nBinary files old/x.png and new/x.png differ", "new/x.png", "old/x.png"),
        ("Binary files old/x.png and /dev/null differ", "old/x.png", ""),
    ],
)
def test_names_are_read_with_their_quotes_escapes_and_spaces(
    line: str, path: str, old_path: str
) -> None:
    (file,) = patch_of(f"{line}\nold mode 100644\nnew mode 100755\n").files
    assert (file.path, file.old_path) == (path, old_path or path)


def mutated(rng: random.Random, text: str) -> str:
    """The text with one to three of its lines damaged."""
    lines = text.split("\n")
    for _ in range(rng.choice((1, 1, 2, 3))):
        at = rng.randrange(len(lines))
        match rng.randrange(8):
            case 0:
                del lines[at : at + 1]
            case 1:
                lines.insert(at, rng.choice(lines))
            case 2:
                lines[at] = lines[at][1:]
            case 3:
                lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
            case 4:
                cut = rng.randrange(len(lines[at]) + 1)
                lines[at : at + 1] = [lines[at][:cut], lines[at][cut:]]
            case 5:
                lines[at] = rng.choice(("> ", " ", "+", "-", "--- ", "\t", "@@ ")) + lines[at]
            case 6:
                lines[at] = rng.choice(("", "-- ", "--- a/x", "+++ b/x", "@@ -1 +1 @@", "=3D="))
            case _:
                lines = lines[: at + 1]
        lines = lines or [""]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_mail_loses_no_hunk_or_is_refused(seed: int) -> None:
    rng = random.Random(seed)
    bases = [
        text for name, text in MAILS.items() if isinstance(text, str) and name != "beside a page"
    ]
    kept = 0
    for _ in range(25):
        text = mutated(rng, rng.choice(bases))
        headers = len(re.findall(r"(?m)^(?:[>|] ?)*@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@", text))
        try:
            found = len(patch_of(text).hunks)
        except NoPatch:
            continue
        assert found >= headers, text
        kept += 1
    assert kept
