"""A JSON Schema of the parts of SARIF 2.1.0 that are used, written from the standard's sections.

Nothing else is allowed, so that a new field has to be looked up first.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

LEVELS = {"enum": ["none", "note", "warning", "error"]}
KINDS = {"enum": ["pass", "open", "informational", "notApplicable", "review", "fail"]}
COUNT = {"type": "integer", "minimum": 0}
POSITIVE = {"type": "integer", "minimum": 1}
WORD = {"type": "string", "minLength": 1}
BAG = {"type": "object"}
URI_REFERENCE = {
    # RFC 3986: a file URI, or a relative reference whose first segment has no colon.
    "type": "string",
    "pattern": r"^(file:///|(?![^/]*:))([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+$",
}


def ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def items(name: str, least: int = 0) -> Schema:
    return {"type": "array", "items": ref(name), "minItems": least}


def closed(required: tuple[str, ...] = (), **fields: Any) -> Schema:
    return {
        "type": "object",
        "properties": fields,
        "required": list(required),
        "additionalProperties": False,
    }


STATE = {"type": "object", "additionalProperties": ref("message")}

SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **closed(  # 3.13
        ("version", "runs"),
        version={"const": "2.1.0"},
        runs=items("run", 1),
        **{"$schema": {"type": "string", "format": "uri"}},
    ),
    "$defs": {
        "run": closed(  # 3.14
            ("tool", "results"),
            tool=closed(("driver",), driver=ref("driver")),
            invocations=items("invocation"),
            artifacts=items("artifact"),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            results=items("result"),
        ),
        "driver": closed(  # 3.19
            ("name",), name=WORD, version=WORD, rules=items("rule") | {"uniqueItems": True}
        ),
        "rule": closed(  # 3.49
            ("id",),
            id={"type": "string"},
            shortDescription=ref("message"),
            fullDescription=ref("message"),
            help=ref("message"),
            defaultConfiguration=closed((), level=LEVELS),
            properties=BAG,
        ),
        "invocation": closed(  # 3.20
            ("executionSuccessful",),
            executionSuccessful={"type": "boolean"},
            exitCode={"type": "integer"},
            exitCodeDescription={"type": "string"},
            toolExecutionNotifications=items("notification"),
        ),
        "notification": closed(  # 3.58
            ("message",), message=ref("message"), level=LEVELS, locations=items("location")
        ),
        "artifact": closed(  # 3.24
            location=ref("artifactLocation"),
            roles={"type": "array", "items": {"enum": ["analysisTarget"]}, "uniqueItems": True},
            encoding={"const": "utf-8"},
            hashes=closed((), **{"sha-256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}),
            properties=BAG,
        ),
        "artifactLocation": closed(("uri",), uri=URI_REFERENCE),  # 3.4
        "message": closed(  # 3.11; single braces are placeholders, of which none has a value
            ("text",),
            text={**WORD, "pattern": r"^([^{}]|\{\{|\}\})*$", "not": {"pattern": r"\]\("}},
        ),
        "location": closed(  # 3.28
            physicalLocation=closed(  # 3.29
                ("artifactLocation",),
                artifactLocation=ref("artifactLocation"),
                region=ref("region"),
            ),
            logicalLocations={  # 3.33
                "type": "array",
                "items": closed((), name=WORD, kind=WORD),
                "uniqueItems": True,
            },
            message=ref("message"),
        ),
        "region": closed(  # 3.30
            ("startLine",),
            startLine=POSITIVE,
            startColumn=POSITIVE,
            endLine=POSITIVE,
            endColumn=POSITIVE,
        ),
        "result": {
            **closed(  # 3.27
                ("message",),
                ruleId={"type": "string"},
                ruleIndex=COUNT,
                kind=KINDS,
                level=LEVELS,
                message=ref("message"),
                locations=items("location"),
                relatedLocations=items("location"),
                codeFlows=items("codeFlow"),
                partialFingerprints={
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                },
                properties=BAG,
            ),
            "if": {"properties": {"kind": {"const": "fail"}}},  # 3.27.10
            "then": {"properties": {"level": {"enum": ["note", "warning", "error"]}}},
            "else": {"properties": {"level": {"const": "none"}}},
        },
        "codeFlow": closed(  # 3.36
            ("threadFlows",), message=ref("message"), threadFlows=items("threadFlow", 1)
        ),
        "threadFlow": closed(  # 3.37
            ("locations",), id=WORD, initialState=STATE, locations=items("threadFlowLocation", 1)
        ),
        "threadFlowLocation": closed(  # 3.38
            location=ref("location"),
            executionOrder=COUNT,
            importance={"enum": ["important", "essential", "unimportant"]},
            state=STATE,
        ),
    },
}
