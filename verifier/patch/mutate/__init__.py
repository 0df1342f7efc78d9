"""Mutants of a specification: what no property of it notices (DeMillo, Lipton and Sayward 1978)."""
