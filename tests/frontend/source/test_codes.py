"""Every diagnostic code is explained, produced by a file of the corpus, and by that one first.

A new file in `tests/corpus/rejected`, named by its code, is a new test.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from frontend.load import load
from frontend.source.codes import CODES
from frontend.source.diagnostics import Diagnostic, Rejected
from frontend.source.reading import read
from frontend.source.spans import LARGEST, Source

ROOT = Path(__file__).resolve().parents[3]
REJECTED = sorted((ROOT / "tests" / "corpus" / "rejected").glob("*.alloc"))

CODE = re.compile(r"[EW]\d{3}")

NOT_IN_THE_CORPUS = {
    # A file that shows it would be no file, or several megabytes of one: tested by name below.
    "E013",
    "E020",
    "E021",
    "E022",
    "E024",
    # What no text gives by itself: tests/verifier/cli/test_world.py.
    "E025",
    "E026",
    "E027",
}


def diagnostics(path: Path) -> tuple[Diagnostic, ...]:
    """Everything that loading a file reports, errors or warnings."""
    try:
        return loaded(read(str(path)))
    except Rejected as rejected:
        return rejected.diagnostics


def loaded(source: Source) -> tuple[Diagnostic, ...]:
    """What loading a text reports when it is not rejected."""
    return load(source).warnings


def code_of(path: Path) -> str:
    """The code that a corpus file is named by."""
    return path.name[:4]


@pytest.mark.parametrize("path", REJECTED, ids=lambda path: path.stem)
def test_a_rejected_file_gives_the_code_in_its_name(path: Path) -> None:
    found = diagnostics(path)
    assert found
    assert code_of(path) in {diagnostic.code for diagnostic in found}
    errors = [diagnostic for diagnostic in found if diagnostic.is_error]
    assert bool(errors) == code_of(path).startswith("E")


@pytest.mark.parametrize("path", REJECTED, ids=lambda path: path.stem)
def test_a_rejected_file_gives_little_else(path: Path) -> None:
    others = {item.code for item in diagnostics(path) if item.is_error} - {code_of(path)}
    # The end of an open string is the end of the file, too.
    assert others <= ({"E011"} if code_of(path) == "E004" else set())


def test_every_code_is_produced_by_the_corpus() -> None:
    assert {code_of(path) for path in REJECTED} | NOT_IN_THE_CORPUS == set(CODES)


def test_every_code_in_the_source_is_explained_and_every_explained_one_is_in_the_source() -> None:
    used = {
        code
        for path in (ROOT / "frontend").rglob("*.py")
        if not path.stem.endswith("codes")
        for code in re.findall(r'"([EW]\d{3})"', path.read_text())
    }
    assert used == set(CODES)


def test_codes_are_in_order_and_explained_in_full() -> None:
    assert list(CODES) == sorted(CODES)
    for code, explanation in CODES.items():
        assert CODE.fullmatch(code)
        assert explanation.title
        assert not explanation.title.endswith(".")
        assert explanation.paragraph.endswith((".", "?"))
        assert "/* right */" in explanation.example, code


def test_what_is_no_file_is_named_by_its_code(tmp_path: Path) -> None:
    unreadable = tmp_path / ("x" * 300)
    large = tmp_path / "large.alloc"
    large.write_bytes(b" " * (LARGEST + 1))
    codes = {
        "E020": tmp_path / "missing.alloc",
        "E021": tmp_path,
        "E022": unreadable,
        "E024": large,
    }
    for code, path in codes.items():
        assert [item.code for item in diagnostics(path)] == [code]


def test_a_text_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(Rejected) as refused:
        load(Source("large.alloc", "(" * (LARGEST + 1)))
    assert [item.code for item in refused.value.diagnostics] == ["E013"]
