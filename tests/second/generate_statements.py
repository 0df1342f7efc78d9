"""Random statements, every kind of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random

from tests.second.generate_expressions import TYPES, Declared, Expressions, Variable


@dataclass
class Procedure:
    """What can be called: name, types of parameters and of the result."""

    name: str
    parameters: tuple[str, ...]
    result: str | None
    calls: set[str] = field(default_factory=set)


@dataclass
class Written:
    """What properties can speak of: (procedure or "", name) of labels and locals."""

    labels: list[tuple[str, str]] = field(default_factory=list)
    locals: list[tuple[str, str, str]] = field(default_factory=list)
    asserts: int = 0


class Statements:
    """Writes the statements of one body.

    Args:
        where: the procedure, "" for the thread's own body.
        callable_: what it may call.
    """

    def __init__(
        self,
        rng: Random,
        declared: Declared,
        where: str,
        callable_: list[Procedure],
        written: Written,
        result: str | None,
    ) -> None:
        self.rng = rng
        self.expressions = Expressions(rng, declared)
        self.expressions.code = True
        self.expressions.ghosts = False
        self.declared = declared
        self.where = where
        self.callable = callable_
        self.written = written
        self.result = result
        self.called: set[str] = set()
        self.loops = 0
        self.atomic = 0
        self.labels = 0
        self.wanted: list[str] = []
        self.known: list[str] = []
        self.left = 14

    # --- helpers ---------------------------------------------------------------------------

    def chance(self, share: float) -> bool:
        """True that often."""
        return self.rng.random() < share

    def expression(self, kind: str, depth: int = 1, budget: int = 1) -> str:
        """An expression for a statement: with one access, or any number within `atomic`."""
        with self.expressions.allowing(-1 if self.atomic else budget):
            return self.expressions.expression(kind, depth)

    def test(self) -> str:
        """A condition: of locals, of something shared, of constants on the left or right."""
        budget = self.rng.choice([0, 1, 1])
        text = self.expression("bool", self.rng.choice([0, 1, 2]), budget)
        if self.chance(0.12):
            constant = self.expressions.literal("bool")
            operator = self.rng.choice(["&&", "||", "=>"])
            sides = [constant, f"({text})"]
            if self.chance(0.5):
                sides.reverse()
            text = f"{sides[0]} {operator} {sides[1]}"
        return text

    @contextmanager
    def block(self) -> Iterator[None]:
        """A scope; what is assigned in it counts only there."""
        scope = self.expressions.scope
        size, assigned = len(scope), [item.assigned for item in scope]
        yield
        del scope[size:]
        for item, before in zip(scope, assigned, strict=True):
            item.assigned = before

    def body(self, depth: int, most: int = 2) -> str:
        """Braces with statements."""
        with self.block():
            inner = [self.statement(depth) for _ in range(self.rng.randint(1, most))]
        return "{ " + " ".join(inner) + " }"

    def target(self, kind: str, *, local: bool) -> tuple[str, Variable] | None:
        """Where something of a type can be written."""
        with self.expressions.allowing(0):
            options = self.expressions.places(kind, writing=True)
        fitting = [(text, item) for text, item in options if local != (item.shared or item.ghost)]
        return self.rng.choice(fitting) if fitting else None

    # --- statements ------------------------------------------------------------------------

    def statement(self, depth: int) -> str:
        """Any statement."""
        self.left -= 1
        simple: list[tuple[float, Callable[[], str]]] = [
            (3, self.load),
            (2, self.local_change),
            (3, self.store),
            (1, self.ghost),
            (2, self.declaration),
            (2, self.operation),
            (0.8, self.judged),
            (1, self.pick),
            (0.5, self.update),
            (0.9, self.risky),
        ]
        if self.loops and not self.atomic:
            simple.append((1.2, lambda: self.rng.choice(["break;", "continue;"])))
        elif self.loops or self.chance(0.3):
            simple.append((0.4, self.early_exit))
        if not self.atomic:
            simple += [(2, self.wait), (1.5, self.lock), (1.2, self.leave)]
        if self.callable:
            simple.append((1.5, self.call))
        if depth <= 0 or self.left <= 0:
            return self._pick(simple)
        compound: list[tuple[float, Callable[[int], str]]] = [
            (2.5, self.branch),
            (0.5, self.nested),
        ]
        if not self.atomic:
            compound += [
                (3.5, self.atomically),
                (2, self.choose),
                (1, self.loop),
                (0.8, self.for_each),
                (1.2, self.labelled),
                (1, self.critical),
                (0.5, self.two_locks),
            ]
        if self.declared.flags:
            compound.append((0.8, self.when))
        if self.chance(0.45):
            return self._pick(simple)
        return self._pick([(weight, partial(one, depth - 1)) for weight, one in compound])

    def _pick(self, options: list[tuple[float, Callable[[], str]]]) -> str:
        weights = [weight for weight, _ in options]
        return self.rng.choices([one for _, one in options], weights)[0]()

    def declaration(self) -> str:
        """A local, often with a value; its name may hide another."""
        kind = self.rng.choice(["bool", "small", "num", "obj", "obj?", "kind", "pair", "objs"])
        name = self.rng.choice(["x", "y", "ok", "p", "q", "w", "seen", "total", "mode", "top"])
        scope = self.expressions.scope
        if any(item.name == name and item.type != kind for item in scope) and self.chance(0.7):
            return self.local_change()
        initial = self.expression(kind) if self.chance(0.85) else None
        made = Variable(name, kind, assigned=initial is not None)
        scope.append(made)
        self.written.locals.append((self.where, name, kind))
        kind_text = TYPES[kind]
        return f"{kind_text} {name};" if initial is None else f"{kind_text} {name} = {initial};"

    def load(self) -> str:
        """Something shared into a local."""
        kind = self.rng.choice(["bool", "small", "num", "kind", "obj?", "pair", "obj"])
        found = self.target(kind, local=True)
        if found is None:
            return self.declaration()
        text, item = found
        value = self.expression(kind, self.rng.choice([0, 0, 1]))
        if "." not in text:
            item.assigned = True
        return f"{text} = {value};"

    def local_change(self) -> str:
        """A free statement."""
        kind = self.rng.choice(["bool", "small", "num", "kind", "pair", "objs"])
        found = self.target(kind, local=True)
        if found is None:
            return ";" if self.chance(0.1) else self.declaration()
        text, item = found
        if kind in ("small", "num") and item.assigned and self.chance(0.4):
            sign = self.rng.choice(["++", "--", " += 1", " -= 1"])
            return f"{text}{sign};"
        if kind == "objs" and item.assigned and self.chance(0.4) and self.expressions.objects():
            sign = self.rng.choice(["+=", "-="])
            return f"{text} {sign} {{{self.rng.choice(self.expressions.objects())}}};"
        value = self.expression(kind, 1, 0)
        if "." not in text:
            item.assigned = True
        return f"{text} = {value};"

    def store(self) -> str:
        """Something into shared state: one access, or several within `atomic`."""
        kind = self.rng.choice(
            ["bool", "bool", "small", "num", "kind", "obj?", "pair", "objs", "smalls", "signed"]
        )
        found = self.target(kind, local=False)
        if found is None:
            return self.load()
        text, _ = found
        if self.atomic and kind in ("small", "num", "signed") and self.chance(0.5):
            amount = self.rng.choice(["++", "--", " += 1", " -= 1", f" += {self.expression(kind)}"])
            return f"{text}{amount};"
        if self.atomic and kind in ("objs", "smalls") and self.chance(0.5):
            return f"{text} {self.rng.choice(['+=', '-='])} {self.expression(kind)};"
        return f"{text} = {self.expression(kind, self.rng.choice([0, 1, 2]), 0)};"

    def ghost(self) -> str:
        """An assignment to a ghost, which reads what it likes."""
        ghosts = [item for item in self.declared.globals if item.ghost]
        ghosts = [item for item in ghosts if not self.expressions.is_hidden(item.name)]
        if not ghosts:
            return self.store()
        item = self.rng.choice(ghosts)
        self.expressions.ghosts = True
        with self.expressions.allowing(-1):
            value = self.expressions.expression(item.type, 1)
        self.expressions.ghosts = False
        return f"{item.name} = {value};"

    def operation(self) -> str:
        """An atomic operation, its result used or not."""
        kind = self.rng.choice(["num", "num", "small", "kind", "bool", "obj?", "pair"])
        found = self.target(kind, local=False)
        if found is None:
            return self.load()
        place, item = found
        if item.ghost:
            return self.store()
        names = ["xchg", "cmpxchg", "try_cmpxchg"]
        if kind in ("num", "small"):
            names += ["add_return", "fetch_add", "dec_and_test"]
        name = self.rng.choice(names)
        value = self.expression(kind, 0, 0)
        result = kind
        match name:
            case "xchg":
                call = f"xchg({place}, {value})"
            case "cmpxchg":
                call = f"cmpxchg({place}, {self.expression(kind, 0, 0)}, {value})"
            case "try_cmpxchg":
                result = "bool"
                local = self.target(kind, local=True)
                old = local[0] if local and local[1].assigned else self.expression(kind, 0, 0)
                call = f"try_cmpxchg({place}, {old}, {value})"
            case "dec_and_test":
                result = "bool"
                call = f"dec_and_test({place})"
            case _:
                call = f"{name}({place}, {self.rng.choice(['1', '-1', '2'])})"
        return self._used(call, result)

    def _used(self, call: str, kind: str) -> str:
        into = self.target(kind, local=True) if self.chance(0.6) else None
        if into is None:
            if kind == "bool" and self.chance(0.5):
                word = "!" if self.chance(0.3) else ""
                return f"if ({word}{call}) {self.braced()}"
            return f"{call};"
        text, item = into
        if "." not in text:
            item.assigned = True
        return f"{text} = {call};"

    def braced(self) -> str:
        """A small block."""
        with self.block():
            return "{ " + self.statement(0) + " }"

    def call(self) -> str:
        """A call: alone, on a right-hand side, or as a condition."""
        found = self.rng.choice(self.callable)
        self.called.add(found.name)
        arguments = ", ".join(
            self.expression(kind, 1, 1 if number == 0 and self.chance(0.3) else 0)
            for number, kind in enumerate(found.parameters)
        )
        text = f"{found.name}({arguments})"
        return f"{text};" if found.result is None else self._used(text, found.result)

    def judged(self) -> str:
        """An assertion."""
        self.written.asserts += 1
        self.expressions.ghosts = True
        test = self.test()
        self.expressions.ghosts = False
        name = self.rng.choice(["claim", "claim", "judged"])
        return f"assert {name}: {test};"

    def pick(self) -> str:
        """`any` in its forms that do not wait."""
        kind = self.rng.choice(["bool", "small", "kind", "obj", "num"])
        into = self.target(kind, local=True)
        if into is None:
            return self.declaration()
        text, item = into
        if "." not in text:
            item.assigned = True
        return f"{text} = any({TYPES[kind]});"

    def update(self) -> str:
        """`update`."""
        if not self.atomic and self.chance(0.7):
            return self.atomically(0)
        before = self.atomic
        self.atomic += 1
        with self.expressions.binding("obj") as name:
            fields = [item for item in self.declared.fields if item.writable and not item.ghost]
            where = f" where {self.expression('bool', 1)}" if self.chance(0.6) else ""
            chosen = self.rng.sample(fields, min(len(fields), self.rng.randint(1, 2)))
            writes = " ".join(
                f"{name}.{item.name} = {self.expression(item.type, 1)};" for item in chosen
            )
        self.atomic = before
        return f"update obj {name}{where} {{ {writes} }}"

    def wait(self) -> str:
        """Something that may wait."""
        match self.rng.randrange(3):
            case 0 | 1:
                return f"await {self.test()};"
            case _:
                pass
        into = self.target("obj", local=True) or self.target("small", local=True)
        if into is None:
            return f"await {self.test()};"
        text, item = into
        with self.expressions.binding(item.type if "." not in text else "small") as name:
            wanted = self.test()
            kind = self.expressions.scope[-1].type
        if "." not in text:
            item.assigned = True
        return f"{text} = any({kind} {name}: {wanted});"

    def lock_name(self) -> str:
        """A lock, perhaps of an object."""
        locks = [item for item in self.declared.locks if not self.expressions.is_hidden(item)]
        locks += [f"{base}.own" for base in self.expressions.objects()]
        return self.rng.choice(locks) if locks else "first.own"

    def lock(self) -> str:
        """An operation on a lock."""
        name = self.lock_name()
        match self.rng.randrange(5):
            case 0 | 1:
                return f"spin_lock({name});"
            case 2 | 3:
                return f"spin_unlock({name});"
            case _:
                pass
        return self._used(f"spin_trylock({name})", "bool")

    def critical(self, depth: int) -> str:
        """A critical section."""
        name = self.lock_name()
        inner = self.body(depth)
        return f"spin_lock({name}); {inner} spin_unlock({name});"

    def risky(self) -> str:
        """Something that is often a fault."""
        known = {item.name: item for item in self.declared.globals}
        options = []
        for name in ("users", "total", "top"):
            if name in known and known[name].shared and not self.expressions.is_hidden(name):
                options += {
                    "users": ["dec_and_test(users);", "add_return(users, -1);"],
                    "total": [
                        "total = 2 / total;",
                        "total = 1 % (total - 1);",
                        "total = total + 2;",
                    ],
                    "top": ["top.flag = true;"],
                }[name]
        flags = any(item.name == "flag" for item in self.declared.fields)
        options = [item for item in options if flags or "flag" not in item]
        if not options:
            return self.load()
        chosen = self.rng.choice(options)
        return chosen if self.atomic or "users" in chosen else f"atomic {{ {chosen} }}"

    def two_locks(self, depth: int) -> str:
        """One critical section inside another, the locks in any order."""
        first, second = self.lock_name(), self.lock_name()
        inner = self.body(depth)
        return (
            f"spin_lock({first}); spin_lock({second}); {inner} "
            f"spin_unlock({second}); spin_unlock({first});"
        )

    def leave(self) -> str:
        """A jump to a label, forwards or back, or a return."""
        if self.chance(0.4):
            return self.return_()
        if self.known and self.chance(0.4):
            return f"if ({self.test()}) goto {self.rng.choice(self.known)};"
        if "out" not in self.wanted:
            self.wanted.append("out")
        return "goto out;" if self.chance(0.2) else f"if ({self.test()}) goto out;"

    def return_(self) -> str:
        """`return`."""
        if self.result is None:
            return "return;" if self.chance(0.3) else f"if ({self.test()}) return;"
        return f"if ({self.test()}) return {self.expression(self.result, 1)};"

    def early_exit(self) -> str:
        """A way out of an `atomic` block."""
        options = [self.return_()]
        if self.loops:
            options += [f"if ({self.test()}) break;", f"if ({self.test()}) continue;"]
        if "out" not in self.wanted:
            self.wanted.append("out")
        options.append(f"if ({self.test()}) goto out;")
        return self.rng.choice(options)

    # --- compound statements ---------------------------------------------------------------

    def atomically(self, depth: int) -> str:
        """`atomic`, with a wait at its beginning or not."""
        if self.chance(0.04):
            return "atomic { }"
        first = self.rng.choice(["", "", "wait", "lock"])
        self.atomic += 1
        with self.block():
            inner = []
            if first == "wait":
                inner.append(self.wait())
            elif first == "lock":
                inner.append(f"spin_lock({self.lock_name()});")
            inner += [self.statement(min(depth, 1)) for _ in range(self.rng.randint(1, 2))]
        self.atomic -= 1
        return "atomic { " + " ".join(inner) + " }"

    def branch(self, depth: int) -> str:
        """`if`."""
        head = f"if ({self.test()})"
        if self.callable and self.chance(0.15):
            asked = [item for item in self.callable if item.result == "bool"]
            if asked:
                found = self.rng.choice(asked)
                self.called.add(found.name)
                arguments = ", ".join(self.expression(kind, 0, 0) for kind in found.parameters)
                head = f"if ({'!' if self.chance(0.3) else ''}{found.name}({arguments}))"
        other = f" else {self.body(depth)}" if self.chance(0.4) else ""
        return f"{head} {self.body(depth)}{other}"

    def nested(self, depth: int) -> str:
        """A block."""
        return self.body(depth)

    def choose(self, depth: int) -> str:
        """`choose`, with empty, labelled, leaving and conditional branches."""
        branches = []
        for _ in range(self.rng.randint(1, 3)):
            match self.rng.randrange(9):
                case 0:
                    body = "{ }"
                case 1 if self.loops:
                    body = self.rng.choice(["{ break; }", "{ continue; }"])
                case 2 if self.result is None:
                    body = "{ return; }"
                case 3:
                    name = self.label()
                    body = f"{{ {name}: {self.statement(depth)} }}"
                case 4:
                    if "out" not in self.wanted:
                        self.wanted.append("out")
                    body = "{ goto out; }"
                case 5 | 6:
                    with self.block():
                        body = f"{{ {self.wait()} {self.statement(depth)} }}"
                case _:
                    body = self.body(depth)
            flag = f"when ({self.flag()}) " if self.declared.flags and self.chance(0.1) else ""
            branches.append(flag + body)
        return "choose " + " or ".join(branches)

    def loop(self, depth: int) -> str:
        """`while`, `loop` with a way out."""
        self.loops += 1
        if self.chance(0.6):
            text = f"while ({self.test()}) {self.body(depth)}"
        else:
            with self.block():
                inner = [self.statement(depth), f"if ({self.test()}) break;"]
                if self.chance(0.4):
                    inner.reverse()
            text = "loop { " + " ".join(inner) + " }"
        self.loops -= 1
        return text

    def for_each(self, depth: int) -> str:
        """`for each`."""
        kind = self.rng.choice(["obj", "obj", "kind", "small"])
        with self.expressions.binding(kind) as name:
            where = f" where {self.test()}" if self.chance(0.6) else ""
            self.loops += 1
            inner = self.body(depth)
            self.loops -= 1
        return f"for each {kind} {name}{where} {inner}"

    def label(self) -> str:
        """A new label."""
        self.labels += 1
        name = f"l{self.labels}"
        self.written.labels.append((self.where, name))
        return name

    def labelled(self, depth: int) -> str:
        """A label and its statement."""
        name = self.label()
        inner = self.statement(depth)
        if self.chance(0.3):
            self.known.append(name)
        return f"{name}: {inner}"

    def flag(self) -> str:
        """A condition of `when`."""
        flag = self.rng.choice(self.declared.flags)
        return self.rng.choice([flag, flag, f"!{flag}"])

    def when(self, depth: int) -> str:
        """`when`, which opens no scope."""
        other = f" else {self.body(depth)}" if self.chance(0.4) else ""
        inner = self.body(depth) if self.chance(0.6) else self.load()
        return f"when ({self.flag()}) {inner}{other}"
