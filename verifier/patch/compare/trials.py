"""Drops patch flags: each alone, then those that nothing needs alone two by two, then together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from frontend.load import load
from frontend.model import Model
from frontend.source.diagnostics import Rejected
from proofs.answers.verdict import Unknown
from verifier.patch.compare.changes import Changes
from verifier.patch.compare.comparison import Dropped, Necessity, Need
from verifier.patch.compare.necessity import judge, proved_in, refuted_in, stated_alike
from verifier.protocol.alarm import Overdue, within
from verifier.protocol.bounds import Asked, Bounds, asked
from verifier.protocol.deadline import Deadline
from verifier.verify.spec_report import VariantReport

PAIRS = 10
"""So many pairs of flags are dropped together at most; with n idle flags there are n(n-1)/2."""

Enough = Callable[[VariantReport], bool]

Settle = Callable[[Model, tuple[str, ...], Asked, Deadline, Enough], VariantReport]
"""Verdicts on some properties of a variant at some sizes. As soon as what is settled is enough, the
rest may stay unknown."""


class Trials:
    """Finds out what the flags that a variant adds are for.

    Args:
        changes: between the two variants.
        before: the older variant's verdicts; None where nothing was asked of it.
        after: the newer variant's verdicts.
        chosen: sort -> size, as the command line has it.
        settle: what gives verdicts on further variants.
        stop: when the time is up, what was not tried is undecided.
    """

    def __init__(
        self,
        changes: Changes,
        before: VariantReport | None,
        after: VariantReport,
        chosen: Bounds,
        settle: Settle,
        stop: Deadline,
    ) -> None:
        self.changes = changes
        self.before = before
        self.after = after
        self.stop = stop
        self._chosen = chosen
        self._settle = settle

    def run(self) -> Necessity:
        """Drops each flag that was added, and what has to be dropped together."""
        if self.after.error is not None or self.after.no_system is not None:
            return Necessity()
        names = [flag.name for flag in self.changes.added]
        single = tuple(self._with_companions(item) for item in self._each((n,) for n in names))
        spare = {Need.NOT_NEEDED, Need.NOT_DROPPABLE}
        if refuted_in(self.after):
            spare.add(Need.NOTHING_TO_COMPARE)  # together they may break what fails
        idle = [item.flags[0] for item in single if item.need in spare]
        pairs = list(combinations(idle, 2))
        joint = self._each(pairs[:PAIRS])
        if len(idle) > 2 and not any(item.need in (Need.NEEDED, Need.BREAKS) for item in joint):
            joint += self._each([tuple(idle)])
        return Necessity(single, tuple(joint), len(pairs[PAIRS:]))

    def _each(self, choices: Iterable[tuple[str, ...]]) -> list[Dropped]:
        """Every choice has its share of the time that is left."""
        waiting = list(choices)
        return [
            self._dropped(flags, self.stop.part(1 / left))
            for left, flags in zip(range(len(waiting), 0, -1), waiting, strict=True)
        ]

    def _dropped(self, flags: tuple[str, ...], stop: Deadline) -> Dropped:
        rest = self.changes.without(flags)
        suspects = {item.name for item in refuted_in(self.after)}
        title, same_as = self.changes.title(flags), self.changes.named.get(rest)

        def judged(without: VariantReport) -> Dropped:
            return judge(flags, title, same_as, self.after, without)

        def enough(without: VariantReport) -> bool:
            found = judged(without)
            open_ = {item.name for item in without.settled if isinstance(item.status, Unknown)}
            telling = bool(found.failing) and open_.isdisjoint(suspects)
            return telling or found.need is Need.NOT_DROPPABLE

        if self.before is not None and self._is_before(self.before, rest):
            return judged(self.before)
        try:
            model = within(stop, lambda: self._lowered(flags))
        except Overdue:
            late = ("", stop.reason())
            return Dropped(flags, title, same_as, Need.UNDECIDED, open=(late,))
        except Rejected as rejected:
            errors = tuple(item for item in rejected.diagnostics if item.is_error)
            return Dropped(flags, title, same_as, Need.NOT_DROPPABLE, errors=errors)
        names = tuple(
            item.name
            for item in (*proved_in(self.after), *refuted_in(self.after))
            if stated_alike(self.after.model, model, item.name)
        )
        sizes = self._sizes(model)
        if not names:
            without = VariantReport(model, sizes, ())
        elif stop.expired():
            reason = ("", stop.reason())
            return Dropped(flags, title, same_as, Need.UNDECIDED, open=(reason,))
        else:
            without = self._settle(model, names, sizes, stop, enough)
        return judged(without)

    def _is_before(self, before: VariantReport, flags: frozenset[str]) -> bool:
        """Whether the older variant is what is left, with verdicts at the same sizes."""
        return (
            before.model.flags == flags
            and before.error is None
            and before.asked == self._sizes(before.model)
        )

    def _lowered(self, flags: Sequence[str]) -> Model:
        title = self.changes.title(flags)
        return load(self.changes.source, (title,), {title: self.changes.without(flags)}).models[0]

    def _sizes(self, model: Model) -> Asked:
        """Those of the newer variant; a sort that it does not have has its own."""
        own = asked(model, self._chosen)
        ours = self.after.asked
        return Asked(
            {name: ours.low.get(name, low) for name, low in own.low.items()},
            {name: ours.high.get(name, high) for name, high in own.high.items()},
        )

    def _with_companions(self, item: Dropped) -> Dropped:
        """Says with which other flags one can be dropped that cannot alone."""
        if not item.errors:
            return item
        others = [flag.name for flag in self.changes.added if flag.name not in item.flags]
        found = tuple(name for name in others if self._can_drop((*item.flags, name)))
        return replace(item, companions=found)

    def _can_drop(self, flags: Sequence[str]) -> bool:
        try:
            self._lowered(flags)
        except Rejected:
            return False
        return True
