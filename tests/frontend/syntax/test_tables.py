"""The parser's tables come with the program, and from nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from frontend.load import load
from frontend.source.spans import Source
from frontend.syntax import parser
from tests.support.frontend.tables import tables_text

SPEC = "spec x; nat n = 0; thread cpu { n = 1; } invariant low: n <= 1;"


def automaton(tables: Any) -> list[object]:
    """A parser's states with numbers that depend on the grammar alone."""
    table = tables.parser.parser._parse_table
    numbers = {table.start_states["specification"]: 0}
    order = list(numbers)
    found: list[object] = [table.end_states["specification"] in numbers]
    for state in order:  # grows
        row: dict[str, object] = {}
        for token, (action, argument) in sorted(table.states[state].items()):
            if isinstance(argument, int):
                if argument not in numbers:
                    numbers[argument] = len(order)
                    order.append(argument)
                row[token] = (action.name, numbers[argument])
            else:
                row[token] = (action.name, str(argument), argument.alias, argument.order)
        found.append(row)
    found.append(numbers[table.end_states["specification"]])
    return found


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """The tables are read again before and after."""
    parser._tables.cache_clear()
    yield
    parser._tables.cache_clear()


def test_the_tables_are_those_of_the_grammar(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if os.environ.get("BUDDYPROOF_UPDATE_GOLDEN"):
        parser.TABLES.write_text(tables_text(), encoding="ascii")
    assert parser._made_from() in parser.TABLES.read_text(encoding="ascii"), (
        "BUDDYPROOF_UPDATE_GOLDEN=1 renews them"
    )
    read = automaton(parser._tables())
    parser._tables.cache_clear()
    monkeypatch.setattr(parser, "TABLES", tmp_path / "none")
    assert read == automaton(parser._tables())


@pytest.mark.parametrize("text", ["", "{", "[]", "\xff", '{"made_from": "lark 0"}', "[" * 99_999])
def test_tables_of_another_grammar_or_library_are_not_used(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tables").write_text(text)
    monkeypatch.setattr(parser, "TABLES", tmp_path / "tables")
    parser.parse.cache_clear()
    assert load(Source("x", SPEC)).models[0].name == "x"


def test_nothing_is_read_from_a_folder_of_the_users(tmp_path: Path) -> None:
    folder = tmp_path / "buddyproof"
    folder.mkdir()
    for name in ("grammar.tables", "grammar.tables.json"):
        (folder / name).write_bytes(b"cos\nsystem\n(S'touch " + bytes(tmp_path / "run") + b"'\ntR.")
    (tmp_path / "x.alloc").write_text(SPEC)
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    program = "import sys; from verifier.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-P", "-c", program, "check", str(tmp_path / "x.alloc")]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["buddyproof", "x.alloc"]
    assert len(list(folder.iterdir())) == 2
