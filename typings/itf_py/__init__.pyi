from typing import Any

class State:
    meta: dict[str, Any]
    values: dict[str, Any]

class Trace:
    meta: dict[str, Any]
    params: list[str]
    vars: list[str]
    states: list[State]
    loop: int | None

def trace_from_json(data: dict[str, Any]) -> Trace: ...
