from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.verifier import compared_specifications as specifications
from tests.support.verifier.fakes import fakes
from verifier.cli.commands import compare as command
from verifier.cli.main import main

FREE_PATH = str(Path(__file__).parents[4] / "spec" / "free_path.alloc")


@dataclass(frozen=True, slots=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.out.splitlines()]

    @property
    def last(self) -> str:
        return self.lines[-1]

    def row(self, name: str) -> list[str]:
        """The cells of a row of a table."""
        found = [line for line in self.lines if line.startswith(f"{name}  ")][-1]
        return [cell.strip() for cell in found[len(name) :].split("  ") if cell]

    def block(self, first: str) -> list[str]:
        """The lines from one that begins like this to the next empty one."""
        start = next(n for n, line in enumerate(self.lines) if line.startswith(first))
        return self.lines[start : self.lines.index("", start)]


Compare = Callable[..., Said]


@pytest.fixture
def compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Compare:
    monkeypatch.chdir(tmp_path)

    def run(text: str, *arguments: str) -> Said:
        Path("a.alloc").write_text(text)
        capsys.readouterr()
        status = main(["compare", "a.alloc", *arguments, "--no-recheck"])
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return run


# --- the verdicts --------------------------------------------------------------------------


def test_the_verdicts_stand_side_by_side_and_each_violation_is_shown_once(
    compare: Compare,
) -> None:
    said = compare(specifications.NEEDED, "before", "after")
    assert said.status == 0
    assert said.lines[0] == "needed (a.alloc), before against after: 2 tasks"
    assert ["before", "after"] in [line.split() for line in said.lines]
    assert said.row("none_lost") == ["violated 4", "proved for all"]
    assert said.row("tidied") == ["-", "proved for all"]
    assert said.row("counted") == ["reached 4", "reached 7"]
    assert said.out.count("before violates none_lost in 4 steps (2 tasks)") == 1
    assert said.out.count("task1") > 0
    assert said.lines[-2:] == [
        "3 patch flags: 1 needed, 2 not needed by any property",
        "all as expected (25 verdicts)",
    ]


def test_the_older_variant_comes_first_however_the_specification_orders_them(
    compare: Compare,
) -> None:
    said = compare(specifications.NEEDED, "after", "before", "--bounded")
    assert said.row("none_lost") == ["proved", "violated 4"]
    assert "before adds no patch flag to after" in said.lines
    assert said.block("before removes")[:2] == [
        "before removes",
        'lock  "the counter is read under the lock"',
    ]
    assert said.last == "all as expected (25 verdicts)"


def test_proofs_are_told_with_their_scope_and_the_number_of_their_lemmas(
    compare: Compare,
) -> None:
    said = compare(specifications.NEEDED, "before", "after")
    why = " ".join(said.block("Why after holds"))
    assert "proved for all sizes" in why
    assert "counted: reached in 7 steps at 2 tasks" in why
    bounded = " ".join(
        compare(specifications.NEEDED, "before", "after", "--bounded").block("Why after holds")
    )
    assert "proved for all" not in bounded
    assert "proved at 2 tasks: explore, all" in bounded


def test_proofs_without_a_second_opinion_are_said_to_have_none(compare: Compare) -> None:
    said = compare(specifications.NEEDED, "before", "after", "--bounded")
    ground = " ".join(said.block("What the verdicts rest on"))
    assert "without flags proofs by explore; none of them has a second opinion" in ground
    said = compare(specifications.JOINT, "before", "after", "--bounded", "--property", "held_up")
    assert "(--no-recheck)" in " ".join(said.block("What the verdicts rest on"))


# --- necessity -----------------------------------------------------------------------------


def test_a_needed_flag_comes_with_what_returns_without_it(compare: Compare) -> None:
    said = compare(specifications.NEEDED, "before", "after")
    assert said.row("lock") == ["needed: none_lost violated 4", "half"]
    told = said.block("needed: without lock")
    assert told[0] == "needed: without lock none_lost fails, in 4 steps"
    assert 'lock is "the counter is read under the lock"' in told
    assert "this is what half lacks: after without it is half" in told
    assert told[-1] == "the run is that of before, none_lost above"
    assert said.out.count("=> none_lost is violated") == 1


def test_a_run_of_other_statements_is_shown_though_it_has_as_many_steps(compare: Compare) -> None:
    text = specifications.NEEDED.replace(
        "seen = counter;", "seen = counter; when (mark) noise = 1;"
    )
    said = compare(text, "before", "after", "--bounded")
    assert said.row("lock") == ["needed: none_lost violated 6", "half"]
    assert said.out.count("=> none_lost is violated") == 2


