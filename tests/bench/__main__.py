"""`make bench`: what the program costs, as ratios inside one run.

    python -m tests.bench [start] [for-all] [evidence] [mutate] [engines] [--seconds N]

Nothing here passes or fails: this machine is noisy, a reader compares.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time

from tests.bench.evidence import bundle, recheck
from tests.bench.proving import parts
from tests.bench.running import PROGRAM, ROOT, Run, table, verify, wall

SPEC = "spec/free_path.alloc"
PCP = "spec/pcp_free_path.alloc"
ENGINES = ("explore", "bmc", "kinduction", "ic3")
SIZES = ((2, 1, 2), (2, 2, 2), (2, 2, 4), (3, 2, 4), (3, 3, 6), (4, 4, 8))
GROWTH = ((2, 2, 4), (4, 4, 8), (16, 16, 32), (64, 64, 64))
QUESTIONS = (("v3", "no_stranded_page"), ("v3", "isolation"), ("v4", "accounting"))


def bounds(size: tuple[int, int, int]) -> list[str]:
    cpu, pageblock, page = size
    return [
        *("--bound", f"cpu={cpu}"),
        *("--bound", f"pageblock={pageblock}"),
        *("--bound", f"page={page}"),
    ]


def start() -> None:
    """What a user waits for before anything happens."""
    print("Start: least wall time of 5 runs, and the ratio to a bare Python that imports z3\n")
    first = [PROGRAM, "verify", SPEC, "--variant", "v3", "--property", "no_stranded_page"]
    commands = {
        "python -c 'import z3'": [sys.executable, "-c", "import z3"],
        "buddyproof --help": [PROGRAM, "--help"],
        "buddyproof check": [PROGRAM, "check", SPEC],
        "first refutation of v3, (2,1,2)": [*first, *bounds(SIZES[0])],
        "verify free_path, all of it": [PROGRAM, "verify", SPEC],
    }
    times = {name: wall(command, 5) for name, command in commands.items()}
    floor = times["python -c 'import z3'"]
    rows = [(name, f"{time:.2f} s", f"{time / floor:.1f}") for name, time in times.items()]
    print(table(("command", "time", "ratio"), rows), flush=True)


def cell(run: Run) -> str:
    """What an engine said, in a word: `R23` refuted in 23 steps, `P` proved, `-`: neither."""
    if not run.results:
        return "no system" if run.status == 2 else "failed"
    (result,) = run.results
    match result["verdict"]:
        case "refuted":
            return f"R{result['steps']}"
        case "proved":
            return "P"
        case _:
            depth = result.get("depth")
            return "-" if depth is None or depth < 0 else f"- to {depth}"


def engines(seconds: float) -> None:
    """How far each engine gets."""
    print(
        f"\nEngines on {SPEC}: wall time, start included, at most {seconds:g} s each.\n"
        "R23: refuted in 23 steps, P: proved, - to 7: nothing found in runs of 7 steps.\n"
        "The ratio is to the fastest that settled it. What met its limit is not tried larger.\n"
    )
    for variant, name in QUESTIONS:
        rows: list[tuple[str, ...]] = []
        given_up: set[str] = set()
        for size in SIZES:
            asked = [SPEC, "--variant", variant, "--property", name, *bounds(size)]
            asked += ["--timeout", f"{seconds:g}"]
            runs: dict[str, Run] = {}
            for engine in ("default", *ENGINES):
                if engine not in given_up:
                    only = [] if engine == "default" else ["--engine", engine]
                    runs[engine] = verify(*asked, *only)
            settled = {engine: run for engine, run in runs.items() if cell(run)[0] in "RP"}
            given_up |= runs.keys() - settled.keys()
            fastest = min((run.seconds for run in settled.values()), default=0.0)
            cells = []
            for engine in ("default", *ENGINES):
                run = runs.get(engine)
                if run is None:
                    cells.append("")
                    continue
                ratio = f" x{run.seconds / fastest:.1f}" if engine in settled else ""
                cells.append(f"{cell(run)} {run.seconds:.1f} s{ratio}")
            rows.append((str(size), *cells))
        print(f"{variant}, {name}")
        print(table(("(cpu, pageblock, page)", "default", *ENGINES), rows), "\n", flush=True)


def for_all() -> None:
    """Proofs for every size: where the time goes, and what larger bounds cost."""
    print(f"\nProofs for every size on {SPEC}: parts of the work\n")
    rows: list[tuple[str, ...]] = []
    for variant in ("v3", "v4"):
        wall, solving = parts(SPEC, variant)
        bare = solving["prove"]
        for name, seconds in wall.items():
            rows.append(
                (
                    variant,
                    name,
                    f"{seconds:.2f} s",
                    f"{solving.get(name, 0.0):.2f} s",
                    f"x{seconds / bare:.1f}",
                )
            )
        total = sum(wall.values())
        rows.append(
            (
                variant,
                "all",
                f"{total:.2f} s",
                f"{sum(solving.values()):.2f} s",
                f"x{total / bare:.1f}",
            )
        )
    print(table(("variant", "part", "time", "within Z3", "ratio"), rows))
    print("The ratio is to the time within Z3 of the last proof, of the single steps.", flush=True)
    print("\nGrowth: the whole run at larger bounds, ratio to the first line\n")
    questions = {
        "v4, every property": ("v4", ()),
        "v3, no_stranded_page": ("v3", ("no_stranded_page",)),
    }
    for title, (variant, names) in questions.items():
        rows = []
        first = 0.0
        for size in GROWTH:
            only = [text for name in names for text in ("--property", name)]
            run = verify(SPEC, "--variant", variant, *only, *bounds(size))
            first = first or run.seconds
            verdicts = [item["verdict"] for item in run.results]
            counts = ", ".join(f"{verdicts.count(word)} {word}" for word in sorted(set(verdicts)))
            rows.append((str(size), counts, f"{run.seconds:.1f} s", f"x{run.seconds / first:.1f}"))
        print(title)
        print(
            table(("(cpu, pageblock, page)", "verdicts", "time", "ratio"), rows), "\n", flush=True
        )


def evidence() -> None:
    """What it takes to check an answer, against what it took to find it."""
    print("\nRecheck of proofs for every size: z3 and cvc5, from obligations written anew\n")
    rows = []
    for spec, variant in ((SPEC, "v3"), (SPEC, "v4"), (PCP, "patch2")):
        finding, checking, lemmas = recheck(spec, variant)
        times = (f"{finding:.1f} s", f"{checking:.1f} s", f"x{checking / finding:.2f}")
        rows.append((f"{spec} {variant}", str(lemmas), *times))
    print(table(("variant", "lemmas", "finding", "recheck", "ratio"), rows))
    writing, checking, held = bundle(SPEC)
    print(f"\nBundle of {SPEC}: {held}")
    print(f"written in {writing:.0f} s (the verdicts included), checked in {checking:.0f} s")


def mutants() -> None:
    """What a mutant costs, against one `verify` of the same variant."""
    once = verify(SPEC, "--variant", "v4").seconds
    start = time.perf_counter()
    command = [PROGRAM, "mutate", SPEC, "--variant", "v4", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    (variant,) = json.loads(done.stdout)["variants"]
    counts = {name: number for name, number in variant["counts"].items() if number}
    number = len(variant["mutants"])
    each = seconds / number
    said = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"\nMutants of v4: {number} in {seconds:.0f} s ({said})")
    print(f"{each:.2f} s a mutant, x{each / once:.2f} of one verify ({once:.1f} s)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", help="start, for-all, evidence, mutate, engines; all when none"
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="limit for each engine's run")
    options = parser.parse_args()
    chosen = options.parts or ["start", "for-all", "evidence", "mutate", "engines"]
    if "start" in chosen:
        start()
    if "for-all" in chosen:
        for_all()
    if "evidence" in chosen:
        evidence()
    if "mutate" in chosen:
        mutants()
    if "engines" in chosen:
        engines(options.seconds)


if __name__ == "__main__":
    main()
