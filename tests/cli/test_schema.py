from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_a_type_is_shown_with_its_version_its_source_and_its_flags(azlin: Any, home: Path):
    ran = azlin("schema", "show", "microsoft.storage/storageaccounts", "-o", "json")
    assert ran.returncode == 0
    shown = json.loads(ran.stdout)
    assert shown["type"] == "Microsoft.Storage/storageAccounts"
    assert shown["source"].startswith("built in (")
    assert {"kind", "sku.name", "location"} <= set(shown["required"])
    assert "properties.primaryEndpoints" in shown["read_only"]
    assert shown["properties_known"] is True
    assert not home.exists()


def test_a_type_is_drawn_for_people(azlin: Any):
    drawn = azlin("schema", "show", "Microsoft.Compute/virtualMachines").stdout
    assert drawn.startswith("Microsoft.Compute/virtualMachines  20")
    assert "\nfrom: built in (" in drawn
    assert "\n  properties.storageProfile.osDisk.createOption\n" in drawn
    assert "secret: 1\n  properties.osProfile.adminPassword\n" in drawn


def test_a_type_that_nobody_knows_exits_3_and_names_near_ones(azlin: Any):
    ran = azlin("schema", "show", "Microsoft.Compute/virtualMachin")
    assert ran.returncode == 3
    assert "did you mean Microsoft.Compute/virtualMachines?" in ran.stderr
    assert ran.stdout == ""


def test_sync_fetches_from_the_address_in_the_settings(azlin: Any, loopback: Any):
    flags = {"Contoso.Things/things": {"v": "2024-01-01", "req": ["properties.size"]}}
    loopback.on("GET", "/types", loopback.reply(200, flags))
    ran = azlin("schema", "sync", AZLIN_ENDPOINT_SCHEMAS=f"{loopback.url}/types")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("1 types from ")
    shown = azlin("schema", "show", "contoso.things/things", "-o", "json")
    assert json.loads(shown.stdout)["required"] == ["properties.size"]


def test_sync_from_a_wrong_file_exits_3_with_a_fix(azlin: Any, tmp_path: Path):
    wrong = tmp_path / "wrong.tar.gz"
    wrong.write_bytes(b"nothing")
    ran = azlin("schema", "sync", "--from", str(wrong))
    assert ran.returncode == 3
    assert "there are no type definitions in" in ran.stderr
    assert "azlin schema sync --from FILE" in ran.stderr
