"""Specifications changed token by token, and grown where the language can grow."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from frontend.syntax.lexer import WORDS
from tests.fuzz.noise import NOISE, Mutator

TOKEN = re.compile(
    r'\s+|/\*.*?\*/|//[^\n]*|"[^"\n]*"|\w+|\.\.|<=>|=>|[=!<>]=|&&|\|\||\+\+|--|[+-]=|<<|>>|.',
    re.DOTALL,
)
MARKS = re.findall(
    r"\S+",
    "{ } ( ) [ ] ; , : ? . .. = += -= ++ -- ! - + -> * / % == != < > <= >= && || => <=> & | ^ <<",
)
NUMBERS = (
    "0", "1", "2", "3", "64", "255", "4294967295", "18446744073709551616",
    "99999999999999999999999", "0x7fffffff", "0xg", "007", "1_000", "1e9", "100000",
    "1000000", "-1",
)  # fmt: skip
DEPTHS = (10, 50, 199, 201, 1000, 10_000)
WIDTHS = (3, 20, 200, 2000)


def tokens(text: str) -> list[str]:
    """A text cut into words, marks, comments and space."""
    return TOKEN.findall(text)


def is_word(token: str) -> bool:
    """Whether a token means something."""
    return bool(token.strip()) and not token.startswith(("/*", "//"))


def names(text: str) -> list[str]:
    """The names in a text."""
    return sorted({token for token in tokens(text) if re.match(r"[A-Za-z_]", token)} - WORDS)


def exchange(rng: Random, text: str, others: Sequence[str]) -> str:
    """Tokens are swapped, dropped, doubled or replaced by others of the language."""
    found = tokens(text)
    places = [at for at, token in enumerate(found) if is_word(token)]
    if not places:
        return text
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        at, other = rng.choice(places), rng.choice(places)
        match rng.randrange(7):
            case 0:
                found[at], found[other] = found[other], found[at]
            case 1:
                found[at] = ""
            case 2:
                found[at] += f" {found[at]}"
            case 3:
                found[at] = rng.choice((*sorted(WORDS), *MARKS))
            case 4:
                found[at] = rng.choice(names(text) or ["x"])
            case 5:
                found[at] += f" {rng.choice((*MARKS, *NUMBERS, *sorted(WORDS)))} "
            case _:
                found[at] = rng.choice(tokens(rng.choice(others)) or ["x"])
    return "".join(found)


def like(rng: Random, text: str, _: Sequence[str]) -> str:
    """A token becomes another one of the same kind: such a text often stays well formed."""
    found = tokens(text)
    kinds: tuple[tuple[str, Sequence[str]], ...] = (
        (r"[A-Za-z_]\w*", names(text) or ["x"]),
        (r"\d+", ("0", "1", "2", "3", "4", "7")),
        (r"==|!=|<=?|>=?", ("==", "!=", "<", "<=", ">", ">=")),
        (r"&&|\|\||=>|<=>", ("&&", "||", "=>", "==")),
        (r"\+|-|\*|/|%", ("+", "-", "*", "/", "%")),
        (r"\+\+|--", ("++", "--")),
        (r"true|false|none", ("true", "false", "none")),
        (r"forall|exists", ("forall", "exists")),
    )
    for _times in range(rng.choice((1, 1, 2, 3))):
        pattern, values = rng.choice(kinds)
        places = [
            at
            for at, token in enumerate(found)
            if re.fullmatch(pattern, token) and (token not in WORDS or values[0] in WORDS)
        ]
        if places:
            found[rng.choice(places)] = rng.choice(values)
    return "".join(found)


def declarations(text: str) -> list[str]:
    """A text cut behind each `;` and `}` that stands in no bracket."""
    found, current, depth = [], "", 0
    for token in tokens(text):
        current += token
        depth += (token in ("{", "(", "[")) - (token in ("}", ")", "]"))
        if depth <= 0 and token in (";", "}"):
            found.append(current)
            current = ""
    return [*found, current]


def rearrange(rng: Random, text: str, others: Sequence[str]) -> str:
    """Declarations go, come twice, change places, or come from another specification."""
    found = declarations(text)
    at, other = rng.randrange(len(found)), rng.randrange(len(found))
    match rng.randrange(4):
        case 0:
            del found[at]
        case 1:
            found.insert(other, found[at])
        case 2:
            found[at], found[other] = found[other], found[at]
        case _:
            found.insert(at, rng.choice(declarations(rng.choice(others))))
    return "".join(found)


def repeat(rng: Random, text: str, _: Sequence[str]) -> str:
    """A declaration many times, each with a name of its own where it has one."""
    found = declarations(text)
    at = rng.randrange(len(found))
    cut = tokens(found[at])
    words = [n for n, token in enumerate(cut) if re.match(r"[A-Za-z_]", token)]
    copies = []
    for number in range(rng.choice(WIDTHS)):
        mine = list(cut)
        if len(words) > 1:
            mine[words[1]] += f"_{number}"
        copies.append("".join(mine))
    found[at:at] = copies
    return "".join(found)


def nest(rng: Random, text: str, _: Sequence[str]) -> str:
    """A name, a number or a statement is wrapped many times."""
    found = tokens(text)
    depth = rng.choice(DEPTHS)
    if rng.random() < 0.6:
        places = [
            at for at, token in enumerate(found) if re.match(r"\w", token) and token not in WORDS
        ]
        before, behind = rng.choice(
            (
                ("(", ")"), ("!", ""), ("-", ""), ("- ", ""), ("(1 + ", ")"), ("!(", ")"),
                ("1 + ", ""), ("true ? ", " : true"), ("true => ", ""), ("", ".x"), ("", "[0]"),
                ("{", "}"),
                ("x[", "]"), ("forall cpu c: ", ""), ("count(cpu c: ", ")"), ("any(cpu c: ", ")"),
                ("", " at x"),
                ("true && ", ""), ("", " in x"), ("{.a = ", "}"), ("(true ? ", " : 1)"),
            )
        )  # fmt: skip
    else:
        places = [at for at, token in enumerate(found) if token in (";", "}")]
        before, behind = rng.choice(
            (
                ("{", "}"), ("if (true) ", ""), ("if (true) { ", "}"), ("loop ", ""),
                ("atomic {", "}"), ("while (false) ", ""), ("choose {", "} or {}"),
                ("when (true) ", ""), ("x: ", ""),
                ("if (true) ; else ", ""), ("for each (cpu c) ", ""), ("record r {", "}"),
            )
        )  # fmt: skip
    if not places:
        return text
    at = rng.choice(places)
    found[at] = before * depth + found[at] + behind * depth
    return "".join(found)


def enlarge(rng: Random, text: str, _: Sequence[str]) -> str:
    """A number becomes another one, often a huge one."""
    found = tokens(text)
    places = [at for at, token in enumerate(found) if token.isdigit()]
    if not places:
        return text
    found[rng.choice(places)] = rng.choice((*NUMBERS, "9" * rng.choice((5, 30, 45, 5000))))
    return "".join(found)


def _chain(form: str, first: str, count: int) -> str:
    return first + "".join(form.format(n=n, m=n - 1) for n in range(1, count))


def grow(rng: Random, text: str, _: Sequence[str]) -> str:
    """Declarations that are short and mean much: inlined twice at each level, wide, or endless."""
    count = rng.choice((3, 12, 40, 200, 2000))
    many = range(count)
    added = rng.choice(
        (
            _chain("proc z{n}() {{ z{m}(); z{m}(); }}\n", "int zz;\nproc z0() { zz++; }\n", count)
            + f"thread zt {{ z{count - 1}(); }}\n",
            _chain("define d{n}: int = d{m} + d{m};\n", "define d0: int = 1;\n", count)
            + f"invariant di: d{count - 1} > 0;\n",
            _chain("record r{n} {{ r{m} a; r{m} b; }}\n", "record r0 { int a; }\n", count)
            + f"r{count - 1} rv;\n",
            _chain("struct s{n} {{ s{m} a; s{m}? b; }}\n", "struct s0 { s0? a; }\n", count),
            _chain("typedef t{m} t{n};\n", "typedef int 0..3 t0;\n", count) + f"t{count - 1} tv;\n",
            "".join(f"patch pf{n};\n" for n in many)
            + "".join(f"variant pv{n} = {{ pf{n} }};\n" for n in many),
            "thread zt {" + "choose { zq = 1; } or { zq = 2; }\n" * count + "}\nint 0..3 zq;\n",
            "thread zt {" + "if (zq == 1) { zr = zq; }\n" * count
            + "}\nint 0..3 zq; int 0..3 zr;\n",
            "thread zt { atomic {" + "if (zq == 1) { zr++; }\n" * count + "} }\nint zq; int zr;\n",
            "enum ze { " + ", ".join(f"E{n}" for n in many) + " };\nze zv;\n",
            "thread zt {" + "".join(f"int l{n} = {n};\n" for n in many) + "}\n",
            "thread zt {" + "".join(f"l{n}: ; goto l{count - 1 - n};\n" for n in many) + "}\n",
            "invariant zi: " + "".join(f"forall bool b{n}: " for n in many) + "true;\n",
            "invariant zi: " + " || ".join("true" for _ in many) + ";\n",
            "set of ze zs; enum ze { A, B };\n" * count,
            f"int 0..{10**min(count, 100)} zn[0..{count}];\nbool zb[0..3, 0..{count}];\n",
            f"bool zb[{', '.join('0..3' for _ in many)}];\n",
            "proc ra() { rb(); } proc rb() { ra(); }\nrecord rr { rr a; } typedef tt tt;\n",
            "define da: int = db; define db: int = da;\n",
            "thread za {} bound za = 1000000;\n",
            "assume za: " + "count(cpu c: true) == " * count + "1;\n",
            "lemma zl: " + "(true => " * count + "true" + ")" * count + ";\n",
            "expect before violates " + ", ".join("x" for _ in many) + ";\n",
            'not modelled "' + "x" * count + '";\n',
        )
    )  # fmt: skip
    found = declarations(text)
    found.insert(rng.randrange(len(found)) + (rng.random() < 0.5), added)
    return "".join(found)


def _texts(change: Callable[[Random, str, Sequence[str]], str]) -> Mutator:
    def changed(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
        texts = [item.decode("utf-8", "replace") for item in (rng.choice(others),)]
        return change(rng, content.decode("utf-8", "surrogateescape"), texts).encode(
            "utf-8", "surrogateescape"
        )

    changed.__doc__ = change.__doc__
    changed.__name__ = change.__name__
    return changed


MUTATORS: tuple[Mutator, ...] = (
    *NOISE,
    *(_texts(change) for change in (exchange, exchange, exchange, exchange)),
    *(_texts(change) for change in (like, like, like, like, rearrange, rearrange)),
    *(_texts(change) for change in (repeat, nest, nest, enlarge, enlarge, grow, grow)),
)
