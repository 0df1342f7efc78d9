"""Checks this bundle with nothing but a Python interpreter.

    python3 -I -S check.py

Exit status: 0, everything is verified; 1, something is wrong (which file and line: standard error);
2, nothing is wrong, but the bundle itself says that obligations are missing, or it holds none.

Only regular files inside the folder are read, and only those that the manifest lists. What is
printed is plain ASCII: anything else in a bundle's texts comes out as an escape.

Formats: and-inverter graphs in ASCII AIGER (Biere 2007); clauses in DIMACS; proofs in LRAT
(Cruz-Filipe, Heule, Hunt, Kaufmann, Schneider-Kamp 2017), without its RAT steps.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import sys
from pathlib import Path
from typing import Any

Clause = tuple[int, ...]
# largest variable, literals of the inputs, of the outputs, gates, names of inputs, of outputs
Graph = tuple[int, list[int], list[int], list[tuple[int, int, int]], list[str], list[str]]


LARGEST = 1 << 28
"""Bytes of a file: far more than any has."""

DEEPEST = 20
"""Levels of JSON; a bundle has half a dozen."""

PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,239}(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,239}){0,7}")
"""A path in a bundle: below the folder, and nothing that a shell reads."""

KEYS = {
    "files": {"path", "sha256"},
    "obligations": {
        "claim", "cnf", "graph", "model", "name", "possible", "proof", "why_no_model",
    },
    "traces": {"claim", "file", "name"},
    "unproved": {"claim", "name", "reason"},
}  # fmt: skip
"""What an entry of each list of the manifest has; anything else would be read by nobody."""

ODD = (
    ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip
"""What comes of values of another kind than expected."""


class Wrong(Exception):
    """What is wrong, with the file and, where there is one, the line."""


def wrong(path: str, line: int, reason: str) -> Wrong:
    """An error at a line (0: in the file as a whole)."""
    return Wrong(escaped(f"{path}:{line}: {reason}" if line else f"{path}: {reason}"))


def escaped(text: object) -> str:
    """A text on one line, of printable ASCII and not too long."""
    shown = str(text)[:2000].encode("ascii", "backslashreplace").decode("ascii")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in shown)


def read_bytes(folder: Path, path: str) -> bytes:
    """The content of a regular file below the folder."""
    if not PATH.fullmatch(path):
        raise wrong(path, 0, "this is no path in a bundle")
    for place in [folder / path, *(folder / path).parents]:
        if place == folder:
            break
        if place.is_symlink():
            raise wrong(path, 0, "a link leads there")
    try:
        found = os.lstat(folder / path)
        if not stat.S_ISREG(found.st_mode):
            raise wrong(path, 0, "this is no regular file")
        if found.st_size > LARGEST:
            raise wrong(path, 0, f"larger than {LARGEST} bytes")
        with open(folder / path, "rb") as file:  # noqa: PTH123  # needs nothing but this
            return file.read(LARGEST)
    except OSError as error:
        raise wrong(path, 0, f"cannot be read: {error.strerror}") from error


def read_json(path: str, lines: list[str]) -> Any:
    """A JSON value that is not too deep, in which no key stands twice."""
    text = "\n".join(lines)
    level = deepest = 0
    for mark in re.findall(r'"(?:[^"\\]|\\.)*"|[][{}]', text):
        level += (mark in "[{") - (mark in "]}")
        deepest = max(deepest, level)
    if deepest > DEEPEST:
        raise wrong(path, 0, f"nests more than {DEEPEST} deep")
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: once(path, pairs))
    except ODD as error:
        raise wrong(path, 0, f"is no JSON: {error}") from error


def once(path: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object each key of which stands there once."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise wrong(path, 0, "a key stands twice in an object")
    return found


def read_lines(folder: Path, path: str) -> list[str]:
    """The lines of a file; each of them must be ended."""
    try:
        lines = read_bytes(folder, path).decode("ascii").split("\n")
    except ValueError as error:
        raise wrong(path, 0, f"cannot be read as ASCII: {error}") from error
    if lines.pop():
        raise wrong(path, len(lines) + 1, "the last line is not ended")
    return lines


def numbers(path: str, line: int, text: str) -> list[int]:
    """The integers of a line."""
    try:
        return list(map(int, text.split()))
    except ValueError:
        raise wrong(path, line, "not a list of integers") from None


# --- graphs ----------------------------------------------------------------------------------


def read_graph(folder: Path, path: str) -> Graph:
    """An and-inverter graph without latches, in which each gate stands after what it reads."""
    lines = read_lines(folder, path)
    header = numbers(path, 1, lines[0][4:]) if lines and lines[0].startswith("aag ") else []
    if len(header) != 5 or min(header) < 0 or header[2]:
        raise wrong(path, 1, "expected 'aag M I 0 O A'")
    largest, count, _, outputs, gate_count = header
    if largest > count + gate_count or len(lines) < 1 + count + outputs + gate_count:
        raise wrong(path, 1, "more variables or lines announced than there are")
    defined = bytearray(largest + 1)
    defined[0] = 1
    last = 2 * largest + 1
    gates = []
    first_gate = 1 + count + outputs
    for index in [*range(1, 1 + count), *range(first_gate, first_gate + gate_count)]:
        values = numbers(path, index + 1, lines[index])
        if len(values) != (1 if index <= count else 3):
            raise wrong(path, index + 1, "wrong number of literals")
        for literal in values[1:]:
            if not 0 <= literal <= last or not defined[literal >> 1]:
                raise wrong(path, index + 1, f"{literal} is not defined before")
        gate = values[0]
        if gate & 1 or not 2 <= gate <= last or defined[gate >> 1]:
            raise wrong(path, index + 1, f"{gate} cannot be defined here")
        defined[gate >> 1] = 1
        if index > count:
            gates.append((gate, values[1], values[2]))
    for index in range(1 + count, first_gate):
        values = numbers(path, index + 1, lines[index])
        if len(values) != 1 or not 0 <= values[0] <= last or not defined[values[0] >> 1]:
            raise wrong(path, index + 1, "not a defined literal")
    names = [""] * (count + outputs)
    for index in range(first_gate + gate_count, len(lines)):
        if lines[index] == "c":
            break
        place, _, name = lines[index].partition(" ")
        number = int(place[1:]) if place[1:].isdecimal() else count + outputs
        if place[:1] not in ("i", "o") or number >= (count if place[0] == "i" else outputs):
            raise wrong(path, index + 1, "expected a symbol such as 'i0 name'")
        names[number if place[0] == "i" else count + number] = name
    inputs = [int(line) for line in lines[1 : 1 + count]]
    results = [int(line) for line in lines[1 + count : first_gate]]
    return largest, inputs, results, gates, names[:count], names[count:]


def evaluate(graph: Graph, bits: list[int]) -> list[int]:
    """The outputs' bits for the inputs' bits."""
    largest, inputs, outputs, gates, _, _ = graph
    values = [0] * (largest + 1)
    for literal, bit in zip(inputs, bits, strict=True):
        values[literal >> 1] = bit
    for gate, left, right in gates:
        values[gate >> 1] = (values[left >> 1] ^ left & 1) & (values[right >> 1] ^ right & 1)
    return [values[literal >> 1] ^ literal & 1 for literal in outputs]


def clauses_of(graph: Graph, path: str) -> list[Clause]:
    """The clauses that have a model exactly when some input makes the graph's output true.

    AIGER's variable v is variable v; its constant 0, which is false, is variable M + 1.
    """
    largest, _, outputs, gates, _, _ = graph
    if len(outputs) != 1:
        raise wrong(path, 1, "expected one output")
    zero = largest + 1
    clauses: list[Clause] = []
    for gate, left, right in gates:
        variable = gate >> 1
        first = (left >> 1 or zero) * (-1 if left & 1 else 1)
        second = (right >> 1 or zero) * (-1 if right & 1 else 1)
        clauses += (-variable, first), (-variable, second), (variable, -first, -second)
    output = outputs[0]
    return [*clauses, (-zero,), ((output >> 1 or zero) * (-1 if output & 1 else 1),)]


def check_clauses(folder: Path, path: str, largest: int, clauses: list[Clause]) -> None:
    """Compares the clauses made from the graph with the file that holds them."""
    expected = [f"p cnf {largest + 1} {len(clauses)}"]
    expected += [" ".join(map(str, clause)) + " 0" for clause in clauses]
    lines = read_lines(folder, path)
    if lines != expected:
        for number, (line, other) in enumerate(zip(lines, expected, strict=False), 1):
            if line != other:
                raise wrong(path, number, f"the graph gives {other!r}, not {line!r}")
        raise wrong(path, min(len(lines), len(expected)) + 1, "not as long as the graph requires")


# --- proofs ----------------------------------------------------------------------------------


def check_proof(path: str, lines: list[str], given: list[Clause]) -> int:
    """Checks that an LRAT proof derives the empty clause; returns its number of steps.

    For each step its literals are taken to be false. Every hinted clause must then have a single
    literal that is not false, which thereby becomes true, and the last one must have none.
    """
    clauses = {number: tuple(set(clause)) for number, clause in enumerate(given, 1)}
    highest = len(clauses)
    steps = 0
    for line, text in enumerate(lines, 1):
        words = text.split()
        if len(words) > 2 and words[1] == "d":
            for number in numbers(path, line, " ".join(words[2:-1])):
                if clauses.pop(number, None) is None:
                    raise wrong(path, line, f"there is no clause {number} to delete")
            if words[-1] != "0":
                raise wrong(path, line, "the list is not ended")
            continue
        values = numbers(path, line, text)
        if values.count(0) != 2 or values[-1]:
            raise wrong(path, line, "expected 'number literals 0 hints 0'")
        end = values.index(0)
        if end == 0 or values[0] <= highest:
            raise wrong(path, line, "the number of a step must be higher than those before")
        highest = values[0]
        literals = values[1:end]
        hints = values[end + 1 : -1]
        false = set(literals)
        conflict = False
        for hint in hints:
            clause = clauses.get(hint)
            if clause is None:
                raise wrong(path, line, f"hint {hint} is not a clause")
            if conflict:
                raise wrong(path, line, f"hint {hint} comes after the conflict")
            left = [literal for literal in clause if literal not in false]
            if not left:
                conflict = True
            elif len(left) == 1 and -left[0] not in false:
                false.add(-left[0])
            else:
                raise wrong(path, line, f"hint {hint} is not unit")
        if not conflict:
            raise wrong(path, line, "the hints lead to no conflict")
        steps += 1
        if not literals:
            if line != len(lines):
                raise wrong(path, line + 1, "the proof goes on after the empty clause")
            return steps
        clauses[highest] = tuple(set(literals))
    raise wrong(path, len(lines) + 1, "the empty clause is not derived")


def check_obligation(folder: Path, entry: dict[str, Any]) -> int:
    """Checks the clauses, the proof and the model of one obligation."""
    graph = read_graph(folder, entry["graph"])
    clauses = clauses_of(graph, entry["graph"])
    check_clauses(folder, entry["cnf"], graph[0], clauses)
    steps = check_proof(entry["proof"], read_lines(folder, entry["proof"]), clauses)
    if entry["possible"] is not None:
        possible = read_graph(folder, entry["possible"])
        lines = read_lines(folder, entry["model"])
        if len(lines) != 1 or len(lines[0]) != len(possible[1]) or lines[0].strip("01"):
            raise wrong(entry["model"], 1, "expected one line with a 0 or 1 for each input")
        if evaluate(possible, [int(bit) for bit in lines[0]]) != [1]:
            raise wrong(entry["model"], 1, f"does not make the output of {entry['possible']} true")
    return steps


# --- traces ----------------------------------------------------------------------------------


def outputs_of(
    folder: Path, graph_path: str, bits: dict[str, int], path: str, line: int
) -> dict[str, int]:
    """A graph's outputs, by name, where its inputs have the given bits, by name."""
    graph = read_graph(folder, graph_path)
    for name in graph[4]:
        if name not in bits:
            raise wrong(path, line, f"no value for the input {name!r} of {graph_path}")
    if len(set(graph[5])) != len(graph[2]):
        raise wrong(graph_path, 1, "two outputs have the same name")
    return dict(zip(graph[5], evaluate(graph, [bits[name] for name in graph[4]]), strict=True))


