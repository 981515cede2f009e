"""ARM resource ids: read in any casing, kept in one.

An id is `/subscriptions/{s}[/resourceGroups/{g}]` followed by any number of
`/providers/{namespace}/{type}/{name}[/{type}/{name}]...`; each further `providers` extends the
resource before it (locks, role assignments). Ids without a subscription belong to a tenant.
Source: ARM resource provider contract, "API basics: resource identifiers".
"""

from __future__ import annotations

from dataclasses import dataclass

SUBSCRIPTION = "Microsoft.Resources/subscriptions"
GROUP = "Microsoft.Resources/resourceGroups"
TENANT = "Microsoft.Resources/tenants"


class Casing:
    """How each namespace and type is written, by its casefolded form. First writer wins."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def learn(self, type_name: str) -> None:
        """Take this spelling of `Namespace/type[/child]` and of every prefix of it, where new."""
        parts = type_name.split("/")
        for end in range(1, len(parts) + 1):
            prefix = "/".join(parts[:end])
            self._known.setdefault(prefix.casefold(), prefix)

    def canonical(self, type_name: str) -> str:
        """The spelling that is kept; for an unknown child, that of the longest known prefix."""
        known = self._known.get(type_name.casefold())
        if known is not None:
            return known
        head, slash, last = type_name.rpartition("/")
        return f"{self.canonical(head)}/{last}" if slash else type_name


@dataclass(frozen=True, slots=True)
class ResourceId:
    """One id, taken apart.

    `id` is spelled canonically (fixed words and types; names as they were given), `key` is what
    the store compares: the casefolded id, preceded by the tenant where there is no subscription.
    `type` is `Namespace/type[/child...]`; groups, subscriptions and the tenant root have the
    types `Microsoft.Resources/{resourceGroups,subscriptions,tenants}`. `subscription` and `group`
    are None above their level.
    """

    id: str
    key: str
    type: str
    name: str
    subscription: str | None
    group: str | None
    tenant: str
    parent_key: str
    scope: str
    """The id of what this one hangs on as an extension or a top-level resource: a group, a
    subscription, a tenant root (""), or another resource."""

    @property
    def namespace(self) -> str:
        return self.type.partition("/")[0]

    @property
    def group_key(self) -> str | None:
        if self.group is None:
            return None
        return f"/subscriptions/{self.subscription}/resourcegroups/{self.group}".casefold()

    @property
    def is_extension(self) -> bool:
        """True when it hangs on a resource (not on a group, subscription or tenant)."""
        return "/providers/" in self.scope.casefold()

    @property
    def nested(self) -> bool:
        """True for a child such as a subnet: its type has more than one segment."""
        return self.type.count("/") > 1

    def child(self, segment: str, name: str) -> ResourceId:
        """The id of `{self}/{segment}/{name}`; `segment` is spelled as given."""
        child_id = f"{self.id}/{segment}/{name}"
        return ResourceId(
            id=child_id,
            key=f"{self.key}/{segment.casefold()}/{name.casefold()}",
            type=f"{self.type}/{segment}",
            name=name,
            subscription=self.subscription,
            group=self.group,
            tenant=self.tenant,
            parent_key=self.key,
            scope=self.scope,
        )

    def under(self, parent: str) -> ResourceId:
        """This id with its parent part respelled as `parent` (the id that was kept)."""
        if self.id.startswith(parent):
            return self
        respelled = parent + self.id[len(parent) :]
        scope = respelled[: len(self.scope)]
        return ResourceId(
            id=respelled,
            key=self.key,
            type=self.type,
            name=self.name,
            subscription=self.subscription,
            group=self.group,
            tenant=self.tenant,
            parent_key=self.parent_key,
            scope=scope,
        )


@dataclass(frozen=True, slots=True)
class Address:
    """What a request path names: a resource, and maybe one segment more.

    `tail` is a collection (GET: the children of that type), an action (POST), or None. With a
    collection, `collection_type` is the full type of what would be listed: of
    `/subscriptions/s/providers/Microsoft.Compute/virtualMachines` the resource is the
    subscription, the tail `virtualMachines` and the collection type
    `Microsoft.Compute/virtualMachines`. `namespace` alone (`.../providers/Microsoft.Compute`)
    has the tail None and `namespace` set.
    """

    resource: ResourceId
    tail: str | None = None
    collection_type: str | None = None
    namespace: str | None = None


def parse_address(path: str, casing: Casing, tenant: str = "") -> Address | None:
    """Take a request path apart; doubled slashes are one. None if it has no ARM shape."""
    parts = [part for part in path.split("/") if part]
    subscription: str | None = None
    group: str | None = None
    at = 0
    scope = ""
    key = tenant if tenant else ""
    parent_key = ""
    kind, name = TENANT, tenant
    if parts and parts[0].casefold() == "subscriptions":
        if len(parts) == 1:
            return Address(_root(tenant), "subscriptions", SUBSCRIPTION)
        subscription = name = parts[1]
        kind, scope, at = SUBSCRIPTION, f"/subscriptions/{subscription}", 2
        key = scope.casefold()
        if len(parts) > 2 and parts[2].casefold() == "resourcegroups":
            if len(parts) == 3:
                found = ResourceId(scope, key, kind, name, subscription, None, tenant, "", "")
                return Address(found, parts[2], GROUP)
            parent_key, group, name = key, parts[3], parts[3]
            kind, scope, at = GROUP, f"{scope}/resourceGroups/{group}", 4
            key = scope.casefold()
    found = ResourceId(scope, key, kind, name, subscription, group, tenant, parent_key, "")
    while at < len(parts):
        if parts[at].casefold() != "providers":
            return Address(found, "/".join(parts[at:]))
        if at + 1 >= len(parts):
            return Address(found, "providers")
        end = _end_of_provider(parts, at + 2)
        extension = _extension(found, parts[at + 1], parts[at + 2 : end], casing)
        if extension.tail is not None or extension.namespace is not None:
            return extension if end == len(parts) else None
        found, at = extension.resource, end
    return Address(found)


def parse_id(path: str, casing: Casing, tenant: str = "") -> ResourceId | None:
    """The resource that `path` names exactly, or None when it names a collection or nothing."""
    address = parse_address(path, casing, tenant)
    if address is None or address.tail is not None or address.namespace is not None:
        return None
    return address.resource


def _root(tenant: str) -> ResourceId:
    return ResourceId("", tenant, TENANT, tenant, None, None, tenant, "", "")


def _end_of_provider(parts: list[str], start: int) -> int:
    """Where the (type, name) pairs end: at the next `providers` in a type's place, or the end."""
    at = start
    while at < len(parts):
        if at > start and (at - start) % 2 == 0 and parts[at].casefold() == "providers":
            return at
        at += 1
    return at


def _extension(scope: ResourceId, namespace: str, pairs: list[str], casing: Casing) -> Address:
    if not pairs:
        return Address(scope, None, None, casing.canonical(namespace))
    whole = len(pairs) // 2
    type_name = casing.canonical("/".join((namespace, *pairs[0 : whole * 2 : 2], *pairs[-1:][: len(pairs) % 2])))
    spelled = type_name.split("/")
    found_id = f"{scope.id}/providers/{spelled[0]}"
    parent_key = scope.key
    found = scope
    for at in range(whole):
        found_id = f"{found_id}/{spelled[at + 1]}/{pairs[at * 2 + 1]}"
        key = found_id.casefold()
        if scope.subscription is None:
            key = scope.tenant + key
        found = ResourceId(
            id=found_id,
            key=key,
            type="/".join(spelled[: at + 2]),
            name=pairs[at * 2 + 1],
            subscription=scope.subscription,
            group=scope.group,
            tenant=scope.tenant,
            parent_key=parent_key,
            scope=scope.id,
        )
        parent_key = key
    if len(pairs) % 2 == 0:
        return Address(found)
    return Address(found, spelled[-1], type_name)
