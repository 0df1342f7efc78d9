from __future__ import annotations

import pytest

from frontend.load import load
from frontend.names.variants import Flag, flags
from frontend.source.diagnostics import Rejected
from frontend.source.spans import Source
from frontend.syntax.parser import parse

TEXT = """
spec flagged;
patch one "the first hunk";
patch two;
config large "a large machine";
variant old = {};
variant new = { one, two };
nat x = 0;
when (two)
	nat y = 0;
thread task {
	x = 1;
	when (one && two)
		y = 2;
	when (large)
		x = 3;
}
invariant small: x < 3;
expect old violates small;
"""
SOURCE = Source("flagged.alloc", TEXT.replace("expect old violates small;\n", ""))


def test_flags_are_told_in_order_with_their_kind_and_sentence() -> None:
    assert flags(parse(SOURCE)) == (
        Flag("one", True, "the first hunk"),
        Flag("two", True, ""),
        Flag("large", False, "a large machine"),
    )


def test_an_extra_variant_is_lowered_with_its_flags_after_the_declared_ones() -> None:
    loaded = load(SOURCE, extra={"new without one": ["two"], "bare": []})
    assert [(model.variant, sorted(model.flags)) for model in loaded.models] == [
        ("old", []),
        ("new", ["one", "two"]),
        ("new without one", ["two"]),
        ("bare", []),
    ]
    named, extra = (loaded.models[number] for number in (1, 2))
    assert len(named.threads[0].steps) == len(extra.threads[0].steps) + 1
    assert [item.name for item in extra.variables] == ["x", "y"]


def test_only_an_extra_variant_can_be_lowered() -> None:
    (model,) = load(SOURCE, ["mine"], {"mine": ["large"]}).models
    assert (model.variant, sorted(model.flags)) == ("mine", ["large"])


def test_no_expectation_speaks_of_an_extra_variant() -> None:
    declared, extra = load(Source("flagged.alloc", TEXT), ["old", "mine"], {"mine": []}).models
    assert declared.violates == {"small"}
    assert extra.violates == frozenset()


def test_an_extra_variant_that_is_no_program_is_rejected_where_it_breaks() -> None:
    broken = Source("flagged.alloc", SOURCE.text.replace("one && two", "one"))
    with pytest.raises(Rejected) as caught:
        load(broken, ["mine"], {"mine": ["one"]})
    (mistake,) = caught.value.diagnostics
    assert mistake.code == "E102"
    assert broken.line(broken.position(mistake.span.start)[0]).strip() == "y = 2;"
    assert [model.variant for model in load(broken, ["old", "new"]).models] == ["old", "new"]


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"old": ["one"]}, "variant old is declared"),
        ({"mine": ["one", "nine"]}, "variant mine: no patch or config is called nine"),
    ],
)
def test_an_extra_variant_must_be_new_and_of_declared_flags(
    extra: dict[str, list[str]], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        load(SOURCE, extra=extra)
