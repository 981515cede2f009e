"""VM extensions and built-in run commands that Compute offers in a region.

The types are common ones, by the names of their publishers; version numbers have Azure's form, and their last parts are
the sandbox's own. It is not the whole list. Nothing is ever run: an extension of a machine is kept as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.refusals import ArmRefusal

EXTENSIONS: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "Microsoft.Azure.Extensions": {
        "CustomScript": ("Linux", ("2.0.2", "2.0.7", "2.1.10", "2.1.13")),
        "DockerExtension": ("Linux", ("1.0.1512020600", "1.2.2")),
    },
    "Microsoft.Compute": {
        "BGInfo": ("Windows", ("2.1", "2.2.5")),
        "CustomScriptExtension": ("Windows", ("1.9.5", "1.10.17", "1.10.20")),
        "JsonADDomainExtension": ("Windows", ("1.3.10", "1.3.18")),
        "VMAccessAgent": ("Windows", ("2.4.8", "2.4.12")),
    },
    "Microsoft.OSTCExtensions": {
        "VMAccessForLinux": ("Linux", ("1.5.11", "1.5.21")),
    },
    "Microsoft.Azure.Monitor": {
        "AzureMonitorLinuxAgent": ("Linux", ("1.33.4", "1.35.8")),
        "AzureMonitorWindowsAgent": ("Windows", ("1.33.0", "1.37.0")),
    },
    "Microsoft.Azure.Security": {
        "AzureDiskEncryption": ("Windows", ("2.2.0.50", "2.4.0.13")),
        "AzureDiskEncryptionForLinux": ("Linux", ("1.1.0.76", "1.4.0.9")),
    },
    "Microsoft.ManagedServices": {
        "ApplicationHealthLinux": ("Linux", ("1.0.5", "2.0.16")),
        "ApplicationHealthWindows": ("Windows", ("1.0.9", "2.0.17")),
    },
}
"""Publisher -> type -> (system, versions)."""
_COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "RunPowerShellScript": ("Windows", "Executes a PowerShell script", "Custom multiline PowerShell script."),
    "RunShellScript": ("Linux", "Executes a Linux shell script", "Custom multiline shell script."),
    "EnableRemotePS": ("Windows", "Enable remote PowerShell", "Configures the machine to enable remote PowerShell."),
    "IPConfig": ("Windows", "List IP configuration", "Shows detailed information for the IP address."),
    "RDPSettings": ("Windows", "Verify RDP Listener Settings", "Checks registry settings and domain policy."),
    "ifconfig": ("Linux", "List network configuration", "Gets the configuration of all network interfaces."),
}
_BASE = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Compute/locations/(?P<location>[^/]+)"


def _types(groups: Mapping[str, str]) -> tuple[str, Mapping[str, tuple[str, tuple[str, ...]]]]:
    for publisher, types in EXTENSIONS.items():
        if publisher.casefold() == groups["publisher"].casefold():
            return publisher, types
    return groups["publisher"], {}


def _versions(groups: Mapping[str, str]) -> tuple[str, str, str, tuple[str, ...]]:
    publisher, types = _types(groups)
    for name, (system, versions) in types.items():
        if name.casefold() == groups["type"].casefold():
            return publisher, name, system, versions
    raise _missing(f"VMExtension with publisher '{publisher}', type '{groups['type']}'", groups)


def _missing(what: str, groups: Mapping[str, str]) -> ArmRefusal:
    return ArmRefusal(404, "NotFound", f"Artifact: {what} in location '{groups['location']}' was not found.")


def _row(groups: Mapping[str, str], name: str, *path: str) -> Body:
    head = f"/Subscriptions/{groups['subscription']}/Providers/Microsoft.Compute/Locations/{groups['location']}"
    return {"location": groups["location"], "name": name, "id": "/".join((head, "Publishers", *path))}


def _list_types(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    publisher, types = _types(groups)
    path = (publisher, "ArtifactTypes", "VMExtension", "Types")
    return Answer(200, [_row(groups, name, *path, name) for name in types])


def _list_versions(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    publisher, name, _, versions = _versions(groups)
    path = (publisher, "ArtifactTypes", "VMExtension", "Types", name, "Versions")
    return Answer(200, [_row(groups, version, *path, version) for version in versions])


def _version(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    publisher, name, system, versions = _versions(groups)
    version = groups["version"]
    if version not in versions:
        raise _missing(f"VMExtension with publisher '{publisher}', type '{name}', version '{version}'", groups)
    path = (publisher, "ArtifactTypes", "VMExtension", "Types", name, "Versions", version)
    properties: Body = {
        "operatingSystem": system,
        "computeRole": "IaaS",
        "vmScaleSetEnabled": True,
        "supportsMultipleExtensions": False,
    }
    return Answer(200, {**_row(groups, version, *path), "properties": properties})


_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "RunPowerShellScript": ("param(", "    [string]$arg1,", "    [string]$arg2", ")", "Write-Host $arg1 $arg2"),
    "RunShellScript": ("echo $arg1 $arg2",),
}
"""The two commands that take any script, with a sample as Azure gives one."""


def _command(name: str) -> Body:
    system, label, description = _COMMANDS[name]
    schema = "http://schema.management.azure.com/schemas/2016-11-17/runcommands.json"
    return {"$schema": schema, "id": name, "osType": system, "label": label, "description": description}


def _commands(_call: Call, _groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, {"value": [_command(name) for name in _COMMANDS]})


def _one_command(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    name = next((one for one in _COMMANDS if one.casefold() == groups["command"].casefold()), None)
    if name is None:
        raise ArmRefusal(404, "NotFound", f"The entity {groups['command']} was not found.")
    shown = _command(name)
    if name in _SCRIPTS:
        takes = [{"name": one, "type": "string", "required": False} for one in ("arg1", "arg2")]
        shown |= {"script": list(_SCRIPTS[name]), "parameters": takes}
    return Answer(200, shown)


def register(registry: Registry) -> None:
    types = _BASE + r"/publishers/(?P<publisher>[^/]+)/artifacttypes/vmextension/types"
    versions = types + r"/(?P<type>[^/]+)/versions"
    for pattern, handler in (
        (types, _list_types),
        (versions, _list_versions),
        (versions + r"/(?P<version>[^/]+)", _version),
        (_BASE + "/runCommands", _commands),
        (_BASE + "/runCommands/(?P<command>[^/]+)", _one_command),
    ):
        registry.route("GET", "Microsoft.Compute", pattern, handler)
