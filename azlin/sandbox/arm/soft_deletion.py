"""Resources that can be recovered after they were deleted, and keep their names taken until they are purged.

A kind is a row of `KINDS`: where what was deleted is found, for how long, how a PUT asks for it back, and what a PUT
that does not is told. Key vaults have rules of their own (`vaults.py`). Paths and shapes are those of the clients that
az has; codes and texts of conflicts are those that people showed in issues. What purge protection and a recovery of
nothing are answered was not seen. Children (deployments of a model, APIs) do not come back with their parent here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry, RouteHandler
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.times import iso

_DAY_S = 86400
_KEPT = "kept"
"""Where a deleted resource holds what it was and until when; never shown."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`place` is the path under the provider where one is, `listed` the one where a subscription lists them all.

    A PUT asks for recovery by `restores` (property, casefolded value), or always where that is None. `days_in` is the
    property with the days that it is kept, `days` what holds without it. `own_id` is the property of the deleted one
    that names what it was; None shows the whole resource instead. `everywhere` says that the name is the world's.
    """

    type: str
    place: str
    listed: str
    days: int
    restores: tuple[str, str] | None
    code: str = ""
    text: str = ""
    shown_type: str = ""
    days_in: str = ""
    own_id: str | None = None
    everywhere: bool = False
    protects: str = ""
    sets: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the service sets where nothing was said; `{name}` in a text is the name in lower case."""
    kept: Callable[[Resource], bool] = lambda _: True
    """Whether one is kept at all: some tiers are gone at once."""

    @property
    def namespace(self) -> str:
        return self.type.partition("/")[0]

    @property
    def deleted_type(self) -> str:
        """The type of what was deleted."""
        return f"{self.namespace}/{'/'.join(self.place.split('/')[::2])}"

    def path(self, rid: ResourceId, location: object) -> str:
        """Where it is when it was deleted."""
        under = self.place.format(location=location, group=rid.group, name=rid.name)
        return f"/subscriptions/{rid.subscription}/providers/{self.namespace}/{under}"


KINDS: tuple[Kind, ...] = (
    Kind(
        type="Microsoft.CognitiveServices/accounts",
        place="locations/{location}/resourceGroups/{group}/deletedAccounts/{name}",
        listed="deletedAccounts",
        days=2,
        restores=("restore", "true"),
        code="FlagMustBeSetForRestore",
        text="An existing resource with ID '{id}' has been soft-deleted. To restore the resource, you must specify "
        "'restore' to be 'true' in the property. If you don't want to restore existing resource, please purge it "
        "first.",
        shown_type="Microsoft.CognitiveServices/accounts",
    ),
    Kind(
        type="Microsoft.AppConfiguration/configurationStores",
        place="locations/{location}/deletedConfigurationStores/{name}",
        listed="deletedConfigurationStores",
        days=7,
        restores=("createMode", "recover"),
        code="NameUnavailable",
        text="The specified name is already in use.",
        shown_type="Microsoft.AppConfiguration/deletedConfigurationStores",
        days_in="softDeleteRetentionInDays",
        own_id="configurationStoreId",
        everywhere=True,
        protects="enablePurgeProtection",
        sets={
            "endpoint": "https://{name}.azconfig.io",
            "softDeleteRetentionInDays": 7,
            "enablePurgeProtection": False,
            "disableLocalAuth": False,
        },
        kept=lambda one: str(object_of(one.body.get("sku")).get("name")).casefold() not in ("free", "developer"),
    ),
    Kind(
        type="Microsoft.ApiManagement/service",
        place="locations/{location}/deletedservices/{name}",
        listed="deletedservices",
        days=2,
        restores=("restore", "true"),
        code="ServiceAlreadyExistsInSoftDeletedState",
        text="Api service {name} was soft-deleted. In order to create the new service with the same name, you have to "
        "either undelete the service or purge it. See https://aka.ms/apimsoftdelete.",
        shown_type="Microsoft.ApiManagement/deletedservices",
        own_id="serviceId",
        everywhere=True,
        sets={"gatewayUrl": "https://{name}.azure-api.net"},
    ),
    Kind(
        type="Microsoft.KeyVault/managedHSMs",
        place="locations/{location}/deletedManagedHSMs/{name}",
        listed="deletedManagedHSMs",
        days=90,
        restores=("createMode", "recover"),
        code="ConflictError",
        text="A managed HSM with the same name already exists in deleted state. You need to either recover or purge "
        "the existing one.",
        shown_type="Microsoft.KeyVault/deletedManagedHSMs",
        days_in="softDeleteRetentionInDays",
        own_id="mhsmId",
        everywhere=True,
        protects="enablePurgeProtection",
        sets={
            "hsmUri": "https://{name}.managedhsm.azure.net/",
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": 90,
        },
    ),
    Kind(
        type="Microsoft.OperationalInsights/workspaces",
        place="locations/{location}/resourceGroups/{group}/deletedWorkspaces/{name}",
        listed="deletedWorkspaces",
        days=14,
        restores=None,
    ),
)


