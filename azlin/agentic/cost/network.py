"""What network resources cost that are billed by the hour."""

from __future__ import annotations

from azlin.agentic.cost.charge import Bill, Body, hourly, items, pairs, text, unbilled, unpriced
from azlin.gateways.prices import Price, Prices

IP_TYPE = "Microsoft.Network/publicIPAddresses"
LOAD_BALANCER_TYPE = "Microsoft.Network/loadBalancers"
NAT_TYPE = "Microsoft.Network/natGateways"

RULES_INCLUDED = 5
"""The first five rules share one price (azure.microsoft.com/pricing/details/load-balancer)."""

AGREEING_MIN = 3
"""So many regions must have the same price before it is taken for that of a region that is not in the table."""


def public_ip(body: Body, region: str, prices: Prices) -> Bill:
    """A public address, billed from its creation to its deletion, used or not."""
    sku = pairs(body.get("sku"))
    version = text(pairs(body.get("properties")).get("publicIPAddressVersion")) or "IPv4"
    if text(sku.get("name")).casefold() != "standard" or text(sku.get("tier")).casefold() == "global":
        what = " ".join(filter(None, (text(sku.get("name")) or "Basic", text(sku.get("tier")))))
        return unpriced(f"no price of a {what} public IP address is known")
    if version.casefold() != "ipv4":
        return unpriced(f"no price of a public {version} address is known")
    meter = "public IP address (Standard, IPv4)"
    price = prices.meter("IP Addresses", "Standard IPv4 Static", region)
    if price is not None:
        return Bill([hourly(price, prices, meter)])
    return _agreed(prices, meter, region)


def load_balancer(body: Body, prices: Prices) -> Bill:
    """A load balancer, by its rules. The data that goes through it is billed besides."""
    name = text(pairs(body.get("sku")).get("name")).casefold() or "basic"
    if name == "basic":
        return unbilled("load balancer (Basic)", "Basic load balancers are not billed")
    included = prices.meter("Load Balancer", "Standard Included LB Rules and Outbound Rules", "global")
    more = prices.meter("Load Balancer", "Standard Overage LB Rules and Outbound Rules", "global")
    if name != "standard" or included is None or more is None:
        return unpriced(f"no price of a {name} load balancer is known")
    properties = pairs(body.get("properties"))
    rules = len(items(properties.get("loadBalancingRules"))) + len(items(properties.get("outboundRules")))
    if rules == 0:
        return unbilled("load balancer (Standard, no rules)", "it is billed when it has rules")
    traffic = "the data that goes through it is billed besides and not included"
    bill = Bill(
        [hourly(included, prices, f"load balancer (Standard, up to {RULES_INCLUDED} rules)", assumption=traffic)]
    )
    if rules > RULES_INCLUDED:
        over = rules - RULES_INCLUDED
        bill.charges.append(hourly(more, prices, f"load balancer rules over {RULES_INCLUDED}: {over}", count=over))
    return bill


def nat_gateway(body: Body, prices: Prices) -> Bill:
    name = text(pairs(body.get("sku")).get("name")) or "Standard"
    price = prices.meter("NAT Gateway", f"{name} Gateway", "global")
    if price is None:
        return unpriced(f"no price of a {name} NAT gateway is known")
    traffic = "the data that goes through it is billed besides and not included"
    return Bill([hourly(price, prices, f"NAT gateway ({name})", assumption=traffic)])


def _agreed(prices: Prices, meter: str, region: str) -> Bill:
    """The price of a region that is not in the table, where all that are in it agree."""
    known = sorted(prices.everywhere("IP Addresses", "Standard IPv4 Static"), key=lambda price: price.as_of)
    if len(known) < AGREEING_MIN or len({price.usd for price in known}) != 1:
        return unpriced(f"no price of a public IP address in {region} is known")
    newest: Price = known[-1]
    assumption = f"the price in {region} is not known; it is the same in all {len(known)} regions that are"
    return Bill([hourly(newest, prices, meter, assumption=assumption)])
