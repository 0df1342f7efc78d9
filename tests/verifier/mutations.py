"""Single mistakes made in `spec/free_path.alloc`, variant v4, by replacing text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from frontend.load import load
from frontend.model import Model
from frontend.source import Source

SPECIFICATION = Path(__file__).parents[2] / "spec" / "free_path.alloc"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mistake.

    Args:
        name: what it is.
        old: a text that stands once in the specification.
        new: what replaces it.
    """

    name: str
    old: str
    new: str


COUNTER = "zone.nr_free_pages++;             /* __mod_zone_freepage_state() */\n"

MUTATIONS = (
    Mutation("the cached type is not looked at", "(recheck_cached && mt == ISOLATE)", "false"),
    Mutation("the count is not looked at", "zone.nr_isolate_pageblock > 0 ||", "false ||"),
    Mutation(
        "the type is not read again",
        "\t\t\tmt = p.block.mt;\n\t\t\tif (mt == ISOLATE)\n\t\t\t\tgoto skip_counting;\n\t\t}\n\t\tzone",
        "\t\t\tif (mt == ISOLATE)\n\t\t\t\tgoto skip_counting;\n\t\t}\n\t\tzone",
    ),
    Mutation(
        "isolated pages are counted",
        "\t\t\tif (mt == ISOLATE)\n\t\t\t\tgoto skip_counting;\n",
        "",
    ),
    Mutation("free pages are not counted", COUNTER, ""),
    Mutation("free pages are counted twice", COUNTER, "zone.nr_free_pages += 2;\n"),
    Mutation(
        "pages are counted outside the lock",
        "done:\n\tspin_unlock(zone.lock);\n",
        "done:\n\tspin_unlock(zone.lock);\n\tatomic { zone.nr_free_pages++; }\n",
    ),
    Mutation("a buddy is left behind", "\t\tp.buddy.list = mt;\n", "\t\tp.list = mt;\n"),
    Mutation("a buddy is always moved", "if (p.buddy.PageBuddy)\n\t\tp.buddy", "if (true)\n\t\tp.buddy"),
    Mutation("the page goes to the other list", "\tp.list = mt;\n", "\tp.list = MOVABLE;\n"),
    Mutation(
        "allocation takes from any list",
        "\t\tp = any(page q: q.PageBuddy && q.list == MOVABLE);",
        "\t\tp = any(page q: q.PageBuddy);",
    ),
    Mutation("an allocated page stays on its list", "\t\tp.PageBuddy = false;\n", ""),
    Mutation("allocation does not count", "\t\tzone.nr_free_pages--;\n", ""),
    Mutation(
        "pages are moved before the type changes, and the lock let go",
        "\tb.mt = ISOLATE;\n",
        "\tspin_unlock(zone.lock);\n\tspin_lock(zone.lock);\n\tb.mt = ISOLATE;\n"
        "\tspin_unlock(zone.lock);\n\tspin_lock(zone.lock);\n",
    ),
    Mutation("isolation moves no pages", "\tmove_freepages_block(b, ISOLATE);\n", ""),
    Mutation("isolation moves pages to the wrong list", "block(b, ISOLATE)", "block(b, MOVABLE)"),
    Mutation(
        "isolation does not count",
        "\tzone.nr_free_pages -= count(page q: q.block == b && q.PageBuddy);\n",
        "",
    ),
    Mutation("isolated blocks are not counted", "\t\tzone.nr_isolate_pageblock++;\n", "\t\t;\n"),
    Mutation("unisolation moves no pages", "\t\tmove_freepages_block(b, MOVABLE);\n", ""),
    Mutation(
        "unisolation does not count",
        "\t\tzone.nr_free_pages += count(page q: q.block == b && q.PageBuddy);\n",
        "",
    ),
    Mutation("unisolation keeps the type", "\t\tb.mt = MOVABLE;\n", ""),
    Mutation(
        "isolated blocks are counted for ever", "\t\t\tzone.nr_isolate_pageblock--;\n", "\t\t\t;\n"
    ),
    Mutation("a block has two owners", "\t\tb.claimed = false;\n\t}", "\t}"),
    Mutation("a block is not claimed", "\t\t\tb.claimed = true;\n", ""),
    Mutation("a page is freed twice", "\t\t\tp.in_use = false;\n", ""),
    Mutation(
        "the lock is released before the page is filed",
        "skip_counting:\n\t\t__free_one_page(p, mt);\n",
        "skip_counting:\n\t\tspin_unlock(zone.lock);\n\t\tspin_lock(zone.lock);\n"
        "\t\t__free_one_page(p, mt);\n",
    ),
    Mutation("buddies lie anywhere", " && p.buddy.block == p.block;", ";"),
)


def mutated(mutation: Mutation) -> Model:
    """Variant v4 with a mistake."""
    text = SPECIFICATION.read_text("utf-8")
    assert text.count(mutation.old) == 1, mutation.name
    source = Source("free_path.alloc", text.replace(mutation.old, mutation.new))
    return next(model for model in load(source).models if model.variant == "v4")
