from __future__ import annotations

from pathlib import Path

import pytest

from frontend.source.diagnostics import Diagnostic, Rejected
from frontend.source.reading import read
from frontend.source.spans import LARGEST
from frontend.syntax.parser import parse


def refusal(path: Path) -> Diagnostic:
    with pytest.raises(Rejected) as caught:
        read(str(path))
    (diagnostic,) = caught.value.diagnostics
    assert caught.value.source.path == str(path)
    return diagnostic


def test_a_file_is_read_with_the_name_it_was_given(tmp_path: Path) -> None:
    file = tmp_path / "a.alloc"
    file.write_text("spec a;\n", encoding="utf-8")
    source = read(str(file))
    assert (source.path, source.text) == (str(file), "spec a;\n")


def test_a_byte_order_mark_and_crlf_are_tolerated(tmp_path: Path) -> None:
    file = tmp_path / "a.alloc"
    file.write_bytes(b"\xef\xbb\xbfspec a;\r\nint x;\r\n")
    source = read(str(file))
    first, second = parse(source).declarations
    assert source.position(first.span.start) == (1, 1)
    assert source.position(second.span.start) == (2, 1)
    assert source.line(1) == "spec a;"


def test_a_missing_file_is_e020(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.alloc").code == "E020"


def test_a_directory_is_e021(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "E021"


def test_a_file_that_the_system_refuses_is_e022(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    diagnostic = refusal(tmp_path / "a.alloc")
    assert (diagnostic.code, diagnostic.message) == ("E022", "cannot be read: Permission denied")


def test_a_path_that_names_nothing_possible_is_e022() -> None:
    with pytest.raises(Rejected) as caught:
        read("a\0b")
    assert caught.value.diagnostics[0].code == "E022"


def test_a_path_through_a_file_is_e022(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x", encoding="utf-8")
    assert refusal(tmp_path / "a" / "b").code == "E022"


def test_bytes_that_are_no_utf8_are_e023_where_they_are(tmp_path: Path) -> None:
    file = tmp_path / "a.alloc"
    file.write_bytes(b"spec a;\n/* caf\xe9 */\n")
    with pytest.raises(Rejected) as caught:
        read(str(file))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "E023"
    assert caught.value.source.position(diagnostic.span.start) == (2, 7)


def test_a_binary_file_is_e023(tmp_path: Path) -> None:
    file = tmp_path / "a.alloc"
    file.write_bytes(b"\x7fELF\x00\x00")
    assert refusal(file).code == "E023"


def test_a_huge_file_is_e024_and_not_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.alloc"
    with file.open("wb") as handle:
        handle.truncate(LARGEST * 1000)
    assert refusal(file).code == "E024"
