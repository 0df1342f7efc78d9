"""Proof logs forged: by line, by value, and with everything that can be recomputed recomputed."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from random import Random
from typing import Any

from proofs.log.contents import BadLog
from proofs.log.document import END, split
from tests.fuzz import specs
from tests.fuzz.noise import NOISE, Mutator
from tests.support.proofs.logs import consistent, with_digest, with_machine_part

Value = dict[str, Any]
Edit = Callable[[Random, Value, Value], object]
"""Changes the machine part of a log, given another's."""

WORDS = (
    "proved", "refuted", "unknown", "trace", "lemmas", "search", "", "all", "both", "bounded",
    "none", "cpu", "0.1.0", "99.9", "true", "free_path.alloc", "../x", "a" * 300, "x\x1b[2Jy",
    "\u202ex", "-- >8 --", "Reviewed-by: A <a@example.org>", "unpatched   proved for all",
    "isolation ..... proved for all", "diff --git a/x b/x", "\ud800",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 3, 7, 1000, 1001, 10**9, 10**40, True, None, 1.0, "1")


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value: what it is in, and the key."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield value, key
        if isinstance(item, (dict, list)):
            yield from places(item)


def any_value(rng: Random, value: Value, other: Value) -> None:
    """A value anywhere becomes another one."""
    inside, key = rng.choice(list(places(value)))
    old = inside[key]
    same = [a[b] for a, b in places(rng.choice((value, other))) if type(a[b]) is type(old)]
    match old:
        case bool():
            inside[key] = not old
        case int():
            inside[key] = rng.choice((*NUMBERS, old + 1, old - 1))
        case str():
            inside[key] = rng.choice(
                (rng.choice(WORDS), rng.choice(same or [""]), old + " ", old[1:])
            )
        case list() if old:
            at, to = rng.randrange(len(old)), rng.randrange(len(old))
            match rng.randrange(4):
                case 0:
                    del old[at]
                case 1:
                    old.insert(to, copy.deepcopy(old[at]))
                case 2:
                    old[at], old[to] = old[to], old[at]
                case _:
                    inside[key] = copy.deepcopy(rng.choice(same or [[]]))
        case dict() if old:
            name = rng.choice(list(old))
            match rng.randrange(3):
                case 0:
                    del old[name]
                case 1:
                    old[rng.choice(WORDS)] = copy.deepcopy(old[name])
                case _:
                    inside[key] = copy.deepcopy(rng.choice(same or [{}]))
        case _:
            inside[key] = rng.choice(({}, [], "all", 1))


def _entry(rng: Random, value: Value) -> tuple[Value, Value]:
    variant = rng.choice(value["variants"])
    return variant, rng.choice(variant["verdicts"])


def verdict(rng: Random, value: Value, _: Value) -> None:
    """A verdict is another one, or rests on something else."""
    variant, entry = _entry(rng, value)
    largest = {sort: size[1] for sort, size in variant["bounds"].items()}
    changes: tuple[Value, ...] = (
        {"verdict": "proved", "evidence": "search", "number": -1, "scope": largest},
        {"verdict": "proved", "evidence": "lemmas", "number": 0, "scope": "all"},
        {"verdict": "proved", "evidence": "", "number": -1, "method": "k-induction"},
        {"verdict": "refuted", "evidence": "trace", "number": 0, "scope": largest},
        {"verdict": "unknown", "evidence": "", "number": -1, "reason": "time limit"},
        {"scope": "all"},
        {"scope": largest},
        {"shortest": not entry["shortest"]},
        {"number": entry["number"] + 1},
        {"method": rng.choice(WORDS)},
        {"reason": rng.choice(WORDS)},
        {"variables": []},
    )
    entry.update(rng.choice(changes))


def exchanged(rng: Random, value: Value, _: Value) -> None:
    """What two verdicts, or two variants, say changes places."""
    variant, entry = _entry(rng, value)
    other, second = _entry(rng, value)
    key = rng.choice(
        ("verdict", "number", "scope", "evidence", "property", "shortest", "variables")
    )
    entry[key], second[key] = second[key], entry[key]
    if rng.random() < 0.3:
        key = rng.choice(("lemmas", "traces", "verdicts", "name", "vacuous"))
        if key in variant:
            variant[key], other[key] = other[key], variant[key]


def lemma(rng: Random, value: Value, other: Value) -> None:
    """A lemma, a fact or a premise goes, is another one, or is changed."""
    lists = [item for variant in value["variants"] for item in variant["lemmas"]]
    if not lists:
        return verdict(rng, value, other)
    one = rng.choice(lists)
    key = rng.choice(("lemmas", "lemmas", "facts"))
    texts = one[key] or one["lemmas"]
    at = rng.randrange(len(texts))
    match rng.randrange(6):
        case 0:
            del texts[at]
        case 1:
            texts[at] = rng.choice([text for item in lists for text in item["lemmas"]])
        case 2:
            texts[at] = specs.like(rng, texts[at], ())
        case 3:
            texts[at] = rng.choice(("true", "false", "1 == 1", "(" * 300, "x", "9" * 50, "a; b"))
        case 4:
            one["premises"] = {}
            one["otherwise"] = rng.choice((None, [], [1], [0], [99]))
        case _:
            texts[at] = specs.nest(rng, texts[at], ())
    return None


