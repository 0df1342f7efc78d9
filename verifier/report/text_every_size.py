"""What is known of every size, as text: the lemmas of a proof, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from frontend.model import Model
from proofs.answers.places import legend_text
from proofs.answers.verdict import Attempt, EverySize, Proved, Reached
from verifier.protocol.bounds import describe
from verifier.protocol.results import PropertyReport


def proofs(settled: Iterable[PropertyReport]) -> dict[str, EverySize]:
    """Property -> why it holds at every size, of those that are proved so."""
    found = ((item.name, item.every_size) for item in settled)
    return {name: proof for name, proof in found if proof is not None}


def attempts(settled: Iterable[PropertyReport]) -> dict[str, Attempt]:
    """Property -> why it is not proved at every size, where that was asked for."""
    return {item.name: item.attempt for item in settled if item.attempt is not None}


def holds_everywhere(settled: PropertyReport) -> bool:
    """Whether a property is proved at every size; of what one run shows, that there is one."""
    match settled.status:
        case Proved(every_size=EverySize()) | Reached():
            return True
        case _:
            return False


def proof_lines(model: Model, found: Mapping[str, EverySize]) -> Iterator[tuple[int, str]]:
    """Indents and paragraphs: what is proved, the lemmas that the proofs rest on, and what the
    places are that these name."""
    needing = [name for name, proof in found.items() if proof.lemmas]
    if needing:
        verb = "follow" if len(needing) > 1 else "follows"
        yield 2, f"{', '.join(needing)} {verb} from these, which every step keeps:"
        lemmas_once = dict.fromkeys(text for name in needing for text in found[name].lemmas)
        yield from ((4, lemma) for lemma in lemmas_once)
        yield from _places(model, lemmas_once)
    rest = [name for name, proof in found.items() if not proof.lemmas]
    if rest:
        yield 2, f"{', '.join(rest)}: kept by every step, with who holds which lock where."


def _places(model: Model, texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    if places := legend_text(model, texts):
        yield 4, f"places: {'; '.join(places)}"


def missing_lines(model: Model, found: Mapping[str, Attempt]) -> Iterator[tuple[int, str]]:
    """Indents and paragraphs: properties without a proof at every size, by reason."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, attempt in found.items():
        place = f" (line {attempt.line})" if attempt.line is not None else ""
        details = [f"{attempt.reason}{place}"]
        if attempt.lemma:
            step = f"the step at {attempt.step}" if attempt.step else "some step"
            details.append(f"{step} may not keep: {attempt.lemma}")
        details.extend(attempt.counterexample)
        groups.setdefault(tuple(details), []).append(name)
    for (reason, *rest), names in groups.items():
        yield 2, f"{', '.join(names)}: {reason}"
        yield from ((4, text) for text in rest)
        yield from _places(model, rest)


def instances_text(found: Iterable[EverySize]) -> str:
    """The sizes that were explored to find the lemmas."""
    sizes = dict.fromkeys(describe(bounds) for proof in found for bounds in proof.instances)
    return "; ".join(sizes)
