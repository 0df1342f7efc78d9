"""Patches: two variants compared, a specification mutated, a mail held against a specification."""
