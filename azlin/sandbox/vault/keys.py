"""Keys: create, import, rotate, and the cryptographic operations. Symmetric keys and release are Managed HSM's."""

from __future__ import annotations

from typing import Any

from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.store import Body
from azlin.sandbox.vault import key_operations
from azlin.sandbox.vault.access import allow
from azlin.sandbox.vault.collection import Collection, Reply, unpadded
from azlin.sandbox.vault.key_material import (
    EC_OPERATIONS,
    RSA_OPERATIONS,
    PrivateKey,
    encoded,
    from_jwk,
    from_pem,
    make,
    public_jwk,
    to_pem,
)
from azlin.sandbox.vault.refusals import VaultRefusal, bad_parameter, disabled, no_such_door
from azlin.sandbox.vault.shelf import Held, Version
from azlin.sandbox.vault.visit import Visit

_OPERATIONS = {"encrypt", "decrypt", "sign", "verify", "wrapkey", "unwrapkey"}
_SPELLED = {"wrapkey": "wrapKey", "unwrapkey": "unwrapKey"}
_ANY_TIME = {"decrypt", "verify", "unwrapKey"}
"""What may still be done with an expired key: reading what it once protected."""
_KNOWN_OPERATIONS = {*RSA_OPERATIONS, "import", "export"}


class Keys(Collection):
    segment = "keys"
    noun = "key"

    def bundle(self, visit: Visit, held: Held, version: Version, *, whole: bool = True) -> Body:  # noqa: ARG002
        data = version.data
        jwk = {
            "kid": f"{visit.base}/keys/{held.name}/{version.id}",
            "kty": data["kty"],
            "key_ops": data["key_ops"],
            **data["public"],
        }
        return {"key": jwk, **self._rest(visit, version)}

    def item(self, visit: Visit, held: Held, version: Version, *, versioned: bool) -> Body:
        address = f"{visit.base}/keys/{held.name}"
        return {"kid": f"{address}/{version.id}" if versioned else address, **self._rest(visit, version)}

    def _rest(self, visit: Visit, version: Version) -> Body:
        attributes = {**visit.attributes(version), "exportable": False}
        shown: Body = {"attributes": attributes}
        if version.tags is not None:
            shown["tags"] = version.tags
        return {**shown, "managed": True} if version.managed else shown

    # ------------------------------------------------------------ dispatch

    def own(self, visit: Visit, name: str, rest: list[str]) -> Reply:  # noqa: PLR0911 - one line per path
        method, verb = visit.method, rest[-1].casefold() if rest else ""
        if method == "POST" and rest == ["create"]:
            allow(visit, "keys", "create", name)
            return 200, self.bundle(visit, *self._create(visit, name))
        if method == "POST" and rest == ["rotate"]:
            allow(visit, "keys", "rotate", name)
            return 200, self.bundle(visit, *self._rotate(visit, name))
        if len(rest) == 1 and verb == "rotationpolicy":
            return 200, self._policy(visit, name)
        if method == "POST" and verb in _OPERATIONS and len(rest) <= 2:
            return 200, self._operate(visit, name, rest[0] if len(rest) == 2 else None, _SPELLED.get(verb, verb))
        if method == "PUT" and not rest:
            allow(visit, "keys", "import", name)
            return 200, self.bundle(visit, *self._import(visit, name))
        if method == "GET" and len(rest) <= 1:
            allow(visit, "keys", "get", name)
            return 200, self.bundle(visit, *self.version(visit, name, rest[0] if rest else None))
        if method == "PATCH" and len(rest) <= 1:
            held, found = self.change(visit, name, rest[0] if rest else None)
            if "key_ops" in visit.body:
                found.data["key_ops"] = _operations(visit.body["key_ops"], found.data["kty"])
            visit.shelf.put("keys", held)
            return 200, self.bundle(visit, held, found)
        raise no_such_door(method, "/" + "/".join(visit.parts))

    # -------------------------------------------------------------- writes

    def _create(self, visit: Visit, name: str) -> tuple[Held, Version]:
        body = visit.body
        kty = self._type(visit, body.get("kty"))
        data = key_data(make(kty, body.get("key_size"), body.get("crv")), kty, body.get("key_ops"))
        return self.take_in(visit, name, data, body)

    def _import(self, visit: Visit, name: str) -> tuple[Held, Version]:
        jwk = object_of(visit.body.get("key"))
        kty = self._type(visit, jwk.get("kty"))
        if visit.body.get("Hsm") is True and not kty.endswith("-HSM"):
            kty = self._type(visit, f"{kty}-HSM")
        return self.take_in(visit, name, key_data(from_jwk(jwk), kty, jwk.get("key_ops")), visit.body)

    def _rotate(self, visit: Visit, name: str) -> tuple[Held, Version]:
        held = self.live(visit, name)
        before = held.newest
        key = from_pem(before.data["pem"])
        made = make(before.data["kty"], getattr(key, "key_size", None), before.data["public"].get("crv"))
        expires = object_of(object_of(held.policy).get("attributes")).get("expiryTime")
        body: Body = {"tags": before.tags} if before.tags is not None else {}
        if isinstance(expires, str):
            body["attributes"] = {"exp": visit.shelf.now + _seconds(expires)}
        return self.take_in(visit, name, key_data(made, before.data["kty"], before.data["key_ops"]), body)

    def _type(self, visit: Visit, kty: Any) -> str:
        if not isinstance(kty, str) or kty not in ("RSA", "RSA-HSM", "EC", "EC-HSM"):
            raise bad_parameter(f"Key type is not supported by this vault: {kty}")
        sku = str(object_of(visit.vault.properties.get("sku")).get("name", "")).casefold()
        if kty.endswith("-HSM") and sku != "premium":
            raise bad_parameter("The requested operation needs a vault of the premium SKU: it has no HSM-backed keys.")
        return kty

    def _policy(self, visit: Visit, name: str) -> Body:
        held = self.live(visit, name)
        if visit.method == "PUT":
            allow(visit, "keys", "setrotationpolicy", name)
            now = visit.shelf.now
            before = object_of(object_of(held.policy).get("attributes"))
            attributes = {
                **object_of(visit.body.get("attributes")),
                "created": before.get("created", now),
                "updated": now,
            }
            if isinstance(attributes.get("expiryTime"), str):
                _seconds(str(attributes["expiryTime"]))
            held.policy = {"lifetimeActions": visit.body.get("lifetimeActions") or [], "attributes": attributes}
            visit.shelf.put("keys", held)
        elif visit.method == "GET":
            allow(visit, "keys", "getrotationpolicy", name)
        else:
            raise no_such_door(visit.method, "/" + "/".join(visit.parts))
        notify = {"trigger": {"timeBeforeExpiry": "P30D"}, "action": {"type": "Notify"}}
        kept = held.policy or {"lifetimeActions": [notify], "attributes": {}}
        return {"id": f"{visit.base}/keys/{held.name}/rotationpolicy", **kept}

    # ---------------------------------------------------------- operations

    def _operate(self, visit: Visit, name: str, wanted: str | None, operation: str) -> Body:
        allow(visit, "keys", operation, name)
        held, version = self.version(visit, name, wanted)
        self._usable(visit, version, operation)
        key, body = from_pem(version.data["pem"]), visit.body
        algorithm = str(body.get("alg", ""))
        if operation == "verify":
            digest, signature = unpadded(str(body.get("digest", ""))), unpadded(str(body.get("value", "")))
            return {"value": key_operations.verify(key, algorithm, digest, signature)}
        work = {"encrypt": key_operations.seal, "wrapKey": key_operations.seal, "sign": key_operations.sign}
        made = work.get(operation, key_operations.unseal)(key, algorithm, unpadded(str(body.get("value", ""))))
        return {"kid": f"{visit.base}/keys/{held.name}/{version.id}", "value": encoded(made)}

    def _usable(self, visit: Visit, version: Version, operation: str) -> None:
        if not version.enabled:
            raise disabled("key", operation)
        if operation not in version.data["key_ops"]:
            message = f"Operation {operation} is not permitted on this key."
            raise VaultRefusal(403, "Forbidden", message, "KeyOperationForbidden")
        if operation in _ANY_TIME:
            return
        if version.exp is not None and version.exp <= visit.shelf.now:
            message = f"Operation {operation} is not allowed on an expired key."
            raise VaultRefusal(403, "Forbidden", message, "KeyExpired")
        if version.nbf is not None and version.nbf > visit.shelf.now:
            message = f"Operation {operation} is not allowed on a key that is not yet valid."
            raise VaultRefusal(403, "Forbidden", message, "KeyNotYetValid")


