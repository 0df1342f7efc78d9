"""Formulas as text and back: the same formula, the same text, and mistakes told by column."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from frontend.formulas.alpha_equivalence import alike
from frontend.formulas.building import (
    conjunction,
    disjunction,
    exists,
    forall,
    implication,
    negation,
)
from frontend.load import load
from frontend.model import (
    BOOL,
    INT,
    LOCK,
    At,
    Binary,
    Bound,
    Conditional,
    Constant,
    Expression,
    HeldBy,
    IntType,
    Model,
    Negative,
    Not,
    Object,
    Operator,
    Quantified,
    QuantifierKind,
    Read,
    ReferenceType,
    WaitCycle,
)
from frontend.notation.reading import Reader, Unreadable, Unwritable
from frontend.notation.writing import formula_text
from frontend.source.spans import Source
from tests.support.frontend.formula_texts import normal, read_formula
from tests.support.frontend.hard_names import CPU, HARD, PAGE, C, P, Q, hard_model, of, same

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def hard() -> Model:
    return hard_model()


NONE = Constant(None, ReferenceType("page", optional=True))


def comes_back(model: Model, formula: Expression) -> str:
    """The text, after the demands on reading it."""
    text = formula_text(model, formula)
    again = read_formula(model, text)
    assert alike(again, normal(model, formula)), text
    assert normal(model, again) == again
    assert formula_text(model, again) == text
    return text


# --- names -----------------------------------------------------------------------------------


def test_every_place_has_a_text_that_means_it_alone(hard: Model) -> None:
    for thread in hard.threads:
        one = Bound("t", ReferenceType(thread.sort, optional=False))
        texts = set()
        for place in thread.locations:
            texts.add(comes_back(hard, forall((one,), At(one, frozenset({place.number})))))
        assert len(texts) == len(thread.locations)


def test_places_of_several_call_sites_are_told_apart_by_their_calls(hard: Model) -> None:
    places = hard.thread("cpu").locations
    numbers = [place.number for place in places if ("work", "done") in place.labels]
    texts = [comes_back(hard, forall((C,), At(C, frozenset({n})))) for n in numbers]
    assert texts == [
        "forall cpu c: c at work.11.done",
        "forall cpu c: c at work.12.done",
        "forall cpu c: c at outer.work.done",
    ]
    every = read_formula(hard, "forall cpu c: c at work.done")
    assert every == forall((C,), At(C, frozenset(numbers)))


@pytest.mark.parametrize("size", [0, 1, 2, 5, 20, -3, -1])
def test_sets_of_places_come_back(hard: Model, size: int) -> None:
    random = Random(size)
    every = range(len(hard.thread("cpu").locations))
    for _ in range(20):
        places = frozenset(random.sample(every, size % len(every)))
        comes_back(hard, forall((C,), implication(At(C, places), same(C, C))))
        rest = At(C, frozenset(random.sample(every, 3)))
        comes_back(hard, forall((C,), disjunction((At(C, places), rest, Not(rest), rest))))


def test_places_of_a_procedure_are_called_by_it(hard: Model) -> None:
    places = hard.thread("cpu").locations
    inside = frozenset(place.number for place in places if "outer" in place.procedures)
    assert comes_back(hard, forall((C,), At(C, inside))) == "forall cpu c: c in outer"


def test_every_variable_has_a_text_that_means_it_alone(hard: Model) -> None:
    texts = set()
    for variable in hard.variables:
        binders = tuple(Bound(f"x{n}", kind) for n, kind in enumerate(variable.index))
        point = Read(variable.name, binders, variable.type)
        value: Expression = HeldBy(point, C) if variable.type == LOCK else same(point, point)
        formula = forall((C, *binders), value)
        texts.add(comes_back(hard, formula))
    assert len(texts) == len(hard.variables)
    assert sum("(" in variable.name for variable in hard.variables) >= 1, "hidden locals, too"


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("forall cpu c: c.n == 1", "cpu.n"),
        ("forall cpu c: c.n.1 == 1", "cpu/n"),
        ("forall cpu c: c.k.1 == 1", "cpu/k"),
        ("forall cpu c: c.k.2 == 1", "cpu/k~2"),
        ("forall cpu c: c.work.flag", "page.flag"),
        ("forall cpu c: c.work.flag.1 == c.p", "cpu/work.flag"),
        ("forall helper h: h.work.flag == h.p", "helper/work.flag"),
        ("boss.p == boss.work", "cpu/p"),
        ("zone.state.deep.level < 2", "zone.state.deep.level"),
        ("forall page p: p.state[1].deep.set", "page.state.deep.set"),
        ("forall cpu c: c.w.locked", "cpu/w.locked"),
        ("forall cpu c, page p: p in c.mine", "cpu/mine"),
        ("forall cpu c, page p: c in p.seen[RED]", "page.seen"),
        ("forall page p, page q: near[p, q]", "near"),
    ],
)
def test_variables_are_called_as_the_author_calls_them(
    hard: Model, text: str, variable: str
) -> None:
    formula = read_formula(hard, text)
    assert f"variable={variable!r}" in repr(formula)
    assert formula_text(hard, formula) == text


def test_a_name_of_several_locals_alone_is_refused(hard: Model) -> None:
    with pytest.raises(Unreadable, match="several `k`: say which"):
        read_formula(hard, "forall cpu c: c.k == 1")


def test_the_name_of_a_binder_hides_nothing(hard: Model) -> None:
    for name in ("boss", "zone", "RED", "work", "at", "page0", "lock_cycle", "page", "x~page", ""):
        one = Bound(name, PAGE)
        body = conjunction(
            (
                same(of(hard, "cpu/p", of(hard, "boss")), one),
                same(one, Constant(Object("page", 0), PAGE)),
                Binary(Operator.GT, of(hard, "zone.count"), Constant(0, INT), BOOL),
            )
        )
        text = comes_back(hard, forall((one,), body))
        assert text.startswith("forall page ")


def test_more_binders_than_letters_have_names_of_their_own(hard: Model) -> None:
    binders = tuple(Bound(f"x~{n}", PAGE) for n in range(40))
    pairs = [same(one, other) for one, other in pairwise(binders)]
    comes_back(hard, forall(binders, disjunction(pairs)))


def test_binders_that_shadow_are_told_apart(hard: Model) -> None:
    inner = Quantified(QuantifierKind.EXISTS, (P,), of(hard, "page.flag", P), BOOL)
    text = comes_back(hard, forall((P,), implication(of(hard, "page.p", P), inner)))
    assert text == "forall page p: p.p => (exists page q: q.flag)"


# --- rewrites ----------------------------------------------------------------------------------


def test_most_places_are_all_but_the_others(hard: Model) -> None:
    every = frozenset(range(len(hard.thread("cpu").locations)))
    text = comes_back(hard, forall((C,), At(C, every - {0, 1})))
    assert text == "forall cpu c: !(c at cpu.1 || c at cpu.6)"
    assert comes_back(hard, forall((C,), At(C, every))) == "true"


def test_denials_in_front_become_premises_and_others_stay(hard: Model) -> None:
    a, b, c = (of(hard, name, P) for name in ("page.flag", "page.p", "page.flag"))
    b2 = of(hard, "page.p", Q)
    text = comes_back(hard, forall((P, Q), disjunction((negation(a), negation(b), b2, c))))
    assert text == "forall page p, page q: p.flag && p.p => q.p || p.flag"
    text = comes_back(hard, forall((P, Q), disjunction((a, negation(b), b2))))
    assert text == "forall page p, page q: p.flag || !p.p || q.p"


@pytest.mark.parametrize(
    "formula",
    [
        disjunction((negation(same(P, Q)), same(P, P))),
        Not(Not(Not(same(P, Q)))),
        Binary(Operator.AND, same(P, P), Binary(Operator.AND, same(Q, Q), same(P, Q), BOOL), BOOL),
        Binary(Operator.OR, Constant(False, BOOL), Not(Not(same(P, Q))), BOOL),
        Binary(Operator.IMPLIES, same(P, Q), Constant(False, BOOL), BOOL),
        Binary(Operator.EQ, same(P, Q), Constant(True, BOOL), BOOL),
        Binary(
            Operator.IMPLIES,
            Binary(Operator.IMPLIES, same(P, Q), same(P, P), BOOL),
            same(Q, Q),
            BOOL,
        ),
        Conditional(same(P, Q), Not(same(P, P)), same(P, Q), BOOL),
        Binary(
            Operator.LT,
            Negative(Negative(Constant(3, INT), INT), INT),
            Binary(Operator.SUB, Constant(1, INT), Constant(-1, INT), INT),
            BOOL,
        ),
        same(Conditional(same(P, Q), Constant(None, PAGE), P, NONE.type), Q),
        same(NONE, Constant(None, PAGE)),
        same(NONE, P),
        same(Conditional(same(P, Q), NONE, NONE, NONE.type), P),
        disjunction((same(P, P), Not(same(Q, Q)))),
        Binary(
            Operator.OR,
            Binary(Operator.OR, Constant(False, BOOL), Not(At(C, frozenset({1}))), BOOL),
            same(P, Q),
            BOOL,
        ),
    ],
)
def test_rewritten_formulas_come_back(hard: Model, formula: Expression) -> None:
    comes_back(hard, forall((P, Q, C), formula))


def test_signs_and_levels_of_numbers_come_back(hard: Model) -> None:
    n = of(hard, "zone.total")
    twice = Negative(Negative(n, INT), INT)
    minus = Binary(Operator.SUB, n, Binary(Operator.SUB, twice, Negative(n, INT), INT), INT)
    times = Binary(Operator.MUL, minus, Constant(-2, INT), INT)
    assert comes_back(hard, Binary(Operator.LT, times, n, BOOL)) == (
        "(zone.total - (-(-zone.total) - -zone.total)) * -2 < zone.total"
    )


def test_ranges_enums_and_counts_come_back(hard: Model) -> None:
    i = Bound("i", IntType(-1, 3))
    below = Binary(Operator.LT, i, of(hard, "zone.total"), BOOL)
    count = Quantified(QuantifierKind.COUNT, (i, Q), below, IntType(0, None))
    assert comes_back(hard, Binary(Operator.GE, count, Constant(2, INT), BOOL)) == (
        "count(int -1..3 i, page q: i < zone.total) >= 2"
    )
    fruit = Bound("index", next(item for item in hard.enums if item.name == "fruit"))
    both = Binary(Operator.NE, fruit, Constant("FIG", fruit.type), BOOL)
    assert comes_back(hard, forall((fruit,), Not(both))) == "forall fruit index: index == FIG"


def test_bits_of_a_number_without_limits_come_back(hard: Model) -> None:
    odd = Binary(Operator.BAND, of(hard, "zone.total"), Constant(1, IntType(1, 1)), INT)
    assert comes_back(hard, same(odd, Constant(0, INT))) == "(zone.total & 1) == 0"


def test_a_local_of_a_choice_of_threads_comes_back(hard: Model) -> None:
    who = Conditional(same(C, of(hard, "boss")), C, of(hard, "boss"), CPU)
    body = same(of(hard, "cpu/p", who), of(hard, "cpu/work.flag", who))
    assert comes_back(hard, forall((C,), body)) == (
        "forall cpu c: (c == boss ? c : boss).p == (c == boss ? c : boss).work.flag.1"
    )


# --- what no text says, and bad texts ----------------------------------------------------------


def test_a_formula_that_no_text_says_is_refused(hard: Model) -> None:
    reader = Reader(hard)
    odd = Bound("i", IntType(3, None))
    with pytest.raises(Unwritable):
        reader.text(forall((odd,), same(odd, Constant(4, INT))))
    with pytest.raises(Unwritable, match="another formula"):
        reader.text(WaitCycle(()))
    with pytest.raises(Unwritable):
        reader.text(same(P, P))


def test_objects_of_an_instance_come_back(hard: Model) -> None:
    first = Constant(Object("page", 11), PAGE)
    assert comes_back(hard, of(hard, "page.flag", first)) == "page11.flag"
    (model,) = load(Source("s.alloc", HARD.replace("bool near", "page page0;\nbool near"))).models
    assert comes_back(model, of(model, "page.flag", of(model, "page0"))) == "page0.flag"
    with pytest.raises(Unwritable):
        Reader(model).text(of(model, "page.flag", Constant(Object("page", 0), PAGE)))


def test_the_circle_of_waiting_threads_comes_back_where_its_name_is_taken() -> None:
    text = HARD.replace("bool near", "bool lock_cycle;\nbool near")
    (model,) = load(Source("s.alloc", text)).models
    claim = model.property("lock_cycle").expression
    assert claim is not None
    assert comes_back(model, claim) == "!lock_cycle_"
    assert comes_back(model, of(model, "lock_cycle")) == "lock_cycle"


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("forall page p: p.flg", "no field `flg`; did you mean `flag`", 18),
        ("forall page p: q.flag", "nothing is called `q`", 16),
        ("zone.count - zone.count", "this is `int`, but `bool` is needed", 1),
        ("zone.count + true > 1", "this is `bool`, but `int` is needed", 14),
        ("forall cpu c: c at work.7.done", "has no place `work.7.done`", 27),
        ("forall cpu c: c at work.77", "has no place `work.77`", 25),
        ("forall cpu c: c at nowhere.done", "never calls `nowhere`", 20),
        ("forall cpu c: c.k.3 == 1", "no local `k` number 3", 17),
        ("forall page p p.flag", "", 15),
        ("zone.count > 1 &&", "", 18),
        ("zone.count > 1; lemma other: true", "ends before this", 17),
        ("zone.count > 1 /* open", "never closed", 16),
        ("zone.count > 1 // end\n; spec x; //", "expected a declaration", 35),
        ("", "", 1),
        ("self.p == boss.p", "`self`", 1),
        ("any(page) == boss.p", "`any`", 1),
        ("forall cpu c: c.work.p == c.p", "this is `page`, but `bool`", 27),
        ("held(zone.count > 1 ? zone.lock : zone.lock)", "name one spinlock", 6),
        ("none == none", "tells the type", 1),
        ("page.flag", "", 1),
        ("forall int i: i > 0", "cannot be gone through", 8),
        ("zone.count > " + "(" * 300 + "1" + ")" * 300, "nest", 214),
    ],
)
def test_a_bad_text_is_refused_with_its_column(
    hard: Model, text: str, message: str, column: int
) -> None:
    with pytest.raises(Unreadable) as caught:
        read_formula(hard, text)
    assert message in caught.value.message
    assert caught.value.column == column
    assert f"column {column}" in str(caught.value)


def test_a_reader_recovers_from_a_bad_text(hard: Model) -> None:
    reader = Reader(hard)
    with pytest.raises(Unreadable):
        reader.read("zone.coun > 1")
    assert reader.text(reader.read("zone.count > 1")) == "zone.count > 1"


def test_alike_tells_binders_apart_that_shadow(hard: Model) -> None:
    x, y, a, b = (Bound(name, PAGE) for name in "xyab")
    left = forall((x,), forall((y,), forall((x,), forall((x,), of(hard, "page.flag", x)))))
    for inner, expected in ((a, False), (b, True)):
        body = of(hard, "page.flag", inner)
        right = forall((a,), forall((b,), forall((a,), forall((b,), body))))
        assert alike(left, right) is expected


def test_alike_tells_formulas_apart(hard: Model) -> None:
    flags = of(hard, "page.flag", P), of(hard, "page.flag", Q)
    one, other = (forall((P, Q), implication(flags[n], flags[1 - n])) for n in (0, 1))
    assert not alike(one, other)
    assert alike(one, forall((Q, P), implication(flags[1], flags[0])))
    assert not alike(forall((C,), At(C, frozenset({1}))), forall((C,), At(C, frozenset({2}))))
    assert not alike(one, exists((P, Q), implication(flags[0], flags[1])))
