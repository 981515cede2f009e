"""Who exists in the sandbox: tenants, subscriptions and the principals that can sign in.

Kept in the store, so it survives restarts and `sandbox reset`. Made once, with random secrets.
"""

from __future__ import annotations

import uuid
from typing import Any

import msgspec

from azlin.sandbox.arm.refusals import (
    subscription_malformed,
    subscription_not_found,
    wrong_tenant,
)
from azlin.sandbox.arm.store import Store
from azlin.sandbox.graph.secrets import new_secret

_NAME = "directory"
_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000000")


class Tenant(msgspec.Struct, kw_only=True):
    """An Entra tenant. `principal` signs in with the secret; `user` through a device code."""

    id: str
    name: str
    domain: str
    client_id: str
    principal_oid: str
    client_secret: str
    user_oid: str

    @property
    def user(self) -> str:
        return f"user@{self.domain}"


class Subscription(msgspec.Struct, kw_only=True):
    id: str
    name: str
    tenant: str

    def body(self) -> dict[str, Any]:
        """As `GET /subscriptions/{id}` shows it."""
        return {
            "id": f"/subscriptions/{self.id}",
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
            "subscriptionId": self.id,
            "tenantId": self.tenant,
            "displayName": self.name,
            "state": "Enabled",
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "PayAsYouGo_2014-09-01",
                "spendingLimit": "Off",
            },
        }


class _Kept(msgspec.Struct):
    tenants: list[Tenant]
    subscriptions: list[Subscription]


class Directory:
    """All tenants and subscriptions, in memory, written through to the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        kept = store.recall(_NAME)
        if kept is None:
            self._kept = _first()
            self._keep()
        else:
            self._kept = msgspec.convert(kept, _Kept)
        self._index()

    @property
    def default_tenant(self) -> Tenant:
        return self._kept.tenants[0]

    @property
    def default_subscription(self) -> Subscription:
        return self._kept.subscriptions[0]

    @property
    def tenants(self) -> list[Tenant]:
        return list(self._kept.tenants)

    def tenant(self, name: str) -> Tenant | None:
        """By id or domain; `common` and `organizations` are the default tenant."""
        folded = name.casefold()
        if folded in ("common", "organizations"):
            return self.default_tenant
        return self._tenants.get(folded)

    def subscriptions(self, tenant: str) -> list[Subscription]:
        return [one for one in self._kept.subscriptions if one.tenant == tenant]

    def subscription(self, subscription_id: str, tenant: str) -> Subscription:
        """Raises ArmRefusal: malformed, unknown, or seen with another tenant's token."""
        found = self._subscriptions.get(subscription_id.casefold())
        if found is None:
            try:
                uuid.UUID(subscription_id)
            except ValueError:
                raise subscription_malformed(subscription_id) from None
            raise subscription_not_found(subscription_id)
        if found.tenant != tenant:
            raise wrong_tenant(tenant, found.tenant)
        return found

    def owner(self, subscription_id: str) -> Tenant | None:
        """The tenant of a subscription, whoever asks."""
        found = self._subscriptions.get(subscription_id.casefold())
        return None if found is None else self._tenants[found.tenant]

    def add_tenant(self, name: str, tenant_id: str | None = None) -> Tenant:
        """Take in a tenant; one of that id or name is left as it is."""
        wanted = tenant_id or str(uuid.uuid5(_SPACE, f"tenant/{name.casefold()}"))
        for known in self._kept.tenants:
            if known.id == wanted.casefold() or known.name.casefold() == name.casefold():
                return known
        made = _tenant(name, wanted.casefold())
        if made.domain in self._tenants:
            made.domain = f"{made.id.replace('-', '')}.onmicrosoft.com"
        self._kept.tenants.append(made)
        self._keep()
        self._index()
        return made

    def add_subscription(self, subscription_id: str, name: str, tenant: str) -> Subscription:
        """Take in a subscription; a known id is left where it is."""
        known = self._subscriptions.get(subscription_id.casefold())
        if known is not None:
            return known
        made = Subscription(id=subscription_id, name=name, tenant=tenant)
        self._kept.subscriptions.append(made)
        self._keep()
        self._index()
        return made

    def _keep(self) -> None:
        self._store.remember(_NAME, self._kept)

    def _index(self) -> None:
        self._subscriptions = {one.id.casefold(): one for one in self._kept.subscriptions}
        self._tenants = {one.id: one for one in self._kept.tenants}
        self._tenants.update({one.domain: one for one in self._kept.tenants})


def _tenant(name: str, tenant_id: str) -> Tenant:
    label = "".join(letter for letter in name.casefold() if letter.isalnum()) or "tenant"
    return Tenant(
        id=tenant_id,
        name=name,
        domain=f"{label}.onmicrosoft.com",
        client_id=str(uuid.uuid5(_SPACE, f"client/{tenant_id}")),
        principal_oid=str(uuid.uuid5(_SPACE, f"principal/{tenant_id}")),
        client_secret=new_secret(),
        user_oid=str(uuid.uuid5(_SPACE, f"user/{tenant_id}")),
    )


def _first() -> _Kept:
    home = _tenant("sandbox", str(uuid.uuid5(_SPACE, "tenant/sandbox")))
    other = _tenant("sandbox two", str(uuid.uuid5(_SPACE, "tenant/sandbox two")))
    return _Kept(
        tenants=[home, other],
        subscriptions=[
            Subscription(id=str(uuid.uuid5(_SPACE, f"subscription/{name}")), name=name, tenant=tenant)
            for name, tenant in (
                ("sandbox subscription", home.id),
                ("sandbox subscription 2", home.id),
                ("sandbox two subscription", other.id),
            )
        ],
    )
