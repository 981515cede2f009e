"""The unmodified Azure CLI is the judge: what it makes, lists, changes and removes in the running sandbox."""

from __future__ import annotations

import json
from functools import partial

import pytest

from tests.sandbox.conftest import Az

KEY = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7h0cJr7d5G5hC2yq1k1WJt0m1h6n6m7m8x9y0z1a2b3c4d5e6f7g8h9i0j1k2l3m4n5o6p7q8"
    "r9s0t1u2v3w4x5y6z7A8B9C0D1E2F3G4H5I6J7K8L9M0N1O2P3Q4R5S6T7U8V9W0X1Y2Z3a4b5c6d7e8f9g0h1i2j3k4l5m6n7o8p9q0r1s2t3u4v5w"
    "6x7y8z9A0B1C2D3E4F5G6H7I8J9K0L1M2N3O4P5Q6R7S8T9U0V1W2X3Y4Z5a6b7c8d9e0f1g2h3i4j5k6l7m8n9o0p1q2r3s4t5u6v7w8x9y0z1 me"
)


@pytest.fixture(scope="module")
def az(az: Az, tmp_path_factory: pytest.TempPathFactory) -> Az:
    """az in a directory that holds a public key and a template."""
    here = tmp_path_factory.mktemp("az")
    (here / "key.pub").write_text(KEY)
    (here / "template.json").write_text(TEMPLATE)
    return partial(az, here=here)


TEMPLATE = """{
  // as people write them
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {
    "prefix": {"type": "string", "defaultValue": "st"},
    "secret": {"type": "securestring"}
  },
  "variables": {"account": "[concat(parameters('prefix'), uniqueString(resourceGroup().id))]"},
  "resources": [
    {
      "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-01-01", "name": "[variables('account')]",
      "location": "[resourceGroup().location]", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"
    },
    {
      "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-09-01", "name": "deployed",
      "location": "[resourceGroup().location]",
      "properties": {
        "addressSpace": {"addressPrefixes": ["10.9.0.0/16"]},
        "copy": [{"name": "subnets", "count": 2, "input": {
          "name": "[format('s{0}', copyIndex('subnets'))]",
          "properties": {"addressPrefix": "[format('10.9.{0}.0/24', copyIndex('subnets'))]"}}}]
      }
    }
  ],
  "outputs": {"blob": {"type": "string", "value": "[reference(variables('account')).primaryEndpoints.blob]"}}
}
"""
SKUS = "/subscriptions/{subscriptionId}/providers/Microsoft.Compute/skus?api-version=2021-07-01"
CREATE = "--image Ubuntu2204 --admin-username azureuser --ssh-key-values key.pub --size Standard_D2s_v3"


def test_a_vm_from_nothing_to_nothing(az: Az) -> None:
    group = "az-vm"
    told = az(
        f"group create -n {group} -l westeurope",
        f"vm create -g {group} -n sam {CREATE} --nic-delete-option Delete --os-disk-delete-option Delete",
        f"vm list -g {group} -d",
        f"vm deallocate -g {group} -n sam",
        f"vm list -g {group} -d",
        f"vm start -g {group} -n sam",
        f"vm restart -g {group} -n sam",
        f"vm resize -g {group} -n sam --size Standard_D4s_v3",
        f"vm show -g {group} -n sam -d",
        f"vm create -g {group} -n bad {CREATE.replace('Standard_D2s_v3', 'X99')}",
        f"vm delete -g {group} -n sam --yes",
        f"resource list -g {group} --query [].type",
        f"group delete -n {group} --yes",
    )
    made, listed, stopped, sized, refused, left = (told[at] for at in (1, 2, 4, 8, 9, 11))
    assert made.data["powerState"] == "VM running"
    assert made.data["privateIpAddress"] == "10.0.0.4"
    assert made.data["publicIpAddress"] == listed.data[0]["publicIps"]
    assert made.data["macAddress"].startswith("00-0D-")
    assert [one["powerState"] for one in (*listed.data, *stopped.data)] == ["VM running", "VM deallocated"]
    assert (sized.data["powerState"], sized.data["hardwareProfile"]["vmSize"]) == ("VM running", "Standard_D4s_v3")
    assert refused.code == 1
    assert "DeploymentFailed" in refused.error
    assert "The value X99 provided for the VM size is not valid" in refused.error
    assert "Microsoft.Compute/disks" not in left.data
    assert "Microsoft.Compute/virtualMachines" not in left.data
    assert not [one.error for at, one in enumerate(told) if at != 9 and one.code]


