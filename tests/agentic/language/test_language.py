from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.acts import power_of
from azlin.agentic.language import images, regions, sizes
from azlin.agentic.language.filters import Where
from azlin.agentic.language.names import expand, read_names
from azlin.agentic.language.network_traits import prefix_of
from azlin.agentic.language.numbers import read_number
from azlin.agentic.language.tags import read_tags
from azlin.agentic.language.tokens import tokenise


class TestTokens:
    @given(st.text())
    def test_no_character_is_lost(self, text: str):
        kept = "".join(token.text for token in tokenise(text))
        lost = [c for c in text if not c.isspace() and text.count(c) > kept.count(c)]
        assert set(lost) <= set("\"'“”")

    def test_quotes_keep_words_together(self):
        tokens = tokenise('delete "my vm" now')
        assert [(token.text, token.kind) for token in tokens][1] == ("my vm", "quoted")

    def test_an_apostrophe_inside_a_word_is_no_quote(self):
        assert [token.low for token in tokenise("don’t stop what's there")] == ["don't", "stop", "what's", "there"]

    def test_a_secret_is_one_token(self):
        assert [token.kind for token in tokenise("password {secret:pw-1} please")] == ["word", "secret", "word"]


@pytest.mark.parametrize(
    ("text", "value", "end"),
    [
        ("2", 2, 1),
        ("two", 2, 1),
        ("twenty five", 25, 2),
        ("twenty-five", 25, 1),
        ("a couple of", 2, 3),
        ("a dozen", 12, 2),
    ],
)
def test_numbers_are_read(text: str, value: int, end: int):
    number = read_number(tokenise(text), 0)
    assert number is not None
    assert (number.value, number.end) == (value, end)


@pytest.mark.parametrize("text", ["-5", "2.5", "1e6", "a few", "several", "10%"])
def test_what_cannot_count_things_is_a_number_without_a_value(text: str):
    number = read_number(tokenise(text), 0)
    assert number is not None
    assert number.value is None


@pytest.mark.parametrize("text", ["web1", "vm", "v2", "twenty-x"])
def test_what_is_no_number_is_none(text: str):
    assert read_number(tokenise(text), 0) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Sam", ("Sam",)),
        ("web1, web2 and web3", ("web1", "web2", "web3")),
        ("web1, web2, and web3", ("web1", "web2", "web3")),
        ("n01..n03", ("n01", "n02", "n03")),
        ("n9 to n11", ("n9", "n10", "n11")),
        ("n1 through n2", ("n1", "n2")),
        ("a1 to b3", ("a1",)),
    ],
)
def test_lists_of_names_are_read(text: str, names: tuple[str, ...]):
    found = read_names(tokenise(text), 0, lambda at: False)
    assert found is not None
    assert found.names == names


@pytest.mark.parametrize(("first", "last"), [("n30", "n01"), ("a1", "b2"), ("n1", "n99999"), ("x", "y")])
def test_a_range_that_makes_no_sense_is_none(first: str, last: str):
    assert expand(first, last) is None


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("env=test", {"env": "test"}),
        ("env = test", {"env": "test"}),
        ("env: test", {"env": "test"}),
        ("env:test", {"env": "test"}),
        ("a=b, c=d and e=f", {"a": "b", "c": "d", "e": "f"}),
        ("a=b and web", {"a": "b"}),
    ],
)
def test_tags_are_read(text: str, tags: dict[str, str]):
    found = read_tags(tokenise(text), 0, bare=False)
    assert found is not None
    assert found.tags == tags


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("standard_d2s_v3", "Standard_D2s_v3"),
        ("D2S_V3", "Standard_D2s_v3"),
        ("b2ms", "Standard_B2ms"),
        ("E16-8s_v5", "Standard_E16-8s_v5"),
        ("NC4as_T4_v3", "Standard_NC4as_T4_v3"),
        ("B2als_v2", "Standard_B2als_v2"),
        ("DS11_v2", "Standard_DS11_v2"),
    ],
)
def test_sizes_are_written_as_azure_writes_them(text: str, name: str):
    assert sizes.canonical(text) == name


@pytest.mark.parametrize(
    "text", ["Standard_X99_INVALID", "Standard_D3s_v3", "Standard_B99", "D2s_v9", "huge", "vm2", "n01", ""]
)
def test_what_no_size_can_be_called_is_none(text: str):
    assert sizes.canonical(text) is None


