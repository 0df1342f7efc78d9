from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from frontend.load import load
from frontend.model import Model, PropertyKind
from frontend.source.spans import Source
from proofs.answers.verdict import (
    Certificate,
    NoSystem,
    Proved,
    Status,
    Unknown,
    Unreachable,
    Violated,
)
from tests.support.verifier import compared_specifications as specifications
from tests.support.verifier.fakes import (
    make_model,
    make_property,
    proved_everywhere,
    run_of,
    trace_of,
)
from verifier.patch.compare.changes import Changes, changes
from verifier.patch.compare.changes import Unknown as NoVariant
from verifier.patch.compare.comparison import Comparison, Dropped, Necessity, Need
from verifier.patch.compare.necessity import judge
from verifier.patch.compare.trials import PAIRS, Enough, Trials
from verifier.protocol.bounds import Asked, asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.exits import Exit
from verifier.protocol.results import PropertyReport, Smallest
from verifier.verify.spec_report import SpecReport, VariantReport

LARGE = {"cpu": 2, "page": 2}
SMALL = {"cpu": 1, "page": 2}


def proved(name: str) -> PropertyReport:
    certificate = Certificate(LARGE, "explore", "all 10 states visited", 3, 10, frozenset())
    return PropertyReport(name, Proved(certificate), LARGE, 0.1)


def everywhere(name: str) -> PropertyReport:
    return proved_everywhere(proved(name))


def violated(name: str, length: int = 3) -> PropertyReport:
    trace = trace_of(run_of(length, LARGE), name)
    return PropertyReport(name, Violated(trace, "explore"), LARGE, 0.1)


def never_reached(name: str) -> PropertyReport:
    certificate = Certificate(LARGE, "explore", "all 10 states visited", 3, 10, frozenset())
    return PropertyReport(name, Unreachable(certificate), LARGE, 0.1)


def unknown(name: str) -> PropertyReport:
    return PropertyReport(name, Unknown("state limit", 9), LARGE, 0.1)


def fails_smaller(name: str) -> PropertyReport:
    """Holds at the asked sizes, and fails with fewer threads."""
    trace = trace_of(run_of(2, SMALL), name)
    return replace(proved(name), smallest=Smallest(trace, (), False, False, True))


def report(*settled: PropertyReport, model: Model | None = None) -> VariantReport:
    if model is None:
        model = make_model([item.name for item in settled], variant="v")
    return VariantReport(model, Asked(LARGE, LARGE), settled)


def judged(after: VariantReport, without: VariantReport) -> Dropped:
    return judge(("flag",), "v without flag", None, after, without)


# --- one judgement -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "without", "need"),
    [
        (proved, proved, Need.NOT_NEEDED),
        (everywhere, proved, Need.NOT_NEEDED),
        (proved, violated, Need.NEEDED),
        (proved, never_reached, Need.NEEDED),
        (proved, unknown, Need.UNDECIDED),
        (unknown, proved, Need.UNDECIDED),
        (unknown, violated, Need.UNDECIDED),
        (violated, violated, Need.NOTHING_TO_COMPARE),
        (violated, proved, Need.BREAKS),
        (violated, everywhere, Need.BREAKS),
        (violated, fails_smaller, Need.NOTHING_TO_COMPARE),
        (violated, unknown, Need.UNDECIDED),
        (never_reached, proved, Need.BREAKS),
        (fails_smaller, everywhere, Need.BREAKS),
        (fails_smaller, proved, Need.NOT_NEEDED),
        (everywhere, fails_smaller, Need.NEEDED),
        (proved, fails_smaller, Need.UNDECIDED),
    ],
)
def test_only_what_holds_with_a_flag_and_fails_without_needs_it(
    after: Callable[[str], PropertyReport], without: Callable[[str], PropertyReport], need: Need
) -> None:
    found = judged(report(after("inv")), report(without("inv")))
    assert found.need is need
    assert bool(found.failing) == (need is Need.NEEDED)
    assert bool(found.open) == (need is Need.UNDECIDED)


def test_a_failure_is_enough_whatever_else_is_unknown() -> None:
    after = report(proved("a"), proved("b"), unknown("c"))
    found = judged(after, report(unknown("a"), violated("b"), unknown("c")))
    assert found.need is Need.NEEDED
    assert [failure.property.name for failure in found.failing] == ["b"]
    assert found.open == ()


def test_what_a_flag_breaks_comes_before_what_it_is_needed_for() -> None:
    with_it = report(violated("worse"), proved("better"))
    found = judged(with_it, report(proved("worse"), violated("better")))
    assert found.need is Need.BREAKS
    assert [item.property.name for item in found.broken] == ["worse"]
    assert [item.property.name for item in found.failing] == ["better"]


def test_one_unknown_verdict_is_enough_not_to_call_a_flag_idle() -> None:
    found = judged(report(proved("a"), proved("b")), report(proved("a"), unknown("b")))
    assert found.need is Need.UNDECIDED
    assert found.open == (("b", "state limit"),)


