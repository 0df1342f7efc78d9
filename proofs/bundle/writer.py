"""Writes bundles: the evidence of bounded proofs, for whoever has nothing but a Python interpreter.

A bundle is a folder. For each obligation it holds a graph that is true where the claim fails, its
clauses, and a proof that they have no model; `check.py` in it checks all that. Nothing is written
for a claim that could not be proved: it is listed with the reason. The same input gives the same
bytes (for the same build of the SAT solver).
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from proofs.bundle.discharge import CHECKER, SUFFIXES, Discharged, Obligation, discharge
from proofs.log.whole_files import whole_folder
from proofs.solvers.satisfiability import CONFLICTS

_README = """\
# Evidence that needs nothing installed

    python3 -I -S check.py

checks everything in this folder that can be checked by program, and says what it took on trust.
It needs Python 3.10 or later, no package, and no network. Exit status: 0, all is verified;
1, something is wrong (file and line on standard error); 2, nothing is wrong, but some obligations
are not proved.

Do not trust `check.py` because it lies here: read it (it is short), or compare it with
`proofs/bundle/check.py` of the project.

| file | is |
| --- | --- |
| `manifest.json` | every other file with its SHA-256; the claims; what is not proved |
| `obligations/NAME.aag` | a circuit in ASCII AIGER; its output is true where the claim fails |
| `obligations/NAME.cnf` | the same in DIMACS; `check.py` makes it anew and compares |
| `obligations/NAME.lrat` | a proof in LRAT that these clauses have no model |
| `obligations/NAME.possible.aag` | hypotheses and step alone, without the claim |
| `obligations/NAME.model` | input bits that make it true: the claim does not hold vacuously |
| `system/` | the system's initial states, steps and properties as circuits |
| `traces/NAME.json` | runs that violate a property, replayed on those circuits |

