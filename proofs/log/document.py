"""The text of a proof log: a block to paste into a mail, then the same for programs.

    two spaces before each line of the paste block

    begin buddyproof log
    { ... }
    end buddyproof log sha256 0123...

The last line carries the digest of all that is before it: a log that was cut off or damaged on
its way is noticed. It protects from accidents, not from people: what a log claims is rechecked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from itertools import zip_longest
from typing import TypeVar

from proofs.answers.itf import Json
from proofs.log.contents import (
    LONGEST_PATH,
    MOST_OBJECTS,
    SCHEMA_VERSION,
    VACUOUS,
    BadLog,
    Entry,
    Invocation,
    Lemmas,
    Log,
    Paths,
    Specification,
    Vacuous,
    VariantLog,
)
from proofs.log.json_layout import lines

BEGIN = "begin buddyproof log"
END = "end buddyproof log sha256 "
LARGEST = 16 << 20
"""Characters: far above any log, so that a wrong file does not eat the machine."""

DEEPEST = 40
"""Levels of JSON; a log has a dozen."""

_SURROGATE = re.compile("[\ud800-\udfff]")

Kind = TypeVar("Kind")


def text(log: Log, paste: Sequence[str]) -> str:
    """The whole file.

    Args:
        log: what the machine part says.
        paste: the lines of the paste block, without the two spaces before each.
    """
    front = "\n".join([*block_lines(paste), "", BEGIN, *lines(to_json(log))]) + "\n"
    return f"{front}{END}{sha256(front.encode()).hexdigest()}\n"


def block_lines(paste: Sequence[str]) -> list[str]:
    """The lines of the paste block as they stand in the file."""
    return [f"  {line}".rstrip() for line in paste]


def split(content: str) -> tuple[list[str], str, bool]:
    """The paste block's lines, the JSON, and whether the digest is right.

    Raises:
        BadLog: it is no log, several, or a part of it is missing.
    """
    if len(content) > LARGEST:
        raise BadLog("it is larger than any proof log")
    content = content.replace("\r\n", "\n")  # mail tools do that, and it means the same
    head, begin, rest = content.partition(f"\n{BEGIN}\n")
    if not begin:
        if re.search(rf"^[ >|\t]+{BEGIN}\s*$", content, re.MULTILINE):
            raise BadLog("the log is quoted or indented: take it as it was sent")
        raise BadLog(f"there is no line {BEGIN!r}: not a proof log, or only a part of one")
    if f"\n{BEGIN}\n" in f"\n{rest}":
        raise BadLog("there is more than one log in it: put each into a file of its own")
    body, end, tail = f"\n{rest}".rpartition(f"\n{END}")
    if not end:
        raise BadLog(f"there is no last line {END!r}: the file was truncated")
    digest, newline, after = tail.partition("\n")
    if after:
        raise BadLog("something stands behind the last line of the log")
    body = body[1:]
    whole = f"{head}\n{BEGIN}\n{body}\n"
    intact = newline == "\n" and digest == sha256(whole.encode()).hexdigest()
    paste = head.split("\n")
    if paste[-1] == "":
        paste.pop()
    return paste, body, intact


# --- writing -------------------------------------------------------------------------------


def to_json(log: Log) -> dict[str, Json]:
    """The machine part as a JSON value, always with its keys in the same order."""
    asked = log.invocation
    return {
        "schema": "buddyproof log",
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "buddyproof", "version": log.program},
        "invocation": {
            "variants": list(asked.variants),
            "properties": list(asked.properties),
            "bounds": dict(sorted((asked.bounds or {}).items())),
            **({"compact": True} if asked.compact else {}),
        },
        "solvers": dict(sorted(log.solvers.items())),
        "specification": {
            "name": log.specification.name,
            "sha256": log.specification.sha256,
            "text": log.specification.text.split("\n"),
        },
        "variants": [_variant(item) for item in log.variants],
    }


def _variant(item: VariantLog) -> dict[str, Json]:
    return {
        "name": item.name,
        "bounds": {sort: list(sizes) for sort, sizes in item.bounds.items()},
        **({"no_system": [dict(sizes) for sizes in item.missing]} if item.missing else {}),
        **({"systems_unsure": True} if item.unsure else {}),
        "vacuous": [{"cause": one.cause, "name": one.name} for one in item.vacuous],
        "verdicts": [_entry(entry) for entry in item.entries],
        "lemmas": [_lemmas(lemmas) for lemmas in item.lemmas],
        "traces": list(item.traces),
    }


def _entry(entry: Entry) -> dict[str, Json]:
    return {
        "property": entry.property,
        "verdict": entry.verdict,
        "scope": "all" if entry.scope is None else dict(entry.scope),
        "evidence": entry.evidence,
        "number": entry.number,
        "variables": list(entry.variables),
        "method": entry.method,
        "shortest": entry.shortest,
        "reason": entry.reason,
    }


def _lemmas(item: Lemmas) -> dict[str, Json]:
    return {
        "bounds": None if item.bounds is None else dict(item.bounds),
        "facts": list(item.facts),
        "lemmas": list(item.lemmas),
        "premises": {
            duty: {key: [list(numbers) for numbers in lists] for key, lists in below.items()}
            for duty, below in item.premises.items()
        },
        "otherwise": None if item.otherwise is None else list(item.otherwise),
        **({} if item.paths is None else {"paths": _paths(item.paths)}),
    }


def _paths(item: Paths) -> dict[str, Json]:
    return {"depth": item.depth, "simple": item.simple, "properties": list(item.properties)}


# --- reading -------------------------------------------------------------------------------


def parse(body: str) -> Log:
    """The machine part as values.

    Raises:
        BadLog: it is no JSON, of another version, or not of this form.
    """
    try:
        value = json.loads(body, parse_constant=_refused)
    except RecursionError as error:
        raise BadLog("the machine part nests too deep") from error
    except MemoryError as error:
        raise BadLog("the machine part is larger than the memory that there is") from error
    except ValueError as error:
        raise BadLog(f"the machine part is no JSON: {error}") from error
    if not _is_shallow(value):
        raise BadLog("the machine part nests too deep")
    whole = _Node(value, "the log")
    if whole.get("schema").is_a(str) != "buddyproof log":
        raise BadLog("the machine part does not say that it is a buddyproof log")
    version = whole.get("schema_version").value
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise BadLog(
            f"schema version {str(version)[:40]!r} is unknown: this program reads {SCHEMA_VERSION}"
        )
    asked = whole.get("invocation")
    given = whole.get("specification")
    log = Log(
        whole.get("program").get("version").is_a(str),
        Invocation(
            asked.get("variants").texts(),
            asked.get("properties").texts(),
            asked.get("bounds").sizes(),
            "compact" in asked.mapping(lambda node: node.value),
        ),
        whole.get("solvers").mapping(lambda node: node.is_a(str)),
        Specification(
            given.get("name").is_a(str),
            given.get("sha256").is_a(str),
            "\n".join(given.get("text").texts()),
        ),
        tuple(whole.get("variants").each(_read_variant)),
    )
    # One text for one log: nothing is hidden in keys that nobody reads or that stand there twice.
    written = list(lines(to_json(log)))
    for number, (said, expected) in enumerate(zip_longest(body.split("\n"), written), 1):
        if said != expected:
            text = f"line {number} of the machine part is not as this program writes such a log"
            raise BadLog(text)
    return log


def _is_shallow(value: object) -> bool:
    layer = [value]
    for _ in range(DEEPEST):
        layer = [
            item
            for part in layer
            if isinstance(part, (dict, list))
            for item in (part.values() if isinstance(part, dict) else part)
        ]
        if not layer:
            return True
    return False


def _refused(name: str) -> Json:
    raise ValueError(f"{name} is no value of a log")


class _Node:
    """A JSON value and where it stands, for messages."""

    def __init__(self, value: object, where: str) -> None:
        self.value = value
        self.where = where

    def get(self, key: str) -> _Node:
        if not isinstance(self.value, dict) or key not in self.value:
            raise BadLog(f"{self.where} has no {key!r}")
        return _Node(self.value[key], f"{key!r} of {self.where}")

    def has(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def is_a(self, kind: type[Kind]) -> Kind:
        wrong = isinstance(self.value, bool) and kind is not bool
        if wrong or not isinstance(self.value, kind):
            raise BadLog(f"{self.where} is not of the right kind")
        if isinstance(self.value, str) and _SURROGATE.search(self.value):
            raise BadLog(f"{self.where} is no text: half of a character stands in it")
        return self.value

    def each(self, read: Callable[[_Node], Kind]) -> list[Kind]:
        items: list[object] = self.is_a(list)
        return [read(_Node(item, f"{self.where}[{n}]")) for n, item in enumerate(items)]

    def mapping(self, read: Callable[[_Node], Kind]) -> dict[str, Kind]:
        items: dict[str, object] = self.is_a(dict)
        return {key: read(_Node(item, f"{key!r} of {self.where}")) for key, item in items.items()}

    def texts(self) -> tuple[str, ...]:
        return tuple(self.each(lambda node: node.is_a(str)))

    def numbers(self) -> tuple[int, ...]:
        return tuple(self.each(lambda node: node.is_a(int)))

    def sizes(self) -> Mapping[str, int]:
        return self.mapping(lambda node: node.size())

    def size(self) -> int:
        found = self.is_a(int)
        if not 1 <= found <= MOST_OBJECTS:
            raise BadLog(f"{self.where} is not from 1 to {MOST_OBJECTS}")
        return found


def _read_variant(node: _Node) -> VariantLog:
    return VariantLog(
        node.get("name").is_a(str),
        node.get("bounds").mapping(_pair),
        tuple(node.get("verdicts").each(_read_entry)),
        tuple(node.get("lemmas").each(_read_lemmas)),
        tuple(node.get("traces").each(lambda item: item.is_a(dict))),
        tuple(node.get("vacuous").each(_read_vacuous)),
        tuple(node.get("no_system").each(_Node.sizes)) if node.has("no_system") else (),
        node.has("systems_unsure"),
    )


def _read_vacuous(node: _Node) -> Vacuous:
    cause = node.get("cause").is_a(str)
    if cause not in VACUOUS:
        raise BadLog(f"{node.where} has no cause that is known")
    return Vacuous(cause, node.get("name").is_a(str))


def _pair(node: _Node) -> tuple[int, int]:
    found = node.each(lambda item: item.size())
    if len(found) != 2:
        raise BadLog(f"{node.where} is no pair of sizes")
    return found[0], found[1]


def _read_entry(node: _Node) -> Entry:
    scope = node.get("scope")
    return Entry(
        node.get("property").is_a(str),
        node.get("verdict").is_a(str),
        None if scope.value == "all" else scope.sizes(),
        node.get("evidence").is_a(str),
        node.get("number").is_a(int),
        node.get("variables").texts(),
        node.get("method").is_a(str),
        node.get("shortest").is_a(bool),
        node.get("reason").is_a(str),
    )


def _read_lemmas(node: _Node) -> Lemmas:
    bounds, otherwise = node.get("bounds"), node.get("otherwise")
    return Lemmas(
        node.get("lemmas").texts(),
        node.get("facts").texts(),
        None if bounds.value is None else bounds.sizes(),
        node.get("premises").mapping(
            lambda below: below.mapping(lambda lists: lists.each(lambda item: item.numbers()))
        ),
        None if otherwise.value is None else otherwise.numbers(),
        _read_paths(node.get("paths")) if node.has("paths") else None,
    )


def _read_paths(node: _Node) -> Paths:
    depth = node.get("depth").is_a(int)
    if not 1 <= depth <= LONGEST_PATH:
        raise BadLog(f"{node.where} has a depth that is not from 1 to {LONGEST_PATH}")
    return Paths(depth, node.get("simple").is_a(bool), node.get("properties").texts())
