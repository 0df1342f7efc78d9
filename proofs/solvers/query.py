"""What solvers are asked: SMT-LIB scripts whose every `check-sat` is to be answered `unsat`."""

from __future__ import annotations

from dataclasses import dataclass

from proofs.answers.invariant import Claim


@dataclass(frozen=True, slots=True)
class Query:
    """One SMT-LIB 2.6 script.

    Args:
        name: of a file without its suffix: letters, digits, `_`, `.` and `-` only; unique.
        claims: what each `(check-sat)` of the script stands for, in their order. Each of them
            lies between a `(push 1)` and a `(pop 1)`.
        text: the script: ASCII, starts with `(set-logic ...)`, no other option but `:status`,
            each check preceded by a comment with its claim. No `(exit)`.
    """

    name: str
    claims: tuple[Claim, ...]
    text: str
