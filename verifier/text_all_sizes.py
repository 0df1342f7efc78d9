"""What is known of every size, as text: the lemmas of a proof, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from verifier.bounds import describe
from verifier.settlement import ForAll, Settled


def known(settled: Sequence[Settled]) -> dict[str, ForAll]:
    """Property -> what is known of it at every size, where that was asked."""
    return {item.name: item.for_all for item in settled if item.for_all is not None}


def proof_lines(answers: Mapping[str, ForAll]) -> Iterator[tuple[int, str]]:
    """Indents and paragraphs: what is proved, and the lemmas that the proofs rest on."""
    by_lemmas = {name: item.lemmas for name, item in answers.items() if item.proved}
    needing = [name for name, lemmas in by_lemmas.items() if lemmas]
    if needing:
        verb = "follow" if len(needing) > 1 else "follows"
        yield 2, f"{', '.join(needing)} {verb} from these, which every step keeps:"
        for lemma in dict.fromkeys(text for name in needing for text in by_lemmas[name]):
            yield 4, lemma
    rest = [name for name, lemmas in by_lemmas.items() if not lemmas]
    if rest:
        yield 2, f"{', '.join(rest)}: kept by every step, with who holds which lock where."


def missing_lines(answers: Mapping[str, ForAll]) -> Iterator[tuple[int, str]]:
    """Indents and paragraphs: properties without a proof for every size, by reason."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, answer in answers.items():
        if not answer.proved:
            place = f" (line {answer.line})" if answer.line is not None else ""
            details = [f"{answer.reason}{place}"]
            if answer.lemma:
                details.append(f"step {answer.step} may not keep: {answer.lemma}")
            details.extend(answer.counterexample)
            groups.setdefault(tuple(details), []).append(name)
    for (reason, *rest), names in groups.items():
        yield 2, f"{', '.join(names)}: {reason}"
        for text in rest:
            yield 4, text


def instances_text(answers: Iterable[ForAll]) -> str:
    """The sizes that were explored to find the lemmas."""
    sizes = dict.fromkeys(describe(bounds) for answer in answers for bounds in answer.instances)
    return "; ".join(sizes)