def test_a_flag_that_no_property_needs_is_no_error_and_says_at_which_sizes(
    compare: Compare,
) -> None:
    said = compare(specifications.NEEDED, "before", "after")
    assert said.status == 0
    told = " ".join(said.block("no property here needs mark"))
    assert "without it counted is reached, too, at 2 tasks; 12 properties of after" in told
    assert "hold, too, at every size" in told
    bounded = compare(specifications.NEEDED, "before", "after", "--bounded")
    told = " ".join(bounded.block("no property here needs mark"))
    assert "hold, too, at 2 tasks; other sizes were not checked" in told


def test_a_property_that_a_flag_brings_is_not_compared(compare: Compare) -> None:
    said = compare(specifications.NEEDED, "before", "after", "--bounded")
    assert "tidied is not stated without it" in said.block("no property here needs tidy")
    said = compare(specifications.NEEDED, "before", "after", "--bounded", "--property", "tidied")
    assert said.status == 0
    assert "tidied is not stated without it" in said.block("nothing to compare without tidy")
    assert said.row("lock") == ["no property needs it", "half"]


def test_flags_that_are_idle_alone_are_dropped_in_pairs(compare: Compare) -> None:
    said = compare(specifications.JOINT, "before", "after")
    assert said.status == 0
    assert said.block("no property here needs belt")
    assert said.block("no property here needs braces")
    told = said.block("needed together: without")
    assert told[0] == "needed together: without belt and braces held_up fails, in 1 step"
    assert "this is what before lacks: after without them is before" in told
    assert "the run is that of before, held_up above" in told


def test_a_pair_that_nothing_needs_is_said(compare: Compare) -> None:
    said = compare(specifications.NEEDED, "before", "after", "--bounded")
    told = said.block("tidy and mark: not needed together either")
    assert told[1].startswith("without them counted is reached, too, at 2 tasks; 11 properties")


def test_a_flag_that_other_code_needs_cannot_be_dropped_alone(compare: Compare) -> None:
    said = compare(specifications.DECLARED, "before", "after")
    assert said.status == 0
    assert said.row("field") == ["cannot be dropped alone"]
    told = said.block("field: cannot be dropped alone")
    assert told[1].startswith("E102: nothing is called `y`")
    assert "(line 12)" in " ".join(told)
    assert told[-1] == "it can be dropped together with use"
    assert said.row("use") == ["needed: nothing violated 1"]
    assert said.lines[-2] == "2 patch flags: 1 needed, 1 not to be dropped alone"


def test_a_property_that_is_stated_differently_is_not_taken_for_the_same(
    compare: Compare,
) -> None:
    said = compare(specifications.RESTATED, "before", "after", "--property", "rule")
    assert said.status == 0
    told = said.block("nothing to compare without strict")
    assert "rule is not stated alike without it" in told
    assert said.row("other") == ["no property needs it"]


def test_sizes_without_a_system_are_no_reason_to_need_a_flag(compare: Compare) -> None:
    said = compare(specifications.EMPTY, "before", "after", "--property", "small")
    assert said.status == 2  # of `before` there is no system, as `verify` says
    told = " ".join(said.block("relaxed: cannot be dropped alone"))
    assert "no such system with 1 task, 1 page" in told
    assert "impossible (line 10)" in told


def test_configurations_are_told_and_never_dropped(compare: Compare) -> None:
    said = compare(specifications.CONFIGURED, "before", "after", "--bounded")
    assert said.status == 0
    assert said.block("after removes")[1] == 'gone  "taken out again"'
    assert 'large  "a large machine"' in said.block("only after is configured with")
    assert "without large" not in said.out
    assert said.lines[-2] == "1 patch flag: not needed by any property"


def test_what_holds_without_a_flag_because_its_premise_never_does_is_said(
    compare: Compare,
) -> None:
    said = compare(specifications.IDLE, "before", "after", "--allow-vacuous")
    assert said.row("rule") == ["proved for all, vacuous", "proved for all"]
    assert "but rule says nothing then" in said.block("no property here needs step")
    assert said.status == 0
    assert compare(specifications.IDLE, "before", "after").status == 1  # as `verify` has it


# --- what is unknown, and what is wrong ----------------------------------------------------


