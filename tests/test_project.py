"""What must hold of the project as a whole: pins, packaging, import directions, small files."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("frontend", "proofs", "verifier")

LINES = 400
LONG_FILES: dict[str, str] = {
    # path: why it is one file all the same
    "frontend/model.py": "the contract between the packages, read as one document",
    "frontend/syntax/tree.py": "one class per construct, nothing else",
    "proofs/bundle/check.py": "stands alone in every bundle, and is read as one document",
}

# --- dependencies --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pin:
    version: str
    hashes: tuple[str, ...]


PIN = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;]+)(?:\s*;[^\\]*)?"
    r"(?P<hashes>(?:\s+--hash=sha256:[0-9a-f]{64})+)"
)


def pins_of(text: str) -> dict[str, Pin]:
    """Name -> pin; raises `ValueError` for an entry that is anything but a pin with hashes."""
    plain = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    pins: dict[str, Pin] = {}
    for entry in plain.replace("\\\n", " ").splitlines():
        if not entry.strip():
            continue
        match = PIN.fullmatch(entry.strip())
        if match is None:
            raise ValueError(f"not a pin with hashes: {entry}")
        hashes = tuple(re.findall(r"sha256:([0-9a-f]{64})", match["hashes"]))
        pins[canonicalize_name(match["name"])] = Pin(match["version"], hashes)
    return pins


def constraints() -> dict[str, Pin]:
    return pins_of((ROOT / "constraints.txt").read_text())


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def declared() -> list[Requirement]:
    table = project()
    extras = table["project"]["optional-dependencies"].values()
    texts = [
        *table["build-system"]["requires"],
        *table["project"]["dependencies"],
        *(text for extra in extras for text in extra),
    ]
    return [Requirement(text) for text in texts]


def closure() -> dict[str, str]:
    """Every distribution that this environment's requirements lead to -> installed version."""
    found: dict[str, str] = {}
    pending = [(requirement, "") for requirement in declared()]
    seen: set[tuple[str, str]] = set()
    while pending:
        requirement, extra = pending.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        found[name] = metadata.version(name)
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                texts = metadata.requires(name) or []
                pending.extend((Requirement(text), wanted) for text in texts)
    return found


def test_every_entry_is_a_version_with_hashes() -> None:
    pins = constraints()
    assert len(pins) > len(project()["project"]["dependencies"])
    assert all(pin.hashes for pin in pins.values())


@pytest.mark.parametrize(
    "entry",
    ["lark==1.3.1", "lark>=1.3 --hash=sha256:" + "0" * 64, "--require-hashes", "-r more.txt"],
)
def test_an_entry_that_is_no_pin_is_noticed(entry: str) -> None:
    with pytest.raises(ValueError, match="not a pin"):
        pins_of(entry)


@pytest.mark.parametrize(
    "name",
    [
        "constraints.txt",
        "pyproject.toml",
        "Makefile",
        ".ci/run",
        ".pre-commit-config.yaml",
        ".github/workflows/ci.yml",
    ],
)
def test_no_address_is_written_down(name: str) -> None:
    text = (ROOT / name).read_text().lower()
    address = re.search(
        r"://|\bfile:/|index-url|--find-links|--trusted-host|\b[a-z0-9-]+\.(?:org|com|net|io|dev)\b",
        text.replace("--no-emit-trusted-host", "")
        .replace("--no-emit-find-links", "")
        .replace("--no-emit-index-url", ""),
    )
    assert address is None


def test_every_declared_dependency_is_pinned_in_its_range() -> None:
    pins = constraints()
    for requirement in declared():
        pin = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pin.version), f"{requirement} but {pin.version}"


def test_everything_installed_for_the_project_is_pinned_at_its_version() -> None:
    pins = {name: pin.version for name, pin in constraints().items()}
    installed = closure()
    assert {name: pins.get(name) for name in installed} == installed


# --- packaging -----------------------------------------------------------------------------


def test_version_is_the_newest_of_the_changelog() -> None:
    headings = re.findall(
        r"^## \[?v?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE
    )
    assert headings[0] == project()["project"]["version"] == metadata.version("buddyproof")


def test_wheel_carries_the_packages_the_grammar_and_the_specifications(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    sources = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }
    specifications = {
        "frontend/" + path.relative_to(ROOT).as_posix() for path in (ROOT / "spec").rglob("*.alloc")
    }
    typed = {f"{package}/py.typed" for package in PACKAGES}
    assert specifications
    assert {"frontend/syntax/grammar.lark", *typed, *sources, *specifications} <= carried
    top = {name.split("/")[0] for name in carried}
    assert {name for name in top if not name.endswith(".dist-info")} == set(PACKAGES)


def test_ci_script_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


