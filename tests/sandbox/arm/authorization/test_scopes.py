from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from azlin.sandbox.arm.authorization.scopes import above, reaches

GROUP = "/subscriptions/s/resourceGroups/Providers"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web"
names = some.text("abcXYZ.-_", min_size=1, max_size=8)


def test_a_lock_on_an_extension_is_in_all_that_it_hangs_on():
    assert above(f"{VM}/extensions/e/providers/Microsoft.Authorization/locks/l") == [
        f"{VM}/extensions/e/providers/microsoft.authorization/locks/l".casefold(),
        f"{VM}/extensions/e".casefold(),
        VM.casefold(),
        GROUP.casefold(),
        "/subscriptions/s",
        "",
    ]


def test_the_root_is_only_in_itself():
    assert above("") == above("/") == [""]


@given(some.lists(some.tuples(names, names), min_size=1, max_size=4))
def test_whatever_is_above_reaches_what_is_below(pairs: list[tuple[str, str]]):
    path = f"{GROUP}/providers/Name.Space" + "".join(f"/{kind}/{name}" for kind, name in pairs)
    found = above(path)
    assert len(found) == 3 + len(pairs)
    assert all(reaches(scope, path) for scope in found)
    assert not any(reaches(path, scope) for scope in found[1:])
