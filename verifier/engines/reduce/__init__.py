"""Exploration without the interleavings that movers make superfluous."""
