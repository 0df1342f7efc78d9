"""Proofs for every number of threads and objects."""
