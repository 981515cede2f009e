from __future__ import annotations

from azlin.sandbox.arm.compute import images
from azlin.sandbox.arm.compute.extension_images import register
from tests.sandbox.conftest import Azure

EXTENSIONS = "publishers/microsoft.azure.extensions/artifacttypes/vmextension/types"


def test_extensions_are_found_step_by_step(azure: Azure):
    register(azure.plane.registry)
    here = f"{azure.subscription}/providers/Microsoft.Compute/locations/westus/{EXTENSIONS}"
    assert "CustomScript" in [one["name"] for one in azure.ask("GET", here).body]
    newest = azure.ask("GET", f"{here}/customscript/versions").body[-1]
    shown = azure.get(f"{here}/CustomScript/versions/{newest['name']}")
    assert shown["id"].casefold() == newest["id"].casefold()
    assert shown["properties"]["operatingSystem"] == "Linux"
    assert azure.code("GET", f"{here}/CustomScript/versions/0.0") == (404, "NotFound")
    assert azure.code("GET", f"{here}/Nothing/versions") == (404, "NotFound")
    assert azure.ask("GET", f"{here.replace('microsoft.azure', 'nobody')}").body == []


def test_run_commands_of_a_region_have_a_system(azure: Azure):
    register(azure.plane.registry)
    here = f"{azure.subscription}/providers/Microsoft.Compute/locations/westus/runCommands"
    assert {one["osType"] for one in azure.values(here)} == {"Linux", "Windows"}
    assert azure.get(f"{here}/runshellscript")["id"] == "RunShellScript"
    assert azure.code("GET", f"{here}/none") == (404, "NotFound")


def test_publishers_of_extensions_are_publishers(azure: Azure):
    images.register(azure.plane.registry)
    listed = azure.ask("GET", f"{azure.subscription}/providers/Microsoft.Compute/locations/westus/publishers").body
    assert {"Canonical", "Microsoft.Azure.Extensions"} <= {one["name"] for one in listed}
