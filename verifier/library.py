"""The program without its command line: `verify` settles a specification and returns a report.

    from verifier.library import Options, verify

    report = verify("spec/free_path.alloc", Options(timeout=60))
    for variant in report.variants:
        for item in variant.properties:
            print(variant.model.variant, item.name, item.status)

Nothing is printed, and no signal is minded. See docs/library.md.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from frontend.source.spans import Source
from verifier.protocol.alarm import ticking
from verifier.protocol.deadline import Deadline
from verifier.protocol.memory import memory
from verifier.verify.followers import Followers, Unwatched, Watcher
from verifier.verify.loading import File, load_within
from verifier.verify.scheduler import Options, Scheduler, Scope, UnknownName, check_names
from verifier.verify.second_opinion import second_opinions
from verifier.verify.spec_report import SpecReport

__all__ = ["Options", "Scope", "SpecReport", "UnknownName", "verify"]


def verify(
    spec: str | Path | Source,
    options: Options | None = None,
    *,
    watcher: Watcher | None = None,
    stop: Deadline | None = None,
) -> SpecReport:
    """Verifies one specification.

    Args:
        spec: the path of a file, or a text with the name that diagnostics give it.
        options: what is to be verified, and how far; everything, at the specification's own bounds
            and at every size, without.
        watcher: is told how far the work is.
        stop: ends the work early when its `interrupt` is called, from another thread for example;
            what is settled by then is kept. Without it, only `options.timeout` does.

    Returns:
        What there is to say of the specification: why it was rejected, or of each variant the
        status of each property with its evidence, in the order of the text.

    Raises:
        UnknownName: an option names what the specification does not have.
    """
    chosen = options if options is not None else Options()
    limits = chosen.limits
    chosen = replace(chosen, limits=replace(limits, memory=memory(limits.memory)))
    ending = stop if stop is not None else Deadline(chosen.timeout)
    with _clock(), second_opinions() as opinions:
        file = _loaded(spec, ending, chosen)
        check_names(chosen, file.models)
        watching = watcher if watcher is not None else Unwatched()
        return Scheduler(chosen, ending, watching, opinions, Followers(())).file(file, 1)


def _loaded(spec: str | Path | Source, stop: Deadline, options: Options) -> File:
    if not isinstance(spec, Source):
        return load_within(str(spec), stop, options.variants)
    data = spec.text.encode()
    return load_within(spec.path, stop, options.variants, lambda path: (path, data))


@contextmanager
def _clock() -> Iterator[None]:
    """Has work that does not look at the clock end in time, where the timer is nobody else's: the
    system has one for a process, and tells its main thread only.
    """
    free = signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    if free and threading.current_thread() is threading.main_thread():
        with ticking():
            yield
    else:
        yield
