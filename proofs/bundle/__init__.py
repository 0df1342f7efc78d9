"""Bundles: proofs that a program without any solver checks."""
