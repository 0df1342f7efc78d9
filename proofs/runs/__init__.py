"""Runs replayed, reordered and extended, and every reachable state visited again, by the
interpreter."""