def key_data(key: PrivateKey, kty: str, operations: Any) -> Body:
    return {"kty": kty, "key_ops": _operations(operations, kty), "public": public_jwk(key), "pem": to_pem(key)}


def _operations(asked: Any, kty: str) -> list[str]:
    usual = RSA_OPERATIONS if kty.startswith("RSA") else EC_OPERATIONS
    if not isinstance(asked, list) or not asked:
        return list(usual)
    named: list[str] = [str(one) for one in asked]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
    for one in named:
        if one not in _KNOWN_OPERATIONS:
            raise bad_parameter(f"Key operation is not supported: {one}")
        if one in RSA_OPERATIONS and one not in usual:
            raise bad_parameter(f"Key operation {one} is not supported by a key of type {kty}.")
    return named


def _seconds(duration: str) -> int:
    """`P90D`, `P18M`, `P2Y` (ISO 8601; months of 30 days) in seconds; at least 28 days, as the service asks."""
    days = {"D": 1, "W": 7, "M": 30, "Y": 365}.get(duration[-1:])
    if not duration.startswith("P") or not duration[1:-1].isdigit() or days is None:
        raise bad_parameter(f"The duration '{duration}' is not in ISO 8601 format, such as P90D.")
    total = int(duration[1:-1]) * days
    if total < 28:
        raise bad_parameter("The expiry time of a rotation policy must be at least 28 days.")
    return total * 86_400