def test_what_fails_soonest_is_told_first_and_lemmas_and_built_ins_last() -> None:
    names = ["slow", "quick", "hint", "range"]
    model = make_model(
        [
            "slow",
            "quick",
            make_property("hint", PropertyKind.LEMMA),
            make_property("range", built_in=True),
        ]
    )
    lengths = {"slow": 9, "quick": 4, "hint": 1, "range": 2}
    found = judged(
        report(*map(proved, names), model=model),
        report(*(violated(name, length) for name, length in lengths.items()), model=model),
    )
    assert [failure.property.name for failure in found.failing] == [
        "quick",
        "slow",
        "range",
        "hint",
    ]


def test_the_status_is_the_worst_of_verdicts_and_undecided_flags() -> None:
    fine = SpecReport("a.alloc", None, None, variants=(report(proved("inv")),))
    between = changes(Source("a.alloc", specifications.JOINT), "before", "after")
    assert isinstance(between, Changes)
    for need, status in {
        Need.BREAKS: Exit.OK,
        Need.NEEDED: Exit.OK,
        Need.NOT_NEEDED: Exit.OK,
        Need.NOT_DROPPABLE: Exit.OK,
        Need.NOTHING_TO_COMPARE: Exit.OK,
        Need.UNDECIDED: Exit.INCONCLUSIVE,
    }.items():
        item = Dropped(("flag",), "v without flag", None, need)
        assert Comparison(fine, between, Necessity((item,))).status is status
        assert Comparison(fine, between, Necessity((), (item,))).status is status
    broken = VariantReport(make_model(["inv"]), Asked(LARGE, LARGE), (), "engines disagree")
    item = Dropped(("flag",), "v without flag", None, Need.UNDECIDED, broken)
    assert Comparison(fine, between, Necessity((item,))).status is Exit.INTERNAL
    wrong = replace(fine, variants=(report(violated("inv")),))
    undecided = Dropped(("flag",), "v without flag", None, Need.UNDECIDED)
    assert Comparison(wrong, between, Necessity((undecided,))).status is Exit.UNEXPECTED


# --- which flags are dropped ---------------------------------------------------------------

FLAGS = ("a", "b", "c", "d", "e", "f")


def specification(count: int) -> Source:
    """So many flags, each of which sets a variable of its own."""
    flags = FLAGS[:count]
    patches = "".join(f"patch {name};\n" for name in flags)
    fields = "".join(f"nat x{name} = 0;\n" for name in flags)
    body = "".join(f"when ({name})\n x{name} = 1;\n" for name in flags)
    return Source(
        "many.alloc",
        f"spec many;\n{patches}variant old = {{}};\nvariant new = {{ {', '.join(flags)} }};\n"
        f"{fields}thread cpu {{\n{body}}}\ninvariant inv: true;\nbound cpu = 2;\n",
    )


class Settling:
    """Gives the verdict that a test states for the flags that are set."""

    def __init__(self, verdicts: Mapping[str, Status]) -> None:
        self.verdicts = verdicts
        self.asked: list[str] = []
        self.sizes: list[Asked] = []

    def __call__(
        self, model: Model, names: tuple[str, ...], sizes: Asked, stop: Deadline, enough: Enough
    ) -> VariantReport:
        del stop
        flags = "".join(sorted(model.flags))
        self.asked.append(flags)
        self.sizes.append(sizes)
        verdict = self.verdicts.get(flags, proved("inv").status)
        settled = tuple(PropertyReport(name, verdict, sizes.high, 0.1) for name in names)
        made = VariantReport(model, sizes, settled)
        assert enough(made) == (not isinstance(verdict, Proved | Unknown))
        return made


def trial(count: int, verdicts: Mapping[str, Status], stop: Deadline | None = None) -> Trying:
    source = specification(count)
    found = changes(source, "old", "new")
    assert isinstance(found, Changes)
    old, new = load(source).models
    reports = [
        VariantReport(model, asked(model, {}), (replace(item, name="inv"),))
        for model, item in ((old, proved("inv")), (new, proved("inv")))
    ]
    settling = Settling(verdicts)
    trials = Trials(found, reports[0], reports[1], {}, settling, stop or Deadline())
    return Trying(trials.run(), settling)


class Trying:
    """What came of it, and what was asked on the way."""

    def __init__(self, necessity: Necessity, settling: Settling) -> None:
        self.necessity = necessity
        self.settling = settling

    def needs(self, *, joint: bool = False) -> dict[str, Need]:
        items = self.necessity.joint if joint else self.necessity.single
        return {"".join(item.flags): item.need for item in items}


BAD = violated("inv").status
OPEN = unknown("inv").status


def test_each_flag_is_dropped_once_and_needed_ones_in_no_pair() -> None:
    tried = trial(3, {"bc": BAD})
    assert tried.needs() == {"a": Need.NEEDED, "b": Need.NOT_NEEDED, "c": Need.NOT_NEEDED}
    assert tried.needs(joint=True) == {"bc": Need.NOT_NEEDED}
    assert tried.settling.asked == ["bc", "ac", "ab", "a"]


