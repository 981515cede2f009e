"""Why a query was not run, as Resource Graph says it.

Body: `{"error": {"code": "BadRequest", "message": "Please provide below info when asking for support: ...",
"details": [{"code": "InvalidQuery", ...}, {"code", "message", "line"?, "characterPositionInLine"?, "token"?}]}}`.
Source: errors quoted in issues of Azure PowerShell, aztfexport and Terraform exporters. Lines count from 1,
positions from 0; the service leaves a position of 0 out.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from azlin.sandbox.arm.refusals import ArmRefusal

_INVALID = (
    "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error"
    " before retrying."
)


class QueryInvalid(Exception):
    """A query that Resource Graph does not take. `detail` is the second entry of the answer's details."""

    def __init__(self, code: str, message: str, **place: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.detail: dict[str, Any] = {"code": code, "message": message, **place}

    def refusal(self) -> ArmRefusal:
        return bad_request([{"code": "InvalidQuery", "message": _INVALID}, self.detail])


def unparsable(line: int, position: int, token: str) -> QueryInvalid:
    """The parser stopped at a token; `<EOF>` is the end of the query."""
    place: dict[str, Any] = {"line": line}
    if position:
        place["characterPositionInLine"] = position
    return QueryInvalid("ParserFailure", "ParserFailure", **place, token=token)


def unsupported(what: str, line: int = -1, position: int = -1) -> QueryInvalid:
    """KQL that Resource Graph does not have."""
    return QueryInvalid(
        "InvalidQueryLanguage", "InvalidQueryLanguage", line=line, characterPositionInLine=position, token=what
    )


def unknown_function(name: str) -> QueryInvalid:
    return QueryInvalid("UnknownFunction", f"Unknown function: '{name}'.")


def meaningless(message: str) -> QueryInvalid:
    """What reads well and cannot be: a column that is not there, types that do not go together."""
    return QueryInvalid("Default", message)


def bad_request(details: list[dict[str, Any]]) -> ArmRefusal:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
    message = f"Please provide below info when asking for support: timestamp = {now}, correlationId = {uuid.uuid4()}."
    return ArmRefusal(400, "BadRequest", message, details=details)
