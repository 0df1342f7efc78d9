"""Bundles tampered with: files changed, taken away, added and replaced, with hashes that fit."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from random import Random
from typing import Any

from tests.fuzz import logs
from tests.fuzz.case import BUNDLE, Files, Folder, Link, Pipe
from tests.fuzz.noise import NOISE

MANIFEST = f"{BUNDLE}/manifest.json"
CHECKER = f"{BUNDLE}/check.py"

Change = Callable[[Random, Files, Sequence[Files]], Files]


def _paths(files: Files) -> list[str]:
    return sorted(path for path, content in files.items() if isinstance(content, bytes))


def _bytes(files: Files, path: str) -> bytes:
    found = files[path]
    return found if isinstance(found, bytes) else b""


def resealed(files: Files) -> Files:
    """The same with a manifest whose list of files fits them, where it can still be read."""
    try:
        manifest = json.loads(_bytes(files, MANIFEST))
        manifest["files"] = [
            {
                "path": path.removeprefix(f"{BUNDLE}/"),
                "sha256": sha256(_bytes(files, path)).hexdigest(),
            }
            for path in _paths(files)
            if path != MANIFEST and path.startswith(f"{BUNDLE}/")
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        return files
    return {**files, MANIFEST: written(manifest)}


def written(manifest: dict[str, Any]) -> bytes:
    """A manifest as text, an entry of each list a line."""
    parts = []
    for key, value in sorted(manifest.items()):
        text = json.dumps(value, sort_keys=True)
        if isinstance(value, list):
            text = "[\n" + ",\n".join(json.dumps(item, sort_keys=True) for item in value) + "\n]"
        parts.append(f"{json.dumps(key)}: {text}")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode("ascii", "replace")


def damaged(rng: Random, files: Files, others: Sequence[Files]) -> Files:
    """A file is damaged."""
    paths = [path for path in _paths(files) if path != CHECKER]
    path = rng.choice(paths)
    other = rng.choice(others)
    content = rng.choice(NOISE)(rng, _bytes(files, path), [_bytes(other, p) for p in _paths(other)])
    return {**files, path: content}


def sealed(rng: Random, files: Files, others: Sequence[Files]) -> Files:
    """A file is damaged, and its hash in the manifest fits."""
    return resealed(damaged(rng, files, others))


def numbers(rng: Random, files: Files, others: Sequence[Files]) -> Files:
    """A number in a graph, in clauses, a proof or a model is another one, and the hash fits."""
    suffixes = (".aag", ".cnf", ".lrat", ".model")
    paths = [path for path in _paths(files) if path.endswith(suffixes)]
    if not paths:
        return sealed(rng, files, others)
    path = rng.choice(paths)
    lines = _bytes(files, path).decode("latin-1").split("\n")
    at = rng.randrange(len(lines))
    words = lines[at].split(" ")
    place = rng.randrange(len(words))
    match rng.randrange(5):
        case 0:
            words[place] = rng.choice(("0", "1", "-1", "2", "9" * 30, "9" * 5000, "x", "", "1.0"))
        case 1:
            words[place] = (
                words[place].removeprefix("-") if "-" in words[place] else f"-{words[place]}"
            )
        case 2:
            words[place:place] = [words[place]]
        case 3:
            del words[place]
        case _:
            other = rng.randrange(len(words))
            words[place], words[other] = words[other], words[place]
    lines[at] = " ".join(words)
    return resealed({**files, path: "\n".join(lines).encode("latin-1")})


def swapped(rng: Random, files: Files, others: Sequence[Files]) -> Files:
    """A file has the content of another one, of this bundle or of another, and the hash fits."""
    other = rng.choice((files, rng.choice(others)))
    path = rng.choice([path for path in _paths(files) if path not in (CHECKER, MANIFEST)])
    return resealed({**files, path: _bytes(other, rng.choice(_paths(other)))})


def gone(rng: Random, files: Files, _: Sequence[Files]) -> Files:
    """A file is taken away, often from the list, too."""
    path = rng.choice([path for path in _paths(files) if path != CHECKER])
    left = {place: content for place, content in files.items() if place != path}
    return resealed(left) if rng.random() < 0.5 else left


def added(rng: Random, files: Files, _: Sequence[Files]) -> Files:
    """A file is added, often to the list, too."""
    name = rng.choice(
        ("x", ".hidden", "json.py", "obligations/x.cnf", "a b", "x/y/z/w", "-rf", "n\nl",
         "\x1b[2J", "LINK.md ")
    )  # fmt: skip
    more: Files = {
        **files,
        f"{BUNDLE}/{name}": rng.choice((b"", b"raise SystemExit(0)\n", b"\xff")),
    }
    return resealed(more) if rng.random() < 0.4 else more


def replaced(rng: Random, files: Files, _: Sequence[Files]) -> Files:
    """In the place of a file, or beside it: a link, a folder, a pipe."""
    path = rng.choice([path for path in _paths(files) if path != CHECKER])
    kept = f"original.{path.rsplit('/', 1)[-1]}"
    depth = path.count("/")
    links = (
        Link("../" * depth + kept), Link("/dev/zero"), Link("/etc/hostname"), Link("."),
        Link("nowhere"),
        Link(path.rsplit("/", 1)[-1]), Folder(), Pipe(),
    )  # fmt: skip
    found = rng.choice(links)
    beside = rng.random() < 0.2
    place = f"{path}.more" if beside else path
    more: Files = {**files, kept: _bytes(files, path), place: found}
    return more if rng.random() < 0.7 else resealed(more)


def manifest(rng: Random, files: Files, others: Sequence[Files]) -> Files:
    """A value of the manifest is another one."""
    return _edited(rng, files, others, lambda value, other: logs.any_value(rng, value, other))


def paths(rng: Random, files: Files, others: Sequence[Files]) -> Files:
    """The manifest names other files, some of which lead out."""
    found = (
        "../x", "/etc/hostname", "/dev/zero", ".", "", "check.py", "./check.py", "a/../check.py",
        "x\x00", "manifest.json", "log.txt", "/dev/stdin",
    )  # fmt: skip

    def edit(value: dict[str, Any], _other: dict[str, Any]) -> None:
        entries = [
            item
            for group in ("files", "files", "obligations", "traces")
            for item in value.get(group) or []
        ]
        entry = rng.choice(entries)
        key = rng.choice([key for key in entry if key not in ("claim", "name")])
        entry[key] = rng.choice(found)

    return _edited(rng, files, others, edit)


def claims(rng: Random, files: Files, others: Sequence[Files]) -> Files:
    """Obligations and runs go, come twice, change places, or say something else."""

    def edit(value: dict[str, Any], _other: dict[str, Any]) -> None:
        group = rng.choice(("obligations", "traces", "unproved"))
        entries = value[group] or value["obligations"]
        at = rng.randrange(len(entries))
        match rng.randrange(5):
            case 0:
                del entries[at]
            case 1:
                entries.append(copy.deepcopy(entries[at]))
            case 2:
                entries[at]["claim"] = rng.choice(logs.WORDS)
            case 3:
                entries[at]["name"] = rng.choice(logs.WORDS)
            case _:
                other = rng.choice(entries)
                key = rng.choice(list(entries[at]))
                entries[at][key], other[key] = other[key], entries[at][key]

    return _edited(rng, files, others, edit)


def _edited(
    rng: Random,
    files: Files,
    others: Sequence[Files],
    edit: Callable[[dict[str, Any], dict[str, Any]], object],
) -> Files:
    try:
        value = json.loads(_bytes(files, MANIFEST))
        edit(value, json.loads(_bytes(rng.choice(others), MANIFEST)))
        return {**files, MANIFEST: written(value)}
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError):
        return damaged(rng, files, others)


def log(rng: Random, files: Files, others: Sequence[Files]) -> Files:
    """The log in the bundle is forged, and the hashes fit."""
    path = f"{BUNDLE}/log.txt"
    pool = [_bytes(item, path) for item in others if path in item]
    if path not in files or not pool:
        return sealed(rng, files, others)
    return resealed({**files, path: rng.choice(logs.MUTATORS)(rng, _bytes(files, path), pool)})


def run(rng: Random, files: Files, others: Sequence[Files]) -> Files:
    """A value of a run is another one, and the hash fits."""
    runs = [path for path in _paths(files) if path.startswith(f"{BUNDLE}/traces/")]
    if not runs:
        return sealed(rng, files, others)
    path = rng.choice(runs)
    text = _bytes(files, path).decode("latin-1")
    if rng.random() < 0.5:
        bits = [at for at, char in enumerate(text) if char in "01"]
        if bits:
            at = rng.choice(bits)
            text = text[:at] + ("1" if text[at] == "0" else "0") + text[at + 1 :]
        return resealed({**files, path: text.encode("latin-1")})
    lines = text.split("\n")
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(3):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case _:
            lines[at], lines[to] = lines[to], lines[at]
    return resealed({**files, path: "\n".join(lines).encode("latin-1")})


MUTATORS: tuple[Change, ...] = (
    *(damaged, sealed, sealed, numbers, numbers, numbers, swapped, gone, added, replaced, replaced),
    *(manifest, manifest, paths, claims, claims, log, run, run),
)
