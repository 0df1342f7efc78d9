from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support.verifier.reviewing import PATCH, SPEC, stripped
from verifier.cli.main import main

ROOT = Path(__file__).resolve().parents[4]
SEED = ROOT / "tests" / "patches" / "seed.patch.txt"
TAGS = ("Tested-by", "Reviewed-by", "Acked-by", "Signed-off-by")


@dataclass(frozen=True, slots=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def flat(self) -> str:
        """The output on one line: where it was wrapped does not matter."""
        return " ".join(self.out.split())


Program = Callable[..., Said]


@pytest.fixture
def program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Program:
    """`review` in a folder that holds the.patch and tiny.alloc."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BUDDYPROOF_DEBUG", raising=False)
    Path("the.patch").write_text(PATCH, encoding="utf-8")
    Path("tiny.alloc").write_text(SPEC, encoding="utf-8")

    def run(*arguments: str, patch: str = "the.patch", spec: str = "tiny.alloc") -> Said:
        status = main(["review", patch, spec, *arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Said(status, said.out, said.err)

    return run


def validator() -> Draft202012Validator:
    folder = resources.files("proofs") / "schema"
    loaded = [
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("verify.json", "review.json")
    ]
    known: Registry[Any] = Registry().with_resources(
        [(item["$id"], DRAFT202012.create_resource(item)) for item in loaded]
    )
    Draft202012Validator.check_schema(loaded[1])
    return Draft202012Validator(loaded[1], registry=known)


def mail_rules(text: str) -> Iterator[str]:
    """Lines that a mail tool would take for something."""
    for line in text.rstrip("\n").split("\n"):
        if len(line) > 72 or not line.isascii() or "\t" in line or line != line.rstrip():
            yield line
        if (line and not line.startswith("  ")) or any(tag in line for tag in TAGS):
            yield line


def test_the_reply_says_what_was_checked_the_verdicts_and_what_is_left(program: Program) -> None:
    said = program()
    assert said.status == 0
    assert list(mail_rules(said.out)) == []
    for text in (
        "patch: [PATCH] tiny: take the lock",
        "SHA-256 of the specification:",
        "before: before: no flag",
        "after: after: count_slow, take_lock",
        "6 hunks: 2 modelled, 4 not modelled",
        "counted violated 4 proved for all",
        "before violates counted in 4 steps",
        "after, proved for every size: counted",
        "violations: each replayed step by step",
        "hunks not modelled: 3, 4, 5, 6",
        "left out by the specification: interrupts",
        "memory model: sequential consistency",
    ):
        assert text in said.flat, text
    assert "old = queue.items => 0" in said.out


def test_without_verification_only_the_mapping_is_printed(program: Program) -> None:
    said = program("--no-verify")
    assert said.status == 0
    assert "nothing was verified" in said.flat
    assert "violated" not in said.out
    assert said.err == ""


def test_a_verdict_that_is_not_expected_makes_the_status_and_is_told(program: Program) -> None:
    Path("wrong.alloc").write_text(SPEC.replace("expect before", "expect after"), encoding="utf-8")
    said = program(spec="wrong.alloc")
    assert said.status == 1
    assert "NOT as the specification expects" in said.out
    assert list(mail_rules(said.out)) == []


def test_the_run_shown_is_the_shortest_of_what_the_patch_cures(program: Program) -> None:
    spec = SPEC.replace("bound cpu", "invariant never: queue.added == 0;\n\nbound cpu")
    spec = spec.replace(
        "violates counted;", "violates counted, never;\nexpect after violates never;"
    )
    Path("both.alloc").write_text(spec, encoding="utf-8")
    said = program(spec="both.alloc")
    assert said.status == 0
    cured, kept = (
        said.flat.index("before violates counted"),
        said.flat.index("after violates never"),
    )
    assert cured < said.flat.index("before also violates never (2 steps)") < kept


def test_steps_of_a_procedure_are_printed_once(program: Program) -> None:
    Path("the.patch").write_text(f"{PATCH}\n{PATCH}", encoding="utf-8")
    said = program("--no-verify")
    assert "flags and steps as for hunk 2" in said.flat
    assert said.out.count("spin_lock(queue.lock)") == 1


def test_variants_may_be_chosen_and_must_exist(program: Program) -> None:
    said = program("--no-verify", "--variant", "after", "before")
    assert "before: after: count_slow, take_lock after: before: no flag" in said.flat
    wrong = program("--variant", "before", "aftr")
    assert wrong.status == 2
    assert "there is no variant 'aftr'" in wrong.err


def test_a_specification_of_one_variant_has_no_before(program: Program) -> None:
    one = SPEC.replace("variant after  = { take_lock, count_slow };\n", "")
    one = one.replace("patch take_lock", "config take_lock").replace("patch count", "config count")
    Path("one.alloc").write_text(one, encoding="utf-8")
    said = program(spec="one.alloc")
    assert said.status == 0
    assert "after: before: no flag" in said.flat
    assert "before: before" not in said.flat
    assert "before violates counted" in said.flat


@pytest.mark.parametrize("arguments", [(), ("--no-verify",)])
@pytest.mark.parametrize("text", [PATCH, stripped(PATCH)])
def test_json_is_what_the_schema_says(
    program: Program, arguments: tuple[str, ...], text: str
) -> None:
    Path("the.patch").write_text(text, encoding="utf-8")
    value = json.loads(program("--format", "json", *arguments).out)
    validator().validate(value)
    assert len(value["hunks"]) == 6
    assert (value["verification"] is None) == bool(arguments)
    (part,) = value["hunks"][1]["parts"]
    assert part["procedures"][0]["flags"] == ["take_lock"]
    assert value["hunks"][5]["parts"][0]["stub"]


def test_the_schema_rejects_a_part_that_is_neither_modelled_nor_explained(
    program: Program,
) -> None:
    value = json.loads(program("--format", "json", "--no-verify").out)
    value["hunks"][5]["parts"][0]["reason"] = None
    with pytest.raises(ValidationError):
        validator().validate(value)


def test_the_reply_goes_to_a_file(program: Program) -> None:
    expected = program("--no-verify").out
    said = program("--no-verify", "-o", "reply.txt")
    assert said.out == ""
    assert Path("reply.txt").read_text(encoding="ascii") == expected
    assert program("--no-verify", "-o", "no/such/folder").status == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\0\1\2", "no text"),
        (b"Hello.\n", "this is no diff"),
        (b"--- a/x.c\n+++ b/x.c\n@@ nonsense\n+a\n", "the.patch:3: this `@@` line"),
        (b"@@ -1 +1 @@\n-a\n+b\n", "the.patch:1: no file is named"),
        (b"\xff\xfe\xff", "UTF-16"),
    ],
)
def test_what_is_no_patch_ends_with_status_2(program: Program, content: bytes, reason: str) -> None:
    Path("the.patch").write_bytes(content)
    said = program("--no-verify")
    assert said.status == 2
    assert reason in said.err


def test_missing_files_and_folders_end_with_status_2(program: Program) -> None:
    for said in (
        program(patch="missing.patch"),
        program(patch="."),
        program(spec="missing.alloc"),
        program(spec="."),
    ):
        assert said.status == 2
        assert said.err
        assert said.out == ""


def test_a_rejected_specification_is_shown_its_mistakes(program: Program) -> None:
    Path("tiny.alloc").write_text(SPEC.replace("int old;", ""), encoding="utf-8")
    said = program()
    assert said.status == 2
    assert "error[" in said.err


def test_the_seed_is_reviewed(program: Program) -> None:
    said = program("--no-verify", patch=str(SEED), spec=str(ROOT / "spec" / "free_path.alloc"))
    assert said.status == 0
    assert "6 hunks: 3 modelled, 3 not modelled" in said.out
    assert "the stub of an option that is off" in said.flat
    assert list(mail_rules(said.out)) == []


# --- what is not modelled, and what is no C ------------------------------------------------

ELSEWHERE = """\
diff --git a/drivers/big/core.c b/drivers/big/core.c
--- a/drivers/big/core.c
+++ b/drivers/big/core.c
@@ -7,2 +7,3 @@ int big_go(void)
 \ta();
+\tb();
 \tc();
"""


def test_a_patch_of_which_nothing_is_modelled_ends_with_status_1_unless_allowed(
    program: Program,
) -> None:
    Path("the.patch").write_text(ELSEWHERE, encoding="utf-8")
    said = program("--no-verify")
    assert said.status == 1
    assert "1 hunk: 0 modelled, 1 not modelled" in said.out
    assert "none of its hunks is modelled by tiny.alloc (--allow-unmodelled" in said.err
    assert program("--no-verify", "--format", "json").status == 1
    allowed = program("--no-verify", "--allow-unmodelled")
    assert (allowed.status, allowed.err, allowed.out) == (0, "", said.out)


def test_a_patch_without_hunks_has_none_that_is_modelled(program: Program) -> None:
    text = "diff --git a/x.c b/y.c\nsimilarity index 100%\nrename from x.c\nrename to y.c\n"
    Path("the.patch").write_text(text, encoding="utf-8")
    said = program("--no-verify")
    assert said.status == 1
    assert "0 hunks: 0 modelled, 0 not modelled; 1 file without a hunk" in said.out
    assert "-  y.c: renamed from x.c, no hunk" in said.out


def test_what_is_not_allowed_is_told_beside_a_verdict_that_differs(program: Program) -> None:
    Path("the.patch").write_text(ELSEWHERE, encoding="utf-8")
    Path("wrong.alloc").write_text(SPEC.replace("expect before", "expect after"), encoding="utf-8")
    assert program("--allow-unmodelled", spec="wrong.alloc").status == 1


def test_both_names_of_a_rename_and_binary_files_are_told(program: Program) -> None:
    renamed = PATCH.replace("--- a/drivers/tiny/queue.c", "--- a/drivers/small/queue.c").replace(
        "diff --git a/drivers/tiny/queue.c b/drivers/tiny/queue.c\n",
        "diff --git a/drivers/tiny/logo.png b/drivers/tiny/logo.png\nnew file mode 100644\n"
        "Binary files /dev/null and b/drivers/tiny/logo.png differ\n"
        "diff --git a/drivers/small/queue.c b/drivers/tiny/queue.c\nsimilarity index 90%\n"
        "rename from drivers/small/queue.c\nrename to drivers/tiny/queue.c\n",
    )
    Path("the.patch").write_text(renamed, encoding="utf-8")
    said = program("--no-verify")
    assert said.status == 0
    assert "drivers/tiny/queue.c (renamed from drivers/small/queue.c), lines 12-16" in said.flat
    assert "- drivers/tiny/logo.png: new file, binary, no hunk" in said.flat
    assert "6 hunks: 2 modelled, 4 not modelled; 1 file without a hunk" in said.flat
    value = json.loads(program("--no-verify", "--format", "json").out)
    validator().validate(value)
    assert [item["binary"] for item in value["patch"]["files"]] == [True, False, False]


@pytest.mark.parametrize(
    ("path", "noun", "line"),
    [
        ("drivers/tiny/Makefile", "makefile", "obj-y += a.o \\"),
        ("Makefile.in", "makefile", "# why"),
        ("drivers/tiny/Kbuild", "makefile", "#if"),
        ("drivers/tiny/Kconfig", "Kconfig", "# why"),
        ("arch/x86/entry/entry_64.S", "assembly", "#define X \\"),
        ("tools/x.py", "script", "# why"),
        ("Documentation/mm/x.rst", "documentation", "#. one"),
        ("rust/kernel/x.rs", "Rust", "#[inline]"),
        ("arch/arm/boot/dts/x.dtsi", "device tree", "#include <x>"),
        ("x.unknown", "a file that is not C", "#include <x>"),
    ],
)
def test_lines_of_other_languages_are_called_what_they_are(
    program: Program, path: str, noun: str, line: str
) -> None:
    text = f"--- a/{path}\n+++ b/{path}\n@@ -1,2 +1,3 @@\n a\n+{line}\n b\n"
    Path("the.patch").write_text(text, encoding="utf-8")
    said = program("--no-verify")
    assert f"{noun}: not modelled: functions are looked for in C only" in said.flat
    assert "preprocessor" not in said.out
    value = json.loads(program("--no-verify", "--format", "json").out)
    validator().validate(value)
    assert value["hunks"][0]["parts"][0]["content"] == "other"


def test_a_procedure_that_models_a_function_of_another_language_is_named(program: Program) -> None:
    spec = SPEC.replace("queue.c:queue_gone", "queue.S:queue_gone")
    Path("other.alloc").write_text(spec, encoding="utf-8")
    text = ELSEWHERE.replace("big/core.c", "tiny/queue.S")
    Path("the.patch").write_text(text, encoding="utf-8")
    said = program("--no-verify", spec="other.alloc")
    assert "says that it models drivers/tiny/queue.S:queue_gone" in said.flat


def test_a_patch_that_makes_no_sense_prints_nothing_but_the_place(program: Program) -> None:
    Path("the.patch").write_text(PATCH.replace("-12,4 +12,5", "-12,4 +12,7"), encoding="utf-8")
    said = program("-o", "reply.txt")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("the.patch:21: the hunk ends here, but its header in line 15 ")
    assert not Path("reply.txt").exists()
