"""Plan → Quote: what each operation changes on the monthly bill.

A new resource adds its charges; a changed one adds what is new and takes off what is gone; a deleted one takes off what
it costs now, and what Azure deletes along with it. Nothing is counted twice. What has no known price is listed with the
reason, and is not 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from azlin.agentic.cost import catalogue, compute
from azlin.agentic.cost.charge import Bill, Body, Charge, free, items, pairs, text
from azlin.agentic.types import GROUP_TYPE, PROVIDER_TYPE, Operation, Plan, Quote, QuoteLine, ResourceRef, Unpriced
from azlin.agentic.world import Resource, World
from azlin.gateways.prices import Prices

EVERYTHING = "Microsoft.Resources/resources"

FREE_ACTS = frozenset(
    {"restart", "redeploy", "reapply", "reimage", "generalize", "simulateeviction", "retrievebootdiagnosticsdata"}
)
"""Case-folded POSTs below a VM that change nothing on its bill (`powerOff` sounds as if it did, and is said apart)."""

NIC_TYPE = "Microsoft.Network/networkInterfaces"

T = TypeVar("T", Charge, str)

NOT_SIGNED_IN = "what it costs now is not known, because nobody is signed in"


class CostEstimator:
    def __init__(self, prices: Prices) -> None:
        self._prices = prices

    def quote(self, plan: Plan, world: World) -> Quote:
        """The change of the monthly bill that a plan means, in the plan's order.

        Reads of the world made here are no part of what the plan was made against. With an unknown world, what is
        created is priced, and what is changed or deleted is unpriced.
        """
        work = _Estimate(self._prices, plan, world.aside())
        for operation in plan.operations:
            work.price(operation)
        return Quote(lines=tuple(work.lines), unpriced=tuple(work.unpriced))

    def standing(self, things: Sequence[Operation], world: World) -> Quote:
        """The monthly bill of things that exist, as they are now, with what Azure would delete along with each (the
        disks of a machine). A group counts as nothing: what is in it is things of their own. Needs a known world."""
        asked = tuple(
            Operation(id=one.id, verb="delete", effect="destroys", target=one.target, desired={}) for one in things
        )
        work = _Estimate(self._prices, Plan(operations=asked, made_against=world.made_against()), world.aside())
        for operation in asked:
            work.stand(operation)
        return Quote(lines=tuple(work.lines), unpriced=tuple(work.unpriced))


def quote(plan: Plan, world: World, prices: Prices | None = None) -> Quote:
    """See CostEstimator.quote; without `prices`, by the table that comes with azlin."""
    return CostEstimator(prices or Prices()).quote(plan, world)


class _Estimate:
    """One quote in the making. `gone` holds what has been counted as deleted."""

    def __init__(self, prices: Prices, plan: Plan, world: World) -> None:
        self.prices = prices
        self.world = world
        self.lines: list[QuoteLine] = []
        self.unpriced: list[Unpriced] = []
        self.named = {_key(operation.target) for operation in plan.operations if operation.verb == "delete"}
        self.gone: set[str] = set()

    def price(self, operation: Operation) -> None:
        match operation.verb:
            case "read":
                return
            case "ensure" if operation.effect == "creates":
                self._tell(operation, self._new(operation), Bill())
            case "ensure":
                self._changed(operation)
            case "delete":
                self._deleted(operation)
            case "act":
                self._acted(operation)
            case "command":
                if operation.effect != "reads":
                    self._unknown(operation, "what an az command costs is not known before it runs")

    def _new(self, operation: Operation) -> Bill:
        type_, body = operation.target.type, operation.desired
        region = _region(operation.target, body)
        bill = catalogue.bill_of(type_, body, region, self.prices)
        if _is(type_, compute.VM_TYPE):
            bill.add(compute.disks(body, region, self.prices))
        return bill

    def _changed(self, operation: Operation) -> None:
        if not catalogue.needs_body(operation.target.type):
            self._tell(operation, catalogue.bill_of(operation.target.type, {}, "", self.prices), Bill())
            return
        if not self.world.known:
            self._unknown(operation, NOT_SIGNED_IN)
            return
        there = self.world.get(operation.target)
        if there is None:
            self._tell(operation, self._new(operation), Bill())
            return
        now = self._as_it_is(operation.target, there)
        wanted = merged(there, operation.desired)
        after = catalogue.bill_of(operation.target.type, wanted, _region(operation.target, wanted), self.prices)
        if _is(operation.target.type, compute.VM_TYPE):
            self._machine_changed(operation, there, wanted, now, after)
        else:
            self._tell(operation, after, now)

    def _machine_changed(self, operation: Operation, there: Resource, wanted: Body, now: Bill, after: Bill) -> None:
        region = _region(operation.target, wanted)
        before_disks = compute.disks(there, region, self.prices)
        after_disks = compute.disks(wanted, region, self.prices)
        if self._power(operation.target) == "deallocated":
            resting = "the machine is deallocated and not billed; started, it costs the price of its size"
            now, after = Bill(), Bill([free("machine (deallocated)", resting)])
        self._tell(operation, after.add(after_disks), now.add(before_disks))

    def _deleted(self, operation: Operation) -> None:
        holds_more = _is(operation.target.type, GROUP_TYPE) or _is(operation.target.type, NIC_TYPE)
        if not self.world.known and (holds_more or catalogue.needs_body(operation.target.type)):
            self._unknown(operation, NOT_SIGNED_IN)
            return
        self._tell(operation, Bill(), self._removed(operation.target))

    def stand(self, operation: Operation) -> None:
        """What the target of an operation costs as it is."""
        if not _is(operation.target.type, GROUP_TYPE):
            self._tell(operation, self._removed(operation.target), Bill())

    def _removed(self, ref: ResourceRef) -> Bill:
        """What a deletion takes off the bill, with all that Azure deletes along with it."""
        bill = Bill()
        waiting = [ref]
        while waiting:
            current = waiting.pop(0)
            if _key(current) in self.gone or (current is not ref and _key(current) in self.named):
                continue
            self.gone.add(_key(current))
            if _is(current.type, GROUP_TYPE):
                waiting += self._inside(current)
                continue
            if not catalogue.needs_body(current.type) and not _is(current.type, NIC_TYPE):
                bill.add(_paid_part(catalogue.bill_of(current.type, {}, "", self.prices)))
                continue
            there = self.world.get(current)
            if there is not None:
                bill.add(_paid_part(self._as_it_is(current, there)))
                waiting += _goes_along(current, there)
        return bill

    def _inside(self, group: ResourceRef) -> list[ResourceRef]:
        listed = self.world.list(EVERYTHING, group=group.name)
        return [ResourceRef.from_id(str(there["id"]), there.get("location")) for there in listed if there.get("id")]

    def _as_it_is(self, ref: ResourceRef, there: Resource) -> Bill:
        """What a resource costs now: a deallocated machine nothing."""
        bill = catalogue.bill_of(ref.type, there, _region(ref, there), self.prices)
        if _is(ref.type, compute.VM_TYPE) and self._power(ref) == "deallocated":
            return Bill()
        return bill

    def _power(self, ref: ResourceRef) -> compute.Power:
        there = self.world.get(ref, expand="instanceView")
        return "unknown" if there is None else compute.power_of(there)

    def _acted(self, operation: Operation) -> None:
        action = text(operation.desired.get("action"))
        if _is(operation.target.type, PROVIDER_TYPE):
            self._tell(operation, Bill([free(f"{action} a resource provider")]), Bill())
        elif not _is(operation.target.type, compute.VM_TYPE):
            self._unknown(operation, f"what {action or 'this'} costs on {operation.target.type} is not known")
        elif action.casefold() == "poweroff":
            billed = "a machine that is stopped and not deallocated is billed like a running one"
            self._tell(operation, Bill([free("machine (stopped)", billed)]), Bill())
        elif action.casefold() in FREE_ACTS:
            self._tell(operation, Bill([free(action)]), Bill())
        elif action.casefold() in ("start", "deallocate"):
            self._switched(operation, on=action.casefold() == "start")
        else:
            self._unknown(operation, f"what {action or 'this'} costs is not known")

    def _switched(self, operation: Operation, *, on: bool) -> None:
        if not self.world.known:
            self._unknown(operation, NOT_SIGNED_IN)
            return
        there = self.world.get(operation.target)
        if there is None:
            self._unknown(operation, f"{operation.target.name} is not there")
            return
        machine = catalogue.bill_of(operation.target.type, there, _region(operation.target, there), self.prices)
        power = self._power(operation.target)
        if power == ("billed" if on else "deallocated"):
            state = "running" if on else "deallocated"
            self._tell(operation, Bill([free(f"machine ({state} already)")]), Bill())
            return
        kept = "the disks and a static public address are billed as before" if not on else ""
        machine.charges = [replace(charge, assumption=kept or charge.assumption) for charge in machine.charges]
        self._tell(operation, machine if on else Bill(), Bill() if on else machine)

    def _tell(self, operation: Operation, after: Bill, before: Bill) -> None:
        """The difference of two bills: what stands on both is left out, and so is what is unknown on both alike."""
        added, dropped = _difference(after.charges, before.charges)
        for charge in added:
            self.lines.append(charge.line(operation.id))
        for charge in dropped:
            self.lines.append(charge.line(operation.id, gone=True))
        unknown, unknown_before = _difference(after.unknown, before.unknown)
        for reason in unknown:
            self._unknown(operation, reason)
        for reason in unknown_before:
            self._unknown(operation, f"what is saved is not known: {reason}")
        if not (added or dropped or unknown or unknown_before):
            self.lines.append(free("no change of the bill").line(operation.id))

    def _unknown(self, operation: Operation, reason: str) -> None:
        entry = Unpriced(operation=operation.id, reason=reason)
        if entry not in self.unpriced:
            self.unpriced.append(entry)


def merged(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The resource as it will be: what is wanted over what is there. Lists are replaced whole."""
    result = dict(there)
    for key, value in wanted.items():
        before = result.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            result[key] = merged(cast("Mapping[str, Any]", before), cast("Mapping[str, Any]", value))
        else:
            result[key] = value
    return result


