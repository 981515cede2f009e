from __future__ import annotations

from azlin.sandbox.demo.estate import Estate
from azlin.sandbox.demo.people import people
from azlin.sandbox.graph.objects import Objects
from azlin.sandbox.graph.principals import DirectoryPrincipals


def test_groups_are_in_groups_and_people_in_both(estate: Estate):
    groups = people(estate)
    objects, tenant = Objects(estate.plane.store), estate.tenant.id
    member = objects.targets(tenant, "members", groups["oncall"])[0]
    assert sorted(DirectoryPrincipals(objects).groups_of(tenant, member)) == sorted(
        [groups["oncall"], groups["admins"]]
    )


def test_names_are_as_people_have_them_and_accounts_are_plain(estate: Estate):
    people(estate)
    users = list(Objects(estate.plane.store).all(estate.tenant.id, "user"))
    names = [one.body["userPrincipalName"] for one in users]
    assert len(set(names)) == len(names) == 11
    assert all(name.isascii() and name == name.casefold() for name in names if "#EXT#" not in name)
    assert {one.body["accountEnabled"] for one in users} == {True, False}


def test_a_pipeline_signs_in_by_its_federation(estate: Estate):
    people(estate)
    objects, tenant = Objects(estate.plane.store), estate.tenant.id
    (credential,) = objects.all(tenant, "federatedIdentityCredential")
    assert credential.body["subject"] == "repo:contoso/platform:ref:refs/heads/main"
    assert {one.name for one in objects.all(tenant, "servicePrincipal")} == {"deploy-pipeline", "log-shipper"}
