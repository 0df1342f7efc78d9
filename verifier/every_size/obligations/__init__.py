"""Proof obligations for every number of threads and objects."""
