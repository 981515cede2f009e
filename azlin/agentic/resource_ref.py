"""Which Azure resource is meant: the one place where ids and types are read, written and compared."""

from __future__ import annotations

from functools import cached_property

import msgspec

GROUP_TYPE = "Microsoft.Resources/resourceGroups"
PROVIDER_TYPE = "Microsoft.Resources/providers"


class ResourceRef(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An Azure resource. `name` of a child is `parent/child`, as `type` is `NS/parents/children`.

    A resource group has type `Microsoft.Resources/resourceGroups`, its own name, and no `group`.
    """

    type: str
    name: str
    group: str | None = None
    subscription: str | None = None
    location: str | None = None

    @cached_property
    def id(self) -> str:
        """The ARM id, e.g. `/subscriptions/S/resourceGroups/G/providers/NS/T/N` (raises ValueError without a
        subscription)."""
        if self.subscription is None:
            raise ValueError(f"{self.type} {self.name} has no subscription, so it has no id")
        root = f"/subscriptions/{self.subscription}"
        if self.type.casefold() == GROUP_TYPE.casefold():
            return f"{root}/resourceGroups/{self.name}"
        if self.type.casefold() == PROVIDER_TYPE.casefold():
            return f"{root}/providers/{self.name}"
        if self.group is not None:
            root += f"/resourceGroups/{self.group}"
        namespace, *kinds = self.type.split("/")
        names = self.name.split("/")
        if len(kinds) != len(names):
            raise ValueError(f"{self.name!r} does not name a {self.type}")
        pairs = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
        return f"{root}/providers/{namespace}/{pairs}"

    @cached_property
    def key(self) -> str:
        """What two names of the same resource have in common: the id, case-folded."""
        return self.id.casefold()

    @property
    def leaf(self) -> str:
        """The last part of the name: `web` for the subnet `vnet/web`."""
        return self.name.rpartition("/")[2]

    @classmethod
    def from_id(cls, resource_id: str, location: str | None = None) -> ResourceRef:
        """Read an ARM id of a subscription-level, group or grouped resource, at any depth.

        Raises ValueError for anything else. An extension resource (a lock on a VM) is read by its last provider.
        """
        parts = resource_id.strip("/").split("/")
        if len(parts) < 2 or parts[0].casefold() != "subscriptions":
            raise ValueError(f"not an ARM id of a resource: {resource_id!r}")
        subscription, group = parts[1], None
        if len(parts) >= 4 and parts[2].casefold() == "resourcegroups":
            group = parts[3]
            if len(parts) == 4:
                return cls(type=GROUP_TYPE, name=group, subscription=subscription, location=location)
        folded = [part.casefold() for part in parts]
        if len(parts) == 4 and folded[2] == "providers":
            return cls(type=PROVIDER_TYPE, name=parts[3], subscription=subscription)
        if "providers" not in folded:
            raise ValueError(f"not an ARM id of a resource: {resource_id!r}")
        # Keywords stand at even places, names at odd ones: a resource may be called "providers".
        tails = [parts[at + 1 :] for at in range(2, len(parts), 2) if folded[at] == "providers"]
        tail = next((tail for tail in reversed(tails) if tail and "." in tail[0]), list[str]())
        if len(tail) < 3 or len(tail) % 2 == 0:
            raise ValueError(f"not an ARM id of a resource: {resource_id!r}")
        return cls(
            type="/".join([tail[0], *tail[1::2]]),
            name="/".join(tail[2::2]),
            group=group,
            subscription=subscription,
            location=location,
        )
