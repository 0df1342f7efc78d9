"""What a shell is told when a user asks it to complete a word: variants, properties, codes.

A completion never fails: where there is nothing to say, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:  # `--help` needs none of it
    from frontend.model import Model


def variants(
    context: click.Context, parameter: click.Parameter, typed: str
) -> list[CompletionItem]:
    """The variants of the specifications named so far, less those that are asked for already."""
    known = (model.variant for model in _models(context))
    return _items(known, typed, _given(context, parameter))


def properties(
    context: click.Context, parameter: click.Parameter, typed: str
) -> list[CompletionItem]:
    """The properties of the specifications named so far, less those that are asked for already."""
    known = (item.name for model in _models(context) for item in model.properties)
    return _items(known, typed, _given(context, parameter))


def codes(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The codes of diagnostics, with their titles."""
    del context, parameter
    from frontend.source.codes import CODES

    return [
        CompletionItem(code, help=entry.title)
        for code, entry in sorted(CODES.items())
        if code.startswith(typed.upper())
    ]


def commands(
    context: click.Context, parameter: click.Parameter, typed: str
) -> list[CompletionItem]:
    """The commands of the program."""
    del parameter
    root = context.find_root()
    group = root.command
    names = group.list_commands(root) if isinstance(group, click.Group) else []
    return _items(names, typed, ())


def solvers(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The solvers that a recheck can ask."""
    from proofs.solvers.asking import available

    return _items(available(), typed, _given(context, parameter))


def _items(names: Iterable[str], typed: str, given: Sequence[str]) -> list[CompletionItem]:
    return [
        CompletionItem(name)
        for name in dict.fromkeys(names)
        if name.startswith(typed) and name not in given
    ]


def _given(context: click.Context, parameter: click.Parameter) -> Sequence[str]:
    value = context.params.get(parameter.name or "")
    return value if isinstance(value, tuple | list) else ()


def _models(context: click.Context) -> list[Model]:
    """The variants of the specifications that are on the command line: of those that are well
    formed, and not of standard input, which is left for the command.
    """
    from verifier.cli.files import STDIN, find
    from verifier.verify.loading import load

    # An option that has no value yet ends click's parsing: words that came before are left over.
    named = context.params.get("specs") or (context.params.get("spec"), *context.args)
    try:
        found = find(name for name in named if name not in (None, STDIN))
    except click.UsageError:
        return []
    return [model for path in found for model in load(path).models]
