"""What each diagnostic code means: the text behind `explain CODE`.

E0xx reading and syntax, E1xx names, E2xx types, E3xx statements, steps and properties, W
warnings. Each family has a module of its own; this one merges them.
"""

from __future__ import annotations

from collections.abc import Mapping

from frontend.source.explanations import Explanation
from frontend.source.name_codes import NAME_CODES
from frontend.source.statement_codes import STATEMENT_CODES
from frontend.source.syntax_codes import SYNTAX_CODES
from frontend.source.type_codes import TYPE_CODES
from frontend.source.warning_codes import WARNING_CODES

CODES: Mapping[str, Explanation] = {
    **SYNTAX_CODES,
    **NAME_CODES,
    **TYPE_CODES,
    **STATEMENT_CODES,
    **WARNING_CODES,
}
"""Every code, in order."""
