"""Networks: virtual networks, subnets, network security groups and rules, public addresses, network interfaces."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import msgspec

from azlin.agentic.families.bodies import id_in, items, pairs, properties_of
from azlin.agentic.families.choosing import choose, rows_of
from azlin.agentic.families.completion import Completion, aim_in_words
from azlin.agentic.families.drafting import Draft, ensure_group
from azlin.agentic.families.foreseen import id_of
from azlin.agentic.families.holders import holder, subnet_of
from azlin.agentic.families.network_parameters import NetworkParameters, complete_creation, kind_of
from azlin.agentic.families.tagging import tag
from azlin.agentic.families.vm_creation import ip_properties, rule_body, rule_name
from azlin.agentic.language.filters import Where, group_of, tags_of
from azlin.agentic.language.kinds import BY_NAME, IP_TYPE, NIC_TYPE, NSG_TYPE, RULE_TYPE, SUBNET_TYPE, VNET_TYPE, Kind
from azlin.agentic.types import Candidate, Intent, Operation, Plan, ResourceRef
from azlin.agentic.world import Resource, World
from azlin.errors import Undecided, UsageRefused
from azlin.settings import Defaults

_TAGLESS = frozenset({"subnet", "rule"})


class Networks:
    name = "networks"
    parameters: type[msgspec.Struct] = NetworkParameters
    actions = frozenset({"create", "list", "show", "count", "delete", "tag", "untag", "allow", "deny"})
    examples = (
        "create a vnet called net1 with address space 10.1.0.0/16 and a subnet called web 10.1.1.0/24",
        "create a subnet called db 10.1.2.0/24 in vnet net1",
        "create an nsg called web-nsg",
        "allow https from 10.0.0.0/8 in nsg web-nsg",
        "create a public ip called web-ip in westeurope",
        "create a nic called nic1 in vnet net1 in subnet web",
        "list vnets",
        "list subnets of vnet net1",
        "list rules of nsg web-nsg",
        "show nsg web-nsg",
        "delete public ip web-ip",
    )

    def complete(self, intent: Intent, defaults: Defaults) -> Intent:
        filling = Completion(intent, defaults)
        kind = kind_of(filling.parameters)
        if intent.action in ("create", "allow", "deny"):
            return complete_creation(filling, kind)
        where = msgspec.convert(filling.parameters.get("where", {}), Where)
        if intent.action in ("tag", "untag") and (kind.name in _TAGLESS or not filling.parameters.get("tags")):
            filling.ask(
                f"A {kind.singular} has no tags." if kind.name in _TAGLESS else "Which tag should be set?",
                Candidate(text="tag vnet NAME with env=test", because="a network can be tagged"),
            )
        return filling.finish(f"{intent.action} {aim_in_words(kind, where)}", self.parameters)

    def plan(self, intent: Intent, world: World) -> Plan:
        wanted = msgspec.convert(intent.parameters, NetworkParameters)
        draft = Draft(world)
        kind = BY_NAME[wanted.kind]
        match intent.action:
            case "create" | "allow" | "deny":
                _Making(draft, wanted).make(kind)
            case "list" | "count" | "show" if intent.action != "show" or not world.known:
                draft.read(draft.ref(kind.type, ""), {"list": True, "where": msgspec.to_builtins(wanted.where)})
            case "show":
                for ref, _ in choose(world, kind, wanted.where, doing="show"):
                    draft.read(ref, {})
            case "tag" | "untag":
                chosen = choose(world, kind, wanted.where, doing=intent.action)
                tag(draft, kind, chosen, wanted.tags, remove=intent.action == "untag")
            case _:
                for ref, there in choose(world, kind, wanted.where, doing="delete"):
                    _refuse_if_used(kind, ref, there)
                    draft.delete(ref)
        return draft.plan()

    def rows(self, intent: Intent, operation: Operation, raw: Any) -> Any:  # noqa: ARG002 - the protocol's
        wanted = msgspec.convert(intent.parameters, NetworkParameters)
        rows = [_row(wanted.kind, there) for there in rows_of(raw) if wanted.where.matches(there)]
        return {"count": len(rows)} if intent.action == "count" else rows


class _Making:
    def __init__(self, draft: Draft, wanted: NetworkParameters) -> None:
        self.draft = draft
        self.wanted = wanted

    def make(self, kind: Kind) -> None:
        if kind.name in ("subnet", "rule"):
            (self._subnets if kind.name == "subnet" else self._rules)()
            return
        ensure_group(self.draft, str(self.wanted.group), str(self.wanted.location))
        for name in self.wanted.names:
            {"vnet": self._vnet, "nsg": self._nsg, "ip": self._ip, "nic": self._nic}[kind.name](name)

    def _ref(self, type_: str, name: str) -> ResourceRef:
        return self.draft.ref(type_, name, self.wanted.group, self.wanted.location)

    def _body(self, properties: dict[str, Any], **envelope: Any) -> dict[str, Any]:
        tags = {"tags": self.wanted.tags} if self.wanted.tags else {}
        return {"location": self.wanted.location, **tags, **envelope, "properties": properties}

    def _vnet(self, name: str) -> None:
        space = [ip_network(prefix, strict=False) for prefix in self.wanted.prefixes]
        subnets: list[dict[str, Any]] = []
        for number, subnet in enumerate(self.wanted.subnets):
            if subnet.prefix is None:
                raise Undecided(
                    f"which address range should subnet {subnet.name} have?",
                    fix="say “with a subnet called NAME RANGE”",
                )
            inside = ip_network(subnet.prefix)
            if not any(inside.version == whole.version and inside.subnet_of(whole) for whole in space):  # pyright: ignore[reportArgumentType]
                raise UsageRefused(f"subnet {subnet.prefix} is not inside {', '.join(self.wanted.prefixes)}")
            label = subnet.name or ("default" if number == 0 else f"subnet{number + 1}")
            subnets.append({"name": label, "properties": {"addressPrefix": subnet.prefix}})
        properties: dict[str, Any] = {"addressSpace": {"addressPrefixes": list(self.wanted.prefixes)}}
        properties |= {"subnets": subnets} if subnets else {}
        self.draft.ensure(self._ref(VNET_TYPE, name), self._body(properties))

    def _subnets(self) -> None:
        vnet = self._holder("vnet", self.wanted.vnet)
        for name, prefix in zip(self.wanted.names, self.wanted.prefixes, strict=True):
            ref = self.draft.ref(SUBNET_TYPE, f"{vnet.name}/{name}", vnet.group)
            properties: dict[str, Any] = {"addressPrefix": prefix}
            if self.wanted.nsg:
                nsg = self._holder("nsg", self.wanted.nsg)
                properties["networkSecurityGroup"] = {"id": id_of(nsg)}
            self.draft.ensure(ref, {"properties": properties})

    def _nsg(self, name: str) -> None:
        ref = self._ref(NSG_TYPE, name)
        self.draft.ensure(ref, self._body({}))
        for number, opening in enumerate(self.wanted.openings):
            self._rule(ref, rule_name(opening), 1000 + 10 * number, number)

    def _rules(self) -> None:
        """Rules in an NSG that exists: the priority that was named, or the next free one from 1000 on."""
        nsg = self._holder("nsg", self.wanted.nsg)
        there = self.draft.existing(nsg)
        rules = items(properties_of(there).get("securityRules"))
        taken: dict[int, str] = {int(properties_of(rule).get("priority", 0)): str(rule["name"]) for rule in rules}
        priority = self.wanted.priority or next(number for number in range(1000, 4097, 10) if number not in taken)
        for number, opening in enumerate(self.wanted.openings):
            name = (
                self.wanted.names[number] if number < len(self.wanted.names) else rule_name(opening, self.wanted.access)
            )
            if self.wanted.priority and taken.get(priority, name).casefold() != name.casefold():
                raise Undecided(
                    f"priority {priority} in {nsg.name} is taken by rule {taken[priority]}", fix="name another priority"
                )
            self._rule(nsg, name, priority + 10 * number, number)

    def _rule(self, nsg: ResourceRef, name: str, priority: int, number: int) -> None:
        ref = self.draft.ref(RULE_TYPE, f"{nsg.name}/{name}", nsg.group)
        there = self.draft.existing(ref)
        if there is not None and self.wanted.priority is None:
            priority = int(properties_of(there).get("priority", priority))
        self.draft.ensure(ref, rule_body(self.wanted.openings[number], priority, self.wanted.access))

    def _ip(self, name: str) -> None:
        zones = {"zones": list(self.wanted.zones)} if self.wanted.zones else {}
        self.draft.ensure(self._ref(IP_TYPE, name), self._body(ip_properties(), sku={"name": "Standard"}, **zones))

    def _nic(self, name: str) -> None:
        vnet = self._holder("vnet", self.wanted.vnet)
        configuration: dict[str, Any] = {
            "primary": True,
            "privateIPAllocationMethod": "Dynamic",
            "subnet": {"id": id_of(subnet_of(self.draft, vnet, self.wanted.subnet))},
        }
        if self.wanted.public_ip:
            ip = self._ref(IP_TYPE, f"{name}-ip")
            self.draft.ensure(ip, self._body(ip_properties(), sku={"name": "Standard"}))
            configuration["publicIPAddress"] = {"id": id_of(ip)}
        properties: dict[str, Any] = {"ipConfigurations": [{"name": "ipconfig1", "properties": configuration}]}
        if self.wanted.nsg:
            properties["networkSecurityGroup"] = {"id": id_of(self._holder("nsg", self.wanted.nsg))}
        self.draft.ensure(self._ref(NIC_TYPE, name), self._body(properties))

    def _holder(self, kind: str, name: str | None) -> ResourceRef:
        if name is None:
            raise UsageRefused(f"which {BY_NAME[kind].singular} was not said")
        return holder(self.draft, BY_NAME[kind], name, self.wanted.group)


def _refuse_if_used(kind: Kind, ref: ResourceRef, there: Resource) -> None:
    """Azure refuses to delete what is in use; saying so before is kinder than failing halfway."""
    properties = properties_of(there)
    subnets = [properties_of(subnet) for subnet in items(properties.get("subnets"))]
    users: dict[str, list[object]] = {
        "nic": [properties.get("virtualMachine")],
        "ip": [properties.get("ipConfiguration")],
        "nsg": [*items(properties.get("networkInterfaces")), *items(properties.get("subnets"))],
        "subnet": [*items(properties.get("ipConfigurations"))],
        "vnet": [item for subnet in subnets for item in items(subnet.get("ipConfigurations"))],
    }
    user = next(filter(None, map(id_in, users.get(kind.name, []))), None)
    if user is not None:
        name = user.partition("/providers/")[2]
        raise Undecided(
            f"{kind.singular} {ref.leaf} is used by {name}; Azure will not delete it before that",
            fix=f"delete {name.split('/')[2] if name.count('/') > 1 else name} first",
        )


def _row(kind: str, there: Resource) -> dict[str, Any]:
    properties = properties_of(there)
    row: dict[str, Any] = {"name": there["name"], "group": group_of(there)}
    if kind in ("subnet", "rule"):
        row["in"] = str(there.get("id", "")).split("/")[-3]
    else:
        row["location"] = there.get("location", "")
    match kind:
        case "vnet":
            row |= {
                "address_space": pairs(properties.get("addressSpace")).get("addressPrefixes") or [],
                "subnets": [subnet.get("name") for subnet in items(properties.get("subnets"))],
            }
        case "subnet":
            row["range"] = properties.get("addressPrefix") or properties.get("addressPrefixes") or ""
        case "nsg":
            row["rules"] = [rule.get("name") for rule in items(properties.get("securityRules"))]
        case "rule":
            ports = properties.get("destinationPortRange") or properties.get("destinationPortRanges")
            row |= {key: properties.get(key) for key in ("priority", "direction", "access", "protocol")}
            row |= {
                "from": properties.get("sourceAddressPrefix") or properties.get("sourceAddressPrefixes"),
                "ports": ports,
            }
        case "ip":
            row["address"] = properties.get("ipAddress") or "not assigned yet"
        case _:
            configurations = items(properties.get("ipConfigurations"))
            row["private_ips"] = [properties_of(item).get("privateIPAddress") for item in configurations]
    return row if kind in ("subnet", "rule") else {**row, "tags": tags_of(there)}
