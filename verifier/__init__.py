"""From models to verdicts, with evidence that others can recheck."""
