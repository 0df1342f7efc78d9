"""Patch versions: which flags each variant sets, and the text that is left for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import is_not
from typing import cast

from frontend.names.problems import Problems
from frontend.syntax import tree as syntax


@dataclass(frozen=True, slots=True)
class Variant:
    """A version of the code: its name and the flags that are true in it."""

    name: str
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Flag:
    """A compile-time boolean.

    Args:
        patch: whether a hunk of a patch brings it; else it is a configuration.
        text: the author's sentence, or "".
    """

    name: str
    patch: bool
    text: str


def flags(specification: syntax.Specification) -> tuple[Flag, ...]:
    """The patches and configurations in order of declaration."""
    return tuple(
        Flag(
            item.name.text,
            item.kind == "patch",
            item.text.text if item.text is not None else "",
        )
        for item in specification.declarations
        if isinstance(item, syntax.FlagDeclaration)
    )


def flag_names(specification: syntax.Specification) -> frozenset[str]:
    """All patches and configurations that a specification declares."""
    return frozenset(flag.name for flag in flags(specification))


def variants(specification: syntax.Specification, problems: Problems) -> list[Variant]:
    """The variants in order of declaration; `main` alone where there is none."""
    declared = flag_names(specification)
    known: dict[str, Variant] = {}
    for item in specification.declarations:
        if not isinstance(item, syntax.VariantDeclaration):
            continue
        flags: set[str] = set()
        for base in item.bases:
            if base.text in known:
                flags |= known[base.text].flags
            else:
                problems.report(
                    "E108",
                    f"no variant `{base.text}` is declared before this",
                    base.span,
                    near=(base.text, known),
                )
        for flag in item.flags:
            if flag.text in declared:
                flags.add(flag.text)
            else:
                problems.report(
                    "E107",
                    f"`{flag.text}` is no patch or config",
                    flag.span,
                    near=(flag.text, declared),
                )
        if item.name.text in known:
            problems.report("E101", f"variant `{item.name.text}` is declared twice", item.name.span)
        else:
            known[item.name.text] = Variant(item.name.text, frozenset(flags))
    return list(known.values()) or [Variant("main", frozenset())]


def holds(
    flag: syntax.Expression, set_flags: frozenset[str], declared: frozenset[str], problems: Problems
) -> bool:
    """The truth of a `when` condition in a variant; an error makes it false."""
    match flag:
        case syntax.Reference(name=name):
            if name.text not in declared:
                problems.report(
                    "E107",
                    f"`{name.text}` is no patch or config",
                    name.span,
                    near=(name.text, declared),
                )
            return name.text in set_flags
        case syntax.Boolean(value=value):
            return value
        case syntax.Unary(operator="!", operand=operand):
            return not holds(operand, set_flags, declared, problems)
        case syntax.Binary(operator="&&" | "||" as operator, left=left, right=right):
            one = holds(left, set_flags, declared, problems)
            other = holds(right, set_flags, declared, problems)
            return (one and other) if operator == "&&" else (one or other)
        case _:
            problems.report(
                "E134",
                "the condition of `when` is made of patches and configs with `!`, `&&` and `||`",
                flag.span,
            )
            return False


def select(
    specification: syntax.Specification, variant: Variant, problems: Problems
) -> syntax.Specification:
    """The specification with every `when` resolved for a variant."""
    declared = flag_names(specification)

    def chosen(node: object) -> bool:
        flag = cast("syntax.WhenStatement", node).flag
        return holds(flag, variant.flags, declared, problems)

    def items(nodes: tuple[object, ...]) -> tuple[object, ...]:
        kept: list[object] = []
        for node in nodes:
            match node:
                case syntax.WhenStatement() | syntax.WhenFields() | syntax.WhenDeclaration():
                    kept.extend(items(node.then if chosen(node) else node.otherwise))
                case syntax.Branch(flag=flag) if flag is not None:
                    if holds(flag, variant.flags, declared, problems):
                        kept.append(clean(replace(node, flag=None)))
                case _:
                    kept.append(clean(node))
        return tuple(kept)

    def clean(node: object) -> object:
        if isinstance(node, syntax.WhenStatement):
            return syntax.Block(node.span, cast("tuple[syntax.Statement, ...]", items((node,))))
        if not isinstance(node, syntax.Node) or isinstance(node, syntax.Name | syntax.Text):
            return node
        changes: dict[str, object] = {}
        for name in node.__dataclass_fields__:
            value = getattr(node, name)
            if isinstance(value, tuple):
                kept = items(value)
                if len(kept) != len(value) or any(map(is_not, kept, value)):
                    changes[name] = kept
            elif (cleaned := clean(value)) is not value:
                changes[name] = cleaned
        # What has no `when` inside stays the very same node: most do.
        return replace(node, **changes) if changes else node  # type: ignore[arg-type]

    return cast("syntax.Specification", clean(specification))
