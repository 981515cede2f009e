from pathlib import Path

from azlin.gateways.schema import Schemas
from azlin.paths import Paths

VM = "Microsoft.Compute/virtualMachines"


def test_a_choice_is_spelt_as_published_and_everything_else_is_left_alone(tmp_path: Path):
    body = {
        "tags": {"createOption": "fromImage"},
        "properties": {
            "storageProfile": {"osDisk": {"createOption": "fromImage", "name": "fromImage"}},
            "osProfile": {"adminUsername": "Linux"},
        },
    }
    written = Schemas(Paths(tmp_path)).published(VM, body)
    assert written["properties"]["storageProfile"]["osDisk"] == {"createOption": "FromImage", "name": "fromImage"}
    assert written["properties"]["osProfile"] == {"adminUsername": "Linux"}
    assert written["tags"] == {"createOption": "fromImage"}


def test_a_type_that_nobody_knows_is_left_as_it_is(tmp_path: Path):
    assert Schemas(Paths(tmp_path)).published("Microsoft.Nobody/knows", {"a": "B"}) == {"a": "B"}