# --- import directions ---------------------------------------------------------------------


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-logo", "--no-cache", "--config", folder / "pyproject.toml"],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_import_contracts_hold() -> None:
    answer = lint_imports(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr


PLANTED = {
    # file: what it imports, the contract that forbids it, how lint-imports says so
    "frontend/source/planted.py": (
        "proofs.answers.verdict",
        "direction",
        "frontend.source.planted -> proofs.answers.verdict",
    ),
    "frontend/syntax/planted.py": (
        "proofs.answers.trace",
        "frontend-is-plain",
        "frontend.syntax.planted -> proofs.answers.trace",
    ),
    "frontend/expressions/planted.py": (
        "lark",
        "one-parser",
        "frontend.expressions.planted -> lark",
    ),
    "frontend/names/planted.py": (
        "frontend.flow.graph",
        "rooms-of-frontend",
        "frontend.names.planted -> frontend.flow.graph",
    ),
    "frontend/steps/planted.py": (
        "frontend.checks.unused",
        "rooms-of-frontend",
        "frontend.steps.planted -> frontend.checks.unused",
    ),
    "frontend/planted/__init__.py": ("", "rooms-of-frontend", "- frontend.planted"),
    "proofs/answers/planted.py": (
        "proofs.log.contents",
        "rooms-of-proofs",
        "proofs.answers.planted -> proofs.log.contents",
    ),
    "proofs/planted/__init__.py": ("", "rooms-of-proofs", "- proofs.planted"),
    "proofs/render/planted.py": ("z3", "proofs-trusts-nobody", "proofs.render.planted -> z3"),
    "verifier/protocol/planted.py": (
        "verifier.engines.bmc",
        "rooms-of-verifier",
        "verifier.protocol.planted -> verifier.engines.bmc",
    ),
    "verifier/planted/__init__.py": ("", "rooms-of-verifier", "- verifier.planted"),
    "verifier/verify/planted.py": (
        "click",
        "library-prints-nothing",
        "verifier.verify.planted -> click",
    ),
    "verifier/engines/reduce/planted.py": (
        "verifier.engines.explore",
        "engines-are-siblings",
        "verifier.engines.reduce.planted -> verifier.engines.explore",
    ),
    "verifier/explicit/planted.py": (
        "verifier.explicit.planted_too",
        "no-circles",
        "No cycles are allowed in verifier.explicit.",
    ),
    "verifier/explicit/planted_too.py": (
        "verifier.explicit.planted",
        "no-circles",
        "No cycles are allowed in verifier.explicit.",
    ),
}


def test_import_contracts_can_break(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    for name, (imported, _, _) in PLANTED.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"import {imported}\n" if imported else "")
    answer = lint_imports(tmp_path)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    contracts = project()["tool"]["importlinter"]["contracts"]
    names = {contract["id"]: contract["name"] for contract in contracts}
    assert {contract for _, contract, _ in PLANTED.values()} == set(names)
    for _, contract, told in PLANTED.values():
        name = names[contract]
        section = answer.stdout.partition(f"{name}\n{'-' * len(name)}\n")[2].partition("\n---")[0]
        assert told in section, (contract, told)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_architecture_draws_the_layers_as_they_are_checked(package: str) -> None:
    contracts = project()["tool"]["importlinter"]["contracts"]
    (layers,) = (item["layers"] for item in contracts if item["id"] == f"rooms-of-{package}")
    page = (ROOT / "ARCHITECTURE.md").read_text()
    section = page.partition(f"\n## {package}:")[2].partition("\n## ")[0]
    lines = re.findall(r"^ {4}\S.*", section, flags=re.MULTILINE)
    drawn = [re.split(r" {2,}", line.strip()) for line in lines]
    assert drawn == [layer.split(" | ") for layer in layers if layer != "__main__"]


DOZEN = 12


@pytest.mark.parametrize("package", PACKAGES)
def test_the_top_of_a_package_is_at_most_a_dozen_rooms(package: str) -> None:
    top = {path.name for path in (ROOT / package).iterdir()}
    top -= {"__init__.py", "__main__.py", "__pycache__", "py.typed"}
    assert len(top) <= DOZEN, sorted(top)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_says_what_it_is(package: str) -> None:
    for path in (ROOT / package).rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(path.read_text())), path


@pytest.mark.parametrize("package", PACKAGES)
def test_tests_stand_where_what_they_test_stands(package: str) -> None:
    for path in (ROOT / "tests" / package).rglob("*.py"):
        room = path.parent.relative_to(ROOT / "tests")
        assert (ROOT / room / "__init__.py").exists(), f"{path}: there is no {room}"
        assert path.name.startswith("test_") or path.name == "__init__.py", f"{path}: a helper"


HELP = """
import contextlib, io, json, sys
from verifier.cli.main import main
sys.argv = ["buddyproof", "--help"]
text = io.StringIO()
status = None
with contextlib.redirect_stdout(text):
    try:
        status = main()
    except SystemExit as stop:
        status = stop.code
print(json.dumps({"status": status or 0, "text": text.getvalue(), "modules": sorted(sys.modules)}))
"""


def test_help_pays_for_neither_z3_nor_rich() -> None:
    run = subprocess.run(
        [sys.executable, "-c", HELP], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert answer["status"] == 0
    assert "verify" in answer["text"]
    paid = {module.split(".")[0] for module in answer["modules"]}
    assert paid.isdisjoint({"z3", "rich", "lark"})


# --- files ---------------------------------------------------------------------------------


def lengths() -> dict[str, int]:
    return {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }


def test_files_are_small() -> None:
    too_long = {name for name, lines in lengths().items() if lines > LINES}
    # Equal, not a subset: a file that was split leaves the list.
    assert too_long == set(LONG_FILES)


def test_no_module_is_a_drawer_for_anything() -> None:
    drawers = {"utils", "util", "common", "helpers", "misc"}
    assert not [name for name in lengths() if Path(name).stem in drawers]
