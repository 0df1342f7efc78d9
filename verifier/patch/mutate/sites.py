"""Where a specification can be changed: one mutant for each small mistake in its code.

Looked at are the bodies of threads and procedures, the values that fields and globals start with,
assumptions, and definitions that only code uses. What is claimed (invariants, assertions, labels,
`reachable`) stays: the mutants ask whether it notices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from frontend.syntax import tree as syntax
from frontend.syntax.printer import specification
from verifier.patch.mutate.definitions import claimed
from verifier.patch.mutate.locking import LOCK, UNLOCK, lock_mutants
from verifier.patch.mutate.mutant import Kind, Mutant, Path, at, put, shown

SHIFTED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
"""A comparison that is off by one."""

OPPOSITE = {"++": "--", "--": "++", "+=": "-=", "-=": "+="}

FEW = 3
"""Members of an enum up to which each is replaced by every other; beyond, by the next one."""

_JUMPS = (syntax.Goto, syntax.Break, syntax.Continue, syntax.Return)
_UPDATES = (syntax.Assignment, syntax.Increment, syntax.Update)


def mutants(tree: syntax.Specification) -> tuple[Mutant, ...]:
    """All mutants of one variant's tree, in source order, none twice.

    Args:
        tree: a specification without `when`s (`frontend.names.variants.select`).
    """
    found: dict[str, Mutant] = {}
    original = specification(tree)
    for item in _Sites(tree).all():
        text = specification(item.tree)
        if text != original:
            found.setdefault(text, item)
    return tuple(sorted(found.values(), key=lambda item: item.start))


class _Sites:
    def __init__(self, tree: syntax.Specification) -> None:
        self.tree = tree
        self.members = _members(tree)

    def all(self) -> Iterator[Mutant]:
        """Every change at every place."""
        about_claims = claimed(self.tree)
        for number, item in enumerate(self.tree.declarations):
            path: Path = ("declarations", number)
            match item:
                case syntax.ThreadDeclaration() | syntax.ProcedureDeclaration():
                    yield from self._inside((*path, "body"), path)
                    yield from lock_mutants(self.tree, path)
                case syntax.FieldDeclaration():
                    yield from self._inside((*path, "initial"), path)
                case (
                    syntax.StructDeclaration(fields=fields)
                    | syntax.SingleDeclaration(fields=fields)
                    | syntax.RecordDeclaration(fields=fields)
                ):
                    for position in range(len(fields)):
                        field: Path = (*path, "fields", position)
                        yield from self._inside((*field, "initial"), field)
                case syntax.AssumeDeclaration():
                    for mutant in self._assumption(path):
                        yield replace(mutant, assumed=True)
                case syntax.DefineDeclaration(name=name) if name.text not in about_claims:
                    yield from self._inside((*path, "body"), path)
                case _:
                    pass

    # --- building mutants ------------------------------------------------------------------

    def _changed(self, kind: Kind, owner: Path, path: Path, new: object) -> Mutant:
        """Another node at a path; `owner` leads to the statement or declaration around it."""
        tree = put(self.tree, path, new)
        start = at(self.tree, path).span.start
        return Mutant(kind, start, shown(at(self.tree, owner)), shown(at(tree, owner)), tree)

    def _dropped(self, kind: Kind, path: Path) -> Mutant:
        """Without the statement or the declaration at a path."""
        node = at(self.tree, path)
        parent, key = path[:-1], path[-1]
        if isinstance(key, int):
            rest = at(self.tree, parent)
            tree = put(self.tree, parent, (*rest[:key], *rest[key + 1 :]))
        elif key == "otherwise":
            tree = put(self.tree, path, None)
        else:
            tree = put(self.tree, path, syntax.Block(node.span, ()))
        return Mutant(kind, node.span.start, shown(node), "", tree)

    # --- walking ---------------------------------------------------------------------------

    def _inside(self, path: Path, owner: Path) -> Iterator[Mutant]:
        """The mutants at a path and below."""
        value = at(self.tree, path)
        if isinstance(value, tuple):
            for number in range(len(value)):
                yield from self._inside((*path, number), owner)
            return
        if not isinstance(value, syntax.Node) or isinstance(value, syntax.Assert | syntax.Name):
            return
        if isinstance(value, syntax.Statement):
            owner = path
            yield from self._statement(path, value)
        elif isinstance(value, syntax.Expression):
            yield from self._expression(path, owner, value)
        for name in value.__dataclass_fields__:
            yield from self._inside((*path, name), owner)

    def _statement(self, path: Path, node: syntax.Statement) -> Iterator[Mutant]:
        match node:
            case syntax.CallStatement(call=call):
                if call.name.text not in (LOCK, UNLOCK):  # those go with their partners
                    yield self._dropped(Kind.CALL_DROPPED, path)
            case syntax.If(condition=condition) | syntax.While(condition=condition):
                yield from self._guard(path, (*path, "condition"), condition)
            case syntax.Await(condition=condition):
                yield self._dropped(Kind.CONDITION_DROPPED, path)
                yield self._negated(path, (*path, "condition"), condition)
            case syntax.Update(where=where) | syntax.ForEach(where=where) if where is not None:
                place: Path = (*path, "where")
                yield self._optional(path, place)
                yield self._negated(path, place, where)
            case syntax.Atomic(body=body):
                tree = put(self.tree, path, body)
                after = " ".join(f"{shown(item)};" for item in body.statements)
                before = f"atomic {{ {after} }}"
                yield Mutant(Kind.ATOMIC_DISSOLVED, node.span.start, before, after, tree)
            case _:
                pass
        if isinstance(node, _UPDATES):
            yield self._dropped(Kind.UPDATE_DROPPED, path)
        if isinstance(node, _JUMPS):
            yield self._dropped(Kind.JUMP_DROPPED, path)
        if isinstance(node, syntax.Increment | syntax.Assignment) and node.operator in OPPOSITE:
            other = replace(node, operator=OPPOSITE[node.operator])
            yield self._changed(Kind.OPERATOR_CHANGED, path, path, other)

    def _guard(self, owner: Path, path: Path, condition: syntax.Expression) -> Iterator[Mutant]:
        true = syntax.Boolean(condition.span, True)
        yield self._changed(Kind.CONDITION_DROPPED, owner, path, true)
        yield self._negated(owner, path, condition)

    def _negated(self, owner: Path, path: Path, condition: syntax.Expression) -> Mutant:
        return self._changed(Kind.CONDITION_NEGATED, owner, path, _opposite(condition))

    def _optional(self, owner: Path, path: Path) -> Mutant:
        """Without a condition that the syntax does not ask for."""
        tree = put(self.tree, path, None)
        start = at(self.tree, path).span.start
        before, after = shown(at(self.tree, owner)), shown(at(tree, owner))
        return Mutant(Kind.CONDITION_DROPPED, start, before, after, tree)

    def _expression(self, path: Path, owner: Path, node: syntax.Expression) -> Iterator[Mutant]:
        match node:
            case syntax.Binary(operator="&&", left=left, right=right):
                yield self._changed(Kind.CONJUNCT_DROPPED, owner, path, right)
                yield self._changed(Kind.CONJUNCT_DROPPED, owner, path, left)
            case syntax.Binary(operator="||", left=left, right=right):
                yield self._changed(Kind.DISJUNCT_DROPPED, owner, path, right)
                yield self._changed(Kind.DISJUNCT_DROPPED, owner, path, left)
            case syntax.Binary(operator=operator) if operator in SHIFTED:
                other = replace(node, operator=SHIFTED[operator])
                yield self._changed(Kind.COMPARISON_SHIFTED, owner, path, other)
            case syntax.Any(condition=condition) if condition is not None:
                anyone = replace(node, name=None, condition=None)
                yield self._changed(Kind.CONDITION_DROPPED, owner, path, anyone)
                yield self._negated(owner, (*path, "condition"), condition)
            case syntax.Number(value=value):
                for other_value in (value + 1, value - 1):
                    if other_value >= 0:
                        number = replace(node, value=other_value)
                        yield self._changed(Kind.CONSTANT_CHANGED, owner, path, number)
            case syntax.Boolean(value=value):
                flipped = replace(node, value=not value)
                yield self._changed(Kind.CONSTANT_CHANGED, owner, path, flipped)
            case syntax.Reference(name=name):
                for text in self._others(name.text):
                    member = replace(node, name=replace(name, text=text))
                    yield self._changed(Kind.CONSTANT_CHANGED, owner, path, member)
            case _:
                pass

    def _assumption(self, path: Path) -> Iterator[Mutant]:
        yield self._dropped(Kind.ASSUMPTION_DROPPED, path)
        wanted = (Kind.CONJUNCT_DROPPED, Kind.DISJUNCT_DROPPED)
        inside = self._inside((*path, "condition"), path)
        yield from (item for item in inside if item.kind in wanted)

    def _others(self, member: str) -> tuple[str, ...]:
        """What a member of an enum is replaced by; nothing for another name."""
        members = self.members.get(member, ())
        if len(members) <= FEW:
            return tuple(other for other in members if other != member)
        return (members[(members.index(member) + 1) % len(members)],)


def _opposite(condition: syntax.Expression) -> syntax.Expression:
    match condition:
        case syntax.Unary(operator="!", operand=operand):
            return operand
        case _:
            return syntax.Unary(condition.span, "!", condition)


def _members(tree: syntax.Specification) -> Mapping[str, tuple[str, ...]]:
    """Member of an enum -> all members of it."""
    found: dict[str, tuple[str, ...]] = {}
    for item in tree.declarations:
        if isinstance(item, syntax.EnumDeclaration):
            names = tuple(name.text for name in item.members)
            found |= dict.fromkeys(names, names)
    return found
