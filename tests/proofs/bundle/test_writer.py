from __future__ import annotations

import json
from pathlib import Path

import pytest

from proofs.bundle import check
from proofs.bundle.discharge import Obligation
from proofs.bundle.writer import BundleReport, System, write_bundle
from tests.support.proofs.bundled_examples import counter, nothing, obligations, possible, traces
from tests.support.proofs.graphs import Builder, multiplication_commutes, of_clauses, pigeonhole


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_bytes_are_the_same_whatever_the_number_of_processes(tmp_path: Path) -> None:
    reports = [
        write_bundle(
            tmp_path / str(number),
            iter(obligations()),
            system=counter(),
            traces=traces(),
            extra={"b/log.txt": "proved\n", "a.bin": b"\xff"},
            workers=workers,
        )
        for number, workers in enumerate((1, 1, 2))
    ]
    first = contents(tmp_path / "0")
    assert first == contents(tmp_path / "1") == contents(tmp_path / "2")
    assert reports[0] == reports[1] == reports[2]
    assert reports[0].proved == ("multiplication", "pigeons", "random.1")
    assert (reports[0].files, reports[0].size) == (len(first), sum(map(len, first.values())))
    assert first["check.py"] == Path(check.__file__).read_bytes()
    assert check.main(tmp_path / "0") == 0


def test_what_is_not_proved_is_said_and_leaves_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    builder = Builder(["a", "b"])
    always = builder.text(1)
    given = [
        Obligation("wrong", "does not hold", possible(), possible()),
        Obligation("always", "never holds", always, possible()),
        Obligation("hard", "7 pigeons", of_clauses(*pigeonhole(6)), None),
        Obligation("fine", "holds", multiplication_commutes(2), possible()),
        Obligation("vacuous", "holds without a case", nothing(), nothing()),
        Obligation("constant", "holds", builder.text(0), builder.text(0)),
    ]
    report = write_bundle(tmp_path, given, conflicts=50)
    assert report.proved == ("fine", "vacuous", "constant")
    assert report.unproved == {
        "wrong": "there is a counterexample",
        "always": "the claim always fails",
        "hard": "no answer within 50 conflicts",
    }
    contradiction = "hypotheses and step contradict each other"
    assert report.vacuous == {"vacuous": contradiction, "constant": contradiction}
    names = {path.name.split(".")[0] for path in (tmp_path / "obligations").iterdir()}
    assert names == {"fine", "vacuous", "constant"}
    assert check.main(tmp_path) == 2
    out, err = capsys.readouterr()
    assert "hard (7 pigeons) is not proved: no answer within 50 conflicts\n" in out
    assert f"vacuous is not shown to be possible: {contradiction}\n" in out
    assert out.endswith("INCOMPLETE: nothing is wrong, see above\n")
    assert err == ""


def test_an_empty_bundle_verifies_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_bundle(tmp_path, [])
    assert check.main(tmp_path) == 2
    assert "neither an obligation nor a trace" in capsys.readouterr().out


def test_a_bundle_of_traces_alone_is_complete(tmp_path: Path) -> None:
    write_bundle(tmp_path, [], system=counter(), traces=traces())
    assert check.main(tmp_path) == 0


def test_claims_may_be_in_any_script(tmp_path: Path) -> None:
    claim = 'x · y = y · x, "quoted"\n'
    write_bundle(tmp_path, [Obligation("m", claim, multiplication_commutes(2))])
    assert check.main(tmp_path) == 0
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="ascii"))
    assert manifest["obligations"][0]["claim"] == claim


def test_the_digest_is_that_of_the_manifest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report: BundleReport = write_bundle(tmp_path, obligations()[:1])
    check.main(tmp_path)
    assert capsys.readouterr().out.startswith(f"manifest.json has the SHA-256 {report.digest}\n")


@pytest.mark.parametrize("name", ["", "a/b", "..", ".x", "a b", "x" * 241, "é"])
def test_names_that_cannot_name_files_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot name a file"):
        write_bundle(tmp_path, [Obligation(name, "", nothing())])


@pytest.mark.parametrize("second", ["a", "a.possible"])
def test_names_that_come_twice_are_refused(second: str, tmp_path: Path) -> None:
    given = [Obligation("a", "", nothing()), Obligation(second, "", nothing())]
    with pytest.raises(ValueError, match="comes twice"):
        write_bundle(tmp_path, given)


@pytest.mark.parametrize("path", ["manifest.json", "check.py", "README.md", "obligations/a.aag"])
def test_extra_files_replace_nothing(path: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="comes twice"):
        write_bundle(tmp_path, [Obligation("a", "", nothing())], extra={path: "mine"})


def test_steps_may_be_called_like_anything_else(tmp_path: Path) -> None:
    system = counter()
    step, small = system.steps["count"], system.properties["small"]
    names = ("initial", "property.small", "count")
    more = System(system.initial, dict.fromkeys(names, step), {"initial": small, "small": small})
    write_bundle(tmp_path, [], system=more, traces=traces()[:1])
    assert check.main(tmp_path) == 0


def test_a_folder_with_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("")
    with pytest.raises(FileExistsError):
        write_bundle(tmp_path, [])


def test_traces_need_a_system(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="traces need the system"):
        write_bundle(tmp_path, [], traces=traces())


@pytest.mark.parametrize(
    ("text", "reason"),
    [("no graph\n", "a: line 1: expected"), (counter().steps["count"], "a: expected one output")],
)
def test_texts_that_are_no_obligation_are_refused(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=reason):
        write_bundle(tmp_path / "bad", [Obligation("a", "", text)])
    with pytest.raises(ValueError, match=reason):
        write_bundle(tmp_path / "pool", [Obligation("a", "", text)], workers=2)
    with pytest.raises(ValueError, match=reason):
        write_bundle(tmp_path / "possible", [Obligation("a", "", nothing(), text)])
