"""What properties say of a thread's place: `c at f.label`, `c in f`, `c.f.x`."""

from __future__ import annotations

from collections.abc import Iterable

from frontend.formulas.building import Each, demand, with_binders, with_thread
from frontend.formulas.lowered import RecordValue, Scalar, SetValue, Value, Wrong, choice, value_at
from frontend.model import BOOL, At, Bound, Conditional, Expression, QuantifierKind, Read
from frontend.names.local_names import ordinal_of
from frontend.names.problems import Problems
from frontend.names.scopes import Local, ThreadView
from frontend.syntax import tree as syntax


def at_label(
    problems: Problems, view: ThreadView, thread: Expression, path: tuple[syntax.Name, ...]
) -> Value:
    """Whether a thread is about to run the statement with a label, at any call site of it, or
    stands at the one place of a name such as `f.3`."""
    text = ".".join(name.text for name in path)
    if text in view.places:
        return Scalar(At(thread, view.places[text]))
    procedure, label = ("", path[0]) if len(path) == 1 else (path[0].text, path[-1])
    if procedure and procedure != view.sort and not _calls(problems, view, path[0]):
        return Wrong()
    where = f"procedure `{procedure}`" if procedure else f"the body of thread `{view.sort}`"
    if len(path) > 2 or label.text.isdigit():
        message = f"thread `{view.sort}` has no place `{text}`"
        problems.report("E106", message, label.span, near=(text, view.places))
        return Wrong()
    known = {
        name for place in view.locations for where_, name in place.labels if where_ == procedure
    }
    problems.report(
        "E106",
        f"no reachable label `{label.text}` in {where}",
        label.span,
        near=(label.text, known),
    )
    return Wrong()


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
    problems: Problems,
    view: ThreadView,
    thread: Expression,
    procedure: str,
    name: syntax.Name,
    ordinal: int | None,
) -> Value | None:
    """A thread's local; None when it has none of that name and `c.x` may be something else.

    Args:
        ordinal: which of those of the name; None: the one that has a value there.
    """
    known = [local for local in view.locals if local.procedure == procedure]
    found = [local for local in known if local.name == name.text]
    if ordinal is not None:
        found = [local for local in found if ordinal_of(local.variable) == ordinal]
    if not found:
        if not procedure and not known and ordinal is None:
            return None
        where = f"procedure `{procedure}`" if procedure else f"the body of thread `{view.sort}`"
        problems.report(
            "E104",
            f"{where} has no local `{name.text}`{'' if ordinal is None else f' number {ordinal}'}",
            name.span,
            near=(name.text, (local.name for local in known)),
        )
        return Wrong()
    if len({local.shape for local in found}) > 1:
        problems.report(
            "E115", f"`{procedure}` has several locals `{name.text}` of different types", name.span
        )
        return Wrong()
    if len(found) > 1 and not view.assigned:
        problems.report("E115", f"there are several `{name.text}`: say which, as `.1`", name.span)
        return Wrong()
    return _one_of(view, thread, found)


def _one_of(view: ThreadView, thread: Expression, found: list[Local]) -> Value:
    # Of several locals of one name: the innermost of those in scope where the thread stands.
    value = _seen(view, thread, found[-1])
    for local in found[:-1]:
        here = view.meant.get(local.variable)
        if here is not None:
            value = choice(At(thread, here), _seen(view, thread, local), value)
    return value


def _seen(view: ThreadView, thread: Expression, local: Local) -> Value:
    """The value of a local; that of a free statement which is about to run counts as given."""

    def given(value: Value) -> Value:
        match value:
            case Scalar(expression=Read() as read):
                return Scalar(_given(view, thread, read))
            case SetValue(element=element):

                def member(item: Expression) -> Expression:
                    read = value.member(item)
                    assert isinstance(read, Read)
                    return _given(view, thread, read)

                some = Bound("element", element)
                each = Each(QuantifierKind.FORALL, (some,), member(some), BOOL)
                return SetValue(element, member, demand(each, BOOL))
            case RecordValue(shape=shape, parts=parts):
                return RecordValue(shape, {name: given(part) for name, part in parts.items()})
            case _:
                return value

    return given(value_at(local.variable, (thread,), local.shape))


def _given(view: ThreadView, thread: Expression, read: Read) -> Expression:
    result: Expression = read
    for number, early in view.early.items():
        value = early.values.get(read.variable)
        if read.variable in early.sets:
            binder, member = early.sets[read.variable]
            value = with_binders(member, {binder.name: read.arguments[1]})
        if value is not None:
            here = At(thread, frozenset({number}))
            result = Conditional(here, with_thread(value, thread), result, read.type)
    return result


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
