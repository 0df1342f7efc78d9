"""By which flags two variants differ."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from frontend.names.problems import Problems
from frontend.names.variants import Flag, Variant, flags, variants
from frontend.source.spans import Source
from frontend.syntax.parser import parse


@dataclass(frozen=True, slots=True)
class Changes:
    """From one variant to another.

    Args:
        source: the specification.
        before: the older one.
        after: the newer one.
        added: the patches that only the newer one has, in order of declaration.
        removed: the patches that only the older one has.
        configured: the configurations in which they differ: no hunk switches them.
        named: the flags of each declared variant -> its name, the first one's where some agree.
    """

    source: Source
    before: Variant
    after: Variant
    added: tuple[Flag, ...]
    removed: tuple[Flag, ...]
    configured: tuple[Flag, ...]
    named: Mapping[frozenset[str], str]

    def without(self, names: Collection[str]) -> frozenset[str]:
        """The flags of the newer variant but some."""
        return self.after.flags.difference(names)

    def title(self, names: Collection[str]) -> str:
        """What the newer variant without some flags is called; no declared variant is."""
        return f"{self.after.name} without {' and '.join(names)}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A specification has no such variant.

    Args:
        known: the variants that it has.
    """

    name: str
    known: tuple[str, ...]


def changes(source: Source, before: str, after: str) -> Changes | Unknown:
    """What lies between two variants of a specification.

    Raises:
        Rejected: the text is no specification.
    """
    tree = parse(source)
    declared = {item.name: item for item in variants(tree, Problems(source))}
    for name in (before, after):
        if name not in declared:
            return Unknown(name, tuple(declared))
    old, new = declared[before], declared[after]
    known = flags(tree)
    patches = [flag for flag in known if flag.patch]
    named: dict[frozenset[str], str] = {}
    for item in declared.values():
        named.setdefault(item.flags, item.name)
    return Changes(
        source,
        old,
        new,
        tuple(flag for flag in patches if flag.name in new.flags - old.flags),
        tuple(flag for flag in patches if flag.name in old.flags - new.flags),
        tuple(flag for flag in known if not flag.patch and flag.name in new.flags ^ old.flags),
        named,
    )


def no_changes(source: Source, before: str, after: str) -> Changes:
    """Between two names of which a text that is no specification tells nothing."""
    old, new = (Variant(name, frozenset()) for name in (before, after))
    return Changes(source, old, new, (), (), (), {})
