"""The run commands that Azure offers for VMs: `GET .../locations/{location}/runCommands[/{id}]`.

Ids, labels and parameters are those that `az vm run-command list` and `show` tell; the texts of the scripts behind the
ready-made ones are Azure's and are not here. No command runs: a VM of the sandbox has no operating system.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.refusals import ArmRefusal

_SCHEMA = "http://schema.management.azure.com/schemas/2016-11-17/runcommands.json"


class _Command(NamedTuple):
    id: str
    os: str
    label: str
    description: str
    parameters: tuple[str, ...] = ()
    script: tuple[str, ...] = ()


_POWERSHELL = ("param(", "    [string]$arg1,", "    [string]$arg2", ")", "Write-Host $arg1 $arg2")
_COMMANDS = (
    _Command("DisableNLA", "Windows", "Disable network level authentication", "Disable network level authentication"),
    _Command("DisableWindowsUpdate", "Windows", "Disable Windows Update", "Disable automatic Windows updates"),
    _Command("EnableAdminAccount", "Windows", "Enable administrator account", "Enable the local administrator"),
    _Command("EnableEMS", "Windows", "Enable EMS", "Enable the emergency management services for the serial console"),
    _Command("EnableRemotePS", "Windows", "Enable remote PowerShell", "Enable remote PowerShell on the machine"),
    _Command("EnableWindowsUpdate", "Windows", "Enable Windows Update", "Enable automatic Windows updates"),
    _Command("IPConfig", "Windows", "List IP configuration", "Addresses, masks and gateways of each adapter"),
    _Command("RDPSettings", "Windows", "Verify RDP Listener Settings", "Registry and domain settings of RDP"),
    _Command("ResetRDPCert", "Windows", "Restore RDP Authentication mode to defaults", "Remove the certificate of RDP"),
    _Command("SetRDPPort", "Windows", "Set Remote Desktop port", "Set the port of RDP", ("RDPPORT",)),
    _Command(
        "RunPowerShellScript", "Windows", "Executes a PowerShell script", "Any script", ("arg1", "arg2"), _POWERSHELL
    ),
    _Command(
        "RunShellScript", "Linux", "Executes a Linux shell script", "Any script", ("arg1", "arg2"), ("#!/bin/sh",)
    ),
    _Command("ifconfig", "Linux", "List network configuration", "Configuration of all network interfaces"),
)


def _short(one: _Command) -> Body:
    return {
        "$schema": _SCHEMA,
        "id": one.id,
        "osType": one.os,
        "label": one.label,
        "description": one.description,
    }


def _list(_call: Call, _groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, {"value": [_short(one) for one in _COMMANDS]})


def _show(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    found = next((one for one in _COMMANDS if one.id.casefold() == groups["id"].casefold()), None)
    if found is None:
        raise ArmRefusal(404, "NotFound", "The entity was not found in this Azure location.")
    shown = {"script": list(found.script), **_short(found)}
    if found.parameters:
        shown["parameters"] = [{"name": name, "type": "string", "required": False} for name in found.parameters]
    return Answer(200, shown)


def register(registry: Registry) -> None:
    under = r"/subscriptions/[^/]+/providers/Microsoft\.Compute/locations/[^/]+/runCommands"
    registry.route("GET", "Microsoft.Compute", under, _list)
    registry.route("GET", "Microsoft.Compute", under + "/(?P<id>[^/]+)", _show)
