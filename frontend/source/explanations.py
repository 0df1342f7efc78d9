"""What is told about a diagnostic code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """A diagnostic code in full.

    Args:
        title: what is wrong, in a few words.
        paragraph: why it is, and what to do.
        example: wrong and right text of the language, each behind a comment that says which.
    """

    title: str
    paragraph: str
    example: str
