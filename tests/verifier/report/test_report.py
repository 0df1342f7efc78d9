from __future__ import annotations

import io
import signal
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from frontend.model import Model, PropertyKind
from frontend.source.diagnostics import Diagnostic
from frontend.source.spans import NOWHERE
from proofs.answers.trace import Trace
from tests.support.verifier.fakes import (
    Rule,
    fakes,
    make_model,
    make_property,
    proved_everywhere,
    run_of,
    safe,
    undecided,
    violated_from,
)
from tests.verdicts import settle_properties
from verifier.cli.screen import PIPE, ascii_only, console, plain, show, wants_colour
from verifier.protocol.bounds import asked, smaller
from verifier.protocol.deadline import Deadline
from verifier.protocol.exits import SEVERITY, Exit, worst
from verifier.protocol.task import Answer, Contradiction, Task, Unsafe
from verifier.report.summary import last_line, surprises
from verifier.report.text_blocks import Line, Renderer
from verifier.report.text_report import spec_blocks
from verifier.verify.portfolio import Strategy
from verifier.verify.spec_report import SpecReport, VariantReport, exit_of, exit_of_all


def by_name(rules: dict[str, Rule]) -> Rule:
    return lambda task, name: rules[name](task, name)


def holds(task: Task, _name: str) -> Answer:
    return safe(task.bounds)


def variant_report(model: Model, rule: Rule) -> VariantReport:
    names = tuple(item.name for item in model.properties)
    registry = fakes(rule, rule, rule, rule, rule).registry()
    sizes = asked(model, {})
    settled = settle_properties(
        model, names, sizes, Strategy(), registry, Deadline(), lambda _: None
    )
    return VariantReport(model, sizes, settled)


def spec_report(*variants: VariantReport) -> SpecReport:
    source = variants[0].model.source if variants else None
    return SpecReport("demo.alloc", "0" * 64, source, variants=variants)


def columns(_model: Model, trace: Trace, width: int) -> list[str]:
    return [f"  CPU{move.move.thread.index} {move.move.step}"[:width] for move in trace.steps]


def summary(trace: Trace, variants: Sequence[str] = ()) -> str:
    return f"{', '.join(variants)} violates {trace.property} in {len(trace.steps)} steps"


def closing(_model: Model, trace: Trace, _width: int) -> list[str]:
    return [f"=> {trace.property}"]


RENDERER = Renderer(columns, summary, closing)


def text(report: SpecReport, width: int = PIPE) -> str:
    return "\n".join(plain(spec_blocks(report, RENDERER, width), width))


OLD = make_model(["inv", make_property("range", built_in=True)], variant="old", violates=["inv"])
NEW = replace(OLD, variant="new", violates=frozenset())


def both(old: Rule, new: Rule) -> SpecReport:
    return spec_report(
        variant_report(OLD, by_name({"inv": old, "range": holds})),
        variant_report(NEW, by_name({"inv": new, "range": holds})),
    )


# --- expectations and exit statuses --------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "status", "line"),
    [
        (violated_from(3, cpu=2), holds, Exit.OK, "all as expected (4 verdicts)"),
        (holds, holds, Exit.UNEXPECTED, "NOT as expected: 1 unexpected, 0 unknown of 4 verdicts"),
        (
            violated_from(3, cpu=2),
            violated_from(3, cpu=2),
            Exit.UNEXPECTED,
            "NOT as expected: 1 unexpected, 0 unknown of 4 verdicts",
        ),
        (
            violated_from(3, cpu=2),
            undecided,
            Exit.INCONCLUSIVE,
            "inconclusive: 0 unexpected, 1 unknown of 4 verdicts",
        ),
        (
            holds,
            undecided,
            Exit.UNEXPECTED,
            "NOT as expected: 1 unexpected, 1 unknown of 4 verdicts",
        ),
    ],
)
def test_verdicts_are_compared_with_what_the_author_expects(
    old: Rule, new: Rule, status: Exit, line: str
) -> None:
    report = both(old, new)
    assert exit_of(report) is status
    assert last_line([report]) == line


def test_a_reachable_that_is_never_reached_is_unexpected() -> None:
    model = make_model([make_property("seen", PropertyKind.REACHABLE)])
    report = spec_report(variant_report(model, holds))
    assert exit_of(report) is Exit.UNEXPECTED
    assert list(surprises([report])) == ["demo, main: seen is never reached, and should be"]
    assert "NEVER REACHED" in text(report)
    assert "main never reaches seen: all 10 states visited" in text(report)


def test_a_reachable_that_is_reached_and_should_not_be_is_said_to_be_reached() -> None:
    model = make_model([make_property("it", PropertyKind.REACHABLE)], violates=["it"])
    (line,) = surprises([spec_report(variant_report(model, violated_from(2)))])
    assert line.endswith(": it is reached in 2 steps, and should never be")


def test_sizes_without_a_system_are_wrong_input_and_name_the_assumption_and_its_line() -> None:
    report = spec_report(variant_report(OLD, lambda _task, _name: Contradiction(("pairs",))))
    assert exit_of(report) is Exit.WRONG_INPUT
    assert (
        "demo.alloc:2: old: no such system with 2 cpus, 2 pages: assume pairs (line 2) cannot hold"
        in " ".join(text(report).split())
    )


