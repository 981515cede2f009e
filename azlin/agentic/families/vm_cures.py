"""What can be changed about a request for machines that Azure refused: another size, another zone.

Only for the machines that are not there yet: those that were made stay as they are, and so does the network that the
first attempt made for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from azlin.agentic.families import Sizes
from azlin.agentic.families.bodies import pairs, properties_of
from azlin.agentic.families.cures import OFFERS_MAX, SIZE_OR_REGION, Case, Cure
from azlin.agentic.families.vm_offers import Offer, offers_in, room_in, similar
from azlin.agentic.families.vm_parameters import VmParameters
from azlin.agentic.language import sizes
from azlin.agentic.language.filters import size_of
from azlin.agentic.language.images import is_windows
from azlin.agentic.language.kinds import VM_TYPE
from azlin.agentic.language.regions import region_of
from azlin.agentic.types import Intent, Operation
from azlin.errors import UsageRefused

QUOTA = "request_quota"
_NO_PRICES: Mapping[str, Decimal] = {}


def vm_cures(case: Case, monthly_of: Sizes) -> tuple[Cure, ...]:
    """Sizes that Azure offers in the region and zone, to this subscription, within its quota; then other zones."""
    if case.failure.action not in SIZE_OR_REGION or not _is_machine(case.operation):
        return ()
    wanted = _size(case.operation)
    location = region_of(str(case.operation.desired.get("location") or case.operation.target.location or ""))
    if not wanted or location is None:
        return ()
    offers = offers_in(case.world, location)
    monthly = _NO_PRICES if _is_windows(case.operation) else monthly_of(location)
    found = similar(
        wanted,
        offers,
        room_in(case.world, location),
        monthly,
        machines=sum(_is_machine(one) and one.id not in case.done for one in case.plan.operations),
        zones=_zones(case.operation),
        tried=frozenset(_size(one).casefold() for plan in case.plans for one in plan.operations if _is_machine(one)),
        smaller=case.failure.action == QUOTA,
    )
    cures = [*_other_zones(case, offers.get(wanted.casefold())), *(_other_size(one, wanted, monthly) for one in found)]
    return tuple(cures[:OFFERS_MAX])


def with_changes(case: Case, changes: Mapping[str, str]) -> Intent:
    """The Intent for the machines that are not done, with another `size` or `zone`. Raises UsageRefused."""
    if strange := sorted(set(changes) - {"size", "zone"}):
        raise UsageRefused(
            f"{strange[0]} of a VM that could not be made cannot be changed", fix="--with size=SIZE, or --with zone=N"
        )
    parameters: dict[str, Any] = dict(case.intent.parameters)
    before: list[str] = []
    if size := changes.get("size"):
        name = sizes.canonical(size)
        if name is None:
            raise UsageRefused(f"there is no VM size {size!r}", fix="azlin objective resume ID --with size=SIZE")
        before.append(f"size {name} instead of {_size(case.operation)}")
        parameters["size"] = name
    if zone := changes.get("zone"):
        before.append(f"zone {zone} instead of {', '.join(_zones(case.operation)) or 'none'}")
        parameters["zones"] = [zone]
    if case.intent.action == "create":
        parameters = _for_the_rest(case, msgspec.convert(parameters, VmParameters))
    elif "zone" in changes:
        raise UsageRefused("the zone of a VM that exists cannot be changed", fix="--with size=SIZE")
    summary = f"{case.intent.summary}, with {' and '.join(before)}"
    return replace(case.intent, parameters=parameters, summary=summary)


def _for_the_rest(case: Case, wanted: VmParameters) -> dict[str, Any]:
    """A creation of what is not done, on the network and behind the security group of what is."""
    machines = [one for one in case.plan.operations if one.target.type.casefold() == VM_TYPE.casefold()]
    if not wanted.numbered:
        machines = [one for one in machines if one.target.leaf in wanted.names]
    names = tuple(one.target.leaf for one in machines if one.id not in case.done) or wanted.names
    first = machines[0].target.leaf if machines else names[0]
    narrowed = replace(wanted, names=names, numbered=False, count=None)
    if names[0] != first:
        if len(wanted.zones) > 1:
            raise UsageRefused("machines in several zones, some of which exist, cannot be changed together")
        narrowed = replace(
            narrowed,
            network_of=wanted.network_of or (None if wanted.vnet else first),
            nsg=wanted.nsg or f"{first}-nsg",
            openings=(),
        )
    return msgspec.to_builtins(narrowed)


def _other_size(offer: Offer, wanted: str, monthly: Mapping[str, Decimal]) -> Cure:
    return Cure(
        changes={"size": offer.name},
        text=f"{offer.name} is available",
        resolution=f"size {offer.name} instead of {wanted}",
        monthly=monthly.get(offer.name),
    )


def _other_zones(case: Case, offer: Offer | None) -> list[Cure]:
    """Another zone for the one machine that asks for one that is full; never one that was asked for before."""
    asked = _zones(case.operation)
    if offer is None or not asked or case.intent.action != "create" or case.failure.action == QUOTA:
        return []
    tried = {zone for plan in case.plans for one in plan.operations if _is_machine(one) for zone in _zones(one)}
    return [
        Cure(
            changes={"zone": zone},
            text=f"zone {zone} has {offer.name}",
            resolution=f"zone {zone} instead of {', '.join(asked)}",
        )
        for zone in sorted(offer.zones - tried)
    ]


def _is_machine(operation: Operation) -> bool:
    return operation.verb == "ensure" and operation.target.type.casefold() == VM_TYPE.casefold()


def _size(operation: Operation) -> str:
    return size_of(operation.desired)


def _zones(operation: Operation) -> tuple[str, ...]:
    return tuple(str(zone) for zone in operation.desired.get("zones") or ())


def _is_windows(operation: Operation) -> bool:
    """The price table's sizes are Linux's; a Windows machine costs more, so none is said."""
    properties = properties_of(operation.desired)
    image = pairs(pairs(properties.get("storageProfile")).get("imageReference"))
    urn = ":".join(str(image.get(part, "")) for part in ("publisher", "offer", "sku", "version"))
    return is_windows(urn) or "windowsConfiguration" in pairs(properties.get("osProfile"))
