from __future__ import annotations

from dataclasses import replace

import pytest

from frontend.model import (
    BOOL,
    INT,
    LOCK,
    Assert,
    Assign,
    Bound,
    Bulk,
    Check,
    Constant,
    Instruction,
    Model,
    Object,
    PropertyKind,
    Remark,
    Value,
    Write,
)
from frontend.source.spans import NOWHERE
from proofs.answers.trace import Move, Point, Run, Trace
from proofs.render.columns import columns, summary
from proofs.render.names import packed, plural, wrapped
from proofs.runs.reorder import fewest_switches
from proofs.runs.replay import replay
from tests.support.proofs.models import (
    CPU,
    ME,
    PAGE,
    binary,
    conjoin,
    forall,
    free_path,
    literal,
    model,
    place,
    read,
    remark,
    step,
    variable,
)
from tests.support.proofs.runs import CPU0, PAGE0, move, stranding

STRANDED = """\
start: page0.block = pageblock0, page0.buddy = page1

cpu0 free_one_page()                 cpu1 set_migratetype_isolate(),
                                       unset_migratetype_isolate()

                                     set_migratetype_isolate():
                                     spin_lock(zone.lock)
                                     pageblock0.mt = ISOLATE;
                                       update page q: nothing matches
                                     spin_unlock(zone.lock)
thread cpu:
p = any(page q: q.in_use) => page0;
  page0.in_use = false
free_one_page():
mt = p.block.mt => ISOLATE
                                     unset_migratetype_isolate():
                                     spin_lock(zone.lock)
                                     pageblock0.mt = MOVABLE;
                                       update page q: nothing matches
                                     spin_unlock(zone.lock)
spin_lock(zone.lock)
page0.list MOVABLE -> ISOLATE;
  page0.PageBuddy = true;
  nr_free_pages 0 -> 1
spin_unlock(zone.lock)

=> no_stranded_page is violated
   q = page0: page0.PageBuddy = true, page0.list = ISOLATE,
     page0.block = pageblock0, pageblock0.mt = MOVABLE
"""


def stranded() -> Trace:
    run = fewest_switches(free_path(), stranding(zigzag=True), "no_stranded_page")
    return replay(free_path(), run, "no_stranded_page")


def test_a_race_reads_like_the_changelog_of_a_patch() -> None:
    assert columns(free_path(), stranded()) == STRANDED.splitlines()


@pytest.mark.parametrize("width", [40, 50, 64, 72, 100])
@pytest.mark.parametrize("numbers", [False, True])
def test_no_line_is_too_long_or_leaves_ascii(width: int, numbers: bool) -> None:
    for line in columns(free_path(), stranded(), width, numbers=numbers):
        assert len(line) <= width
        assert line == line.rstrip()
        assert line.isascii()
        assert "\t" not in line


def test_steps_carry_their_numbers_on_demand() -> None:
    lines = columns(free_path(), stranded(), numbers=True)
    assert any(line.startswith(" 1 ") for line in lines)
    assert lines[lines.index("11 spin_unlock(zone.lock)") + 1] == ""


def test_the_summary_counts_in_english() -> None:
    assert summary(stranded()) == (
        "main violates no_stranded_page in 11 steps (2 pages, 1 pageblock, 2 cpus)"
    )
    trace = Trace("v3", "freed", {"class": 2, "entry": 3}, stranded().initial, ())
    assert summary(trace, reached=True) == (
        "v3 reaches freed in the initial state (2 classes, 3 entries)"
    )
    one = replace(stranded(), steps=stranded().steps[:1], bounds={"cpu": 1})
    assert summary(one) == "main violates no_stranded_page in 1 step (1 cpu)"


def test_plurals() -> None:
    words = {
        "page": "pages",
        "batch": "batches",
        "day": "days",
        "policy": "policies",
        "box": "boxes",
    }
    for noun, many in words.items():
        assert plural(2, noun) == f"2 {many}"
        assert plural(1, noun) == f"1 {noun}"


def test_lines_hang_and_words_are_broken_between_names_only() -> None:
    assert wrapped("one two three four", 10) == ["one two", "  three", "  four"]
    assert wrapped("f(aaaaaaaa,bbbbbbbb)", 12) == ["f(aaaaaaaa,", "  bbbbbbbb)"]
    assert wrapped("a " + "x" * 50, 12) == ["a", "x" * 50]
    assert packed(["aa", "bb", "cc"], ";", 7) == ["aa; bb;", "  cc"]
    assert wrapped("caf\u00e9", 20) == ["caf\\xe9"]


# --- one step at a time --------------------------------------------------------------------