def check_trace(folder: Path, entry: dict[str, Any], system: dict[str, Any]) -> int:
    """Replays a trace on the graphs of the system; returns its number of steps."""
    path = entry["file"]
    lines = read_lines(folder, path)
    trace = read_json(path, lines)
    if set(trace) != {"bits", "kind", "start", "states", "steps", "violates"}:
        raise wrong(path, 0, "a run has other keys")
    bits, steps, kind, name = trace["bits"], trace["steps"], trace["kind"], trace["violates"]
    first_state = lines.index('"states": [') + 2  # both lists have an entry a line
    first_step = lines.index('"steps": [') + 2
    states = []
    for line, text in enumerate(trace["states"], first_state):
        if len(text) != len(bits) or text.strip("01"):
            raise wrong(path, line, f"expected {len(bits)} bits")
        states.append(dict(zip(bits, map(int, text), strict=True)))
    if len(states) != len(steps) + (kind != "fault"):
        raise wrong(path, first_state, "too many or too few states")
    if trace["start"] not in system["initial"]:
        raise wrong(path, 0, f"there is no system {trace['start']!r}")
    start_path = system["initial"][trace["start"]]
    start = outputs_of(folder, start_path, states[0], path, first_state)
    if list(start.values()) != [1]:
        raise wrong(path, first_state, "this state is not initial")
    out: dict[str, int] = {}
    for number, step in enumerate(steps):
        line = first_step + number
        choices = step["choices"]
        if set(step) != {"choices", "graph"}:
            raise wrong(path, line, "a step has other keys")
        if step["graph"] not in system["steps"]:
            raise wrong(path, line, f"there is no step {step['graph']!r}")
        if set(choices) & set(bits) or not set(choices.values()) <= {0, 1}:
            raise wrong(path, line, "a choice is a state bit, or not 0 or 1")
        graph = system["steps"][step["graph"]]
        out = outputs_of(folder, graph, states[number] | choices, path, line)
        if out.get("enabled") != 1:
            raise wrong(path, line, "the step is not enabled")
        if number + 1 < len(states):  # else the run ends with this step, in a fault
            if any(bit and output.startswith("fault:") for output, bit in out.items()):
                raise wrong(path, line, "the step ends in a fault")
            if out.get("inside", 1) != 1:
                raise wrong(path, line, "the values after the step do not fit their bits")
            for latch, bit in states[number + 1].items():
                if out.get(f"next:{latch}") != bit:
                    raise wrong(path, first_state + number + 1, f"{latch!r} cannot be {bit}")
    if kind in ("fault", "assert"):
        shown = out.get(f"{kind}:{name}") == 1
    elif kind in ("violated", "reached") and name in system["properties"]:
        values = outputs_of(folder, system["properties"][name], states[-1], path, first_state)
        shown = list(values.values()) == [0 if kind == "violated" else 1]
    else:
        raise wrong(path, 0, f"no such ending: {kind!r} {name!r}")
    if not shown:
        raise wrong(path, first_state + len(states) - 1, f"the run does not end so: {kind} {name}")
    return len(steps)


