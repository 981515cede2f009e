from __future__ import annotations

from typing import Any

import pytest

from azlin.agentic.families.naming import broken_rule
from azlin.errors import NotFound, Undecided, UsageRefused

NSG = "Microsoft.Network/networkSecurityGroups"
VNET = "Microsoft.Network/virtualNetworks"
ACCOUNT = "Microsoft.Storage/storageAccounts"
GROUP = "Microsoft.Resources/resourceGroups"


def ids(plan: Any) -> list[str]:
    return [operation.id for operation in plan.operations]


def operation(plan: Any, id_: str) -> Any:
    return next(op for op in plan.operations if op.id == id_)


class TestResourceGroups:
    def test_a_group_is_made_with_its_tags(self, plan_of: Any):
        (make,) = plan_of("create a resource group called web in uksouth tagged env=test").operations
        assert make.target.group is None
        assert make.desired == {"location": "uksouth", "tags": {"env": "test"}}

    def test_a_group_that_exists_elsewhere_is_a_question(self, azure: Any, plan_of: Any):
        azure.put(GROUP, "web", location="uksouth")
        with pytest.raises(Undecided, match="already exists"):
            plan_of("create a resource group called web in westeurope")

    def test_deleting_a_group_tells_what_goes_with_it(self, azure: Any, plan_of: Any):
        azure.put(GROUP, "web")
        azure.put(ACCOUNT, "precious", "web")
        plan = plan_of("delete resource group web")
        assert [(op.verb, op.effect) for op in plan.operations] == [("delete", "destroys")]
        assert "precious" in "\n".join(plan.assumptions)

    def test_a_group_that_does_not_exist_is_not_found(self, plan_of: Any):
        with pytest.raises(NotFound):
            plan_of("delete resource group web")


class TestStorage:
    def test_an_account_is_never_public_and_always_encrypted_in_transit(self, plan_of: Any):
        body = operation(plan_of("create a storage account called samlogs"), "storage:samlogs").desired
        assert body["properties"] == {
            "accessTier": "Hot",
            "allowBlobPublicAccess": False,
            "minimumTlsVersion": "TLS1_2",
            "supportsHttpsTrafficOnly": True,
        }
        assert (body["sku"], body["kind"]) == ({"name": "Standard_LRS"}, "StorageV2")

    def test_containers_come_after_their_account_and_are_private(self, plan_of: Any):
        plan = plan_of("create a storage account called samlogs with containers logs and data")
        container = operation(plan, "container:samlogs/default/logs")
        assert container.after == ("group:azlin", "storage:samlogs")
        assert container.desired == {"properties": {"publicAccess": "None"}}

    def test_a_made_name_is_valid_the_same_each_time_and_skips_what_is_taken(self, azure: Any, plan_of: Any):
        first, again = plan_of("create a storage account"), plan_of("create a storage account")
        name = first.operations[-1].target.name
        assert again.operations[-1].target.name == name
        assert broken_rule("account", name) is None
        azure.carry_out(first)
        assert plan_of("create a storage account").operations[-1].target.name != name

    def test_a_container_goes_into_the_account_wherever_it_is(self, azure: Any, plan_of: Any):
        azure.put(ACCOUNT, "samlogs", "data")
        (make,) = plan_of("create a container called logs in storage account samlogs").operations
        assert (make.target.group, make.target.name) == ("data", "samlogs/default/logs")

    def test_a_premium_account_has_no_tier(self, plan_of: Any):
        body = plan_of("create a premium_lrs storage account called samlogs").operations[-1].desired
        assert (body["kind"], "accessTier" in body["properties"]) == ("BlockBlobStorage", False)

    def test_containers_are_listed_within_their_account(self, azure: Any, families: Any, understand: Any):
        for account in ("one1", "two2"):
            azure.put(f"{ACCOUNT}/blobServices/containers", f"{account}/default/logs", "data")
        intent = understand("list containers in storage account one1")
        rows = families["storage"].rows(intent, None, azure.list(f"{ACCOUNT}/blobServices/containers"))
        assert [row["account"] for row in rows] == ["one1"]


