"""`python -m verifier` is `buddyproof`."""

from __future__ import annotations

from verifier.cli.entry import start

if __name__ == "__main__":
    start()
