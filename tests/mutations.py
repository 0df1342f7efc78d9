# ruff: noqa: T201 -- it prints its table
"""Does the test suite notice a wrong semantics? `.venv/bin/python -m tests.mutations` tells.

Each mutation is one deliberate mistake in a copy of the project; the tests that should notice it
run there. The table says which test did, or that the mutation SURVIVED: then a test is missing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.second.lowerings import LOWERINGS

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("frontend", "proofs", "verifier")
COPIED = (*PACKAGES, "tests", "spec", "docs", "pyproject.toml", "README.md")

SECONDS = 1200
"""How long the tests of one mutation may take: a mistake that keeps them from ending is caught."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One mistake.

    Args:
        name: what is wrong, as a sentence.
        path: the file that it is made in.
        old: stands exactly once in the file.
        new: what comes in its place.
        tests: what should notice it: arguments of pytest.
    """

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]


FRONTEND = ("tests/frontend/steps/test_steps.py", "tests/frontend/steps/test_places.py")
FAULTS = ("tests/frontend/properties/test_faults.py",)
WAITS = ("tests/frontend/steps/test_waits.py",)
REJECTED = ("tests/frontend/checks/test_checks.py",)
TORN = ("tests/frontend/checks/test_tearing.py",)
PROOFS = ("tests/proofs",)
DIFFERENTIAL = ("tests/differential",)
Z3 = ("tests/verifier/bounded/test_encode.py", "tests/verifier/engines/test_bmc.py")
EXPLORER = (
    "tests/verifier/engines/test_explore.py",
    "tests/verifier/engines/test_explore_random.py",
)
SYMMETRY = ("tests/verifier/explicit/test_symmetry.py",)
INDUCTION = ("tests/verifier/engines/test_kinduction.py",)
CORPUS = ("tests/test_corpus.py",)
SECOND = ("tests/second/test_page.py", "tests/second/test_page_sets_and_locals.py")

MUTATIONS = (
    Mutation(
        "z3: != is ==",
        "verifier/bounded/encode.py",
        "return equal if operator is Operator.EQ else algebra.negation(equal)",
        "return equal",
        Z3,
    ),
    Mutation(
        "z3: numbers without limits are divided downwards",
        "verifier/bounded/terms.py",
        "term = _arith(z3.If(first >= zero, first / second, -((-first) / second)))",
        "term = _arith(first / second)",
        Z3,
    ),
    Mutation(
        "z3: limited numbers are divided as if they had no sign",
        "verifier/bounded/terms.py",
        "term = first / second\n",
        "term = z3.UDiv(first, second)\n",
        Z3,
    ),
    Mutation(
        "z3: a run goes on after a fault",
        "verifier/bounded/search.py",
        "self._solver.add([self._encoder.algebra.negation(last.faulty)])",
        "pass",
        (*Z3, *DIFFERENTIAL),
    ),
    Mutation(
        "explorer: != is ==",
        "verifier/explicit/formulas.py",
        "return literal((left == right) == (operator is Operator.EQ))\n"
        '                return f"({left} {operator.value} {right})"',
        "return literal((left == right) == (operator is Operator.EQ))\n"
        '                return f"({left} == {right})"',
        EXPLORER,
    ),
    Mutation(
        "explorer: a bulk update writes one object after the other",
        "verifier/explicit/steps.py",
        "direct = not any(",
        "direct = True or not any(",
        EXPLORER,
    ),
    Mutation(
        "explorer: dead locals keep their values",
        "verifier/explicit/steps.py",
        "if place.variable.thread and name in touched - live[self.step.target]:",
        "if place.variable.thread and name in ():",
        EXPLORER,
    ),
    Mutation(
        "explorer: lock owners stay when threads are permuted",
        "verifier/explicit/symmetry.py",
        "layout.offsets[owner.sort] + permutation.images[owner.sort][owner.index]",
        "layout.offsets[owner.sort] + owner.index",
        (*SYMMETRY, *EXPLORER),
    ),
    Mutation(
        "k-induction: no base case",
        "verifier/engines/kinduction.py",
        "            search.advance()\n",
        "            search.depth += 1\n",
        INDUCTION,
    ),
    Mutation(
        "slices: guards are left out",
        "verifier/analysis/slicing.py",
        "        case Require() | Check():\n            return instruction\n",
        "        case Require():\n            return None\n"
        "        case Check():\n            return instruction\n",
        ("tests/verifier/analysis/test_slicing.py",),
    ),
    Mutation(
        "interpreter: count is one too many",
        "proofs/interpreter/evaluate.py",
        "return sum(answers)",
        "return sum(answers) + 1",
        PROOFS,
    ),
    Mutation(
        "interpreter: != is ==",
        "proofs/interpreter/evaluate.py",
        "return evaluate(expression.left, scope) != evaluate(expression.right, scope)",
        "return evaluate(expression.left, scope) == evaluate(expression.right, scope)",
        PROOFS,
    ),
    Mutation(
        "interpreter: dead locals keep their values",
        "proofs/interpreter/execute.py",
        "_drop(instance, thread, step, progress.values)",
        "pass",
        PROOFS,
    ),
    Mutation(
        "lowering: spin_lock does not wait",
        "frontend/flow/calls.py",
        'Check("relock", negation(mine), span, text), Require(free), take)',
        'Check("relock", negation(mine), span, text), take)',
        (*FAULTS, *WAITS),
    ),
    Mutation(
        "lowering: what is said of waiting is the contrary",
        "frontend/steps/alternatives.py",
        "found[choices] = (number, waits)",
        "found[choices] = (number, waits if waits == TRUE else negation(waits))",
        (*FAULTS, *WAITS),
    ),
    Mutation(
        "lowering: two ways through a step fault together",
        "frontend/steps/paths.py",
        "before = path if carries else path.without_fault()",
        "before = path",
        (*FRONTEND, *WAITS),
    ),
    Mutation(
        "lowering: an atomic block can be interrupted",
        "frontend/steps/paths.py",
        "if group is not None and group == path.group:",
        "if group is not None and group == path.group and not path.moved:",
        FRONTEND,
    ),
    Mutation(
        "lowering: two shared statements are one step",
        "frontend/steps/paths.py",
        "return shared and touched",
        "return False and shared and touched",
        FRONTEND,
    ),
    Mutation(
        "lowering: locals that nobody reads any more live on",
        "frontend/steps/threads.py",
        "live = has & (made.flow.needed[id(place)] | kept)",
        "live = has",
        FRONTEND,
    ),
    Mutation(
        "checks: short circuit is ignored",
        "frontend/formulas/definedness.py",
        "needed = TRUE if known else formulas.implication(condition, item.condition)",
        "needed = TRUE if known else item.condition",
        FAULTS,
    ),
    Mutation(
        "checks: a property that is not defined holds",
        "frontend/formulas/definedness.py",
        "return formulas.folded(formulas.conjunction((*needed, inner)))",
        "return formulas.folded(inner)",
        FAULTS,
    ),
    Mutation(
        "stuck: to start anew counts as movement",
        "frontend/properties/built_in.py",
        "            if not step.fresh:\n",
        "            if step.waits:\n",
        (*FAULTS, *CORPUS),
    ),
    Mutation(
        "tearing: a lock is held for ever",
        "frontend/checks/locksets.py",
        "locks = known.locks - {lock}  #",
        "locks = known.locks  #",
        REJECTED,
    ),
    Mutation(
        "tearing: one element of an array of locks is as good as another",
        "frontend/checks/conflicts.py",
        """        case Constant():
            yield node
