"""One kind of thread, lowered: its graph checked, cut into locations and steps, and named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from frontend.expressions.elaborator import Elaborator
from frontend.flow.accesses import is_free
from frontend.flow.data_flow import Flow, analyse, instructions_of
from frontend.flow.graph import (
    End,
    Label,
    Operation,
    Place,
    Test,
    labels,
    passed,
    reachable,
    resolve,
    successors,
)
from frontend.flow.local_variables import Locals
from frontend.flow.statements import Builder
from frontend.formulas.lowered import leaves
from frontend.formulas.waiting import Copies
from frontend.model import Location, Step, Thread, Variable, WaitEdge
from frontend.names.place_names import named_places
from frontend.names.problems import Problems
from frontend.names.scopes import LocationView, ThreadView
from frontend.source.spans import Span
from frontend.steps.alternatives import alternatives, awaited_locks
from frontend.steps.paths import Segment, Segments
from frontend.syntax import tree as syntax


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said of a thread that stands at a place.

    Args:
        labels: the `(procedure, label)` pairs there.
        idle: whether it is at the head of its idle loop.
        procedures: those that it is inside, outermost first.
        given: what free statements that are about to run give the locals.
        visible: the locals in scope behind these statements.
    """

    labels: frozenset[tuple[str, str]]
    idle: bool
    procedures: tuple[str, ...]
    given: Copies
    visible: frozenset[str]


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
    standing: Mapping[int, Standing]


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
    standing = {
        id(place): Standing(
            labels(place)[0],
            _idle(place, variables),
            _procedures(place, variables),
            *_given(place, variables),
        )
        for place in places
    }
    return Draft(
        declaration.name.text,
        entry,
        end,
        known,
        frozenset(builder.called),
        flow,
        tuple(places),
        tuple(segments),
        standing,
    )


def _unreachable(builder: Builder, entry: Place, problems: Problems) -> None:
    run = {node.context.span for node in reachable(entry)}
    for node in builder.written:
        if node.context.span not in run and isinstance(node, (Operation, Test)):
            problems.report("W401", "nothing ever runs this statement", node.context.span)


def _idle(place: Place, variables: Mapping[str, Variable]) -> bool:
    """Whether a thread that stands at a place is at the head of its idle loop: it may take free
    statements before, in the same step."""
    return any(isinstance(node, Label) and node.head for node in _ahead(place, variables))


def _procedures(place: Place, variables: Mapping[str, Variable]) -> tuple[str, ...]:
    """The procedures that a thread is inside where it stands: those of the first statement that
    it is about to run, free ones aside."""
    *_, last = _ahead(place, variables)
    return last.context.procedures


def _given(place: Place, variables: Mapping[str, Variable]) -> tuple[Copies, frozenset[str]]:
    """The values of locals behind the free statements at a place, over `Self`, and which locals
    are in scope there."""
    copies = Copies()
    behind = place
    for node in _ahead(place, variables):
        free = is_free(node, variables) and node.context.group is None
        if free:
            behind, _ = passed(*successors(node))
            copies = copies.done(instructions_of(node), variables)
    return copies.given(behind.context.visible), behind.context.visible


def _ahead(place: Place, variables: Mapping[str, Variable]) -> Iterator[Place]:
    """A place, and what follows it as long as it is labels and free statements."""
    seen: set[int] = set()
    while id(place) not in seen:
        seen.add(id(place))
        yield place
        constant = isinstance(place, Test) and not place.there
        free = is_free(place, variables) and place.context.group is None
        if not (isinstance(place, Label) or constant or free):
            return
        (place,) = successors(place)


def view_of(made: Draft) -> ThreadView:
    """What properties can say of the thread."""
    assigned: dict[str, set[int]] = {name: set() for name in made.locals.variables}
    names = _location_names(made)
    for number, place in enumerate(made.places):
        # At its end a thread has no locals.
        if not isinstance(place, End):
            for name in made.flow.assigned.get(id(place), frozenset()) & place.context.visible:
                assigned[name].add(number)
    standing = [made.standing[id(place)] for place in made.places]
    locations = tuple(
        LocationView(
            number,
            names[number],
            made.standing[id(place)].labels,
            made.standing[id(place)].procedures,
        )
        for number, place in enumerate(made.places)
    )
    return ThreadView(
        made.sort,
        locations,
        made.locals.declared(),
        {name: frozenset(places) for name, places in assigned.items()},
        {number: item.given for number, item in enumerate(standing)},
        _meant(made),
        made.called,
        named_places(locations),
    )


def _meant(made: Draft) -> Mapping[str, frozenset[int]]:
    """Local -> the places where its name means it: of those in scope it is the innermost."""
    found: dict[str, set[int]] = {}
    for number, place in enumerate(made.places):
        meant: dict[tuple[str, str], str] = {}
        for visible in (place.context.visible, made.standing[id(place)].visible):
            for local in made.locals.declared():  # inner ones come behind those around them
                leaf, *_ = (name for name, _, _ in leaves(local.variable, local.shape))
                if leaf in visible:
                    meant[local.procedure, local.name] = local.variable
        for stem in meant.values():
            found.setdefault(stem, set()).add(number)
    return {stem: frozenset(places) for stem, places in found.items()}


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
        standing = made.standing[id(place)]
        live: frozenset[str] = frozenset()
        if not isinstance(place, End):
            has = made.flow.assigned.get(id(place), frozenset()) & place.context.visible
            live = has & (made.flow.needed[id(place)] | kept)
        locations.append(
            Location(
                number,
                names[number],
                standing.labels,
                standing.procedures,
                live,
                standing.idle,
                _span(place),
            )
        )
    steps: list[Step] = []
    for number, place in enumerate(made.places):
        group = [segment for segment in made.segments if segment.source is place]
        numbered = alternatives(group)
        idle = made.standing[id(place)].idle
        # A server moves only where it can by a way that serves.
        serving = alternatives(segment for segment in group if segment.path.serves)
        for index, segment in enumerate(group, 1):
            alternative, waits = numbered[segment.path.choices]
            if idle and segment.path.serves:
                _, waits = serving[segment.path.choices]
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
                    fresh=idle and not segment.path.serves,
                    remarks=remarks,
                    span=next((item.span for item in remarks if not item.jump), _span(place)),
                )
            )
    return Thread(made.sort, tuple(locations), tuple(steps), 0, numbers[id(made.end)])


def wait_edges(made: Draft) -> Iterator[WaitEdge]:
    """Where the thread waits for which lock."""
    for number, place in enumerate(made.places):
        group = [segment for segment in made.segments if segment.source is place]
        for alternative, lock, condition in awaited_locks(group, made.locals.itself):
            yield WaitEdge(made.sort, number, lock, condition, alternative)


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
        labels = sorted(label for _, label in made.standing[id(place)].labels)
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
