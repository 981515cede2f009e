"""What Microsoft Graph says when it says no.

Body: `{"error": {"code", "message", "details"?, "innerError": {"date", "request-id", "client-request-id"}}}`.
Source: "Microsoft Graph error responses and resource types"; the texts are those that the service sends.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any


class GraphRefusal(Exception):
    """Raised anywhere below the routes; becomes the HTTP answer."""

    def __init__(self, status: int, code: str, message: str, *, details: list[dict[str, str]] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def body(self, client_request_id: str | None = None) -> dict[str, Any]:
        """The whole answer, with the ids that support asks for."""
        request = str(uuid.uuid4())
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details is not None:
            error["details"] = self.details
        error["innerError"] = {
            "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request,
            "client-request-id": client_request_id or request,
        }
        return {"error": error}


def not_found(name: str) -> GraphRefusal:
    return GraphRefusal(
        404,
        "Request_ResourceNotFound",
        f"Resource '{name}' does not exist or one of its queried reference-property objects are not present.",
    )


def bad_request(message: str, code: str = "Request_BadRequest") -> GraphRefusal:
    return GraphRefusal(400, code, message)


def segment_unknown(segment: str) -> GraphRefusal:
    return bad_request(f"Resource not found for the segment '{segment}'.", "BadRequest")


def method_not_supported() -> GraphRefusal:
    return GraphRefusal(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")


def object_id_invalid(name: str) -> GraphRefusal:
    return bad_request(f"Invalid object identifier '{name}'.")


def value_required(name: str, resource: str) -> GraphRefusal:
    return bad_request(f"A value is required for property '{name}' of resource '{resource}'.")


def property_unknown(name: str) -> GraphRefusal:
    return bad_request(f"Invalid property '{name}'.")


def property_read_only(name: str) -> GraphRefusal:
    return bad_request(f"Property '{name}' is read-only and cannot be set.")


def value_invalid(name: str, resource: str) -> GraphRefusal:
    return bad_request(f"Invalid value specified for property '{name}' of resource '{resource}'.")


def value_taken(name: str, *, status: int = 400) -> GraphRefusal:
    message = f"Another object with the same value for property {name} already exists."
    code = "Request_BadRequest" if status == 400 else "Request_MultipleObjectsWithSameKeyValue"
    return GraphRefusal(status, code, message, details=[{"code": "ObjectConflict", "message": message, "target": name}])


def reference_exists(relation: str) -> GraphRefusal:
    return bad_request(
        f"One or more added object references already exist for the following modified properties: '{relation}'."
    )


def denied() -> GraphRefusal:
    return GraphRefusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def token_invalid(message: str) -> GraphRefusal:
    return GraphRefusal(401, "InvalidAuthenticationToken", message)


def filter_invalid(why: str) -> GraphRefusal:
    return bad_request(f"Invalid filter clause: {why}", "BadRequest")


def query_unsupported(message: str) -> GraphRefusal:
    return bad_request(message, "Request_UnsupportedQuery")


def needs_eventual(what: str) -> GraphRefusal:
    return query_unsupported(
        f"{what} is not supported because the required parameters might be missing. Try adding $count=true query "
        "parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for "
        "more information"
    )
