"""One kind of thread, lowered: its graph checked, cut into locations and steps, and named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from frontend import syntax
from frontend.expressions import Elaborator
from frontend.flow import Flow, analyse
from frontend.graph import (
    End,
    Label,
    Operation,
    Place,
    Test,
    reachable,
    resolve,
    successors,
)
from frontend.locals import Locals
from frontend.model import Constant, Location, Step, Thread
from frontend.paths import Segment, Segments, alternatives
from frontend.place_names import named_places
from frontend.problems import Problems
from frontend.scopes import LocationView, ThreadView
from frontend.source import Span
from frontend.statements import Builder


@dataclass(frozen=True, slots=True)
class Draft:
    """A thread before the properties have said which of its locals they look at."""

    sort: str
    entry: Place
    end: End
    locals: Locals
    called: frozenset[str]
    flow: Flow
    places: tuple[Place, ...]
    segments: tuple[Segment, ...]
    labels: Mapping[int, tuple[frozenset[tuple[str, str]], bool]]


def draft(own: Elaborator, declaration: syntax.ThreadDeclaration) -> Draft | None:
    """Builds and checks the flow of a thread; None when its statements have errors."""
    problems = own.problems
    known = Locals(declaration.name.text, problems.budget)
    builder = Builder(own, known)
    problems.budget.call(declaration.body, 0, declaration.name.span)
    first, end = builder.thread(declaration)
    if problems.failed:
        return None
    entry = resolve(first)
    variables = {**own.symbols.variables, **known.variables}
    flow = analyse(entry, known.variables, problems)
    _unreachable(builder, entry, problems)
    places, segments = Segments(variables, problems).find(entry)
    if end not in places:
        places.append(end)
    labels = {id(place): _labels(place) for place in places}
    return Draft(
        declaration.name.text,
        entry,
        end,
        known,
        frozenset(builder.called),
        flow,
        tuple(places),
        tuple(segments),
        labels,
    )


def _unreachable(builder: Builder, entry: Place, problems: Problems) -> None:
    run = {node.context.span for node in reachable(entry)}
    for node in builder.written:
        if node.context.span not in run and isinstance(node, (Operation, Test)):
            problems.report("W401", "nothing ever runs this statement", node.context.span)


def _labels(place: Place) -> tuple[frozenset[tuple[str, str]], bool]:
    """The names that stand at a location, and whether the thread is idle there."""
    names: frozenset[tuple[str, str]] = frozenset()
    head = False
    seen: set[int] = set()
    # A test of a constant is no step: what stands behind it is about to run, too.
    while id(place) not in seen and (
        isinstance(place, Label)
        or (isinstance(place, Test) and isinstance(place.condition, Constant))
    ):
        seen.add(id(place))
        if isinstance(place, Label):
            names |= place.names
            head = head or place.head
        (place,) = successors(place)
    return names, head


def view_of(made: Draft) -> ThreadView:
    """What properties can say of the thread."""
    assigned: dict[str, set[int]] = {name: set() for name in made.locals.variables}
    names = _location_names(made)
    for number, place in enumerate(made.places):
        # At its end a thread has no locals.
        if not isinstance(place, End):
            for name in made.flow.assigned.get(id(place), frozenset()) & place.context.visible:
                assigned[name].add(number)
    locations = tuple(
        LocationView(number, names[number], made.labels[id(place)][0], place.context.procedures)
        for number, place in enumerate(made.places)
    )
    return ThreadView(
        made.sort,
        locations,
        made.locals.declared(),
        {name: frozenset(places) for name, places in assigned.items()},
        made.called,
        named_places(locations),
    )


def finish(made: Draft, mentioned: Iterable[str]) -> Thread:
    """The thread of the model.

    Args:
        mentioned: locals that properties read: they keep their value while they have one.
    """
    kept = frozenset(mentioned)
    numbers = {id(place): number for number, place in enumerate(made.places)}
    names = _location_names(made)
    locations = []
    for number, place in enumerate(made.places):
        labels, head = made.labels[id(place)]
        live: frozenset[str] = frozenset()
        if not isinstance(place, End):
            has = made.flow.assigned.get(id(place), frozenset()) & place.context.visible
            live = has & (made.flow.needed[id(place)] | kept)
        locations.append(
            Location(
                number,
                names[number],
                labels,
                place.context.procedures,
                live,
                head,
                _span(place),
            )
        )
    steps: list[Step] = []
    for number, place in enumerate(made.places):
        group = [segment for segment in made.segments if segment.source is place]
        numbered = alternatives(group)
        for index, segment in enumerate(group, 1):
            alternative, waits = numbered[segment.path.choices]
            remarks = segment.path.remarks
            steps.append(
                Step(
                    name=names[number] if len(group) == 1 else f"{names[number]}~{index}",
                    thread=made.sort,
                    source=number,
                    target=numbers[id(segment.target)],
                    alternative=alternative,
                    body=segment.path.instructions,
                    waits=waits,
                    fresh=made.labels[id(place)][1] and not segment.path.serves,
                    remarks=remarks,
                    span=remarks[0].span if remarks else _span(place),
                )
            )
    return Thread(made.sort, tuple(locations), tuple(steps), 0, numbers[id(made.end)])


def _span(place: Place) -> Span:
    while isinstance(place, Label):
        (place,) = successors(place)
        if isinstance(place, Label):
            break
    return place.context.span


def _location_names(made: Draft) -> list[str]:
    names: list[str] = []
    used: dict[str, int] = {}
    for place in made.places:
        context = place.context
        prefix = "/".join(context.path) or made.sort
        labels = sorted(label for _, label in made.labels[id(place)][0])
        if isinstance(place, End):
            name = f"{made.sort}.end"
        else:
            name = f"{prefix}.{labels[0] if labels else _ordinal(place)}"
        count = used.get(name, 0) + 1
        used[name] = count
        names.append(name if count == 1 else f"{name}'{count}")
    return names


def _ordinal(place: Place) -> int:
    while isinstance(place, Label):
        (after,) = successors(place)
        if isinstance(after, (Label, End)):
            break
        place = after
    return place.context.ordinal
