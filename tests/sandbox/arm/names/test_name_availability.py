from __future__ import annotations

import pytest

from azlin.sandbox.arm.names.name_availability import register
from tests.sandbox.conftest import Azure


@pytest.mark.parametrize("where", ["", "/locations/westeurope"])
@pytest.mark.parametrize("kind", ["Microsoft.Search/searchServices", "searchServices"])
def test_a_name_is_free_until_somebody_has_it(azure: Azure, where: str, kind: str):
    register(azure.plane.registry)
    asked = f"{azure.subscription}/providers/Microsoft.Search{where}/checkNameAvailability"
    body = {"name": "Mine", "type": kind}
    assert azure.ask("POST", asked, body).body == {"nameAvailable": True}
    azure.put(f"{azure.group()}/providers/Microsoft.Search/searchServices/mine")
    taken = azure.ask("POST", asked, body).body
    assert (taken["nameAvailable"], taken["reason"]) == (False, "AlreadyExists")


def test_what_is_asked_of_no_type_is_not_answered(azure: Azure):
    register(azure.plane.registry)
    asked = f"{azure.subscription}/providers/Microsoft.Search/checkNameAvailability"
    assert azure.code("POST", asked, {"name": "mine"}) == (409, "NotServedBySandbox")
    assert azure.code("POST", asked, {"name": "mine", "type": "no/such"}) == (409, "NotServedBySandbox")
    assert azure.code("POST", asked, {"type": "searchServices"}) == (400, "InvalidRequestContent")
