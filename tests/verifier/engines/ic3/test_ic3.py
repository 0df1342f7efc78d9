from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from frontend.formulas.building import both, forall, implication
from frontend.load import load
from frontend.model import (
    INT,
    LOCK,
    NAT,
    Assert,
    Assign,
    At,
    Bound,
    Check,
    Conditional,
    Expression,
    IntType,
    Model,
    Property,
    PropertyKind,
    Read,
    Require,
)
from frontend.source.spans import Source
from proofs.runs.replay import replay
from tests.support.verifier.building import (
    SPAN,
    Program,
    asserted,
    binary,
    fault,
    invariant,
    model,
    number,
    reachable,
    reference,
    variable,
)
from tests.support.verifier.naive import search
from tests.support.verifier.random_models import random_model
from tests.verdicts import ignore
from verifier.analysis.slicing import slice_model
from verifier.bounded.encode import Encoder
from verifier.bounded.smt import Session
from verifier.bounded.system import System
from verifier.bounded.unroll import arbitrary
from verifier.engines.ic3 import engine as ic3
from verifier.engines.ic3 import proof
from verifier.engines.ic3.engine import (
    PropertyDirectedReachability,
    PropertyDirectedReachabilityOptions,
)
from verifier.engines.ic3.evidence import Evidence
from verifier.engines.ic3.literals import Cube, Literal, Relation, Vocabulary
from verifier.engines.ic3.samples import Samples
from verifier.protocol.task import Answer, Contradiction, Limits, Safe, Task, Undecided, Unsafe

ROOT = Path(__file__).parents[4]
CORPUS = ROOT / "tests" / "corpus"
CPU = reference("cpu")
DIGIT = IntType(0, 9)


def queries(most: int) -> Limits:
    """Limits that stop after so many questions to the limits, however fast the machine is."""
    asked = iter(range(most))
    return Limits(expired=lambda: next(asked, None) is None)


def check(
    checked: Model,
    bounds: dict[str, int],
    limits: Limits | None = None,
    options: PropertyDirectedReachabilityOptions | None = None,
) -> dict[str, Answer]:
    names = tuple(item.name for item in checked.properties)
    engine = PropertyDirectedReachability(options or PropertyDirectedReachabilityOptions())
    return engine.run(Task(checked, bounds, names, limits or Limits()), ignore)


def locked() -> Model:
    """Two steps under a lock that everybody takes."""
    lock = Read("lock", (), LOCK)
    program = Program("cpu", 5)
    program.lock(0, 1, lock)
    program.step(1, 2)
    program.unlock(2, 0, lock)
    one, other = Bound("one", CPU), Bound("other", CPU)
    inside = both(At(one, frozenset({1, 2})), At(other, frozenset({1, 2})))
    alone = forall((one, other), implication(inside, binary("==", one, other)))
    return model([variable("lock", LOCK)], [program], [invariant("alone", alone)])


def ring(length: int) -> Model:
    """A digit that runs around a ring of values; the others are never reached."""
    n = Read("n", (), DIGIT)
    program = Program("cpu", 2)
    following = Conditional(
        binary("==", n, number(length - 1)), number(0), binary("+", n, number(1)), DIGIT
    )
    program.step(0, 0, Require(binary("<", n, number(9))), Assign("n", (), following))
    return model(
        [variable("n", DIGIT, 0)],
        [program],
        [
            invariant("not_nine", binary("!=", n, number(9))),
            reachable("last", binary("==", n, number(length - 1))),
            reachable("beyond", binary("==", n, number(length))),
        ],
    )


def test_what_long_inductions_need_simple_paths_for_takes_one_clause() -> None:
    answers = check(ring(5), {"cpu": 1})
    assert isinstance(answers["not_nine"], Safe)
    assert answers["not_nine"].certificate.method.startswith("IC3, 1 clauses in frame ")
    assert isinstance(answers["beyond"], Safe)
    assert isinstance(answers["last"], Unsafe)
    assert len(answers["last"].run.moves) == 4


@pytest.mark.parametrize("owners", [True, False])
@pytest.mark.parametrize("exchanges", [True, False])
def test_a_lock_excludes_without_any_hint(owners: bool, exchanges: bool) -> None:
    options = PropertyDirectedReachabilityOptions(owners, exchanges)
    answer = check(locked(), {"cpu": 3}, options=options)["alone"]
    assert isinstance(answer, Safe)
    assert ("lock owners" in answer.certificate.method) is owners


