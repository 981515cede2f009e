"""Virtual machines and their disks, as Compute keeps them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.compute.vm_sizes import all_sizes
from azlin.sandbox.arm.faults import Fault
from tests.sandbox.conftest import Azure

UBUNTU = {
    "publisher": "Canonical",
    "offer": "0001-com-ubuntu-server-jammy",
    "sku": "22_04-lts-gen2",
    "version": "latest",
}
LINUX = {
    "computerName": "sam",
    "adminUsername": "azureuser",
    "linuxConfiguration": {
        "disablePasswordAuthentication": True,
        "ssh": {"publicKeys": [{"path": "/home/azureuser/.ssh/authorized_keys", "keyData": "ssh-rsa AAAA me"}]},
    },
}


@pytest.fixture
def registry() -> Registry:
    return load()


class Vms:
    """A group with a network to put machines into."""

    def __init__(self, azure: Azure) -> None:
        self.azure = azure
        self.group = azure.group()
        self.compute = f"{self.group}/providers/Microsoft.Compute"
        network = f"{self.group}/providers/Microsoft.Network/virtualNetworks/v"
        self.subnet = f"{network}/subnets/s"
        subnets = [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}]
        space = {"addressPrefixes": ["10.0.0.0/16"]}
        azure.put(network, {"location": "westeurope", "properties": {"addressSpace": space, "subnets": subnets}})

    def interface(self, name: str, public: str | None = None) -> str:
        path = f"{self.group}/providers/Microsoft.Network/networkInterfaces/{name}"
        own: dict[str, Any] = {"subnet": {"id": self.subnet}}
        if public:
            own["publicIPAddress"] = {"id": public, "properties": {"deleteOption": "Delete"}}
        properties = {"ipConfigurations": [{"name": "c", "properties": own}]}
        self.azure.put(path, {"location": "westeurope", "properties": properties})
        return path

    def body(self, name: str, **changed: Any) -> dict[str, Any]:
        """A body that Compute takes; `size`, `image`, `os`, `disk`, `data`, `interface` change it."""
        interface = changed.get("interface") or self.interface(f"{name}-nic")
        own = {"deleteOption": "Delete"} if changed.get("goes_with", True) else {}
        storage: dict[str, Any] = {"osDisk": {"createOption": "FromImage", **own, **changed.get("disk", {})}}
        if changed.get("image", UBUNTU):
            storage["imageReference"] = dict(changed.get("image", UBUNTU))
        if "data" in changed:
            storage["dataDisks"] = changed["data"]
        return {
            "location": "westeurope",
            "properties": {
                "hardwareProfile": {"vmSize": changed.get("size", "Standard_D2s_v3")},
                "storageProfile": storage,
                "osProfile": changed.get("os", LINUX),
                "networkProfile": {"networkInterfaces": [{"id": interface, "properties": own}]},
            },
        }

    def path(self, name: str = "sam") -> str:
        return f"{self.compute}/virtualMachines/{name}"

    def make(self, name: str = "sam", **changed: Any) -> dict[str, Any]:
        return self.azure.put(self.path(name), self.body(name, **changed))

    def refused(self, name: str = "sam", **changed: Any) -> tuple[int, str, str]:
        answer = self.azure.ask("PUT", self.path(name), self.body(name, **changed))
        error = answer.body["error"]
        return answer.status, error["code"], error["message"]

    def power(self, name: str = "sam") -> str:
        shown = self.azure.get(self.path(name) + "?$expand=instanceView")
        codes = [one["code"] for one in shown["properties"]["instanceView"]["statuses"]]
        return next(code for code in codes if code.startswith("PowerState/"))

    def act(self, action: str, name: str = "sam") -> int:
        return self.azure.ask("POST", f"{self.path(name)}/{action}").status


@pytest.fixture
def vms(azure: Azure) -> Vms:
    return Vms(azure)


def test_a_vm_makes_its_disk_and_takes_its_interface(vms: Vms, azure: Azure) -> None:
    shown = vms.make()["properties"]
    disk = azure.get(shown["storageProfile"]["osDisk"]["managedDisk"]["id"])
    assert disk["managedBy"] == vms.path()
    assert (disk["properties"]["diskState"], disk["properties"]["diskSizeGB"]) == ("Attached", 30)
    assert disk["sku"] == {"name": "Premium_LRS", "tier": "Premium"}
    interface = azure.get(shown["networkProfile"]["networkInterfaces"][0]["id"])["properties"]
    assert interface["virtualMachine"] == {"id": vms.path()}
    assert interface["macAddress"].startswith("00-0D-")
    assert shown["storageProfile"]["imageReference"]["exactVersion"] == "22.04.202510020"
    assert shown["provisioningState"] == "Succeeded"
    assert "instanceView" not in shown


def test_a_password_is_never_kept_and_a_key_is(vms: Vms, azure: Azure) -> None:
    os = {"adminUsername": "azureuser", "adminPassword": "Canary-Pass-1234", "customData": "Y2FuYXJ5"}
    vms.make("p", os=os)
    everything = json.dumps([one.body for one in azure.plane.store.all()])
    assert "Canary" not in everything
    assert "Y2FuYXJ5" not in everything
    linux = vms.make("k")["properties"]["osProfile"]["linuxConfiguration"]
    assert linux["ssh"]["publicKeys"][0]["keyData"] == "ssh-rsa AAAA me"


def test_a_put_again_keeps_the_vm_and_its_disk(vms: Vms, azure: Azure) -> None:
    first = vms.make()
    again = vms.make(size="Standard_D4s_v3")
    for name in ("vmId", "timeCreated"):
        assert again["properties"][name] == first["properties"][name]
    kept = again["properties"]["storageProfile"]["osDisk"]
    assert kept == first["properties"]["storageProfile"]["osDisk"]
    assert len(azure.values(f"{vms.compute}/disks")) == 1
    patch = azure.ask("PATCH", vms.path(), {"properties": {"hardwareProfile": {"vmSize": "Standard_D8s_v3"}}})
    assert patch.body["properties"]["hardwareProfile"]["vmSize"] == "Standard_D8s_v3"
    assert patch.body["properties"]["osProfile"]["adminUsername"] == "azureuser"


def test_power_follows_what_was_asked(vms: Vms) -> None:
    vms.make()
    seen = [vms.power()]
    for action in ("powerOff", "start", "deallocate", "start", "restart"):
        assert vms.act(action) == 202
        seen.append(vms.power())
    assert [one.partition("/")[2] for one in seen] == [
        "running",
        "stopped",
        "running",
        "deallocated",
        "running",
        "running",
    ]


def test_a_restart_needs_a_running_vm(vms: Vms) -> None:
    vms.make()
    vms.act("deallocate")
    assert vms.act("restart") == 409
    assert vms.power() == "PowerState/deallocated"


def test_only_a_stopped_vm_is_generalized_and_then_never_started(vms: Vms, azure: Azure) -> None:
    vms.make()
    assert azure.code("POST", vms.path() + "/generalize") == (409, "OperationNotAllowed")
    vms.act("deallocate")
    assert vms.act("generalize") == 200
    assert azure.code("POST", vms.path() + "/start") == (409, "OperationNotAllowed")


def test_a_slow_start_is_not_running_before_its_time(vms: Vms, azure: Azure) -> None:
    vms.make()
    vms.act("deallocate")
    azure.plane.faults.add(Fault(id="", type="Microsoft.Compute/virtualMachines", method="POST", latency_s=30))
    assert vms.act("start") == 202
    assert vms.power() == "PowerState/deallocated"
    azure.clock.advance(31)
    assert vms.power() == "PowerState/running"


def test_a_deleted_vm_takes_what_it_was_told_to_take(vms: Vms, azure: Azure) -> None:
    public = f"{vms.group}/providers/Microsoft.Network/publicIPAddresses/p"
    azure.put(public)
    vms.make(interface=vms.interface("n", public))
    azure.ask("DELETE", vms.path())
    assert [one["name"] for one in azure.values(f"{vms.group}/resources")] == ["v"]


def test_a_deleted_vm_leaves_what_is_detached(vms: Vms, azure: Azure) -> None:
    shown = vms.make(goes_with=False)["properties"]
    azure.ask("DELETE", vms.path())
    disk = azure.get(shown["storageProfile"]["osDisk"]["managedDisk"]["id"])
    assert ("managedBy" in disk, disk["properties"]["diskState"]) == (False, "Unattached")
    interface = shown["networkProfile"]["networkInterfaces"][0]["id"]
    assert "virtualMachine" not in azure.get(interface)["properties"]
    assert azure.ask("DELETE", interface).status == 200


def test_an_interface_is_used_by_one_vm(vms: Vms, azure: Azure) -> None:
    interface = vms.interface("n")
    vms.make("a", interface=interface)
    assert vms.refused("b", interface=interface)[:2] == (400, "NicInUse")
    assert azure.code("DELETE", interface) == (400, "NicInUse")
    assert vms.refused("c", interface=f"{vms.group}/providers/Microsoft.Network/networkInterfaces/x")[:2] == (
        404,
        "NotFound",
    )


@pytest.mark.parametrize(
    ("changed", "status", "code", "words"),
    [
        ({"size": "Standard_X99_INVALID"}, 400, "InvalidParameter", "The value Standard_X99_INVALID provided"),
        ({"size": ""}, 400, "InvalidParameter", "'hardwareProfile.vmSize' is missing"),
        ({"image": {**UBUNTU, "sku": "99"}}, 404, "PlatformImageNotFound", "Canonical:0001-com-ubuntu-server-jammy:99"),
        ({"image": {"id": "/subscriptions/s/x"}}, 404, "ImageNotFound", "cannot be found"),
        ({"image": None}, 400, "InvalidParameter", "'imageReference' is missing"),
        ({"size": "Standard_B2pls_v2"}, 400, "BadRequest", "CPU Architecture of 'Arm64'"),
        ({"size": "Standard_A1_v2"}, 400, "BadRequest", "cannot boot Hypervisor Generation '2'"),
        ({"os": {}}, 400, "InvalidParameter", "'osProfile' is missing"),
        ({"os": {"adminUsername": "root"}}, 400, "InvalidParameter", "Admin Username specified is not allowed"),
        ({"os": {"adminUsername": "sam"}}, 400, "InvalidParameter", "Authentication using either SSH"),
        ({"os": {"adminUsername": "sam", "adminPassword": "short"}}, 400, "InvalidParameter", "supplied password must"),
        ({"data": [{"createOption": "Empty", "diskSizeGB": 4}]}, 400, "InvalidParameter", "lun"),
        ({"data": [{"lun": 0, "createOption": "Empty", "diskSizeGB": 4}] * 2}, 409, "InvalidParameter", "same LUN: 0"),
    ],
)  # fmt: skip
def test_what_compute_does_not_take_is_refused_in_its_words(
    vms: Vms, azure: Azure, changed: Any, status: int, code: str, words: str
) -> None:
    told = vms.refused(**changed)
    assert told[:2] == (status, code)
    assert words in told[2]
    assert azure.values(f"{vms.compute}/disks") == []


def test_what_was_settled_when_the_vm_was_made_cannot_change(vms: Vms) -> None:
    vms.make()
    other = {**LINUX, "adminUsername": "else"}
    assert vms.refused(os=other)[:2] == (409, "PropertyChangeNotAllowed")
    assert vms.refused(image={**UBUNTU, "sku": "22_04-lts"})[:2] == (409, "PropertyChangeNotAllowed")


def test_data_disks_come_and_go(vms: Vms, azure: Azure) -> None:
    data = [{"lun": 0, "name": "d0", "createOption": "Empty", "diskSizeGB": 64}]
    vms.make(data=data)
    disk = f"{vms.compute}/disks/d0"
    assert azure.get(disk)["properties"]["diskSizeGB"] == 64
    assert azure.code("DELETE", disk) == (409, "OperationNotAllowed")
    interface = vms.interface("other")
    attached = [{"lun": 0, "createOption": "Attach", "managedDisk": {"id": disk}}]
    assert vms.refused("two", data=attached, interface=interface)[:2] == (409, "ConflictingUserInput")
    vms.make(data=[])
    assert "managedBy" not in azure.get(disk)
    vms.make("two", data=attached, interface=interface)
    assert azure.get(disk)["managedBy"] == vms.path("two")


def test_a_disk_only_grows(azure: Azure, vms: Vms) -> None:
    path = f"{vms.compute}/disks/d"
    body = {"location": "westeurope", "sku": {"name": "Premium_LRS"}}
    creation = {"createOption": "Empty"}
    assert azure.code("PUT", path, {**body, "properties": {"creationData": creation}}) == (400, "InvalidParameter")
    made = azure.put(path, {**body, "properties": {"creationData": creation, "diskSizeGB": 128}})
    assert (made["properties"]["tier"], made["properties"]["diskIOPSReadWrite"]) == ("P10", 500)
    smaller = {**body, "properties": {"creationData": creation, "diskSizeGB": 64}}
    assert azure.code("PUT", path, smaller) == (409, "ResizeDiskError")


def test_interfaces_can_be_made_with_the_vm(vms: Vms, azure: Azure) -> None:
    body = vms.body("sam", interface="unused")
    own = {"ipConfigurations": [{"name": "c", "properties": {"subnet": {"id": vms.subnet}}}], "deleteOption": "Delete"}
    body["properties"]["networkProfile"] = {
        "networkApiVersion": "2022-11-01",
        "networkInterfaceConfigurations": [{"name": "made", "properties": own}],
    }
    azure.put(vms.path(), body)
    interface = f"{vms.group}/providers/Microsoft.Network/networkInterfaces/made"
    assert azure.get(interface)["properties"]["virtualMachine"]["id"] == vms.path()
    azure.ask("DELETE", vms.path())
    assert azure.ask("GET", interface).status == 404


def test_an_availability_set_with_a_vm_stays(vms: Vms, azure: Azure) -> None:
    path = f"{vms.compute}/availabilitySets/a"
    azure.put(path)
    body = vms.body("sam")
    body["properties"]["availabilitySet"] = {"id": path}
    azure.put(vms.path(), body)
    assert azure.get(path)["properties"]["virtualMachines"] == [{"id": vms.path()}]
    assert azure.code("DELETE", path) == (409, "OperationNotAllowed")
    azure.ask("DELETE", vms.path())
    assert azure.ask("DELETE", path).status == 200


def test_the_instance_view_has_a_path_of_its_own(vms: Vms, azure: Azure) -> None:
    vms.make()
    view = azure.get(vms.path() + "/instanceView")
    assert [one["code"] for one in view["statuses"]] == ["ProvisioningState/succeeded", "PowerState/running"]
    assert view["disks"][0]["statuses"][0]["displayStatus"] == "Provisioning succeeded"


def test_skus_are_those_of_the_region(azure: Azure) -> None:
    under = f"{azure.subscription}/providers/Microsoft.Compute"
    rows = azure.values(under + "/skus?$filter=location eq 'westeurope'")
    machines = {row["name"]: row for row in rows if row["resourceType"] == "virtualMachines"}
    capabilities = {one["name"]: one["value"] for one in machines["Standard_D2s_v3"]["capabilities"]}
    assert (capabilities["vCPUs"], capabilities["MemoryGB"], capabilities["PremiumIO"]) == ("2", "8", "True")
    assert machines["Standard_D2s_v3"]["locationInfo"][0]["zones"] == ["1", "2", "3"]
    small = azure.values(under + "/skus?$filter=location eq 'westus'")
    assert 0 < len(small) < len(rows)
    assert small[0]["locationInfo"][0]["zones"] == []


def test_a_size_that_the_region_has_not_is_not_available(vms: Vms, azure: Azure) -> None:
    group = azure.group("w", "westus")
    body = vms.body("gpu", size="Standard_NC4as_T4_v3")
    answer = azure.ask(
        "PUT", f"{group}/providers/Microsoft.Compute/virtualMachines/gpu", {**body, "location": "westus"}
    )
    assert (answer.status, answer.body["error"]["code"]) == (409, "SkuNotAvailable")


def test_usages_count_vcpus_by_family(vms: Vms, azure: Azure) -> None:
    vms.make("a")
    vms.make("b", size="Standard_D4s_v3")
    here = f"{azure.subscription}/providers/Microsoft.Compute/locations/westeurope"
    used = {one["name"]["value"]: one["currentValue"] for one in azure.values(here + "/usages")}
    assert (used["standardDSv3Family"], used["cores"], used["virtualMachines"]) == (6, 6, 2)
    sizes = {one["name"]: one for one in azure.values(here + "/vmSizes")}
    assert sizes["Standard_B1s"]["memoryInMB"] == 1024


def test_images_are_found_step_by_step(azure: Azure) -> None:
    here = f"{azure.subscription}/providers/Microsoft.Compute/locations/westeurope/publishers"
    assert "Canonical" in [one["name"] for one in azure.get(here)]
    offers = here + "/canonical/artifacttypes/vmimage/offers"
    assert UBUNTU["offer"] in [one["name"] for one in azure.get(offers)]
    skus = f"{offers}/{UBUNTU['offer']}/skus"
    assert UBUNTU["sku"] in [one["name"] for one in azure.get(skus)]
    versions = f"{skus}/{UBUNTU['sku']}/versions"
    newest = azure.get(versions + "?$top=1&$orderby=name desc")
    assert [one["name"] for one in newest] == ["22.04.202510020"]
    image = azure.get(f"{versions}/22.04.202510020")["properties"]
    assert (image["osDiskImage"]["operatingSystem"], image["hyperVGeneration"]) == ("Linux", "V2")
    assert azure.ask("GET", f"{versions}/1.2.3").status == 404
    assert azure.ask("GET", f"{offers}/none/skus").status == 404


def test_every_size_is_a_size(azure: Azure) -> None:
    for size in all_sizes().values():
        assert size.name.startswith(("Standard_", "Basic_A")), size
        assert size.cpus >= 1, size
        assert size.memory > 0, size
        assert size.disks >= 1, size
        assert size.generations in ("V1", "V2", "V1,V2"), size
        assert size.arch in ("x64", "Arm64"), size
