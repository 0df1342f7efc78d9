"""Runs scripts through solvers, as whoever receives them would."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from frontend.load import load
from frontend.model import Expression, Model
from frontend.source.spans import Source
from proofs.answers.invariant import Claim
from proofs.solvers.query import Query


def z3_answers(query: Query, milliseconds: int = 2000) -> dict[Claim, str]:
    """What the program `z3` says to each claim of a script."""
    beside = Path(sys.executable).with_name("z3")
    program = str(beside) if beside.exists() else shutil.which("z3")
    assert program is not None, "z3 is installed with its binding"
    done = subprocess.run(
        [program, "-in", "-smt2", f"-t:{milliseconds}"],
        input=query.text,
        capture_output=True,
        text=True,
        check=False,
    )
    return _paired(query, done.stdout.split("\n"))


def cvc5_answers(query: Query, milliseconds: int = 2000) -> dict[Claim, str]:
    """What cvc5 says to each claim of a script."""
    cvc5 = importlib.import_module("cvc5")
    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    solver.setOption("incremental", "true")
    solver.setOption("tlimit-per", str(milliseconds))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, query.text, query.name)
    lines: list[str] = []
    while True:
        command = parser.nextCommand()
        if command.isNull():
            return _paired(query, lines)
        lines.append(str(command.invoke(solver, parser.getSymbolManager())).strip())


def _paired(query: Query, lines: Iterable[str]) -> dict[Claim, str]:
    answers = [line.split()[0] for line in lines if line]
    assert set(answers) <= {"sat", "unsat", "unknown"}, answers
    return dict(zip(query.claims, answers, strict=True))


def model_of(text: str) -> Model:
    """The only variant of a specification."""
    (model,) = load(Source("test.alloc", text)).models
    return model


def lemmas_of(model: Model) -> tuple[Expression, ...]:
    """The invariants and lemmas that a specification states."""
    return tuple(
        item.expression
        for item in model.properties
        if item.expression is not None and not item.built_in
    )
