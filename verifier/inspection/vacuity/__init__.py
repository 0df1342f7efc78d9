"""Whether a verdict says anything: what never runs, and which premises never hold."""
