"""Text to models: the front end as the list of its passes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from frontend.checks.tearing import report_ghosts, report_tearing
from frontend.checks.uncalled import unused_procedures
from frontend.checks.unused import check_defines, unused_flags
from frontend.expressions.elaborator import Elaborator
from frontend.expressions.initial_values import set_initial_values
from frontend.model import Model, Read, Sort, walk
from frontend.names.budget import MOST_PROCEDURES, MOST_SCALARS, MOST_VARIANTS, TooLarge, scalars
from frontend.names.problems import Problems
from frontend.names.recursion import recursive_names
from frontend.names.scopes import Names
from frontend.names.symbols import Symbols, collect
from frontend.names.variants import Variant, flag_names, select, variants
from frontend.properties.built_in import built_in_properties
from frontend.properties.declared import (
    asserted_properties,
    assumptions,
    bounds,
    declared_properties,
    expected_violations,
)
from frontend.source.diagnostics import Diagnostic, Note, Rejected, in_order
from frontend.source.spans import Source, Span
from frontend.steps.threads import Draft, draft, finish, view_of, wait_edges
from frontend.syntax import tree as syntax
from frontend.syntax.parser import parse


@dataclass(frozen=True, slots=True)
class Loaded:
    """A specification that is well formed.

    Args:
        models: one a variant, in order of declaration.
        warnings: in source order.
    """

    models: tuple[Model, ...]
    warnings: tuple[Diagnostic, ...]


def load(
    source: Source,
    only: Collection[str] = (),
    extra: Mapping[str, Collection[str]] | None = None,
) -> Loaded:
    """Parses, checks and lowers a specification.

    Args:
        only: names of variants to lower; without any, or when one does not exist, all are.
        extra: variants besides the declared ones, which come first: name -> the flags that are
            true in it. No `expect` speaks of them.

    Raises:
        Rejected: with every mistake that could be found in these variants.
        ValueError: an extra variant has the name of a declared one, or a flag that is none.
    """
    tree = parse(source)
    problems = Problems(source)
    declared = variants(tree, problems)
    _check_header(tree, declared, problems)
    names = [*declared, *_extra_variants(tree, declared, extra or {})]
    unused_flags(tree, problems)
    models: list[Model] = []
    warned: list[list[Diagnostic]] = []
    wrong: dict[str, list[Diagnostic]] = {}
    known = {variant.name for variant in names}
    for variant in names:
        if only and known.issuperset(only) and variant.name not in only:
            continue
        own = Problems(source)
        model = build(source, tree, variant, [item.name for item in declared], own)
        if model is not None:
            models.append(model)
        wrong[variant.name] = [item for item in own.found if item.is_error]
        warned.append([item for item in own.found if not item.is_error])
    problems.found += _in_some(wrong)
    problems.found += _in_all(warned)
    if problems.failed:
        raise Rejected(source, problems.found)
    return Loaded(tuple(models), Rejected(source, problems.found).diagnostics)


def build(
    source: Source,
    tree: syntax.Specification,
    variant: Variant,
    variant_names: list[str],
    problems: Problems,
) -> Model | None:
    """One variant's model; None after an error, of which one is that it would be too large."""
    try:
        return _built(source, tree, variant, variant_names, problems)
    except TooLarge as problem:
        problems.report(problem.code, problem.message, problem.span, fix=problem.fix)
    except RecursionError:
        message = "what this unfolds to nests deeper than the tools follow"
        problems.report("E015", message, _spec_span(tree), fix="split long rows of statements")
    return None


def _built(
    source: Source,
    tree: syntax.Specification,
    variant: Variant,
    variant_names: list[str],
    problems: Problems,
) -> Model | None:
    declarations = select(tree, variant, problems).declarations
    symbols = collect(declarations, variant.flags, problems)
    own = Elaborator(symbols, Names(), recursive_names(symbols))
    set_initial_values(own)
    sizes = bounds(own, declarations)
    _check_sizes(symbols, sizes, problems)
    assumed = assumptions(own, declarations)
    if not symbols.threads:
        problems.report("E112", "a specification needs a `thread`", _spec_span(tree))
    drafts = [item for item in (draft(own, one) for one in symbols.threads.values()) if item]
    if len(drafts) < len(symbols.threads):
        return None
    views = {item.sort: view_of(item) for item in drafts}
    check_defines(own, views)
    _check_statements(own, drafts)
    locals_ = {name: value for item in drafts for name, value in item.locals.variables.items()}
    claims = declared_properties(own, declarations, views, locals_)
    mentioned = frozenset(
        part.variable
        for claim in claims
        for part in walk(claim.expression)
        if isinstance(part, Read)
    )
    threads = tuple(finish(item, mentioned) for item in drafts)
    claims += asserted_properties(own, threads, claims)
    edges = [edge for item in drafts for edge in wait_edges(item)]
    claims += built_in_properties(threads, symbols.variables.values(), edges, own.names)
    if problems.failed:
        return None  # not every property is known: an `expect` would seem to name none
    violates = expected_violations(own, declarations, variant.name, variant_names, claims)
    if any(item.is_error for item in problems.found):
        return None
    return Model(
        name=next(
            (item.name.text for item in declarations if isinstance(item, syntax.SpecName)), ""
        ),
        variant=variant.name,
        flags=variant.flags,
        source=source,
        sorts=_ordered(symbols.sorts, sizes),
        enums=tuple(symbols.enums.values()),
        variables=(*symbols.variables.values(), *locals_.values()),
        threads=threads,
        assumptions=tuple(assumed),
        properties=tuple(claims),
        violates=violates,
        bounds=tuple(sizes),
        not_modelled=tuple(
            text.text
            for item in declarations
            if isinstance(item, syntax.NotModelled)
            for text in item.texts
        ),
        models=tuple(
            (item.name.text, tuple(text.text for text in item.models))
            for item in declarations
            if isinstance(item, syntax.ProcedureDeclaration) and item.models
        ),
    )


