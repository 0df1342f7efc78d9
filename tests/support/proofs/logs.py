"""A small specification and its log, and ways to take a log apart and seal it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from frontend.load import load
from frontend.model import Model
from frontend.source.spans import Source
from proofs.log.document import BEGIN, END, parse, split, text
from proofs.log.json_layout import lines
from proofs.log.paste import paste
from proofs.log.traces import replayed
from proofs.recheck.findings import Options, Report, Standing
from proofs.recheck.whole_log import recheck
from verifier.cli.main import main

SMALL = """\
/* Threads add to a counter; the patch guards it with a lock. */
spec small;

not modelled "interrupts";

patch guard "spin_lock() around the update";

variant before = {};
variant after  = { guard };

spinlock lock;
nat counter = 0;
ghost nat added = 0;

thread cpu {
	when (guard)
		spin_lock(lock);
	nat seen = counter;

	counter = seen + 1;
	added++;
	when (guard)
		spin_unlock(lock);
}

invariant none_lost "every addition is counted":
	!held(lock) => counter >= added;

invariant never_more: counter <= added;

reachable both_added: added == 2;

bound cpu = 3;

expect before violates none_lost;
"""

Value = dict[str, Any]
Edit = Callable[[Value], object]


@cache
def log_of(specification: str, *options: str, name: str = "small.alloc") -> str:
    """What `buddyproof log` writes about a specification."""
    with TemporaryDirectory() as folder:
        spec, log = Path(folder, name), Path(folder, "it.log")
        spec.write_bytes(specification.encode())
        status = main(["log", str(spec), "-o", str(log), *options])
        assert status in (0, 1, 3), status
        return log.read_text(encoding="ascii")


def small() -> str:
    """The log of `SMALL`."""
    return log_of(SMALL)


def machine_part(content: str) -> Value:
    """The JSON in a log."""
    value: Value = json.loads(split(content)[1])
    return value


def with_digest(content: str) -> str:
    """A log with the digest that fits it."""
    front = content[: content.rindex(f"\n{END}") + 1]
    return f"{front}{END}{sha256(front.encode()).hexdigest()}\n"


def with_machine_part(content: str, value: Value) -> str:
    """A log with another machine part, its own paste block, and the digest that fits."""
    head = content[: content.index(f"\n{BEGIN}\n")]
    front = "\n".join([head, BEGIN, *lines(value)]) + "\n"
    return with_digest(f"{front}{END}\n")


def edited(content: str, edit: Edit) -> str:
    """A log whose machine part was edited, and nothing else but the digest."""
    value = machine_part(content)
    edit(value)
    return with_machine_part(content, value)


def consistent(content: str, edit: Edit) -> str:
    """A log whose machine part was edited by somebody who took care: where that can be done, the
    paste block says the same, and so does the digest."""
    changed = edited(content, edit)
    log = parse(split(changed)[1])
    return text(log, paste(log, models_of(changed), replayed(log, models_of(changed))))


def models_of(content: str) -> dict[str, Model]:
    """The variants of the specification in a log."""
    given = "\n".join(machine_part(content)["specification"]["text"])
    loaded = load(Source("it", given.removeprefix("\ufeff")))
    return {model.variant: model for model in loaded.models}


def judged(content: str) -> Report:
    """What a recheck finds besides what solvers say."""
    with patch("proofs.recheck.proofs.confirm", return_value=True):
        return recheck(content, Options())


def solved(content: str, *solvers: str) -> Report:
    """What a recheck finds; by default with z3 alone."""
    return recheck(content, Options(solvers=solvers or ("z3",)))


def variant(value: Value, name: str) -> Value:
    """A variant in a machine part."""
    found: Value = next(item for item in value["variants"] if item["name"] == name)
    return found


def verdict(value: Value, name: str, prop: str) -> Value:
    """A verdict in a machine part."""
    given = variant(value, name)["verdicts"]
    found: Value = next(item for item in given if item["property"] == prop)
    return found


def refused(report: Report, *reasons: str) -> None:
    """That a log is refused, for each of these reasons at least."""
    assert report.status == 4
    found = report.of(Standing.FAILED)
    for reason in reasons:
        assert any(reason in text for text in found), found
