"""What every write checks and does, whatever the kind: names, read-only and required properties, PATCH."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.graph import refusals
from azlin.sandbox.graph.kinds import Body, Kind, kinds, type_name

_BINDS = "@odata.bind"


def now() -> str:
    """This second, as Graph writes times."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fresh(kind_name: str, sent: Body) -> Body:
    """A new object's body: the defaults with what was sent. Raises GraphRefusal 400."""
    kind = kinds()[kind_name]
    for name in kind.required:
        if sent.get(name) is None or sent[name] == "":
            raise refusals.value_required(name, type_name(kind_name))
    body = kind.fresh()
    if "createdDateTime" in body:
        body["createdDateTime"] = now()
    _apply(kind, kind_name, body, sent, creating=True)
    return body


def patched(kind_name: str, before: Body, sent: Body) -> Body:
    """The body after a PATCH; null takes a value away. Raises GraphRefusal 400."""
    kind = kinds()[kind_name]
    for name in kind.required:
        if name in sent and sent[name] in (None, "") and name not in kind.fixed:
            raise refusals.value_invalid(name, type_name(kind_name))
    body = dict(before)
    _apply(kind, kind_name, body, sent, creating=False)
    return body


def _apply(kind: Kind, kind_name: str, body: Body, sent: Body, *, creating: bool) -> None:
    for name, value in sent.items():
        if name.startswith("@odata.") or name.endswith(_BINDS):
            continue
        if name not in kind.defaults and not name.startswith("extension_"):
            raise refusals.property_unknown(name)
        if name in kind.fixed or (name in kind.at_birth and not creating):
            if value == body.get(name):
                continue
            raise refusals.property_read_only(name)
        default = kind.defaults.get(name)
        _check(name, value, default, kind_name)
        if name in kind.merged and isinstance(value, dict):
            body[name] = _merged(body.get(name), value)
        else:
            body[name] = [] if value is None and isinstance(default, list) else value


def _check(name: str, value: Any, default: Any, kind_name: str) -> None:
    """A list stays a list and a flag a flag: nothing else is known of a property's type."""
    wrong = (
        (isinstance(default, list) and value is not None and not isinstance(value, list))
        or (isinstance(default, bool) and value is not None and not isinstance(value, bool))
        or (name in ("displayName", "description") and value is not None and not isinstance(value, str))
    )
    if wrong:
        raise refusals.value_invalid(name, type_name(kind_name))
    if isinstance(value, str) and name == "displayName" and len(value) > 256:
        raise refusals.value_invalid(name, type_name(kind_name))


def _merged(before: Any, value: Any) -> Body:
    body = dict(object_of(before))
    for name, one in object_of(value).items():
        inner = isinstance(one, dict) and isinstance(body.get(name), dict)
        body[name] = _merged(body[name], one) if inner else one
    return body


def take_binds(sent: Body, name: str) -> list[str]:
    """The ids of `owners@odata.bind` (a list of links) and the like."""
    links = sent.get(f"{name}{_BINDS}")
    return [linked(link) for link in links] if isinstance(links, list) else []  # pyright: ignore[reportUnknownVariableType]


def linked(link: Any) -> str:
    """The id at the end of `https://graph.microsoft.com/v1.0/directoryObjects/{id}`."""
    if not isinstance(link, str) or not link:
        raise refusals.bad_request("Invalid URL format specified in @odata.bind for links.")
    last = link.rstrip("/").rpartition("/")[2]
    return last.partition("(")[2].strip("')") if "(" in last else last
