from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.ids import Casing, parse_address, parse_id

NAME = st.text("abcXYZ019-._()", min_size=1, max_size=12)
TYPE = st.from_regex(r"[A-Za-z]{1,10}", fullmatch=True).filter(lambda name: name.casefold() != "providers")
NAMESPACE = st.from_regex(r"[A-Z][a-z]{1,6}\.[A-Z][a-z]{1,6}", fullmatch=True)
PAIRS = st.lists(st.tuples(TYPE, NAME), min_size=1, max_size=3)
EXTENSIONS = st.lists(st.tuples(NAMESPACE, PAIRS), max_size=2)


def spelled(subscription: str, group: str | None, chain: list[tuple[str, list[tuple[str, str]]]]) -> str:
    path = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    for namespace, pairs in chain:
        path += f"/providers/{namespace}" + "".join(f"/{kind}/{name}" for kind, name in pairs)
    return path


@given(NAME, st.none() | NAME, EXTENSIONS)
def test_a_canonical_id_is_read_back_as_it_was_written(
    subscription: str, group: str | None, chain: list[tuple[str, list[tuple[str, str]]]]
):
    path = spelled(subscription, group, chain)
    found = parse_id(path, Casing())
    assert found is not None
    assert found.id == path
    assert found.key == path.casefold()
    assert (found.subscription, found.group) == (subscription, group)


@given(NAME, NAME, st.lists(st.tuples(NAMESPACE, PAIRS), min_size=1, max_size=2), st.data())
def test_casing_and_doubled_slashes_do_not_matter(
    subscription: str, group: str, chain: list[tuple[str, list[tuple[str, str]]]], data: st.DataObject
):
    path = spelled(subscription, group, chain)
    casing = Casing()
    first = parse_id(path, casing)
    assert first is not None
    casing.learn(first.type)
    changed = "".join(data.draw(st.sampled_from((letter.lower(), letter.upper()))) for letter in path)
    again = parse_id(changed.replace("/", "//"), casing)
    assert again is not None
    assert again.key == first.key
    assert again.type == first.type


@given(NAME, NAME, NAMESPACE, PAIRS, TYPE)
def test_a_path_that_ends_in_a_type_names_a_collection(
    subscription: str, group: str, namespace: str, pairs: list[tuple[str, str]], last: str
):
    parent = spelled(subscription, group, [(namespace, pairs)])
    address = parse_address(f"{parent}/{last}", Casing())
    assert address is not None
    assert address.resource.id == parent
    assert address.tail == last
    assert address.collection_type == f"{address.resource.type}/{last}"


def test_an_extension_knows_what_it_hangs_on():
    vm = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v"
    lock = parse_id(f"{vm}/providers/Microsoft.Authorization/locks/l", Casing())
    assert lock is not None
    assert lock.is_extension
    assert lock.scope == vm
    assert lock.parent_key == vm.casefold()
    assert lock.type == "Microsoft.Authorization/locks"


def test_a_namespace_alone_is_told_apart_from_a_resource():
    address = parse_address("/subscriptions/s/providers/Microsoft.Compute", Casing())
    assert address is not None
    assert address.namespace == "Microsoft.Compute"


def test_ids_without_a_subscription_belong_to_their_tenant():
    path = "/providers/Microsoft.Management/managementGroups/root"
    one, two = parse_id(path, Casing(), "t1"), parse_id(path, Casing(), "t2")
    assert one is not None
    assert two is not None
    assert one.id == two.id
    assert one.key != two.key


def test_an_unknown_child_keeps_the_spelling_of_its_known_parent():
    casing = Casing()
    casing.learn("Microsoft.Network/virtualNetworks")
    assert casing.canonical("microsoft.network/VIRTUALNETWORKS/new") == "Microsoft.Network/virtualNetworks/new"
