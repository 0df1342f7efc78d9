"""Random specifications, as text, small enough to be explored in milliseconds."""

from __future__ import annotations

from random import Random

from tests.second.generate_expressions import TYPES, Declared, Expressions, Variable
from tests.second.generate_statements import Procedure, Statements, Written


class Generator:
    """One specification.

    Args:
        seed: the same one gives the same text.
    """

    def __init__(self, seed: int | str) -> None:
        self.rng = Random(seed)
        self.declared = Declared()
        self.lines: list[str] = []
        self.written = {"cpu": Written(), "dev": Written()}
        self.free = 0

    def chance(self, share: float) -> bool:
        """True that often."""
        return self.rng.random() < share

    def text(self) -> str:
        """The whole of it."""
        rng = self.rng
        self.versions()
        self.storage()
        self.expressions = Expressions(rng, self.declared)
        self.definitions()
        if self.chance(0.5):
            pairs = ["forall obj p: p.twin.twin == p", "forall obj p: p.twin != p || p == first"]
            self.lines.append(f"assume start: {rng.choice([*pairs, self.formula(1)])};")
        self.code()
        self.properties()
        sizes = [f"obj = {rng.choice([1, 2, 2])}", f"cpu = {rng.choice([1, 2, 2])}"]
        if self.two:
            sizes.append("dev = 1")
        rng.shuffle(self.lines)
        return (
            "\n".join(
                ["spec generated;", *self.variants, *self.lines, f"bound {', '.join(sizes)};"]
            )
            + "\n"
        )

    # --- declarations ----------------------------------------------------------------------

    def versions(self) -> None:
        """Patches, configurations, variants."""
        self.variants: list[str] = []
        if self.chance(0.4):
            self.declared.flags = ["fix", "smp"]
            self.variants = [
                'patch fix "a hunk";',
                'config smp "a choice";',
                f"variant before = {{ {self.rng.choice(['', 'smp'])} }};",
                "variant after = before + { fix };",
            ]

    def initial(self, kind: str, share: float = 0.12) -> str:
        """An initial value, or sometimes none: then any is possible."""
        if self.free < 3 and kind in ("bool", "kind", "small") and self.chance(share):
            self.free += 1
            return ""
        rng = self.rng
        match kind:
            case "bool":
                value = rng.choice(["true", "false"])
            case "small" | "num" | "signed":
                value = rng.choice(["0", "1", "2"])
            case "kind":
                value = rng.choice(["A", "B"])
            case "obj?":
                value = "none"
            case "pair":
                value = f"pair{{ .full = {rng.choice(['true', 'false'])}, .what = A }}"
            case "objs":
                value = rng.choice(["empty", "all obj"])
            case _:
                value = "empty"
        return f" = {value}"

    def storage(self) -> None:
        """Types, fields, globals."""
        rng, declared = self.rng, self.declared
        self.lines += [
            "enum kind { A, B }",
            "typedef int 0..2 small;",
            "record pair { bool full; kind what; }",
        ]
        fields = [Variable("twin", "obj", writable=False)]
        inner = ["const obj twin;", "spinlock own;"]
        for name, kind in (("flag", "bool"), ("n", "small"), ("k", "kind"), ("next", "obj?")):
            if self.chance(0.7):
                fields.append(Variable(name, kind, shared=True))
                inner.append(f"{TYPES[kind]} {name}{self.initial(kind, 0.05)};")
        if declared.flags and self.chance(0.3):
            inner.append(f"when (fix) bool extra = {rng.choice(['true', 'false'])};")
        self.lines.append("struct obj { " + " ".join(inner) + " }")
        declared.fields = fields
        declared.locks = ["lock", "zone.lock"]
        self.lines += ["spinlock lock;", "const obj first;"]
        declared.globals.append(Variable("first", "obj", writable=False))
        single = ["spinlock lock;"]
        for name, kind in (("count", "num"), ("busy", "bool")):
            if self.chance(0.5):
                single.append(f"{TYPES[kind]} {name}{self.initial(kind)};")
                declared.globals.append(Variable(f"zone.{name}", kind, shared=True))
        self.lines.append("single zone { " + " ".join(single) + " }")
        for name, kind in (
            ("total", "num"), ("drift", "signed"), ("mode", "kind"), ("top", "obj?"),
            ("both", "pair"), ("pool", "objs"), ("bits", "smalls"), ("ready", "bool"),
        ):  # fmt: skip
            if self.chance(0.6):
                ghost = self.chance(0.08)
                word = "ghost " if ghost else "const " if self.chance(0.05) else ""
                shared = not word
                declared.globals.append(
                    Variable(name, kind, shared=shared, writable=word != "const ", ghost=ghost)
                )
                self.lines.append(f"{word}{TYPES[kind]} {name}{self.initial(kind)};")
        if self.chance(0.4):
            declared.globals.append(Variable("users", "nat", shared=True))
            self.lines.append(f"nat users = {rng.choice([0, 1, 2])};")
        if self.chance(0.5):
            declared.globals.append(Variable("added", "num", ghost=True))
            self.lines.append("ghost int 0..3 added = 0;")
        for name, indices, kind in (
            ("table", ("kind",), "bool"),
            ("seen", ("obj", "bool"), "bool"),
            ("slot", ("small",), "small"),
        ):
            if self.chance(0.4):
                declared.tables.append((Variable(name, kind, shared=True), indices))
                listed = ", ".join("0..2" if item == "small" else item for item in indices)
                self.lines.append(f"{TYPES[kind]} {name}[{listed}]{self.initial(kind, 0)};")
        if self.chance(0.4):
            declared.own = [Variable("mine", "small", shared=True)]
        self.two = self.chance(0.25)

    def definitions(self) -> None:
        """`define`s, which may use each other."""
        for number in range(self.rng.choice([0, 0, 1, 2])):
            kind = self.rng.choice(["bool", "bool", "num", "small", "obj"])
            parameters = [
                (self.rng.choice(["bool", "small", "obj"]), name)
                for name in "ab"[: self.rng.randint(0, 2)]
            ]
            shared = self.chance(0.6)
            own = Expressions(self.rng, self.declared)
            own.ghosts = False
            own.scope = [Variable(name, item, writable=False) for item, name in parameters]
            with own.allowing(-1 if self.chance(0.3) else int(shared)):
                body = own.expression(kind, 2)
            name = f"named{number}"
            listed = ", ".join(f"{item} {one}" for item, one in parameters)
            self.lines.append(f"define {name}({listed}): {TYPES[kind]} = {body};")
            kinds = tuple(item for item, _ in parameters)
            self.declared.defines.append((name, kinds, kind, shared))

    # --- code ------------------------------------------------------------------------------

    def body(
        self,
        where: str,
        parameters: list[tuple[str, str]],
        result: str | None,
        known: list[Procedure],
        written: Written,
        depth: int,
    ) -> tuple[str, Statements]:
        """The statements of a procedure or a thread."""
        made = Statements(self.rng, self.declared, where, known, written, result)
        made.expressions.scope = [Variable(name, kind) for kind, name in parameters]
        written.locals += [(where, name, kind) for kind, name in parameters]
        made.left = 6 if where else 12
        lines = []
        if not where:
            for kind, name in (("obj", "o"), ("bool", "ok"), ("small", "x")):
                if self.chance(0.8):
                    scope = made.expressions.scope
                    value = (
                        made.expressions.leaf(kind)
                        if self.chance(0.3)
                        else (
                            made.expressions.literal(kind)
                            if self.chance(0.7)
                            else f"any({TYPES[kind]})"
                        )
                    )
                    if self.chance(0.3) and kind == "obj":
                        value = "any(obj)"
                    scope.append(Variable(name, kind))
                    written.locals.append((where, name, kind))
                    lines.append(f"{TYPES[kind]} {name} = {value};")
        looped = not where and self.chance(0.45)
        if looped:
            made.loops += self.chance(0.25)
        with made.block():
            inner = [made.statement(depth) for _ in range(self.rng.randint(1, 3))]
        if looped:
            if "out" in made.wanted and self.chance(0.5):
                inner.append("out: ;")
                made.wanted.remove("out")
                written.labels.append((where, "out"))
            lines.append("loop { " + " ".join(inner) + " }")
        else:
            lines += inner
        if "out" in made.wanted:
            lines.append("out: ;" if self.chance(0.5) else f"out: {made.local_change()}")
            written.labels.append((where, "out"))
        if result is not None:
            lines.append(f"return {made.expression(result, 1)};")
        return "{\n\t" + "\n\t".join(lines) + "\n}", made

    def code(self) -> None:
        """Procedures and threads."""
        known: list[Procedure] = []
        every: dict[str, Written] = {}
        for number in range(self.rng.choice([0, 1, 1, 2])):
            name = f"f{number}"
            parameters = [
                (self.rng.choice(["small", "obj", "bool", "num"]), item)
                for item in ("a", "x")[: self.rng.randint(0, 2)]
            ]
            result = self.rng.choice([None, "bool", "small", "obj?"])
            written = Written()
            text, made = self.body(name, parameters, result, known, written, 1)
            listed = ", ".join(f"{TYPES[kind]} {item}" for kind, item in parameters)
            tail = "" if result is None else f": {TYPES[result]}"
            self.lines.append(f"proc {name}({listed}){tail} {text}")
            every[name] = written
            known.append(
                Procedure(name, tuple(kind for kind, _ in parameters), result, made.called)
            )
        self.called: dict[str, set[str]] = {}
        for sort in ("cpu", "dev") if self.two else ("cpu",):
            own = self.declared.own
            if sort == "dev":
                self.declared.own = []
            written = self.written[sort]
            text, made = self.body("", [], None, known, written, 2)
            self.declared.own = own
            self.lines.append(f"thread {sort} {text}")
            reached = set(made.called)
            for item in reversed(known):
                if item.name in reached:
                    reached |= item.calls
            self.called[sort] = reached
            for name in sorted(reached):
                written.labels += every[name].labels
                written.locals += every[name].locals
        if self.declared.own:
            self.lines.append("struct cpu { small mine = 0; }")

    # --- properties ------------------------------------------------------------------------

    def formula(self, depth: int) -> str:
        """A formula of a property, without threads."""
        return self.expressions.expression("bool", depth)

    def of_thread(self, sort: str) -> str:
        """A formula about a thread `c`."""
        rng, written = self.rng, self.written[sort]
        options = ["held_by(lock, c)", "held_by(zone.lock, c)", "(exists obj o: held_by(o.own, c))"]
        for where, name in written.labels:
            options += [f"c at {where}.{name}" if where else f"c at {name}"] * 2
        options += [f"c in {name}" for name in sorted(self.called[sort])] * 2
        for where, name, kind in written.locals:
            text = f"c.{where}.{name}" if where else f"c.{name}"
            if self.chance(0.05):
                text += f".{rng.choice([1, 2])}"
            options.append(self.compared(text, kind))
        if self.declared.own and sort == "cpu":
            options.append("c.mine == 1")
        return rng.choice(options)

    def compared(self, text: str, kind: str) -> str:
        """A question about a value."""
        match kind:
            case "bool":
                return self.rng.choice([text, f"!{text}"])
            case "pair":
                return f"{text}.full"
            case "objs":
                return f"{text} == empty"
            case "obj":
                return self.rng.choice([f"{text} == first", f"{text}.twin == first"])
            case "obj?":
                return f"{text} == none"
            case "kind":
                return f"{text} == A"
            case _:
                pass
        return f"{text} {self.rng.choice(['==', '!=', '<', '>='])} {self.rng.randrange(3)}"

    def property(self) -> str:
        """A formula of a property."""
        rng = self.rng
        if self.chance(0.35):
            return self.formula(2)
        sort = rng.choice([*self.called])
        parts = [self.of_thread(sort) for _ in range(rng.randint(1, 2))]
        with self.expressions.allowing(-1):
            parts.append(self.formula(1))
        if self.chance(0.5):
            parts = parts[:2]
        joined = rng.choice([" && ", " => ", " || "]).join(f"({part})" for part in parts)
        match rng.randrange(4):
            case 0:
                return f"count({sort} c: {joined}) <= {rng.randrange(2)}"
            case 1:
                return f"!(exists {sort} c: {joined})"
            case 2:
                return f"forall {sort} c: {joined}"
            case _:
                pass
        return f"exists {sort} c: {joined}"

    def properties(self) -> None:
        """What is claimed."""
        for number in range(self.rng.randint(1, 3)):
            kind = self.rng.choice(["invariant", "invariant", "reachable", "reachable", "lemma"])
            when = ""
            if self.declared.flags and self.chance(0.1):
                when = "when (fix) "
            self.lines.append(f"{when}{kind} p{number}: {self.property()};")


def generate(seed: int | str) -> str:
    """The text of a random specification."""
    return Generator(seed).text()