X = variable("zone.nr", INT, initial=0)
ORDER = variable("page.order", INT, PAGE, initial=0)
MAP = variable("tlb", BOOL, PAGE, CPU)
GHOST = replace(variable("page.owner", INT, PAGE, initial=0), ghost=True)
LOCKED_PART = replace(variable("q.locked", BOOL, initial=False), whole="q", display="q.locked")
TAIL_PART = replace(variable("q.tail", INT, initial=0), whole="q", display="q.tail")
N = variable("cpu.n", INT, CPU, thread="cpu")


def system(*body: Instruction, remarks: tuple[Remark, ...], threads: int = 1) -> tuple[Model, Run]:
    """One step a thread; `done` is reached when all have ended."""
    small = binary("<", read(X), literal(threads))
    example = model(
        (X, ORDER, MAP, GHOST, LOCKED_PART, TAIL_PART, N),
        steps=(step("only", 0, 1, *body, remarks=remarks),),
        locations=(place(0), place(1, N)),
        properties=(
            ("bounded", PropertyKind.INVARIANT, small),
            ("tidy", PropertyKind.ASSERT, None),
            ("range", PropertyKind.FAULT, None),
        ),
        sorts=("page", "cpu"),
    )
    moves = tuple(move(Object("cpu", index), "only") for index in range(threads))
    return example, Run({"page": 6, "cpu": threads}, {}, moves)


INCREMENT = Assign(X.name, (), binary("+", read(X), literal(1)))


def shown(*body: Instruction, remarks: tuple[Remark, ...], name: str = "bounded") -> list[str]:
    own = tuple(replace(item, done=len(body)) for item in remarks)
    last = replace(remark("zone.nr++;"), done=len(body) + 1)
    example, run = system(*body, INCREMENT, remarks=(*own, last))
    return columns(example, replay(example, run, name))


def test_a_test_says_which_way_it_went() -> None:
    lines = shown(remarks=(remark("if (zone.nr > 0)", outcome=False),))
    assert "if (zone.nr > 0): no; nr 0 -> 1" in lines


def test_a_local_shows_the_value_it_got() -> None:
    lines = shown(
        Assign(N.name, (ME,), literal(3)), remarks=(remark("n = zone.nr + 3", value=read(N, ME)),)
    )
    assert "n = zone.nr + 3 => 3; nr 0 -> 1" in lines
    plain = shown(Assign(N.name, (ME,), literal(3)), remarks=(remark("n = 3", value=read(N, ME)),))
    assert "n = 3; nr 0 -> 1" in plain


def test_an_update_shows_what_it_changed_up_to_a_few() -> None:
    q = Bound("q", PAGE)
    bulk = Bulk((q,), literal(True), (Write(ORDER.name, (q,), literal(2)),))
    lines = shown(bulk, remarks=(remark("update page q { q.order = 2; }"),))
    text = " ".join(line.strip() for line in lines)
    assert "page3.order 0 -> 2, and 2 more; nr 0 -> 1" in text
    assert "page4" not in text


def test_one_of_many_locks_is_named() -> None:
    locks = variable("page.lock", LOCK, PAGE, initial=None)
    example, run = system(INCREMENT, remarks=())
    take = Assign(locks.name, (literal(PAGE0, PAGE),), ME)
    locking = replace(remark("spin_lock(p.lock)"), done=1)
    only = step("only", 0, 1, take, INCREMENT, remarks=(locking,))
    example = replace(
        example,
        variables=(*example.variables, locks),
        threads=(replace(example.threads[0], steps=(only,)),),
    )
    lines = columns(example, replay(example, run, "bounded"))
    assert "spin_lock(page0.lock); nr 0 -> 1" in lines


def test_ghosts_are_shown_as_everything_else() -> None:
    body = Assign(GHOST.name, (literal(PAGE0, PAGE),), literal(1))
    lines = shown(body, remarks=(remark("p.owner = 1"),))
    assert "page0.owner = 1; nr 0 -> 1" in lines


def test_a_record_is_written_as_one() -> None:
    lines = shown(
        Assign(LOCKED_PART.name, (), literal(True)),
        Assign(TAIL_PART.name, (), literal(4)),
        remarks=(remark("q = old"),),
    )
    assert "q.locked false -> true, q.tail 0 -> 4; nr 0 -> 1" in " ".join(lines)


def test_a_write_without_a_statement_of_its_own_is_shown() -> None:
    lines = shown(
        Assign(N.name, (ME,), literal(0)),
        Assign(ORDER.name, (literal(PAGE0, PAGE),), literal(5)),
        remarks=(remark("n = xchg(p.order, 5)", value=read(N, ME)),),
    )
    assert "n = xchg(p.order, 5) => 0; page0.order 0 -> 5; nr 0 -> 1" in lines


