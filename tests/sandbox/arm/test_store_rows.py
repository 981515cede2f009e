from __future__ import annotations

import pytest

from azlin.sandbox.arm.ids import Casing, ResourceId, parse_id
from azlin.sandbox.arm.store_rows import columns_of, envelope, is_listed

GROUP = "/subscriptions/S/resourceGroups/G"
NET = f"{GROUP}/providers/Microsoft.Sandbox/nets/N"


def rid(path: str) -> ResourceId:
    found = parse_id(path, Casing())
    assert found is not None
    return found


def test_a_body_begins_with_what_its_id_says():
    made = envelope(rid(NET), {"tags": {}, "name": "other", "id": "wrong"})
    assert list(made) == ["id", "name", "type", "tags"]
    assert made["name"] == "N"


@pytest.mark.parametrize(
    ("path", "body", "listed"),
    [
        (NET, {"location": "westeurope"}, True),
        (NET, {}, False),
        (f"{NET}/providers/Microsoft.Authorization/locks/l", {"location": "x"}, False),
        (GROUP, {"location": "westeurope"}, False),
        ("/subscriptions/S/providers/Microsoft.Sandbox/nets/N", {"location": "x"}, False),
    ],
)
def test_listed_is_what_is_tracked_in_a_group(path: str, body: dict[str, str], listed: bool):
    assert is_listed(rid(path), body) is listed


def test_indexes_are_made_of_casefolded_parts():
    path, tenant, type_name, name, subscription, group, parent = columns_of(rid(NET))
    assert (path, tenant, type_name, name, subscription) == (NET, "", "microsoft.sandbox/nets", "n", "s")
    assert group == parent == GROUP.casefold()