def test_an_internal_error_outranks_everything() -> None:
    report = spec_report(VariantReport(OLD, asked(OLD, {}), (), "engines disagree"))
    rejected = SpecReport("bad.alloc", None, None, (Diagnostic("E1", "no", NOWHERE),))
    assert exit_of_all([report, rejected]) is Exit.INTERNAL
    assert "INTERNAL ERROR" in last_line([report, rejected])


def test_the_worst_status_wins_in_the_documented_order() -> None:
    assert worst([]) is Exit.OK
    assert set(SEVERITY) == set(Exit)
    for milder, harder in pairwise(SEVERITY):
        assert worst([harder, milder]) is worst([milder, harder]) is harder


def test_sizes_of_which_nobody_knows_whether_they_have_a_system_are_inconclusive() -> None:
    report = spec_report(replace(variant_report(OLD, holds), unsure=True))
    assert exit_of(replace(report, variants=(variant_report(OLD, holds),))) is not Exit.INCONCLUSIVE
    assert exit_of(spec_report(replace(variant_report(NEW, holds), unsure=True))) is (
        Exit.INCONCLUSIVE
    )
    assert "demo, old: it is not known whether each of the asked sizes has a system" in surprises(
        [report]
    )


def test_an_interrupted_run_says_so() -> None:
    report = replace(both(undecided, undecided), interrupted=signal.SIGINT)
    assert exit_of(report) is Exit.INTERRUPTED
    assert last_line([report]).startswith("interrupted")


# --- the text ------------------------------------------------------------------------------


def test_the_table_has_a_column_for_each_variant_and_collapses_what_the_language_brings() -> None:
    lines = text(both(violated_from(3, cpu=2), holds)).splitlines()
    assert lines[0] == "demo (demo.alloc): 2 cpus, 2 pages"
    assert lines[2].split() == ["old", "new"]
    assert lines[3].split() == ["inv", "violated", "3", "proved"]
    assert lines[4] == "  built-in: range proved"


def test_what_is_unexpected_is_loud() -> None:
    shown = text(both(holds, violated_from(3, cpu=2)))
    assert "PROVED" in shown
    assert "VIOLATED 3" in shown


def everywhere(variant: VariantReport, *names: str) -> VariantReport:
    """The same, with some properties proved for every size."""
    settled = tuple(
        proved_everywhere(item) if item.name in names else item for item in variant.settled
    )
    return replace(variant, properties=settled)


def table(report: SpecReport) -> list[str]:
    lines = text(report).splitlines()
    return lines[2 : lines.index("", 2)]


def test_what_the_language_brings_has_a_line_for_each_strength_of_verdict() -> None:
    names = ("range", "none", "stuck")
    model = make_model(["inv", *(make_property(name, built_in=True) for name in names)])
    report = spec_report(everywhere(variant_report(model, holds), "inv", "range", "none"))
    assert table(report)[2:] == [
        "  built-in: range, none proved for all",
        "  built-in: stuck proved",
    ]


def test_what_the_language_brings_has_a_row_where_variants_differ_in_strength() -> None:
    old = everywhere(variant_report(OLD, holds), "range")
    new = variant_report(NEW, holds)
    row = next(line for line in table(spec_report(old, new)) if line.startswith("  range"))
    assert row.split() == ["range", "proved", "for", "all", "proved"]
    assert not any("built-in" in line for line in table(spec_report(old, new)))


def test_why_a_variant_holds_is_told_of_those_only_of_which_everything_is_proved() -> None:
    whole = everywhere(variant_report(NEW, holds), "inv", "range")
    assert "Why new holds at every size" in text(spec_report(whole))
    rules = by_name({"inv": violated_from(3, cpu=2), "range": holds})
    for rest in (
        everywhere(variant_report(OLD, rules), "range"),
        everywhere(variant_report(NEW, holds), "range"),
        everywhere(variant_report(NEW, by_name({"inv": undecided, "range": holds})), "range"),
    ):
        shown = text(spec_report(rest))
        assert "Why " not in shown
        assert "at every size, and why" in shown


def test_variants_that_violate_a_property_alike_are_named_together() -> None:
    new = replace(NEW, violates=frozenset({"inv"}))
    rules = by_name({"inv": violated_from(3, cpu=2), "range": holds})
    shown = text(spec_report(variant_report(OLD, rules), variant_report(new, rules)))
    assert "old, new violates inv in 3 steps" in shown
    assert shown.count("CPU0 step") == 3


def test_a_built_in_property_that_fails_somewhere_gets_its_row() -> None:
    report = spec_report(
        variant_report(OLD, by_name({"inv": violated_from(3, cpu=2), "range": violated_from(1)}))
    )
    row = next(line for line in text(report).splitlines() if line.startswith("  range"))
    assert row.split() == ["range", "VIOLATED", "1"]


