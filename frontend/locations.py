"""What properties say of a thread's place: `c at f.label`, `c in f`, `c.f.x`."""

from __future__ import annotations

from collections.abc import Iterable

from frontend import syntax
from frontend.model import FALSE, At, Expression
from frontend.problems import Problems
from frontend.scopes import Local, ThreadView
from frontend.values import Scalar, Value, Wrong, choice, leaves, value_at


def at_label(
    problems: Problems, view: ThreadView, thread: Expression, path: tuple[syntax.Name, ...]
) -> Value:
    """Whether a thread is about to run the statement with a label, at any call site of it."""
    procedure, label = ("", path[0]) if len(path) == 1 else (path[0].text, path[1])
    if procedure and not _calls(problems, view, path[0]):
        return Wrong()
    numbers = frozenset(
        place.number for place in view.locations if (procedure, label.text) in place.labels
    )
    if not numbers:
        known = {
            name for place in view.locations for where, name in place.labels if where == procedure
        }
        where = f"procedure `{procedure}`" if procedure else f"the body of thread `{view.sort}`"
        problems.report(
            "E106",
            f"no reachable label `{label.text}` in {where}",
            label.span,
            near=(label.text, known),
        )
        return Wrong()
    return Scalar(At(thread, numbers))


def in_procedure(
    problems: Problems, view: ThreadView, thread: Expression, name: syntax.Name
) -> Value:
    """Whether a thread is inside a procedure, or one that it called."""
    if not _calls(problems, view, name):
        return Wrong()
    return Scalar(
        At(
            thread,
            frozenset(place.number for place in view.locations if name.text in place.procedures),
        )
    )


def local_of(
    problems: Problems, view: ThreadView, thread: Expression, procedure: str, name: syntax.Name
) -> Value | None:
    """A thread's local; None when it has none of that name and `c.x` may be something else."""
    known = [local for local in view.locals if local.procedure == procedure]
    found = [local for local in known if local.name == name.text]
    if not found:
        if not procedure and not known:
            return None
        where = f"procedure `{procedure}`" if procedure else f"the body of thread `{view.sort}`"
        problems.report(
            "E104",
            f"{where} has no local `{name.text}`",
            name.span,
            near=(name.text, (local.name for local in known)),
        )
        return Wrong()
    if len({local.shape for local in found}) > 1:
        problems.report(
            "E115", f"`{procedure}` has several locals `{name.text}` of different types", name.span
        )
        return Wrong()
    return _one_of(view, thread, found)


def _one_of(view: ThreadView, thread: Expression, found: list[Local]) -> Value:
    # Locals of one name in different blocks: the one that has a value where the thread stands.
    value = value_at(found[-1].variable, (thread,), found[-1].shape)
    for local in reversed(found[:-1]):
        parts = leaves(local.variable, local.shape)
        places = [view.assigned.get(name, frozenset()) for name, _, _ in parts]
        here = At(thread, frozenset.intersection(*places)) if places else FALSE
        value = choice(here, value_at(local.variable, (thread,), local.shape), value)
    return value


def _calls(problems: Problems, view: ThreadView, name: syntax.Name) -> bool:
    if name.text in view.procedures:
        return True
    problems.report(
        "E105",
        f"thread `{view.sort}` never calls `{name.text}`",
        name.span,
        near=(name.text, view.procedures),
    )
    return False


def places_of(views: Iterable[ThreadView]) -> dict[str, frozenset[int]]:
    """Model variable of a local -> where it has a value, for all kinds of thread."""
    return {name: places for view in views for name, places in view.assigned.items()}