def test_a_network_and_a_vm_on_its_interface(az: Az) -> None:
    group = "az-net"
    told = az(
        f"group create -n {group} -l westeurope",
        f"network vnet create -g {group} -n v --address-prefix 10.0.0.0/16 --subnet-name s "
        "--subnet-prefixes 10.0.1.0/24",
        f"network vnet subnet create -g {group} --vnet-name v -n t --address-prefixes 10.0.2.0/24",
        f"network vnet subnet list -g {group} --vnet-name v --query [].name",
        f"network nsg create -g {group} -n n",
        f"network nsg rule create -g {group} --nsg-name n -n ssh --priority 100 --access Deny --protocol Tcp "
        "--destination-port-ranges 22",
        f"network nsg rule list -g {group} --nsg-name n",
        f"network public-ip create -g {group} -n p --sku Standard",
        f"network nic create -g {group} -n nic --vnet-name v --subnet s --network-security-group n "
        "--public-ip-address p",
        f"vm create -g {group} -n web --nics nic {CREATE}",
        f"vm create -g {group} -n two --nics nic {CREATE}",
        f"network nic delete -g {group} -n nic",
        f"network vnet delete -g {group} -n v",
        f"network public-ip delete -g {group} -n p",
        f"network nsg delete -g {group} -n n",
        f"network vnet subnet create -g {group} --vnet-name v -n out --address-prefixes 10.7.0.0/24",
        f"vm disk attach -g {group} --vm-name web --name data --new --size-gb 64",
        f"disk show -g {group} -n data",
        f"group delete -n {group} --yes",
    )
    subnets, rules, vm, disk = (told[at] for at in (3, 6, 9, 17))
    assert subnets.data == ["s", "t"]
    assert [(one["name"], one["access"], one["destinationPortRange"]) for one in rules.data] == [("ssh", "Deny", "22")]
    assert vm.data["privateIpAddress"] == "10.0.1.4"
    assert (disk.data["diskState"], disk.data["managedBy"]) == ("Attached", vm.data["id"])
    codes = {
        10: "NicInUse",
        11: "NicInUse",
        12: "InUseSubnetCannotBeDeleted",
        13: "PublicIPAddressCannotBeDeleted",
        14: "InUseNetworkSecurityGroupCannotBeDeleted",
        15: "NetcfgInvalidSubnet",
    }
    for at, one in enumerate(told):
        assert (one.code != 0) == (at in codes), one.error
        assert codes.get(at, "") in one.error


def test_a_template_as_people_write_it(az: Az) -> None:
    group = "az-template"
    deploy = f"deployment group create -g {group} -n d -f template.json -p secret=canary"
    told = az(
        f"group create -n {group} -l westeurope",
        f"deployment group validate -g {group} -f template.json -p secret=canary",
        f"deployment group what-if -g {group} -f template.json -p secret=canary --no-pretty-print",
        deploy,
        f"deployment group what-if -g {group} -f template.json -p secret=canary --no-pretty-print",
        f"deployment operation group list -g {group} -n d --query [].properties.targetResource.resourceName",
        f"deployment group export -g {group} -n d",
        f"deployment group create -g {group} -n e -f template.json -p secret=canary prefix=UPPER",
        f"network vnet subnet list -g {group} --vnet-name deployed --query [].name",
        f"group delete -n {group} --yes",
    )
    valid, before, done, after, operations, exported, refused, subnets = told[1:9]
    assert valid.data["properties"]["provisioningState"] == "Succeeded"
    assert {one["changeType"] for one in before.data["changes"]} == {"Create"}
    assert {one["changeType"] for one in after.data["changes"]} == {"NoChange"}
    own = done.data["properties"]
    assert own["provisioningState"] == "Succeeded"
    assert own["outputs"]["blob"]["value"].endswith(".blob.core.windows.net/")
    assert own["parameters"]["secret"] == {"type": "SecureString"}
    assert len(operations.data) == 2
    assert "// as people" not in json.dumps(exported.data)
    assert "canary" not in done.text + exported.text + refused.error
    assert subnets.data == ["s0", "s1"]
    assert refused.code == 1
    assert "AccountNameInvalid" in refused.error


