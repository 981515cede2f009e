"""What runs on machines: servers with disks, NICs and extensions, a scale set behind a load balancer, desktops."""

from __future__ import annotations

from dataclasses import dataclass, field

from azlin.sandbox.arm.store import Body
from azlin.sandbox.demo.estate import Estate, Group
from azlin.sandbox.demo.landscape import Spoke, address

WINDOWS: Body = {
    "publisher": "MicrosoftWindowsServer",
    "offer": "WindowsServer",
    "sku": "2022-datacenter-azure-edition",
    "version": "latest",
}
LINUX: Body = {
    "publisher": "Canonical",
    "offer": "0001-com-ubuntu-server-jammy",
    "sku": "22_04-lts-gen2",
    "version": "latest",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What a server is like. `disks_gb` are its data disks; `identity` (an id) comes beside its system identity;
    `agents` are extensions as (publisher, type)."""

    name: str
    windows: bool = False
    size: str = "Standard_D2s_v3"
    disks_gb: tuple[int, ...] = ()
    identity: str | None = None
    availability: str | None = None
    zone: str | None = None
    agents: tuple[tuple[str, str], ...] = ()
    tags: dict[str, str] = field(default_factory=dict[str, str])


def server(estate: Estate, spoke: Spoke, subnet: str, wanted: Machine) -> str:
    """A machine with one NIC, managed disks and agents; returns its id."""
    name, zone = wanted.name, wanted.zone
    group, labels = spoke.group, {"role": name.partition("-")[0], **wanted.tags}
    nic = estate.put(
        group,
        "Microsoft.Network/networkInterfaces",
        f"{name}-nic",
        {
            "ipConfigurations": [
                {
                    "name": "ipconfig1",
                    "properties": {"subnet": {"id": spoke.subnets[subnet]}, "privateIPAllocationMethod": "Dynamic"},
                }
            ],
            "enableAcceleratedNetworking": wanted.size.startswith("Standard_D"),
        },
        tags=labels,
    )
    data: list[Body] = []
    for at, size_gb in enumerate(wanted.disks_gb):
        disk = estate.put(
            group,
            "Microsoft.Compute/disks",
            f"{name}-data{at}",
            {"creationData": {"createOption": "Empty"}, "diskSizeGB": size_gb},
            sku={"name": "Premium_LRS"},
            zones=[zone] if zone else None,
        )
        data.append({"lun": at, "createOption": "Attach", "caching": "ReadOnly", "managedDisk": {"id": disk}})
    image, administrator = (WINDOWS, "azureadmin") if wanted.windows else (LINUX, "azureuser")
    system: Body = {"computerName": name[:15], "adminUsername": administrator}
    if wanted.windows:
        system |= {"adminPassword": estate.password(), "windowsConfiguration": {"enableAutomaticUpdates": True}}
    else:
        path = f"/home/{administrator}/.ssh/authorized_keys"
        system["linuxConfiguration"] = {
            "disablePasswordAuthentication": True,
            "ssh": {"publicKeys": [{"path": path, "keyData": estate.ssh_key()}]},
        }
    properties: Body = {
        "hardwareProfile": {"vmSize": wanted.size},
        "storageProfile": {
            "imageReference": image,
            "osDisk": {
                "name": f"{name}-os",
                "createOption": "FromImage",
                "caching": "ReadWrite",
                "managedDisk": {"storageAccountType": "Premium_LRS"},
            },
            "dataDisks": data,
        },
        "osProfile": system,
        "networkProfile": {"networkInterfaces": [{"id": nic, "properties": {"primary": True}}]},
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
    }
    if wanted.availability is not None:
        properties["availabilitySet"] = {"id": wanted.availability}
    kinds: Body = {"type": "SystemAssigned"}
    if wanted.identity is not None:
        kinds = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {wanted.identity: {}}}
    envelope: Body = {"identity": kinds, "tags": labels}
    if zone is not None:
        envelope["zones"] = [zone]
    machine = estate.put(group, "Microsoft.Compute/virtualMachines", name, properties, **envelope)
    for publisher, kind in wanted.agents:
        estate.under(
            machine,
            "extensions",
            kind,
            {
                "publisher": publisher,
                "type": kind,
                "typeHandlerVersion": "1.0",
                "autoUpgradeMinorVersion": True,
                "settings": {},
                "protectedSettings": {"token": estate.password()},
            },
            location=group.location,
        )
    return machine


def farm(estate: Estate, spoke: Spoke, subnet: str, name: str, capacity: int) -> tuple[str, str]:
    """A load balancer and the Linux scale set behind it; returns both ids."""
    group = spoke.group
    balancer = f"{group.id}/providers/Microsoft.Network/loadBalancers/lb-{name}"
    front = address(estate, group, f"pip-lb-{name}", zones=["1", "2", "3"])
    estate.put(
        group,
        "Microsoft.Network/loadBalancers",
        f"lb-{name}",
        {
            "frontendIPConfigurations": [{"name": "front", "properties": {"publicIPAddress": {"id": front}}}],
            "backendAddressPools": [{"name": "machines"}],
            "probes": [
                {
                    "name": "alive",
                    "properties": {
                        "protocol": "Http",
                        "port": 80,
                        "requestPath": "/healthz",
                        "intervalInSeconds": 15,
                        "numberOfProbes": 2,
                    },
                }
            ],
            "loadBalancingRules": [
                {
                    "name": "https",
                    "properties": {
                        "frontendIPConfiguration": {"id": f"{balancer}/frontendIPConfigurations/front"},
                        "backendAddressPool": {"id": f"{balancer}/backendAddressPools/machines"},
                        "probe": {"id": f"{balancer}/probes/alive"},
                        "protocol": "Tcp",
                        "frontendPort": 443,
                        "backendPort": 443,
                    },
                }
            ],
        },
        sku={"name": "Standard"},
    )
    scale_set = estate.put(
        group,
        "Microsoft.Compute/virtualMachineScaleSets",
        f"vmss-{name}",
        {
            "overprovision": False,
            "upgradePolicy": {"mode": "Manual"},
            "virtualMachineProfile": {
                "storageProfile": {
                    "imageReference": LINUX,
                    "osDisk": {"createOption": "FromImage", "managedDisk": {"storageAccountType": "StandardSSD_LRS"}},
                },
                "osProfile": {
                    "computerNamePrefix": name[:9],
                    "adminUsername": "azureuser",
                    "linuxConfiguration": {
                        "disablePasswordAuthentication": True,
                        "ssh": {
                            "publicKeys": [
                                {"path": "/home/azureuser/.ssh/authorized_keys", "keyData": estate.ssh_key()}
                            ]
                        },
                    },
                },
                "networkProfile": {
                    "networkInterfaceConfigurations": [
                        {
                            "name": f"nic-{name}",
                            "properties": {
                                "primary": True,
                                "ipConfigurations": [
                                    {
                                        "name": "ipconfig1",
                                        "properties": {
                                            "subnet": {"id": spoke.subnets[subnet]},
                                            "loadBalancerBackendAddressPools": [
                                                {"id": f"{balancer}/backendAddressPools/machines"}
                                            ],
                                        },
                                    }
                                ],
                            },
                        }
                    ]
                },
            },
        },
        sku={"name": "Standard_D2s_v3", "tier": "Standard", "capacity": capacity},
        identity={"type": "SystemAssigned"},
    )
    estate.put(
        group,
        "Microsoft.Insights/autoscaleSettings",
        f"as-{name}",
        {
            "enabled": True,
            "targetResourceUri": scale_set,
            "profiles": [
                {
                    "name": "by load",
                    "capacity": {"minimum": "1", "maximum": "5", "default": "2"},
                    "rules": [
                        {
                            "metricTrigger": {
                                "metricName": "Percentage CPU",
                                "metricResourceUri": scale_set,
                                "timeGrain": "PT1M",
                                "statistic": "Average",
                                "timeWindow": "PT5M",
                                "timeAggregation": "Average",
                                "operator": "GreaterThan",
                                "threshold": 70,
                            },
                            "scaleAction": {
                                "direction": "Increase",
                                "type": "ChangeCount",
                                "value": "1",
                                "cooldown": "PT5M",
                            },
                        }
                    ],
                }
            ],
        },
    )
    return balancer, scale_set


def desktops(estate: Estate, group: Group, name: str) -> None:
    """Virtual desktops: host pool, application group, workspace, each naming the other."""
    pool = estate.put(
        group,
        "Microsoft.DesktopVirtualization/hostPools",
        f"vdpool-{name}",
        {"hostPoolType": "Pooled", "loadBalancerType": "BreadthFirst", "preferredAppGroupType": "Desktop"},
    )
    applications = estate.put(
        group,
        "Microsoft.DesktopVirtualization/applicationGroups",
        f"vdag-{name}",
        {"hostPoolArmPath": pool, "applicationGroupType": "Desktop"},
    )
    estate.put(
        group,
        "Microsoft.DesktopVirtualization/workspaces",
        f"vdws-{name}",
        {"applicationGroupReferences": [applications]},
    )
