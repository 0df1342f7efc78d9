"""Proof obligations for all sizes as SMT-LIB scripts, by an encoder of their own."""

from __future__ import annotations

from proofs.answers.duties import expected
from proofs.every_size.empty_places import alone, covered
from proofs.every_size.proof_obligations import obligations
from proofs.every_size.signature import Unsupported

__all__ = ["Unsupported", "alone", "covered", "expected", "obligations"]
