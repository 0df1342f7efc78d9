"""Expressions of the model: how they are put together, what types they have, and when they have a
value."""
