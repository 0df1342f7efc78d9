"""Proof logs: what a reviewer receives, as text that a program reads back."""
