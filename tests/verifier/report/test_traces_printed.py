"""What the commands print of runs, places and proofs, as a reader of their output sees it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verifier.cli.main import main

SHARED = """spec shared;
patch other "changes something else";
patch lock "the counter is read under the lock";
variant one = {};
variant two = { other };
variant three = { other, lock };
spinlock l;
int n = 0;
ghost int added = 0;
bool unrelated = false;

proc add() {
	int seen;

	when (lock)
		spin_lock(l);
	seen = n;
	n = seen + 1;
	added++;
	when (lock)
		spin_unlock(l);
}

thread cpu {
	add();
	when (other)
		unrelated = true;
}

invariant none_lost: (forall cpu c: !(c in add)) => n == added;
invariant few "nothing is added": n == 0;
reachable all_done: forall cpu c: c at end_of_it;
bound cpu = 2;
expect one violates none_lost, few, all_done;
expect two violates none_lost, few, all_done;
expect three violates few, all_done;
""".replace("reachable all_done: forall cpu c: c at end_of_it;\n", "").replace(", all_done", "")

INTERNAL = re.compile(r"@\d|~\d|\(\w+\)\[|\w/\w+[.@]\w|'\d")
"""How a model spells call sites, ways, its own locals, procedures and second places."""


def printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, *options: str, command: str = ""
) -> str:
    """What a command prints of a specification."""
    path = tmp_path / "a.alloc"
    path.write_text(text)
    words = command.split() or ["verify", "FILE"]
    main([str(path) if word == "FILE" else word for word in words] + list(options))
    return capsys.readouterr().out


def block(out: str, start: str) -> list[str]:
    """The lines from one that starts so to the next empty one."""
    lines = out.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(start))
    return lines[first : lines.index("", first)]


# --- runs that variants share --------------------------------------------------------------


def test_a_run_that_two_variants_share_is_printed_once_with_both_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = printed(capsys, tmp_path, SHARED, "--bounded")
    assert "one, two violate none_lost in 4 steps (2 cpus)" in out
    assert out.count("=> none_lost is violated") == 1
    assert "one, two violate few in 2 steps (1 cpu)" in out
    assert "three violates few in 3 steps (1 cpu)" in out
    assert "one violates" not in out
    assert "two violates" not in out


def test_in_a_comparison_it_is_printed_once_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = printed(capsys, tmp_path, SHARED, "--bounded", command="compare FILE one two")
    assert "one, two violate none_lost in 4 steps (2 cpus)" in out
    assert out.count("=> none_lost is violated") == 1


def test_and_in_the_block_of_a_log_that_recheck_writes_anew(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "a.log"
    printed(capsys, tmp_path, SHARED, "--bounded", "-o", str(log), command="log FILE")
    paste = log.read_text().partition("begin buddyproof log")[0]
    assert "  one, two violate none_lost in 4 steps (2 cpus)" in paste
    assert paste.count("=> none_lost is violated") == 1
    assert main(["recheck", str(log)]) == 0


def test_another_property_of_the_same_run_says_what_it_makes_of_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = """spec twice; bool x = false; thread cpu { await !x; x = true; await !x; }
    invariant never: !x; bound cpu = 1; expect main violates never, stuck;"""
    out = printed(capsys, tmp_path, text, "--bounded")
    told = out[out.index("main violates stuck") :]
    assert "the run is that of main, never above" in told
    assert "=> stuck is violated" in told
    assert "cpu0 waits at await !x (line 1)" in told


# --- compact -------------------------------------------------------------------------------

SECTION = "spin_lock(l); seen = n => 0; n 0 -> 1; added 0 -> 1; spin_unlock(l)"
LATER = SHARED.replace('few "nothing is added": n == 0;', "few: held(l) || n == 0;")


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("command", ["verify FILE", "compare FILE two three"])
def test_compact_joins_a_section_that_nothing_interleaves(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str
) -> None:
    plain = printed(capsys, tmp_path, LATER, "--bounded", command=command)
    compact = printed(capsys, tmp_path, LATER, "--bounded", "--compact", command=command)
    assert SECTION in flat(compact)
    assert SECTION not in flat(plain)
    assert compact.splitlines()[-1] == plain.splitlines()[-1]


def test_a_compact_log_is_one_that_recheck_accepts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "a.log"
    options = ("--bounded", "--compact", "-o", str(log))
    printed(capsys, tmp_path, LATER, *options, command="log FILE")
    assert SECTION in flat(log.read_text())
    assert main(["recheck", str(log)]) == 0


# --- verdicts ------------------------------------------------------------------------------


def test_why_a_variant_holds_is_not_told_of_one_that_violates_something(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = SHARED.replace('few "nothing is added": n == 0;', "bounded: n <= added || n > 5;")
    text = text.replace(", few", "").replace("expect three violates few;", "")
    out = printed(capsys, tmp_path, text, "--variant", "two", "--timeout", "20")
    assert "two violates none_lost" in out
    assert not re.findall(r"^Why .* holds", out, re.MULTILINE)
    assert "What is proved of two at every size, and why" in out


def test_why_the_whole_of_a_variant_holds_is_told_where_all_is_proved(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = "spec fine; int n = 0; thread cpu { n = 1; } invariant low: n <= 1; bound cpu = 2;"
    out = printed(capsys, tmp_path, text)
    assert "Why main holds at every size" in out
    out = printed(capsys, tmp_path, text + "reachable no: n == 1;")
    assert "Why main holds at every size" in out


def test_a_comparison_tells_why_only_of_what_holds(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = printed(capsys, tmp_path, SHARED, "--bounded", command="compare FILE two three")
    assert "Why three holds" not in out
    assert "What is proved of three, and how" in out


# --- places --------------------------------------------------------------------------------

HAND_OVER = """spec hand_over;
spinlock l;
int 0..1 level = 0;

