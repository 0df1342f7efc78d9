"""The report as JSON values; `proofs/schema/verify.json` describes them.

One specification gives one object with its fields at the top; several give one object with a
list `specs` of the same fields. Objects and threads are written as in traces (`page0`, `cpu1`),
`none` and nobody as null, a point of a variable as `page.list[page0]`, a local, a place and a step
as docs/traces.md says.
"""

from __future__ import annotations

from collections.abc import Sequence

from frontend.model import Model
from frontend.source.diagnostics import Diagnostic
from proofs.answers.places import legend, step_text
from proofs.answers.trace import State, Taken, Trace
from proofs.answers.verdict import NoSystem, Proved, Reached, Unknown, Unreachable, Violated
from proofs.interpreter.instance import Instance, variable_text
from proofs.render.names import author_names
from verifier.inspection.lock_discipline.races import Evidence, Race
from verifier.inspection.lock_discipline.sentences import verb
from verifier.inspection.vacuity.coverage import Looked
from verifier.inspection.vacuity.sentences import distant, partly, sentence, unsure
from verifier.inspection.vacuity.statements import Statement
from verifier.inspection.vacuity.vacuous import Vacuous
from verifier.protocol.results import PropertyReport
from verifier.report.json_states import places_json, value_json, values_json
from verifier.report.json_text import Json
from verifier.verify.smallest_run import needs
from verifier.verify.spec_report import (
    MEMORY_MODEL,
    SpecReport,
    VariantReport,
    exit_of,
    exit_of_all,
    expected,
    first_faults,
    outcome,
    steps,
)

SCHEMA_VERSION = 1


def document(reports: Sequence[SpecReport], version: str, *, several: bool) -> dict[str, Json]:
    """The one object that `verify --format json` prints.

    Args:
        version: of this program.
        several: whether more than one specification was asked for.
    """
    if several:
        body: dict[str, Json] = {"specs": [_spec(report) for report in reports]}
    else:
        body = _spec(reports[0])
    return {**head_json(version), **body, "exit_status": int(exit_of_all(reports))}


