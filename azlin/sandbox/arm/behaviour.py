"""How knowledge of a provider plugs into the generic store.

The control plane (`control_plane.py`) treats every type alike: it authenticates, checks the scope,
splits and joins inline children, stores, answers. What only one type knows, a `Behaviour` adds. A
module of behaviours defines

    def register(registry: Registry) -> None

and is named in `MODULES`. Order of a PUT or PATCH of resource R:

 1. faults that match; group, parent, If-Match, api-version (generic);
 2. inline children are taken out of the body (see `Inline`);
 3. the envelope is completed (identity ids, provisioningState) (generic);
 4. `behaviour.refuse(R, before, call)`, then `behaviour.complete(R, before, call)`;
 5. R is stored; each inline child goes through 2-7 itself;
 6. `behaviour.written(R, before, call)`; an Operation it returns makes the answer asynchronous;
 7. `behaviour.show(R, call)` makes the body that is answered (also for GET and lists).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.refusals import ArmRefusal, method_not_allowed, not_done_here
from azlin.sandbox.arm.store import Body, Resource

if TYPE_CHECKING:
    from azlin.sandbox.arm.control_plane import ControlPlane
    from azlin.sandbox.arm.operations import Operation

MODULES: tuple[str, ...] = (
    "bodies",
    "providers",
    "activity_log",
    "locations",
    "tags",
    "links",
    "features",
    "moves",
    "policy.objects",
    "policy.enforcement",
    "policy.states",
    "template_export",
    "deployment_scripts",
    "management_groups",
    "authorization.role_definitions",
    "authorization.role_assignments",
    "authorization.access",
    "templates.deployment_stacks",
    "templates.deployments",
    "network.virtual_networks",
    "network.private_endpoints",
    "private_links",
    "compute.provider",
    "costs.cost_query",
    "costs.usage_details",
    "storage.accounts",
    "storage.blob_containers",
    "key_vault.vaults",
    "key_vault.secrets",
    "identity.user_assigned",
    "names.name_availability",
    "web.sites",
    "automation",
    "soft_deletion",
    "managed_groups",
    "web.server_farms",
    "names.name_checks",
    "log_analytics",
    "service_regions",
    "storage.skus",
    "unknown_catalogues",
    "statuses",
)
"""Modules of this package with a `register(registry)`; loaded once, in order, by `load()`."""


@dataclass(slots=True)
class Call:
    """One request on its way through the control plane.

    `method` is upper case, `api_version` as sent, `headers` and `query` keys are lower case.
    `tenant`, `oid` and `appid` come from the caller's token.
    """

    plane: ControlPlane
    method: str
    api_version: str
    tenant: str
    oid: str
    appid: str = ""
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    base: str = "https://management.azure.com"
    """Scheme and host the caller used; links in answers (nextLink, operations) begin with it."""
    listing: bool = False
    """Whether what is shown is an entry of a list, where some services show less."""

    def expands(self, what: str) -> bool:
        """True when `$expand` names it (any casing)."""
        return what.casefold() in self.query.get("$expand", "").casefold().split(",")


@dataclass(slots=True)
class Answer:
    """What goes back. `body` is JSON-able; None sends no body. `delay_s` holds it back."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Inline:
    """An array in a parent's properties whose elements are its child resources.

    `segment` is the child type's last segment and the property's name (`subnets`). What is PUT
    inline becomes child resources, and what is read inline is composed from them, so the two views
    cannot differ. With `absent="remove"` a PUT without the property removes all children; with
    `"keep"` it leaves them.
    """

    segment: str
    absent: Literal["remove", "keep"] = "remove"