def test_a_property_that_a_variant_lacks_is_a_dash() -> None:
    more = replace(NEW, properties=(*NEW.properties, make_property("more")))
    report = spec_report(
        variant_report(OLD, by_name({"inv": violated_from(3, cpu=2), "range": holds})),
        variant_report(more, holds),
    )
    row = next(line for line in text(report).splitlines() if line.startswith("  more"))
    assert row.split() == ["more", "-", "proved"]


def test_the_same_run_is_printed_once() -> None:
    model = make_model(["one", "two"], violates=["one", "two"])
    shown = text(spec_report(variant_report(model, violated_from(3, cpu=2))))
    assert shown.count("CPU0 step") == 3
    assert "the run is that of main, one above" in shown


def test_runs_from_different_starts_are_different_runs() -> None:
    model = make_model(["one", "two"], violates=["one", "two"])

    def rule(task: Task, name: str) -> Answer:
        return Unsafe(run_of(3, task.bounds, x=len(name), who=name), shortest=True)

    assert text(spec_report(variant_report(model, rule))).count("CPU0 step") == 6


def test_the_smallest_sizes_are_said_with_each_refutation() -> None:
    shown = text(both(violated_from(3, cpu=2), holds))
    assert "  needs 2 cpus, 1 page; none with 1 cpu" in shown
    assert "the same run violates it at 2 cpus, 2 pages" in shown


def test_what_the_verdicts_rest_on_is_said() -> None:
    model = make_model(["inv"], not_modelled=("irqs", "CMA"))
    shown = text(spec_report(variant_report(model, holds)))
    for part in (
        "sizes         2 cpus, 2 pages",
        "main: explore visited every state, 10 at most",
        "sequential consistency",
        "pairs (line 2)",
        "irqs; CMA",
    ):
        assert part in shown


def test_a_fault_qualifies_every_other_verdict() -> None:
    fault = make_property("range", PropertyKind.FAULT, built_in=True)
    model = make_model(["inv", fault])
    report = spec_report(variant_report(model, by_name({"inv": holds, "range": violated_from(2)})))
    assert "all else speaks of runs up to it" in " ".join(text(report).split())


def test_why_something_is_unknown_is_said_once_for_all_with_the_same_reason() -> None:
    def rule(task: Task, _name: str) -> Answer:
        return undecided(task, "it")

    shown = " ".join(text(spec_report(variant_report(make_model(["one", "two"]), rule))).split())
    assert shown.count("explore: limit for it") == 1
    assert "main: one, two: unknown (explore: limit for it at 4;" in shown


@pytest.mark.parametrize("count", [1, 3, 9])
def test_no_line_is_wider_than_a_mail(count: int) -> None:
    names = [f"a_property_with_quite_a_long_name_{number}" for number in range(4)]
    names.append("a_name_" + "that_goes_on_" * 4 + "for_ever")
    reports = []
    for number in range(count):
        model = make_model(names, variant=f"variant_{number}", not_modelled=("much " * 30,))
        reports.append(variant_report(model, violated_from(3, cpu=2)))
    lines = text(spec_report(*reports)).splitlines()
    assert max(map(len, lines)) <= PIPE
    assert sum(line.split() == ["VIOLATED", "3"] * line.count("3") for line in lines) >= 1
    for number in range(count):
        assert any(f"variant_{number}" in line.split() for line in lines)


def test_what_is_piped_is_ascii() -> None:
    assert ascii_only("na\u00efve") == "na\\xefve"


# --- colour --------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("mode", "terminal", "environment", "colour"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", True, {"TERM": "dumb"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {}, False),
    ],
)
def test_colour_is_for_terminals_unless_said_otherwise(
    mode: str, terminal: bool, environment: dict[str, str], colour: bool
) -> None:
    stream = Terminal() if terminal else io.StringIO()
    assert wants_colour(mode, stream, environment) is colour


def test_a_terminal_gets_the_same_words_with_colour() -> None:
    stream = Terminal()
    report = both(holds, violated_from(3, cpu=2))
    show(spec_blocks(report, RENDERER, 80), console(stream, colour=True))
    shown = stream.getvalue()
    assert "\x1b[1;31mVIOLATED 3\x1b[0m" in shown
    assert "[" not in shown.replace("\x1b[", "")


# --- sizes ---------------------------------------------------------------------------------


def test_smaller_sizes_come_in_order_of_their_sum_and_each_once() -> None:
    found = [tuple(bounds.values()) for bounds in smaller({"a": 2, "b": 1, "c": 3})]
    assert found == [(1, 1, 1), (1, 1, 2), (2, 1, 1), (1, 1, 3), (2, 1, 2)]


def test_there_is_no_size_smaller_than_one_and_none_without_sorts() -> None:
    assert list(smaller({"a": 1, "b": 1})) == []
    assert list(smaller({})) == []


def test_long_lines_hang_below_their_text() -> None:
    blocks: Iterable[Line] = [Line("label         " + "word " * 20, indent=2, hang=14)]
    lines = list(plain(blocks, 40))
    assert lines[0].startswith("  label         word")
    assert all(line.startswith(" " * 16 + "word") for line in lines[1:])
