"""The product's answers beside those of the second front end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from frontend.load import load
from frontend.model import Model
from frontend.source.diagnostics import Rejected
from frontend.source.spans import Source
from frontend.syntax.parser import parse
from proofs.runs.replay import Mismatch, replay
from tests.second.explore import answer
from tests.second.world import TooLarge
from verifier.engines.explore import Explore
from verifier.protocol.task import Contradiction, Limits, Safe, Task, Unsafe

MOST_STATES = 4000


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of one specification.

    Args:
        outcome: "agrees", "differs", "rejected", "too large" or "no system".
        differences: "variant.property: the product says ..., the page says ...".
        codes: of the errors, where it was rejected.
        violated: the properties that some variant violates or reaches.
    """

    outcome: str
    differences: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    violated: frozenset[str] = frozenset()
    states: int = 0


def said(depth: int | None) -> str:
    """A depth in words."""
    return "never" if depth is None else f"at {depth}"


def product_says(
    model: Model, bounds: Mapping[str, int], most: int
) -> dict[str, int | str | None] | None:
    """Property -> depth of its shortest violation or witness, None where there is none, a text
    where the run does not replay; None instead of a dictionary where there is no system."""
    names = tuple(item.name for item in model.properties)
    task = Task(model, bounds, names, Limits(states=most))
    found: dict[str, int | str | None] = {}
    for name, item in Explore().run(task, lambda _: None).items():
        match item:
            case Unsafe(run=run):
                found[name] = len(run.moves)
                try:
                    replay(model, run, name)
                except Mismatch as mismatch:
                    found[name] = f"a run that does not replay: {mismatch}"
            case Safe():
                found[name] = None
            case Contradiction():
                return None
            case _:
                raise TooLarge(str(item))
    return found


def compare(text: str, most: int = MOST_STATES) -> Compared:
    """Both answers for every variant of a specification, at the upper ends of its bounds."""
    source = Source("generated.alloc", text)
    try:
        models = load(source).models
    except Rejected as rejected:
        codes = tuple(sorted({item.code for item in rejected.diagnostics if item.is_error}))
        return Compared("rejected", codes=codes)
    tree = parse(source)
    differences: list[str] = []
    violated: set[str] = set()
    states = 0
    systems = 0
    for model in models:
        bounds = {sort.name: 1 for sort in model.sorts} | {
            sort: high for sort, _, high in model.bounds
        }
        try:
            second = answer(tree, model.variant, bounds, most)
            first = product_says(model, bounds, 10 * most)
        except TooLarge:
            return Compared("too large")
        states += second.states
        if first is None or second.starts == 0:
            if (first is None) != (second.starts == 0):
                differences.append(f"{model.variant}: whether there is a system")
            continue
        systems += 1
        for name in sorted(first.keys() | second.names):
            product = first.get(name, "no such property")
            page = second.depths.get(name)
            page_says = said(page) if name in second.names else "no such property"
            if name not in first and page is None:
                continue  # an `assert` that nothing can run is no property of the product's
            if page is not None:
                violated.add(name)
            product_text = product if isinstance(product, str) else said(product)
            if product_text != page_says:
                differences.append(
                    f"{model.variant}.{name}: the product says {product_text}, the page {page_says}"
                )
    outcome = "differs" if differences else "agrees" if systems else "no system"
    return Compared(outcome, tuple(differences), (), frozenset(violated), states)
