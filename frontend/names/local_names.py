"""What a thread's local is called from outside: `c.x`, `c.f.x`.

`c.f.x` means the local x of f that has a value where c stands. Where f has several of that name,
`c.f.x.2` is the second in order of declaration, wherever c stands. The program's own locals
(the result of a call, the objects that `for each` has been through) have names, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from frontend.model import Variable


@dataclass(frozen=True, slots=True)
class LocalName:
    """A local, or the whole that a part belongs to.

    Args:
        stem: the model variable, or the common stem of its parts.
        procedure: where it is declared; "" is the thread's own body.
        name: as a formula calls it.
        ordinal: which of those of one name in the procedure.
    """

    stem: str
    procedure: str
    name: str
    ordinal: int


def ordinal_of(stem: str) -> int:
    """Which of the locals of one name in one procedure a model variable is, from 1."""
    found = re.search(r"~(\d+)$", stem)
    return int(found[1]) if found else 1


def local_names(variables: Iterable[Variable]) -> Mapping[str, LocalName]:
    """Stem -> its name, for all kinds of thread of a model."""
    stems = dict.fromkeys(
        (item.thread, item.whole or item.name) for item in variables if item.thread is not None
    )
    split = {}
    for sort, stem in stems:
        path = stem.removeprefix(f"{sort}/").partition("~")[0]
        procedure, _, name = path.rpartition(".")
        split[stem] = (sort, procedure, name)
    taken = {key for key in split.values() if key[2].isidentifier()}
    found: dict[str, LocalName] = {}
    own: dict[tuple[str, str, str], str] = {}
    for stem, key in split.items():
        sort, procedure, name = key
        if key not in taken:
            # The program's own: `(done)`.
            if key not in own:
                word = re.sub(r"\W+", "_", name).strip("_") or "own"
                while (sort, procedure, word) in taken:
                    word += "_"
                taken.add((sort, procedure, word))
                own[key] = word
            name = own[key]
        found[stem] = LocalName(stem, procedure, name, ordinal_of(stem))
    return found
