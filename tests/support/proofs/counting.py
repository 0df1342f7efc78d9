"""Specifications about counts, at random: lemmas that follow from assumptions, or do not, and
lemmas that a step keeps, or does not."""

from __future__ import annotations

from random import Random

HEAD = """spec counting;
enum colour { red, green, blue }
struct page {
	const bool p;
	const bool q;
	const colour hue;
	bool u = false;
	bool v = false;
}
const page one;
const page other;
const int 0..9 most;
"""

FIELDS = ("{}.p", "{}.q", "{}.hue == red", "{}.hue == green", "{} == one", "{} == other")
MUTABLE = ("{}.u", "{}.v", "{}.p", "{} == one")

STEPS = (
    "a.u = true;",
    "a.u = false;",
    "atomic { a.u = true; a.v = false; }",
    "atomic { a.u = a.v; a.v = true; }",
    "atomic { a.u = true; one.u = false; }",
    "if (!a.u) a.u = true;",
    "atomic { if (a.u) { a.u = false; a.v = true; } }",
    "atomic { page b = any(page); a.u = false; b.u = true; }",
)


def body(random: Random, name: str, fields: tuple[str, ...]) -> str:
    """What is said of one page."""
    atoms = [random.choice(fields).format(name) for _ in range(random.choice((1, 1, 1, 2, 2, 3)))]
    signed = [f"!({atom})" if random.random() < 0.25 else f"({atom})" for atom in atoms]
    return f" {random.choice(('&&', '||'))} ".join(signed)


def number(random: Random, fields: tuple[str, ...], *, small: bool = False) -> str:
    """A count, or a sum with one."""
    count = f"count(page x: {body(random, 'x', fields)})"
    if small or random.random() < 0.6:
        return count
    return f"{count} {random.choice('+-')} {random.choice(('1', number(random, fields)))}"


def formula(random: Random, fields: tuple[str, ...]) -> str:
    """A closed formula about pages."""
    first = body(random, "x", fields)
    compare = random.choice(("==", "<=", ">=", "<", ">", "!="))
    match random.randrange(11):
        case 0:
            return f"forall page x: {first}"
        case 1:
            return f"exists page x: {first}"
        case 2:
            return f"forall page x: ({first}) => ({body(random, 'x', fields)})"
        case 3:
            return f"forall page x, page y: ({first}) && ({first.replace('x', 'y')}) => x == y"
        case 4:
            return f"forall page x: ({first}) => x == one"
        case 5:
            return body(random, random.choice(("one", "other")), fields)
        case 6 | 7:
            return (
                f"{number(random, fields)} {compare} {random.choice(('0', '1', '1', '2', 'most'))}"
            )
        case 8:
            return f"{number(random, fields)} {compare} {number(random, fields)}"
        case 9:
            inner = f"{number(random, fields, small=True)} {compare} {random.randrange(3)}"
            return f"forall page y: ({body(random, 'y', fields)}) => {inner}"
        case _:
            inner = number(random, fields, small=True)
            return f"({inner} == {random.randrange(3)}) == ({formula(random, fields)})"


def specification(random: Random) -> tuple[str, tuple[str, ...]]:
    """A specification, and lemmas about it: the text of each."""
    assumed = [formula(random, FIELDS) for _ in range(random.choice((1, 2, 2, 3)))]
    lines = [f"assume a{place}: {text};" for place, text in enumerate(assumed)]
    loop = f"loop {{ a = any(page); {random.choice(STEPS)} }}"
    thread = f"thread cpu {{\n\tpage a = any(page);\n\t{loop}\n}}\n"
    still = [formula(random, FIELDS) for _ in range(4)]
    moving = [formula(random, MUTABLE) for _ in range(4)]
    text = HEAD + "\n".join(lines) + "\n" + thread + "bound cpu = 1, page = 2;\n"
    return text, (*still, *moving)