def test_storage(az: Az) -> None:
    group, name = "az-storage", "stcanaryconformance"
    told = az(
        f"group create -n {group} -l westeurope",
        f"storage account check-name -n {name}",
        f"storage account create -g {group} -n {name} -l westeurope --sku Standard_RAGRS",
        f"storage account check-name -n {name}",
        f"storage account update -g {group} -n {name} --tags a=b",
        f"storage account keys list -g {group} -n {name}",
        f"storage container-rm create --storage-account {name} -g {group} -n logs",
        f"storage container-rm list --storage-account {name} -g {group} --query [].name",
        f"storage account blob-service-properties update -n {name} -g {group} --enable-versioning true",
        f"storage account create -g {group} -n NOT-A-NAME -l westeurope",
        f"storage account delete -g {group} -n {name} --yes",
        f"storage account list -g {group}",
        f"group delete -n {group} --yes",
    )
    free, made, taken, updated, keys, _, containers, service, refused, _, left = told[1:12]
    assert (free.data["nameAvailable"], taken.data["reason"]) == (True, "AlreadyExists")
    assert made.data["primaryEndpoints"]["blob"] == f"https://{name}.blob.core.windows.net/"
    assert (updated.data["tags"], updated.data["sku"]["name"]) == ({"a": "b"}, "Standard_RAGRS")
    assert [one["keyName"] for one in keys.data] == ["key1", "key2"]
    assert containers.data == ["logs"]
    assert service.data["isVersioningEnabled"] is True
    assert "AccountNameInvalid" in refused.error
    assert left.data == []


def test_what_a_region_has(az: Az) -> None:
    told = az(
        "vm image list-publishers -l westeurope --query [].name",
        "vm image list-skus -l westeurope -p Canonical -f 0001-com-ubuntu-server-jammy --query [].name",
        "vm image show -l westeurope --urn Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest",
        "vm image list -p Canonical --all -f ubuntu-24_04-lts --query [].urn",
        # `az vm list-skus` asks for all regions at once and takes 20 s of its own time to read the answer.
        ["rest", "--url", f"{SKUS}&$filter=location eq 'westeurope'", "--query", "value[].name"],
        "vm list-usage -l westeurope --query [].name.value",
        "network list-usages -l westeurope --query [].name.value",
        "account list-locations --query [].name",
        "provider show -n Microsoft.Compute --query registrationState",
    )
    publishers, skus, image, urns, sizes, compute, network, locations, state = (one.data for one in told)
    assert {"Canonical", "Debian", "MicrosoftWindowsServer", "RedHat", "SUSE"} <= set(publishers)
    assert "22_04-lts-gen2" in skus
    assert image["osDiskImage"]["operatingSystem"] == "Linux"
    assert any(urn.startswith("Canonical:ubuntu-24_04-lts:server:") for urn in urns)
    assert "Standard_D2s_v3" in sizes
    assert "standardDSv3Family" in compute
    assert "PublicIPAddresses" in network
    assert {"westeurope", "eastus"} <= set(locations)
    assert state == "Registered"


def test_every_image_alias_of_az_is_an_image_here(az: Az) -> None:
    aliases = az("vm image list")[0].data
    assert len(aliases) >= 16
    shown = az(*[f"vm image show -l westeurope --urn {one['urn']}" for one in aliases])
    assert not [one.error for one in shown if one.code]


def test_other_types_of_the_first_hour(az: Az) -> None:
    group = "az-more"
    told = az(
        f"group create -n {group} -l westeurope",
        f"disk create -g {group} -n d --size-gb 128 --sku Premium_LRS",
        f"disk update -g {group} -n d --size-gb 64",
        f"vm availability-set create -g {group} -n a",
        f"identity create -g {group} -n i",
        f"network lb create -g {group} -n l",
        f"network lb probe create -g {group} --lb-name l -n p --protocol Tcp --port 80",
        f"network route-table create -g {group} -n r",
        f"network route-table route create -g {group} --route-table-name r -n d --address-prefix 0.0.0.0/0 "
        "--next-hop-type Internet",
        f"network dns zone create -g {group} -n contoso.example",
        f"network dns record-set a add-record -g {group} -z contoso.example -n www -a 10.0.0.1",
        f"network private-dns zone create -g {group} -n priv.example",
        f"network nat gateway create -g {group} -n n",
        f"network asg create -g {group} -n s",
        f"resource list -g {group} --query [].type",
        f"group delete -n {group} --yes",
    )
    assert [at for at, one in enumerate(told) if one.code] == [2], [one.error for one in told if one.code]
    assert "ResizeDiskError" in told[2].error
    assert len(told[14].data) >= 9
