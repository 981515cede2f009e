"""What kind of failure it is, why it happened and what to do about it: Azure's words in, a Failure out.

The innermost error is found first (`gateways.innermost`), because what stands outside is only a report of it; what it
means is looked up in the catalogue (`failures.toml`), by code, then by words, then by HTTP status. Of several errors
the one that a person has to act upon is the failure, so that nothing is tried again that cannot succeed.

Sources: learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors and
…/azure-resource-manager/management/request-limits-and-throttling; ARM RPC, "Common API Details".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from azlin.agentic.failures.catalogue import Entry, catalogue
from azlin.agentic.failures.signature import signature
from azlin.agentic.types import Failure
from azlin.gateways.innermost import Said, errors_in

MESSAGE_MAX = 2_000
WORDS_MAX = 4_000
"""What decides stands at the beginning; the rest is a log or a list."""
UNKNOWN = Entry(
    class_="unknown",
    cause="Nothing in the answer says what went wrong.",
    remedy="Go on, which asks Azure first",
    command="azlin objective resume last",
    action="read_message",
)
_SILENT = re.compile(r"(?i)\s*(unknown( error)?|error|failed|none|null|no|-|)\s*")
_STATUS_AS_CODE = re.compile(r"(?:HTTP )?([45]\d\d)(?: \w+)?")
_ADDRESS = re.compile(r"https?://\S+")
"""What stands in an address (`quota-increase-request`) says nothing about this failure."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def classify(code: str | None, message: str | None, status: int | str | None = None) -> Failure:
    """The Failure that Azure's words tell. `message` may be whatever a tool printed; `status` is the HTTP status.

    `Failure.type` is one of `failures.catalogue.AZURES_CLASSES`. `hint` is what to do, ": " and a command; the command
    may hold placeholders in braces ({group}, {name}, {location}, {subscription}, {size} …) for what the message does
    not name. Never raises.
    """
    known_status = _number(status)
    found = [_failure(said) for said in errors_in(message or "", code or "", known_status)]
    return min(found, key=_precedence)


def _precedence(failure: Failure) -> int:
    """Of several errors: first what must be changed, then what may pass, last what says nothing."""
    if failure.type in ("wrapper", "unknown"):
        return 3
    if failure.type == "already_done":
        return 2
    return int(failure.retriable)


def _failure(said: Said) -> Failure:
    status = said.status or _status_of(said.code)
    code = said.code or (f"HTTP {status}" if status else "")
    words = _ADDRESS.sub(" ", said.message[:WORDS_MAX])
    entry, named = catalogue().find(code, words, status) or (_unlisted(code, said.message), {})
    return Failure(
        type=entry.class_,
        code=code,
        message=said.message[:MESSAGE_MAX],
        status=status,
        hint=_hint(entry, named),
        links=(entry.link,) if entry.link else (),
        cause=entry.cause,
        action=entry.action,
        retriable=entry.may_be_tried_again,
        signature=signature(entry.class_, code, said.message),
    )


def _unlisted(code: str, message: str) -> Entry:
    """A refusal of Azure that nobody has described: it is believed to last, because nothing says that it will pass."""
    if _SILENT.fullmatch(message) and (not code or _SILENT.fullmatch(code)):
        return UNKNOWN
    return Entry(
        class_="needs_change",
        cause="Azure refused the request for the reason in its message.",
        remedy="Change what the message names; see what would be sent",
        command='azlin doit "…" --dry-run',
        action="fix_parameter",
    )


def _hint(entry: Entry, named: Mapping[str, str]) -> str:
    """What to do, and after a colon the command that does it."""
    if not entry.command:
        return entry.remedy
    return f"{entry.remedy}: " + _PLACEHOLDER.sub(lambda found: named.get(found[1], found[0]), entry.command)


def _status_of(code: str) -> int | None:
    """Some services have the HTTP status for a code, and a gateway has nothing else."""
    found = _STATUS_AS_CODE.fullmatch(code)
    return int(found[1]) if found else None


def _number(status: int | str | None) -> int | None:
    try:
        return int(status) if status is not None and not isinstance(status, bool) else None
    except ValueError:
        return None
