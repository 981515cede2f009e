"""Why az failed, in Azure's own words and as one of our errors.

az answers with an exit code (1 failure, 2 usage, 3 not found) and text made for people. The host also saw the last HTTP
answer. Whichever of the two names the innermost ARM error is believed, the text first, because az may have failed for a
reason of its own after a call that went well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from azlin.errors import (
    AnswerLost,
    AzlinError,
    AzureRefused,
    CloudUnreachable,
    OutsideLoopback,
    SignInNeeded,
    UsageRefused,
)
from azlin.gateways.arm_error import retry_after_s
from azlin.gateways.innermost import errors_in, said_in
from azlin.gateways.process import ProcessResult
from azlin.redaction import redact

MESSAGE_MAX = 2_000
BODY_MAX = 20_000

_SIGNED_OUT = re.compile(
    r"az login|AADSTS\d+|Interactive authentication is needed|refresh token (has expired|is expired)|"
    r"No subscription(s)? found|ExpiredAuthenticationToken|InvalidAuthenticationToken"
)
_NEVER_REACHED = re.compile(
    r"Failed to establish a new connection|NewConnectionError|NameResolutionError|Name or service not known|"
    r"Connection refused|Network is unreachable|ProxyError|Cannot connect to proxy|getaddrinfo failed|"
    r"CERTIFICATE_VERIFY_FAILED|SSLError"
)
_LOST = re.compile(
    r"Connection aborted|RemoteDisconnected|Connection reset|Read timed out|IncompleteRead|broken pipe", re.I
)


@dataclass(frozen=True)
class Http:
    """The last HTTP answer that az got; all empty when it got none. `body` is cut at 64 kB."""

    status: int | None = None
    method: str = ""
    url: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: str = field(default="", repr=False)


@dataclass(frozen=True)
class AzResult(ProcessResult):
    """What az said: a ProcessResult, with the last HTTP answer and the addresses that were refused to it."""

    http: Http = Http()
    outside: tuple[str, ...] = ()

    @property
    def data(self) -> Any:
        """What it answered: its JSON; the text if it is none; None if it said nothing."""
        if not self.stdout.strip():
            return None
        try:
            return json.loads(self.stdout)
        except ValueError:
            return self.stdout


def refusal(result: AzResult) -> AzlinError:
    """The error for a result whose `rc` is not 0: SignInNeeded, OutsideLoopback, CloudUnreachable, AnswerLost (not
    repeatable), UsageRefused, or AzureRefused with the innermost ARM error."""
    text = _errors_in(result.stderr)
    code, message = _said(text, result.http)
    if wanted := _outside(result, text, code):
        return OutsideLoopback(
            f"az wanted to call {wanted} and was not let out of the sandbox",
            why=_first_line(text),
        )
    if _SIGNED_OUT.search(text) and code not in ("AuthorizationFailed", "Forbidden"):
        return SignInNeeded("Azure wants a sign-in", why=_first_line(text), fix="az login")
    if code:
        return AzureRefused(
            code,
            message[:MESSAGE_MAX],
            status=_status(result, code),
            retry_after_s=retry_after_s(result.http.headers),
            body=redact(text[:BODY_MAX]),
        )
    return _without_code(result, text)


def _outside(result: AzResult, text: str, code: str) -> str | None:
    """The host that could not be called and that az complains about. az also looks for updates of itself: what was
    refused is not the cause when Azure gave another one."""
    named = next((host for host in result.outside if host in text), None)
    return named or (result.outside[-1] if result.outside and not code else None)


def _without_code(result: AzResult, text: str) -> AzlinError:
    why = _first_line(text) or "it gave no reason"
    if result.rc < 0 or result.rc == 130:
        return AnswerLost("az was stopped before it answered", repeatable=False, why=why)
    if _LOST.search(text):
        return AnswerLost("the connection to Azure broke before an answer came", repeatable=False, why=why)
    if _NEVER_REACHED.search(text):
        return CloudUnreachable("az could not reach Azure", why=why)
    if result.rc == 2:
        return UsageRefused("az refused what it was given", why=redact(why))
    status = 404 if result.rc == 3 else _status(result, "")
    code = "ResourceNotFound" if status == 404 else f"HTTP {status}" if status else f"az exit code {result.rc}"
    return AzureRefused(
        code,
        redact(why)[:MESSAGE_MAX],
        status=status,
        retry_after_s=retry_after_s(result.http.headers),
        body=redact(text[:BODY_MAX]),
    )


def _said(text: str, http: Http) -> tuple[str, str]:
    first = errors_in(text)[0]
    in_text = (first.code, first.message)
    in_body = said_in(_json(http.body))
    if in_body[0] and (in_body[0] in text or in_body[1][:60] in " ".join(text.split())):
        return in_body
    if in_text[0]:
        return in_text
    return in_body if http.status is not None and http.status >= 400 else ("", "")


def _status(result: AzResult, code: str) -> int | None:
    status = result.http.status
    if status is not None and status >= 400:
        return status
    return 404 if result.rc == 3 and code != "" else None


def _errors_in(stderr: str) -> str:
    """What follows the first `ERROR:`, or everything but warnings."""
    _, mark, after = stderr.partition("ERROR: ")
    if mark:
        return after.strip()
    kept = [line for line in stderr.splitlines() if not line.startswith(("WARNING:", "INFO:", "DEBUG:"))]
    return "\n".join(kept).strip()


def _json(text: str) -> Any:
    try:
        value, _ = json.JSONDecoder().raw_decode(text.lstrip("\ufeff \n"))
    except ValueError:
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _first_line(text: str) -> str:
    return text.partition("\n")[0].strip()
