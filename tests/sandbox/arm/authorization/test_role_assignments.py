from __future__ import annotations

from tests.sandbox.arm.authorization.conftest import CONTRIBUTOR, EVE, READER, Directory, Grant
from tests.sandbox.conftest import Azure

PATH = "/providers/Microsoft.Authorization/roleAssignments"


def body(azure: Azure, role: str = READER, principal: str = EVE, **more: str) -> dict[str, object]:
    definition = f"{azure.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    return {"properties": {"principalId": principal, "roleDefinitionId": definition, **more}}


def test_azure_fills_what_kind_the_principal_is_and_where_it_holds(azure: Azure, grant: Grant):
    group = azure.group()
    made = azure.get(grant(group))["properties"]
    assert (made["principalType"], made["scope"]) == ("ServicePrincipal", group)
    assert made["createdBy"] == azure.tenant.principal_oid


def test_the_same_assignment_under_another_name_is_refused(azure: Azure, grant: Grant):
    group = azure.group()
    grant(group)
    other = f"{group}{PATH}/{READER}"
    assert azure.code("PUT", other, body(azure)) == (409, "RoleAssignmentExists")


def test_an_assignment_is_not_turned_into_another(azure: Azure, grant: Grant):
    made = grant(azure.group())
    assert azure.code("PUT", made, body(azure, CONTRIBUTOR)) == (400, "RoleAssignmentUpdateNotPermitted")
    assert azure.ask("PUT", made, body(azure)).status == 201


def test_an_assignment_that_is_not_there_is_missed_in_its_own_words(azure: Azure, people: Directory):
    path = f"{azure.group()}{PATH}/{READER}"
    assert azure.code("GET", path) == (404, "RoleAssignmentNotFound")


def test_a_principal_that_nobody_knows_is_refused_unless_its_kind_is_told(azure: Azure, people: Directory):
    path = f"{azure.group()}{PATH}/{READER}"
    stranger = EVE.replace("1", "7")
    assert azure.code("PUT", path, body(azure, principal=stranger)) == (400, "PrincipalNotFound")
    azure.put(path, body(azure, principal=stranger, principalType="User"))


def test_a_role_that_does_not_exist_is_refused(azure: Azure, people: Directory):
    path = f"{azure.group()}{PATH}/{READER}"
    assert azure.code("PUT", path, body(azure, EVE)) == (400, "RoleDefinitionDoesNotExist")
    assert azure.code("PUT", path, {"properties": {}}) == (400, "InvalidRoleAssignment")


def test_a_list_holds_what_is_above_at_and_below_its_scope(azure: Azure, grant: Grant):
    group, other = azure.group(), azure.group("other")
    net = azure.put(f"{group}/providers/Microsoft.Sandbox/nets/n")["id"]
    places = [azure.subscription, group, net, other]
    for place in places:
        grant(place)

    def scopes(place: str, text: str = "") -> list[str]:
        return [one["properties"]["scope"] for one in azure.values(f"{place}{PATH}{text}")]

    assert scopes(group) == [azure.subscription, group, net]
    assert scopes(group, "?$filter=atScope()") == [azure.subscription, group]
    assert scopes(azure.subscription) == places
    assert scopes(group, f"?$filter=principalId eq '{READER}'") == []
    assert scopes(group, f"?$filter=assignedTo('{EVE}')") == [azure.subscription, group, net]


def test_a_deleted_assignment_is_shown_once_more(azure: Azure, grant: Grant):
    made = grant(azure.group())
    assert azure.ask("DELETE", made).body["id"] == made
    assert azure.ask("DELETE", made).status == 204
