"""The console script. Signals are minded before anything else is imported: the first one asks for
the end, which comes in good order with what is known by then; the second means it.
"""

from __future__ import annotations

import os
import time

from verifier.protocol.signals import BEGUN, PENDING, end, mind_signals

TYPE_CHECKING = False  # see `verifier.protocol.signals`
if TYPE_CHECKING:
    from typing import NoReturn


def start() -> NoReturn:
    """Runs the program, and ends without taking the heap apart object by object (as mypy does; it
    is a tenth of a short run).
    """
    mind_signals()
    BEGUN.append(time.monotonic())
    from verifier.cli.output import Output, occupy_streams

    output = Output(1)
    occupy_streams(output)
    from verifier.cli.main import main

    status = output.status(main())
    if PENDING and status < output.NOT_WRITTEN:
        end(PENDING[0], None)
    os._exit(status)