def _difference(after: Iterable[T], before: Iterable[T]) -> tuple[list[T], list[T]]:
    dropped = list(before)
    added: list[T] = []
    for item in after:
        if item in dropped:
            dropped.remove(item)
        else:
            added.append(item)
    return added, dropped


def _goes_along(ref: ResourceRef, there: Resource) -> list[ResourceRef]:
    """What Azure deletes together with a resource, because it was created with `deleteOption: Delete`."""
    properties = pairs(there.get("properties"))
    parts: list[Body] = []
    if _is(ref.type, compute.VM_TYPE):
        profile = pairs(properties.get("storageProfile"))
        disks = [pairs(profile.get("osDisk")), *items(profile.get("dataDisks"))]
        parts += [pairs(disk.get("managedDisk")) for disk in disks if _vanishes(disk)]
        cards = items(pairs(properties.get("networkProfile")).get("networkInterfaces"))
        parts += [card for card in cards if _vanishes(pairs(card.get("properties")))]
    elif _is(ref.type, NIC_TYPE):
        for configuration in items(properties.get("ipConfigurations")):
            address = pairs(pairs(configuration.get("properties")).get("publicIPAddress"))
            if _vanishes(pairs(address.get("properties"))):
                parts.append(address)
    return [ResourceRef.from_id(text(part.get("id"))) for part in parts if text(part.get("id"))]


def _paid_part(bill: Bill) -> Bill:
    """The bill without what is free: its end saves nothing."""
    return Bill([charge for charge in bill.charges if charge.high > 0], bill.unknown)


def _vanishes(part: Body) -> bool:
    return text(part.get("deleteOption")).casefold() == "delete"


def _region(ref: ResourceRef, body: Body) -> str:
    return text(body.get("location")) or ref.location or ""


def _is(type_: str, other: str) -> bool:
    return type_.casefold() == other.casefold()


def _key(ref: ResourceRef) -> str:
    """What two names of a resource have in common, also without a subscription."""
    return "|".join((ref.type, ref.group or "", ref.name)).casefold() if ref.subscription is None else ref.key
