"""Random small specifications, as text: what the engines are compared on.

Well typed by construction; whatever touches more than one shared place stands in `atomic` or under
the lock. What the front end rejects all the same (a bound variable too few, say) is discarded.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

Draw = st.DrawFn

HEAD = """spec random;
enum kind { A, B, C }
record pair { bool full; kind what; }
struct obj {
	bool flag = false;
	int 0..2 n = 0;
	kind k = A;
	obj? next = none;
	const obj twin;
	bool seen[obj] = false;
	spinlock own;
}
int 0..3 total = 1;
nat count = 1;
int drift = 0;
kind mode = A;
set of obj pool = empty;
pair both = pair{ .full = false, .what = A };
obj? top = none;
ghost int 0..3 shadow = 0;
spinlock lock;
"""


PROCEDURES = """proc helper(obj o) {
	atomic { if (o.flag || o == first) return; }
	atomic { o.n = 1; total = o.n; }
}
proc asks(int 0..3 y): bool {
	if (y > 1) return true;
	return held(lock);
}
obj first;
"""


@dataclass
class Names:
    """What can be named where an expression stands."""

    objects: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    truths: list[str] = field(default_factory=list)
    fresh: int = 0

    def binder(self) -> str:
        self.fresh += 1
        return f"q{self.fresh}"

    def inside(self, name: str) -> Names:
        return Names([*self.objects, name], self.numbers, self.truths, self.fresh)


def number(draw: Draw, names: Names, depth: int) -> str:
    leaves = ["0", "1", "2", "total", "drift", "count", *names.numbers]
    leaves += [f"{name}.n" for name in names.objects]
    if depth == 0:
        return draw(st.sampled_from(leaves))
    match draw(st.integers(0, 6)):
        case 0:
            sides = number(draw, names, depth - 1), number(draw, names, depth - 1)
            return f"({sides[0]} {draw(st.sampled_from(['+', '-']))} {sides[1]})"
        case 1:
            operator = draw(st.sampled_from(["&", "|", "^", "*", "<<", ">>"]))
            left = draw(st.sampled_from(["total", "1", "3", *names.numbers]))
            return f"({left} {operator} {draw(st.sampled_from(['total', '1', '2']))})"
        case 2:
            operator = draw(st.sampled_from(["/", "%"]))
            by = draw(st.sampled_from(["2", "-2", "3"]))
            return f"({number(draw, names, depth - 1)} {operator} {by})"
        case 3:
            name = names.binder()
            return f"count(obj {name}: {truth(draw, names.inside(name), depth - 1)})"
        case 4:
            test = truth(draw, names, depth - 1)
            return f"({test} ? {number(draw, names, 0)} : {number(draw, names, depth - 1)})"
        case _:
            return draw(st.sampled_from(leaves))


def truth(draw: Draw, names: Names, depth: int) -> str:
    leaves = ["mode == B", "top == none", "total > 0", "count != 1", "both.full", "both.what != A"]
    leaves += ["held(lock)", "drift < 0", "pool == empty", *names.truths]
    for name in names.objects:
        leaves += [f"{name}.flag", f"{name}.k != A", f"{name} in pool", f"{name}.next == none"]
        leaves += [f"{name}.twin.flag", f"{name}.twin == {name}", f"top == {name}"]
        leaves += [f"{name}.seen[{draw(st.sampled_from(names.objects))}]", f"held({name}.own)"]
    if depth == 0:
        return draw(st.sampled_from(leaves))
    match draw(st.integers(0, 8)):
        case 0:
            return f"!({truth(draw, names, depth - 1)})"
        case 1 | 2:
            operator = draw(st.sampled_from(["&&", "||", "=>", "=="]))
            left, right = truth(draw, names, depth - 1), truth(draw, names, depth - 1)
            return f"(({left}) {operator} ({right}))"
        case 3:
            operator = draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
            left, right = number(draw, names, depth - 1), number(draw, names, depth - 1)
            return f"({left} {operator} {right})"
        case 4 | 5:
            name = names.binder()
            kind = draw(st.sampled_from(["forall", "exists"]))
            return f"({kind} obj {name}: {truth(draw, names.inside(name), depth - 1)})"
        case 6 if names.objects:
            name = draw(st.sampled_from(names.objects))
            return f"({name}.next != none && {name}.next.flag)"
        case _:
            return draw(st.sampled_from(leaves))


def effect(draw: Draw, names: Names) -> str:
    """One assignment."""
    choices = [
        f"total = {draw(st.integers(0, 3))};",
        "total++;",
        "total--;",
        "count--;",
        "count++;",
        f"drift += {number(draw, names, 1)};",
        f"mode = {draw(st.sampled_from(['A', 'B', 'C']))};",
        f"both = pair{{ .full = {truth(draw, names, 1)}, .what = mode }};",
        "both.full = !both.full;",
        "top = none;",
        f"total = {number(draw, names, 1)};",
        "shadow = total;",
        "pool = all obj;",
    ]
    for name in names.objects:
        choices += [
            f"{name}.flag = {truth(draw, names, 1)};",
            f"{name}.n = {draw(st.integers(0, 2))};",
            f"{name}.n++;",
            f"{name}.k = mode;",
            f"{name}.next = {draw(st.sampled_from(['none', 'top', *names.objects]))};",
            f"{name}.seen[{draw(st.sampled_from(names.objects))}] = true;",
            f"{name}.twin.flag = true;",
            f"pool += {name};",
            f"pool -= {{{name}}};",
            f"top = {name};",
        ]
        choices.append(f"if ({name}.next != none)\n{name}.next.flag = true;")
    choices += [f"{name} = {number(draw, names, 1)};" for name in names.numbers]
    choices += [f"{name} = {truth(draw, names, 1)};" for name in names.truths]
    name = names.binder()
    inner = names.inside(name)
    choices.append(
        f"update obj {name} where {truth(draw, inner, 1)} {{ {name}.k = {name}.twin.k;"
        f" {name}.flag = {truth(draw, inner, 1)}; }}"
    )
    choices += [f"assert claim: {truth(draw, names, 1)};"] * 3
    choices += ["top.flag = true;", "drift = total / (2 - count);", "count -= total;"]
    return draw(st.sampled_from(choices))


def statement(draw: Draw, names: Names, depth: int) -> str:
    body = " ".join(effect(draw, names) for _ in range(draw(st.integers(1, 2))))
    match draw(st.integers(0, 13 if depth else 7)):
        case 0 | 1:
            return f"atomic {{ {body} }}"
        case 2:
            return f"spin_lock(lock);\natomic {{ {body} }}\nspin_unlock(lock);"
        case 3:
            return f"atomic {{ await {truth(draw, names, 1)}; {body} }}"
        case 4:
            picked = names.binder()
            wanted = truth(draw, names.inside(picked), 1)
            return f"atomic {{ o = any(obj {picked}: {wanted}); {body} }}"
        case 5:
            return draw(
                st.sampled_from(
                    [
                        "x = xchg(total, 2);",
                        "ok = try_cmpxchg(total, x, 3);",
                        "x = fetch_add(total, 1);",
                        "ok = dec_and_test(total);",
                        "ok = spin_trylock(lock);",
                        "spin_unlock(lock);",
                        "x = any(int 0..1);",
                        "ok = any(bool);",
                        "x = total;",
                        "helper(o);",
                        "ok = asks(x);",
                        "step = any(int 1..3);\nx = 3 - step;",
                    ]
                )
            )
        case 6:
            lock = draw(st.sampled_from(["o.own", "lock", "o.twin.own"]))
            return f"spin_lock({lock});\n{'' if draw(st.booleans()) else f'spin_unlock({lock});'}"
        case 7:
            return "if (ok)\nx = 1;\nelse\nx = 0;"
        case 8:
            inner = block(draw, names, depth - 1)
            other = block(draw, names, depth - 1)
            test = draw(st.sampled_from(["ok", "x > 1", "mode == A", "o.flag"]))
            return f"if ({test}) {inner} else {other}"
        case 9:
            return (
                f"choose {block(draw, names, depth - 1)} or {block(draw, names, depth - 1)}"
                f"{draw(st.sampled_from(['', ' or { }']))}"
            )
        case 10:
            test = draw(st.sampled_from(["x < 2", "mode != B", "!o.flag", "ok"]))
            return f"while ({test}) {{ {statement(draw, names, 0)}\nif (ok) break; x = 2; }}"
        case 11:
            turn = names.binder()
            where = draw(st.sampled_from(["", f" where {turn}.flag", f" where {turn} != o"]))
            return f"for each obj {turn}{where} {block(draw, names.inside(turn), depth - 1)}"
        case 12:
            return f"if (ok) goto out;\n{statement(draw, names, depth - 1)}"
        case _:
            return block(draw, names, depth - 1)


def block(draw: Draw, names: Names, depth: int) -> str:
    count = draw(st.integers(1, 2))
    inner = "\n".join(statement(draw, names, depth) for _ in range(count))
    return f"{{\n{inner}\n}}"


@st.composite
def specifications(draw: Draw) -> str:
    """A whole specification, for bounds cpu = 2 (or 1), obj = 2."""
    names = Names(["o"], ["x"], ["ok"])
    count = draw(st.integers(1, 3))
    body = "\n".join(statement(draw, names, 2) for _ in range(count))
    parts = [HEAD]
    if draw(st.booleans()):
        parts.append("assume pairs: forall obj p: p.twin.twin == p;")
    looped = draw(st.booleans())
    parts.append(PROCEDURES)
    parts.append(
        "thread cpu {\nobj o;\nint 1..3 step;\nint 0..3 x = 0;\nbool ok = false;\no = any(obj);\n"
        + ("loop {\n" if looped else "")
        + body
        + "\nout:\nx = 0;\n"
        + ("}\n" if looped else "")
        + "}"
    )
    outside = Names()
    claims = draw(st.integers(1, 3))
    parts += [f"invariant inv{i}: {truth(draw, outside, 3)};" for i in range(claims)]
    parts.append(f"reachable some: {truth(draw, outside, 2)};")
    places = ["c at out", "c at out && c.ok"]
    if "helper(o)" in body:
        places.append("c in helper && c.helper.o.flag")
    place = draw(st.sampled_from(places))
    parts.append(f"invariant place: forall cpu c: {place} => {truth(draw, outside, 2)};")
    parts.append(f"bound cpu = {draw(st.sampled_from([1, 2, 2]))}, obj = 2;")
    return "\n".join(parts) + "\n"
