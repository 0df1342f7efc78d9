"""What is worth knowing besides verdicts: what they say nothing about, and data races."""
