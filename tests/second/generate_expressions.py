"""Random expressions: well typed, with as many accesses to shared state as are allowed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

RANGES = {"small": range(3), "num": range(4), "signed": range(-2, 3)}
TYPES = {
    "bool": "bool",
    "small": "small",
    "num": "int 0..3",
    "signed": "int -2..2",
    "kind": "kind",
    "obj": "obj",
    "obj?": "obj?",
    "pair": "pair",
    "objs": "set of obj",
    "smalls": "set of small",
}
"""What the generator calls a type -> how it is written."""

NUMBERS = ("small", "num", "signed")


@dataclass
class Variable:
    """Something that an expression may read or a statement write.

    Args:
        shared: whether reading it is an access to shared state.
        writable: whether code may assign to it.
        ghost: whether it is.
        assigned: whether it has a value here.
    """

    name: str
    type: str
    shared: bool = False
    writable: bool = True
    ghost: bool = False
    assigned: bool = True


@dataclass
class Declared:
    """What the declarations of a specification offer.

    Args:
        globals: plain ones and fields of singles, as they are written.
        fields: of `obj`, without the base.
        own: of the thread, without the base.
        tables: indexed ones: name, index types, type.
        defines: name, parameter types, type.
        flags: patches and configurations.
    """

    globals: list[Variable] = field(default_factory=list)
    fields: list[Variable] = field(default_factory=list)
    own: list[Variable] = field(default_factory=list)
    tables: list[tuple[Variable, tuple[str, ...]]] = field(default_factory=list)
    defines: list[tuple[str, tuple[str, ...], str, bool]] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    locks: list[str] = field(default_factory=list)


class Expressions:
    """Writes expressions.

    Args:
        rng: what decides.
        declared: what there is.
        budget: how many accesses to shared state are left; below 0: as many as one likes.
    """

    def __init__(self, rng: Random, declared: Declared) -> None:
        self.rng = rng
        self.declared = declared
        self.scope: list[Variable] = []
        self.budget = -1
        self.ghosts = True
        self.code = False

    # --- what can be seen ------------------------------------------------------------------

    def chance(self, share: float) -> bool:
        """True that often."""
        return self.rng.random() < share

    def visible(self) -> list[Variable]:
        """The locals and bound names that are not hidden by others."""
        return list({item.name: item for item in self.scope}.values())

    def is_hidden(self, name: str) -> bool:
        """Whether a local hides a global."""
        first = name.partition(".")[0].partition("[")[0]
        return any(item.name == first for item in self.scope)

    @contextmanager
    def binding(self, kind: str) -> Iterator[str]:
        """A name for a quantifier, which may hide another."""
        name = self.rng.choice(["q", "r", "p", "x", "total"] if self.chance(0.3) else ["q", "r"])
        self.scope.append(Variable(name, kind, writable=False))
        yield name
        self.scope.pop()

    @contextmanager
    def allowing(self, budget: int) -> Iterator[None]:
        """That many accesses to shared state."""
        before, self.budget = self.budget, budget
        yield
        self.budget = before

    def _may(self, item: Variable) -> bool:
        return (not item.shared or self.budget != 0) and (self.ghosts or not item.ghost)

    def _spend(self, item: Variable) -> None:
        if item.shared and self.budget > 0:
            self.budget -= 1

    # --- objects ---------------------------------------------------------------------------

    def objects(self) -> list[str]:
        """What names an object without an access to shared state."""
        found = [item.name for item in self.visible() if item.type == "obj" and item.assigned]
        twins = [f"{name}.twin" for name in found]
        return [*found, *found, *(twins if self._has_field("twin") else [])]

    def _has_field(self, name: str) -> bool:
        return any(item.name == name for item in self.declared.fields)

    def places(self, kind: str, *, writing: bool = False) -> list[tuple[str, Variable]]:
        """What of a type can be read or written: text and variable."""
        found: list[tuple[str, Variable]] = []

        def offer(text: str, item: Variable) -> None:
            allowed = item.writable if writing else item.assigned
            if allowed and (writing or self._may(item)):
                if item.type == kind:
                    found.append((text, item))
                elif item.type == "pair" and kind in ("bool", "kind") and item.assigned:
                    found.append((f"{text}.{'full' if kind == 'bool' else 'what'}", item))

        for item in self.visible():
            offer(item.name, item)
            offer(item.name, item)
        for item in self.declared.globals:
            if not self.is_hidden(item.name):
                offer(item.name, item)
        for base in self.objects():
            for item in self.declared.fields:
                offer(f"{base}.{item.name}", item)
        if self.code:
            for item in self.declared.own:
                offer(f"self.{item.name}", item)
        for item, indices in self.declared.tables:
            if not self.is_hidden(item.name):
                with self.allowing(0 if self.budget >= 0 else -1):
                    inside = ", ".join(self.index(index) for index in indices)
                offer(f"{item.name}[{inside}]", item)
        return found

    def index(self, kind: str) -> str:
        """An index."""
        known = [item.name for item in self.visible() if item.type == kind and item.assigned]
        if kind == "small" and self.chance(0.15):
            known += [item.name for item in self.visible() if item.type == "num" and item.assigned]
        if known and self.chance(0.7):
            return self.rng.choice(known)
        return "first" if kind == "obj" else self.literal(kind)

    # --- values ----------------------------------------------------------------------------

    def literal(self, kind: str) -> str:
        """A constant of a type."""
        match kind:
            case "bool":
                return self.rng.choice(["true", "false", *self.declared.flags])
            case "small" | "num" | "signed":
                return str(self.rng.choice(RANGES[kind]))
            case "kind":
                return self.rng.choice(["A", "B"])
            case "obj?":
                return "none"
            case "pair":
                return f"pair{{ .full = {self.leaf('bool')}, .what = {self.leaf('kind')} }}"
            case "objs":
                return self.rng.choice(["empty", "all obj"])
            case "smalls":
                return self.rng.choice(["empty", f"{{{self.rng.choice([0, 1, 2, 2, 3])}}}"])
            case _:
                pass
        return "first"

    def leaf(self, kind: str) -> str:
        """Something without operators."""
        options = self.places(kind)
        if kind == "obj?":
            options += self.places("obj")
        if kind in NUMBERS:
            options += [item for other in NUMBERS for item in self.places(other)]
        if kind == "obj" and not options:
            return "first"
        if not options or (kind != "obj" and self.chance(0.3)):
            return self.literal(kind)
        text, item = self.rng.choice(options)
        self._spend(item)
        return text

    def expression(self, kind: str, depth: int = 2) -> str:
        """Any expression of a type."""
        if depth > 0 and self.chance(0.08):
            sides = self.expression(kind, depth - 1), self.expression(kind, depth - 1)
            return f"({self.expression('bool', depth - 1)} ? {sides[0]} : {sides[1]})"
        if depth > 0 and self.chance(0.1):
            made = self._define(kind, depth)
            if made:
                return made
        if depth > 0 and kind == "bool":
            return self.truth(depth)
        if depth > 0 and kind in NUMBERS and self.chance(0.5):
            return self.number(depth)
        if depth > 0 and kind in ("objs", "smalls"):
            return self.set(kind, depth)
        return self.leaf(kind)

    def _define(self, kind: str, depth: int) -> str | None:
        options = [
            item
            for item in self.declared.defines
            if item[2] == kind
            and (self.budget != 0 or not item[3])
            and (self.ghosts or not item[3])
        ]
        if not options:
            return None
        name, parameters, _, shared = self.rng.choice(options)
        if shared and self.budget > 0:
            self.budget -= 1
        arguments = ", ".join(self.expression(item, depth - 1) for item in parameters)
        return f"{name}({arguments})"

    def number(self, depth: int) -> str:
        """Arithmetic."""
        kind = self.rng.choice(NUMBERS)
        match self.rng.randrange(6):
            case 0 | 1:
                left, right = self.expression(kind, depth - 1), self.expression(kind, depth - 1)
                return f"({left} {self.rng.choice('+-*')} {right})"
            case 2:
                by = self.rng.choice(["2", "2", "-2", "3", self.leaf("num")])
                return f"({self.expression(kind, depth - 1)} {self.rng.choice('/%')} {by})"
            case 3:
                operator = self.rng.choice(["&", "|", "^"])
                return f"({self.leaf(kind)} {operator} {self.leaf('signed')})"
            case 4:
                operator = self.rng.choice(["<<", ">>"])
                return f"({self.leaf(kind)} {operator} {self.rng.randrange(3)})"
            case _:
                pass
        if self.chance(0.3):
            return f"-({self.expression(kind, depth - 1)})"
        return self.quantified("count", depth)

    def quantified(self, word: str, depth: int) -> str:
        """A quantifier."""
        kind = self.rng.choice(["obj", "obj", "kind", "small", "bool"])
        with self.binding(kind) as name:
            text = f"{word}({kind} {name}: " if word == "count" else f"({word} {kind} {name}"
            if word == "count":
                return f"{text}{self.expression('bool', depth - 1)})"
            if self.chance(0.2):
                with self.binding(kind) as other:
                    both = f", {other}" if self.chance(0.5) else f", {kind} {other}"
                    if other != name:
                        return f"{text}{both}: {self.expression('bool', depth - 1)})"
            return f"{text}: {self.expression('bool', depth - 1)})"

    def truth(self, depth: int) -> str:
        """A formula."""
        match self.rng.randrange(11):
            case 0:
                return f"!{self.brackets(self.expression('bool', depth - 1))}"
            case 1 | 2 | 3:
                operator = self.rng.choice(["&&", "||", "=>", "==", "!="])
                left = self.expression("bool", depth - 1)
                return f"({self.brackets(left)} {operator} {self.expression('bool', depth - 1)})"
            case 4 | 5:
                kind = self.rng.choice(NUMBERS)
                operator = self.rng.choice(["==", "!=", "<", "<=", ">", ">="])
                sides = self.expression(kind, depth - 1), self.expression(kind, depth - 1)
                return f"({sides[0]} {operator} {sides[1]})"
            case 6:
                kind = self.rng.choice(["kind", "obj?", "obj", "pair", "objs", "smalls"])
                left = self._typed(kind)
                operator = self.rng.choice(["==", "!="])
                return f"({left} {operator} {self.expression(kind, depth - 1)})"
            case 7:
                return self.rng.choice(
                    [self._member("obj", "objs"), self._member("small", "smalls")]
                )
            case 8:
                return self.quantified(self.rng.choice(["forall", "exists"]), depth)
            case 9:
                return self.guarded(depth)
            case _:
                pass
        return self.leaf("bool") if self.chance(0.7) else self.held()

    def _typed(self, kind: str) -> str:
        """Something whose type is plain to see, for comparisons."""
        options = self.places(kind)
        if not options:
            return {"kind": "A", "obj": "first", "obj?": "first", "pair": self.literal("pair")}.get(
                kind, f"all {'obj' if kind == 'objs' else 'small'}"
            )
        text, item = self.rng.choice(options)
        self._spend(item)
        return text

    def _member(self, kind: str, of: str) -> str:
        element = self.leaf(kind)
        return f"({element} in {self.brackets(self._typed(of))})"

    def guarded(self, depth: int) -> str:
        """A reference that is followed where it is some object, or everywhere."""
        options = self.places("obj?")
        numbers = [item for item in self.declared.fields if item.type == "bool"]
        if not options or not numbers or (self.budget >= 0 and self.budget < 3):
            return self.expression("bool", depth - 1)
        text, _ = self.rng.choice(options)
        followed = f"{text}.{self.rng.choice(numbers).name}"
        return followed if self.chance(0.3) else f"({text} != none && {followed})"

    def held(self) -> str:
        """A question about a lock."""
        locks = [item for item in self.declared.locks if not self.is_hidden(item)]
        locks += [f"{base}.own" for base in self.objects()]
        if not locks or self.budget == 0:
            return "true"
        if self.budget > 0:
            self.budget -= 1
        lock = self.rng.choice(locks)
        return f"held_by({lock}, self)" if self.code and self.chance(0.5) else f"held({lock})"

    def set(self, kind: str, depth: int) -> str:
        """A set."""
        element = "obj" if kind == "objs" else "small"
        typed = self._typed(kind)
        match self.rng.randrange(4):
            case 0:
                return self.leaf(kind)
            case 1:
                inside = [
                    self.leaf(
                        self.rng.choice([element, element, "num"])
                        if element == "small"
                        else element
                    )
                    for _ in range(self.rng.randint(1, 2))
                ]
                return "{" + ", ".join(inside) + "}"
            case _:
                pass
        operator = self.rng.choice(["+", "|", "-", "&"])
        return f"({typed} {operator} {self.expression(kind, depth - 1)})"

    def brackets(self, text: str) -> str:
        """Round brackets around what has none."""
        return text if text.startswith("(") or text.isidentifier() else f"({text})"
