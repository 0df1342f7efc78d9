"""What is read is what is seen."""

from __future__ import annotations

import pytest

from frontend.load import load
from frontend.source.diagnostics import Rejected
from frontend.source.rendering import render
from frontend.source.spans import Source

PLACES = {
    "a comment to the end of the line": "nat n = 0; // here: {}invariant strong: n <= 0;\n",
    "a comment": "nat n = 0; /* here: {} */",
    "a string": 'nat n = 0; not modelled "here: {}";',
    "between words": "nat n ={}0;",
    "in a name": "nat n = 0; nat a{}b = 0;",
}
HIDDEN = (
    *("\r", "\v", "\f", "\0", "\x1b", "\x08", "\x7f", "\x85", "\x9b", "\u2028", "\u2029"),
    *("\u202e", "\u2066", "\u2069", "\u200f", "\u061c", "\u200b", "\u00ad", "\ufeff", "\U000e0041"),
)


def rejected(text: str) -> Rejected:
    with pytest.raises(Rejected) as caught:
        load(Source("x.alloc", f"spec x;\n{text}\nthread cpu {{ n = 1; }}\ninvariant a: n <= 1;\n"))
    return caught.value


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("char", HIDDEN, ids=[f"{ord(char):04x}" for char in HIDDEN])
def test_a_character_that_cannot_be_seen_is_refused_where_it_stands(place: str, char: str) -> None:
    found = rejected(PLACES[place].format(char))
    first = next(item for item in found.diagnostics if item.code == "E018")
    assert found.source.text[first.span.start] == char
    shown = render(found.source, found.diagnostics)
    assert shown.replace("\n", "").isprintable()
    assert f"U+{ord(char):04X}" in shown


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_ends_of_lines_of_unix_and_dos_and_other_scripts_are_read(end: str) -> None:
    lines = [
        "spec x; // \u6c38 Fäden",
        "nat n = 0; /* one",
        "two */",
        'thread cpu { n = 1; } not modelled "\u6c38 é";',
        "invariant a: n <= 1;",
    ]
    assert load(Source("x", end.join(lines))).models[0].name == "x"
