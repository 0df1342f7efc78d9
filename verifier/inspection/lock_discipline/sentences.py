"""Data races in words: a line for each variable, and reports like those of KCSAN."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.inspection.lock_discipline.races import Race, Side


def lines(races: Sequence[Race]) -> Iterator[str]:
    """One line for each variable, about the first race on it."""
    by_variable: dict[str, list[Race]] = {}
    for race in races:
        by_variable.setdefault(race.variable, []).append(race)
    for variable, found in by_variable.items():
        race = found[0]
        more = f", and {len(found) - 1} more like it" if len(found) > 1 else ""
        if race.different:
            guard = f"one element of {race.guard}"
            if not race.element:
                guard = f"the {race.guard} of one object"
            yield (
                f"{variable}: {_brief(race.bare)} and {_brief(race.other)}, not under "
                f"{guard}; {race.evidence.value}{more}"
            )
            continue
        yield (
            f"{variable}: {_brief(race.bare)} without {race.guard}, "
            f"{_brief(race.other)} under it; {race.evidence.value}{more}"
        )


def report(race: Race) -> Iterator[tuple[int, str]]:
    """Indents and lines of a report with both sides."""
    owners = race.bare.statement.owner, race.other.statement.owner
    yield 0, f"data race in {' / '.join(owners)}: {race.variable}"
    for side in (race.bare, race.other):
        held = ", ".join(side.locks) or "no lock"
        yield 2, f"{verb(side)} in {side.statement.owner}, line {side.line}, holding {held}:"
        yield 4, side.statement.text
    if race.different:
        held = f"an element of {race.guard}" if race.element else f"a {race.guard}"
        same = "the same one" if race.element else "that of one object"
        yield 2, f"each may hold {held}, not {same}; {race.evidence.value}"
        return
    yield (
        2,
        (f"{race.guard} is held at {race.guarded} of {race.writes} writes; {race.evidence.value}"),
    )


def verb(side: Side) -> str:
    """What a side does: `read` or `write`."""
    return "write" if side.statement.write else "read"


def _brief(side: Side) -> str:
    word = "written" if side.statement.write else "read"
    return f"{word} in {side.statement.owner} (line {side.line})"
