"""Formulas of a model as text in the specification language, and back."""
