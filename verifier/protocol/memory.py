"""How much memory an engine may take on this machine."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

from verifier.protocol.task import Limits

RESERVE = 256 << 20
"""Bytes of address space for solvers' libraries and threads, which come later."""


def memory(asked: int | None = None) -> int:
    """Bytes of resident memory that an engine may take.

    Args:
        asked: what the user allows; without it, what an engine is used to.

    Returns:
        Less on a small machine, in a small container, or under `ulimit -v`: engines that stop in
        time keep what they settled, one that the system refuses memory may not.
    """
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(asked or Limits().memory, physical * 3 // 4, _address_space(), _container())


def _address_space() -> int:
    """What `ulimit -v` leaves, without what is mapped and never touched."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return sys.maxsize
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except OSError:
        return limit // 2
    idle = (int(pages[0]) - int(pages[1])) * os.sysconf("SC_PAGE_SIZE")
    return max(limit - idle - RESERVE, RESERVE) * 3 // 4


def _container() -> int:
    """What the control group allows."""
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return sys.maxsize
    return int(text) * 3 // 4 if text.isdigit() else sys.maxsize