Variable v of a circuit is variable v of the clauses; AIGER's constant 0 is variable M + 1. Each
gate gives three clauses, in the order of the circuit; then comes that the constant is false, then
the output.
"""

_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,239}")
"""A name of a file, or of an obligation, step, property or trace: nothing that shells read."""


@dataclass(frozen=True, slots=True)
class System:
    """The circuits that traces are replayed on, as AIGER text.

    Inputs and outputs have names: an input that is named like a bit of the state is that bit, any
    other one is a choice.

    Args:
        initial: name of a system -> one output: the state is an initial one of it. Several systems
            (variants, sizes) lie side by side: each has steps and properties of its own.
        steps: name of a step -> outputs `enabled` (it can be taken, be it into a fault),
            `next:BIT` for each bit of the state, `fault:KIND` (true: it ends in that fault),
            `assert:NAME` (true: that assertion fails) and, where the values after it might not
            fit their bits, `inside` (true: they do).
        properties: name of a property -> one output: the property holds in the state.
    """

    initial: Mapping[str, str]
    steps: Mapping[str, str]
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TraceStep:
    """A step of a trace.

    Args:
        graph: name of the step in `System.steps`.
        choices: value of each input of the step that is not a bit of the state.
    """

    graph: str
    choices: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class TraceEvidence:
    """A run of the system that violates something at its end.

    Args:
        name: of its file, without suffix.
        claim: what it shows, in words.
        kind: how it ends: `violated` or `reached`: a property fails (a `reachable` holds) in the
            last state; `fault`: in the last step, after which there is no state; `assert`: an
            assertion fails in the last step.
        violates: the property, the kind of fault, or the assertion.
        start: name of its system in `System.initial`.
        bits: names of the bits of the state.
        states: their values, `0` or `1` each, in that order.
        steps: from each state to the next.
    """

    name: str
    claim: str
    kind: Literal["violated", "reached", "fault", "assert"]
    violates: str
    start: str
    bits: tuple[str, ...]
    states: tuple[str, ...]
    steps: tuple[TraceStep, ...]


@dataclass(frozen=True, slots=True)
class BundleReport:
    """What a bundle holds.

    Args:
        digest: SHA-256 of its manifest, and so of everything.
        proved: names of the obligations with a proof.
        vacuous: those of them without a model of their premises -> why there is none.
        unproved: obligations without a proof -> why.
        files: number of files, the manifest included.
        size: bytes of all files.
        steps: number of LRAT steps.
    """

    digest: str
    proved: tuple[str, ...]
    vacuous: Mapping[str, str] = field(default_factory=dict)
    unproved: Mapping[str, str] = field(default_factory=dict)
    files: int = 0
    size: int = 0
    steps: int = 0


def write_bundle(
    folder: Path,
    obligations: Iterable[Obligation],
    *,
    system: System | None = None,
    traces: Iterable[TraceEvidence] = (),
    extra: Mapping[str, str | bytes] | None = None,
    workers: int = 1,
    conflicts: int = CONFLICTS,
) -> BundleReport:
    """Proves obligations and writes the evidence.

    Args:
        folder: must not exist, or be empty; it appears when it is complete.
        obligations: consumed one by one.
        system: what the traces are replayed on.
        traces: runs that violate something. They are not replayed here: `check.py` does.
        extra: path in the bundle -> text (UTF-8) or bytes: the log, LINK.md.
        workers: processes that prove; 1: this one alone.
        conflicts: limit of the SAT solver for each obligation.

    Raises:
        FileExistsError: the folder is not empty.
        OSError: it cannot be written.
        ValueError: a name cannot name a file or comes twice, a text of an obligation is no graph
            with one output, or there are traces but no system.
    """
    traces = tuple(traces)
    if traces and system is None:
        raise ValueError("traces need the system that they are replayed on")
    with whole_folder(folder) as inside:
        files = _Files(inside)
        results: list[Discharged] = []
        for result in _discharged(inside, files.named(obligations), workers, conflicts):
            results.append(result)
            files.known(result.files)
        plain = plain_files(system, traces, extra or {})
        for path, content in plain.contents.items():
            files.write(path, content)
        digest = _write_manifest(files, results, plain.system, plain.traces)
    return BundleReport(
        digest,
        tuple(result.name for result in results if result.proved),
        {r.name: r.reason for r in results if r.proved and not r.possible},
        {r.name: r.reason for r in results if not r.proved},
        len(files.hashes) + 1,
        files.size,
        sum(result.steps for result in results),
    )


@dataclass(slots=True)
class Plain:
    """The files of a bundle that no solver has a part in.

    Args:
        contents: path -> content.
        system: the manifest's entry on the system.
        traces: the manifest's entries on the traces.
    """

    contents: dict[str, bytes] = field(default_factory=dict)
    system: Mapping[str, object] = field(default_factory=dict)
    traces: Sequence[object] = ()

    def write(self, path: str, content: str | bytes) -> str:
        """Notes a file; its path, which must be new."""
        if path in self.contents:
            raise ValueError(f"{path} comes twice")
        self.contents[path] = content.encode() if isinstance(content, str) else content
        return path


def plain_files(
    system: System | None, traces: Iterable[TraceEvidence], extra: Mapping[str, str | bytes]
) -> Plain:
    """The files of a bundle besides those of obligations; see `write_bundle`.

    Raises:
        ValueError: a name cannot name a file, or comes twice.
    """
    files = Plain()
    files.system = _write_system(files, system)
    files.traces = [_write_trace(files, trace) for trace in traces]
    for path, content in sorted(extra.items()):
        files.write(path, content)
    files.write("check.py", CHECKER.read_bytes())
    files.write("README.md", _README)
    return files


def _named(name: str) -> str:
    if not _SAFE.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a file of a bundle")
    return name


class _Files:
    """The files written so far."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = {"manifest.json"}
        self.hashes: dict[str, str] = {}
        self.size = 0

    def named(self, obligations: Iterable[Obligation]) -> Iterator[Obligation]:
        for obligation in obligations:
            for suffix in SUFFIXES:
                self.claim(f"obligations/{_named(obligation.name)}.{suffix}")
            yield obligation

    def claim(self, path: str) -> None:
        """Takes a path, which must be new."""
        for part in path.split("/"):
            _named(part)
        if path in self._names:
            raise ValueError(f"{path} comes twice")
        self._names.add(path)

    def write(self, path: str, data: bytes) -> None:
        self.claim(path)
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self.known({path: (hashlib.sha256(data).hexdigest(), len(data))})

    def known(self, files: Mapping[str, tuple[str, int]]) -> None:
        for path, (digest, size) in files.items():
            self.hashes[path] = digest
            self.size += size

    def write_manifest(self, text: str) -> str:
        data = text.encode("ascii")
        (self._folder / "manifest.json").write_bytes(data)
        self.size += len(data)
        return hashlib.sha256(data).hexdigest()


