from __future__ import annotations

from typing import Any

from azlin.sandbox.arm.identity.user_assigned import register
from azlin.sandbox.arm.store import Store
from azlin.sandbox.graph.membership import MEMBERS
from azlin.sandbox.graph.objects import Objects
from azlin.sandbox.graph.principals import DirectoryPrincipals


def test_the_directory_tells_kinds_and_groups_within_groups():
    objects = Objects(Store(":memory:"))
    user, inner, outer = (objects.add("t", kind, {"displayName": kind}).id for kind in ("user", "group", "group"))
    objects.link("t", MEMBERS, inner, user)
    objects.link("t", MEMBERS, outer, inner)
    principals = DirectoryPrincipals(objects)
    assert (principals.kind("t", user), principals.kind("t", inner)) == ("User", "Group")
    assert principals.kind("other", user) is None
    assert sorted(principals.groups_of("t", user)) == sorted([inner, outer])
    assert principals.groups_of("t", "nobody") == []


def test_who_was_made_outside_of_graph_is_found_before_graph_was_asked_anything(graph: Any):
    register(graph.azure.plane.registry)
    path = f"{graph.azure.group()}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker"
    made = graph.azure.put(path)["properties"]["principalId"]
    principals = DirectoryPrincipals(graph.graph.objects, graph.graph.catch_up)
    assert principals.kind(graph.tenant.id, made) == "ServicePrincipal"
    assert principals.kind(graph.tenant.id, graph.tenant.user_oid) == "User"
    graph.azure.ask("DELETE", path)
    assert DirectoryPrincipals(graph.objects).kind(graph.tenant.id, made) is None
