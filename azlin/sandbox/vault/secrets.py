"""Secrets: `/secrets/{name}[/{version}]`. The value is answered by GET and PUT of the data plane and nowhere else."""

from __future__ import annotations

from azlin.sandbox.arm.store import Body
from azlin.sandbox.vault.access import allow
from azlin.sandbox.vault.collection import Collection, Reply
from azlin.sandbox.vault.refusals import bad_parameter, disabled, no_such_door
from azlin.sandbox.vault.shelf import Held, Version
from azlin.sandbox.vault.visit import Visit

MAX_BYTES = 25_600


class Secrets(Collection):
    segment = "secrets"
    noun = "secret"
    update_permission = "set"

    def bundle(self, visit: Visit, held: Held, version: Version, *, whole: bool = True) -> Body:
        shown: Body = {"value": version.data["value"]} if whole else {}
        return {**shown, **self.item(visit, held, version, versioned=True)}

    def item(self, visit: Visit, held: Held, version: Version, *, versioned: bool) -> Body:
        shown: Body = {}
        if version.data.get("contentType") is not None:
            shown["contentType"] = version.data["contentType"]
        address = f"{visit.base}/secrets/{held.name}"
        shown["id"] = f"{address}/{version.id}" if versioned else address
        if version.managed:
            shown["managed"] = True
        shown["attributes"] = visit.attributes(version)
        if version.tags is not None:
            shown["tags"] = version.tags
        if version.managed and versioned:
            shown["kid"] = f"{visit.base}/keys/{held.name}/{version.id}"
        return shown

    def own(self, visit: Visit, name: str, rest: list[str]) -> Reply:
        version = rest[0] if rest else None
        if visit.method == "GET" and len(rest) <= 1:
            allow(visit, "secrets", "get", name)
            held, found = self.version(visit, name, version)
            if not found.enabled:
                raise disabled("secret", "get")
            return 200, self.bundle(visit, held, found)
        if visit.method == "PUT" and not rest:
            allow(visit, "secrets", "set", name)
            return 200, self.bundle(visit, *self.set(visit, name))
        if visit.method == "PATCH" and len(rest) <= 1:
            held, found = self.change(visit, name, version)
            if "contentType" in visit.body:
                found.data["contentType"] = visit.body["contentType"]
            visit.shelf.put("secrets", held)
            return 200, self.bundle(visit, held, found, whole=False)
        raise no_such_door(visit.method, "/" + "/".join(visit.parts))

    def set(self, visit: Visit, name: str) -> tuple[Held, Version]:
        value = visit.body.get("value")
        if not isinstance(value, str):
            raise bad_parameter("The parameter value is missing or not a string.")
        if len(value.encode()) > MAX_BYTES:
            raise bad_parameter(f"The value of the secret is larger than {MAX_BYTES} bytes.")
        data: Body = {"value": value}
        if isinstance(visit.body.get("contentType"), str):
            data["contentType"] = visit.body["contentType"]
        return self.take_in(visit, name, data, visit.body)
