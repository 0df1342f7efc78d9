"""Proof obligations at given sizes, as circuits and as scripts over bit-vectors."""