# --- the whole bundle ------------------------------------------------------------------------


def scan(folder: Path) -> tuple[set[str], list[Wrong]]:
    """The files below the folder, and what is neither a regular file nor a folder."""
    present: set[str] = set()
    problems: list[Wrong] = []
    pending = [""]
    while pending:
        below = pending.pop()
        with os.scandir(folder / below) as entries:
            for entry in entries:
                path = f"{below}{entry.name}"
                if entry.is_symlink():
                    problems.append(wrong(path, 0, "a link: a bundle has none"))
                elif entry.is_dir(follow_symlinks=False):
                    pending.append(f"{path}/")
                elif entry.is_file(follow_symlinks=False):
                    present.add(path)
                else:
                    problems.append(wrong(path, 0, "neither a regular file nor a folder"))
    return present, problems


def check_keys(manifest: dict[str, Any]) -> None:
    """Refuses a manifest in which something stands that is not meant to stand there."""
    if set(manifest) != {"format", "system", "version", *KEYS}:
        raise wrong("manifest.json", 0, "it has other keys")
    if set(manifest["system"]) != {"initial", "properties", "steps"}:
        raise wrong("manifest.json", 0, "its system has other keys")
    for group, keys in KEYS.items():
        for entry in manifest[group]:
            if set(entry) != keys or not all(isinstance(x, str | None) for x in entry.values()):
                raise wrong("manifest.json", 0, f"an entry of {group} is not as they are")


