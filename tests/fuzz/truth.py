"""What a specification or a log that was accepted has to be, told without what accepted it.

A log that differs from the one that the program wrote may be accepted only where each claim of it
is one of the original's, or weaker. Evidence (lemmas, hints, runs, what a search distinguished) may
be any that a recheck takes, and a few words have a form but no proof, as docs/evidence.md says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from frontend.source.spans import Source
from frontend.syntax import printer
from frontend.syntax.lexer import WORDS
from frontend.syntax.parser import parse
from tests.fuzz import running
from tests.fuzz.specs import tokens
from tests.support.frontend.trees import without_spans

Value = Mapping[str, Any]

HIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
VERSION = re.compile(r"\d[\w.+-]{0,40}")
FILE = re.compile(r"[A-Za-z0-9][\w+-]*(\.[\w+-]+)*", re.ASCII)


def of_specification(content: bytes) -> tuple[str, str] | None:
    """What is wrong with a specification that was accepted: in short, and in full."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "bytes that are no text", repr(content[:200])
    hidden = HIDDEN.search(text)
    if hidden:
        return "a character that nobody sees", f"{hidden.group()!r} at {hidden.start()}"
    tree = parse(Source(SPECIFICATION, text))
    printed = printer.specification(tree)
    again = parse(Source(SPECIFICATION, printed))
    if without_spans(again) != without_spans(tree):
        return "its printed tree is another one", printed
    if printer.specification(again) != printed:
        return "its tree is printed in two ways", printed
    for noun, found in (("names", _names), ("numbers", _numbers), ("texts", _strings)):
        lost = found(text) ^ found(printed)
        if lost:
            return f"{noun} of it are not in its tree", f"{sorted(lost)[:20]}\n{printed}"
    return None


SPECIFICATION = "it.alloc"


def _names(text: str) -> set[str]:
    return {t for t in tokens(text) if re.match(r"[A-Za-z_]", t) and t not in WORDS}


def _numbers(text: str) -> set[str]:
    return {str(int(t, 0)) if t[:2] in ("0x", "0X") else t for t in tokens(text) if t[:1].isdigit()}


def _strings(text: str) -> set[str]:
    return {token for token in tokens(text) if token.startswith('"')}


# --- logs ------------------------------------------------------------------------------------


def of_log(original: bytes, content: bytes) -> str:
    """What is wrong with a log that was accepted, or ""."""
    texts = [item.replace(b"\r\n", b"\n").decode("ascii") for item in (original, content)]
    if texts[0] == texts[1]:
        return ""
    (block, machine), (other_block, other) = map(_parts, texts)
    if machine == other:
        return (
            "its paste block is another one" if block != other_block else "it is written otherwise"
        )
    return "; ".join(dict.fromkeys(_differences(machine, other)))


def _parts(text: str) -> tuple[str, Value]:
    head, _, rest = text.partition("\nbegin buddyproof log\n")
    body = rest.rpartition("\nend buddyproof log sha256 ")[0]
    value: Value = json.loads(body)
    return head, value


def _differences(value: Value, other: Value) -> list[str]:
    found = []
    if (
        not VERSION.fullmatch(other["program"]["version"])
        or other["program"]["name"] != "buddyproof"
    ):
        found.append("a program that is none")
    for name, version in other["solvers"].items():
        if name not in ("z3", "cvc5", "bitwuzla") or not VERSION.fullmatch(version):
            found.append("a solver that is none")
    given = other["specification"]
    if not FILE.fullmatch(given["name"]) or len(given["name"]) > 80:
        found.append("a file's name that is none")
    if set(value) != set(other):
        found.append("other keys")
    if _shape(value) == _shape(other) and _asked(value) != _asked(other):
        found.append("the same verdicts, and something else was asked")
    if value["specification"]["text"] != given["text"]:
        return [*found, *_of_another_text(other)]
    mine = {item["name"]: item for item in value["variants"]}
    for variant in other["variants"]:
        if variant["name"] not in mine:
            found.append("a variant that is none")
            continue
        found += _variant(mine[variant["name"]], variant)
    asked = other["invocation"]["variants"] or list(mine)
    if sorted(item["name"] for item in other["variants"]) != sorted(asked):
        found.append("other variants than were asked about")
    return found


