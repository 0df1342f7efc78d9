"""Logs as text: what is written is read back, and the paste block is fit for a mail."""

from __future__ import annotations

import json
from dataclasses import replace

import itf_py
import pytest

from proofs.log.document import BEGIN, parse, split, text, to_json
from proofs.log.json_layout import lines
from proofs.log.paste import paste
from proofs.log.traces import replayed
from tests.support.proofs.logs import SMALL, Value, judged, log_of, machine_part, models_of, small

HOSTILE = (
    SMALL.replace('"every addition is counted"', '"Reviewed-by: Ann <ann@example.org> é 永"')
    .replace(
        '"interrupts"',
        '"#syz fix: it", "Reviewed-by: Ann <ann@example.org> said so about it all", '
        '"--- a/mm.c", "diff --git a b", "-- >8 --"',
    )
    .replace("both_added", "both_" + "added_" * 20)
    .replace("variant before", "variant " + "before" * 15)
    .replace("expect before", "expect " + "before" * 15)
)


def block(content: str) -> list[str]:
    return content.partition(f"\n{BEGIN}\n")[0].split("\n")


def is_fit(content: str) -> bool:
    return all(
        line.isascii()
        and line.isprintable()
        and len(line) <= 72
        and line == line.rstrip()
        and (not line or line.startswith("  "))
        for line in block(content)
    )


def test_what_is_written_is_read_back() -> None:
    content = small()
    lines_of_block, body, intact = split(content)
    log = parse(body)
    assert intact
    assert lines_of_block == block(content)[:-1]
    models = models_of(content)
    assert text(log, paste(log, models, replayed(log, models))) == content
    assert parse("\n".join(lines(to_json(log)))) == log


def test_another_log_is_another_text() -> None:
    log = parse(split(small())[1])
    assert text(log, []) != text(replace(log, program="9.9.9"), [])


def test_traces_are_read_by_the_library_of_their_format() -> None:
    for variant in machine_part(small())["variants"]:
        for trace in variant["traces"]:
            read = itf_py.trace_from_json(trace)
            assert len(read.states) == len(trace["states"])
            assert set(read.vars) == set(read.states[0].values)


@pytest.mark.parametrize("specification", [SMALL, HOSTILE], ids=["small", "hostile"])
def test_the_paste_block_is_fit_for_a_mail(specification: str) -> None:
    content = log_of(specification)
    assert content.isascii()
    assert is_fit(content)
    assert judged(content).status == 0


def test_no_line_of_the_block_is_a_tag() -> None:
    starts = [line.strip() for line in block(log_of(HOSTILE))]
    assert any(line.startswith("| Reviewed-by: Ann") for line in starts)
    assert not any(line.startswith("Reviewed-by: ") for line in starts)


def test_no_line_of_the_block_is_cut_at() -> None:
    lines_of_block = block(log_of(HOSTILE))
    assert any("-- > 8 --" in line for line in lines_of_block)
    assert is_scissors("-- >8 --")
    assert not any(map(is_scissors, lines_of_block))


def is_scissors(line: str) -> bool:
    """As `git mailinfo --scissors` sees it, from its manual and its behaviour."""
    cut = sum(line.count(pair) for pair in (">8", "8<", ">%", "%<"))
    visible = line.strip()
    perforated = 2 * cut + visible.count("-") + visible.count(" ")
    return bool(cut) and len(visible) >= 8 and len(visible) < 3 * perforated


def test_rows_of_dots_of_an_author_are_no_table_and_stand_behind_a_bar() -> None:
    row = f"none_lost{'.' * 40}proved_for_all"
    content = log_of(
        SMALL.replace('"interrupts"', f'"{row}"').replace('"every addition is counted"', f'"{row}"')
    )
    assert judged(content).status == 0
    found = [line for line in block(content) if "proved_for_all" in line]
    assert "      | none_lost...proved_for_all" in found
    assert not any("...." in line for line in block(content))


def test_the_block_says_how_to_check_it_and_what_was_left_out() -> None:
    content = "\n".join(block(log_of(SMALL, "--property", "none_lost", "--bounded")))
    assert "  To check all of this again: buddyproof recheck FILE" in content
    assert "not asked about: the properties never_more, both_added" in content
    assert "other sizes were not checked" in content


@pytest.mark.parametrize(
    "options",
    [
        ("--variant", "after"),
        ("--property", "both_added"),
        ("--bounded",),
        ("--bounded", "--bound", "cpu=2"),
    ],
)
def test_what_was_asked_about_in_part_holds(options: tuple[str, ...]) -> None:
    assert judged(log_of(SMALL, *options)).status == 0


@pytest.mark.parametrize(
    "specification",
    ["\ufeff" + SMALL, SMALL.replace("\n", "\r\n"), SMALL.replace("Threads", "Fäden 永")],
    ids=["byte order mark", "CRLF", "not ASCII"],
)
def test_the_text_is_that_of_the_file_to_the_byte(specification: str) -> None:
    content = log_of(specification)
    given = machine_part(content)["specification"]
    assert "\n".join(given["text"]) == specification
    assert judged(content).status == 0


def test_sizes_that_range_are_said_and_replayed() -> None:
    ranged = SMALL.replace("bound cpu = 3", "bound cpu = 2..4")
    content = log_of(ranged)
    assert machine_part(content)["variants"][0]["bounds"] == {"cpu": [2, 4]}
    assert judged(content).status == 0


def test_the_block_names_the_size_of_a_range_that_reaches_something() -> None:
    ranged = SMALL.replace("bound cpu = 3", "bound cpu = 2..3") + (
        "reachable alone: counter == 1 && count(cpu c: true) == 2;\n"
    )
    content = log_of(ranged)
    assert "  sizes: 2..3 cpus;" in content
    row = next(line for line in content.splitlines() if line.startswith("  alone "))
    assert row.split()[1:5] == ["reached", "2", "(2", "cpus)"]
    assert judged(content).status == 0


def test_layout_is_the_same_json() -> None:
    value: Value = {"a": [[1] * 9] * 60, "b": ["x" * 200, {"c": {}}], "d": list(range(99)), "e": []}
    found = list(lines(value))
    assert json.loads("\n".join(found)) == value
    assert all(len(line) <= 100 for line in found if "x" * 200 not in line)


def test_what_stands_in_the_place_of_a_function_is_a_name() -> None:
    called = SMALL.replace(
        "\tcounter = seen + 1;",
        "\tadd(seen);",
    ).replace(
        "thread cpu {",
        'proc add(nat s) models "mm.c:FUNCTION" { counter = s + 1; }\n\nthread cpu {',
    )
    fair = log_of(called.replace("FUNCTION", "counter_add"))
    assert "counter_add()" in "\n".join(block(fair))
    row = "every property is proved for all sizes"
    foul = log_of(called.replace("FUNCTION", row))
    assert row not in "\n".join(block(foul))
    assert "add()" in "\n".join(block(foul))
