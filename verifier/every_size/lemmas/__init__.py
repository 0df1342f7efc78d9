"""Finds the lemmas of a proof for every size."""