def trace(rng: Random, value: Value, other: Value) -> None:
    """States go, change places, or say something else."""
    found = [item for variant in value["variants"] for item in variant["traces"]]
    if not found:
        return verdict(rng, value, other)
    one = rng.choice(found)
    states = one.get("states") or [{}]
    at, to = rng.randrange(len(states)), rng.randrange(len(states))
    match rng.randrange(5):
        case 0:
            del states[at]
        case 1:
            states.insert(to, copy.deepcopy(states[at]))
        case 2:
            states[at], states[to] = states[to], states[at]
        case 3:
            any_value(rng, states[at] or {"x": 1}, one)
        case _:
            any_value(rng, one, one)
    return None


def question(rng: Random, value: Value, _: Value) -> None:
    """Another question was asked: fewer variants, properties, other sizes."""
    asked = value["invocation"]
    match rng.randrange(5):
        case 0:
            gone = rng.randrange(len(value["variants"]))
            del value["variants"][gone]
            asked["variants"] = [item["name"] for item in value["variants"]]
        case 1:
            names = [entry["property"] for entry in value["variants"][0]["verdicts"]]
            kept = rng.sample(names, rng.randrange(len(names)) + 1)
            asked["properties"] = kept
            for variant in value["variants"]:
                variant["verdicts"] = [x for x in variant["verdicts"] if x["property"] in kept]
        case 2:
            for variant in value["variants"]:
                for sort, size in variant["bounds"].items():
                    size[:] = [rng.choice((1, 2, 3, size[0]))] * 2
                    asked["bounds"][sort] = size[1]
                for entry in variant["verdicts"]:
                    if entry["scope"] != "all":
                        entry["scope"] = {sort: size[1] for sort, size in variant["bounds"].items()}
        case 3:
            asked["scope"] = rng.choice(("both", "bounded", "all"))
        case _:
            asked["engine"] = rng.choice(("", "explore", "ic3", "guess"))


def specification(rng: Random, value: Value, _: Value) -> None:
    """The specification is another one, and its digest fits."""
    given = value["specification"]
    text = "\n".join(given["text"])
    change = rng.choice((specs.like, specs.like, specs.exchange, specs.rearrange, specs.enlarge))
    text = change(rng, text, (text,))
    if rng.random() < 0.2:
        text = text.replace("//", "/**/ //") + "\n/* changed */"
    given["text"] = text.split("\n")
    given["sha256"] = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def vacuity(rng: Random, value: Value, _: Value) -> None:
    """What says nothing is said to say something, or the other way round."""
    variant = rng.choice(value["variants"])
    found = variant.get("vacuous")
    if found:
        del found[rng.randrange(len(found))]
    else:
        names = [entry["property"] for entry in variant["verdicts"]]
        causes = ("premise", "assert", "procedure", "patch", "flag")
        variant["vacuous"] = [{"cause": rng.choice(causes), "name": rng.choice(names)}]


EDITS: tuple[Edit, ...] = (
    *(any_value, any_value, any_value, verdict, verdict, verdict, exchanged, exchanged),
    *(lemma, lemma, trace, trace, question, question, specification, specification, vacuity),
)


def forged(edit: Edit) -> Mutator:
    """A log whose machine part is edited; the digest fits, and often the paste block."""

    def changed(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
        try:
            text = content.decode("ascii")
            value = json.loads(split(text)[1])
            other = json.loads(split(rng.choice(others).decode("ascii"))[1])
        except (ValueError, BadLog, RecursionError):
            return sealed(rng, content, others)

        def apply(machine: Value) -> None:
            machine.clear()
            machine.update(value)

        # The machine part may no longer be like one: what was done to it so far stays.
        with contextlib.suppress(LookupError, TypeError, AttributeError, ValueError):
            edit(rng, value, other)
        with contextlib.suppress(Exception):  # it cannot be made consistent: what fits will do
            if rng.random() < 0.7:
                return consistent(text, apply).encode("ascii")
        try:
            return with_machine_part(text, value).encode("ascii")
        except (LookupError, TypeError, AttributeError, ValueError):
            return content

    changed.__name__ = edit.__name__
    changed.__doc__ = edit.__doc__
    return changed


def sealed(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Damage to lines and bytes, with a digest that fits."""
    damaged = rng.choice(NOISE)(rng, content, others)
    text = damaged.decode("latin-1")
    if f"\n{END}" not in text or not text.isascii():
        return damaged
    return with_digest(text).encode("ascii")


MUTATORS: tuple[Mutator, ...] = (
    *NOISE,
    *(sealed, sealed, sealed, sealed),
    *(forged(edit) for edit in (*EDITS, *EDITS)),
)
