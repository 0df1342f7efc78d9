"""Proof obligations for all sizes as SMT-LIB scripts, by an encoder of their own."""

from __future__ import annotations

from proofs.obligations.all_sizes import obligations
from proofs.obligations.alone import alone, covered
from proofs.obligations.owed import expected
from proofs.obligations.signature import Unsupported

__all__ = ["Unsupported", "alone", "covered", "expected", "obligations"]