class TestNetworks:
    def test_a_network_is_made_with_its_subnets(self, plan_of: Any):
        plan = plan_of("create a vnet called net1 with address space 10.1.0.0/16 and a subnet called web 10.1.1.0/24")
        assert operation(plan, "vnet:net1").desired["properties"] == {
            "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
            "subnets": [{"name": "web", "properties": {"addressPrefix": "10.1.1.0/24"}}],
        }

    def test_a_subnet_outside_its_network_is_refused(self, plan_of: Any):
        with pytest.raises(UsageRefused, match=r"192\.168"):
            plan_of("create a vnet called net1 with a subnet called web 192.168.0.0/24")

    def test_a_rule_takes_the_next_free_priority(self, azure: Any, plan_of: Any):
        rules = [{"name": "old", "properties": {"priority": 1000}}]
        azure.put(NSG, "web-nsg", "web", properties={"securityRules": rules})
        (make,) = plan_of("allow https from 10.0.0.0/8 in nsg web-nsg").operations
        assert make.target.name == "web-nsg/allow-443"
        assert make.desired["properties"]["priority"] == 1010
        with pytest.raises(Undecided, match="priority 1000"):
            plan_of("allow https from 10.0.0.0/8 in nsg web-nsg with priority 1000")

    def test_a_deny_rule_denies(self, azure: Any, plan_of: Any):
        azure.put(NSG, "web-nsg", "web", properties={})
        (make,) = plan_of("deny rdp from anywhere in nsg web-nsg").operations
        assert (make.desired["properties"]["access"], make.target.name) == ("Deny", "web-nsg/deny-3389")

    @pytest.mark.parametrize(
        ("type_", "name", "properties"),
        [
            (NSG, "nsg web", {"networkInterfaces": [{"id": "/subscriptions/s/resourceGroups/g/providers/N/nics/n1"}]}),
            (
                "Microsoft.Network/networkInterfaces",
                "nic web",
                {"virtualMachine": {"id": "/subscriptions/s/x/y/providers/a/b/n1"}},
            ),
            (
                "Microsoft.Network/publicIPAddresses",
                "public ip web",
                {"ipConfiguration": {"id": "/subscriptions/s/x/y/providers/a/b/n1"}},
            ),
        ],
    )
    def test_what_is_in_use_is_not_deleted(self, azure: Any, plan_of: Any, type_: str, name: str, properties: Any):
        azure.put(type_, "web", "g", properties=properties)
        with pytest.raises(Undecided, match="is used by"):
            plan_of(f"delete {name}")

    def test_a_nic_waits_for_nothing_that_exists(self, azure: Any, plan_of: Any):
        azure.put(GROUP, "azlin")
        azure.put(VNET, "net1", "azlin", properties={"subnets": [{"name": "web", "properties": {}}]})
        (make,) = plan_of("create a nic called nic1 in vnet net1").operations
        assert make.after == ()

    def test_rules_are_listed_within_their_nsg(self, azure: Any, families: Any, understand: Any):
        for nsg in ("web-nsg", "db-nsg"):
            azure.put(f"{NSG}/securityRules", f"{nsg}/allow-22", "g", properties={"priority": 100})
        intent = understand("list rules of nsg web-nsg")
        rows = families["networks"].rows(intent, None, azure.list(f"{NSG}/securityRules"))
        assert [(row["in"], row["priority"]) for row in rows] == [("web-nsg", 100)]


class TestResources:
    def test_any_type_can_be_listed(self, plan_of: Any):
        (read,) = plan_of("list all Microsoft.Web/sites").operations
        assert (read.target.type, read.desired["list"]) == ("Microsoft.Web/sites", True)

    def test_what_is_in_a_group_is_read_there(self, plan_of: Any):
        (read,) = plan_of("what is in resource group web?").operations
        assert (read.target.type, read.target.group) == ("Microsoft.Resources/resources", "web")

    def test_a_resource_of_any_type_is_shown_whole(self, azure: Any, families: Any, plan_of: Any, understand: Any):
        there = azure.put("Microsoft.Web/sites", "site1", "web", properties={"state": "Running"})
        intent = understand(f"show resource {there['id']}")
        (read,) = plan_of(f"show resource {there['id']}").operations
        assert families["resources"].rows(intent, read, there) == [there]

    def test_an_id_that_does_not_exist_is_not_found(self, azure: Any, plan_of: Any):
        there = azure.put("Microsoft.Web/sites", "site1", "web")
        with pytest.raises(NotFound) as missed:
            plan_of(f"delete resource {there['id']}1")
        assert "site1" in missed.value.fix

    def test_another_subscription_is_refused(self, plan_of: Any):
        id_ = "/subscriptions/99999999-9999-9999-9999-999999999999/resourceGroups/web/providers/Microsoft.Web/sites/s1"
        with pytest.raises(UsageRefused, match="another subscription"):
            plan_of(f"delete resource {id_}")

    def test_a_resource_by_kind_and_name_can_be_deleted(self, azure: Any, plan_of: Any):
        azure.put("Microsoft.KeyVault/vaults", "kv1", "web")
        (remove,) = plan_of("delete key vault kv1").operations
        assert (remove.verb, remove.target.name) == ("delete", "kv1")