def test_relations_at_the_start_show_their_pairs_only() -> None:
    example, run = system(INCREMENT, remarks=(remark("zone.nr++"),))
    pages = [Object("page", index) for index in range(6)]
    touching = Assign(ORDER.name, (literal(PAGE0, PAGE),), literal(1))
    example = replace(
        example,
        threads=(replace(example.threads[0], steps=(step("only", 0, 1, touching, INCREMENT),)),),
    )
    on: dict[Point, Value] = {("tlb", (page, CPU0)): page == PAGE0 for page in pages}
    lines = columns(example, replay(example, replace(run, initial=on), "bounded"))
    assert lines[0] == "start: tlb[page0, cpu0] = true"


def test_a_failed_assert_and_a_fault_say_by_which_values() -> None:
    body = Assert("tidy", binary("==", read(X), literal(3)), NOWHERE)
    lines = shown(body, remarks=(remark("assert tidy: zone.nr == 3"),), name="tidy")
    assert lines[-2:] == ["=> tidy is violated", "   cpu0: nr = 0"]
    assert "assert tidy: zone.nr == 3 FAILS; nr 0 -> 1" in lines
    check = Check("range", binary(">", read(X), literal(0)), NOWHERE, "zone.nr--;")
    lines = shown(check, remarks=(remark("zone.nr--;"),), name="range")
    assert lines[-3:] == ["=> range fault", "   cpu0: zone.nr--", "   cpu0: nr = 0"]
    assert "FAULT range: zone.nr--" in lines, "what comes after the fault is not executed"


def test_more_threads_than_columns_share_one() -> None:
    example, run = system(INCREMENT, remarks=(remark("zone.nr++"),), threads=5)
    lines = columns(example, replay(example, run, "bounded"))
    assert lines[:5] == [f"cpu{index}" for index in range(5)]
    assert "cpu3: nr 3 -> 4" in lines


def test_three_threads_have_a_column_each() -> None:
    example, run = system(INCREMENT, remarks=(remark("zone.nr++"),), threads=3)
    lines = columns(example, replay(example, run, "bounded"))
    assert lines[0].split() == ["cpu0", "cpu1", "cpu2"]
    assert [line.index("nr") for line in lines[2:5]] == [
        lines[0].index(f"cpu{n}") for n in range(3)
    ]


def test_the_property_is_quoted_where_its_author_wrote_no_sentence() -> None:
    example, run = system(INCREMENT, remarks=(remark("zone.nr++"),))
    text = "invariant bounded:\n\tzone.nr < 1;"
    source = replace(example.source, text=text)
    bounded = replace(example.property("bounded"), span=NOWHERE.to(replace(NOWHERE, end=len(text))))
    quoted = replace(example, source=source, properties=(bounded,))
    lines = columns(quoted, replay(quoted, run, "bounded"))
    assert lines[-2:] == ["=> bounded is violated: zone.nr < 1", "   nr = 1"]


def test_built_in_invariants_tell_where_everyone_stands() -> None:
    example = free_path()
    never = literal(False)
    leak = replace(example.property("no_stranded_page"), name="leak", built_in=True)
    run = stranding()
    locked = forall([Bound("c", CPU)], binary("||", never, conjoin(literal(True), never)))
    example = replace(example, properties=(replace(leak, expression=locked),))
    trace = replay(example, Run(run.bounds, {}, (*run.moves[:1],)), "leak", allow_early=True)
    lines = columns(example, trace)
    assert lines[-4:] == [
        "=> leak is violated",
        "   cpu1 stands at b.mt = ISOLATE (line 1)",
        "   cpu0 is idle",
        "   cpu1 holds lock",
    ]


def test_a_reachable_shows_who_reached_it() -> None:
    upto = next(n for n, m in enumerate(stranding().moves, 1) if m.step == "put")
    run = replace(stranding(), moves=stranding().moves[:upto])
    lines = columns(free_path(), replay(free_path(), run, "freed"))
    assert lines[-2:] == ["=> freed is reached", "   c = cpu0: cpu0 at at4 (line 1)"]


def test_a_violated_start_has_no_columns() -> None:
    x = variable("x", INT)
    example = model((x,), properties=(("p", PropertyKind.INVARIANT, Constant(False, BOOL)),))
    trace = replay(example, Run({"cpu": 1}, {("x", ()): 4}, ()), "p")
    assert columns(example, trace) == ["start: x = 4", "", "=> p is violated"]


def test_a_step_without_statements_is_called_by_its_name() -> None:
    example, run = system(remarks=())
    always = replace(example.property("bounded"), expression=Constant(True, BOOL))
    reached = replace(always, kind=PropertyKind.REACHABLE)
    quiet = replace(example, properties=(reached,))
    lines = columns(quiet, replay(quiet, run, "bounded", allow_early=True))
    assert "only" in lines
    assert run.moves == (Move(CPU0, "only", ()),)
