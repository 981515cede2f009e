"""What a run wants: operations of many types with dependencies, and what has to be there before them.

Every name begins with the run's prefix, so that runs share a sandbox and a fault can meet one run only. The operations
are built here, without a language; `chaos.handing` hands them to azlin in a plan file.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from azlin.agentic.types import GROUP_TYPE, Effect, Operation, ResourceRef, Verb

REGION = "westeurope"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBm9Vn3u1nB9mV7dSx0m9eX3bq2h5pW1cX6s8d3e4f5g chaos"
NETWORK, COMPUTE, STORAGE = "Microsoft.Network", "Microsoft.Compute", "Microsoft.Storage"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
"""Built-in roles (Microsoft Learn, "Azure built-in roles")."""

Body = dict[str, Any]


@dataclass
class Draft:
    """A plan that grows. `before` is what must be there when it starts, as (reference, body), in order."""

    prefix: str
    subscription: str
    principal: str
    operations: list[Operation] = field(default_factory=list[Operation])
    before: list[tuple[ResourceRef, Body]] = field(default_factory=list[tuple[ResourceRef, Body]])

    def ref(self, kind: str, name: str, group: str) -> ResourceRef:
        """`name` parts get the prefix each; a storage name has no hyphens."""
        return ResourceRef(
            type=kind, name=self.named(name), group=self.named(group), subscription=self.subscription, location=REGION
        )

    def named(self, name: str) -> str:
        return "/".join(self.prefix + part if part != "default" else part for part in name.split("/"))

    def group(self, name: str) -> ResourceRef:
        return ResourceRef(type=GROUP_TYPE, name=self.named(name), subscription=self.subscription, location=REGION)

    def exists(self, ref: ResourceRef, body: Body) -> ResourceRef:
        self.before.append((ref, body))
        return ref

    def ensure(
        self, ref: ResourceRef, body: Body, after: Iterable[ResourceRef] = (), effect: Effect = "creates"
    ) -> Any:
        self._add("ensure", effect, ref, body, after)
        return ref

    def delete(self, ref: ResourceRef, after: Iterable[ResourceRef] = ()) -> None:
        self._add("delete", "destroys", ref, {}, after)

    def act(self, ref: ResourceRef, action: str, body: Body | None = None, after: Iterable[ResourceRef] = ()) -> None:
        desired: Body = {"action": action} | ({"body": body} if body is not None else {})
        suffix = "".join(f":{word}" for word in (action, *(body or {}).values()))
        self._add("act", "changes", ref, desired, after, suffix=suffix)

    def _add(
        self,
        verb: Verb,
        effect: Effect,
        ref: ResourceRef,
        desired: Body,
        after: Iterable[ResourceRef],
        suffix: str = "",
    ) -> None:
        made = {operation.target.key: operation.id for operation in self.operations if operation.verb != "act"}
        self.operations.append(
            Operation(
                id=f"{verb}:{ref.type.rpartition('/')[2]}:{ref.name}{suffix}",
                verb=verb,
                effect=effect,
                target=ref,
                desired=desired,
                after=tuple(made[one.key] for one in after),
            )
        )


def large(prefix: str, subscription: str, principal: str) -> Draft:
    """60 operations: 43 ensures (one of them changes what is there), 7 deletes, 10 POSTs that must not be repeated."""
    draft = Draft(prefix, subscription, principal)
    old = _old(draft, machines=2, accounts=2)
    a, b = (draft.ensure(draft.group(name), {"location": REGION, "tags": {"run": prefix}}) for name in "ab")
    networks = [_network(draft, f"net{number}", number, where) for number, where in ((1, a), (2, b))]
    guards = [_guard(draft, f"nsg{number}", a) for number in range(3)]
    for number, guard in enumerate((guards[0], guards[0], guards[1], guards[2])):
        _rule(draft, guard, number)
    machines = _machines(draft, a, networks, guards[0])
    accounts = _data(draft, a, b)
    tagged = {"location": REGION, "tags": {"kept": "yes", "run": prefix}, "properties": {}}
    draft.ensure(old.tagged, tagged, effect="changes")
    for one in old.doomed:
        draft.delete(one)
    for machine in old.machines:
        draft.act(machine, "restart")
    for machine in machines[:3]:
        draft.act(machine, "restart", after=[machine])
    draft.act(machines[3], "redeploy", after=[machines[3]])
    for account in old.accounts:
        draft.act(account, "regenerateKey", {"keyName": "key1"})
    for key in ("key1", "key2"):
        # Two POSTs that only their bodies tell apart.
        draft.act(accounts[1], "regenerateKey", {"keyName": key}, after=[accounts[1]])
    return draft


def _machines(draft: Draft, a: ResourceRef, networks: list[ResourceRef], guard: ResourceRef) -> list[ResourceRef]:
    """Four machines with their cards, in two of four subnets."""
    subnets = [_subnet(draft, networks[n % 2], n, guard if n % 2 == 0 else None) for n in range(4)]
    addresses = [_address(draft, f"ip{n}", a) for n in range(3)]
    cards = [_card(draft, f"nic{n}", a, subnets[2 * (n % 2)], addresses[n] if n < 3 else None) for n in range(4)]
    return [_machine(draft, f"vm{n}", a, card) for n, card in enumerate(cards)]


def _data(draft: Draft, a: ResourceRef, b: ResourceRef) -> list[ResourceRef]:
    """Disks, accounts with a container each, identities, and who may read what."""
    for number in range(2):
        _disk(draft, f"disk{number}", b)
    accounts = [_account(draft, f"st{number}", where) for number, where in enumerate((a, a, b, b))]
    for account in accounts:
        _container(draft, account)
    for number, (where, role) in enumerate(((a, READER), (b, READER), (b, CONTRIBUTOR))):
        _assignment(draft, number, where, role)
    draft.ensure(draft.ref(f"{NETWORK}/routeTables", "routes", "b"), _located({}), after=[b])
    for number in range(2):
        identity = draft.ref("Microsoft.ManagedIdentity/userAssignedIdentities", f"id{number}", "b")
        draft.ensure(identity, {"location": REGION}, after=[b])
    return accounts


def small(prefix: str, subscription: str, principal: str) -> Draft:
    """20 operations of the same kinds, for a test that has to be quick."""
    draft = Draft(prefix, subscription, principal)
    old = _old(draft, machines=1, accounts=1)
    a = draft.ensure(draft.group("a"), {"location": REGION, "tags": {"run": prefix}})
    network = _network(draft, "net1", 1, a)
    guard = _guard(draft, "nsg0", a)
    _rule(draft, guard, 0)
    subnet = _subnet(draft, network, 0, guard)
    card = _card(draft, "nic0", a, subnet, _address(draft, "ip0", a))
    machine = _machine(draft, "vm0", a, card)
    accounts = [_account(draft, f"st{number}", a) for number in range(2)]
    _container(draft, accounts[0])
    _assignment(draft, 0, a, READER)
    _disk(draft, "disk0", a)
    for one in old.doomed[:3]:
        draft.delete(one)
    draft.act(old.machines[0], "restart")
    draft.act(old.accounts[0], "regenerateKey", {"keyName": "key1"})
    draft.act(machine, "restart", after=[machine])
    draft.act(accounts[1], "regenerateKey", {"keyName": "key2"}, after=[accounts[1]])
    return draft


PLANS = {"large": large, "small": small}


@dataclass
class _Old:
    """What was there before the run: to be acted on, to be changed, and to be deleted."""

    machines: list[ResourceRef]
    accounts: list[ResourceRef]
    tagged: ResourceRef
    doomed: list[ResourceRef]


def _old(draft: Draft, machines: int, accounts: int) -> _Old:
    earlier = Draft(draft.prefix, draft.subscription, draft.principal)
    group = earlier.ensure(earlier.group("old"), {"location": REGION})
    network = _network(earlier, "oldnet", 9, group)
    subnet = _subnet(earlier, network, 0, None)
    cards = [_card(earlier, f"oldnic{number}", group, subnet, None) for number in range(machines)]
    made = [_machine(earlier, f"oldvm{number}", group, card) for number, card in enumerate(cards)]
    keys = [_account(earlier, f"oldst{number}", group) for number in range(accounts)]
    tagged = _guard(earlier, "oldnsg", group)
    doomed = [
        _disk(earlier, "olddisk0", group),
        _address(earlier, "oldip0", group),
        _guard(earlier, "doomed0", group),
        _disk(earlier, "olddisk1", group),
        _address(earlier, "oldip1", group),
        _subnet(earlier, network, 1, None),
        _account(earlier, "doomedst", group),
    ]
    for operation in earlier.operations:
        draft.exists(operation.target, operation.desired)
    return _Old(made, keys, tagged, doomed)


def _located(properties: Body, **more: Any) -> Body:
    return {"location": REGION, "properties": properties, **more}


def _network(draft: Draft, name: str, number: int, group: ResourceRef) -> ResourceRef:
    ref = draft.ref(f"{NETWORK}/virtualNetworks", name, _short(draft, group))
    space = {"addressSpace": {"addressPrefixes": [f"10.{number}.0.0/16"]}}
    return draft.ensure(ref, _located(space), after=[group])


def _guard(draft: Draft, name: str, group: ResourceRef) -> ResourceRef:
    ref = draft.ref(f"{NETWORK}/networkSecurityGroups", name, _short(draft, group))
    return draft.ensure(ref, _located({}), after=[group])


def _rule(draft: Draft, guard: ResourceRef, number: int) -> None:
    ref = _below(guard, "securityRules", f"{draft.prefix}rule{number}")
    rule = {
        "access": "Allow",
        "direction": "Inbound",
        "priority": 100 + number,
        "protocol": "Tcp",
        "sourceAddressPrefix": "10.0.0.0/8",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": str(8000 + number),
    }
    draft.ensure(ref, {"properties": rule}, after=[guard])


def _subnet(draft: Draft, network: ResourceRef, number: int, guard: ResourceRef | None) -> ResourceRef:
    second = next(one.desired for one in draft.operations if one.target.key == network.key)
    space = second["properties"]["addressSpace"]["addressPrefixes"][0].removesuffix("0.0/16")
    properties: Body = {"addressPrefix": f"{space}{number}.0/24"}
    after = [network]
    if guard is not None:
        properties["networkSecurityGroup"] = {"id": guard.id}
        after.append(guard)
    return draft.ensure(
        _below(network, "subnets", f"{draft.prefix}sub{number}"), {"properties": properties}, after=after
    )


def _address(draft: Draft, name: str, group: ResourceRef) -> ResourceRef:
    ref = draft.ref(f"{NETWORK}/publicIPAddresses", name, _short(draft, group))
    body = _located({"publicIPAllocationMethod": "Static"}, sku={"name": "Standard"})
    return draft.ensure(ref, body, after=[group])


def _card(draft: Draft, name: str, group: ResourceRef, subnet: ResourceRef, address: ResourceRef | None) -> ResourceRef:
    ref = draft.ref(f"{NETWORK}/networkInterfaces", name, _short(draft, group))
    properties: Body = {"subnet": {"id": subnet.id}, "privateIPAllocationMethod": "Dynamic"}
    after = [group, subnet]
    if address is not None:
        properties["publicIPAddress"] = {"id": address.id}
        after.append(address)
    return draft.ensure(ref, _located({"ipConfigurations": [{"name": "first", "properties": properties}]}), after=after)


def _machine(draft: Draft, name: str, group: ResourceRef, card: ResourceRef) -> ResourceRef:
    ref = draft.ref(f"{COMPUTE}/virtualMachines", name, _short(draft, group))
    image = {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"}
    key = {"path": "/home/chaos/.ssh/authorized_keys", "keyData": KEY}
    body = _located(
        {
            "hardwareProfile": {"vmSize": "Standard_B2s"},
            "storageProfile": {
                "imageReference": image,
                "osDisk": {"name": f"{ref.name}disk", "createOption": "FromImage", "deleteOption": "Delete"},
            },
            "osProfile": {
                "computerName": ref.name,
                "adminUsername": "chaos",
                "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": {"publicKeys": [key]}},
            },
            "networkProfile": {"networkInterfaces": [{"id": card.id, "properties": {"deleteOption": "Delete"}}]},
        }
    )
    return draft.ensure(ref, body, after=[group, card])


def _disk(draft: Draft, name: str, group: ResourceRef) -> ResourceRef:
    ref = draft.ref(f"{COMPUTE}/disks", name, _short(draft, group))
    body = _located({"creationData": {"createOption": "Empty"}, "diskSizeGB": 8}, sku={"name": "Standard_LRS"})
    return draft.ensure(ref, body, after=[group])


def _account(draft: Draft, name: str, group: ResourceRef) -> ResourceRef:
    ref = draft.ref(f"{STORAGE}/storageAccounts", name, _short(draft, group))
    body = _located({"minimumTlsVersion": "TLS1_2"}, sku={"name": "Standard_LRS"}, kind="StorageV2")
    return draft.ensure(ref, body, after=[group])


def _container(draft: Draft, account: ResourceRef) -> None:
    ref = _below(_below(account, "blobServices", "default"), "containers", f"{draft.prefix}box")
    draft.ensure(ref, {"properties": {"publicAccess": "None"}}, after=[account])


def _assignment(draft: Draft, number: int, group: ResourceRef, role: str) -> None:
    """Its name is computed from what it says (uuid5), so that it can be looked up by anybody who knows that."""
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{group.key}/{draft.principal}/{role}/{number}"))
    ref = ResourceRef(
        type="Microsoft.Authorization/roleAssignments", name=name, group=group.name, subscription=draft.subscription
    )
    definition = f"/subscriptions/{draft.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    body = {
        "properties": {
            "roleDefinitionId": definition,
            "principalId": draft.principal,
            "principalType": "ServicePrincipal",
        }
    }
    draft.ensure(ref, body, after=[group])


def _below(parent: ResourceRef, kind: str, name: str) -> ResourceRef:
    return ResourceRef(
        type=f"{parent.type}/{kind}",
        name=f"{parent.name}/{name}",
        group=parent.group,
        subscription=parent.subscription,
    )


def _short(draft: Draft, group: ResourceRef) -> str:
    return group.name.removeprefix(draft.prefix)