@pytest.mark.parametrize("text", ["web1", "n01", "d1", "f4", "vm2", "m1", "a2", "l8"])
def test_a_name_is_not_taken_for_a_size(text: str):
    assert sizes.read_size(tokenise(text), 0) is None


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("Standard_D2s_v3", (2, 8)),
        ("Standard_E4s_v5", (4, 32)),
        ("Standard_F8s_v2", (8, 16)),
        ("Standard_B2s", (2, 4)),
        ("Standard_B1ls", (1, 0.5)),
        ("Standard_B2als_v2", (2, 4)),
        ("Standard_NC4as_T4_v3", None),
    ],
)
def test_a_sizes_name_tells_its_shape_or_nothing(name: str, shape: tuple[int, float] | None):
    assert sizes.shape_of(name) == shape


def test_the_cheapest_sizes_that_are_large_enough_come_first():
    monthly = {"Standard_B2s": Decimal(35), "Standard_D2s_v3": Decimal(80), "Standard_D4s_v3": Decimal(160)}
    assert [name for name, _ in sizes.with_shape(2, 8, monthly)] == ["Standard_D2s_v3", "Standard_D4s_v3"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("ubuntu", "Ubuntu 24.04 LTS"),
        ("Ubuntu 22.04", "Ubuntu 22.04 LTS"),
        ("ubuntu server 24.04 lts", "Ubuntu 24.04 LTS"),
        ("debian-12", "Debian 12"),
        ("Red Hat 9", "RHEL 9"),
        ("windows 2022", "Windows Server 2022"),
        ("Windows Server 2019 Datacenter", "Windows Server 2019"),
    ],
)
def test_images_are_known_by_many_names(text: str, label: str):
    urn = images.urn_of(text)
    assert urn == images.IMAGES[label]


@pytest.mark.parametrize("text", ["ubuntu 18.04", "fedora", "windows 95", "debian 7"])
def test_an_unknown_image_is_none(text: str):
    assert images.urn_of(text) is None


@pytest.mark.parametrize("text", ["europe", "us", "uk"])
def test_a_place_that_is_too_wide_is_no_region(text: str):
    place = regions.read_region(tokenise(text), 0)
    assert place is not None
    assert place.region is None
    assert regions.near(text)


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("10.0.0.0/16", "10.0.0.0/16"),
        ("1.2.3.4", "1.2.3.4"),
        ("10.0.0.1/16", None),
        ("1.2.3", None),
        ("300.1.1.1", None),
        ("web", None),
    ],
)
def test_address_ranges_are_checked(text: str, prefix: str | None):
    assert prefix_of(text) == prefix


def vm(name: str = "web1", group: str = "web", **more: Any) -> dict[str, Any]:
    id_ = f"/subscriptions/s/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{name}"
    return {"id": id_, "name": name, "location": "westeurope", "tags": {"Env": "test"}, **more}


@pytest.mark.parametrize(
    ("where", "matches"),
    [
        (Where(), True),
        (Where(names=("WEB1",)), True),
        (Where(names=("web2",)), False),
        (Where(patterns=("web*",)), True),
        (Where(patterns=("*2",)), False),
        (Where(not_names=("w*",)), False),
        (Where(tags={"env": "test"}), True),
        (Where(tags={"env": "Test"}), False),
        (Where(tags={"env": None}), True),
        (Where(not_tags={"env": "prod"}), True),
        (Where(not_tags={"env": None}), False),
        (Where(groups=("WEB",)), True),
        (Where(not_groups=("web",)), False),
        (Where(locations=("westeurope",)), True),
        (Where(not_locations=("westeurope",)), False),
        (Where(label="test"), True),
        (Where(label="prod"), False),
    ],
)
def test_a_filter_means_what_it_says(where: Where, matches: bool):
    assert where.matches(vm()) is matches


def test_a_region_is_compared_however_azure_spells_it():
    assert Where(locations=("westeurope",)).matches(vm(location="West Europe"))


@pytest.mark.parametrize("where", [Where(states=("running",)), Where(not_states=("running",))])
def test_an_unknown_power_state_matches_neither_way(where: Where):
    assert not where.matches(vm(), None)


def test_power_states_are_grouped_as_people_mean_them():
    assert Where(states=("stopped",)).matches(vm(), "deallocated")
    assert not Where(states=("deallocated",)).matches(vm(), "stopped")
    assert Where(not_states=("running",)).matches(vm(), "stopped")


def test_the_power_state_is_read_from_the_instance_view():
    statuses = [{"code": "ProvisioningState/succeeded"}, {"code": "PowerState/deallocated"}]
    assert power_of(vm(properties={"instanceView": {"statuses": statuses}})) == "deallocated"
    assert power_of(vm()) is None


@given(st.sampled_from(sorted(regions.REGIONS)))
def test_a_filter_in_words_names_what_it_filters(region: str):
    where = Where(names=("a",), tags={"b": "c"}, groups=("d",), locations=(region,), not_names=("e",))
    for word in ("a", "b=c", "d", region, "except e"):
        assert word in where.in_words()
