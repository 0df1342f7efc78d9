"""What a specification claims: assumptions, invariants, lemmas, `reachable`s, asserts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from frontend.expressions.elaborator import Elaborator
from frontend.expressions.locations import places_of
from frontend.formulas.definedness import Definedness
from frontend.model import BUILT_IN, Assert, Assumption, Property, PropertyKind, Thread, Variable
from frontend.names.budget import MOST_OBJECTS
from frontend.names.scopes import Mode, Scope, ThreadView
from frontend.source.spans import Span
from frontend.syntax import tree as syntax


def assumptions(own: Elaborator, declarations: Iterable[syntax.Declaration]) -> list[Assumption]:
    """The assumptions, in order."""
    known = Definedness(own.symbols.variables, {})
    found: dict[str, Assumption] = {}
    for item in declarations:
        if not isinstance(item, syntax.AssumeDeclaration):
            continue
        name = item.name.text
        if name in found:
            own.problems.report(
                "E101",
                f"assumption `{name}` is declared twice",
                item.name.span,
                notes=[("first declared here", found[name].span)],
            )
        condition = own.condition(item.condition, Scope(Mode.ASSUMPTION))
        if not own.problems.failed:
            condition = known.settled(condition)
        text = "" if item.text is None else item.text.text
        found[name] = Assumption(name, condition, item.name.span, text)
    return list(found.values())


def declared_properties(
    own: Elaborator,
    declarations: Iterable[syntax.Declaration],
    views: Mapping[str, ThreadView],
    locals_: Mapping[str, Variable],
) -> list[Property]:
    """Invariants, lemmas and `reachable`s, in order."""
    known = Definedness({**own.symbols.variables, **locals_}, places_of(views.values()))
    taken: dict[str, Span] = {}
    found: list[Property] = []
    for item in declarations:
        if not isinstance(item, syntax.PropertyDeclaration):
            continue
        claim_name(own, item.name, taken)
        condition = own.condition(item.condition, Scope(Mode.PROPERTY, threads=views))
        if own.problems.failed:
            continue
        text = "" if item.text is None else item.text.text
        kind = PropertyKind(item.kind)
        expression = known.settled(condition)
        found.append(Property(item.name.text, kind, text, expression, False, item.name.span))
    return found


def claim_name(own: Elaborator, name: syntax.Name, taken: dict[str, Span]) -> None:
    """Properties share one name space, which the built-in ones are part of."""
    if name.text in BUILT_IN:
        own.problems.report("E101", f"`{name.text}` is a built-in property", name.span)
    elif name.text in taken:
        own.problems.report(
            "E101",
            f"property `{name.text}` is declared twice",
            name.span,
            notes=[("first declared here", taken[name.text])],
        )
    taken.setdefault(name.text, name.span)


def asserted_properties(
    own: Elaborator, threads: Iterable[Thread], taken: Iterable[Property]
) -> list[Property]:
    """A property for each name that an `assert` gives, in order of the text."""
    first: dict[str, Span] = {}
    texts: dict[str, str] = {}
    for thread in threads:
        for step in thread.steps:
            for instruction in step.body:
                if isinstance(instruction, Assert):
                    known = first.get(instruction.name)
                    if known is None or instruction.span < known:
                        first[instruction.name] = instruction.span
                    if instruction.text:
                        texts.setdefault(instruction.name, instruction.text)
    others = {item.name: item.span for item in taken}
    for name, span in first.items():
        if name in others or name in BUILT_IN:
            notes = [("declared here", others.get(name))] if name in others else []
            own.problems.report(
                "E101", f"`{name}` is the name of another property", span, notes=notes
            )
    return [
        Property(name, PropertyKind.ASSERT, texts.get(name, ""), None, False, span)
        for name, span in sorted(first.items(), key=lambda entry: entry[1])
    ]


def expected_violations(
    own: Elaborator,
    declarations: Iterable[syntax.Declaration],
    variant: str,
    variants: Iterable[str],
    properties: Iterable[Property],
) -> frozenset[str]:
    """The properties that `expect` says this variant violates."""
    known = {item.name for item in properties}
    known_variants = set(variants)
    found: set[str] = set()
    for item in declarations:
        if not isinstance(item, syntax.ExpectDeclaration):
            continue
        if item.variant.text not in known_variants:
            own.problems.report(
                "E108",
                f"there is no variant `{item.variant.text}`",
                item.variant.span,
                near=(item.variant.text, known_variants),
            )
        if item.variant.text != variant:
            continue
        for name in item.names:
            if name.text not in known:
                own.problems.report(
                    "E109",
                    f"variant `{variant}` has no property `{name.text}`",
                    name.span,
                    near=(name.text, known),
                )
            found.add(name.text)
    return frozenset(found)


def bounds(
    own: Elaborator, declarations: Iterable[syntax.Declaration]
) -> list[tuple[str, int, int]]:
    """The sizes that `bound` names: sort, low, high."""
    found: dict[str, tuple[str, int, int]] = {}
    for item in declarations:
        if not isinstance(item, syntax.BoundDeclaration):
            continue
        for entry in item.items:
            name = entry.name.text
            if name not in own.symbols.sorts:
                own.problems.report(
                    "E110",
                    f"`{name}` is no struct and no thread",
                    entry.name.span,
                    near=(name, own.symbols.sorts),
                )
            elif name in found:
                own.problems.report("E101", f"`{name}` has a bound already", entry.name.span)
            elif entry.low < 1 or entry.high < entry.low:
                own.problems.report(
                    "E210", "a bound is at least 1, and not below its low end", entry.span
                )
            elif entry.high > MOST_OBJECTS:
                own.problems.report(
                    "E016", f"more than {MOST_OBJECTS} objects are out of reach", entry.span
                )
            else:
                found[name] = (name, entry.low, entry.high)
    return list(found.values())