def check_files(folder: Path, manifest: dict[str, Any], lines: list[str]) -> list[Wrong]:
    """What is wrong with the files as such: links, hashes, missing ones, unlisted ones."""
    present, problems = scan(folder)
    listed = set()
    at = {text.strip().rstrip(","): line for line, text in enumerate(lines, 1)}
    for entry in manifest["files"]:
        path = entry["path"]
        line = at.get(json.dumps(entry, sort_keys=True), 0)
        if not PATH.fullmatch(path):
            problems.append(wrong("manifest.json", line, f"{path} is no path in a bundle"))
        elif path in listed:
            problems.append(wrong("manifest.json", line, f"{path} is listed twice"))
        elif path not in present:
            problems.append(wrong("manifest.json", line, f"{path} is missing"))
        elif hashlib.sha256(read_bytes(folder, path)).hexdigest() != entry["sha256"]:
            problems.append(wrong("manifest.json", line, f"{path} has another SHA-256"))
        listed.add(path)
    for group in ("obligations", "traces"):
        names = [entry["name"] for entry in manifest[group]]
        if len(set(names)) != len(names):
            problems.append(wrong("manifest.json", 0, f"two {group} have the same name"))
        keys = ("graph", "cnf", "proof", "possible", "model", "file")
        used = {entry[key] for entry in manifest[group] for key in keys if entry.get(key)}
        for part in manifest["system"].values():
            used |= set((part or {}).values())
        problems += [
            wrong("manifest.json", 0, f"{path} is used, but not one of the files")
            for path in sorted(used - listed)
        ]
    unlisted = sorted(present - listed - {"manifest.json"})
    return problems + [wrong(path, 0, "not listed in manifest.json") for path in unlisted]


