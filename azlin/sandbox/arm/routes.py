"""HTTP in front of the control plane: who asks, what the path names, which answer that makes."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from azlin.sandbox.arm import refusals
from azlin.sandbox.arm.authorization.access import only_readable, owns, refuse_unseen
from azlin.sandbox.arm.behaviour import Answer, Call
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.faults import Met, Trouble
from azlin.sandbox.arm.ids import GROUP, SUBSCRIPTION, TENANT, Address, ResourceId, parse_address
from azlin.sandbox.arm.jsonc import JsonInvalid, read_json
from azlin.sandbox.arm.listing import list_resources, list_type
from azlin.sandbox.arm.operations import Operation, operation_path
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Body, Resource
from azlin.sandbox.arm.tags import tags_of
from azlin.sandbox.entra import Entra
from azlin.sandbox.incoming import Incoming

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-[A-Za-z0-9.]+)?")
_OPERATION = re.compile(
    r"(?:/subscriptions/[^/]+)?/providers/Microsoft\.Resources/(operationStatuses|operationResults)/([0-9a-f-]{36})",
    re.IGNORECASE,
)
_NAMESPACE = re.compile(r"/providers/([^/]+)", re.IGNORECASE)
_READS = ("GET", "HEAD")
_POLL_AFTER_MS = "100"


class Arm:
    """management.azure.com: takes an `Incoming`, gives an `Answer`."""

    def __init__(self, plane: ControlPlane, entra: Entra) -> None:
        self._plane = plane
        self._entra = entra

    def answer(self, incoming: Incoming) -> Answer:
        """Never raises ArmRefusal: a refusal is an answer."""
        try:
            return self._answer(incoming)
        except ArmRefusal as refused:
            return refused_answer(refused)

    def trouble(self, service: str, incoming: Incoming) -> Trouble:
        """What is to go wrong with this request as such, to whichever service it goes."""
        type_name = name = ""
        if service == "arm":
            address = parse_address(incoming.path, self._plane.store.casing, "")
            if address is not None:
                type_name, name = address.collection_type or address.resource.type, address.resource.name
        return self._plane.faults.meet_request(Met(incoming.method, type_name, name, service, incoming.path))

    def _answer(self, incoming: Incoming) -> Answer:
        self._plane.operations.settle(self._plane)
        claims = self._entra.authenticate(incoming.headers.get("authorization"))
        path = "/" + "/".join(part for part in incoming.path.split("/") if part)
        call = Call(
            plane=self._plane,
            method=incoming.method,
            api_version=_version(incoming),
            tenant=claims.tid,
            oid=claims.oid,
            appid=claims.appid,
            query=incoming.query,
            headers=incoming.headers,
            base=incoming.base,
        )
        address = parse_address(path, self._plane.store.casing, claims.tid)
        if address is None:
            raise ArmRefusal(404, "InvalidRequestUri", f"The request URI is not valid: '{path}'.")
        if address.resource.subscription is not None:
            self._plane.directory.subscription(address.resource.subscription, claims.tid)
        remaining = self._plane.throttle.take(incoming.method, address.resource.subscription, claims.tid, claims.oid)
        try:
            answer = self._answered(address, path, incoming, call)
        except ArmRefusal as refused:
            refused.headers = {**remaining, **refused.headers}
            raise
        answer.headers.update(remaining)
        return answer

    def _answered(self, address: Address, path: str, incoming: Incoming, call: Call) -> Answer:
        if owns(call):
            return self._unguarded(address, path, incoming, call)
        refuse_unseen(address, call)
        answer = self._unguarded(address, path, incoming, call)
        return only_readable(answer, call) if incoming.method == "GET" else answer

    def _unguarded(self, address: Address, path: str, incoming: Incoming, call: Call) -> Answer:
        polled = _OPERATION.fullmatch(path)
        if polled is not None:
            return self._operation(polled.group(1).casefold(), polled.group(2), call)
        found = _NAMESPACE.search(path)
        routed = self._plane.registry.routed(incoming.method, found.group(1) if found else "", path)
        if routed is not None:
            return self._routed(routed, address, incoming, call)
        return self._resource(address, path, incoming, call)

    def _routed(self, routed: Any, address: Address, incoming: Incoming, call: Call) -> Answer:
        handler, groups = routed
        trouble = self._meet(incoming.method, address)
        answer = handler(call, groups, incoming.json())
        answer.delay_s += trouble
        return answer

    def _resource(self, address: Address, path: str, incoming: Incoming, call: Call) -> Answer:
        method, rid = incoming.method, address.resource
        if method == "POST":
            return self._post(address, path, incoming, call)
        if address.tail is not None or address.namespace is not None:
            if method != "GET":
                raise refusals.method_not_allowed(method, path)
            return self._list(address, path, call)
        if rid.type in (SUBSCRIPTION, TENANT):
            if method != "GET" or rid.type == TENANT:
                raise refusals.method_not_allowed(method, path)
            subscription = self._plane.directory.subscription(rid.subscription or "", call.tenant)
            tags = tags_of(rid, call)
            body = {**subscription.body(), **({"tags": tags} if tags else {})}
            return Answer(200, body, delay_s=self._meet(method, address))
        self._check_version(rid, call.api_version, incoming)
        if method in _READS:
            return self._read(rid, method, address, call)
        self._check_conditions(rid, incoming.headers)
        if method in ("PUT", "PATCH"):
            return self._write(rid, incoming, call)
        if method == "DELETE":
            return self._delete(rid, call)
        raise refusals.method_not_allowed(method, path)

    # --------------------------------------------------------------- reads

    def _read(self, rid: ResourceId, method: str, address: Address, call: Call) -> Answer:
        delay_s = self._meet(method, address)
        if method == "HEAD":
            old = self._plane.staleness.old(rid.key)
            there = self._plane.store.exists(rid) if old is None else old.resource is not None
            return Answer(204 if there else 404, delay_s=delay_s)
        resource = self._plane.read(rid, call)
        return Answer(200, self._plane.show(resource, call), _etag(resource), delay_s)

    def _list(self, address: Address, path: str, call: Call) -> Answer:
        delay_s = self._meet("GET", address)
        rid, tail = address.resource, (address.tail or "").casefold()
        if rid.type == TENANT and tail in ("subscriptions", "tenants"):
            return Answer(200, self._directory_list(tail, call.tenant), delay_s=delay_s)
        if tail == "resources" and rid.type in (SUBSCRIPTION, GROUP):
            return Answer(200, list_resources(rid, path, call), delay_s=delay_s)
        if address.collection_type is not None:
            unknown = self._plane.registry.behaviour(address.collection_type).unknown_catalogue
            headers = {"x-azlin-sandbox": "not-known-here"} if unknown else {}
            return Answer(200, list_type(rid, address.collection_type, path, call), headers, delay_s)
        raise ArmRefusal(404, "InvalidRequestUri", f"The request URI is not valid: '{path}'.")

    def _directory_list(self, what: str, tenant: str) -> Body:
        directory = self._plane.directory
        if what == "subscriptions":
            value = [one.body() for one in directory.subscriptions(tenant)]
            return {"value": value, "count": {"type": "Total", "value": len(value)}}
        found = directory.tenant(tenant)
        if found is None:
            return {"value": []}
        shown = {
            "id": f"/tenants/{found.id}",
            "tenantId": found.id,
            "countryCode": "",
            "displayName": found.name,
            "domains": [found.domain],
            "tenantCategory": "Home",
            "defaultDomain": found.domain,
            "tenantType": "AAD",
        }
        return {"value": [shown]}

    # -------------------------------------------------------------- writes

    def _write(self, rid: ResourceId, incoming: Incoming, call: Call) -> Answer:
        body = _lenient(incoming) if rid.type.casefold() == "microsoft.resources/deployments" else incoming.json()
        if body is None and self._plane.registry.behaviour(rid.type).bodyless:
            body = {}
        if not isinstance(body, dict):
            raise refusals.content_invalid("The request body must be a JSON object")
        typed: Body = body  # pyright: ignore[reportUnknownVariableType] - JSON
        written = self._plane.write(rid, typed, call, patch=incoming.method == "PATCH")
        resource, operation = written.resource, written.operation
        headers = _etag(resource)
        behaviour = self._plane.registry.behaviour(rid.type)
        status = behaviour.created_status if written.created else behaviour.updated_status
        status = status if incoming.method == "PUT" else 200
        if operation is not None:
            headers.update(self._polling(operation, call))
            status = 201 if written.created else 200
            if behaviour.write_pending == 202:
                return Answer(202, None, headers, written.delay_s)
            del headers["Location"]
        return Answer(status, self._plane.show(resource, call), headers, written.delay_s)

    def _delete(self, rid: ResourceId, call: Call) -> Answer:
        removed = self._plane.remove(rid, call)
        if removed.operation is not None:
            return Answer(202, None, self._polling(removed.operation, call))
        done = self._plane.registry.behaviour(rid.type).deleted_status
        return Answer(done if removed.existed else 204, removed.shown, delay_s=removed.delay_s)

    def _post(self, address: Address, path: str, incoming: Incoming, call: Call) -> Answer:
        rid, action = address.resource, address.tail
        listed = address.collection_type
        if action is None and rid.nested:
            # An action of two words (`sharedkey/reset`, `arpTables/primary`) looks like the id of a child.
            *above, segment, name = rid.id.split("/")
            parent = self._plane.store.parse("/".join(above), call.tenant)
            rid, action = parent, f"{segment}/{name}"
        if action is None or (listed is not None and not listed.startswith(f"{rid.type}/")):
            raise (
                refusals.type_unknown(listed, call.api_version) if listed else refusals.method_not_allowed("POST", path)
            )
        acted = self._plane.act(rid, action, incoming.json(), call)
        if isinstance(acted, Operation):
            return Answer(202, None, self._polling(acted, call))
        return acted

    # ---------------------------------------------------------- operations

    def _polling(self, operation: Operation, call: Call) -> dict[str, str]:
        query = urlencode({"api-version": call.api_version})
        status = operation_path(operation)
        result = status.replace("/operationStatuses/", "/operationResults/")
        return {
            "Azure-AsyncOperation": f"{call.base}{status}?{query}",
            "Location": f"{call.base}{result}?{query}",
            "x-ms-retry-after-ms": _POLL_AFTER_MS,
        }

    def _operation(self, form: str, operation_id: str, call: Call) -> Answer:
        operation = self._plane.operations.get(operation_id)
        if operation is None or operation.tenant != call.tenant:
            raise ArmRefusal(404, "OperationNotFound", f"The operation '{operation_id}' was not found.")
        wait = {} if operation.ended else {"x-ms-retry-after-ms": _POLL_AFTER_MS}
        if form == "operationstatuses":
            return Answer(200, _status(operation), wait)
        if not operation.ended:
            return Answer(202, None, {**wait, **self._polling(operation, call)})
        if operation.error is not None:
            return Answer(int(operation.state.get("status", 409)), {"error": operation.error})
        if operation.method in ("PUT", "PATCH"):
            rid = self._plane.store.parse(operation.target, operation.tenant)
            return Answer(200, self._plane.show(self._plane.find(rid, call), call))
        return Answer(200, operation.result)

    # -------------------------------------------------------------- checks

    def _meet(self, method: str, address: Address) -> float:
        """The delay in seconds that faults put on a read; raises their refusal."""
        type_name = address.collection_type or address.resource.type
        name = "" if address.tail is not None else address.resource.name
        trouble = self._plane.faults.meet(method, type_name, name)
        if trouble.refusal is not None:
            trouble.refusal.delay_s = trouble.latency_s
            raise trouble.refusal
        return trouble.latency_s

    def _check_version(self, rid: ResourceId, version: str, incoming: Incoming) -> None:
        known = self._plane.registry.provider_types.get(rid.type.casefold())
        if known is None or known.takes(version):
            return
        location: str | None = None
        if incoming.method == "PUT":
            body = incoming.json()
            location = str(body["location"]) if isinstance(body, dict) and "location" in body else None  # pyright: ignore[reportUnknownArgumentType]
        raise refusals.version_not_registered(
            rid.type, version, location, list(known.api_versions), list(known.locations)
        )

    def _check_conditions(self, rid: ResourceId, headers: dict[str, str]) -> None:
        """If-Match and If-None-Match (RFC 9110, section 13.1); `*` is any existing one."""
        match, none_match = headers.get("if-match"), headers.get("if-none-match")
        if match is None and none_match is None:
            return
        resource = self._plane.store.get(rid)
        etag = resource.etag if resource else None
        if match is not None and (etag is None or (match != "*" and etag not in match)):
            raise refusals.precondition_failed(f"If-Match: {match}")
        if none_match is not None and etag is not None and (none_match == "*" or etag in none_match):
            raise refusals.precondition_failed(f"If-None-Match: {none_match}")


def refused_answer(refused: ArmRefusal) -> Answer:
    """A refusal as HTTP tells it."""
    if refused.page is not None:
        headers = {**refused.headers, "Content-Type": "text/html; charset=utf-8"}
        return Answer(refused.status, refused.page.encode(), headers, refused.delay_s)
    return Answer(refused.status, {"error": refused.error()}, dict(refused.headers), refused.delay_s)


def _version(incoming: Incoming) -> str:
    version = incoming.query.get("api-version", "")
    if not version:
        raise refusals.version_missing()
    if _VERSION.fullmatch(version) is None:
        raise refusals.version_invalid(version, [])
    return version


def _lenient(incoming: Incoming) -> Any:
    """Deployments: az sends the template as it is in the file, comments and all."""
    try:
        return read_json(incoming.body)
    except JsonInvalid as unreadable:
        raise refusals.content_invalid(str(unreadable)) from None


def _etag(resource: Resource) -> dict[str, str]:
    return {"ETag": f'"{resource.etag}"'} if resource.etag else {}


def _status(operation: Operation) -> Body:
    body: Body = {
        "id": operation_path(operation),
        "name": operation.id,
        "status": operation.status,
        "startTime": _time(operation.started_at),
    }
    if operation.ended:
        body["endTime"] = _time(operation.ended_at or time.time())
        body["percentComplete"] = 100
    if operation.error is not None:
        body["error"] = operation.error
    elif operation.result is not None:
        body["properties"] = {"output": operation.result}
    return body


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