def test_an_undecided_flag_is_in_no_pair() -> None:
    tried = trial(3, {"bc": OPEN})
    assert tried.needs() == {"a": Need.UNDECIDED, "b": Need.NOT_NEEDED, "c": Need.NOT_NEEDED}
    assert tried.needs(joint=True) == {"bc": Need.NOT_NEEDED}


def test_the_older_variant_is_not_verified_again() -> None:
    tried = trial(1, {"": BAD})  # what would be said if it were asked
    assert tried.needs() == {"a": Need.NOT_NEEDED}
    assert tried.settling.asked == []


def test_all_idle_flags_are_dropped_together_where_no_pair_is_needed() -> None:
    tried = trial(4, {"d": BAD, "abc": BAD})
    assert tried.needs()["d"] is Need.NEEDED
    assert tried.needs(joint=True) == {
        "ab": Need.NOT_NEEDED,
        "ac": Need.NOT_NEEDED,
        "bc": Need.NOT_NEEDED,
        "abc": Need.NEEDED,
    }


def test_a_pair_that_is_needed_ends_the_search() -> None:
    tried = trial(4, {"cd": BAD})
    joint = tried.needs(joint=True)
    assert joint["ab"] is Need.NEEDED
    assert list(joint) == ["ab", "ac", "ad", "bc", "bd", "cd"]


def test_no_more_pairs_than_some_are_tried_and_the_rest_is_counted() -> None:
    tried = trial(6, {})
    assert len(tried.necessity.joint) == PAIRS + 1
    assert tried.necessity.untried == 6 * 5 // 2 - PAIRS
    assert tried.necessity.joint[-1].flags == FLAGS


def test_flags_that_can_only_be_dropped_together_are() -> None:
    source = Source(
        "a.alloc", specifications.DECLARED.replace("else\n\t\tx = 1;", "else\n\t\tx = 0;")
    )
    found = changes(source, "before", "after")
    assert isinstance(found, Changes)
    before, after = (
        VariantReport(model, asked(model, {}), (proved("nothing"),))
        for model in load(source).models
    )
    tried = Trials(found, before, after, {}, Settling({}), Deadline()).run()
    first, second = tried.single
    assert (first.need, first.companions) == (Need.NOT_DROPPABLE, ("use",))
    assert [error.code for error in first.errors] == ["E102"]
    assert second.need is Need.NOT_NEEDED
    assert [(item.flags, item.need) for item in tried.joint] == [
        (("field", "use"), Need.NOT_NEEDED)
    ]


def test_when_the_time_is_up_flags_are_undecided() -> None:
    tried = trial(2, {}, Deadline(0.0))
    assert tried.needs() == {"a": Need.UNDECIDED, "b": Need.UNDECIDED}
    assert tried.settling.asked == []
    assert tried.necessity.single[0].open == (("", "time limit of 0 s"),)


def test_trials_are_at_the_sizes_of_the_newer_variant() -> None:
    source = specification(2)
    found = changes(source, "old", "new")
    assert isinstance(found, Changes)
    new = load(source, ["new"]).models[0]
    sizes = Asked({"cpu": 1}, {"cpu": 5})
    settling = Settling({})
    after = VariantReport(new, sizes, (proved("inv"),))
    Trials(found, None, after, {}, settling, Deadline()).run()
    assert settling.sizes == [sizes, sizes, sizes]


def test_the_older_variant_is_verified_again_at_other_sizes() -> None:
    source = specification(1)
    found = changes(source, "old", "new")
    assert isinstance(found, Changes)
    old, new = load(source).models
    sizes = Asked({"cpu": 1}, {"cpu": 5})
    before = VariantReport(old, asked(old, {}), (violated("inv"),))
    after = VariantReport(new, sizes, (proved("inv"),))
    settling = Settling({})
    (dropped,) = Trials(found, before, after, {}, settling, Deadline()).run().single
    assert (dropped.need, dropped.same_as) == (Need.NOT_NEEDED, "old")
    assert settling.sizes == [sizes]


def test_nothing_is_tried_of_a_variant_without_verdicts() -> None:
    source = specification(2)
    found = changes(source, "old", "new")
    assert isinstance(found, Changes)
    new = load(source, ["new"]).models[0]
    sizes = asked(new, {})
    nothing = PropertyReport("inv", NoSystem(sizes.high, ("pairs",)), sizes.high, 0.0)
    for after in (
        VariantReport(new, Asked(LARGE, LARGE), (), "engines disagree"),
        VariantReport(new, sizes, (nothing,)),
    ):
        settling = Settling({})
        assert Trials(found, None, after, {}, settling, Deadline()).run() == Necessity()
        assert settling.asked == []


def test_a_variant_that_does_not_exist_is_told_with_those_that_do() -> None:
    source = Source("a.alloc", specifications.NEEDED)
    assert changes(source, "before", "nine") == NoVariant("nine", ("before", "half", "after"))
