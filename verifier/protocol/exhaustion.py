"""Errors as one line; and those that mean that the machine, not the program, came to an end."""

from __future__ import annotations

MEMORY = "no memory is left"
DEPTH = "formulas nest too deep for it"


def sentence(error: BaseException) -> str:
    """An error in a line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def exhausted(error: BaseException) -> str:
    """Why work cannot go on, where it is for a lack of memory or stack; "" for other errors."""
    if isinstance(error, MemoryError):
        return MEMORY
    if isinstance(error, RecursionError):
        return DEPTH
    # z3's own exception, of a library that a refutation does not load.
    if type(error).__name__ == "Z3Exception" and "memory" in str(error):
        return MEMORY
    if isinstance(error, OSError | RuntimeError) and (
        "allocate memory" in str(error) or "start new thread" in str(error)
    ):
        return MEMORY
    return ""
