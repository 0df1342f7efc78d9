"""Kills processes, as the kernel does when it runs out of memory."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def every_child_killed() -> Iterator[None]:
    """Kills each process of a pool that this process starts, as long as the context lasts."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.02):
            for child in multiprocessing.active_children():
                if child.pid is not None:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child.pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
