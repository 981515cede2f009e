"""Reading ARM's refusals: the innermost code and message, from every shape in which Azure's services write them.

The common shape is `{"error": {"code", "message", "details": […]}}` (ARM RPC, "Error Response Content"); older services
write `odata.error`, bare `code`/`message`, `Message` alone, OAuth's `error`/`error_description`; a gateway in between
answers HTML or nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from azlin.errors import AzureRefused
from azlin.gateways.http import Answer
from azlin.gateways.innermost import said_in
from azlin.redaction import redact

BODY_MAX = 20_000
MESSAGE_MAX = 2_000

Json = dict[str, Any]


def refusal(answer: Answer, now: datetime | None = None) -> AzureRefused:
    """The error for an answer that was not a success.

    A body that names no code gives the code `HTTP <status>`, which no service uses, so that nobody takes a gateway's
    empty 404 for ARM's word that a resource does not exist.
    """
    code, message = said_in(_parsed(answer.text))
    return AzureRefused(
        code or f"HTTP {answer.status}",
        (message or _plain(answer.text) or f"the answer had status {answer.status} and no message")[:MESSAGE_MAX],
        status=answer.status,
        retry_after_s=retry_after_s(answer.headers, now),
        body=redact(answer.text[:BODY_MAX]),
    )


def failed_operation(status: str, body: Json, url_status: int | None = None) -> AzureRefused:
    """The error for an asynchronous operation or a resource that ended as Failed or Canceled."""
    code, message = said_in(body)
    return AzureRefused(
        code or f"Operation{status.capitalize()}",
        (message or f"Azure says {status} and gives no reason")[:MESSAGE_MAX],
        status=url_status,
        body=redact(json.dumps(body)[:BODY_MAX]),
    )


def answer_json(answer: Answer) -> Any:
    """The body as JSON, None when it is empty. Raises AzureRefused (UnreadableAnswer)."""
    try:
        return answer.json()
    except ValueError:
        raise AzureRefused(
            "UnreadableAnswer",
            f"the answer with status {answer.status} is not JSON",
            status=answer.status,
            body=redact(answer.text[:300]),
        ) from None


def answer_object(answer: Answer) -> Json:
    """The body as a JSON object. Raises AzureRefused (UnreadableAnswer)."""
    body = answer_json(answer)
    if not isinstance(body, dict):
        raise AzureRefused("UnreadableAnswer", "a resource was asked for, and the answer is none", status=answer.status)
    return cast("Json", body)


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that the server asks to wait: `x-ms-retry-after-ms`, `retry-after-ms`, or `Retry-After` in seconds or as
    an HTTP date (RFC 9110 §10.2.3), which is compared with the server's own `Date`: our clock may be wrong. None when
    it says nothing readable."""
    for name in ("x-ms-retry-after-ms", "retry-after-ms"):
        if (milliseconds := _number(headers.get(name))) is not None:
            return milliseconds / 1000
    said = headers.get("retry-after")
    if (seconds := _number(said)) is not None:
        return seconds
    if (at := _moment(said)) is None:
        return None
    said_at = _moment(headers.get("date")) or now or datetime.now(UTC)
    return max(0.0, (at - said_at).total_seconds())


def _moment(text: str | None) -> datetime | None:
    """An HTTP date; None when it is none."""
    if text is None:
        return None
    from email.utils import parsedate_to_datetime

    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"))
    except ValueError:
        return None


def _plain(text: str) -> str:
    """What a page or a plain text says: markup, scripts and styles removed."""
    if _parsed(text) is not None:
        return ""
    bare = re.sub(r"(?is)<(script|style|head)\b.*?</\1\s*>|<[^>]*>", " ", text)
    return " ".join(bare.split())[:300]


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < float("inf") else None
