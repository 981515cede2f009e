"""The Azure MCP server (`azmcp`), over MCP, with nothing but the variables of `azlin sandbox env`.

Counted are calls of two kinds, in one sandbox:

 1. the rows of `STORY`, in order: what one asks an assistant to do in Azure. A row is right when the tool says 2xx and
    its answer has each of the row's texts in it (a name that was created, a value that was stored...);
 2. every other tool that says of itself that it only reads and needs no argument but a subscription, a resource group
    and a location, against the same subscription afterwards. Right is 2xx. A tool that
    refuses its own arguments (400) before it has asked anybody is not counted: it needs more than it declares.

Left out are tools that ask somebody who is not Azure (`_ELSEWHERE`: documentation and modules at GitHub and Terraform's
registry): the sandbox stands in for Azure alone.

    python -m conformance.mcp_tools               every call as it ends
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azlin.gateways.arm import Arm
from azlin.gateways.http import Http
from azlin.gateways.schema_server import edition, find_azmcp
from azlin.gateways.tokens import Tokens
from azlin.paths import Paths
from azlin.sandbox.environment import shell_environment
from azlin.sandbox.instance import Instance, ensure_running, stop
from conformance.clients import clean
from conformance.figure import Failure, Figure
from conformance.mcp_server import McpServer, Silent

NAME = "mcp"
TIMEOUT_S = 60.0
_GIVEN = ("subscription", "resource-group", "location", "region")
_GROUP, _LOCATION = "story", "westeurope"
_READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
_ACCOUNT, _VAULT = "azlinmcpstory1", "azlin-mcp-story"
_ELSEWHERE = ("azureterraform_avm_list", "functions_language_list", "wellarchitectedframework_serviceguide_get")
_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7h0cJr7d5G5hC2yq1k1WJt0m1h6n6m7m8x9y0z1a2b3c4d5e6f7g8h9i0j1k2l3m4 me"


@dataclass(frozen=True)
class Row:
    """One call: the tool, its arguments (subscription and group are added), and texts its answer must have."""

    tool: str
    arguments: dict[str, Any]
    has: tuple[str, ...] = ()


_MACHINE = {"vm-name": "vm"}
STORY = (
    Row("subscription_list", {}, ("{subscription}",)),
    Row("group_list", {}, (_GROUP,)),
    Row("bicepschema_get", {"resource-type": "Microsoft.Storage/storageAccounts"}, ("minimumTlsVersion",)),
    Row("pricing_get", {"sku": "Standard_D2s_v5", "region": _LOCATION}, ("Standard_D2s_v5", "retailPrice")),
    Row(
        "quota_usage_check",
        {"region": _LOCATION, "resource-types": "Microsoft.Compute/virtualMachines"},
        ("Standard_D2s_v5",),
    ),
    Row("quota_region_availability_list", {"resource-types": "Microsoft.Compute/virtualMachines"}, (_LOCATION,)),
    Row("storage_account_create", {"account": _ACCOUNT, "location": _LOCATION, "sku": "Standard_LRS"}, (_ACCOUNT,)),
    Row("storage_account_get", {"account": _ACCOUNT}, (_ACCOUNT, "Standard_LRS")),
    Row("storage_blob_container_create", {"account": _ACCOUNT, "container": "data"}, ("data",)),
    Row("storage_blob_container_get", {"account": _ACCOUNT}, ("data",)),
    Row(
        "storage_blob_upload",
        {"account": _ACCOUNT, "container": "data", "blob": "one.txt", "local-file-path": "{file}"},
        ("one.txt",),
    ),
    Row("storage_blob_get", {"account": _ACCOUNT, "container": "data", "blob": "one.txt"}, ("one.txt",)),
    Row("storage_table_list", {"account": _ACCOUNT}),
    Row(
        "compute_vm_create",
        {
            **_MACHINE,
            "location": _LOCATION,
            "image": "Ubuntu2404",
            "admin-username": "me",
            "ssh-public-key": _KEY,
            "vm-size": "Standard_B2s",
            "no-public-ip": True,
        },
        ("vm", "Succeeded"),
    ),
    Row("compute_vm_get", _MACHINE, ("vm", "Standard_B2s")),
    Row("compute_vm_get", {**_MACHINE, "instance-view": True}, ("running",)),
    Row("compute_vm_power-state", {**_MACHINE, "power-action": "deallocate"}),
    Row("compute_vm_get", {**_MACHINE, "instance-view": True}, ("deallocated",)),
    Row("compute_vm_update", {**_MACHINE, "vm-size": "Standard_B2ms"}, ("Standard_B2ms",)),
    Row("compute_vm_power-state", {**_MACHINE, "power-action": "start"}),
    Row("compute_disk_create", {"disk-name": "data", "location": _LOCATION, "size-gb": 32}, ("data", "32")),
    Row("compute_disk_update", {"disk-name": "data", "size-gb": 64}, ("64",)),
    Row("compute_disk_get", {"disk-name": "data"}, ("data", "64")),
    Row(
        "compute_vmss_create",
        {
            "vmss-name": "set",
            "location": _LOCATION,
            "image": "Ubuntu2404",
            "admin-username": "me",
            "ssh-public-key": _KEY,
            "instance-count": 2,
        },
        ("set",),
    ),
    Row("compute_vmss_get", {"vmss-name": "set"}, ("set",)),
    Row("keyvault_secret_create", {"vault": _VAULT, "secret": "word", "value": "one"}, ("word",)),
    Row("keyvault_secret_get", {"vault": _VAULT, "secret": "word"}, ("one",)),
    Row("keyvault_secret_get", {"vault": _VAULT}, ("word",)),
    Row("keyvault_key_create", {"vault": _VAULT, "key": "rsa", "key-type": "RSA"}, ("rsa",)),
    Row("keyvault_key_get", {"vault": _VAULT, "key": "rsa"}, ("RSA",)),
    Row("keyvault_certificate_create", {"vault": _VAULT, "certificate": "cert"}, ("cert",)),
    Row("keyvault_certificate_get", {"vault": _VAULT, "certificate": "cert"}, ("thumbprint",)),
    Row("role_assignment_list", {"scope": "/subscriptions/{subscription}"}, ("{subscription}", _READER)),
    Row("policy_assignment_list", {}),
    Row(
        "sql_server_create",
        {
            "server": "azlin-mcp-sql",
            "location": _LOCATION,
            "administrator-login": "me",
            "administrator-password": "a long Passw0rd!",
        },
        ("azlin-mcp-sql.database.windows.net",),
    ),
    Row("sql_db_create", {"server": "azlin-mcp-sql", "database": "db", "sku-name": "Basic"}, ("db", "Online")),
    Row("sql_db_get", {"server": "azlin-mcp-sql", "database": "db"}, ("db",)),
    Row(
        "sql_server_firewall-rule_create",
        {
            "server": "azlin-mcp-sql",
            "firewall-rule-name": "me",
            "start-ip-address": "10.0.0.1",
            "end-ip-address": "10.0.0.1",
        },
        ("me", "10.0.0.1"),
    ),
    Row("sql_server_firewall-rule_list", {"server": "azlin-mcp-sql"}, ("me",)),
    Row("redis_create", {"resource": "azlin-mcp-redis", "location": _LOCATION}, ("azlin-mcp-redis",)),
    Row("redis_list", {}, ("azlin-mcp-redis",)),
    Row("azurebackup_vault_create", {"vault": "backups", "location": _LOCATION, "vault-type": "rsv"}, ("backups",)),
    Row("storagesync_service_create", {"name": "sync", "location": _LOCATION}, ("sync",)),
    Row("workbooks_create", {"display-name": "book", "serialized-content": '{"version":"Notebook/1.0"}'}, ("book",)),
    Row("workbooks_list", {}, ("book",)),
    Row("group_resource_list", {}, (_ACCOUNT, _VAULT, "vm")),
    Row("monitor_activitylog_list", {"resource-name": "vm"}),
    Row(
        "resourcehealth_availability-status_get",
        {"resourceId": "{group}/providers/Microsoft.Compute/virtualMachines/vm"},
    ),
    Row("compute_vmss_delete", {"vmss-name": "set"}),
    Row("compute_vm_delete", _MACHINE),
    Row("compute_disk_delete", {"disk-name": "data"}),
    Row("sql_db_delete", {"server": "azlin-mcp-sql", "database": "db"}),
)


@dataclass(frozen=True)
class Called:
    """How a call ended; `why` is empty when it was right."""

    tool: str
    why: str
    said: str
    seconds: float


def measure(sample: bool) -> Figure:
    """There is no sample: the server needs minutes with 404 tools, and a test asks it for groups already."""
    program = find_azmcp()
    if sample or program is None:
        return Figure(0, 0, note="not measured: " + ("it has no sample" if sample else "azmcp is not installed"))
    done = list(called())
    failures = tuple(Failure(one.tool, one.why, one.said[:1500]) for one in done if one.why)
    tools = len({one.tool for one in done})
    return Figure(len(done) - len(failures), len(done), failures, f"{edition(program)}; {tools} tools")


def called() -> Iterator[Called]:
    """Each call as it ends. Raises Silent when the server does not start."""
    program = find_azmcp()
    if program is None:
        raise Silent("azmcp is not installed")
    with tempfile.TemporaryDirectory(prefix="azlin-conformance-") as home:
        paths = Paths(Path(home, "azlin"))
        own = clean(os.environ)
        try:
            instance = ensure_running(paths)
            environment = {**own, **shell_environment(instance, own), "HOME": home}
            _prepare(instance, paths)
            server = McpServer(program, environment, Path(home))
            try:
                yield from _calls(server, instance, Path(home))
            finally:
                server.close()
        finally:
            stop(paths)


def _calls(server: McpServer, instance: Instance, home: Path) -> Iterator[Called]:
    subscription = instance.default_subscription.id
    file = home / "one.txt"
    file.write_text("hello", encoding="utf-8")
    values = {
        "{subscription}": subscription,
        "{group}": f"/subscriptions/{subscription}/resourceGroups/{_GROUP}",
        "{file}": str(file),
    }
    given = dict(zip(_GIVEN, (subscription, _GROUP, _LOCATION, _LOCATION), strict=True))
    tools = {one["name"]: one for one in server.tools()}
    for row in STORY:
        takes: dict[str, Any] = tools[row.tool]["inputSchema"]["properties"] if row.tool in tools else {}
        common = {name: given[name] for name in _GIVEN[:2] if name in takes}
        arguments = {**common, **{name: _filled(one, values) for name, one in row.arguments.items()}}
        yield _called(server, row.tool, arguments, tuple(_filled(one, values) for one in row.has))
    asked = {row.tool for row in STORY}
    for name, one in sorted(tools.items()):
        schema = one["inputSchema"]
        if not one["annotations"].get("readOnlyHint") or name in asked or name in _ELSEWHERE:
            continue
        if set(schema.get("required") or ()) <= set(_GIVEN):
            wanted = {key: given[key] for key in _GIVEN if key in schema["properties"]}
            before = instance.ask("GET", "status")["requests"]
            done = _called(server, name, wanted, ())
            if done.why != "status 400" or instance.ask("GET", "status")["requests"] != before:
                yield done


def _called(server: McpServer, tool: str, arguments: dict[str, Any], has: tuple[str, ...]) -> Called:
    began = time.monotonic()
    try:
        well, said = server.call(tool, arguments, TIMEOUT_S)
    except Silent as silent:
        return Called(tool, str(silent), "", time.monotonic() - began)
    text = said if isinstance(said, str) else json.dumps(said)
    missing = [one for one in has if one.casefold() not in text.casefold()]
    why = ""
    if not well:
        why = f"status {said['status']}" if isinstance(said, dict) and "status" in said else text[:90]
    elif missing:
        why = f"its answer has no {', '.join(missing)}"
    return Called(tool, why, text, time.monotonic() - began)


def _filled(text: Any, values: dict[str, str]) -> Any:
    if isinstance(text, str):
        for name, value in values.items():
            text = text.replace(name, value)
    return text


def _prepare(instance: Instance, paths: Paths) -> None:
    """Put what no tool of the server creates: a group, a vault, an identity with a role."""
    cloud = instance.cloud()
    group = f"/subscriptions/{cloud.subscription}/resourceGroups/{_GROUP}"
    settings = {"tenantId": cloud.tenant, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}
    with Http(cloud) as http:
        arm = Arm(cloud, http, Tokens(cloud, http, paths), lambda _: None)
        arm.put(group, {"location": _LOCATION}, api_version="2021-04-01")
        arm.put(
            f"{group}/providers/Microsoft.KeyVault/vaults/{_VAULT}",
            {"location": _LOCATION, "properties": settings},
            api_version="2023-07-01",
        )
        identities = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
        me = arm.put(f"{identities}/me", {"location": _LOCATION}, api_version="2023-01-31")
        scope = f"/subscriptions/{cloud.subscription}/providers/Microsoft.Authorization"
        role = f"{scope}/roleDefinitions/{_READER}"
        arm.put(
            f"{scope}/roleAssignments/{uuid.uuid4()}",
            {"properties": {"roleDefinitionId": role, "principalId": me["properties"]["principalId"]}},
            api_version="2022-04-01",
        )


def main() -> int:
    """Print each call; 1 when one is not right."""
    wrong = 0
    for one in called():
        wrong += bool(one.why)
        print(f"{'err' if one.why else 'ok '} {one.seconds:7.2f} s   {one.tool}   {one.why}".rstrip(), flush=True)
        if one.why:
            print(f"        {one.said[:1500]}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