def test_numbers_without_limits_are_bounded_by_what_is_learnt() -> None:
    n, m = Read("n", (), INT), Read("m", (), NAT)
    program = Program("cpu", 2)
    program.step(0, 0, Require(binary("<", n, number(4))), Assign("n", (), m), alternative=0)
    program.step(
        0,
        0,
        Require(binary("<", m, number(3))),
        Assign("m", (), binary("+", m, number(1))),
        alternative=1,
    )
    built = model(
        [variable("n", INT, 0), variable("m", NAT, 0)],
        [program],
        [
            invariant("small", binary("<=", n, number(3))),
            invariant("natural", binary(">=", n, number(0))),
            reachable("three", binary("==", n, number(3))),
            reachable("four", binary("==", m, number(4))),
        ],
    )
    answers = check(built, {"cpu": 2})
    assert isinstance(answers["small"], Safe)
    assert isinstance(answers["natural"], Safe)
    assert isinstance(answers["four"], Safe)
    assert isinstance(answers["three"], Unsafe)
    assert len(answers["three"].run.moves) == 4


def test_a_violating_step_is_run_again_and_a_fault_has_no_state_after_it() -> None:
    n = Read("n", (), DIGIT)
    program = Program("cpu", 2)
    program.step(
        0,
        0,
        Assert("not_three", binary("!=", n, number(3)), SPAN),
        Check("range", binary("<", n, number(4)), SPAN, ""),
        Assign("n", (), binary("+", n, number(1))),
    )
    built = model(
        [variable("n", DIGIT, 0)],
        [program],
        [fault("range"), asserted("not_three"), reachable("five", binary("==", n, number(5)))],
    )
    answers = check(built, {"cpu": 2})
    for name, steps in (("not_three", 4), ("range", 5)):
        answer = answers[name]
        assert isinstance(answer, Unsafe)
        assert len(answer.run.moves) == steps
        replay(built, answer.run, name)
    assert isinstance(answers["five"], Safe)


def test_assumptions_without_a_state_are_no_proof() -> None:
    size = Read("size", (), IntType(0, 3))
    program = Program("cpu", 2)
    program.step(0, 1)
    built = model(
        [variable("size", IntType(0, 3), constant=True)],
        [program],
        [invariant("anything", binary("==", size, number(2)))],
        assumptions=[
            ("small", binary("<", size, number(1))),
            ("large", binary(">", size, number(2))),
        ],
    )
    assert check(built, {"cpu": 1})["anything"] == Contradiction(("small", "large"))


def test_a_depth_limit_says_how_far_it_came() -> None:
    answer = check(ring(9), {"cpu": 1}, Limits(depth=0))["last"]
    assert answer == Undecided("depth limit", 0)


@pytest.mark.parametrize("most", [0, 5, 40, 90])
def test_a_limit_leaves_open_what_was_not_settled(most: int) -> None:
    for answer in check(ring(5), {"cpu": 2}, queries(most)).values():
        if not isinstance(answer, Safe | Unsafe):
            assert isinstance(answer, Undecided)
            assert answer.reason == "time limit"


def test_the_same_question_has_the_same_answer() -> None:
    first, second = (check(ring(7), {"cpu": 2}) for _ in range(2))
    assert first == second


# --- the check of its own proof ----------------------------------------------------------------


def proved(blocked: list[Cube], name: str = "not_nine") -> bool:
    built = ring(5)
    session = Session(0, Limits())
    system = System(built, {"cpu": 1})
    encoder = Encoder(system, Session(0, Limits()).algebra, whole=False)
    evidence = Evidence(system, Vocabulary(encoder, arbitrary(encoder).frame))
    formulas = evidence.clauses(blocked)
    return proof.needed(session, system, False, formulas, built.property(name)) is not None


def at_least(value: int) -> Cube:
    # Component 0 is the thread's location.
    return (Literal(1, Relation.GE, value),)


def test_a_proof_checks_only_when_it_starts_true_stays_true_and_suffices() -> None:
    assert proved([at_least(5)])
    assert proved([at_least(5), at_least(9)]), "what is not needed does no harm"
    assert not proved([]), "does not suffice"
    assert not proved([at_least(9)]), "8 leads there"
    assert not proved([at_least(0)]), "runs start there"
    assert not proved([at_least(3)]), "2 leads there"


def test_a_proof_keeps_only_what_it_rests_on() -> None:
    n = Read("n", (), DIGIT)
    built = ring(5)
    formulas = (binary("<", n, number(5)), binary("!=", n, number(7)))
    item = built.property("not_nine")
    found = proof.needed(Session(0, Limits()), System(built, {"cpu": 1}), False, formulas, item)
    assert found == formulas[:1]


