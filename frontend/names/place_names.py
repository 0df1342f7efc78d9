"""What a place is called behind `at`: by a label, else by its ordinal, always by one name alone.

A label that stands at several call sites names them all, so there each has a longer name: the
calls that lead there, told apart by number, with dots between (`outer.inner.2.done`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol


class Placed(Protocol):
    """What is asked of a location."""

    @property
    def number(self) -> int:
        """Its index among the thread's."""

    @property
    def name(self) -> str:
        """As the model calls it: `outer/inner@2.done`."""

    @property
    def labels(self) -> frozenset[tuple[str, str]]:
        """`(procedure, label)` pairs that stand there."""


def label_text(procedure: str, label: str) -> str:
    """A label as `at` names it."""
    return f"{procedure}.{label}" if procedure else label


def place_texts(places: Sequence[Placed]) -> Mapping[int, str]:
    """Location number -> the text that names this location of a kind of thread and no other."""
    standing: dict[str, list[int]] = {}
    shorts: dict[str, list[int]] = {}
    for place in places:
        for procedure, label in place.labels:
            standing.setdefault(label_text(procedure, label), []).append(place.number)
        shorts.setdefault(_dotted(place.name.rpartition("/")[2]), []).append(place.number)
    texts: dict[int, str] = {}
    for place in places:
        own = sorted(label_text(*pair) for pair in place.labels)
        alone = next((text for text in own if len(standing[text]) == 1), None)
        if alone is not None:
            texts[place.number] = alone
    taken = {*standing}
    for short, numbers in shorts.items():
        if len(numbers) == 1 and numbers[0] not in texts and short not in taken:
            texts[numbers[0]] = short
            taken.add(short)
    for place in places:
        if place.number in texts:
            continue
        text = full = _dotted(place.name)
        count = 1
        while text in taken:
            count += 1
            text = f"{full}.{count}"
        texts[place.number] = text
        taken.add(text)
    return texts


def named_places(places: Sequence[Placed]) -> Mapping[str, frozenset[int]]:
    """Text behind `at` -> where a thread then stands: labels, at all their call sites, the names of
    single locations, and where these leave them free, statements by number: with the calls around
    them and the numbers of those, or without."""
    found: dict[str, frozenset[int]] = {}
    for place in places:
        for pair in place.labels:
            text = label_text(*pair)
            found[text] = found.get(text, frozenset()) | {place.number}
    for number, text in place_texts(places).items():
        found.setdefault(text, frozenset({number}))
    numbered: dict[str, frozenset[int]] = {}
    for place in places:
        calls = [] if place.labels else place.name.partition("'")[0].split("/")
        for first in range(len(calls)):
            called = "/".join(calls[first:])
            for text in {_dotted(called), _dotted(re.sub(r"@\d+", "", called))}:
                numbered[text] = numbered.get(text, frozenset()) | {place.number}
    return {**numbered, **found}


def _dotted(name: str) -> str:
    """A location's name without the signs that are no part of the language's names."""
    return re.sub(r"[^A-Za-z0-9_]+", ".", name)