class Behaviour:
    """What one resource type does beyond being stored. Override what the type knows; an argument
    that an override does not need may be named with a leading underscore.

    `resource.body` may be changed in place in `complete`. `before` is the resource as it was
    stored, without inline arrays, or None when it is new.
    """

    provisioning: bool = True
    """Whether `properties.provisioningState` is shown."""
    etag_in_body: bool = False
    """Whether answers carry `etag` in the body (Microsoft.Network) besides the header."""
    created_status: int = 201
    """How the PUT of a new resource is answered. Some SDKs take only 200 (storage accounts, disks)."""
    updated_status: int = 200
    """How the PUT of one that was there is answered; `statuses.py` knows whose clients take no 200."""
    deleted_status: int = 200
    """How a DELETE that is done is answered."""
    knows_statuses: bool = False
    """Whether these statuses stand, whatever `statuses.py` has read of the type's clients."""
    write_pending: Literal[201, 202] | None = 201
    """How a slow PUT answers: 201 with the resource, 202 with a Location, None: it just takes long."""
    delete_pending: bool = True
    """Whether a slow DELETE answers 202 and is polled; else it just takes long."""
    slow_actions: frozenset[str] = frozenset()
    """Casefolded POST actions that ARM runs as long operations (start, deallocate...)."""
    action_statuses: Mapping[str, Sequence[int]] = MappingProxyType({})
    """The statuses that clients take for an action, by its casefolded name; `statuses.py` fills it."""
    act_pending: bool = False
    """Whether those answer 202 with an operation to poll even when they are done at once."""
    guards_itself: bool = False
    """Whether `refuse` has its own words for a write while another goes on."""
    bodyless: bool = False
    """Whether a PUT without a body makes one."""
    inline: tuple[Inline, ...] = ()
    unknown_catalogue: Literal["refused", "empty"] | None = None
    """How a list of these is answered that Azure has and that is not known here (`unknown_catalogues.py`)."""
    implicit_names: frozenset[str] = frozenset({"default", "current"})
    """Casefolded names under which a child exists with its parent, without having been PUT."""

    def prepare(self, rid: ResourceId, call: Call, /) -> None:
        """Before a write or a delete: store what is there without having been made, and would be missed now."""

    def refuse(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        """Raise ArmRefusal when ARM would not take this body."""

    def complete(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        """Fill what the provider fills: defaults, derived and read-only fields."""

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> Operation | None:
        """After it was stored: side effects, long work (see `Operations.begin`)."""

    def refuse_delete(self, resource: Resource, call: Call, /) -> None:
        """Raise ArmRefusal when it may not go (in use)."""

    def shown_deleted(self, resource: Resource, call: Call, /) -> Body | None:
        """What the answer of a DELETE that is done at once shows; most types show nothing."""

    def deleted(self, resource: Resource, call: Call, /) -> None:
        """After it and everything under it went (deleteOption cascades...)."""

    def absent(self, rid: ResourceId, call: Call, /) -> Body | None:
        """The body that GET shows although nothing was stored (implicit singletons), or None."""

    def implies(self, rid: ResourceId, /) -> bool:
        """Whether it exists without having been stored: as a child, wherever its parent does."""
        return rid.nested and rid.name.casefold() in self.implicit_names

    def not_found(self, rid: ResourceId, /, *, as_scope: bool) -> ArmRefusal | None:  # noqa: ARG002
        """The type's own words for one that is not there, `as_scope` for something on it; None: ARM's usual ones."""
        return None

    def location_conflict(self, rid: ResourceId, kept: str, asked: str, /) -> ArmRefusal | None:  # noqa: ARG002
        """The type's own words for a write to another location than it is in; None: ARM's usual ones."""
        return None

    def listed(self, resource: Resource, segment: str, call: Call, /) -> list[Any] | None:  # noqa: ARG002
        """What GET `{resource}/{segment}` lists where children are not stored but computed; None: what is stored."""
        return None

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:  # noqa: ARG002
        """POST `{resource}/{action}` (casefolded); returns the answer's body, or an `Answer`.

        With a latency fault a slow action runs when its operation ends. The resource may be
        changed and put back: `call.plane.store.put(resource.id, resource.body)`.
        """
        if action in self.action_statuses:
            raise not_done_here(f"{resource.id.id}/{action}")
        raise method_not_allowed("POST", f"{resource.id.id}/{action}")

    def show(self, resource: Resource, call: Call, /) -> Body:  # noqa: ARG002
        """The body as read, inline children included; add what is computed at reading."""
        return resource.body


class Unknown(Behaviour):
    """A type of which nothing is known. 200, because every SDK takes it and some take no 201."""

    created_status = 200


RouteHandler = Callable[[Call, Mapping[str, str], Any], Answer]
"""(call, named groups of the pattern, decoded JSON body or None) -> Answer."""
Gate = Callable[[ResourceId, Body, Call], Body]
"""(id, whole body, call) -> the body to be written; raises ArmRefusal."""
Advance = Callable[["Operation", "ControlPlane"], float | None]
"""Called when an operation of its kind is due. Returns the seconds until it wants to be called
again, or None when it has ended; `ArmRefusal` fails the operation. See `operations.py`."""


VaultSecret = Callable[[Resource, str, str | None], str | None]
"""(vault, secret name, version or None for the newest) -> the value, or None when there is no such secret."""


@dataclass(frozen=True, slots=True)
class ProviderType:
    """A registered type: `api_versions` newest first; empty means any well-formed one is taken."""

    type: str
    api_versions: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    capabilities: str = "None"
    default_api_version: str | None = None
    accepts: Callable[[str], bool] | None = None
    """For a list that is not complete: whether a version outside it may be one all the same."""

    def takes(self, api_version: str) -> bool:
        """Whether a request with this api-version is answered."""
        listed = not self.api_versions or api_version in self.api_versions
        return listed or (self.accepts is not None and self.accepts(api_version))


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    pattern: re.Pattern[str]
    handler: RouteHandler


class Registry:
    """All knowledge, by type, by route, by kind of operation."""

    def __init__(self) -> None:
        self._types: dict[str, Behaviour] = {}
        self._routes: dict[tuple[str, str], list[_Route]] = {}
        self._advances: dict[str, Advance] = {}
        self.provider_types: dict[str, ProviderType] = {}
        """By casefolded type. Also teaches the store how types are spelled."""
        self.default: Behaviour = Unknown()
        self.gate: Gate | None = None
        """What policies do to every write that somebody asks for."""
        self.vault_secret: VaultSecret | None = None
        """Set by whoever keeps the secrets of vaults; deployments read parameters through it."""

    def type(self, name: str, behaviour: Behaviour) -> None:
        """Say what a type does. `Microsoft.Network/*` is for the rest of a namespace."""
        self._types[name.casefold()] = behaviour

    def behaviour(self, type_name: str) -> Behaviour:
        """Of the exact type, else of its namespace, else the default."""
        folded = type_name.casefold()
        found = self._types.get(folded)
        if found is None:
            found = self._types.get(folded.partition("/")[0] + "/*", self.default)
            self._types[folded] = found
        return found

    def provider_type(self, found: ProviderType) -> None:
        """Register a type's spelling, api-versions and locations."""
        self.provider_types[found.type.casefold()] = found

    def route(self, method: str, namespace: str, pattern: str, handler: RouteHandler) -> None:
        """Answer paths that are not plain resources (skus, usages, images, checkNameAvailability).

        `pattern` is matched whole, without regard to case, against the decoded path with single
        slashes; `namespace` is the first one in the path ("" for paths without `/providers/X`, "*" for
        whichever it is).
        Routes win over resources.
        """
        compiled = re.compile(pattern, re.IGNORECASE)
        self._routes.setdefault((method.upper(), namespace.casefold()), []).append(
            _Route(method.upper(), compiled, handler)
        )

    def routed(self, method: str, namespace: str, path: str) -> tuple[RouteHandler, Mapping[str, str]] | None:
        """The handler for a path and the pattern's named groups, or None."""
        for routes in (self._routes.get((method, namespace.casefold()), ()), self._routes.get((method, "*"), ())):
            for route in routes:
                match = route.pattern.fullmatch(path)
                if match is not None:
                    return route.handler, match.groupdict()
        return None

    def kind(self, name: str, advance: Advance) -> None:
        """Say how operations of a kind go on."""
        self._advances[name] = advance

    def advance(self, kind: str) -> Advance:
        return self._advances[kind]


def load() -> Registry:
    """The one place where provider modules are found."""
    from azlin.sandbox.arm import groups

    registry = Registry()
    groups.register(registry)
    for module in MODULES:
        import_module(f"azlin.sandbox.arm.{module}").register(registry)
    return registry


__all__ = [
    "Advance",
    "Answer",
    "ArmRefusal",
    "Behaviour",
    "Body",
    "Call",
    "Inline",
    "ProviderType",
    "Registry",
    "Resource",
    "ResourceId",
    "load",
]
