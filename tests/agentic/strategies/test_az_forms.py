from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from azlin.agentic.strategies.az_commands import ensuring
from azlin.agentic.strategies.az_forms import FORMS, form_of, options
from azlin.agentic.types import GROUP_TYPE, Operation, ResourceRef
from azlin.gateways.az import Az

SUBSCRIPTION = "00000000-0000-0000-0000-00000000cafe"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/web/providers"
VM = "Microsoft.Compute/virtualMachines"
RULE = "Microsoft.Network/networkSecurityGroups/securityRules"

locations = st.sampled_from(["westeurope", "eastus2", "uksouth"])
names = st.from_regex(r"[a-z][a-z0-9-]{1,20}[a-z0-9]", fullmatch=True)
words = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 .:/+=@_-]{0,30}", fullmatch=True)
tags = st.dictionaries(st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,10}", fullmatch=True), words, max_size=3)
addresses = st.sampled_from(["*", "10.0.0.0/8", "203.0.113.7", "Internet", "VirtualNetwork"])
ports = st.sampled_from(["*", "22", "80", "8000-8100"])


def ids(type_: str) -> st.SearchStrategy[dict[str, str]]:
    return names.map(lambda name: {"id": f"{GROUP}/{type_}/{name}"})


def tracked(properties: st.SearchStrategy[dict[str, Any]] | None, **more: Any) -> st.SearchStrategy[dict[str, Any]]:
    given_ = {} if properties is None else {"properties": properties}
    return st.fixed_dictionaries({"location": locations, **given_, **more}, optional={"tags": tags})


def one_or_many(singular: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    plural = singular + ("es" if singular.endswith("x") else "s")
    several = st.lists(values.filter(lambda value: value != "*"), min_size=2, max_size=4, unique=True)
    return values.map(lambda value: {singular: value}) | several.map(lambda value: {plural: value})


def merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda found: {key: value for part in found for key, value in part.items()})


