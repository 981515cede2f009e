"""`listAccountSas` and `listServiceSas`: shared access signatures that the data plane takes.

Source: Storage resource provider REST API 2023-01-01, "Storage Accounts - List Account SAS" and "- List Service SAS".
"""

from __future__ import annotations

from urllib.parse import urlencode

from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.blobs.signatures import account_text, resource_texts, signed

_VERSION = "2021-06-08"
_COMMON = {
    "signedPermission": "sp",
    "signedStart": "st",
    "signedExpiry": "se",
    "signedIp": "sip",
    "signedProtocol": "spr",
}
_ACCOUNT = {**_COMMON, "signedServices": "ss", "signedResourceTypes": "srt"}
_SERVICE = {
    **_COMMON,
    "signedResource": "sr",
    "signedIdentifier": "si",
    "rscc": "rscc",
    "rscd": "rscd",
    "rsce": "rsce",
    "rscl": "rscl",
    "rsct": "rsct",
}


def account_signature(account: str, keys: list[str], asked: Body) -> Body:
    """Raises ArmRefusal 400 when something is missing."""
    query = _query(asked, _ACCOUNT, ("signedServices", "signedResourceTypes", "signedPermission", "signedExpiry"))
    query["sig"] = signed(_key(keys, asked), account_text(account, query))
    return {"accountSasToken": urlencode(query)}


def service_signature(account: str, keys: list[str], asked: Body) -> Body:
    """For a container or blob; other services keep nothing in the sandbox. Raises ArmRefusal 400."""
    query = _query(asked, _SERVICE, ("canonicalizedResource", "signedResource"))
    service, _, rest = str(asked["canonicalizedResource"]).strip("/").partition("/")
    named, _, path = rest.partition("/")
    if service != "blob" or named != account or query["sr"] not in ("b", "c"):
        raise _refused("canonicalizedResource")
    text = next(iter(resource_texts(account, f"/{path}", query, delegated=False)))
    query["sig"] = signed(_key(keys, asked), text)
    return {"serviceSasToken": urlencode(query)}


def _query(asked: Body, fields: dict[str, str], needed: tuple[str, ...]) -> dict[str, str]:
    for name in needed:
        if not asked.get(name):
            raise _refused(name)
    query = {"sv": _VERSION}
    return query | {short: str(asked[name]) for name, short in fields.items() if asked.get(name)}


def _key(keys: list[str], asked: Body) -> str:
    name = str(asked.get("keyToSign") or "key1")
    if name not in ("key1", "key2"):
        raise _refused("keyToSign")
    return keys[0 if name == "key1" else 1]


def _refused(name: str) -> ArmRefusal:
    return ArmRefusal(400, "InvalidValuesForRequestParameters", f"Values for request parameters are invalid: {name}.")
