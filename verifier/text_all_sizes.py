"""What is known of every size, as text: the lemmas of a proof, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from frontend.model import Model, PropertyKind
from proofs.render_places import legend_text
from proofs.verdict import Proved
from verifier.bounds import describe
from verifier.settlement import ForAll, Settled


def known(settled: Sequence[Settled]) -> dict[str, ForAll]:
    """Property -> what is known of it at every size, where that was asked."""
    return {item.name: item.for_all for item in settled if item.for_all is not None}


def holds_everywhere(model: Model, settled: Settled) -> bool:
    """Whether a property is proved for every size; of what one run shows, that there is one."""
    if model.property(settled.name).kind is PropertyKind.REACHABLE:
        return isinstance(settled.verdict, Proved)
    proved = settled.for_all is not None and settled.for_all.proved
    return proved and isinstance(settled.verdict, Proved)


def proof_lines(model: Model, answers: Mapping[str, ForAll]) -> Iterator[tuple[int, str]]:
    """Indents and paragraphs: what is proved, the lemmas that the proofs rest on, and what the
    places are that these name."""
    by_lemmas = {name: item.lemmas for name, item in answers.items() if item.proved}
    needing = [name for name, lemmas in by_lemmas.items() if lemmas]
    if needing:
        verb = "follow" if len(needing) > 1 else "follows"
        yield 2, f"{', '.join(needing)} {verb} from these, which every step keeps:"
        lemmas_once = dict.fromkeys(text for name in needing for text in by_lemmas[name])
        yield from ((4, lemma) for lemma in lemmas_once)
        yield from _places(model, lemmas_once)
    rest = [name for name, lemmas in by_lemmas.items() if not lemmas]
    if rest:
        yield 2, f"{', '.join(rest)}: kept by every step, with who holds which lock where."


def _places(model: Model, texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    if places := legend_text(model, texts):
        yield 4, f"places: {'; '.join(places)}"


def missing_lines(model: Model, answers: Mapping[str, ForAll]) -> Iterator[tuple[int, str]]:
    """Indents and paragraphs: properties without a proof for every size, by reason."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, answer in answers.items():
        if not answer.proved:
            place = f" (line {answer.line})" if answer.line is not None else ""
            details = [f"{answer.reason}{place}"]
            if answer.lemma:
                step = f"the step at {answer.step}" if answer.step else "some step"
                details.append(f"{step} may not keep: {answer.lemma}")
            details.extend(answer.counterexample)
            groups.setdefault(tuple(details), []).append(name)
    for (reason, *rest), names in groups.items():
        yield 2, f"{', '.join(names)}: {reason}"
        yield from ((4, text) for text in rest)
        yield from _places(model, rest)


def instances_text(answers: Iterable[ForAll]) -> str:
    """The sizes that were explored to find the lemmas."""
    sizes = dict.fromkeys(describe(bounds) for answer in answers for bounds in answer.instances)
    return "; ".join(sizes)
