"""What a recheck found, for people."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.recheck.findings import Report, Standing
from proofs.render.names import wrapped

WIDTH = 78

HEADINGS = {
    Standing.VERIFIED: "Verified",
    Standing.TRUSTED: "Taken on trust",
    Standing.VACUOUS: "Says nothing",
    Standing.UNCONFIRMED: "Not confirmed",
    Standing.FAILED: "Does not hold",
    Standing.CONTRADICTION: "Contradiction: one of the solvers, or this program, is wrong",
}


CALM = (Standing.VERIFIED, Standing.TRUSTED)
"""What nobody has to act upon."""


def lines(name: str, report: Report, width: int = WIDTH, *, quiet: bool = False) -> Iterator[str]:
    """The report as lines, the verdict last.

    Args:
        name: of the file.
        report: what was found in it.
        width: in columns.
        quiet: whether what is in order goes without saying.
    """
    for standing, heading in HEADINGS.items():
        texts = report.of(standing)
        if texts and not (quiet and standing in CALM):
            yield heading
            for text in texts:
                yield from (f"  {line}" for line in wrapped(text, width - 2))
            yield ""
    asked = ", ".join(f"{solver} {version}" for solver, version in sorted(report.solvers.items()))
    by = f" by {asked}" if asked else ""
    match report.status:
        case 0:
            yield f"{name}: the evidence holds{by}"
        case 1:
            yield f"{name}: the evidence holds{by}, and a verdict says nothing"
        case 3:
            yield f"{name}: not everything was confirmed{by}"
        case 70:
            yield f"{name}: solvers contradict each other{by}"
        case _:
            yield f"{name}: the evidence does not hold{by}"
