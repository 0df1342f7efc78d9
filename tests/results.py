"""The table of results in `spec/README.md`, from the proof logs in `proofs/archive`.

    python -m tests.results           prints it
    python -m tests.results --write   puts it into spec/README.md

`make archive` renews the logs, rechecks them, and then writes the table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from frontend.load import load
from frontend.model import Model, PropertyKind
from frontend.source.spans import Source
from proofs.log.contents import Log, VariantLog
from proofs.log.document import parse, split
from proofs.render.names import plural
from tests.archive import ROOT, log_of, names

PAGE = ROOT / "spec" / "README.md"
BEGIN = "<!-- results: written by `make archive` -->\n"
END = "<!-- end of results -->\n"


def table() -> str:
    """The table in Markdown."""
    rows = [
        "| specification | variant | sizes | holds | does not |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in names():
        content = log_of(name).read_text(encoding="ascii")
        rows += _rows(name, parse(split(content)[1]))
    return "\n".join(rows) + "\n"


def _rows(name: str, log: Log) -> Iterator[str]:
    loaded = load(Source(log.specification.name, log.specification.text))
    models = {model.variant: model for model in loaded.models}
    for variant in log.variants:
        sizes = ", ".join(plural(high, sort) for sort, (_, high) in variant.bounds.items())
        holds, fails = _verdicts(variant, models[variant.name])
        yield f"| `{name}` | {variant.name} | {sizes} | {holds} | {fails} |"


def _verdicts(variant: VariantLog, model: Model) -> tuple[str, str]:
    every, here, reached, fails = 0, [], 0, []
    for entry in variant.entries:
        item = model.property(entry.property)
        match entry.verdict:
            case "proved" if item.kind is PropertyKind.REACHABLE:
                reached += 1
            case "proved" if entry.scope is None:
                every += 1
            case "proved":
                here.append(entry.property)
            case "refuted":
                fails.append(entry.property)
            case _:
                fails.append(f"{entry.property} (unknown)")
    holds = [f"{every} for every size"] if every else []
    holds += [f"at these sizes: {', '.join(here)}"] if here else []
    holds += [f"{reached} reached"] if reached else []
    return "; ".join(holds), ", ".join(fails)


def written(page: str) -> str:
    """The page with the table of now in it.

    Raises:
        ValueError: it has no place for it.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE} has no place for the table")
    return f"{before}{BEGIN}{table()}{END}{after}"


def main() -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.results", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put it into spec/README.md")
    if parser.parse_args().write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
