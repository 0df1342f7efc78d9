"""Single mistakes made in `spec/free_path.alloc`, variant v4, by replacing text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from frontend.load import load
from frontend.model import Model
from frontend.source.spans import Source

SPECIFICATION = Path(__file__).parents[3] / "spec" / "free_path.alloc"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mistake.

    Args:
        name: what it is.
        old: a text that stands once in the specification.
        new: what replaces it.
        violates: what this makes wrong, among others.
    """

    name: str
    old: str
    new: str
    violates: tuple[str, ...] = ("accounting",)


MUTATIONS = (
    Mutation(
        "the cached type is not looked at",
        "(recheck_cached && mt == ISOLATE)",
        "false",
        ("no_stranded_page",),
    ),
    Mutation(
        "the count is not looked at",
        "zone.nr_isolate_pageblock > 0 ||",
        "false ||",
        ("isolation", "no_isolated_alloc"),
    ),
    Mutation(
        "the type is not read again",
        "\t\t\tmt = p.block.mt;\n\t\t\tif (mt == ISOLATE)\n\t\t\t\tgoto",
        "\t\t\tif (mt == ISOLATE)\n\t\t\t\tgoto",
        ("isolation", "no_stranded_page"),
    ),
    Mutation(
        "isolated pages are counted", "\t\t\tif (mt == ISOLATE)\n\t\t\t\tgoto skip_counting;\n", ""
    ),
    Mutation(
        "free pages are not counted",
        "zone.nr_free_pages++;             /* __mod_zone_freepage_state() */\n",
        "",
    ),
    Mutation(
        "free pages are counted twice",
        "zone.nr_free_pages++;             /* __mod_zone_freepage_state() */\n",
        "zone.nr_free_pages += 2;\n",
    ),
    Mutation(
        "isolated blocks are counted a section later",
        "\t\tzone.nr_isolate_pageblock++;\n",
        "\t{\n\t\tspin_unlock(zone.lock);\n\t\tspin_lock(zone.lock);\n\t\tzone.nr_isolate_pageblock++;\n\t}\n",
    ),
    Mutation(
        "the page goes to the other list",
        "\tp.list = mt;\n",
        "\tp.list = MOVABLE;\n",
        ("accounting", "isolation"),
    ),
    Mutation(
        "allocation takes from any list",
        "\t\tp = any(page q: q.PageBuddy && q.list == MOVABLE);",
        "\t\tp = any(page q: q.PageBuddy);",
        ("no_isolated_alloc",),
    ),
    Mutation("an allocated page stays on its list", "\t\tp.PageBuddy = false;\n", ""),
    Mutation("allocation does not count", "\t\tzone.nr_free_pages--;\n", ""),
    Mutation(
        "pages are moved before the type changes, and the lock let go",
        "\tb.mt = ISOLATE;\n",
        "\tspin_unlock(zone.lock);\n\tspin_lock(zone.lock);\n\tb.mt = ISOLATE;\n"
        "\tspin_unlock(zone.lock);\n\tspin_lock(zone.lock);\n",
        ("isolated_count", "isolation", "no_isolated_alloc"),
    ),
    Mutation(
        "isolation moves no pages", "\tmove_freepages_block(b, ISOLATE);\n", "", ("isolation",)
    ),
    Mutation(
        "isolation moves pages to the wrong list",
        "block(b, ISOLATE)",
        "block(b, MOVABLE)",
        ("isolation", "no_isolated_alloc"),
    ),
    Mutation(
        "isolation does not count",
        "\tzone.nr_free_pages -= count(page q: q.block == b && q.PageBuddy);\n",
        "",
    ),
    Mutation(
        "isolated blocks are not counted",
        "\t\tzone.nr_isolate_pageblock++;\n",
        "\t\t;\n",
        ("isolated_count", "isolation", "underflow"),
    ),
    Mutation(
        "unisolation moves no pages",
        "\t\tmove_freepages_block(b, MOVABLE);\n",
        "",
        ("no_stranded_page",),
    ),
    Mutation(
        "unisolation does not count",
        "\t\tzone.nr_free_pages += count(page q: q.block == b && q.PageBuddy);\n",
        "",
    ),
    Mutation(
        "unisolation keeps the type", "\t\tb.mt = MOVABLE;\n", "", ("isolated_count", "isolation")
    ),
    Mutation(
        "isolated blocks are counted for ever",
        "\t\t\tzone.nr_isolate_pageblock--;\n",
        "\t\t\t;\n",
        ("isolated_count",),
    ),
    Mutation("a block is not claimed", "\t\t\tb.claimed = true;\n", "", ("isolated_count",)),
    Mutation("a page is freed twice", "\t\t\tp.in_use = false;\n", ""),
    Mutation(
        "the lock is released before the page is filed",
        "skip_counting:\n\t\t__free_one_page(p, mt);\n",
        "skip_counting:\n\t\tspin_unlock(zone.lock);\n\t\tspin_lock(zone.lock);\n"
        "\t\t__free_one_page(p, mt);\n",
        ("isolation", "no_stranded_page"),
    ),
    Mutation(
        "buddies lie anywhere", " && p.buddy.block == p.block;", ";", ("accounting", "isolation")
    ),
)


def mutated(mutation: Mutation) -> Model:
    """Variant v4 with a mistake."""
    text = SPECIFICATION.read_text("utf-8")
    assert text.count(mutation.old) == 1, mutation.name
    source = Source("free_path.alloc", text.replace(mutation.old, mutation.new))
    return next(model for model in load(source).models if model.variant == "v4")
