"""What nothing in the product refers to is no part of it: tests have their own helpers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("frontend", "proofs", "verifier")

BY_NAME = {
    # Found by other means than an import.
    "start": "the console script in pyproject.toml",
    "command": "a command, which `verifier.cli.main` looks up",
    "text": "a format, which `text_in` looks up",
    "verify": "the library's entry point, docs/library.md",
}


def modules() -> dict[str, ast.Module]:
    """Dotted name -> tree, of the whole product."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text(encoding="utf-8")
        )
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }


def defined(tree: ast.Module) -> Iterator[str]:
    """The functions, classes and constants of a module."""
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (item.id for item in targets if isinstance(item, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case _:
                pass


def referred(trees: Mapping[str, ast.Module]) -> set[tuple[str, str]]:
    """Module and name of what is read somewhere, imported from elsewhere, or named in a text such
    as "verifier.engines.bmc.BoundedModelChecking"."""
    found: set[tuple[str, str]] = set()
    for module, tree in trees.items():
        aliases = {}
        for node in ast.walk(tree):
            match node:
                case ast.ImportFrom(module=str(source), names=names):
                    for item in names:
                        found.add((source, item.name))
                        aliases[item.asname or item.name] = f"{source}.{item.name}"
                case ast.Name(id=name, ctx=ast.Load()):
                    found.add((module, name))
                case ast.Constant(value=str(text)) if re.fullmatch(r"[\w.]+\.\w+", text):
                    source, _, name = text.rpartition(".")
                    found.add((source, name))
                case _:
                    pass
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=part) if name in aliases:
                    found.add((aliases[name], part))
                case _:
                    pass
    return found


def test_nothing_in_the_product_is_there_for_tests_alone() -> None:
    trees = modules()
    known = referred(trees)
    unused = [
        f"{module}.{name}"
        for module, tree in trees.items()
        for name in defined(tree)
        if (module, name) not in known and name not in BY_NAME and not name.startswith("__")
    ]
    assert unused == []


def test_what_is_unused_is_noticed() -> None:
    trees = {
        "frontend.one": ast.parse("def used(): ...\ndef unused(): ...\nSIZE = 1"),
        "frontend.two": ast.parse(
            "from frontend import one\nfrom frontend.one import used\nused()"
        ),
        "frontend.three": ast.parse("from frontend import one\nprint(one.SIZE)"),
    }
    known = referred(trees)
    assert ("frontend.one", "used") in known
    assert ("frontend.one", "SIZE") in known
    assert ("frontend.one", "unused") not in known