class Recoverable(Typed):
    """The type itself, while it is there."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def check(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        if before is not None:
            return
        kind = self._kind
        found = _of(kind, resource.id, call)
        asks = _asks(kind, resource)
        own = found is not None and _was(found) == resource.id.key
        if asks and kind.restores is not None and not own:
            raise ArmRefusal(
                404,
                "CanNotRestoreANonExistingResource" if kind.days_in == "" else "ResourceNotFound",
                f"'{resource.id.id}' was not deleted, or was purged: there is nothing to restore.",
            )
        if found is not None and not asks:
            text = kind.text.format(id=resource.id.id, name=resource.id.name)
            raise ArmRefusal(409, kind.code, text)

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        kind = self._kind
        asks = _asks(kind, resource)
        if kind.restores is not None:
            resource.properties.pop(kind.restores[0], None)
        found = _of(kind, resource.id, call) if before is None and asks else None
        if found is not None and _was(found) == resource.id.key:
            self._recover(resource, found, call)
        for name, value in kind.sets.items():
            made = value.format(name=resource.id.name.lower()) if isinstance(value, str) else value
            resource.properties.setdefault(name, made)

    def _recover(self, resource: Resource, found: Resource, call: Call) -> None:
        was = object_of(object_of(found.body[_KEPT])["body"])
        if self._kind.restores is None:
            # What a re-creation says counts; what the service had made (its own id, its age) comes back.
            mine = resource.properties
            resource.body.update({name: value for name, value in was.items() if name not in resource.body})
            resource.body["properties"] = {**object_of(was.get("properties")), **mine}
        else:
            resource.body.update(was)
        call.plane.store.delete(found.id)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        kind, store = self._kind, call.plane.store
        if not kind.kept(resource) or call.query.get("force", "").casefold() == "true":
            return
        now = call.plane.now()
        days = resource.properties.get(kind.days_in, kind.days)
        until = now + (days if isinstance(days, int) else kind.days) * _DAY_S
        location = resource.body.get("location")
        body = {name: value for name, value in resource.body.items() if name not in ("id", "name", "type")}
        kept: Body = {"until": until, "id": resource.id.id, "body": body}
        dates = {"deletionDate": _second(now), "scheduledPurgeDate": _second(until)}
        if kind.own_id is None:
            shown: Body = {**body, "properties": {**object_of(body.get("properties")), **dates}}
        else:
            shown = {"properties": {kind.own_id: resource.id.id, "location": location, **dates}}
            if kind.type == "Microsoft.ApiManagement/service":
                shown = {"location": location, "properties": {kind.own_id: resource.id.id, **dates}}
            else:
                shown["properties"]["tags"] = resource.body.get("tags") or {}
            if kind.protects:
                shown["properties"]["purgeProtectionEnabled"] = bool(resource.properties.get(kind.protects))
        rid = store.parse(kind.path(resource.id, location), resource.id.tenant)
        store.put(rid, {**shown, _KEPT: kept})


class Deleted(Behaviour):
    """What was deleted. It comes and goes with the type, never by a PUT; a DELETE or `purge` ends it."""

    provisioning = False
    slow_actions = frozenset(("purge",))
    act_pending = True

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def refuse(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        raise ArmRefusal(405, "MethodNotAllowed", f"'{resource.id.id}' cannot be written.")

    def prepare(self, rid: ResourceId, call: Call, /) -> None:
        _expire(call.plane.store.get(rid), call)

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        if self._kind.protects and resource.properties.get("purgeProtectionEnabled"):
            raise ArmRefusal(
                405, "MethodNotAllowed", f"'{resource.id.name}' has purge protection and is kept until its time is up."
            )

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action != "purge":
            return super().act(action, resource, body, call)
        self.refuse_delete(resource, call)
        call.plane.store.delete(resource.id)
        return None

    def show(self, resource: Resource, call: Call, /) -> Body:
        if _expire(resource, call) is None:
            raise ArmRefusal(404, "ResourceNotFound", f"'{resource.id.name}' is not among the deleted ones any more.")
        shown = {name: value for name, value in resource.body.items() if name != _KEPT}
        if not self._kind.shown_type:
            return {**shown, "id": object_of(resource.body[_KEPT])["id"], "type": self._kind.type}
        return {**shown, "type": self._kind.shown_type}


def deleted_ones(kind: Kind, name: str, call: Call) -> list[Resource]:
    """What was deleted under a name (any casing), wherever it was, and is still kept."""
    found = call.plane.store.named(kind.deleted_type, name)
    return [one for one in found if _expire(one, call) is not None]


def _of(kind: Kind, rid: ResourceId, call: Call) -> Resource | None:
    """What keeps a new resource from its name: what it was itself, or for a name of the world anything."""
    found = deleted_ones(kind, rid.name, call)
    own = next((one for one in found if _was(one) == rid.key), None)
    return own if own is not None or not kind.everywhere else next(iter(found), None)


def _was(deleted: Resource) -> str:
    """The casefolded id that it had."""
    return str(object_of(deleted.body[_KEPT])["id"]).casefold()


def _asks(kind: Kind, resource: Resource) -> bool:
    if kind.restores is None:
        return True
    name, value = kind.restores
    return str(resource.properties.get(name, "")).casefold() == value


def _expire(deleted: Resource | None, call: Call) -> Resource | None:
    """None for one whose time is up: it is purged."""
    if deleted is None or object_of(deleted.body[_KEPT])["until"] > call.plane.now():
        return deleted
    call.plane.store.delete(deleted.id)
    return None


def _second(at: float) -> str:
    return f"{iso(at)[:19]}Z"


def _list(kind: Kind) -> RouteHandler:
    def listed(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
        found = list(call.plane.store.all(type=kind.deleted_type, subscription=groups["subscription"]))
        group, location = groups.get("group"), groups.get("location")
        shown: list[Body] = []
        for one in found:
            was = object_of(one.body[_KEPT])
            within = group is None or f"/resourcegroups/{group}/".casefold() in str(was["id"]).casefold()
            here = location is None or f"/locations/{location}/".casefold() in one.id.key
            if within and here and _expire(one, call) is not None:
                shown.append(call.plane.show(one, call))
        return Answer(200, {"value": shown})

    return listed


def register(registry: Registry) -> None:
    for kind in KINDS:
        registry.type(kind.type, Recoverable(kind))
        registry.type(kind.deleted_type, Deleted(kind))
        space = kind.namespace.replace(".", r"\.")
        head = r"/subscriptions/(?P<subscription>[^/]+)"
        handler = _list(kind)
        for within in ("", r"/resourcegroups/(?P<group>[^/]+)"):
            registry.route("GET", kind.namespace, f"{head}{within}/providers/{space}/{kind.listed}", handler)
        in_region = rf"{head}/providers/{space}/locations/(?P<location>[^/]+)/{kind.listed}"
        registry.route("GET", kind.namespace, in_region, handler)
