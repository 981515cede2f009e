"""What the examples of az's virtual machines speak of and none of them makes, each made with az under the name and in
the group that the examples use."""

from __future__ import annotations

import json

_TEMPLATE = json.dumps(
    {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"location": {"type": "string", "defaultValue": "westus"}},
        "resources": [],
    }
)
_PARAMETERS = json.dumps({"location": {"value": "westus"}})
FILES = {
    "azuredeploy.json": _TEMPLATE,
    "storage.json": _TEMPLATE,
    "params.json": _PARAMETERS,
    "myparameters.json": _PARAMETERS,
    "MyCloudInitScript.yml": "#cloud-config\n",
}
_UNIFORM = "--image Ubuntu2204 --orchestration-mode Uniform --generate-ssh-keys"
_MACHINE = "--image Ubuntu2204 --generate-ssh-keys"
_IMAGE_TEMPLATE = json.dumps(
    {
        "location": "westeurope",
        "identity": {"type": "None"},
        "properties": {
            "source": {
                "type": "PlatformImage",
                "publisher": "Canonical",
                "offer": "0001-com-ubuntu-server-jammy",
                "sku": "22_04-lts-gen2",
                "version": "latest",
            },
            "customize": [],
            "distribute": [{"type": "VHD", "runOutputName": "MyVhdImage"}],
        },
    },
    separators=(",", ":"),
)
_TEMPLATES = (
    "MyResourceGroup/MyTemplate",
    "MyResourceGroup/MyImageTemplate",
    "MyResourceGroup/MyImageBuilderTemplate",
    "my-group/mytemplate",
    "myGroup/myTemplate",
)
PREPARED = (
    f"vmss create -g MyResourceGroup -n MyScaleSet --instance-count 5 {_UNIFORM}",
    f"vmss create -g MyRg -n MyVmss {_UNIFORM}",
    f"vmss create -g RG01 -n VMSS01 {_UNIFORM}",
    f"vmss create -g my-group -n my-vmss {_UNIFORM}",
    f"vmss create -g MyResourceGroup -n MyVm {_UNIFORM}",
    f"vmss create -g MyResourceGroup -n MyVirtualMachine {_UNIFORM}",
    f"vm create -g MyResourceGroup -n MyVirtualMachine {_MACHINE}",
    f"vm create -g group -n name {_MACHINE}",
    f"vm create -g myRG -n myVM {_MACHINE}",
    f"vm create -g MyResourceGroup -n MyIDVirtualMachine {_MACHINE}",
    "disk create -g MyResourceGroup -n MyManagedDisk --size-gb 10",
    "disk create -g MyResourceGroup -n MyOsDisk --size-gb 30 --os-type Linux",
    "image create -g myResourceGroup -n myImage --source MyOsDisk --os-type Linux",
    "image create -g ResourceGroup -n ImageName --os-type Linux "
    "--source {subscription}/resourceGroups/MyResourceGroup/providers/Microsoft.Compute/disks/MyOsDisk",
    "sig create -g MyResourceGroup -r GalleryName",
    "sig create -g MyResourceGroup -r Gallery",
    "sig create -g MyResourceGroup -r myGalleryName",
    "sig gallery-application create -g MyResourceGroup --gallery-name GalleryName -n AppName --os-type linux",
    "sig gallery-application create -g MyResourceGroup --gallery-name myGalleryName -n myGalleryApplicationName "
    "--os-type linux",
    "restore-point collection create -g myResourceGroup --collection-name rpcName --source-id "
    "{subscription}/resourceGroups/MyResourceGroup/providers/Microsoft.Compute/virtualMachines/MyVirtualMachine",
    "restore-point collection create -g MyResourceGroup --collection-name MyRestorePointCollection --source-id "
    "{subscription}/resourceGroups/MyResourceGroup/providers/Microsoft.Compute/virtualMachines/MyVirtualMachine",
    "restore-point create -g myResourceGroup --collection-name rpcName -n rpName",
    "keyvault create -g MyResourceGroup -n MyVault --enabled-for-disk-encryption true",
    "network vnet create -g MyResourceGroup -n MyVnet --subnet-name subnet1",
    "network nic create -g MyResourceGroup -n nic_name1 --vnet-name MyVnet --subnet subnet1",
    "vm availability-set create -g MyResourceGroup -n MyAvailabilitySet",
    "vm availability-set create -g rgcompute -n myAvailabilitySet",
    "vm host group create -g MyResourceGroup -n MyHostGroup -c 2",
    "vm host create -g MyResourceGroup --host-group MyHostGroup -n MyHost --sku DSv3-Type1 -d 0",
    "vm host create -g MyResourceGroup --host-group MyHostGroup -n MyDedicatedHost --sku DSv3-Type1 -d 1",
    "vm host group create -g my-resource-group -n my-host-group -c 3 -l eastasia",
    "deployment group create -g MyResourceGroup -n MyDeployment --template-file azuredeploy.json",
    *(
        f"resource create -g {group} -n {name} --resource-type Microsoft.VirtualMachineImages/imageTemplates "
        f"--api-version 2024-02-01 --is-full-object -p {_IMAGE_TEMPLATE}"
        for group, _, name in (one.partition("/") for one in _TEMPLATES)
    ),
)