def _discharged(
    folder: Path, obligations: Iterator[Obligation], workers: int, conflicts: int
) -> Iterator[Discharged]:
    """The results in the order of the obligations, of which few are held at a time."""
    if workers <= 1:
        for obligation in obligations:
            yield discharge(folder, obligation, conflicts)
        return
    # Not forked: the caller may have threads, and solvers loaded.
    context = multiprocessing.get_context("spawn")
    pending: deque[tuple[Obligation, Future[Discharged]]] = deque()
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for obligation in obligations:
            try:
                pending.append((obligation, pool.submit(discharge, folder, obligation, conflicts)))
            except BrokenProcessPool:
                while pending:
                    yield _awaited(folder, *pending.popleft())
                yield _lost(folder, obligation)
            if len(pending) >= 8 * workers:
                yield _awaited(folder, *pending.popleft())
        while pending:
            yield _awaited(folder, *pending.popleft())


def _awaited(folder: Path, obligation: Obligation, future: Future[Discharged]) -> Discharged:
    try:
        return future.result()
    except BrokenProcessPool:
        return _lost(folder, obligation)


def _lost(folder: Path, obligation: Obligation) -> Discharged:
    for suffix in SUFFIXES:  # of which some may have been written, or half of one
        (folder / "obligations" / f"{obligation.name}.{suffix}").unlink(missing_ok=True)
    reason = "a process that looks for proofs died"
    return Discharged(obligation.name, obligation.claim, False, False, reason)


def _write_system(files: Plain, system: System | None) -> dict[str, object]:
    if system is None:
        return {"initial": {}, "properties": {}, "steps": {}}
    return {
        "initial": {
            name: files.write(f"system/initial.{_named(name)}.aag", text)
            for name, text in sorted(system.initial.items())
        },
        "properties": {
            name: files.write(f"system/property.{_named(name)}.aag", text)
            for name, text in sorted(system.properties.items())
        },
        "steps": {
            name: files.write(f"system/step.{_named(name)}.aag", text)
            for name, text in sorted(system.steps.items())
        },
    }


def _write_trace(files: Plain, trace: TraceEvidence) -> dict[str, object]:
    steps = [
        {"choices": {name: int(bit) for name, bit in step.choices.items()}, "graph": step.graph}
        for step in trace.steps
    ]
    text = (
        f'{{\n"bits": {_json(trace.bits)},\n"kind": {_json(trace.kind)}, '
        f'"start": {_json(trace.start)},\n'
        f'"states": {_listing(trace.states)},\n"steps": {_listing(steps)},\n'
        f'"violates": {_json(trace.violates)}\n}}\n'
    )
    path = files.write(f"traces/{_named(trace.name)}.json", text)
    return {"claim": trace.claim, "file": path, "name": trace.name}


def _write_manifest(
    files: _Files,
    results: Iterable[Discharged],
    system: Mapping[str, object],
    traces: Iterable[object],
) -> str:
    proved = [result.entry() for result in results if result.proved]
    unproved = [
        {"claim": result.claim, "name": result.name, "reason": result.reason}
        for result in results
        if not result.proved
    ]
    hashes = [{"path": path, "sha256": digest} for path, digest in sorted(files.hashes.items())]
    return files.write_manifest(
        f'{{\n"files": {_listing(hashes)},\n"format": "buddyproof bundle",\n'
        f'"obligations": {_listing(proved)},\n"system": {_json(system)},\n'
        f'"traces": {_listing(traces)},\n"unproved": {_listing(unproved)},\n"version": 1\n}}\n'
    )


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _listing(values: Iterable[object]) -> str:
    """A list with an entry a line: what is wrong can then be told by line."""
    return "[\n" + ",\n".join(map(_json, values)) + "\n]"
