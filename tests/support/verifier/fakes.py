"""Engines that say what a test tells them to, over a model that is only names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from frontend.model import (
    FALSE,
    INT,
    TRUE,
    Assumption,
    Location,
    Model,
    Object,
    Property,
    PropertyKind,
    Remark,
    Sort,
    Step,
    Thread,
    Value,
    Variable,
)
from frontend.source.spans import NOWHERE, Source, Span
from proofs.answers.invariant import Invariant
from proofs.answers.trace import Move, Point, Run, State, Taken, Trace
from proofs.answers.verdict import Certificate, EverySize, Proved
from verifier.protocol.bounds import Bounds
from verifier.protocol.engine_names import BMC, EXPLORE, REDUCE
from verifier.protocol.results import PropertyReport
from verifier.protocol.task import Answer, Engine, Listener, Progress, Safe, Task, Undecided, Unsafe
from verifier.verify.registry import Registry

TEXT = "spec demo;\nassume pairs: true;\n"


def make_property(
    name: str, kind: PropertyKind = PropertyKind.INVARIANT, *, built_in: bool = False
) -> Property:
    return Property(name, kind, "", FALSE, built_in, NOWHERE)


def make_variable(name: str) -> Variable:
    return Variable(name, (), INT, False, False, None, None, name, None, NOWHERE)


def make_model(
    properties: Iterable[Property | str],
    *,
    variant: str = "main",
    violates: Iterable[str] = (),
    bounds: tuple[tuple[str, int, int], ...] = (("cpu", 2, 2), ("page", 2, 2)),
    not_modelled: tuple[str, ...] = (),
) -> Model:
    step = Step(
        "step",
        "cpu",
        0,
        0,
        0,
        (),
        TRUE,
        False,
        (Remark("x++", Span(0, 4), value=None),),
        Span(0, 4),
    )
    place = Location(0, "step", frozenset(), (), frozenset(), True, Span(0, 4))
    return Model(
        name="demo",
        variant=variant,
        flags=frozenset(),
        source=Source("demo.alloc", TEXT),
        sorts=(Sort("cpu", True, NOWHERE), Sort("page", False, NOWHERE)),
        enums=(),
        variables=(),
        threads=(Thread("cpu", (place,), (step,), 0, 0),),
        assumptions=(Assumption("pairs", TRUE, Span(11, 17)),),
        properties=tuple(
            make_property(item) if isinstance(item, str) else item for item in properties
        ),
        violates=frozenset(violates),
        bounds=bounds,
        not_modelled=not_modelled,
        models=(),
    )


def run_of(length: int, bounds: Bounds, **initial: Value) -> Run:
    points: dict[Point, Value] = {(name, ()): value for name, value in initial.items()}
    moves = tuple(Move(Object("cpu", 0), "step", ()) for _ in range(length))
    return Run(dict(bounds), points, moves)


def trace_of(run: Run, property_name: str, variant: str = "main") -> Trace:
    places = {Object("cpu", number): 0 for number in range(run.bounds["cpu"])}
    values = dict(run.initial)
    steps = []
    for number, move in enumerate(run.moves, 1):
        values = {**values, ("x", ()): number}
        steps.append(Taken(move, State(values, places), (), ()))
    return Trace(
        variant, property_name, dict(run.bounds), State(dict(run.initial), places), tuple(steps)
    )


def safe(bounds: Bounds, engine: str = EXPLORE, states: int | None = 10) -> Safe:
    return Safe(
        Certificate(dict(bounds), engine, f"all {states} states visited", 3, states, frozenset())
    )


class Mismatch(Exception):
    pass


Rule = Callable[[Task, str], Answer]


@dataclass
class FakeEngine:
    name: str
    rule: Rule
    forgets: bool = False
    asked: list[tuple[dict[str, int], tuple[str, ...]]] = field(default_factory=list)

    def run(self, task: Task, listener: Listener) -> dict[str, Answer]:
        self.asked.append((dict(task.bounds), task.properties))
        if self.forgets:
            return {}
        listener(Progress(self.name, "states", len(self.asked)))
        return {name: self.rule(task, name) for name in task.properties}


def undecided(task: Task, name: str) -> Answer:
    return Undecided(f"limit for {name} at {sum(task.bounds.values())}")


def always_safe(task: Task, _name: str) -> Answer:
    return safe(task.bounds)


def violated_from(length: int, **least: int) -> Rule:
    """Violated wherever each sort has at least so many objects."""

    def rule(task: Task, _name: str) -> Answer:
        if all(task.bounds[sort] >= size for sort, size in least.items()):
            return Unsafe(run_of(length, task.bounds), shortest=True)
        return safe(task.bounds)

    return rule


@dataclass
class Fakes:
    """Tools whose every part can be set.

    Args:
        bad: whether a run, on a model, does not replay.
        extends: whether small runs extend.
        dropped: whether slices drop the assumptions.
        apart: whether each property has a slice of its own.
    """

    engines: dict[str, FakeEngine]
    bad: Callable[[Model, Run], bool] = lambda _model, _run: False
    start: bool = True
    extends: bool = True
    dropped: bool = False
    apart: bool = False
    reordered: int = 0

    def registry(self) -> Registry:
        made: Mapping[str, Callable[[], Engine]] = {
            name: (lambda engine=engine: engine)  # type: ignore[misc]  # bound early
            for name, engine in self.engines.items()
        }
        return Registry(
            made, self.slice, self.replay, self.starts, self.extend, self.reorder, Mismatch
        )

    def slice(self, model: Model, names: tuple[str, ...]) -> Model:
        kept = tuple(item for item in model.properties if item.name in names)
        assumptions = () if self.dropped else model.assumptions
        variables = tuple(make_variable(name) for name in names) if self.apart else ()
        return replace(model, properties=kept, assumptions=assumptions, variables=variables)

    def replay(self, model: Model, run: Run, name: str) -> Trace:
        if self.bad(model, run):
            raise Mismatch("step 1: cannot be taken")
        return trace_of(run, name, model.variant)

    def starts(self, _model: Model, _bounds: Bounds) -> bool:
        return self.start

    def extend(self, _model: Model, run: Run, _name: str, bounds: Bounds) -> Run | None:
        return Run(dict(bounds), run.initial, run.moves) if self.extends else None

    def reorder(self, _model: Model, run: Run, _name: str) -> Run:
        self.reordered += 1
        return run


def fakes(
    explore: Rule = undecided,
    kinduction: Rule = undecided,
    bmc: Rule = undecided,
    ic3: Rule = undecided,
    reduce: Rule = undecided,
) -> Fakes:
    rules = {
        EXPLORE: explore,
        "kinduction": kinduction,
        REDUCE: reduce,
        "ic3": ic3,
        BMC: bmc,
    }
    return Fakes({name: FakeEngine(name, rule) for name, rule in rules.items()})


def proved_everywhere(item: PropertyReport) -> PropertyReport:
    """What is proved at some sizes, proved at every size as well."""
    assert isinstance(item.status, Proved)
    proof = EverySize((), (), (), Invariant((), (item.name,), None), (), {})
    return replace(item, status=replace(item.status, every_size=proof), attempt=None)
