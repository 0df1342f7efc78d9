"""Expressions, initial states and steps of a model, executed; no solver."""
