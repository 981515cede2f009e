"""Certificates: made by policy (issuer Self, or Unknown with a request to be merged), imported, renewed by version.

A certificate comes with a key and a secret of its name and version. Creating one is an operation under
`/certificates/{name}/pending`, which for Self is done when it is asked about first.
"""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from cryptography import x509

from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.store import Body
from azlin.sandbox.vault import authorities, issuing
from azlin.sandbox.vault.access import allow
from azlin.sandbox.vault.collection import Collection, Reply
from azlin.sandbox.vault.key_material import PrivateKey, from_pem, to_pem
from azlin.sandbox.vault.keys import key_data
from azlin.sandbox.vault.refusals import VaultRefusal, bad_parameter, is_deleted, no_such_door, not_found
from azlin.sandbox.vault.shelf import Held, Version, new_version_id
from azlin.sandbox.vault.visit import Visit, take_attributes

_WAITING = (
    "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer "
    "provider. Please check again later."
)


class Certificates(Collection):
    segment = "certificates"
    noun = "certificate"
    follows: ClassVar[tuple[str, ...]] = ("keys", "secrets")

    def bundle(self, visit: Visit, held: Held, version: Version, *, whole: bool = True) -> Body:  # noqa: ARG002
        at = f"{held.name}/{version.id}"
        shown: Body = {
            "id": f"{visit.base}/certificates/{at}",
            "kid": f"{visit.base}/keys/{at}",
            "sid": f"{visit.base}/secrets/{at}",
            "x5t": version.data["x5t"],
            "cer": version.data["cer"],
            "attributes": visit.attributes(version),
        }
        if version.tags is not None:
            shown["tags"] = version.tags
        shown["policy"] = self._policy_shown(visit, held)
        if held.pending is not None:
            shown["pending"] = {"id": f"{visit.base}/certificates/{held.name}/pending"}
        return shown

    def item(self, visit: Visit, held: Held, version: Version, *, versioned: bool) -> Body:
        address = f"{visit.base}/certificates/{held.name}"
        shown: Body = {"id": f"{address}/{version.id}" if versioned else address, "x5t": version.data["x5t"]}
        shown["attributes"] = visit.attributes(version)
        if version.tags is not None:
            shown["tags"] = version.tags
        return {**shown, "subject": version.data["subject"]}

    # ------------------------------------------------------------ dispatch

    def answer(self, visit: Visit) -> Reply:
        second = visit.parts[1].casefold() if len(visit.parts) > 1 else ""
        if visit.parts[0].casefold() == "certificates" and second in ("issuers", "contacts"):
            return authorities.answer(visit)
        return super().answer(visit)

    def own(self, visit: Visit, name: str, rest: list[str]) -> Reply:
        verb = (visit.method, *(one.casefold() for one in rest))
        if verb == ("POST", "create"):
            allow(visit, "certificates", "create", name)
            return 202, self._create(visit, name)
        if verb == ("POST", "import"):
            allow(visit, "certificates", "import", name)
            return 200, self._import(visit, name)
        if verb[1:2] == ("policy",) and len(rest) == 1:
            return 200, self._policy(visit, name)
        if verb[1:2] == ("pending",):
            return self._pending(visit, name, verb)
        if visit.method == "GET" and len(rest) <= 1:
            allow(visit, "certificates", "get", name)
            return 200, self.bundle(visit, *self.version(visit, name, rest[0] if rest else None))
        if visit.method == "PATCH" and len(rest) <= 1:
            held, found = self.change(visit, name, rest[0] if rest else None)
            if "policy" in visit.body:
                held.policy = issuing.completed(object_of(visit.body["policy"]), held.policy, visit.shelf.now)
            visit.shelf.put("certificates", held)
            return 200, self.bundle(visit, held, found)
        raise no_such_door(visit.method, "/" + "/".join(visit.parts))

    # -------------------------------------------------------------- create

    def _create(self, visit: Visit, name: str) -> Body:
        held = visit.shelf.get("certificates", name) or Held(name=name, versions=[])
        self._refuse_deleted(visit, name)
        if held.pending is not None and held.pending["status"] == "inProgress":
            message = f"There is a certificate operation in progress for the certificate {name}."
            raise VaultRefusal(409, "Conflict", message, "PendingCertificateOperationExists")
        held.policy = issuing.completed(object_of(visit.body.get("policy")), held.policy, visit.shelf.now)
        issuer = str(held.policy["issuer"]["name"])
        if issuer not in ("Self", "Unknown") and authorities.issuer(visit, issuer) is None:
            raise not_found("issuer", issuer)
        key = self._key_for(held)
        held.pending = {
            "issuer": {"name": issuer},
            "csr": issuing.request(held.policy, key),
            "cancellation_requested": False,
            "status": "inProgress",
            "status_details": _WAITING,
            "request_id": new_version_id(),
            "pem": to_pem(key),
            "asked": {one: visit.body[one] for one in ("attributes", "tags") if one in visit.body},
        }
        visit.shelf.put("certificates", held)
        return self._pending_shown(visit, held)

    def _key_for(self, held: Held) -> PrivateKey:
        properties = object_of(object_of(held.policy).get("key_props"))
        if properties.get("reuse_key") and held.versions:
            return from_pem(held.newest.data["pem"])
        return issuing.new_key(properties)

    def _refuse_deleted(self, visit: Visit, name: str) -> None:
        for collection, noun in (("certificates", "certificate"), ("keys", "key"), ("secrets", "secret")):
            one = visit.shelf.get(collection, name)
            if one is not None and one.deleted is not None:
                raise is_deleted(noun, name)

    def _store(self, visit: Visit, held: Held, chain: list[x509.Certificate], key: PrivateKey, asked: Body) -> Version:
        """A new version with its key and its secret, all three with one version id."""
        policy, now = object_of(held.policy), visit.shelf.now
        data = issuing.described(chain[0])
        version = Version(id=new_version_id(), created=now, updated=now, data={**data, "pem": to_pem(key)})
        version.nbf, version.exp = data["nbf"], data["exp"]
        take_attributes(version, asked)
        held.versions.append(version)
        content_type = str(object_of(policy.get("secret_props")).get("contentType"))
        kty = str(object_of(policy.get("key_props")).get("kty"))
        usage = ["sign", "verify", *(["wrapKey", "unwrapKey", "encrypt", "decrypt"] if kty.startswith("RSA") else [])]
        secret: Body = {"value": issuing.packed(chain, key, content_type), "contentType": content_type}
        for collection, kept in (("keys", key_data(key, kty, usage)), ("secrets", secret)):
            other = visit.shelf.get(collection, held.name) or Held(name=held.name, versions=[])
            made = Version(id=version.id, created=now, updated=now, managed=True, data=kept)
            made.enabled, made.nbf, made.exp, made.tags = version.enabled, version.nbf, version.exp, version.tags
            other.versions.append(made)
            visit.shelf.put(collection, other)
        visit.shelf.put("certificates", held)
        return version

    def _import(self, visit: Visit, name: str) -> Body:
        self._refuse_deleted(visit, name)
        held = visit.shelf.get("certificates", name) or Held(name=name, versions=[])
        asked = object_of(visit.body.get("policy"))
        chain, key, content_type = issuing.unpacked(str(visit.body.get("value", "")), visit.body.get("pwd"), asked)
        described = issuing.policy_of(chain[0], key, content_type, visit.shelf.now)
        exportable = object_of(asked.get("key_props")).get("exportable")
        if exportable is not None:
            described["key_props"]["exportable"] = exportable
        held.policy = described
        version = self._store(visit, held, chain, key, visit.body)
        return self.bundle(visit, held, version)

    # ------------------------------------------------------------- pending

    def _pending(self, visit: Visit, name: str, verb: tuple[str, ...]) -> Reply:
        permission = {"GET": "get", "PATCH": "update", "DELETE": "update", "POST": "create"}.get(visit.method, "update")
        allow(visit, "certificates", permission, name)
        held = self.live(visit, name)
        if held.pending is None:
            raise VaultRefusal(404, "PendingCertificateNotFound", f"Pending certificate not found: {name}")
        pending = held.pending
        if verb == ("POST", "pending", "merge"):
            return 201, self._merge(visit, held, pending)
        if verb == ("PATCH", "pending"):
            if pending["status"] != "inProgress":
                raise VaultRefusal(403, "Forbidden", "The certificate operation has ended and cannot be cancelled.")
            pending["cancellation_requested"] = visit.body.get("cancellation_requested") is True
            visit.shelf.put("certificates", held)
            return 200, self._pending_shown(visit, held)
        if verb == ("DELETE", "pending"):
            shown = self._pending_shown(visit, held)
            held.pending = None
            if held.versions:
                visit.shelf.put("certificates", held)
            else:
                visit.shelf.drop("certificates", name)
            return 200, shown
        if verb != ("GET", "pending"):
            raise no_such_door(visit.method, "/" + "/".join(visit.parts))
        self._go_on(visit, held, pending)
        return 200, self._pending_shown(visit, held)

    def _go_on(self, visit: Visit, held: Held, pending: Body) -> None:
        if pending["status"] != "inProgress":
            return
        if pending["cancellation_requested"]:
            pending.update(status="cancelled", status_details="The certificate operation was cancelled.")
            visit.shelf.put("certificates", held)
        elif pending["issuer"]["name"] == "Self":
            key = from_pem(pending["pem"])
            self._finish(visit, held, [issuing.self_signed(object_of(held.policy), key)], key)

    def _finish(self, visit: Visit, held: Held, chain: list[x509.Certificate], key: PrivateKey) -> Version:
        pending = object_of(held.pending)
        asked = object_of(pending.pop("asked", None))
        pending.pop("pem", None)
        pending.pop("status_details", None)
        pending.update(status="completed", target=f"{visit.base}/certificates/{held.name}")
        return self._store(visit, held, chain, key, asked)

    def _merge(self, visit: Visit, held: Held, pending: Body) -> Body:
        if pending["status"] != "inProgress":
            raise VaultRefusal(403, "Forbidden", "The certificate operation has ended; nothing waits to be merged.")
        sent: Any = visit.body.get("x5c") or []
        key = from_pem(pending["pem"])
        try:
            chain = [x509.load_der_x509_certificate(base64.b64decode(str(one))) for one in sent]
        except ValueError:
            raise bad_parameter("A certificate of x5c is not valid.") from None
        if not chain or chain[0].public_key() != key.public_key():
            raise bad_parameter("Public key from x509 certificate and key of this instance do not match.")
        pending["asked"] = {**pending["asked"], **{k: v for k, v in visit.body.items() if k in ("attributes", "tags")}}
        version = self._finish(visit, held, chain, key)
        return self.bundle(visit, held, version)

    def _pending_shown(self, visit: Visit, held: Held) -> Body:
        kept = {name: value for name, value in object_of(held.pending).items() if name not in ("pem", "asked")}
        return {"id": f"{visit.base}/certificates/{held.name}/pending", **kept}

    # -------------------------------------------------------------- policy

    def _policy(self, visit: Visit, name: str) -> Body:
        allow(visit, "certificates", "get" if visit.method == "GET" else "update", name)
        held = self.live(visit, name)
        if visit.method == "PATCH":
            held.policy = issuing.completed(visit.body, held.policy, visit.shelf.now)
            visit.shelf.put("certificates", held)
        elif visit.method != "GET":
            raise no_such_door(visit.method, "/" + "/".join(visit.parts))
        return self._policy_shown(visit, held)

    def _policy_shown(self, visit: Visit, held: Held) -> Body:
        return {"id": f"{visit.base}/certificates/{held.name}/policy", **object_of(held.policy)}