rules = merged(
    st.fixed_dictionaries(
        {
            "priority": st.integers(100, 4096),
            "direction": st.sampled_from(["Inbound", "Outbound"]),
            "access": st.sampled_from(["Allow", "Deny"]),
            "protocol": st.sampled_from(["*", "Tcp", "Udp", "Icmp"]),
        },
        optional={"description": words},
    ),
    one_or_many("sourceAddressPrefix", addresses),
    one_or_many("sourcePortRange", ports),
    one_or_many("destinationAddressPrefix", addresses),
    one_or_many("destinationPortRange", ports),
)
machines = tracked(
    st.fixed_dictionaries(
        {
            "hardwareProfile": st.fixed_dictionaries({"vmSize": st.sampled_from(["Standard_B2s", "Standard_D4s_v5"])}),
            "storageProfile": st.fixed_dictionaries(
                {
                    "imageReference": st.just(
                        {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"}
                    ),
                    "osDisk": st.fixed_dictionaries(
                        {
                            "createOption": st.just("FromImage"),
                            "name": names,
                            "caching": st.sampled_from(["None", "ReadOnly", "ReadWrite"]),
                            "deleteOption": st.sampled_from(["Delete", "Detach"]),
                            "managedDisk": st.just({"storageAccountType": "StandardSSD_LRS"}),
                        },
                        optional={"diskSizeGB": st.integers(30, 4095)},
                    ),
                }
            ),
            "osProfile": st.fixed_dictionaries(
                {
                    "computerName": names,
                    "adminUsername": names,
                    "linuxConfiguration": st.fixed_dictionaries(
                        {
                            "disablePasswordAuthentication": st.just(True),
                            "ssh": names.map(
                                lambda name: {
                                    "publicKeys": [
                                        {
                                            "path": f"/home/{name}/.ssh/authorized_keys",
                                            "keyData": f"ssh-ed25519 A+/= {name}",
                                        }
                                    ]
                                }
                            ),
                        }
                    ),
                }
            ),
            "networkProfile": ids("Microsoft.Network/networkInterfaces").map(
                lambda nic: {"networkInterfaces": [{**nic, "properties": {"primary": True, "deleteOption": "Delete"}}]}
            ),
            "securityProfile": st.fixed_dictionaries(
                {
                    "securityType": st.just("TrustedLaunch"),
                    "uefiSettings": st.fixed_dictionaries(
                        {"secureBootEnabled": st.booleans(), "vTpmEnabled": st.booleans()}
                    ),
                }
            ),
        }
    )
)
BODIES: dict[str, tuple[str, st.SearchStrategy[dict[str, Any]]]] = {
    GROUP_TYPE: ("web", tracked(None)),
    "Microsoft.Network/virtualNetworks": (
        "net",
        tracked(
            st.fixed_dictionaries(
                {"addressSpace": st.just({"addressPrefixes": ["10.0.0.0/16", "10.1.0.0/16"]})},
                optional={
                    "subnets": st.just([]) | st.just([{"name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}]),
                    "dhcpOptions": st.just({"dnsServers": ["10.0.0.4"]}),
                },
            )
        ),
    ),
    "Microsoft.Network/virtualNetworks/subnets": (
        "net/a",
        st.fixed_dictionaries(
            {
                "properties": st.fixed_dictionaries(
                    {"addressPrefix": st.just("10.0.0.0/24")},
                    optional={
                        "networkSecurityGroup": ids("Microsoft.Network/networkSecurityGroups"),
                        "defaultOutboundAccess": st.booleans(),
                        "privateEndpointNetworkPolicies": st.sampled_from(["Enabled", "Disabled"]),
                    },
                )
            }
        ),
    ),
    "Microsoft.Network/networkSecurityGroups": ("guard", tracked(st.just({}) | st.just({"securityRules": []}))),
    RULE: ("guard/rule", st.fixed_dictionaries({"properties": rules})),
    "Microsoft.Network/publicIPAddresses": (
        "ip",
        tracked(
            st.fixed_dictionaries(
                {"publicIPAllocationMethod": st.sampled_from(["Static", "Dynamic"])},
                optional={
                    "publicIPAddressVersion": st.sampled_from(["IPv4", "IPv6"]),
                    "idleTimeoutInMinutes": st.integers(4, 30),
                    "dnsSettings": names.map(lambda name: {"domainNameLabel": name}),
                },
            ),
            sku=st.fixed_dictionaries({"name": st.just("Standard")}, optional={"tier": st.just("Regional")}),
            zones=st.lists(st.sampled_from("123"), min_size=1, unique=True),
        ),
    ),
    "Microsoft.Network/networkInterfaces": (
        "nic",
        tracked(
            st.fixed_dictionaries(
                {
                    "ipConfigurations": st.fixed_dictionaries(
                        {"subnet": ids("Microsoft.Network/virtualNetworks/net/subnets")},
                        optional={
                            "primary": st.just(True),
                            "privateIPAllocationMethod": st.just("Dynamic"),
                            "publicIPAddress": ids("Microsoft.Network/publicIPAddresses"),
                        },
                    ).map(lambda inner: [{"name": "ipconfig1", "properties": inner}])
                },
                optional={
                    "networkSecurityGroup": ids("Microsoft.Network/networkSecurityGroups"),
                    "enableAcceleratedNetworking": st.booleans(),
                },
            )
        ),
    ),
    "Microsoft.Storage/storageAccounts": (
        "stx123",
        tracked(
            st.fixed_dictionaries(
                {},
                optional={
                    "accessTier": st.sampled_from(["Hot", "Cool", "Cold"]),
                    "supportsHttpsTrafficOnly": st.booleans(),
                    "minimumTlsVersion": st.just("TLS1_2"),
                    "allowBlobPublicAccess": st.booleans(),
                    "publicNetworkAccess": st.sampled_from(["Enabled", "Disabled"]),
                    "networkAcls": st.just({"defaultAction": "Deny", "bypass": "AzureServices"}),
                },
            ).filter(bool),
            sku=st.sampled_from(["Standard_LRS", "Standard_GZRS", "Premium_LRS"]).map(lambda name: {"name": name}),
            kind=st.sampled_from(["StorageV2", "BlockBlobStorage"]),
        ),
    ),
    "Microsoft.Storage/storageAccounts/blobServices/containers": (
        "stx123/default/data",
        st.sampled_from(["None", "Blob", "Container"]).map(lambda access: {"properties": {"publicAccess": access}}),
    ),
    VM: ("web1", machines),
}


def operation(type_: str, desired: dict[str, Any]) -> Operation:
    group = None if type_ == GROUP_TYPE else "web"
    target = ResourceRef(type=type_, name=BODIES[type_][0], group=group, subscription=SUBSCRIPTION)
    return Operation(id="o", verb="ensure", effect="creates", target=target, desired=desired)


def test_every_form_is_tried_here():
    assert BODIES.keys() == FORMS.keys()


@pytest.mark.parametrize("type_", FORMS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_azs_own_parser_accepts_what_a_form_says(type_: str, az: Az, data: st.DataObject):
    command = ensuring(operation(type_, data.draw(BODIES[type_][1])), lambda: "2024-01-01")
    assert command.argv[1] != "rest"
    assert command.body is None
    accepted = az.accept(command.argv)
    assert accepted.ok, f"{command}: {accepted.message}"


def leaves(value: Any) -> int:
    if isinstance(value, dict) and value:
        return sum(leaves(item) for item in value.values())
    return 1


@pytest.mark.parametrize("type_", FORMS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_setting_that_az_cannot_say_is_never_dropped(type_: str, data: st.DataObject):
    desired = data.draw(BODIES[type_][1])
    place = data.draw(st.sampled_from([desired, desired.get("properties", desired)]))
    place["someNewSetting"] = data.draw(st.sampled_from([1, "on", True, None, {}, [], {"deep": 1}]))
    command = ensuring(operation(type_, desired), lambda: "2024-01-01")
    assert command.argv[:4] == ("az", "rest", "--method", "put")
    assert command.body == desired


@pytest.mark.parametrize("type_", FORMS)
def test_what_az_would_choose_by_itself_must_be_in_the_body(type_: str):
    form = FORMS[type_]
    for choice in form.needs:
        assert set(choice.split()) <= {path for paths in form.leaves for path in paths.split()}, choice
    assert options(form, {"properties": {}}) in (None, [])


@given(
    st.text(max_size=20) | st.sampled_from(["null", "@/etc/passwd", "{a}", "[1]", "'x'", "--yes", "-g", " x", "a\nb"])
)
def test_a_value_that_az_would_read_differently_is_sent_as_a_body(text: str):
    form = form_of("microsoft.network/networksecuritygroups")
    assert form is not None
    said = options(form, {"location": text})
    if said is not None:
        assert said == ["-l", text]
        assert text[0] not in "@{['\"- "
        assert text.casefold() != "null"


def test_a_rule_that_leaves_something_open_is_not_filled_in_by_az():
    body = {"properties": {"priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp"}}
    assert ensuring(operation(RULE, body), lambda: "2024-01-01").argv[1] == "rest"


def test_two_interfaces_are_not_cut_down_to_one():
    nics = [{"id": f"{GROUP}/Microsoft.Network/networkInterfaces/{n}", "properties": {}} for n in "ab"]
    form = FORMS[VM]
    assert options(form, {"properties": {"networkProfile": {"networkInterfaces": nics}}}) is None