def head_json(version: str) -> dict[str, Json]:
    """What every document begins with.

    Args:
        version: of this program.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "buddyproof", "version": version},
        "memory_model": MEMORY_MODEL,
    }


def spec_json(report: SpecReport) -> dict[str, Json]:
    """What there is to say of a specification as a whole, besides its path."""
    models = [variant.model for variant in report.variants]
    return {
        "name": models[0].name if models else None,
        "sha256": report.sha256,
        "not_modelled": list(dict.fromkeys(text for item in models for text in item.not_modelled)),
        "interrupted": bool(report.interrupted),
        "exit_status": int(exit_of(report)),
    }


def _spec(report: SpecReport) -> dict[str, Json]:
    whole = spec_json(report)
    return {
        "spec": {"path": report.path, "sha256": report.sha256, "name": whole["name"]},
        "diagnostics": [diagnostic_json(report, item) for item in report.diagnostics],
        "warnings": [diagnostic_json(report, item) for item in report.warnings],
        "not_modelled": whole["not_modelled"],
        "variants": [variant_json(variant) for variant in report.variants],
        "results": [
            result_json(variant, settled)
            for variant in report.variants
            for settled in variant.settled
        ],
        "exit_status": whole["exit_status"],
    }


def diagnostic_json(report: SpecReport, diagnostic: Diagnostic) -> dict[str, Json]:
    """A mistake or a remark; where a specification cannot be read, at line 1, column 1."""
    line, column = (
        report.source.position(diagnostic.span.start) if report.source is not None else (1, 1)
    )
    return {
        "code": diagnostic.code,
        "message": diagnostic.message,
        "line": line,
        "column": column,
        "fix": diagnostic.fix,
    }


def variant_json(report: VariantReport) -> dict[str, Json]:
    """What there is to say of a variant besides its verdicts."""
    model = report.model
    no_system = report.no_system
    return {
        "name": model.variant,
        "flags": sorted(model.flags),
        "bounds": {sort: [report.asked.low[sort], high] for sort, high in report.asked.high.items()}
        if report.error is None
        else None,
        "assumptions": [
            {"name": item.name, "line": model.source.position(item.span.start)[0]}
            for item in model.assumptions
        ],
        "no_system": list(no_system.names) if no_system is not None else None,
        "sizes_without_system": [
            {"bounds": dict(empty.bounds), "assumptions": list(empty.names)}
            for empty in report.missing
        ],
        "sizes_unsure": report.unsure,
        "ended_by_faults": list(first_faults(report)),
        "error": report.error,
        "recheck": _recheck(report),
        "vacuity": _vacuity(report),
        "data_races": [_race(item) for item in report.races],
    }


def _vacuity(report: VariantReport) -> Json:
    vacuity = report.vacuity
    if vacuity is None:
        return None
    return {
        "vacuous": [
            _saying_nothing(item, sentence(item) if item.certain else unsure(item))
            for item in vacuity.vacuous
        ],
        "partly": [_saying_nothing(item, partly(item)) for item in vacuity.partly],
        "distant": [_saying_nothing(item, distant(item)) for item in vacuity.distant],
        "allowed": report.vacuous_allowed,
        "statements": vacuity.total,
        "silent": [_statement(report.model, item) for item in vacuity.silent],
        "seen_elsewhere": [_statement(report.model, item) for item in vacuity.fewer],
        "looked": _looked(vacuity.basis),
        "never_fired": list(vacuity.never_fired),
        "excused": vacuity.excused or None,
    }


def _saying_nothing(item: Vacuous, text: str) -> dict[str, Json]:
    return {
        "cause": item.cause.value,
        "name": item.name,
        "line": item.line,
        "premise": item.premise or None,
        "certain": item.certain,
        "looked": _looked(item.looked),
        "reachable_at": dict(item.where) if item.where is not None else None,
        "text": text,
    }


def _statement(model: Model, item: Statement) -> dict[str, Json]:
    return {
        "line": model.source.position(item.span.start)[0],
        "text": item.text,
        "part_of": item.owner,
        "outcome": item.outcome,
    }


def _looked(looked: Looked) -> dict[str, Json]:
    return {
        "bounds": dict(looked.bounds),
        "states": looked.states,
        "complete": looked.complete,
    }


def _race(race: Race) -> dict[str, Json]:
    return {
        "variable": race.variable,
        "guard": race.guard,
        "guarded_writes": race.guarded,
        "writes": race.writes,
        "seen": race.evidence is Evidence.SEEN,
        "different_locks": race.different,
        "accesses": [
            {
                "access": verb(side),
                "line": side.line,
                "part_of": side.statement.owner,
                "statement": side.statement.text,
                "locks": list(side.locks),
            }
            for side in (race.bare, race.other)
        ],
    }


def _recheck(report: VariantReport) -> Json:
    """The second opinion on the proofs; null where none was asked for."""
    opinion = report.opinion
    if opinion is None:
        return None
    return {
        "confirmed": list(opinion.confirmed),
        "doubts": list(opinion.doubts),
        "skipped": list(opinion.skipped),
    }


def result_json(report: VariantReport, settled: PropertyReport) -> dict[str, Json]:
    """A verdict with its evidence."""
    model = report.model
    item = model.property(settled.name)
    proof = settled.every_size
    return {
        "variant": model.variant,
        "property": settled.name,
        "kind": item.kind.value,
        "built_in": item.built_in,
        "verdict": outcome(settled.status).value,
        "scope": scope_json(settled),
        "steps": steps(settled),
        "shortest": settled.shortest if settled.trace is not None else None,
        "engine": _engine(settled),
        "seconds": round(settled.seconds, 3),
        "expected": expected(model, settled),
        "vacuous": _vacuous(report, settled.name),
        "reason": settled.status.reason if isinstance(settled.status, Unknown) else None,
        "depth": _depth(settled),
        "certificate": _certificate(settled),
        "smallest": _smallest(settled),
        "trace": trace_json(model, settled.trace) if settled.trace is not None else None,
        "lemmas": list(proof.lemmas) if proof is not None else [],
        "single_step_lemmas": list(proof.complete) if proof is not None else [],
        "places": _legend(model, settled),
        "for_all": _every_size(settled),
    }


def _vacuous(report: VariantReport, name: str) -> str | None:
    found = report.vacuity.of(name) if report.vacuity is not None else None
    return sentence(found) if found is not None else None


def scope_json(settled: PropertyReport) -> Json:
    """The sizes that a verdict speaks of: those, or all."""
    return dict(settled.bounds) if settled.every_size is None else "all"


def _legend(model: Model, settled: PropertyReport) -> dict[str, Json]:
    """What the places are that the formulas name."""
    texts: list[str] = []
    if (proof := settled.every_size) is not None:
        texts += [*proof.lemmas, *proof.complete]
    if (attempt := settled.attempt) is not None:
        texts += [attempt.lemma, f"at {attempt.step}", *attempt.counterexample]
    return dict(legend(model, texts)) if texts else {}


def _every_size(settled: PropertyReport) -> Json:
    proof, attempt = settled.every_size, settled.attempt
    if proof is None and attempt is None:
        return None
    instances = proof.instances if proof is not None else attempt.instances if attempt else ()
    seconds = proof.seconds if proof is not None else {}
    return {
        "proved": proof is not None,
        "reason": attempt.reason if attempt is not None else None,
        "line": attempt.line if attempt is not None else None,
        "lemma": (attempt.lemma or None) if attempt is not None else None,
        "step": (attempt.step or None) if attempt is not None else None,
        "counterexample": list(attempt.counterexample) if attempt is not None else [],
        "instances": [dict(bounds) for bounds in instances],
        "seconds": {part: round(taken, 3) for part, taken in seconds.items()},
    }


def _engine(settled: PropertyReport) -> str | None:
    match settled.status:
        case Proved(every_size=proof) if proof is not None:
            return "for-all"
        case (
            Proved(certificate=found) | Reached(certificate=found) | Unreachable(certificate=found)
        ):
            return found.engine
        case Violated(engine=engine):
            return engine
        case Unknown() | NoSystem():
            return None


def _depth(settled: PropertyReport) -> int | None:
    match settled.status:
        case Unknown(depth=depth):
            return depth if depth >= 0 else None
        case _:
            return None


def _certificate(settled: PropertyReport) -> Json:
    match settled.status:
        case (
            Proved(certificate=found) | Reached(certificate=found) | Unreachable(certificate=found)
        ):
            return {
                "method": found.method,
                "bounds": dict(found.bounds),
                "depth": found.depth,
                "states": found.states,
                "variables": sorted(map(variable_text, found.variables)),
                "simple_paths": found.simple_paths,
            }
        case _:
            return None


def _smallest(settled: PropertyReport) -> Json:
    smallest = settled.smallest
    if smallest is None:
        return None
    return {
        "bounds": dict(smallest.trace.bounds),
        "steps": len(smallest.trace.steps),
        "shortest": smallest.shortest,
        "none_with_fewer": list(smallest.absent),
        "complete": smallest.complete,
        "extends": smallest.extends,
        "text": needs(settled),
    }


def trace_json(model: Model, trace: Trace) -> dict[str, Json]:
    """A trace: the complete first state, then what each step did and changed."""
    instance = Instance(model, trace.bounds)
    before = trace.initial
    taken: list[Json] = []
    for step in trace.steps:
        taken.append(_step(instance, before, step))
        before = step.state or before
    return {
        "bounds": dict(trace.bounds),
        "initial": {
            "values": values_json(instance, trace.initial.values),
            "places": places_json(instance, trace.initial),
        },
        "steps": taken,
    }


def _step(instance: Instance, before: State, taken: Taken) -> dict[str, Json]:
    who = taken.move.thread
    step = instance.step(who, taken.move.step)
    assert step is not None, "the step was executed"
    names = author_names(name for name, _ in taken.move.picks)
    picked = [value for _, value in taken.move.picks]
    after = taken.state
    changes: dict[str, Json] | None = None
    if after is not None:
        changed = {
            point: value
            for point, value in after.values.items()
            if point not in before.values or before.values[point] != value
        }
        changes = values_json(instance, changed)
    return {
        "thread": str(who),
        "step": step_text(instance.model, step),
        "line": instance.model.source.position(step.span.start)[0],
        "statements": [remark.text for remark in step.remarks],
        "picks": dict(zip(names, map(value_json, picked), strict=True)),
        "next": instance.place_name(who.sort, after.places[who]) if after is not None else None,
        "changes": changes,
        "faults": list(taken.faults),
        "failed": list(taken.failed),
    }
