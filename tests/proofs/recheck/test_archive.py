"""The logs in `proofs/archive`; `python -m tests.archive` renews them and asks every solver."""

from __future__ import annotations

import pytest

from proofs.recheck.findings import Standing
from tests.archive import SPECIFICATIONS, log_of, names
from tests.support.proofs.logs import judged, machine_part


@pytest.mark.parametrize("name", names())
def test_the_log_is_about_the_text_of_its_specification(name: str) -> None:
    assert log_of(name).exists(), "python -m tests.archive"
    given = machine_part(log_of(name).read_text(encoding="ascii"))["specification"]
    text = (SPECIFICATIONS / f"{name}.alloc").read_bytes().decode()
    assert "\n".join(given["text"]) == text, "python -m tests.archive"


@pytest.mark.parametrize("name", names())
def test_all_but_the_solvers_part_of_the_log_holds(name: str) -> None:
    report = judged(log_of(name).read_text(encoding="ascii"))
    assert report.status == 0, report.of(Standing.FAILED)
    assert any("by runs, replayed" in text for text in report.of(Standing.VERIFIED))
