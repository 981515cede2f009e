"""Which file prices which type: the one table from ARM types to bills."""

from __future__ import annotations

from collections.abc import Callable

from azlin.agentic.cost import compute, free, network, storage
from azlin.agentic.cost.charge import Bill, Body, unpriced
from azlin.gateways.prices import Prices

Pricer = Callable[[Body, str, Prices], Bill]
"""(body, region, prices) → what the resource costs a month as it stands, by itself."""

PRICERS: dict[str, Pricer] = {
    compute.VM_TYPE.casefold(): compute.machine,
    storage.DISK_TYPE.casefold(): storage.standing_disk,
    storage.ACCOUNT_TYPE.casefold(): storage.account,
    network.IP_TYPE.casefold(): network.public_ip,
    network.LOAD_BALANCER_TYPE.casefold(): lambda body, _, prices: network.load_balancer(body, prices),
    network.NAT_TYPE.casefold(): lambda body, _, prices: network.nat_gateway(body, prices),
}

ACCOUNT_PARTS = f"{storage.ACCOUNT_TYPE}/".casefold()


def bill_of(type_: str, body: Body, region: str, prices: Prices) -> Bill:
    """What a resource costs a month by itself: a VM without its disks, which are resources of their own."""
    pricer = PRICERS.get(type_.casefold())
    if pricer is not None:
        return pricer(body, region, prices)
    if free.is_free(type_):
        return free.nothing(type_)
    if type_.casefold().startswith(ACCOUNT_PARTS):
        return storage.part_of_account(type_.rpartition("/")[2])
    return unpriced(f"no prices of {type_} are known")


def needs_body(type_: str) -> bool:
    """Whether the bill depends on what the resource looks like."""
    return type_.casefold() in PRICERS
