"""What a virtual machine costs: the machine while it is allocated, and the disks that are made with it.

A stopped machine that is not deallocated is billed like a running one
(learn.microsoft.com/azure/virtual-machines/states-billing).
"""

from __future__ import annotations

from typing import Literal

from azlin.agentic.cost import storage
from azlin.agentic.cost.charge import Bill, Body, hourly, items, pairs, text, unpriced
from azlin.gateways.prices import Os, Prices

VM_TYPE = "Microsoft.Compute/virtualMachines"

IMAGE_GB: dict[Os, int] = {"linux": 30, "windows": 127}
"""The size of the system disk of Azure's own images, when none is asked for."""

WINDOWS_PUBLISHERS = frozenset({"microsoftwindowsserver", "microsoftwindowsdesktop", "microsoftsqlserver"})
LICENSED_PUBLISHERS = frozenset({"redhat", "suse", "microsoftsqlserver", "microsoftwindowsdesktop"})
"""Images whose licence is billed besides, at prices that are not in the table."""

Power = Literal["billed", "deallocated", "unknown"]


def machine(body: Body, region: str, prices: Prices) -> Bill:
    """The machine alone, allocated all month."""
    properties = pairs(body.get("properties"))
    size = text(pairs(properties.get("hardwareProfile")).get("vmSize"))
    os = _os(properties)
    if not size:
        return unpriced("a machine without a size has no price")
    if text(properties.get("priority")).casefold() in ("spot", "low"):
        return unpriced(f"{size} at the Spot price, which changes and is not in the table")
    own_licence = text(properties.get("licenseType")).casefold() in ("windows_server", "windows_client")
    price = prices.vm_hourly(size, region, "linux" if own_licence else os)
    if price is None:
        return unpriced(_why_unknown(size, region, os, prices))
    assumption = f"{size} runs all month" + (" (own Windows licence)" if own_licence else "")
    bill = Bill([hourly(price, prices, f"{size} ({os.capitalize()})", assumption=assumption)])
    publisher = _publisher(properties)
    if publisher.casefold() in LICENSED_PUBLISHERS and not text(properties.get("licenseType")):
        bill.unknown.append(f"the licence of images by {publisher} is billed besides, at a price that is not known")
    return bill


def disks(body: Body, region: str, prices: Prices) -> Bill:
    """The disks that are made with the machine. A disk that is only attached is a resource of its own."""
    properties = pairs(body.get("properties"))
    profile = pairs(properties.get("storageProfile"))
    system = pairs(profile.get("osDisk"))
    bill = Bill()
    if system and text(system.get("createOption")).casefold() != "attach" and not _is_ephemeral(system):
        bill.add(_disk(system, region, prices, "OS disk", IMAGE_GB[_os(properties)]))
    for data in items(profile.get("dataDisks")):
        if text(data.get("createOption")).casefold() != "attach":
            bill.add(_disk(data, region, prices, "data disk", None))
    return bill


def power_of(body: Body) -> Power:
    """Whether the machine is billed, by its instance view (`$expand=instanceView`)."""
    statuses = items(pairs(pairs(body.get("properties")).get("instanceView")).get("statuses"))
    codes = [text(status.get("code")).casefold() for status in statuses]
    state = next((code.removeprefix("powerstate/") for code in codes if code.startswith("powerstate/")), None)
    if state is None:
        return "unknown"
    return "deallocated" if state == "deallocated" else "billed"


def _disk(disk: Body, region: str, prices: Prices, what: str, default_gb: int | None) -> Bill:
    sku = text(pairs(disk.get("managedDisk")).get("storageAccountType")) or "Premium_LRS"
    asked = disk.get("diskSizeGB")
    size_gb = asked if isinstance(asked, int) else default_gb
    if size_gb is None:
        return unpriced(f"a {what} without a size has no price")
    return storage.disk(sku, size_gb, region, prices, what)


def _is_ephemeral(disk: Body) -> bool:
    """It lives on the host, and is not billed."""
    return text(pairs(disk.get("diffDiskSettings")).get("option")).casefold() == "local"


def _os(properties: Body) -> Os:
    said = text(pairs(pairs(properties.get("storageProfile")).get("osDisk")).get("osType")).casefold()
    profile = pairs(properties.get("osProfile"))
    windows = said == "windows" or "windowsConfiguration" in profile or _is_windows_image(properties)
    return "windows" if windows and said != "linux" else "linux"


def _is_windows_image(properties: Body) -> bool:
    return _publisher(properties).casefold() in WINDOWS_PUBLISHERS


def _publisher(properties: Body) -> str:
    return text(pairs(pairs(properties.get("storageProfile")).get("imageReference")).get("publisher"))


def _why_unknown(size: str, region: str, os: Os, prices: Prices) -> str:
    if os == "windows" and (linux := prices.vm_hourly(size, region)) is not None:
        return f"no price of {size} with Windows in {region} is known (with Linux it is {linux.usd} USD an hour)"
    if not prices.vm_sizes(region):
        return f"no prices of virtual machines in {region or 'an unnamed region'} are known"
    return f"no price of {size} in {region} is known"
