"""Small specifications and their mutants, for tests."""

from __future__ import annotations

from frontend.source.spans import Source
from frontend.syntax.parser import parse
from verifier.patch.mutate.baseline import Baseline, baseline
from verifier.patch.mutate.building import Original, original
from verifier.patch.mutate.judging import Judge
from verifier.patch.mutate.mutant import Mutant
from verifier.patch.mutate.outcome import Outcome
from verifier.patch.mutate.sites import mutants
from verifier.protocol.bounds import asked
from verifier.protocol.deadline import Deadline

COUNTER = """\
spec counter;

enum mode { IDLE, BUSY }

mode state = IDLE;
int inside = 0;
single zone { spinlock lock; }

thread cpu {
	loop {
		spin_lock(zone.lock);
		state = BUSY;
		inside++;
		if (inside > 0 && state == BUSY)
			inside--;
		state = IDLE;
		spin_unlock(zone.lock);
	}
}

invariant alone: inside <= 1;
invariant idle: !held(zone.lock) => state == IDLE && inside == 0;
reachable busy: state == BUSY;

bound cpu = 2;
"""


def spec(body: str, rest: str = "") -> str:
    """A specification of one kind of thread with a body and declarations."""
    return f"spec tiny;\n{rest}\nthread cpu {{\n{body}\n}}\nbound cpu = 2;\n"


def made(text: str, variant: str = "main") -> Original:
    """A variant and its mutants."""
    return original(Source("tiny.alloc", text), variant)


def read(text: str) -> tuple[Mutant, ...]:
    """The mutants of a text without variants, whether or not it is well formed otherwise."""
    return mutants(parse(Source("tiny.alloc", text)))


def told(text: str) -> list[tuple[str, str, str]]:
    """Kind, before and after of each mutant."""
    return [(item.kind.value, item.before, item.after) for item in read(text)]


def known(origin: Original) -> Baseline:
    """What holds of the original, at its own bounds."""
    names = [item.name for item in origin.model.properties]
    return baseline(origin.model, names, asked(origin.model, {}), Deadline())


def settled(text: str) -> list[tuple[Mutant, Outcome]]:
    """Every mutant with what becomes of it."""
    origin = made(text)
    judge = Judge(origin, known(origin), lambda: False)
    return [(item, judge.settle(number)) for number, item in enumerate(origin.mutants)]


def outcome(text: str, kind: str, before: str, after: str) -> Outcome:
    """What becomes of one mutant."""
    found = [
        result
        for item, result in settled(text)
        if (item.kind.value, item.before, item.after) == (kind, before, after)
    ]
    assert len(found) == 1, [(m.kind.value, m.before, m.after) for m, _ in settled(text)]
    return found[0]
