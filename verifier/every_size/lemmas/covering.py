"""The shortest clauses that hold in all rows and exclude another one.

A row is what the atoms of a family are together, as a number (bit i: atom i). A clause that is
false in one row consists of literals that are false there; it holds in another row where it has
a literal whose atom differs. So it is a hitting set of the differences (Reiter 1987).
"""

from __future__ import annotations

from collections.abc import Collection

MOST_TRIED = 4_000
"""How many partial sets are looked at for each length."""


def covers(
    row: int, rows: Collection[int], width: int, most: int, order: Collection[int]
) -> list[tuple[int, ...]]:
    """Sets of atoms, on at least one of which each of the rows differs from that row.

    Args:
        row: what is to be excluded.
        rows: what is not.
        width: the largest size of a set.
        most: how many sets are wanted; all are of the smallest sizes there are.
        order: the atoms that may be used, likelier ones first.
    """
    differences = sorted({row ^ other for other in rows}, key=lambda item: (item.bit_count(), item))
    everything = (1 << len(differences)) - 1
    hits = {
        atom: sum(1 << number for number, item in enumerate(differences) if item >> atom & 1)
        for atom in order
    }
    if not differences:
        return [()]
    by_difference: dict[int, list[int]] = {}
    found: list[tuple[int, ...]] = []
    for size in range(1, width + 1):
        tried = 0
        pending: list[tuple[tuple[int, ...], int]] = [((), 0)]
        while pending and tried < MOST_TRIED and len(found) < most:
            chosen, hit = pending.pop()
            tried += 1
            if hit == everything:
                known = tuple(sorted(chosen))
                if known not in found and not any(set(one) < set(known) for one in found):
                    found.append(known)
                continue
            if len(chosen) == size:
                continue
            open_ones = everything & ~hit
            first = (open_ones & -open_ones).bit_length() - 1
            if first not in by_difference:
                by_difference[first] = [atom for atom in order if hits[atom] >> first & 1]
            if len(chosen) + 1 == size:  # the last one has to hit all that is left
                choices = [a for a in by_difference[first] if not open_ones & ~hits[a]]
            else:
                choices = by_difference[first]
            pending += [((*chosen, atom), hit | hits[atom]) for atom in reversed(choices)]
        if len(found) >= most or (found and size >= len(found[0]) + 1):
            break
    return found
