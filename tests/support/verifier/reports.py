"""Reports of every kind that there is, and some with names that no specification could have."""

from __future__ import annotations

import signal
from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from frontend.load import load
from frontend.model import Model, PropertyKind, Remark
from frontend.source.diagnostics import Diagnostic, Note
from frontend.source.spans import NOWHERE, Source, Span
from tests.support.verifier.fakes import make_model, make_property, safe, undecided, violated_from
from tests.verdicts import settle_properties
from tests.verifier.report.test_report import by_name, spec_report, variant_report
from tests.verifier.report.test_schema import everything
from verifier.protocol.bounds import asked
from verifier.protocol.deadline import Deadline
from verifier.protocol.task import Answer, Contradiction, Task, Undecided
from verifier.verify.portfolio import Strategy
from verifier.verify.registry import standard
from verifier.verify.spec_report import SpecReport, VariantReport

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / "tests" / "corpus"


@cache
def verified(path: str, *, unexpected: bool = False) -> SpecReport:
    """A specification of the corpus, settled at its bounds.

    Args:
        path: below tests/corpus.
        unexpected: whether its `expect` lines are forgotten.
    """
    name = f"tests/corpus/{path}"
    loaded = load(Source(name, (CORPUS / path).read_text()))
    reports = []
    for model in loaded.models:
        asks = replace(model, violates=frozenset()) if unexpected else model
        names = tuple(item.name for item in asks.properties)
        sizes = asked(asks, {})
        settled = settle_properties(
            asks, names, sizes, Strategy(), standard(), Deadline(), lambda _: None
        )
        reports.append(VariantReport(asks, sizes, settled))
    source = loaded.models[0].source
    return SpecReport(name, "a" * 64, source, warnings=loaded.warnings, variants=tuple(reports))


def rejected() -> SpecReport:
    """Two mistakes, one of them with a note and a fix."""
    source = Source("bad.alloc", "spec bad;\nnat x;\n")
    first = Diagnostic("E102", "nothing is called `y` here", Span(14, 15), fix="did you mean `x`?")
    notes = (Note("declared here", Span(0, 4)), Note("and no further place"))
    second = Diagnostic("E101", "`x` is declared twice", Span(10, 15), notes=notes)
    return SpecReport("bad.alloc", "b" * 64, source, (first, second))


@cache
def reports() -> dict[str, list[SpecReport]]:
    """What a run can come to -> its reports."""
    model = make_model(["inv"])
    holds = variant_report(model, lambda task, _name: safe(task.bounds))
    open_ = variant_report(model, undecided)
    empty = variant_report(model, lambda _task, _name: Contradiction(("pairs",)))
    broken = VariantReport(model, asked(model, {}), (), "engines disagree")
    warning = Diagnostic("W402", "no thread calls `f`", Span(0, 4))
    unreadable = SpecReport("gone.alloc", None, None, (Diagnostic("E023", "no text", NOWHERE),))
    lost = "refuted/lost_update.alloc"
    found = {
        "every kind of verdict": [everything()],
        "as expected": [verified(lost)],
        "not as expected": [verified(lost, unexpected=True)],
        "a fault": [verified("refuted/fault_ends_the_run.alloc", unexpected=True)],
        "an assert": [verified("refuted/assert_goes_on.alloc", unexpected=True)],
        "never reached": [verified("refuted/reachable_never.alloc", unexpected=True)],
        "variants": [verified("refuted/variants_of_a_counter.alloc")],
        "proved": [spec_report(holds)],
        "inconclusive": [spec_report(open_)],
        "rejected": [rejected()],
        "unreadable": [unreadable],
        "no such system": [spec_report(empty)],
        "internal error": [spec_report(broken, holds)],
        "interrupted": [replace(spec_report(holds), interrupted=signal.SIGINT)],
        "nothing asked": [SpecReport("other.alloc", "c" * 64, model.source)],
        "warnings": [replace(spec_report(holds), warnings=(warning,))],
    }
    found["all of them"] = [report for each in list(found.values()) for report in each]
    return found


PASSES = ("as expected", "variants", "proved", "nothing asked", "warnings")
"""The runs that end with status 0; everything else must not look like these."""

# --- odd texts -----------------------------------------------------------------------------

NASTY = (
    "", " ", "#", "# SKIP", "a # SKIP b", "ok 1 - fine", "Subtest: x", "KTAP version 1", "1..9",
    "Bail out! now", "\n", "a\nok 2 b", "\r", "\x00", "\x1b[31m", "\x85", "\u2028", "\ufffe", "]]>",
    "<![CDATA[", "&amp;", "<b>", '"', "\'", "{0}", "}}{{", "[text](0)", "%41", "a:b", "\U0001f980",
    "../..", "x" * 300, "e\u0301",
)  # fmt: skip

texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


@st.composite
def odd_reports(draw: st.DrawFn) -> list[SpecReport]:
    """Reports in which everything that is text is anything."""
    return [draw(_odd_report()) for _ in range(draw(st.integers(1, 3)))]


@st.composite
def _odd_report(draw: st.DrawFn) -> SpecReport:
    path = draw(st.one_of(texts, st.just("caf\udce9.alloc")).filter(bool))
    if draw(st.booleans()):
        source = Source(path, draw(texts))
        spans = st.integers(0, len(source.text)).map(lambda start: Span(start, start))
        messages = st.builds(
            Diagnostic, st.sampled_from(["E101", "W402"]), texts, spans, fix=st.none() | texts
        )
        found = tuple(draw(st.lists(messages, min_size=1, max_size=3)))
        errors = tuple(item for item in found if item.is_error)
        warnings = tuple(item for item in found if not item.is_error)
        return SpecReport(path, None, source, errors, warnings)
    variants = [draw(_odd_variant(path)) for _ in range(draw(st.integers(0, 2)))]
    interrupted = draw(st.booleans())
    source = Source(path, "")
    return SpecReport(path, "d" * 64, source, variants=tuple(variants), interrupted=interrupted)


@st.composite
def _odd_variant(draw: st.DrawFn, path: str) -> VariantReport:
    names = draw(st.lists(texts, min_size=1, max_size=3, unique=True))
    items = [
        replace(
            make_property(name, draw(st.sampled_from(list(PropertyKind)[:3]))), text=draw(texts)
        )
        for name in names
    ]
    made = make_model(items, variant=draw(texts), violates=names[:1])
    thread = made.threads[0]
    remark = Remark(draw(texts), Span(0, 4), procedure=draw(texts))
    step = replace(thread.steps[0], remarks=(remark,))
    model: Model = replace(
        made,
        name=draw(texts),
        source=Source(path, made.source.text),
        threads=(replace(thread, steps=(step,)),),
    )
    if draw(st.booleans()):
        return VariantReport(model, asked(model, {}), (), draw(texts))
    reason = draw(texts)

    def unsure(_task: Task, _name: str) -> Answer:
        return Undecided(reason)

    rules = {name: draw(st.sampled_from([violated_from(3, cpu=2), unsure])) for name in names}
    return variant_report(model, by_name(rules))
