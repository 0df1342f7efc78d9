"""The results that the index of specifications shows are those of the archive."""

from __future__ import annotations

from tests.results import PAGE, table, written


def test_the_table_of_results_is_that_of_the_proof_logs() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "run `make archive`"


def test_what_is_violated_is_named_and_what_holds_for_every_size_counted() -> None:
    (row,) = [row for row in table().split("\n") if "`free_path` | v3" in row]
    cells = row.strip("| ").split(" | ")[2:]
    assert cells == [
        "2 cpus, 2 pageblocks, 4 pages",
        "12 for every size; 1 reached",
        "no_stranded_page, accounting",
    ]