def _shape(value: Value) -> object:
    """What was asked, told from the verdicts."""
    return value["specification"]["text"], [
        (item["name"], item["bounds"], [entry["property"] for entry in item["verdicts"]])
        for item in value["variants"]
    ]


def _asked(value: Value) -> object:
    """What was asked, besides how runs are laid out."""
    return {key: item for key, item in value["invocation"].items() if key != "compact"}


def _variant(value: Value, other: Value) -> list[str]:
    """What one variant claims that the original did not."""
    found = []
    claims = {entry["property"]: entry for entry in value["verdicts"]}
    names = [entry["property"] for entry in other["verdicts"]]
    if len(set(names)) != len(names):
        found.append("two verdicts on a property")
    for entry in other["verdicts"]:
        before = claims.get(entry["property"])
        if before is None:
            found.append("a property that is none")
        elif entry["verdict"] != before["verdict"]:
            found.append(f"{before['verdict']} became {entry['verdict']}")
        else:
            found += _claim(before, entry, other["bounds"])
    same_sizes = value["bounds"] == other["bounds"]
    dropped = [item for item in value.get("vacuous", ()) if item not in other.get("vacuous", ())]
    if same_sizes and any(item["name"] in names for item in dropped):
        found.append("a verdict that says nothing is no longer said to")
    if same_sizes and any(
        item not in value.get("vacuous", ()) for item in other.get("vacuous", ())
    ):
        found.append("a verdict is said to say nothing")
    known = {text for one in value["lemmas"] for text in (*one["lemmas"], *one["facts"])}
    stated = {text for one in other["lemmas"] for text in one["facts"]}
    proved = {text for one in other["lemmas"] for text in one["lemmas"]}
    if stated - known - proved:
        found.append("a fact that is no lemma")
    return found


def _claim(before: Value, entry: Value, bounds: Mapping[str, list[int]]) -> list[str]:
    found = []
    if entry["scope"] == "all" and before["scope"] != "all":
        found.append("sizes became all")
    if entry["scope"] != "all" and any(
        not bounds[sort][0] <= size <= bounds[sort][1] for sort, size in entry["scope"].items()
    ):
        found.append("sizes that nobody asked about")
    if entry["shortest"] and not before["shortest"]:
        found.append("a run is said to be the shortest")
    if entry["reason"] and entry["verdict"] != "unknown":
        found.append("a reason beside a verdict")
    if entry["method"] and entry["evidence"]:
        found.append("a method beside evidence")
    if entry["verdict"] != "unknown" and not entry["evidence"]:
        found.append("a verdict without evidence")
    return found


def _of_another_text(other: Value) -> list[str]:
    """A log of an edited specification: its verdicts must be those of the edited one."""
    found = []
    text = "\n".join(other["specification"]["text"])
    verdicts = fresh(text)
    for variant in other["variants"]:
        for entry in variant["verdicts"]:
            key = variant["name"], entry["property"]
            if verdicts.get(key, entry["verdict"]) not in ("unknown", entry["verdict"]):
                found.append(f"{entry['verdict']} although it is {verdicts[key]}")
    return found


def fresh(text: str) -> Mapping[tuple[str, str], str]:
    """The verdicts on a specification by exploration: variant and property -> verdict."""
    with TemporaryDirectory() as folder:
        Path(folder, SPECIFICATION).write_bytes(text.encode("utf-8", "surrogatepass"))
        options = ["--format", "json", "--timeout", "10", "--no-recheck", "--engine", "explore"]
        said = running.program(["verify", SPECIFICATION, *options], Path(folder))
    if not said.out.startswith("{"):
        return {}
    found = json.loads(said.out)["results"]
    return {(item["variant"], item["property"]): item["verdict"] for item in found}
