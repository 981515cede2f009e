"""Containers, shared with ARM in both directions: what is made here is a resource there, and the other way round."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.storage.accounts import CONTAINERS
from azlin.sandbox.arm.store import Body, Resource
from azlin.sandbox.blobs import refusals
from azlin.sandbox.blobs.access import POLICIES, delegation_key, stored_policies
from azlin.sandbox.blobs.markup import document, element, parsed, text_of
from azlin.sandbox.blobs.request import METADATA, Request, done, http_time, iso_time, place

_PUBLIC = {"container": "Container", "blob": "Blob"}
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){2,62}|\$root|\$web|\$logs")


def service(request: Request) -> Answer:
    """What is asked of the account as a whole."""
    verb = (request.method, request.query.get("restype", ""), request.comp)
    if verb == ("GET", "", "list"):
        return _list(request)
    if verb == ("GET", "service", "properties"):
        return Answer(200, _properties(request), {"Content-Type": "application/xml"})
    if verb == ("POST", "service", "userdelegationkey"):
        return _user_delegation_key(request)
    if verb[1:] == ("account", "properties"):
        sku = str(object_of(request.account.body.get("sku")).get("name"))
        headers = {"x-ms-sku-name": sku, "x-ms-account-kind": str(request.account.body.get("kind"))}
        return Answer(200, None, {**headers, "x-ms-is-hns-enabled": "false"})
    raise refusals.unsupported(f"{request.method} of the service with comp={request.comp}")


def answer(request: Request) -> Answer:
    """What is asked of one container; listing its blobs is in `listing.py`."""
    verb = (request.method, request.comp)
    if verb == ("PUT", ""):
        return _create(request)
    found = request.found_container()
    if verb == ("DELETE", ""):
        return _delete(request, found)
    if verb in (("GET", ""), ("HEAD", ""), ("GET", "metadata"), ("HEAD", "metadata")):
        return _headers(found, whole=request.comp == "")
    if verb == ("PUT", "metadata"):
        return _change(request, found, {"metadata": request.metadata})
    if request.comp == "acl":
        return _policies(request, found)
    raise refusals.unsupported(f"{request.method} of a container with comp={request.comp}")


def etag_of(container: Resource) -> str:
    return f'"0x8D{container.etag.replace("-", "")[:13].upper()}"'


def _create(request: Request) -> Answer:
    if not _NAME.fullmatch(request.container):
        raise refusals.BlobRefusal(
            400,
            "InvalidResourceName" if 3 <= len(request.container) <= 63 else "OutOfRangeInput",
            "The specifed resource name contains invalid characters."
            if 3 <= len(request.container) <= 63
            else "The specified resource name length is not within the permissible limits.",
        )
    if request.plane.store.exists(request.container_id):
        raise refusals.BlobRefusal(409, "ContainerAlreadyExists", "The specified container already exists.")
    properties: Body = {"publicAccess": _public(request)}
    if request.metadata:
        properties["metadata"] = request.metadata
    try:
        made = request.plane.write(request.container_id, {"properties": properties}, request.call(), patch=False)
    except ArmRefusal as refused:
        raise refusals.BlobRefusal(refused.status, refused.code, refused.message) from None
    return done(201, made.resource.changed_at, etag_of(made.resource))


def _public(request: Request) -> str:
    asked = request.headers.get("x-ms-blob-public-access", "").casefold()
    if asked and request.account.properties.get("allowBlobPublicAccess") is not True:
        raise refusals.public_access_off()
    if asked and asked not in _PUBLIC:
        raise refusals.invalid_header("x-ms-blob-public-access")
    return _PUBLIC.get(asked, "None")


def _delete(request: Request, found: Resource) -> Answer:
    try:
        request.plane.remove(found.id, request.call())
    except ArmRefusal as refused:
        raise refusals.BlobRefusal(refused.status, refused.code, refused.message) from None
    request.catalog.drop(place(found))
    request.plane.store.forget(POLICIES + found.id.key)
    return Answer(202, None)


def _headers(found: Resource, *, whole: bool) -> Answer:
    properties = found.properties
    headers = {"ETag": etag_of(found), "Last-Modified": http_time(found.changed_at)}
    headers |= {f"{METADATA}{name}": str(value) for name, value in object_of(properties.get("metadata")).items()}
    if whole:
        headers |= {
            "x-ms-lease-status": "unlocked",
            "x-ms-lease-state": "available",
            "x-ms-has-immutability-policy": "false",
            "x-ms-has-legal-hold": "false",
            "x-ms-immutable-storage-with-versioning-enabled": "false",
            "x-ms-default-encryption-scope": "$account-encryption-key",
            "x-ms-deny-encryption-scope-override": "false",
        }
        public = str(properties.get("publicAccess", "None")).casefold()
        if public != "none":
            headers["x-ms-blob-public-access"] = public
    return Answer(200, None, headers)


def _change(request: Request, found: Resource, changes: Body) -> Answer:
    found.properties.update(changes)
    stored = request.plane.store.put(found.id, found.body)
    return done(200, stored.changed_at, etag_of(stored))


def _policies(request: Request, found: Resource) -> Answer:
    """Stored access policies: `{id: {"sp", "st", "se"}}` in the fields of a signature."""
    key = POLICIES + found.id.key
    if request.method == "PUT":
        kept: dict[str, dict[str, str]] = {}
        for one in parsed(request.incoming.body).findall("SignedIdentifier") if request.incoming.body else ():
            policy = one.find("AccessPolicy")
            fields = {"st": "Start", "se": "Expiry", "sp": "Permission"}
            terms = {field: text_of(policy, tag) for field, tag in fields.items()}
            kept[text_of(one, "Id")] = {field: value for field, value in terms.items() if value}
        if len(kept) > 5:
            raise refusals.BlobRefusal(400, "InvalidXmlDocument", "XML specified is not syntactically valid.")
        request.plane.store.remember(key, kept)
        return _change(request, found, {"publicAccess": _public(request)})
    if request.method not in ("GET", "HEAD"):
        raise refusals.unsupported(f"{request.method} of a container's policies")
    root = ET.Element("SignedIdentifiers")
    for name, terms in stored_policies(request).items():
        one = element(root, "SignedIdentifier")
        element(one, "Id", name)
        policy = element(one, "AccessPolicy")
        for field, tag in (("st", "Start"), ("se", "Expiry"), ("sp", "Permission")):
            if terms.get(field):
                element(policy, tag, terms[field])
    shown = _headers(found, whole=True).headers
    headers = {name: value for name, value in shown.items() if name in ("ETag", "Last-Modified")}
    if "x-ms-blob-public-access" in shown:
        headers["x-ms-blob-public-access"] = shown["x-ms-blob-public-access"]
    return Answer(200, document(root), {**headers, "Content-Type": "application/xml"})


def _list(request: Request) -> Answer:
    prefix, marker = request.query.get("prefix", ""), request.query.get("marker", "")
    count = min(request.number("maxresults", 5000), 5000)
    service_id = request.account.id.child("blobServices", "default")
    every = sorted(request.plane.store.all(parent=service_id, type=CONTAINERS), key=lambda one: one.id.name)
    named = [one for one in every if one.id.name.startswith(prefix) and one.id.name >= marker]
    root = ET.Element("EnumerationResults", ServiceEndpoint=f"{request.base}/")
    for tag, value in (("Prefix", prefix), ("Marker", marker), ("MaxResults", request.query.get("maxresults", ""))):
        if value:
            element(root, tag, value)
    listed = element(root, "Containers")
    for one in named[:count]:
        _listed(listed, one, metadata="metadata" in request.query.get("include", ""))
    element(root, "NextMarker", named[count].id.name if len(named) > count else "")
    return Answer(200, document(root), {"Content-Type": "application/xml"})


def _listed(parent: ET.Element, container: Resource, *, metadata: bool) -> None:
    one = element(parent, "Container")
    element(one, "Name", container.id.name)
    shown: dict[str, Any] = {
        "Last-Modified": http_time(container.changed_at),
        "Etag": etag_of(container),
        "LeaseStatus": "unlocked",
        "LeaseState": "available",
        "DefaultEncryptionScope": "$account-encryption-key",
        "DenyEncryptionScopeOverride": "false",
        "HasImmutabilityPolicy": "false",
        "HasLegalHold": "false",
        "ImmutableStorageWithVersioningEnabled": "false",
    }
    public = str(container.properties.get("publicAccess", "None")).casefold()
    if public != "none":
        shown["PublicAccess"] = public
    properties = element(one, "Properties")
    for tag, value in shown.items():
        element(properties, tag, value)
    if metadata and object_of(container.properties.get("metadata")):
        named = element(one, "Metadata")
        for name, value in object_of(container.properties["metadata"]).items():
            element(named, name, str(value))


def _properties(request: Request) -> bytes:
    """What the service is set to; the sandbox logs and measures nothing, so these are the service's defaults."""
    root = ET.Element("StorageServiceProperties")
    logging = element(root, "Logging")
    for tag, value in (("Version", "1.0"), ("Read", "false"), ("Write", "false"), ("Delete", "false")):
        element(logging, tag, value)
    element(element(logging, "RetentionPolicy"), "Enabled", "false")
    for metrics in ("HourMetrics", "MinuteMetrics"):
        one = element(root, metrics)
        element(one, "Version", "1.0")
        element(one, "Enabled", "false")
        element(element(one, "RetentionPolicy"), "Enabled", "false")
    element(root, "Cors")
    kept = request.plane.store.get(request.account.id.child("blobServices", "default"))
    policy = object_of(kept.properties.get("deleteRetentionPolicy")) if kept is not None else {}
    retention = element(root, "DeleteRetentionPolicy")
    element(retention, "Enabled", "true" if policy.get("enabled") else "false")
    if policy.get("enabled") and policy.get("days"):
        element(retention, "Days", str(policy["days"]))
    element(element(root, "StaticWebsite"), "Enabled", "false")
    return document(root)


def _user_delegation_key(request: Request) -> Answer:
    if request.claims is None:
        raise refusals.authentication_failed("Only a caller with a token gets a user delegation key.")
    asked = parsed(request.incoming.body)
    start, end = text_of(asked, "Start") or iso_time(request.at)[:19] + "Z", text_of(asked, "Expiry")
    claims = request.claims
    root = ET.Element("UserDelegationKey")
    for tag, value in (
        ("SignedOid", claims.oid),
        ("SignedTid", claims.tid),
        ("SignedStart", start),
        ("SignedExpiry", end),
        ("SignedService", "b"),
        ("SignedVersion", request.headers.get("x-ms-version", "2021-08-06")),
        ("Value", delegation_key(request, claims.oid, claims.tid, start, end)),
    ):
        element(root, tag, value)
    return Answer(200, document(root), {"Content-Type": "application/xml"})
