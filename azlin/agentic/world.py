"""What a planner may know: a lazy, recording view of one cloud, tenant and subscription.

What was read through it is what a plan was made against: `digest` is a hash of exactly those answers, and `again()`
asks the same questions anew. Replication takes two worlds.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any, Protocol, cast, runtime_checkable

from azlin.agentic.types import MadeAgainst, ResourceRef, canonical
from azlin.errors import WorldUnknown
from azlin.gateways.cloud import Cloud

Resource = dict[str, Any]
"""One resource as ARM returns it: id, name, type, location, tags, sku, kind, identity, zones, properties."""

VOLATILE = frozenset({"provisioningstate", "etag", "instanceview", "timecreated", "systemdata", "changedtime"})
"""Keys that change by themselves and so never make a plan stale (case-folded)."""


class Reader(Protocol):
    """The door to Azure that a World reads through (`gateways.arm.Arm` is one)."""

    def get(self, resource_id: str, *, expand: str | None = None) -> Resource | None:
        """The resource, or None when Azure says that it does not exist. Raises AzureRefused, CloudUnreachable."""
        ...

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[Resource]:
        """All resources of a type in the subscription or a group, whole; [] when there are none. For
        `Microsoft.Resources/resources` every resource's envelope (no properties)."""
        ...


@runtime_checkable
class Inquirer(Protocol):
    """A door that can also be asked what is no resource (`gateways.arm.Arm` is one)."""

    def inquire(self, path: str, api_version: str, *, where: str = "", body: Resource | None = None) -> Any:
        """What Azure tells that is no resource: SKUs, usages, whether a name is free. A list is whole, all pages of it.

        `where` is an OData filter. With a `body` it is a POST, which must be one that changes nothing.
        """
        ...


class World:
    """See the module. All methods raise WorldUnknown (exit 4) when nobody is signed in; ask `known` first."""

    def __init__(
        self,
        cloud: Cloud,
        reader: Reader | None,
        made_with: Callable[[str], tuple[str, ...]] = lambda resource_id: (),
    ) -> None:
        self.cloud = cloud
        self._reader = reader
        self._made_with = made_with
        self._answers: dict[tuple[str, str, str], Any] = {}
        self._turn = threading.Lock()

    @property
    def known(self) -> bool:
        return self._reader is not None and self.cloud.signed_in

    @property
    def subscription(self) -> str | None:
        return self.cloud.subscription

    def get(self, ref: ResourceRef, *, expand: str | None = None) -> Resource | None:
        """The resource as it is now, or None if it does not exist."""
        return self._ask(("get", ref.id, expand or ""), lambda reader: reader.get(ref.id, expand=expand))

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[Resource]:
        """All resources of a type, in the subscription or in one group (a missing group has none)."""
        key = ("list", f"{type.casefold()}|{(group or '').casefold()}", expand or "")
        return self._ask(key, lambda reader: reader.list(type, group=group, expand=expand))

    def inquire(self, path: str, api_version: str, *, where: str = "", body: Resource | None = None) -> Any:
        """What Azure tells that is no resource (`Inquirer.inquire`), below this subscription: `providers/NS/skus`.

        It is asked now, and no plan is made against it: what is on offer changes by the hour.
        """
        if not isinstance(self._reader, Inquirer) or self.cloud.subscription is None or not self.cloud.signed_in:
            raise self._unknown()
        whole = f"/subscriptions/{self.cloud.subscription}/{path}"
        return self._reader.inquire(whole, api_version, where=where, body=body)

    def made_with(self, ref: ResourceRef) -> tuple[ResourceRef, ...]:
        """What azlin created together with this resource, by the journal's own record (itself not included)."""
        return tuple(ResourceRef.from_id(resource_id) for resource_id in self._made_with(ref.id))

    def made_against(self) -> MadeAgainst:
        return MadeAgainst(
            cloud=self.cloud.name,
            tenant=self.cloud.tenant,
            subscription=self.cloud.subscription,
            digest=self.digest,
        )

    @property
    def digest(self) -> str:
        """sha256 over every question asked so far and its answer, volatile keys left out; first 16 hex digits."""
        settled = [[list(key), _settled(self._answers[key])] for key in sorted(self._answers)]
        return hashlib.sha256(canonical(settled)).hexdigest()[:16]

    def anew(self) -> World:
        """A new world of the same cloud that has asked nothing yet: what it says is what Azure says now."""
        return World(self.cloud, self._reader, self._made_with)

    def aside(self) -> World:
        """The same world, knowing what this one knows, for reads that a plan is not made against (what it costs)."""
        other = self.anew()
        with self._turn:
            other._answers.update(self._answers)
        return other

    def again(self) -> World:
        """A new world that has asked the same questions now."""
        fresh = self.anew()
        for kind, what, expand in list(self._answers):
            if kind == "get":
                fresh.get(ResourceRef.from_id(what), expand=expand or None)
            else:
                type_, _, group = what.partition("|")
                fresh.list(type_, group=group or None, expand=expand or None)
        return fresh

    def _ask(self, key: tuple[str, str, str], question: Callable[[Reader], Any]) -> Any:
        if self._reader is None or not self.cloud.signed_in:
            raise self._unknown()
        with self._turn:
            if key in self._answers:
                return self._answers[key]
        answer = question(
            self._reader
        )  # several may ask at once; the first answer to a question is the one that counts
        with self._turn:
            return self._answers.setdefault(key, answer)

    @staticmethod
    def _unknown() -> WorldUnknown:
        return WorldUnknown(
            "what exists in Azure is unknown, because nobody is signed in",
            fix="az login   (or add --sandbox to try it on an Azure on loopback)",
        )


def _settled(answer: Any) -> Any:
    if isinstance(answer, dict):
        pairs = cast("dict[str, Any]", answer)
        return {key: _settled(value) for key, value in pairs.items() if key.casefold() not in VOLATILE}
    if isinstance(answer, list):
        return [_settled(item) for item in cast("list[Any]", answer)]
    return answer
