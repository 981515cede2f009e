"""The unmodified Azure CLI against the sandbox: its own parsers, its own SDKs, no endpoint settings, no `az login`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from azlin.gateways.az_install import find_az
from azlin.sandbox.instance import Instance
from tests.sandbox.conftest import Az


def test_az_itself_works_without_signing_in(environment: dict[str, str], sandbox: Instance):
    found = find_az(environment)
    assert found is not None
    listed = subprocess.run(
        [str(found), "group", "list", "-o", "json"], env=environment, capture_output=True, text=True, check=False
    )
    assert listed.returncode == 0, listed.stderr
    assert isinstance(json.loads(listed.stdout), list)
    assert any(one["command"] == "group list" for one in sandbox.ask("GET", "requests"))


def test_groups(az: Az, sandbox: Instance):
    created, shown, exists, listed, moved, missing, updated, deleted, gone, again = az(
        "group create -n conf-g -l westeurope --tags a=b",
        "group show -n CONF-G",
        "group exists -n conf-g",
        "group list --tag a=b",
        "group create -n conf-g -l eastus",
        "group show -n none",
        "group update -n conf-g --set tags.c=d",
        "group delete -n conf-g --yes",
        "group exists -n conf-g",
        "group delete -n conf-g --yes",
    )
    assert created.data["properties"]["provisioningState"] == "Succeeded"
    assert created.data["tags"] == {"a": "b"}
    assert shown.data["id"] == f"/subscriptions/{sandbox.default_subscription.id}/resourceGroups/conf-g"
    assert exists.data is True
    assert [one["name"] for one in listed.data] == ["conf-g"]
    assert "(InvalidResourceGroupLocation)" in moved.error
    assert missing.code == 3
    assert "(ResourceGroupNotFound) Resource group 'none' could not be found." in missing.error
    assert updated.data["tags"] == {"a": "b", "c": "d"}
    assert deleted.code == 0
    assert gone.data is False
    assert "(ResourceGroupNotFound)" in again.error


def test_a_network_and_its_parts(az: Az):
    results = az(
        "group create -n conf-net -l westeurope",
        "network vnet create -g conf-net -n v --address-prefix 10.0.0.0/16 --subnet-name a --subnet-prefix 10.0.1.0/24",
        "network vnet subnet create -g conf-net --vnet-name v -n b --address-prefixes 10.0.2.0/24",
        "network vnet show -g conf-net -n v",
        "network vnet subnet list -g conf-net --vnet-name v",
        "network nsg create -g conf-net -n s",
        "network nsg rule create -g conf-net --nsg-name s -n ssh --priority 100 --destination-port-ranges 22 "
        "--protocol Tcp --access Allow",
        "network nsg show -g conf-net -n s",
        "network public-ip create -g conf-net -n ip --sku Standard",
        "network nic create -g conf-net -n nic --vnet-name v --subnet a --public-ip-address ip",
        "network nic list -g conf-net",
        "network vnet subnet show -g conf-net --vnet-name v -n a",
        "network nic delete -g conf-net -n nic",
        "network vnet subnet delete -g conf-net --vnet-name v -n b",
        "network vnet list -g conf-net",
        "network vnet delete -g conf-net -n v",
        "network vnet show -g conf-net -n v",
    )
    vnet, subnets, nsg, address, nic = (results[at].data for at in (3, 4, 7, 8, 10))
    assert [one["name"] for one in vnet["subnets"]] == ["a", "b"]
    assert [one["id"] for one in subnets] == [one["id"] for one in vnet["subnets"]]
    assert [one["name"] for one in nsg["securityRules"]] == ["ssh"]
    assert address["publicIp"]["ipAddress"]
    assert nic[0]["ipConfigurations"][0]["privateIPAddress"].startswith("10.0.1.")
    assert results[11].data["ipConfigurations"][0]["id"].startswith(nic[0]["id"])
    assert (results[12].code, results[13].code) == (0, 0), (results[12].error, results[13].error)
    assert [len(one["subnets"]) for one in results[14].data] == [1]
    assert results[15].code == 0, results[15].error
    assert results[16].code == 3


def test_storage_accounts(az: Az):
    _, created, listed, shown, taken, deleted, gone = az(
        "group create -n conf-st -l westeurope",
        "storage account create -g conf-st -n azlinconformance1 --sku Standard_LRS",
        "storage account list -g conf-st",
        "storage account show -n azlinconformance1",
        "storage account check-name -n azlinconformance1",
        "storage account delete -g conf-st -n azlinconformance1 --yes",
        "storage account show -g conf-st -n azlinconformance1",
    )
    assert created.data["provisioningState"] == "Succeeded"
    assert created.data["primaryEndpoints"]["blob"] == "https://azlinconformance1.blob.core.windows.net/"
    assert [one["name"] for one in listed.data] == ["azlinconformance1"]
    assert shown.data["resourceGroup"] == "conf-st"
    assert taken.data["nameAvailable"] is False
    assert deleted.code == 0
    assert gone.code == 3


def test_any_resource(az: Az, sandbox: Instance):
    nsg = (
        f"/subscriptions/{sandbox.default_subscription.id}/resourceGroups/conf-r/providers"
        "/Microsoft.Network/networkSecurityGroups/any"
    )
    _, created, listed, shown, tagged, by_tag, deleted, left = az(
        "group create -n conf-r -l westeurope",
        "resource create -g conf-r -n any --resource-type Microsoft.Network/networkSecurityGroups --properties {}",
        "resource list -g conf-r",
        f"resource show --ids {nsg}",
        f"resource tag --ids {nsg} --tags conformance=yes",
        "resource list --tag conformance=yes",
        f"resource delete --ids {nsg}",
        "resource list -g conf-r",
    )
    assert created.data["id"] == nsg
    assert [one["id"] for one in listed.data] == [nsg]
    assert shown.data["location"] == "westeurope"
    assert tagged.data["tags"] == {"conformance": "yes"}
    assert [one["id"] for one in by_tag.data] == [nsg]
    assert deleted.code == 0, deleted.error
    assert left.data == []


def test_the_account_and_rest(az: Az, sandbox: Instance):
    group = f"/subscriptions/{sandbox.default_subscription.id}/resourceGroups/conf-rest"
    shown, listed, locations, token, rest, absolute, tags, lock, locked, unlocked = az(
        "account show",
        "account list --all",
        "account list-locations",
        "account get-access-token",
        "rest --method get --url /subscriptions?api-version=2022-12-01",
        "rest --method put --url https://management.azure.com/subscriptions/{subscriptionId}/resourcegroups/conf-rest"
        "?api-version=2024-11-01 --body {'location':'westeurope'}",
        f"tag create --resource-id {group} --tags x=y",
        "group lock create -g conf-rest -n keep --lock-type CanNotDelete",
        "group delete -n conf-rest --yes",
        "group lock delete -g conf-rest -n keep",
    )
    assert shown.data["name"] == "sandbox subscription"
    assert len(listed.data) >= 3
    assert "westeurope" in [one["name"] for one in locations.data]
    assert token.data["tenant"] == sandbox.default_tenant.id
    assert len(rest.data["value"]) == 2
    assert absolute.data["name"] == "conf-rest"
    assert tags.data["properties"]["tags"] == {"x": "y"}
    assert lock.data["level"] == "CanNotDelete"
    assert "(ScopeLocked)" in locked.error
    assert unlocked.code == 0


def test_the_other_tenants_subscription_is_reached_with_its_own_sign_in(az: Az, sandbox: Instance):
    other = sandbox.tenants[1]
    created, listed, mine = az(
        ["group", "create", "-n", "conf-two", "-l", "westeurope", "--subscription", other.subscriptions[0].name],
        ["group", "list", "--subscription", other.subscriptions[0].id],
        "group list",
    )
    assert created.data["id"].startswith(f"/subscriptions/{other.subscriptions[0].id}/")
    assert "conf-two" in [one["name"] for one in listed.data]
    assert "conf-two" not in [one["name"] for one in mine.data]


def test_a_slow_operation_is_followed_to_its_end(az: Az, sandbox: Instance):
    fault = {"type": "Microsoft.Network/networkSecurityGroups", "name": "slow", "latency_s": 0.2}
    sandbox.ask("POST", "faults", {**fault, "method": "PUT", "times": 1})
    sandbox.ask("POST", "faults", {**fault, "method": "DELETE", "times": 1})
    group_fault = {"type": "Microsoft.Resources/resourceGroups", "name": "conf-slow", "latency_s": 0.2}
    sandbox.ask("POST", "faults", {**group_fault, "method": "DELETE", "times": 1})
    _, created, deleted, gone, group = az(
        "group create -n conf-slow -l westeurope",
        "network nsg create -g conf-slow -n slow",
        "network nsg delete -g conf-slow -n slow",
        "network nsg show -g conf-slow -n slow",
        "group delete -n conf-slow --yes",
    )
    assert created.data["NewNSG"]["provisioningState"] == "Succeeded"
    assert deleted.code == 0, deleted.error
    assert gone.code == 3
    assert group.code == 0, group.error


def test_a_fault_reaches_the_user_in_its_own_words(az: Az, sandbox: Instance):
    fault = {"type": "Microsoft.Network/*", "name": "bad", "code": "QuotaExceeded", "message": "too many", "times": 1}
    sandbox.ask("POST", "faults", fault)
    _, refused = az("group create -n conf-f -l westeurope", "network nsg create -g conf-f -n bad")
    assert refused.code == 1
    assert "(QuotaExceeded) too many" in refused.error


def test_every_way_of_signing_in_that_needs_no_browser(
    az: Az, environment: dict[str, str], sandbox: Instance, tmp_path: Path
):
    environment = environment | {"AZURE_CONFIG_DIR": str(tmp_path)}
    tenant = sandbox.default_tenant
    principal = ["login", "--service-principal", "-u", tenant.client_id, "-t", tenant.id, "-p"]
    wrong, right, device, listed = az(
        [*principal, "wrong"],
        [*principal, tenant.client_secret],
        "login --use-device-code",
        "group list",
        environment=environment,
    )
    assert "AADSTS7000215" in wrong.error
    assert [one["user"]["type"] for one in right.data] == ["servicePrincipal"] * 2
    assert "user" in [one["user"]["type"] for one in device.data]
    assert isinstance(listed.data, list)


def test_a_managed_identity_signs_in(az: Az, environment: dict[str, str], sandbox: Instance, tmp_path: Path):
    identity = {
        "AZURE_CONFIG_DIR": str(tmp_path),
        "IDENTITY_ENDPOINT": f"http://127.0.0.1:{sandbox.identity_port}/msi/token",
        "IDENTITY_HEADER": sandbox.identity_header,
    }
    signed_in, listed = az("login --identity", "group list", environment=environment | identity)
    assert [one["tenantId"] for one in signed_in.data] == [sandbox.default_tenant.id] * 2
    assert isinstance(listed.data, list)


def test_a_custom_cloud_needs_no_proxy(az: Az, environment: dict[str, str], sandbox: Instance, tmp_path: Path):
    direct = {name: value for name, value in environment.items() if "PROXY" not in name.upper()}
    direct |= {"AZURE_CONFIG_DIR": str(tmp_path), "AZURE_CORE_INSTANCE_DISCOVERY": "false"}
    tenant = sandbox.default_tenant
    registered, chosen = az(
        f"cloud register -n AzlinSandbox --endpoint-resource-manager {sandbox.arm}",
        "cloud set -n AzlinSandbox",
        environment=direct,
    )
    assert (registered.code, chosen.code) == (0, 0), registered.error
    signed_in, listed = az(
        ["login", "--service-principal", "-u", tenant.client_id, "-t", tenant.id, "-p", tenant.client_secret],
        "group list",
        environment=direct,
    )
    assert {one["cloudName"] for one in signed_in.data} == {"AzlinSandbox"}
    assert isinstance(listed.data, list)


def test_the_stock_sdk_signs_in_with_the_variables_alone(environment: dict[str, str], sandbox: Instance):
    script = (
        "from azure.identity import ClientSecretCredential; import os;"
        "c = ClientSecretCredential(*(os.environ['AZURE_' + n] for n in ('TENANT_ID', 'CLIENT_ID', 'CLIENT_SECRET')));"
        "t = c.get_token('https://management.azure.com/.default').token;"
        "import requests; r = requests.get('https://management.azure.com/subscriptions?api-version=2022-12-01',"
        "headers={'Authorization': 'Bearer ' + t}); print(r.status_code, len(r.json()['value']))"
    )
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["200", "2"], done.stderr


def test_the_azure_mcp_server_works_with_the_variables_alone(az: Az, environment: dict[str, str], sandbox: Instance):
    az("group create -n conf-mcp -l westeurope")
    azmcp = Path(sys.prefix, "bin", "azmcp")
    listed = subprocess.run(
        [str(azmcp), "group", "list", "--subscription", sandbox.default_subscription.id],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    answer = json.loads(listed.stdout)
    assert answer["status"] == 200, listed.stdout
    assert "conf-mcp" in [one["name"] for one in answer["results"]["groups"]]


def test_nothing_az_does_here_tries_to_leave(az: Az, sandbox: Instance):
    az("group list", "vm list", "account list-locations")
    outside = set(sandbox.ask("GET", "status")["refused_hosts"])
    assert not {host for host in outside if "azure" in host or "microsoft" in host}
