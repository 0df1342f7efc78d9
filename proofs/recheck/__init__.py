"""Rechecks a proof log from the specification's text inside it, with no engine's help."""
