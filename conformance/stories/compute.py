"""azure-mgmt-compute: machines, disks, images, scale sets, and their sizes."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

from azure.identity import DefaultAzureCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from conformance.stories.steps import LOCATION, SUBSCRIPTION, Steps

CLIENT = "azure-mgmt-compute"
_GROUP = "story-compute"
_IMAGE = {"publisher": "Canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts-gen2"}
_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7h0cJr7d5G5hC2yq1k1WJt0m1h6n6m7m8x9y0z1a2b3c4d5e6f7g8h9i0j1k2l3m4 me"


def _profile(name: str) -> dict[str, object]:
    keys = [{"path": "/home/me/.ssh/authorized_keys", "keyData": _KEY}]
    return {
        "computerName": name,
        "adminUsername": "me",
        "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": {"publicKeys": keys}},
    }


def tell(step: Steps) -> None:
    credential = DefaultAzureCredential()
    groups = ResourceManagementClient(credential, SUBSCRIPTION).resource_groups
    network = NetworkManagementClient(credential, SUBSCRIPTION)
    client = ComputeManagementClient(credential, SUBSCRIPTION)
    groups.create_or_update(_GROUP, {"location": LOCATION})
    subnets = [{"name": "sub", "properties": {"addressPrefix": "10.2.0.0/24"}}]
    net = network.virtual_networks.begin_create_or_update(
        _GROUP,
        "net",
        {
            "location": LOCATION,
            "properties": {"addressSpace": {"addressPrefixes": ["10.2.0.0/16"]}, "subnets": subnets},
        },
    ).result()
    subnet = {"id": net.subnets[0].id}
    nic = network.network_interfaces.begin_create_or_update(
        _GROUP,
        "nic",
        {
            "location": LOCATION,
            "properties": {"ipConfigurations": [{"name": "first", "properties": {"subnet": subnet}}]},
        },
    ).result()
    _offers(step, client)
    _machine(step, client, nic.id)
    _disks(step, client)
    _scale_set(step, client, subnet)
    step("delete a machine", lambda: client.virtual_machines.begin_delete(_GROUP, "vm").result())
    step.refused("it is gone", lambda: client.virtual_machines.get(_GROUP, "vm"), "ResourceNotFound")
    step("its disk stays", lambda: list(client.disks.list_by_resource_group(_GROUP)), lambda all_: len(all_) >= 2)
    step("delete the group", lambda: groups.begin_delete(_GROUP).result())


def _offers(step: Steps, client: ComputeManagementClient) -> None:
    step(
        "list sizes and their capabilities",
        lambda: {one.name for one in client.resource_skus.list(filter=f"location eq '{LOCATION}'")},
        lambda names: "Standard_B2s" in names and len(names) > 100,
    )
    step("list usage", lambda: {one.name.value for one in client.usage.list(LOCATION)}, lambda names: "cores" in names)
    images = client.virtual_machine_images
    step(
        "list publishers' images",
        lambda: [one.name for one in images.list(LOCATION, _IMAGE["publisher"], _IMAGE["offer"], _IMAGE["sku"])],
        lambda names: len(names) > 0,
    )


def _machine(step: Steps, client: ComputeManagementClient, nic: str) -> None:
    machines = client.virtual_machines
    body = {
        "location": LOCATION,
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_B2s"},
            "storageProfile": {
                "imageReference": {**_IMAGE, "version": "latest"},
                "osDisk": {"createOption": "FromImage", "managedDisk": {"storageAccountType": "Premium_LRS"}},
            },
            "osProfile": _profile("vm"),
            "networkProfile": {"networkInterfaces": [{"id": nic}]},
        },
    }
    step(
        "create a machine",
        lambda: machines.begin_create_or_update(_GROUP, "vm", body).result(),
        lambda one: (
            one.provisioning_state == "Succeeded"
            and one.vm_id
            and one.storage_profile.os_disk.os_type == "Linux"
            and one.storage_profile.image_reference.exact_version
            and one.identity.principal_id
        ),
    )
    step("list machines", lambda: [one.name for one in machines.list(_GROUP)], lambda names: names == ["vm"])
    step("list all machines", lambda: [one.name for one in machines.list_all()], lambda names: "vm" in names)

    def power() -> str:
        return next(one.code for one in machines.instance_view(_GROUP, "vm").statuses if "Power" in one.code)

    step("is it running", power, lambda code: code == "PowerState/running")
    step("deallocate", lambda: machines.begin_deallocate(_GROUP, "vm").result())
    step("is it deallocated", power, lambda code: code == "PowerState/deallocated")
    step(
        "resize",
        lambda: machines.begin_update(
            _GROUP, "vm", {"properties": {"hardwareProfile": {"vmSize": "Standard_B2ms"}}}
        ).result(),
        lambda one: one.hardware_profile.vm_size == "Standard_B2ms",
    )
    step("list sizes to resize to", lambda: list(machines.list_available_sizes(_GROUP, "vm")), lambda all_: all_)
    step("start", lambda: machines.begin_start(_GROUP, "vm").result())
    step("restart", lambda: machines.begin_restart(_GROUP, "vm").result())
    step("is it running again", power, lambda code: code == "PowerState/running")
    extension = {
        "location": LOCATION,
        "properties": {
            "publisher": "Microsoft.Azure.Extensions",
            "type": "CustomScript",
            "typeHandlerVersion": "2.1",
            "settings": {"commandToExecute": "true"},
        },
    }
    step(
        "add an extension",
        lambda: client.virtual_machine_extensions.begin_create_or_update(_GROUP, "vm", "script", extension).result(),
    )
    step(
        "run a command",
        lambda: machines.begin_run_command(_GROUP, "vm", {"commandId": "RunShellScript", "script": ["true"]}).result(),
    )
    wrong = {**body, "properties": {**body["properties"], "hardwareProfile": {"vmSize": "Standard_None"}}}
    step.refused(
        "an unknown size is refused",
        lambda: machines.begin_create_or_update(_GROUP, "wrong", wrong).result(),
        "InvalidParameter",
    )


def _disks(step: Steps, client: ComputeManagementClient) -> None:
    disks = client.disks
    empty = {"location": LOCATION, "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 32}}
    disk = step(
        "create a disk",
        lambda: disks.begin_create_or_update(_GROUP, "data", empty).result(),
        lambda one: one.disk_state == "Unattached" and one.disk_size_bytes == 32 * 1024**3,
    )
    attached = {"lun": 0, "createOption": "Attach", "managedDisk": {"id": getattr(disk, "id", "")}}
    step(
        "attach a disk",
        lambda: client.virtual_machines.begin_update(
            _GROUP, "vm", {"properties": {"storageProfile": {"dataDisks": [attached]}}}
        ).result(),
        lambda one: one.storage_profile.data_disks[0].lun == 0,
    )
    step("the disk is attached", lambda: disks.get(_GROUP, "data"), lambda one: one.disk_state == "Attached")
    step.refused(
        "an attached disk is kept",
        lambda: disks.begin_delete(_GROUP, "data").result(),
        "OperationNotAllowed",
    )
    step(
        "detach a disk",
        lambda: client.virtual_machines.begin_update(
            _GROUP, "vm", {"properties": {"storageProfile": {"dataDisks": []}}}
        ).result(),
        lambda one: not one.storage_profile.data_disks,
    )
    source = {"createOption": "Copy", "sourceResourceId": getattr(disk, "id", "")}
    step(
        "take a snapshot",
        lambda: client.snapshots.begin_create_or_update(
            _GROUP, "snap", {"location": LOCATION, "properties": {"creationData": source}}
        ).result(),
        lambda one: one.disk_size_gb == 32,
    )
    step(
        "grow a disk",
        lambda: disks.begin_update(_GROUP, "data", {"properties": {"diskSizeGB": 64}}).result(),
        lambda one: one.disk_size_gb == 64,
    )


def _scale_set(step: Steps, client: ComputeManagementClient, subnet: dict[str, str]) -> None:
    interface = {
        "name": "nic",
        "properties": {
            "primary": True,
            "ipConfigurations": [{"name": "first", "properties": {"subnet": subnet}}],
        },
    }
    body = {
        "location": LOCATION,
        "sku": {"name": "Standard_B2s", "capacity": 2},
        "properties": {
            "orchestrationMode": "Uniform",
            "upgradePolicy": {"mode": "Manual"},
            "virtualMachineProfile": {
                "storageProfile": {
                    "imageReference": {**_IMAGE, "version": "latest"},
                    "osDisk": {"createOption": "FromImage"},
                },
                "osProfile": {**_profile("set"), "computerNamePrefix": "set"},
                "networkProfile": {"networkInterfaceConfigurations": [interface]},
            },
        },
    }
    del body["properties"]["virtualMachineProfile"]["osProfile"]["computerName"]
    sets = client.virtual_machine_scale_sets
    step("create a scale set", lambda: sets.begin_create_or_update(_GROUP, "set", body).result())
    step(
        "list its machines",
        lambda: list(client.virtual_machine_scale_set_vms.list(_GROUP, "set")),
        lambda all_: len(all_) == 2,
    )
    step(
        "scale it out",
        lambda: sets.begin_update(_GROUP, "set", {"sku": {"name": "Standard_B2s", "capacity": 3}}).result(),
        lambda one: one.sku.capacity == 3 and len(list(client.virtual_machine_scale_set_vms.list(_GROUP, "set"))) == 3,
    )
    step("delete the scale set", lambda: sets.begin_delete(_GROUP, "set").result())
