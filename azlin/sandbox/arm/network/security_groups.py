"""Network security groups: their rules as child resources, and the rules every group has."""

from __future__ import annotations

from typing import Any

from azlin.sandbox.arm.behaviour import Call, Inline, Registry
from azlin.sandbox.arm.jsonc import Body, array_of
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

GROUPS = "Microsoft.Network/networkSecurityGroups"
RULES = f"{GROUPS}/securityRules"
_LISTS = ("sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes")
_DEFAULT_RULES = (
    ("AllowVnetInBound", "Allow inbound traffic from all VMs in VNET", "VirtualNetwork", "VirtualNetwork", True, 65000),
    ("AllowAzureLoadBalancerInBound", "Allow inbound traffic from azure load balancer", "AzureLoadBalancer", "*",
     True, 65001),
    ("DenyAllInBound", "Deny all inbound traffic", "*", "*", False, 65500),
    ("AllowVnetOutBound", "Allow outbound traffic from all VMs to all VMs in VNET", "VirtualNetwork", "VirtualNetwork",
     True, 65000),
    ("AllowInternetOutBound", "Allow outbound traffic from all VMs to Internet", "*", "Internet", True, 65001),
    ("DenyAllOutBound", "Deny all outbound traffic", "*", "*", False, 65500),
)  # fmt: skip


class SecurityGroups(NetworkTyped):
    inline = (Inline("securityRules", "remove"),)
    kept = ("networkInterfaces", "subnets")
    needs_location = True

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        resource.properties.pop("defaultSecurityRules", None)

    def show(self, resource: Resource, _call: Call, /) -> Body:
        etag = resource.body.get("etag")
        resource.properties["defaultSecurityRules"] = [_default(resource, *one, etag=etag) for one in _DEFAULT_RULES]
        return resource.body

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        users = array_of(resource.properties.get("networkInterfaces")) + array_of(resource.properties.get("subnets"))
        if users:
            listed = ", ".join(str(id_of(one)) for one in users)
            raise ArmRefusal(
                400,
                "InUseNetworkSecurityGroupCannotBeDeleted",
                f"Network security group {resource.id.id} cannot be deleted because it is in use by the following "
                f"resources: {listed}. In order to delete the Network security group, remove the association with the "
                "resource(s). To learn how to do this, see aka.ms/deletensg.",
                details=[],
            )


def _default(
    resource: Resource, name: str, words: str, source: str, target: str, allows: bool, priority: int, etag: Any
) -> Body:
    return {
        "name": name,
        "id": f"{resource.id.id}/defaultSecurityRules/{name}",
        "etag": etag,
        "type": f"{GROUPS}/defaultSecurityRules",
        "properties": {
            "provisioningState": "Succeeded",
            "description": words,
            "protocol": "*",
            "sourcePortRange": "*",
            "destinationPortRange": "*",
            "sourceAddressPrefix": source,
            "destinationAddressPrefix": target,
            "access": "Allow" if allows else "Deny",
            "priority": priority,
            "direction": "Outbound" if name.endswith("OutBound") else "Inbound",
            **{one: [] for one in _LISTS},
        },
    }


class SecurityRules(NetworkTyped):
    has_guid = False

    def check(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        properties, name = resource.properties, resource.id.name
        missing = [one for one in ("protocol", "access", "direction", "priority") if properties.get(one) is None]
        if missing:
            raise ArmRefusal(
                400,
                "SecurityRuleParameterMissing",
                f"Security rule {name} is missing the required parameter(s) {', '.join(missing)}.",
                details=[],
            )
        priority = properties["priority"]
        if not isinstance(priority, int) or not 100 <= priority <= 4096:
            raise ArmRefusal(
                400,
                "SecurityRuleInvalidPriority",
                f"Security rule has invalid Priority. Value provided: {priority} Allowed range 100-4096.",
                details=[],
            )
        direction = str(properties["direction"]).casefold()
        parent = call.plane.store.get(resource.id.parent_key)
        for other in call.plane.store.all(parent=parent.id, type=RULES) if parent else ():
            theirs = other.properties
            same = theirs.get("priority") == priority and str(theirs.get("direction")).casefold() == direction
            if same and other.id.key != resource.id.key:
                raise ArmRefusal(
                    400,
                    "SecurityRuleConflict",
                    f"Security rule {name} conflicts with rule {other.id.name}. Rules cannot have the same Priority "
                    "and Direction.",
                    details=[],
                )

    def fill(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        for one in _LISTS:
            resource.properties.setdefault(one, [])


def register(registry: Registry) -> None:
    registry.type(GROUPS, SecurityGroups())
    registry.type(RULES, SecurityRules())