""",
        """        case Constant():
            yield Bound("@", BOOL)
""",
        TORN,
    ),
    Mutation(
        "tearing: only who writes can tell",
        "frontend/checks/conflicts.py",
        "for write in (True, False) if mine.write else (True,):",
        "for write in (True,):",
        TORN,
    ),
    Mutation(
        "assignment: one way that assigns is enough",
        "frontend/flow/data_flow.py",
        "merged = reached if known is None else known & reached",
        "merged = reached if known is None else known | reached",
        REJECTED,
    ),
    *(Mutation(*item, SECOND) for item in LOWERINGS),
)


ALL = tuple(dict.fromkeys(test for mutation in MUTATIONS for test in mutation.tests))


def caught_by(mutation: Mutation | None) -> str:
    """The first test that fails in a mutated copy; "" when none does.

    Args:
        mutation: None: nothing is wrong in the copy, and all the tests run.
    """
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / name)
        if mutation is not None:
            _mutate(copy, mutation)
        _imports_the_copy(copy)
        tests = ALL if mutation is None else mutation.tests
        options = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider"]
        if mutation is None:
            said = _run(copy, None, "-m", "pytest", *options, "-n", "auto", *tests)
        else:
            try:
                said = _run(copy, SECONDS, "-m", "pytest", *options, *tests)
            except subprocess.TimeoutExpired:
                return f"its tests do not end within {SECONDS} s"
    if said.returncode == 0:
        return ""
    failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", said.stdout, flags=re.MULTILINE)
    if failed is None or said.returncode != 1:
        raise SystemExit(f"{mutation}: no tests ran\n{said.stdout[-2000:]}{said.stderr}")
    return failed[1]


def _mutate(copy: Path, mutation: Mutation) -> None:
    target = copy / mutation.path
    text = target.read_text()
    if text.count(mutation.old) != 1:
        raise SystemExit(f"{mutation.name}: not found once in {mutation.path}: update the list")
    target.write_text(text.replace(mutation.old, mutation.new))


def _imports_the_copy(copy: Path) -> None:
    """An editable install points to the original: the copy must come before it."""
    program = (
        f"import {', '.join(PACKAGES)}; print(*({', '.join(f'{p}.__file__' for p in PACKAGES)}))"
    )
    said = _run(copy, SECONDS, "-c", program)
    expected = [str(copy / package / "__init__.py") for package in PACKAGES]
    assert said.stdout.split() == expected, said.stdout + said.stderr


def _run(copy: Path, seconds: float | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("BUDDYPROOF_UPDATE_GOLDEN", None)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def main(words: Sequence[str]) -> int:
    """Prints the table; 1 when something survived, 2 when the tests fail as they are.

    Args:
        words: only mutations whose names contain one of these; all when there are none.
    """
    chosen = [item for item in MUTATIONS if not words or any(word in item.name for word in words)]
    wrong = caught_by(None)
    if wrong:
        print(f"without a mutation this fails: {wrong}")
        return 2
    survivors = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for mutation, caught in zip(chosen, pool.map(caught_by, chosen), strict=True):
            survivors += not caught
            print(f"{mutation.name:60} {caught or 'SURVIVED'}", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
