from __future__ import annotations

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
