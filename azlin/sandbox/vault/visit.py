"""One authenticated request to one vault."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.store import Body, Resource
from azlin.sandbox.entra import Claims
from azlin.sandbox.vault.refusals import bad_parameter
from azlin.sandbox.vault.shelf import Shelf, Version

_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")
_PAGE = 25


@dataclass(slots=True)
class Visit:
    """`parts` is the path without empty segments, `base` the vault's address without a slash at the end."""

    plane: ControlPlane
    vault: Resource
    shelf: Shelf
    claims: Claims
    method: str
    parts: list[str]
    query: dict[str, str]
    body: Body
    base: str

    @property
    def purge_protected(self) -> bool:
        return self.vault.properties.get("enablePurgeProtection") is True

    @property
    def soft_deletes(self) -> bool:
        return self.vault.properties.get("enableSoftDelete") is not False

    @property
    def spoken(self) -> str:
        """How Key Vault names the vault in its refusals."""
        return f"{self.vault.id.name};location={self.vault.body.get('location')}"

    @property
    def recovery_level(self) -> str:
        """By retention and purge protection (`DeletionRecoveryLevel` of the API)."""
        if not self.soft_deletes:
            return "Purgeable"
        custom = "Customized" if self.shelf.retention_days < 90 else ""
        return f"{custom}Recoverable{'' if self.purge_protected else '+Purgeable'}"

    def attributes(self, version: Version) -> Body:
        shown: Body = {"enabled": version.enabled}
        if version.nbf is not None:
            shown["nbf"] = version.nbf
        if version.exp is not None:
            shown["exp"] = version.exp
        shown |= {"created": version.created, "updated": version.updated, "recoveryLevel": self.recovery_level}
        return {**shown, "recoverableDays": self.shelf.retention_days} if self.soft_deletes else shown

    def page(self, items: list[Body]) -> Body:
        """`{"value", "nextLink"}`, 25 a page unless `maxresults` asks for fewer."""
        asked = self.query.get("maxresults", str(_PAGE))
        if not asked.isdigit() or not 1 <= int(asked) <= _PAGE:
            raise bad_parameter(f"maxresults={asked} is not a number between 1 and {_PAGE}.")
        token = self.query.get("$skiptoken", "0")
        start, count = int(token) if token.isdigit() else 0, int(asked)
        link = None
        if len(items) > start + count:
            version = self.query.get("api-version", "")
            link = f"{self.base}/{'/'.join(self.parts)}?api-version={version}&$skiptoken={start + count}"
            link += f"&maxresults={count}"
        return {"value": items[start : start + count], "nextLink": link}


def checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise bad_parameter(f"The request URI contains an invalid name: {name}")
    return name


def take_attributes(version: Version, body: Body) -> None:
    """What a body says of enabled, nbf, exp and tags; what it does not name stays."""
    attributes = object_of(body.get("attributes"))
    if isinstance(attributes.get("enabled"), bool):
        version.enabled = attributes["enabled"]
    version.nbf = _time(attributes.get("nbf"), version.nbf)
    version.exp = _time(attributes.get("exp"), version.exp)
    if version.nbf is not None and version.exp is not None and version.exp <= version.nbf:
        raise bad_parameter("The expiry time must be later than the not-before time.")
    if isinstance(body.get("tags"), dict):
        version.tags = {name: str(value) for name, value in object_of(body["tags"]).items()}


def _time(value: Any, before: int | None) -> int | None:
    return int(value) if isinstance(value, (int, float)) else before