proc put(int 0..1 by) {
	int 0..1 before;

	spin_lock(l);
	before = level;
	level = by;
	spin_unlock(l);
}

proc both() {
	put(1);
	put(0);
}

thread cpu {
	both();
	for each cpu c {
		put(1);
	}
	both();
}

invariant ours: forall cpu c: c in put && level == 1 => held(l) || c at end;
bound cpu = 1;
expect main violates ours;
""".replace(" || c at end", "")


@pytest.mark.parametrize("layout", ["text", "json", "jsonl", "junit", "ktap", "sarif"])
def test_nothing_of_how_a_model_spells_its_parts_is_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, layout: str
) -> None:
    unexpected = HAND_OVER.replace("expect main violates ours;", "")  # shown in every format
    out = printed(capsys, tmp_path, unexpected, "--bounded", "--format", layout)
    assert "put" in out
    assert not INTERNAL.findall(re.sub(r"https?://\S+|[\w/.]*\.alloc", "", out))


def test_lemmas_say_what_stands_at_the_places_that_they_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = HAND_OVER.replace(
        "invariant ours: forall cpu c: c in put && level == 1 => held(l);",
        "invariant ours: forall cpu c: c at put.hold => held_by(l, c);",
    )
    text = text.replace("\tbefore = level;", "hold:\n\tbefore = level;").replace(
        "expect main violates ours;\n", ""
    )
    out = printed(capsys, tmp_path, text)
    places = flat(out)
    named = set(re.findall(r" at ([a-z_]+(?:\.\w+)+)", out))
    for name in named:
        assert re.search(rf"{re.escape(name)} = `[^`]+` \(line \d+\)", places), name


def test_a_step_that_may_break_a_formula_is_a_place_with_its_statement(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = """spec three;
int level = 0;
thread cpu {
	add_return(level, 1);
}
invariant low: level <= 3;
bound cpu = 3;
"""
    out = flat(printed(capsys, tmp_path, text))
    assert "the step at cpu.1 may not keep: level <= 3" in out
    assert "cpu0 stands at cpu.1, `add_return(level, 1)` (line 4)" in out
