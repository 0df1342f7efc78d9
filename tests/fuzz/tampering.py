"""What a bundle that `check.py` accepted has to be, told without it.

The graphs, and what the claims say of them, are taken on trust there, and the log beside them. All
else has to be as listed, and evidence has to be that of the same graphs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256

from tests.fuzz.case import BUNDLE, Case, Files, Link, Pipe
from tests.fuzz.truth import of_log

MANIFEST = f"{BUNDLE}/manifest.json"


def accepted(case: Case) -> str:
    """What is wrong with a bundle that was accepted, or ""."""
    return "; ".join(dict.fromkeys(_reasons(case.files, case.original)))


def is_same(case: Case) -> bool:
    """Whether all is as it was written; the manifest may be laid out in another way, and the log
    may be another one that is true.
    """
    old, new = (files.get(f"{BUNDLE}/log.txt") for files in (case.original, case.files))
    if not isinstance(old, bytes) or not isinstance(new, bytes) or of_log(old, new):
        return False
    return _known(case.files) == _known(case.original)


def _known(files: Files) -> dict[str, object]:
    below: dict[str, object] = {
        path: content for path, content in files.items() if path.startswith(f"{BUNDLE}/")
    }
    manifest = _manifest(files)
    entries = [entry for entry in manifest["files"] if entry["path"] != "log.txt"]
    manifest["files"] = sorted(entries, key=lambda entry: entry["path"])
    return {**below, MANIFEST: manifest, f"{BUNDLE}/log.txt": b""}


def _reasons(files: Files, original: Files) -> Iterator[str]:
    below = {path: it for path, it in files.items() if path.startswith(f"{BUNDLE}/")}
    if any(isinstance(item, (Link, Pipe)) for item in below.values()):
        yield "a link or a pipe"
    manifest = _manifest(files)
    listed = {f"{BUNDLE}/{entry['path']}": entry["sha256"] for entry in manifest["files"]}
    present = {path: item for path, item in below.items() if isinstance(item, bytes)}
    if set(listed) != set(present) - {MANIFEST}:
        yield "other files than are listed"
    for path, digest in listed.items():
        if path in present and sha256(present[path]).hexdigest() != digest:
            yield "a file with another hash"
    before = set(_evidence(original))
    for kind, name, *content in _evidence(files):
        if (kind, name, *content) not in before:
            yield f"{kind} that is not as it was written"
    if len(manifest["obligations"]) + len(manifest["traces"]) == 0:
        yield "nothing at all"


def _evidence(files: Files) -> Iterator[tuple[str, ...]]:
    """Obligations and runs, each with all that has to be as it was: the clauses belong to the
    graph, and each state of a run but the first to the one before. A proof may be any.
    """
    manifest = _manifest(files)

    def text(path: str) -> str:
        found = files.get(f"{BUNDLE}/{path}", b"")
        return found.decode("latin-1") if isinstance(found, bytes) else ""

    for entry in manifest["obligations"]:
        yield "an obligation", "", _gates(text(entry["graph"])), text(entry["cnf"])
    for entry in manifest["traces"]:
        value = json.loads(text(entry["file"]))
        first = {"states": value["states"][1:]}  # it may start in another initial state
        yield "a run", "", json.dumps({**value, **first}, sort_keys=True)


def _gates(text: str) -> str:
    """A graph without the names in it."""
    lines = text.split("\n")
    return "\n".join(
        " ".join(line.split()) for line in lines if line[:1].isdigit() or line[:3] == "aag"
    )


def _manifest(files: Files) -> dict[str, list[dict[str, str]]]:
    found = files[MANIFEST]
    assert isinstance(found, bytes)
    value: dict[str, list[dict[str, str]]] = json.loads(found)
    return value
