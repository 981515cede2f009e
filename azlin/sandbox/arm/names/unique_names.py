"""Names that are unique in the world because they are names in DNS: who has one, and what the next one is told.

A row of `NAMES` is a zone of names; several types may share it. All subscriptions and tenants of the sandbox are the
world. Codes and texts are those that people showed in issues; for Search only the code is known, and Microsoft.Web
really sends its refusals in a shape of its own. Storage accounts and key vaults have rules of their own.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource, Store

if TYPE_CHECKING:
    from azlin.sandbox.arm.behaviour import Call


@dataclass(frozen=True, slots=True)
class Names:
    """One zone of names: the types whose names are in it, and how a PUT of a taken one is refused. In `text` `{name}`
    is the name and `{guid}` the id of the request."""

    types: tuple[str, ...]
    status: int
    code: str
    text: str

    def holder(self, name: str, store: Store) -> Resource | None:
        """Who has the name (in any casing)."""
        return next((one for kind in self.types for one in store.named(kind, name)), None)

    def refusal(self, name: str) -> ArmRefusal:
        return ArmRefusal(self.status, self.code, self.text.format(name=name, guid=uuid.uuid4()))


NAMES: tuple[Names, ...] = (
    Names(("Microsoft.Web/sites",), 409, "Conflict", "Website with given name {name} already exists."),
    Names(
        ("Microsoft.Sql/servers",),
        409,
        "NameAlreadyExists",
        "The name '{name}' already exists. Choose a different name.",
    ),
    Names(
        ("Microsoft.DBforPostgreSQL/flexibleServers",),
        409,
        "ServerNameAlreadyExists",
        "Specified server name is already used.",
    ),
    Names(
        ("Microsoft.DBforMySQL/flexibleServers",),
        409,
        "ServerNameAlreadyExists",
        "Specified server name is already used.",
    ),
    Names(
        ("Microsoft.DocumentDB/databaseAccounts",),
        400,
        "BadRequest",
        "Dns record for {name} under zone Document is already taken. Please use a different name for the account.",
    ),
    Names(
        ("Microsoft.ContainerRegistry/registries",),
        409,
        "AlreadyInUse",
        "The registry DNS name {name}.azurecr.io is already in use. You can check if the name is already claimed using "
        "following API: https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/checknameavailability",
    ),
    Names(
        (
            "Microsoft.ServiceBus/namespaces",
            "Microsoft.EventHub/namespaces",
            "Microsoft.Relay/namespaces",
            "Microsoft.NotificationHubs/namespaces",
        ),
        400,
        "BadRequest",
        "The specified name is not available. For more information visit https://aka.ms/eventhubsarmexceptions. "
        "CorrelationId: {guid}",
    ),
    Names(
        ("Microsoft.AppConfiguration/configurationStores",),
        409,
        "NameUnavailable",
        "The specified name is already in use.",
    ),
    Names(
        ("Microsoft.Cache/redis",),
        409,
        "NameNotAvailable",
        "An error occured when trying to reserve the DNS name for the cache instance. This may be a temporary issue if "
        "a cache instance of this name was recently deleted. Please choose a different name or try again later.\r\n"
        "RequestID={guid}",
    ),
    Names(
        ("Microsoft.Search/searchServices",),
        409,
        "ServiceNameUnavailable",
        "The service name '{name}' is not available.",
    ),
    Names(("Microsoft.ApiManagement/service",), 409, "ServiceAlreadyExists", "Api service already exists: {name}"),
    Names(
        ("Microsoft.DataFactory/factories",),
        409,
        "DataFactoryNameInUse",
        "The specified resource name '{name}' is already in use. Resource names must be globally unique.",
    ),
)
BY_TYPE: Mapping[str, Names] = {kind.casefold(): names for names in NAMES for kind in names.types}

ACCOUNTS = "Microsoft.CognitiveServices/accounts"
_HOLDERS = (ACCOUNTS, "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts")
_DOMAIN = "customSubDomainName"


def refuse_taken(resource: Resource, before: Resource | None, call: Call) -> None:
    """Raise ArmRefusal when somebody else in the world has the name, or the domain, that a write asks for."""
    kind = resource.id.type.casefold()
    names = BY_TYPE.get(kind) if before is None else None
    if names is not None and names.holder(resource.id.name, call.plane.store) is not None:
        raise names.refusal(resource.id.name)
    domain = resource.properties.get(_DOMAIN) if kind == ACCOUNTS.casefold() else None
    if isinstance(domain, str) and domain and (before is None or before.properties.get(_DOMAIN) != domain):
        _refuse_domain(domain, resource.id, call)


def domain_holder(domain: str, store: Store) -> Resource | None:
    """The account of Cognitive Services, deleted or not, with that subdomain."""
    return next(
        (
            one
            for kind in _HOLDERS
            for one in store.all(type=kind)
            if str(one.properties.get(_DOMAIN, "")).casefold() == domain.casefold()
        ),
        None,
    )


def _refuse_domain(domain: str, rid: ResourceId, call: Call) -> None:
    found = domain_holder(domain, call.plane.store)
    if found is not None and found.id.key != rid.key:
        raise ArmRefusal(
            409,
            "CustomDomainInUse",
            f"Please pick a different name. The subdomain name '{domain}' is not available as it's already used by a "
            "resource. If the resource using the name was deleted in the last 48 hours, you may need to purge the "
            'deleted resource. Learn more at "https://go.microsoft.com/fwlink/?linkid=2215493"',
        )
