"""From expressions of the language to expressions of the model."""
