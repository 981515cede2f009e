"""Against the subscription that az is signed in to. Only `make live` runs this; it reads and changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.live
def test_reading_a_real_subscription_agrees_with_az(tmp_path: Path):
    asked = [sys.executable, "-m", "azlin.cli.main", "doit", "list my resource groups", "--read-only", "-o", "json"]
    said = subprocess.run(asked, env={"AZLIN_HOME": str(tmp_path)} | _environment(), capture_output=True, check=True)
    groups = {row["name"] for row in json.loads(said.stdout)["outcome"]["data"]}
    by_az = subprocess.run(["az", "group", "list", "-o", "json"], capture_output=True, check=True)
    assert groups == {group["name"] for group in json.loads(by_az.stdout)}


def _environment() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if name != "AZLIN_HOME"}
