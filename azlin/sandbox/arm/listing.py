"""Lists: of a type at a scope, of all resources, of groups; filtered and paged with nextLink."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from azlin.sandbox.arm import refusals
from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.filters import Filter
from azlin.sandbox.arm.ids import GROUP, SUBSCRIPTION, TENANT, ResourceId
from azlin.sandbox.arm.locations import all_locations, find_location
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import PAGE_SIZE, Body, Page, Resource, Store

Fetch = Callable[[int, str | None], Page]
_REGIONAL = re.compile(r"^[^/]+/locations(/|$)", re.IGNORECASE)
_ENTRY = ("location", "tags", "sku", "kind", "identity", "managedBy", "plan", "zones", "extendedLocation")


def list_type(scope: ResourceId, type_name: str, path: str, call: Call) -> Body:
    """All of a type in a subscription or group, or directly under a resource or tenant root."""
    store = call.plane.store

    def fetch(top: int, token: str | None) -> Page:
        if scope.type == SUBSCRIPTION:
            page = store.page(type=type_name, subscription=scope.subscription, top=top, skip_token=token)
        elif scope.type == GROUP:
            page = store.page(type=type_name, group=scope, top=top, skip_token=token)
        else:
            page = store.page(type=type_name, parent=scope, top=top, skip_token=token)
        return _seen(page, call)

    if _REGIONAL.search(scope.type):
        _require_region(scope, call)
    elif scope.type not in (SUBSCRIPTION, TENANT):
        call.plane.require(scope)
        computed = _computed(scope, type_name, call)
        if computed is not None:
            return {"value": computed}
    if call.plane.registry.behaviour(type_name).unknown_catalogue == "refused":
        raise refusals.not_known_here(path)
    return _pages(fetch, path, replace(call, listing=True), call.plane.show, scope.id)


def _computed(scope: ResourceId, type_name: str, call: Call) -> list[Any] | None:
    """What the behaviour of the resource at `scope` lists of its own accord."""
    owner, _, segment = type_name.rpartition("/")
    found = call.plane.store.get(scope) if owner.casefold() == scope.type.casefold() else None
    return call.plane.registry.behaviour(scope.type).listed(found, segment, call) if found else None


def _require_region(scope: ResourceId, call: Call) -> None:
    """Nobody makes `{namespace}/locations/{region}`: it is there when Azure has the region. What is below it
    (`.../locations/{region}/{type}/{name}`) is there when it was made."""
    if scope.group_key is not None and not call.plane.store.exists(scope.group_key):
        raise refusals.group_not_found(scope.group or "")
    if scope.nested:
        call.plane.require(scope)
    elif find_location(scope.name) is None:
        raise ArmRefusal(
            400,
            "NoRegisteredProviderFound",
            f"No registered resource provider found for location '{scope.name}' and API version '{call.api_version}' "
            f"for type '{scope.type.partition('/')[2]}'. The supported locations are '{', '.join(all_locations())}'.",
        )


def list_resources(scope: ResourceId, path: str, call: Call) -> Body:
    """`GET {subscription or group}/resources`: tracked resources, without their properties."""
    store = call.plane.store
    text = call.query.get("$filter")
    wanted = Filter(text).resource_type if text else None

    def fetch(top: int, token: str | None) -> Page:
        group = scope if scope.type == GROUP else None
        subscription = None if group else scope.subscription
        page = store.page(type=wanted, group=group, subscription=subscription, listed=True, top=top, skip_token=token)
        return _seen(page, call)

    if scope.type == GROUP:
        call.plane.require(scope)
    return _pages(fetch, path, call, entry)


def _seen(page: Page, call: Call) -> Page:
    """The page as readers see it: without what they do not know of yet, the rest as it was."""
    shown: list[Resource] = []
    for one in page.resources:
        old = call.plane.staleness.old(one.id.key)
        if old is None:
            shown.append(one)
        elif old.resource is not None:
            shown.append(replace(one, body=deepcopy(old.resource.body), etag=old.resource.etag))
    return Page(shown, page.skip_token)


def entry(resource: Resource, call: Call) -> Body:
    """One line of `GET /resources`. Child resources are named `parent/child` there."""
    rid = resource.id
    shown: Body = {"id": rid.id, "name": _long_name(rid), "type": rid.type}
    shown.update({key: resource.body[key] for key in _ENTRY if key in resource.body})
    if call.expands("createdTime"):
        shown["createdTime"] = _time(resource.created_at)
    if call.expands("changedTime"):
        shown["changedTime"] = _time(resource.changed_at)
    if call.expands("provisioningState"):
        shown["provisioningState"] = resource.properties.get("provisioningState", "Succeeded")
    return shown


def next_link(path: str, call: Call, token: str) -> str:
    """The caller's own URL with the skip token of the next page."""
    query = {key: value for key, value in call.query.items() if key != "$skiptoken"}
    return f"{call.base}{path}?{urlencode({**query, '$skiptoken': token})}"


def _pages(fetch: Fetch, path: str, call: Call, show: Callable[[Resource, Call], Body], scope: str = "") -> Body:
    top = _top(call.query)
    token = call.query.get("$skiptoken")
    text = call.query.get("$filter")
    if not text:
        page = fetch(top, token)
        return _body([show(one, call) for one in page.resources], path, call, page.skip_token)
    keeps = Filter(text, scope).keeps
    kept: list[Body] = []
    while True:
        page = fetch(PAGE_SIZE, token)
        for one in page.resources:
            if not keeps(one):
                continue
            if len(kept) == top:
                return _body(kept, path, call, token)
            kept.append(show(one, call))
            token = str(one.seq)
        token = page.skip_token
        if token is None:
            return _body(kept, path, call, None)


def _body(value: list[Body], path: str, call: Call, token: str | None) -> Body:
    body: dict[str, Any] = {"value": value}
    if token is not None:
        body["nextLink"] = next_link(path, call, token)
    return body


def _top(query: Mapping[str, str]) -> int:
    text = query.get("$top")
    if text is None:
        return PAGE_SIZE
    if not text.isdigit() or int(text) == 0:
        raise ArmRefusal(400, "InvalidTopInQueryString", f"Invalid $top '{text}' specified in the query string.")
    return min(int(text), PAGE_SIZE)


def _long_name(rid: ResourceId) -> str:
    if not rid.nested:
        return rid.name
    return "/".join(rid.id.rpartition("/providers/")[2].split("/")[2::2])


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


__all__ = ["Store", "entry", "list_resources", "list_type", "next_link"]
