"""The names of a checked model as the front end's name tables, made from the model alone.

Where `symbols` and `threads` make them from declarations, these serve to read formulas over a
model, whichever pass made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from frontend.formulas.shapes import RecordShape, SetShape, Shape
from frontend.model import Model, Thread, Variable
from frontend.names.local_names import local_names
from frontend.names.place_names import named_places
from frontend.names.problems import Problems
from frontend.names.scopes import Local, LocationView, ThreadView
from frontend.names.symbols import FieldSymbol, Symbols
from frontend.source.spans import NOWHERE
from frontend.syntax import tree as syntax


def symbols_of(model: Model) -> Symbols:
    """What has a name at the top level of a model: no flags, `define`s and typedefs."""
    symbols = Symbols(Problems(model.source))
    for sort in model.sorts:
        symbols.sorts[sort.name] = sort
        symbols.fields[sort.name] = {}
    for enum in model.enums:
        symbols.enums[enum.name] = enum
        symbols.members.update(dict.fromkeys(enum.members, enum))
    body = syntax.Block(NOWHERE, ())  # of code only the names matter here
    for thread in model.threads:
        name = syntax.Name(NOWHERE, thread.sort)
        symbols.threads[thread.sort] = syntax.ThreadDeclaration(NOWHERE, name, body)
        for procedure in _procedures(thread):
            name = syntax.Name(NOWHERE, procedure)
            symbols.procedures[procedure] = syntax.ProcedureDeclaration(
                NOWHERE, name, (), None, (), body
            )
    for stem, parts in _wholes(item for item in model.variables if item.thread is None).items():
        _declare(symbols, stem, parts)
    symbols.variables = {item.name: item for item in model.variables}
    return symbols


def _procedures(thread: Thread) -> frozenset[str]:
    return frozenset(name for place in thread.locations for name in place.procedures)


def _declare(symbols: Symbols, stem: str, parts: tuple[Variable, ...]) -> None:
    first = parts[0]
    holder, _, name = stem.rpartition(".")
    index = first.index
    owner = index[0] if index and holder in symbols.sorts else None
    if owner is not None:
        index = index[1:]
    if first.whole == first.name:
        index = index[:-1]
    symbol = FieldSymbol(
        name=name,
        variable=stem,
        owner=holder if owner is not None else None,
        indices=index,
        shape=shape_of_parts(stem, parts),
        constant=first.constant,
        ghost=first.ghost,
        declaration=syntax.FieldDeclaration(
            first.span,
            syntax.BoolTypeName(first.span),
            syntax.Name(first.span, name),
            (),
            None,
            first.constant,
            first.ghost,
        ),
    )
    if not holder:
        symbols.globals[stem] = symbol
        return
    if holder not in symbols.sorts:
        symbols.singles.setdefault(holder, first.span)
    symbols.fields.setdefault(holder, {})[name] = symbol


def view_of_thread(thread: Thread, model: Model) -> ThreadView:
    """What formulas can say of a kind of thread; the program's own locals included."""
    names = local_names(model.variables)
    own = _wholes(item for item in model.variables if item.thread == thread.sort)
    return ThreadView(
        thread.sort,
        tuple(
            LocationView(place.number, place.name, place.labels, place.procedures)
            for place in thread.locations
        ),
        tuple(
            Local(
                names[stem].name,
                stem,
                names[stem].procedure,
                shape_of_parts(stem, parts),
                parts[0].span,
            )
            for stem, parts in own.items()
        ),
        {},
        {},
        {},
        _procedures(thread),
        named_places(thread.locations),
    )


def _wholes(variables: Iterable[Variable]) -> Mapping[str, tuple[Variable, ...]]:
    """The variables that were declared under one name."""
    found: dict[str, tuple[Variable, ...]] = {}
    for item in variables:
        stem = item.whole or item.name
        found[stem] = (*found.get(stem, ()), item)
    return found


def shape_of_parts(stem: str, parts: tuple[Variable, ...]) -> Shape:
    """The shape of what lowering took apart into these variables."""
    first = parts[0]
    if first.name == stem:
        return first.type if first.whole is None else SetShape(first.index[-1])
    groups: dict[str, tuple[Variable, ...]] = {}
    for part in parts:
        name = part.name.removeprefix(f"{stem}.").partition(".")[0]
        groups[name] = (*groups.get(name, ()), part)
    return RecordShape(
        stem,
        tuple((name, _part(f"{stem}.{name}", inner)) for name, inner in groups.items()),
    )


def _part(stem: str, parts: tuple[Variable, ...]) -> Shape:
    # A part of a record is a plain value or a record: never a set.
    return parts[0].type if parts[0].name == stem else shape_of_parts(stem, parts)
