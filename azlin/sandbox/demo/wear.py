"""What years do to an estate. Each of these has broken a tool that copied tenants.

Equal names in several groups, address spaces that overlap, names as long as they may be, ids in every casing, settings
that point to what is gone, principals that were deleted, disks nobody uses, bodies with nothing in them, bodies longer
than a database column, kinds of yesterday, titles in hidden tags.
"""

from __future__ import annotations

from azlin.sandbox.demo.estate import CONTRIBUTOR, OWNER, READER, Estate, Group
from azlin.sandbox.demo.landscape import rule


def legacy(estate: Estate, location: str, number: int) -> str:
    """A forgotten group whose names and addresses are those of every other one; returns its machine's NIC."""
    group = estate.group(f"Legacy.DC_({number:02})", location, Owner="", note="käse & 東京")
    security = estate.put(
        group,
        "Microsoft.Network/networkSecurityGroups",
        "nsg",
        {"securityRules": [rule("RDP", 300, "3389", "203.0.113.0/24")]},
        tags={},
    )
    network = estate.put(
        group,
        "Microsoft.Network/virtualNetworks",
        "DC001-vnet",
        {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [
                {
                    "name": "default",
                    "properties": {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": security}},
                }
            ],
        },
    )
    nic = estate.put(
        group,
        "Microsoft.Network/networkInterfaces",
        "dc001-nic",
        {
            "ipConfigurations": [
                {
                    "name": "ipconfig1",
                    "properties": {
                        "subnet": {"id": f"{network}/subnets/default".replace("resourceGroups", "resourcegroups")},
                        "privateIPAllocationMethod": "Static",
                        "privateIPAddress": "10.0.0.4",
                    },
                }
            ]
        },
    )
    estate.put(
        group,
        "Microsoft.Compute/disks",
        "dc001_OsDisk_1_" + estate.guid().replace("-", ""),
        {"creationData": {"createOption": "Empty"}, "diskSizeGB": 127, "osType": "Windows", "hyperVGeneration": "V1"},
        sku={"name": "Standard_LRS"},
    )
    return nic


def long_names(estate: Estate, group: Group) -> None:
    """Names as long as Azure takes them, which only differ at the end."""
    stem = "nsg-this-name-was-made-by-a-script-that-put-everything-it-knew-into-the-name-"
    for end in ("01a", "01b"):
        estate.put(group, "Microsoft.Network/networkSecurityGroups", f"{stem}{end}"[:80], {"securityRules": []})


def broad_network(estate: Estate, group: Group, octet: int) -> str:
    """A network whose body is far longer than 5,000 characters."""
    subnets = [
        {"name": f"segment-{at:03}", "properties": {"addressPrefix": f"10.{octet}.{at}.0/24"}} for at in range(64)
    ]
    return estate.put(
        group,
        "Microsoft.Network/virtualNetworks",
        "vnet-segments",
        {"addressSpace": {"addressPrefixes": [f"10.{octet}.0.0/16"]}, "subnets": subnets},
    )


def dangling(estate: Estate, group: Group, watched: str) -> None:
    """Settings and alerts that point to what was removed since."""
    gone = estate.put(group, "Microsoft.OperationalInsights/workspaces", "log-retired", {"sku": {"name": "PerGB2018"}})
    estate.watch(watched, gone.casefold())
    estate.put(
        group,
        "Microsoft.Insights/scheduledQueryRules",
        "errors of the retired log",
        {
            "enabled": True,
            "severity": 3,
            "scopes": [gone.upper().replace("/SUBSCRIPTIONS", "/subscriptions")],
            "evaluationFrequency": "PT5M",
            "windowSize": "PT5M",
            "criteria": {
                "allOf": [
                    {"query": "AppExceptions", "timeAggregation": "Count", "operator": "GreaterThan", "threshold": 0}
                ]
            },
        },
    )
    estate.remove(gone)
    disk = estate.put(
        group,
        "Microsoft.Compute/disks",
        "retired-data",
        {"creationData": {"createOption": "Empty"}, "diskSizeGB": 64},
        sku={"name": "Standard_LRS"},
    )
    estate.put(
        group,
        "Microsoft.Compute/snapshots",
        "retired-data-last",
        {"creationData": {"createOption": "Copy", "sourceResourceId": disk}},
    )
    estate.remove(disk)


def strangers(estate: Estate, group: Group) -> None:
    """Roles of principals that no directory knows any more, and one that sees a single group only."""
    whole = f"/subscriptions/{estate.subscription.id}"
    estate.role(whole, CONTRIBUTOR, estate.guid(), "ServicePrincipal")
    estate.role(group.id, OWNER, estate.guid(), "User")
    estate.role(group.id, READER, estate.tenant.principal_oid, "ServicePrincipal")


def odd_bodies(estate: Estate, group: Group) -> None:
    """Nothing in the properties; a kind of yesterday; a title in a hidden tag."""
    estate.put(group, "Microsoft.Compute/sshPublicKeys", "never-filled")
    estate.put(
        group,
        "Microsoft.Storage/storageAccounts",
        estate.unique("stold"),
        sku={"name": "Standard_LRS"},
        kind="Storage",
        location="westeurope",
    )
    estate.put(group, "Microsoft.Network/applicationSecurityGroups", "ASG.Web_Servers", tags={"hidden-title": "web"})


def leftovers(estate: Estate, group: Group, count: int) -> None:
    """So many disks, addresses, snapshots and keys that nobody remembers."""
    for at in range(count):
        match at % 4:
            case 0:
                estate.put(
                    group,
                    "Microsoft.Compute/disks",
                    f"pvc-{estate.guid()}",
                    {"creationData": {"createOption": "Empty"}, "diskSizeGB": estate.random.choice((8, 32, 128))},
                    sku={"name": estate.random.choice(("StandardSSD_LRS", "Premium_LRS"))},
                )
            case 1:
                estate.put(
                    group,
                    "Microsoft.Network/publicIPAddresses",
                    f"ip-test-{at:03}",
                    {"publicIPAllocationMethod": "Static"},
                    sku={"name": "Standard"},
                )
            case 2:
                estate.put(group, "Microsoft.ManagedIdentity/userAssignedIdentities", f"id-pipeline-{at:03}")
            case _:
                estate.put(
                    group,
                    "Microsoft.Network/networkSecurityGroups",
                    f"nsg-quickstart-{at:03}",
                    {"securityRules": [rule("SSH", 1000, "22", "198.51.100.0/24")]},
                )