def _check_header(
    tree: syntax.Specification, declared: Sequence[Variant], problems: Problems
) -> None:
    """A name, and not more variants than anybody waits for."""
    if not any(isinstance(item, syntax.SpecName) for item in tree.declarations):
        first = tree.declarations[0].span if tree.declarations else tree.span
        fix = "a specification starts with `spec NAME;`"
        problems.report("E017", "this specification has no name", first, fix=fix)
    if len(declared) > MOST_VARIANTS:
        message = f"more than {MOST_VARIANTS} variants"
        problems.report("E015", message, _spec_span(tree), fix="one race, one file")
        raise Rejected(problems.source, problems.found)
    inlined = (syntax.ProcedureDeclaration, syntax.DefineDeclaration)
    if sum(isinstance(item, inlined) for item in tree.declarations) > MOST_PROCEDURES:
        message = f"more than {MOST_PROCEDURES} procedures and `define`s"
        problems.report("E015", message, _spec_span(tree), fix="one race, one file")
        raise Rejected(problems.source, problems.found)


def _check_sizes(
    symbols: Symbols, sizes: Sequence[tuple[str, int, int]], problems: Problems
) -> None:
    """Whether an instance at the asked bounds has a number of variables that can be looked at."""
    count, largest = scalars(symbols.variables.values(), {sort: high for sort, _, high in sizes})
    if count > MOST_SCALARS and largest is not None:
        problems.report(
            "E016",
            f"at these bounds there are {count} variables, one for each index: more than "
            f"{MOST_SCALARS} are out of reach",
            largest.span,
            fix="smaller bounds or ranges show the same races",
        )


def _extra_variants(
    tree: syntax.Specification, declared: Sequence[Variant], extra: Mapping[str, Collection[str]]
) -> list[Variant]:
    known = flag_names(tree)
    for name, flags in extra.items():
        if any(variant.name == name for variant in declared):
            raise ValueError(f"variant {name} is declared")
        if unknown := sorted(set(flags) - known):
            raise ValueError(f"variant {name}: no patch or config is called {', '.join(unknown)}")
    return [Variant(name, frozenset(flags)) for name, flags in extra.items()]


def _check_statements(own: Elaborator, drafts: list[Draft]) -> None:
    """What can only be told over all threads: tearing, and code that depends on ghosts."""
    entries = [item.entry for item in drafts]
    known = dict(own.symbols.variables)
    if drafts:
        called = frozenset(name for item in drafts for name in item.called)
        spare, variables = unused_procedures(own, called, drafts[0].sort)
        entries += spare
        known |= variables
    for item in drafts:
        known |= item.locals.variables
    if not own.problems.failed:
        report_tearing(entries, known, own.problems)
        report_ghosts(entries, known, own.problems)


def _ordered(sorts: Mapping[str, Sort], sizes: Sequence[tuple[str, int, int]]) -> tuple[Sort, ...]:
    """The sorts in the order in which `bound` names them, then the others."""
    named = [name for name, _, _ in sizes]
    return tuple(sorts[name] for name in dict.fromkeys((*named, *sorts)))


def _spec_span(tree: syntax.Specification) -> Span:
    names = [item for item in tree.declarations if isinstance(item, syntax.SpecName)]
    return names[0].span if names else tree.span


def _in_some(wrong: Mapping[str, Sequence[Diagnostic]]) -> list[Diagnostic]:
    """The errors of the variants; which ones have it is said where not all do."""
    places: dict[tuple[str, Span], list[str]] = {}
    for variant, group in wrong.items():
        for item in in_order(group):
            places.setdefault((item.code, item.span), []).append(f"`{variant}`")
    found: list[Diagnostic] = []
    for item in (item for group in wrong.values() for item in group):
        names = places[item.code, item.span]
        if len(names) < len(wrong):
            noun = "variant" if len(names) == 1 else "variants"
            note = Note(f"in {noun} {', '.join(names)} only: `when` tells variants apart")
            item = replace(item, notes=(*item.notes, note))
        found.append(item)
    return found


def _in_all(warned: list[list[Diagnostic]]) -> list[Diagnostic]:
    """The warnings that every variant gives."""
    places = [{(item.code, item.span) for item in group} for group in warned]
    common = set.intersection(*places) if places else set()
    return [item for group in warned[:1] for item in group if (item.code, item.span) in common]