def test_a_proof_that_does_not_check_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(
        session: Session,
        system: System,
        whole: bool,
        formulas: Sequence[Expression],
        asked: Property,
    ) -> tuple[Expression, ...] | None:
        return proof.needed(session, system, whole, formulas[1:], asked)

    monkeypatch.setattr(ic3, "needed", forgetful)
    answer = check(ring(5), {"cpu": 1})["not_nine"]
    assert isinstance(answer, Undecided)
    assert answer.reason == "its own proof does not check"


# --- what it learns from ------------------------------------------------------------------------


def test_random_walks_reach_what_the_rules_allow_and_nothing_else() -> None:
    system = System(ring(5), {"cpu": 1})
    encoder = Encoder(system, Session(0, Limits()).algebra, whole=False)
    vocabulary = Vocabulary(encoder, arbitrary(encoder).frame)
    samples = Samples(system, vocabulary, 0, lambda: None)
    assert all(samples.inside((*at_least(n), Literal(1, Relation.LE, n))) for n in range(5))
    assert not samples.inside(at_least(5))


# --- against others ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 8, 12, 17, 29, 32, 43, 48])
def test_it_says_what_an_exhaustive_search_says(seed: int) -> None:
    built = random_model(seed)
    assert built is not None
    bounds = {"cpu": 1 + seed % 2, "task": 1 + seed // 2 % 2, "page": 1 + seed // 4 % 2}
    found = search(built, bounds)
    for name, answer in check(built, bounds, queries(2500)).items():
        match answer:
            case Unsafe(run=run, shortest=shortest):
                replay(built, run, name)
                least = found.best[name][0]
                assert len(run.moves) == least if shortest else len(run.moves) >= least
            case Safe():
                assert name not in found.best
            case Undecided(reason=reason, depth=depth):
                assert reason == "time limit"
                assert found.best.get(name, (99,))[0] > depth
            case Contradiction():
                pytest.fail("there is a system")


def models(path: Path) -> tuple[Model, ...]:
    return load(Source(path.name, path.read_text())).models


def sizes(checked: Model) -> dict[str, int]:
    return {sort: high for sort, _, high in checked.bounds}


@pytest.mark.parametrize(
    "name",
    [
        "buddy_by_xor",
        "choose_in_choose",
        "claim_in_one_step",
        "counter_in_no_guard",
        "divide_guarded",
        "indexed_by_bool",
        "peterson",
    ],
)
def test_a_proved_file_is_proved(name: str) -> None:
    (checked,) = models(CORPUS / "proved" / f"{name}.alloc")
    answers = check(checked, sizes(checked), queries(6000))
    for item in checked.properties:
        answer = answers[item.name]
        if item.kind is PropertyKind.REACHABLE:
            assert isinstance(answer, Unsafe), item.name
        else:
            assert isinstance(answer, Safe), item.name


def test_numbers_that_grow_for_ever_are_compared_with_each_other() -> None:
    (checked,) = models(CORPUS / "proved" / "indexed_by_bool.alloc")
    with_relations = check(checked, sizes(checked), queries(1500))["balanced"]
    assert isinstance(with_relations, Safe)
    values_only = PropertyDirectedReachabilityOptions(relations=False, effort=None)
    without = check(checked, sizes(checked), queries(1500), values_only)["balanced"]
    assert isinstance(without, Undecided)


def test_the_patched_free_path_keeps_isolation() -> None:
    (v4,) = (item for item in models(ROOT / "spec" / "free_path.alloc") if item.variant == "v4")
    part = slice_model(v4, ["isolation"])
    bounds = {"cpu": 1, "pageblock": 1, "page": 2}
    task = Task(part, bounds, ("isolation",), queries(6000))
    assert isinstance(PropertyDirectedReachability().run(task, ignore)["isolation"], Safe)


@pytest.mark.parametrize(
    "path", sorted((CORPUS / "refuted").glob("*.alloc")), ids=lambda path: path.stem
)
def test_what_a_refuted_file_violates_is_never_proved(path: Path) -> None:
    for checked in models(path):
        asked = sorted(
            name
            for name in checked.violates
            if checked.property(name).kind is not PropertyKind.REACHABLE
        )
        part = slice_model(checked, asked)
        task = Task(part, sizes(checked), tuple(asked), queries(1150))
        for name, answer in PropertyDirectedReachability().run(task, ignore).items():
            assert not isinstance(answer, Safe), name
            if isinstance(answer, Unsafe):
                replay(part, answer.run, name)