def test_an_unknown_verdict_is_never_taken_for_not_needed(
    compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "standard", fakes().registry)  # every engine gives up
    said = compare(specifications.NEEDED, "before", "after", "--bounded")
    assert said.status == 3
    assert said.row("tidy") == ["undecided"]
    told = " ".join(said.block("undecided whether anything needs tidy"))
    assert "limit for none_lost at 2" in told
    assert "no property here needs" not in said.out
    assert said.lines[-2] == "3 patch flags: each undecided"
    assert said.last.startswith("inconclusive: what patch flags are for")
    quiet = compare(specifications.NEEDED, "before", "after", "--bounded", "--quiet")
    assert len(quiet.lines) > 3
    assert any("needed, after without tidy: undecided (" in line for line in quiet.lines)


def test_an_unexpected_verdict_is_an_error(compare: Compare) -> None:
    text = specifications.NEEDED.replace("expect before violates none_lost;", "")
    said = compare(text, "before", "after", "--bounded", "--quiet")
    assert said.status == 1
    assert said.lines[0] == ("needed, before: none_lost is violated in 4 steps, and should hold")
    assert said.last.startswith("NOT as expected: 1 unexpected")


def test_only_the_sum_is_said_quietly(compare: Compare) -> None:
    said = compare(specifications.JOINT, "before", "after", "--quiet")
    assert said.lines == [
        "2 patch flags: each not needed by any property",
        "all as expected (20 verdicts)",
    ]


def test_names_that_do_not_exist_are_wrong_input(compare: Compare) -> None:
    for arguments, words in (
        (("befor", "after"), "'BEFORE': there is no variant 'befor'; did you mean `before`?"),
        (("before", "v9"), "'AFTER': there is no variant 'v9'; there are: before, half, after"),
        (("after", "after"), "BEFORE and AFTER are both after"),
        (("before", "after", "--property", "p"), "there is no property 'p'"),
        (("before", "after", "--bound", "page=2"), "there is no sort 'page'"),
    ):
        said = compare(specifications.NEEDED, *arguments)
        assert (said.status, said.out) == (2, "")
        assert words in " ".join(said.err.split())


def test_a_specification_that_is_rejected_is_wrong_input(compare: Compare) -> None:
    for text in ("spec broken", specifications.NEEDED.replace("added++;", "addd++;")):
        said = compare(text, "before", "after")
        assert said.status == 2
        assert "a.alloc:" in said.err
        assert said.last == "wrong input: nothing was verified"


def test_bounds_of_the_command_line_are_those_of_the_trials(compare: Compare) -> None:
    said = compare(specifications.NEEDED, "before", "after", "--bounded", "--bound", "task=1")
    assert said.status == 1  # one task loses nothing, and `before` should
    assert said.row("lock") == ["no property needs it", "half"]
    told = " ".join(said.block("no property here needs lock"))
    assert "at 1 task; other sizes were not checked" in told


def test_what_is_piped_fits_72_columns(compare: Compare) -> None:
    for text in (specifications.NEEDED, specifications.DECLARED, specifications.CONFIGURED):
        for line in compare(text, "before", "after", "--bounded").out.splitlines():
            assert len(line) <= 72


# --- the seed ------------------------------------------------------------------------------


