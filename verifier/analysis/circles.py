"""Circles of a thread's steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from frontend.model import Thread


def heads(thread: Thread, inside: Collection[int]) -> Iterator[int]:
    """Locations to which a circle of steps comes back that stays inside some locations: one at
    least on each circle, and some perhaps more than once."""
    following: dict[int, list[int]] = {place: [] for place in sorted(inside)}
    for step in thread.steps:
        if step.source in following and step.target in following:
            following[step.source].append(step.target)
    done: set[int] = set()
    for start, targets in following.items():
        if start in done:
            continue
        path = [(start, iter(targets))]
        open_places = {start}
        while path:
            place, rest = path[-1]
            target = next(rest, None)
            if target is None:
                path.pop()
                open_places.discard(place)
                done.add(place)
            elif target in open_places:
                yield target
            elif target not in done:
                open_places.add(target)
                path.append((target, iter(following[target])))
