"""Traces and formulas as a reader sees them."""
