"""Tags of any scope (`{scope}/providers/Microsoft.Resources/tags/default`), and the names of tags in a subscription.

Sources: "Tags - Create Or Update At Scope", "- Update At Scope" (Merge, Replace, Delete), "- Delete At Scope"; "Tags -
Create Or Update" and "- Create Or Update Value" (`/subscriptions/{id}/tagNames`), whose shapes were compared with
recordings. A resource and a group hold their tags in their own body; a subscription holds them here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.ids import GROUP, SUBSCRIPTION, ResourceId
from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.refusals import ArmRefusal, content_invalid
from azlin.sandbox.arm.store import ABOUT, Body, Resource

TAGS = "Microsoft.Resources/tags"
_SUBSCRIPTION_TAGS = f"{ABOUT}subscription-tags/"
_PREDEFINED = f"{ABOUT}tag-names/"
_MOST = 50


class Tags(Behaviour):
    """The tags of the scope itself, under the name `default`."""

    provisioning = False
    created_status = 200
    write_pending = None

    def absent(self, rid: ResourceId, call: Call, /) -> Body | None:
        return {"properties": {"tags": tags_of(_scope(rid, call), call)}}

    def refuse(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        asked = resource.properties.get("tags", {})
        if not isinstance(asked, dict):
            raise content_invalid("properties.tags must be an object of strings")
        if len(object_of(asked)) > _MOST:
            raise ArmRefusal(
                400, "InvalidTags", f"Too many tags on the resource/resource group. The maximum number is {_MOST}."
            )

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        scope = _scope(resource.id, call)
        asked: dict[str, str] = resource.properties.get("tags") or {}
        tags = tags_of(scope, call)
        change = str(resource.body.pop("operation", "Replace")).casefold()
        if change == "merge":
            tags.update(asked)
        elif change == "delete":
            tags = {name: value for name, value in tags.items() if asked.get(name) != value}
        else:
            tags = asked
        _put_tags(scope, tags, call)
        resource.body["properties"] = {"tags": tags}
        # The scope holds the tags; a second copy would go its own way.
        call.plane.store.delete(resource.id)


def tags_of(scope: ResourceId, call: Call) -> dict[str, str]:
    """The tags of a subscription, a group or a resource. Raises ArmRefusal 404."""
    if scope.type == SUBSCRIPTION:
        return dict(call.plane.store.recall(_SUBSCRIPTION_TAGS + scope.key) or {})
    return dict(call.plane.find(scope, call).body.get("tags") or {})


def _put_tags(scope: ResourceId, tags: dict[str, str], call: Call) -> None:
    if scope.type == SUBSCRIPTION:
        call.plane.store.remember(_SUBSCRIPTION_TAGS + scope.key, tags)
        return
    owner = call.plane.find(scope, call)
    owner.body["tags"] = tags
    call.plane.store.put(owner.id, owner.body)


def _scope(rid: ResourceId, call: Call) -> ResourceId:
    return call.plane.store.parse(rid.scope, rid.tenant)


def _delete_at_scope(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    _put_tags(call.plane.store.parse(groups["scope"], call.tenant), {}, call)
    return Answer(200)


# ------------------------------------------------------------------ names


def _list_names(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """What was defined, and what is in use; each with how often."""
    subscription = groups["subscription"]
    used: dict[str, Counter[str]] = {name: Counter() for name in _predefined(subscription, call)}
    for name, values in _predefined(subscription, call).items():
        used[name].update(dict.fromkeys(values, 0))
    for found in _tagged(subscription, call):
        for name, value in found.items():
            used.setdefault(name, Counter())[value] += 1
    return Answer(200, {"value": [_name(subscription, name, values) for name, values in used.items()]})


def _tagged(subscription: str, call: Call) -> list[dict[str, str]]:
    store = call.plane.store
    owners = (*store.all(subscription=subscription, listed=True), *store.all(subscription=subscription, type=GROUP))
    return [object_of(one.body.get("tags")) for one in owners]


def _predefined(subscription: str, call: Call) -> dict[str, list[str]]:
    return call.plane.store.recall(_PREDEFINED + subscription.casefold()) or {}


def _define(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    subscription, name = groups["subscription"], groups["name"]
    known = _predefined(subscription, call)
    created = name not in known
    values = known.setdefault(name, [])
    call.plane.store.remember(_PREDEFINED + subscription.casefold(), known)
    return Answer(201 if created else 200, _name(subscription, name, Counter(dict.fromkeys(values, 0))))


def _define_value(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    subscription, name, value = groups["subscription"], groups["name"], groups["value"]
    known = _predefined(subscription, call)
    if name not in known:
        raise ArmRefusal(404, "TagNotFound", f"The tag name '{name}' could not be found.")
    created = value not in known[name]
    if created:
        known[name].append(value)
    call.plane.store.remember(_PREDEFINED + subscription.casefold(), known)
    return Answer(201 if created else 200, _value(subscription, name, value, 0))


def _forget(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    subscription, name, value = groups["subscription"], groups["name"], groups.get("value")
    known = _predefined(subscription, call)
    if name not in known or (value is not None and value not in known[name]):
        return Answer(204)
    if any(found.get(name) == value if value is not None else name in found for found in _tagged(subscription, call)):
        raise ArmRefusal(409, "TagInUse", f"The tag '{name}' is in use and cannot be deleted.")
    if value is None:
        del known[name]
    else:
        known[name].remove(value)
    call.plane.store.remember(_PREDEFINED + subscription.casefold(), known)
    return Answer(200)


def _name(subscription: str, name: str, values: Counter[str]) -> Body:
    return {
        "id": f"/subscriptions/{subscription}/tagNames/{name}",
        "tagName": name,
        "count": {"type": "Total", "value": values.total()},
        "values": [_value(subscription, name, value, count) for value, count in values.items()],
    }


def _value(subscription: str, name: str, value: str, count: int) -> Body:
    return {
        "id": f"/subscriptions/{subscription}/tagNames/{name}/tagValues/{value}",
        "tagValue": value,
        "count": {"type": "Total", "value": count},
    }


def register(registry: Registry) -> None:
    registry.type(TAGS, Tags())
    registry.route("DELETE", "*", r"(?P<scope>/.+)/providers/Microsoft\.Resources/tags/default", _delete_at_scope)
    names = r"/subscriptions/(?P<subscription>[^/]+)/tagNames"
    registry.route("GET", "", names, _list_names)
    one, value = names + r"/(?P<name>[^/]+)", r"/tagValues/(?P<value>[^/]*)"
    for pattern, handler in ((one, _define), (one + value, _define_value)):
        registry.route("PUT", "", pattern, handler)
        registry.route("DELETE", "", pattern, _forget)