def test_every_hunk_of_the_seed_is_needed_and_v3_lacks_the_cached_recheck(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = main(["compare", FREE_PATH, "unpatched", "v4", "--bounded", "--no-recheck"])
    said = Said(status, *capsys.readouterr())
    assert said.status == 0
    assert said.row("isolation") == ["violated 14", "proved"]
    assert said.row("count_isolated") == ["needed: isolation violated 15"]
    assert said.row("recheck_counted") == ["needed: isolation violated 15"]
    assert said.row("recheck_cached") == ["needed: no_stranded_page violated 23", "v3"]
    told = said.block("needed: without recheck_cached")
    assert told[0] == "needed: without recheck_cached no_stranded_page fails, in 23 steps"
    assert "this is what v3 lacks: v4 without it is v3" in told
    assert said.out.count("cpu0 __free_pages_ok()") >= 5  # a run for each violation and each flag
    assert said.lines[-2:] == ["3 patch flags: each needed", "all as expected (29 verdicts)"]


# --- what a hunk breaks --------------------------------------------------------------------


def test_what_a_flag_breaks_is_the_headline(compare: Compare) -> None:
    said = compare(specifications.BREAKING, "before", "after", "--bounded")
    assert said.status == 0  # the author expects it
    assert said.lines[2:5] == [
        "after breaks no_ghosts, which before keeps",
        "in after no_ghosts fails, in 2 steps",
        "it holds in after without early",
    ]
    assert said.row("early") == ["breaks: no_ghosts holds"]
    assert said.row("lock") == ["no property needs it"]
    assert said.block("early breaks no_ghosts")[:2] == [
        "early breaks no_ghosts",
        "with it no_ghosts fails, in 2 steps; without, it holds",
    ]
    assert said.lines[-2:] == [
        "3 patch flags: 1 breaking a property, 2 not needed by any property",
        "all as expected (26 verdicts)",
    ]


def test_a_flag_may_break_one_property_and_be_needed_for_another(compare: Compare) -> None:
    text = specifications.BREAKING.replace("counted = 1;", "counted = 1; when (!early) noise = 3;")
    text = text.replace("reachable both", "invariant calm: noise <= 2; reachable both")
    text = text.replace("expect after", "expect before violates calm; expect after")
    said = compare(text, "before", "after", "--bounded")
    assert said.row("early")[0].startswith("breaks: no_ghosts holds; needed: calm violated ")
    told = " ".join(said.block("early breaks no_ghosts"))
    assert "needed, too: without it calm fails, in " in told
    assert said.out.count("noise") > 0


def test_a_property_that_one_side_states_is_told(compare: Compare) -> None:
    said = compare(specifications.BREAKING, "before", "after", "--bounded")
    assert "only before states late" in said.lines
    assert "only after states tidied" in said.lines
    said = compare(specifications.RESTATED, "before", "after", "--bounded")
    assert "before and after state rule differently" in said.lines


def test_flags_that_break_something_only_together_are_found(compare: Compare) -> None:
    said = compare(specifications.TOGETHER, "before", "after", "--bounded")
    assert said.status == 1
    assert said.lines[2] == "after breaks low, which before keeps"
    assert "it holds in after without one and two" in said.lines
    assert said.block("one and two break low together")


def test_taking_a_hunk_out_breaks_what_it_was_for(compare: Compare) -> None:
    said = compare(specifications.NEEDED, "after", "before", "--bounded")
    assert said.lines[2] == "before breaks none_lost, which after keeps"
    assert said.lines[3] == "in before none_lost fails, in 4 steps"


def test_a_reachable_is_reached_or_not_and_never_holds_or_fails(compare: Compare) -> None:
    text = specifications.BREAKING.replace("counted = 1;", "counted = 1; when (!early) heard = 1;")
    text = text.replace("reachable both", "reachable noisy: heard == 1; reachable both")
    text = text.replace("expect after", "expect after violates noisy; expect after")
    text = text.replace("nat noise", "nat heard = 0; nat noise")
    said = compare(text, "before", "after", "--bounded")
    assert said.status == 0, "the author expects it"
    headline = said.lines.index("after breaks noisy, which before reaches")
    assert said.lines[headline + 1 : headline + 3] == [
        "in after noisy is never reached",
        "it is reached in after without early",
    ]
    assert said.row("early") == ["breaks: no_ghosts holds, noisy is reached"]
    told = said.block("early breaks ")
    assert "with it noisy is never reached; without, it is reached" in told
    assert not any("noisy fails" in line or "noisy holds" in line for line in said.lines)
    rest = " ".join(said.block("no property here needs lock"))
    assert "both is reached, too, at 2 tasks; " in rest


def test_what_fails_on_both_sides_is_broken_by_neither(compare: Compare) -> None:
    said = compare(specifications.NEEDED, "before", "half", "--bounded")
    assert " breaks " not in said.out


SOME_SIZES = """
spec some_sizes;
patch p4 "pairs";
variant before = {}; variant after = { p4 };
struct page { const page nx; bool f = false; }
when (FLAG) assume pairs: forall page p: p.nx != p && p.nx.nx == p;
thread cpu { for each page p p.f = true; }
invariant few: count(page p: p.f) <= 2;
bound cpu = 1, page = 1..3;
expect WHO violates few;
"""


def test_a_size_of_which_only_one_side_has_a_system_tells_nothing_of_a_flag(
    compare: Compare,
) -> None:
    broken = compare(
        SOME_SIZES.replace("FLAG", "!p4").replace("WHO", "after"), "before", "after", "--bounded"
    )
    assert "breaks" not in broken.out
    needed = compare(
        SOME_SIZES.replace("FLAG", "p4").replace("WHO", "before"), "before", "after", "--bounded"
    )
    assert "p4  undecided" in needed.out
    told = " ".join(needed.out.split())
    assert "it fails with 1 cpu, 3 pages, of which there is no system with the patch" in told