class TestSeveral:
    def test_parts_are_planned_together_and_share_what_they_share(self, plan_of: Any):
        plan = plan_of("create 2 VMs and a storage account in westeurope")
        assert ids(plan).count("group:azlin") == 1
        assert [op.target.type.rpartition("/")[2] for op in plan.operations].count("virtualMachines") == 2
        assert [op.target.type.rpartition("/")[2] for op in plan.operations].count("storageAccounts") == 1

    def test_a_later_part_waits_for_what_an_earlier_one_makes(self, plan_of: Any, unknown_world: Any):
        text = "create a vnet called net1 with a subnet called web 10.0.1.0/24 and a vm called Sam in vnet net1"
        for world in (None, unknown_world):
            nic = operation(plan_of(text, world), "nic:Sam-nic")
            assert "vnet:net1" in nic.after
            assert nic.desired["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"].endswith(
                "/net1/subnets/web"
            )

    def test_destroying_and_creating_are_both_planned(self, azure: Any, plan_of: Any):
        azure.carry_out(plan_of("create a vm called Sam"))
        plan = plan_of("delete vm Sam and create a vm called Bob in group other")
        assert {"delete:vm:Sam", "vm:Bob"} <= set(ids(plan))

    def test_deleting_and_making_the_same_is_a_question(self, azure: Any, plan_of: Any):
        azure.carry_out(plan_of("create a vm called Sam"))
        with pytest.raises(Undecided, match="one request"):
            plan_of("delete vm Sam and create a vm called Sam")
        with pytest.raises(Undecided, match="one request"):
            plan_of("delete resource group azlin and create a vm called Bob")

    def test_two_acts_on_one_thing_are_a_question(self, azure: Any, plan_of: Any):
        azure.carry_out(plan_of("create a vm called Sam"))
        with pytest.raises(Undecided, match="twice"):
            plan_of("stop vm Sam and delete vm Sam")

    def test_a_read_waits_for_the_acts_before_it(self, azure: Any, plan_of: Any):
        azure.carry_out(plan_of("create a vm called Sam"))
        plan = plan_of("delete vm Sam and list vms")
        assert "delete:vm:Sam" in operation(plan, "read:vms").after

    def test_rows_come_from_the_part_that_asked(self, azure: Any, families: Any, understand: Any, plan_of: Any):
        azure.carry_out(plan_of("create a vm called Sam"))
        intent = understand("list vms and list resource groups")
        plan = families["several"].plan(intent, azure.world())
        raw = {op.id: azure.list(op.target.type, expand=op.desired.get("expand")) for op in plan.operations}
        rows = [families["several"].rows(intent, op, raw[op.id]) for op in plan.operations]
        assert [part[0]["name"] for part in rows] == ["Sam", "azlin"]
        assert "power" in rows[0][0]

    def test_unnamed_machines_of_two_parts_get_names_of_their_own(self, plan_of: Any, unknown_world: Any):
        plan = plan_of("create an ubuntu vm and a debian vm", unknown_world)
        assert {"vm:vm1", "vm:vm2"} <= set(ids(plan))


class TestPlansAgainstTheWorld:
    def test_planning_only_reads_through_the_world(self, azure: Any, families: Any, understand: Any):
        world = azure.world()
        intent = understand("create a vm called Sam")
        plan = families[intent.family].plan(intent, world)
        assert plan.made_against.digest == world.digest
        assert azure.resources == {}

    def test_a_change_of_what_was_read_makes_the_plan_stale(self, azure: Any, families: Any, understand: Any):
        world = azure.world()
        intent = understand("create a vm called Sam and a storage account called samlogs")
        plan = families[intent.family].plan(intent, world)
        azure.put("Microsoft.Compute/virtualMachines", "Sam", "azlin")
        assert world.again().digest != plan.made_against.digest


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("account", ["abc", "a1b2c3"], ["ab", "Abc", "a-b", "a" * 25, ""]),
        ("vm", ["Sam", "web-1", "a"], ["-x", "x-", "a_b", "a" * 65, "a b"]),
        ("group", ["web", "a.b", "x_(1)"], ["web.", "a/b", "", "a" * 91]),
        ("container", ["logs", "my-logs"], ["a", "Logs", "a--b", "-ab"]),
        ("vnet", ["net1", "a_b"], ["n", "-net", "net-"]),
    ],
)
def test_names_follow_azures_rules(kind: str, good: list[str], bad: list[str]):
    assert [name for name in good if broken_rule(kind, name)] == []
    assert [name for name in bad if not broken_rule(kind, name)] == []
