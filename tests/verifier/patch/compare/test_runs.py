from __future__ import annotations

from dataclasses import replace

from frontend.load import load
from frontend.model import Model, Object
from frontend.source.spans import Source
from proofs.answers.trace import Move, Run, Trace
from proofs.runs.replay import replay
from tests.support.verifier import compared_specifications as specifications
from verifier.report.text_blocks import Renderer
from verifier.report.text_runs import Runs, run_key

SOURCE = Source("joint.alloc", specifications.JOINT)
ONE, TWO = Object("task", 0), Object("task", 1)


def trace(model: Model, thread: Object = ONE, tasks: int = 2) -> Trace:
    step = model.threads[0].steps[0].name
    return replay(model, Run({"task": tasks}, {}, (Move(thread, step, ()),)), "held_up")


def extra(*flags: str, text: str = SOURCE.text) -> Model:
    return load(Source("joint.alloc", text), ["mine"], {"mine": flags}).models[0]


def test_variants_that_do_the_same_have_the_same_run() -> None:
    before = load(SOURCE, ["before"]).models[0]
    same = extra()
    assert run_key(before, trace(before)) == run_key(same, trace(same))


def test_runs_of_other_threads_or_sizes_are_others() -> None:
    model = extra()
    keys = {
        run_key(model, trace(model)),
        run_key(model, trace(model, TWO)),
        run_key(model, trace(model, tasks=3)),
    }
    assert len(keys) == 3


def test_runs_of_other_statements_with_the_same_values_are_others() -> None:
    text = specifications.JOINT.replace("x = 2;", "when (belt) x = 2; else x = 2;")
    text = text.replace("belt || braces", "braces")
    models = extra(text=text), extra("belt", text=text)
    one, other = (run_key(model, trace(model)) for model in models)
    assert one != other


def test_runs_of_the_same_statements_with_other_values_are_others() -> None:
    text = specifications.JOINT.replace("nat x = 0;", "when (belt) nat x = 0; else nat x = 1;")
    text = text.replace("belt || braces", "braces")
    models = extra(text=text), extra("belt", text=text)
    one, other = (run_key(model, trace(model)) for model in models)
    assert one != other


def test_a_run_is_shown_once_and_then_named() -> None:
    model = extra()
    shown = trace(model)
    renderer = Renderer(
        lambda _model, trace, _width: [f"  {trace.property}"],
        lambda _trace, _variants: "",
        lambda _model, trace, _width: [f"=> {trace.property}"],
    )
    runs = Runs(renderer, 72)
    assert [line.text for line in runs.show(model, shown)] == ["", "    held_up"]
    again = replace(shown, variant="other", property="another")
    assert [line.text for line in runs.show(model, again)] == [
        "the run is that of mine, held_up above",
        "",
        "  => another",
    ]