def attempt(
    problems: list[str], check: Any, folder: Path, entry: dict[str, Any], *more: Any
) -> int:
    """The number of steps that were checked, or -1 when something was wrong, which is noted."""
    try:
        return int(check(folder, entry, *more))
    except Wrong as problem:
        problems.append(str(problem))
    except ODD as error:
        odd = wrong("manifest.json", 0, f"{entry.get('name')}: not as expected: {error!r}")
        problems.append(str(odd))
    return -1


def report(manifest: dict[str, Any], digest: str, counts: list[int], steps: list[int]) -> str:
    """What was verified, and what was not."""
    obligations, unproved = manifest["obligations"], manifest["unproved"]
    possible = sum(entry["possible"] is not None for entry in obligations)
    paths = {entry["path"] for entry in manifest["files"]}
    link = "see LINK.md" if "LINK.md" in paths else "there is no LINK.md that explains it"
    lines = [
        f"manifest.json has the SHA-256 {digest}",
        "Verified:",
        f"  {len(paths)} files: as listed, by SHA-256",
        f"  {len(counts)} obligations: clauses made from the graphs; {sum(counts)} LRAT steps",
        f"  {possible} of them: a model shows that hypotheses and step are possible together",
        f"  {len(steps)} traces: {sum(steps)} steps replayed on the graphs, and how they end",
        "The claims, in the manifest's words:",
        *(
            escaped(f"  {entry['name']}: {entry['claim']}")
            for entry in [*obligations, *manifest["traces"]]
        ),
        "Taken on trust:",
        "  that the graphs say what the claims say",
        f"  that the graphs say what the specification says: {link}",
        "  that the obligations are all that the claims need, and the models are of their premises",
        "  this program, and the Python interpreter",
        "Not verified:",
        "  the other files, such as the log: only their hashes",
    ]
    lines += [
        escaped(f"  {entry['name']} is not shown to be possible: {entry['why_no_model']}")
        for entry in obligations if entry["possible"] is None
    ]  # fmt: skip
    lines += [
        escaped(f"  {entry['name']} ({entry['claim']}) is not proved: {entry['reason']}")
        for entry in unproved
    ]
    if not counts and not steps:
        lines.append("  anything else: there is neither an obligation nor a trace in this bundle")
    return "\n".join(lines) + "\n"


def verify(folder: Path) -> tuple[dict[str, Any], str, list[str]]:
    """The manifest, what was verified, and what is wrong: then the former mean nothing."""
    problems: list[str] = []
    manifest: dict[str, Any] = {}
    said = ""
    try:
        lines = read_lines(folder, "manifest.json")
        manifest = read_json("manifest.json", lines)
        if (manifest["format"], manifest["version"]) != ("buddyproof bundle", 1):
            raise wrong("manifest.json", 0, "made for another version of this program")
        check_keys(manifest)
        problems += map(str, check_files(folder, manifest, lines))
        system = manifest["system"]
        counts = [
            attempt(problems, check_obligation, folder, entry) for entry in manifest["obligations"]
        ]
        steps = [
            attempt(problems, check_trace, folder, entry, system) for entry in manifest["traces"]
        ]
        if not problems:
            digest = hashlib.sha256("\n".join([*lines, ""]).encode("ascii")).hexdigest()
            said = report(manifest, digest, counts, steps)
    except Wrong as problem:
        problems.append(str(problem))
    except ODD as error:
        problems.append(str(wrong("manifest.json", 0, f"not as expected: {error!r}")))
    return manifest, said, problems


def main(folder: Path) -> int:
    """Checks the bundle in a folder; returns the exit status."""
    manifest, said, problems = verify(folder)
    if problems:
        sys.stderr.write("".join(f"{problem}\n" for problem in problems) + "REJECTED\n")
        return 1
    complete = not manifest["unproved"] and (manifest["obligations"] or manifest["traces"])
    sys.stdout.write(said)
    sys.stdout.write("ACCEPTED\n" if complete else "INCOMPLETE: nothing is wrong, see above\n")
    return 0 if complete else 2


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
