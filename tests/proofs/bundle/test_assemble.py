"""Bundles of whole specifications, checked by their own program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from frontend.load import load
from frontend.model import Model, Object
from frontend.source.spans import Source
from proofs.answers.invariant import Invariant
from proofs.answers.trace import Move, Run, Trace
from proofs.bundle.assemble import Evidence, assemble
from proofs.interpreter.execute import enabled, execute, initial_state
from proofs.interpreter.instance import Instance
from proofs.runs.replay import replay
from tests.support.frontend.formula_texts import read_formulas

SPEC = """spec counted;
struct page { bool used = false; }
single zone { spinlock lock; nat used = 0; }
thread task {
	page p;
	loop {
		spin_lock(zone.lock);
		if (exists page q: !q.used) {
			p = any(page q: !q.used);
take:
			p.used = true;
count:
			zone.used++;
		}
done:
		spin_unlock(zone.lock);
	}
}
invariant counted: !held(zone.lock) => zone.used == count(page p: p.used);
invariant never: zone.used == 0;
reachable full: forall page p: p.used;
bound task = 2, page = 2;
"""

LEMMAS = (
    "forall task t: t at task.2 || held_by(zone.lock, t)",
    "!held(zone.lock) => zone.used == count(page p: p.used)",
    "forall task t: t at take => !t.p.used && zone.used == count(page p: p.used)",
    "forall task t: t at count => zone.used + 1 == count(page p: p.used)",
    "forall task t: t at task.3 || t at task.4 || t at done => zone.used == count(page p: p.used)",
)
SIZES = {"task": 2, "page": 2}


def model() -> Model:
    (found,) = load(Source("counted.alloc", SPEC)).models
    return found


def first_run(name: str) -> Trace:
    """The run of the first thread that comes first to a violation, or reaches what is asked."""
    instance = Instance(model(), SIZES)
    state = initial_state(instance, {})
    moves: list[Move] = []
    for _ in range(20):
        move = next(m for m in enabled(instance, state) if m.thread == Object("task", 0))
        moves.append(move)
        taken = execute(instance, state, move).state
        assert taken is not None
        state = taken
        try:
            return replay(model(), Run(SIZES, {}, tuple(moves)), name)
        except Exception:  # noqa: BLE001  # not yet there
            continue
    raise AssertionError(name)


def evidence(*lemmas: str) -> Evidence:
    found = read_formulas(model(), lemmas or LEMMAS)
    invariant = Invariant(found, ("counted",))
    return Evidence(model(), SIZES, (invariant,), (first_run("never"), first_run("full")))


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", "check.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "made"
    made = assemble(folder, [evidence()], {"log.txt": "the log\n"}, workers=1)
    assert not made.left_out
    assert not made.report.unproved
    return folder


def test_the_program_inside_accepts_it(bundle: Path) -> None:
    found = check(bundle)
    assert (found.returncode, found.stderr) == (0, "")
    assert "2 traces" in found.stdout
    assert "ACCEPTED" in found.stdout


def test_it_has_the_log_the_link_and_scripts_for_every_size(bundle: Path) -> None:
    listed = {item["path"] for item in json.loads((bundle / "manifest.json").read_text())["files"]}
    assert {"log.txt", "LINK.md", "README.md", "check.py"} <= listed
    scripts = [path for path in listed if path.endswith(".smt2")]
    assert scripts
    assert all("(check-sat)" in (bundle / path).read_text() for path in scripts)


def test_every_claim_of_the_invariant_is_named(bundle: Path) -> None:
    obligations = json.loads((bundle / "manifest.json").read_text())["obligations"]
    claims = " ".join(item["claim"] for item in obligations)
    for number in range(1, len(LEMMAS) + 1):
        assert f"keeps lemma {number}" in claims


def test_an_invariant_that_is_none_is_not_proved_and_says_at_which_step(tmp_path: Path) -> None:
    wrong = (*LEMMAS[:3], "forall task t: t at count => zone.used == count(page p: p.used)")
    made = assemble(tmp_path / "made", [evidence(*wrong, LEMMAS[4])], {}, workers=1)
    assert any("take" in name for name in made.report.unproved)
    found = check(tmp_path / "made")
    assert found.returncode == 2
    assert "is not proved" in found.stdout


def test_a_flipped_bit_of_a_trace_is_found(bundle: Path, tmp_path: Path) -> None:
    import hashlib
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    path = next((copy / "traces").iterdir())
    lines = path.read_text().split("\n")
    place = lines.index('"states": [') + 3
    line = lines[place]
    lines[place] = line[:1] + ("1" if line[1] == "0" else "0") + line[2:]
    path.write_text("\n".join(lines))
    manifest = (copy / "manifest.json").read_text()
    before = hashlib.sha256((bundle / "traces" / path.name).read_bytes()).hexdigest()
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    (copy / "manifest.json").write_text(manifest.replace(before, after))
    found = check(copy)
    assert found.returncode == 1
    assert f"traces/{path.name}:" in found.stderr
