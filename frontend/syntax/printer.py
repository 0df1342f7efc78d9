"""Syntax trees as text: an expression, a statement in one line, or a whole specification.

What is printed parses back to the same tree, spans apart.
"""

from __future__ import annotations

from frontend.syntax.kernel_style import specification
from frontend.syntax.phrases import expression, statement

__all__ = ["expression", "specification", "statement"]
