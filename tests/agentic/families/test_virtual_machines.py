from __future__ import annotations

from typing import Any

import pytest

from azlin.agentic.types import ResourceRef
from azlin.errors import NotFound, Undecided, UsageRefused, WorldUnknown

VM = "Microsoft.Compute/virtualMachines"


def ids(plan: Any) -> list[str]:
    return [operation.id for operation in plan.operations]


def operation(plan: Any, id_: str) -> Any:
    return next(op for op in plan.operations if op.id == id_)


def told(plan: Any) -> str:
    return "\n".join(plan.assumptions)


class TestCreating:
    def test_a_vm_is_five_resources_each_an_operation_of_its_own(self, plan_of: Any):
        plan = plan_of("create a new vm called Sam")
        assert ids(plan) == ["group:azlin", "vnet:Sam-vnet", "nsg:Sam-nsg", "nic:Sam-nic", "vm:Sam"]
        assert {op.verb for op in plan.operations} == {"ensure"}
        assert {op.effect for op in plan.operations} == {"creates"}

    def test_each_waits_for_what_it_refers_to(self, plan_of: Any):
        waves = [[op.id for op in wave] for wave in plan_of("create a new vm called Sam").waves()]
        assert waves == [["group:azlin"], ["vnet:Sam-vnet", "nsg:Sam-nsg"], ["nic:Sam-nic"], ["vm:Sam"]]

    def test_nic_and_disk_go_with_the_vm(self, plan_of: Any):
        body = operation(plan_of("create a vm called Sam"), "vm:Sam").desired["properties"]
        assert body["storageProfile"]["osDisk"]["deleteOption"] == "Delete"
        assert body["networkProfile"]["networkInterfaces"][0]["properties"]["deleteOption"] == "Delete"

    def test_nothing_is_open_and_nothing_is_public_unless_asked(self, plan_of: Any):
        plan = plan_of("create a vm called Sam")
        assert not [op for op in plan.operations if "publicIP" in op.target.type or "securityRules" in op.target.type]
        assert operation(plan, "nsg:Sam-nsg").desired["properties"] == {}

    def test_a_public_address_and_a_port_come_when_asked(self, plan_of: Any):
        plan = plan_of("create a vm called Sam with a public ip and open port 22 from 203.0.113.7")
        assert operation(plan, "ip:Sam-ip").desired["sku"] == {"name": "Standard"}
        rule = operation(plan, "rule:Sam-nsg/allow-22").desired["properties"]
        assert (rule["sourceAddressPrefix"], rule["destinationPortRange"], rule["access"]) == (
            "203.0.113.7",
            "22",
            "Allow",
        )
        configuration = operation(plan, "nic:Sam-nic").desired["properties"]["ipConfigurations"][0]["properties"]
        assert configuration["publicIPAddress"]["id"].endswith("/publicIPAddresses/Sam-ip")

    def test_the_machines_of_one_request_share_network_and_nsg(self, plan_of: Any):
        plan = plan_of(
            "create 2 Standard_D2s_v3 VMs named web1 and web2 in West Europe in resource group web, tagged env=test"
        )
        assert ids(plan) == [
            *("group:web", "vnet:web1-vnet", "nsg:web1-nsg"),
            *("nic:web1-nic", "vm:web1", "nic:web2-nic", "vm:web2"),
        ]
        for name in ("web1", "web2"):
            vm = operation(plan, f"vm:{name}")
            assert vm.desired["tags"] == {"env": "test"}
            assert vm.desired["properties"]["hardwareProfile"] == {"vmSize": "Standard_D2s_v3"}
            assert vm.target.location == "westeurope"

    def test_the_body_of_a_linux_machine_has_a_key_and_no_password(self, plan_of: Any):
        profile = operation(plan_of("create a vm called Sam"), "vm:Sam").desired["properties"]["osProfile"]
        linux = profile["linuxConfiguration"]
        assert linux["disablePasswordAuthentication"] is True
        assert linux["ssh"]["publicKeys"][0]["path"] == "/home/azureuser/.ssh/authorized_keys"
        assert "adminPassword" not in profile

    def test_a_windows_machine_has_the_secret_by_its_name_only(self, plan_of: Any):
        plan = plan_of("create a windows server 2022 vm called win1 with admin password {secret:password}")
        profile = operation(plan, "vm:win1").desired["properties"]["osProfile"]
        assert profile["adminPassword"] == "{secret:password}"
        assert "linuxConfiguration" not in profile

    def test_zones_are_dealt_out_in_turn(self, plan_of: Any):
        plan = plan_of("create vms named a1, a2 and a3 across zones 1 and 2")
        assert [operation(plan, f"vm:a{n}").desired["zones"] for n in (1, 2, 3)] == [["1"], ["2"], ["1"]]

    def test_a_group_that_exists_is_used_and_not_touched(self, azure: Any, plan_of: Any):
        azure.put("Microsoft.Resources/resourceGroups", "azlin", location="uksouth", tags={"keep": "me"})
        assert "group:azlin" not in ids(plan_of("create a vm called Sam"))

    def test_the_same_request_twice_leaves_nothing_to_do(self, azure: Any, plan_of: Any):
        azure.carry_out(plan_of("create a vm called Sam"))
        again = plan_of("create a vm called Sam")
        assert again.operations == ()
        assert "VM Sam in group azlin exists already as wanted" in told(again)

    @pytest.mark.parametrize("other", ["a Standard_D2s_v3 vm", "a debian vm"])
    def test_a_different_vm_of_that_name_is_a_question(self, azure: Any, plan_of: Any, other: str):
        azure.carry_out(plan_of("create a vm called Sam"))
        with pytest.raises(Undecided, match="a VM called Sam already exists in group azlin"):
            plan_of(f"create {other} called Sam")

    def test_unnamed_machines_take_the_next_free_numbers(self, azure: Any, plan_of: Any):
        azure.carry_out(plan_of("create a vm"))
        plan = plan_of("create 2 vms")
        assert [op.target.name for op in plan.operations if op.target.type == VM] == ["vm2", "vm3"]
        assert "vm1 is taken" in told(plan)

    def test_it_can_be_planned_by_somebody_who_is_not_signed_in(self, plan_of: Any, unknown_world: Any):
        plan = plan_of("create a vm called Sam", unknown_world)
        assert ids(plan)[-1] == "vm:Sam"
        assert plan.operations[-1].target.subscription is None

    def test_a_named_network_is_found_wherever_it_is(self, azure: Any, plan_of: Any):
        subnet = {"name": "web", "properties": {"addressPrefix": "10.1.1.0/24"}}
        azure.put("Microsoft.Network/virtualNetworks", "net1", "hub", properties={"subnets": [subnet]})
        plan = plan_of("create a vm called Sam in vnet net1")
        nic = operation(plan, "nic:Sam-nic").desired["properties"]["ipConfigurations"][0]["properties"]
        assert nic["subnet"]["id"].endswith(
            "/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/net1/subnets/web"
        )
        assert "vnet:Sam-vnet" not in ids(plan)

    def test_a_network_that_does_not_exist_is_not_made(self, plan_of: Any):
        with pytest.raises(NotFound, match="no virtual network called net1"):
            plan_of("create a vm called Sam in vnet net1")

    def test_a_network_with_several_subnets_asks_which(self, azure: Any, plan_of: Any):
        subnets = [{"name": name, "properties": {}} for name in ("web", "db")]
        azure.put("Microsoft.Network/virtualNetworks", "net1", "azlin", properties={"subnets": subnets})
        with pytest.raises(Undecided, match="2 subnets"):
            plan_of("create a vm called Sam in vnet net1")
        with pytest.raises(NotFound, match="no subnet app"):
            plan_of("create a vm called Sam in vnet net1 in subnet app")

    def test_a_network_in_another_region_is_a_question(self, azure: Any, plan_of: Any):
        azure.put("Microsoft.Network/virtualNetworks", "net1", "azlin", location="uksouth", properties={"subnets": []})
        with pytest.raises(Undecided, match="uksouth"):
            plan_of("create a vm called Sam in vnet net1")


class TestActing:
    @pytest.fixture
    def machines(self, azure: Any, plan_of: Any) -> Any:
        azure.carry_out(plan_of("create 2 vms named web1 and web2 in group web tagged env=test"))
        azure.carry_out(plan_of("create a vm called Sam"))
        return azure

    @pytest.mark.usefixtures("machines")
    def test_a_filtered_set_becomes_one_act_per_machine(self, plan_of: Any):
        plan = plan_of("stop all test vms")
        assert ids(plan) == ["deallocate:vm:web1", "deallocate:vm:web2"]
        assert {op.desired["action"] for op in plan.operations} == {"deallocate"}
        assert "web1 (group web) and web2 (group web)" in told(plan)

    def test_what_is_in_the_wanted_state_is_left_out_and_told(self, machines: Any, plan_of: Any):
        machines.power = {id_: "deallocated" for id_ in machines.resources if id_.endswith("/web1")}
        plan = plan_of("stop all test vms")
        assert ids(plan) == ["deallocate:vm:web2"]
        assert "VM web1 is deallocated already" in told(plan)
        assert ids(plan_of("start all vms")) == ["start:vm:web1"]

    def test_a_stopped_vm_is_still_billed_and_so_is_deallocated(self, machines: Any, plan_of: Any):
        machines.power = {id_: "stopped" for id_ in machines.resources if id_.endswith("/web1")}
        assert "deallocate:vm:web1" in ids(plan_of("stop web1"))

    @pytest.mark.usefixtures("machines")
    def test_exceptions_are_kept_out(self, plan_of: Any):
        assert ids(plan_of("stop all vms except web1")) == ["deallocate:vm:Sam", "deallocate:vm:web2"]
        assert ids(plan_of("stop all vms not tagged env=test")) == ["deallocate:vm:Sam"]
        assert ids(plan_of("power off web*")) == ["power-off:vm:web1", "power-off:vm:web2"]

    @pytest.mark.usefixtures("machines")
    def test_a_wrong_name_names_the_nearest(self, plan_of: Any):
        with pytest.raises(NotFound) as missed:
            plan_of("stop web11")
        assert "web1" in missed.value.fix

    @pytest.mark.usefixtures("machines")
    def test_names_are_compared_as_azure_compares_them(self, plan_of: Any):
        assert ids(plan_of("stop vm sam")) == ["deallocate:vm:Sam"]

    @pytest.mark.usefixtures("machines")
    def test_a_filter_that_fits_nothing_is_not_found(self, plan_of: Any):
        with pytest.raises(NotFound):
            plan_of("stop all vms tagged env=prod")

    def test_a_name_in_two_groups_is_a_question_with_both(self, machines: Any, plan_of: Any):
        machines.carry_out(plan_of("create a vm called Sam in group other"))
        with pytest.raises(Undecided) as asked:
            plan_of("stop vm Sam")
        assert "azlin" in asked.value.fix
        assert "other" in asked.value.fix
        assert ids(plan_of("stop vm Sam in group other")) == ["deallocate:vm:Sam"]

    @pytest.mark.usefixtures("machines")
    def test_a_resize_keeps_everything_else(self, plan_of: Any):
        plan = plan_of("resize vm Sam to Standard_D4s_v3")
        (change,) = plan.operations
        assert (change.id, change.verb, change.effect) == ("resize:vm:Sam", "ensure", "changes")
        assert change.desired["properties"]["hardwareProfile"] == {"vmSize": "Standard_D4s_v3"}
        assert change.desired["properties"]["storageProfile"]["imageReference"]["publisher"] == "Canonical"
        assert plan_of("resize vm Sam to Standard_B2s").operations == ()

    @pytest.mark.usefixtures("machines")
    def test_tags_are_added_to_those_that_are_there(self, plan_of: Any):
        plan = plan_of("tag vm web1 with owner=anna")
        assert plan.operations[0].desired["tags"] == {"env": "test", "owner": "anna"}
        assert plan_of("tag vm web1 with env=test").operations == ()
        assert plan_of("remove tag env from vm web1").operations[0].desired["tags"] == {}

    def test_a_machine_that_does_not_run_is_not_restarted(self, machines: Any, plan_of: Any):
        machines.power = {id_: "deallocated" for id_ in machines.resources if id_.endswith("/sam")}
        with pytest.raises(UsageRefused, match="deallocated"):
            plan_of("restart vm Sam")
        assert ids(plan_of("restart all vms")) == ["restart:vm:web1", "restart:vm:web2"]

    @pytest.mark.parametrize("text", ["stop vm Sam", "delete vm Sam", "resize vm Sam to B1s", "tag vm Sam with a=b"])
    def test_what_has_to_look_says_that_nobody_is_signed_in(self, plan_of: Any, unknown_world: Any, text: str):
        with pytest.raises(WorldUnknown):
            plan_of(text, unknown_world)


class TestReading:
    def test_a_list_reads_power_states_and_shows_rows(self, azure: Any, families: Any, understand: Any, plan_of: Any):
        azure.carry_out(plan_of("create a vm called Sam tagged env=test"))
        intent = understand("show me all my vms")
        (read,) = families[intent.family].plan(intent, azure.world()).operations
        assert (read.verb, read.effect, read.desired["list"], read.desired["expand"]) == (
            "read",
            "reads",
            True,
            "instanceView",
        )
        rows = families[intent.family].rows(intent, read, azure.list(VM, expand="instanceView"))
        assert rows == [
            {
                "name": "Sam",
                "group": "azlin",
                "location": "westeurope",
                "size": "Standard_B2s",
                "power": "running",
                "zones": [],
                "tags": {"env": "test"},
            }
        ]

    def test_reads_and_acts_share_the_filter(self, azure: Any, families: Any, understand: Any, plan_of: Any):
        azure.carry_out(plan_of("create vms web1, web2 and db1 tagged env=test"))
        raw = azure.list(VM, expand="instanceView")
        for words in ("starting with web", "tagged env=test", "except web1", "that are running", "that are stopped"):
            intent = understand(f"list vms {words}")
            rows = families[intent.family].rows(intent, None, raw)
            listed = [row["name"] for row in rows]
            try:
                acted = [op.target.name for op in plan_of(f"restart all vms {words}").operations]
            except NotFound:
                acted = []
            assert sorted(listed) == sorted(acted), words

    def test_an_unknown_power_state_is_said_to_be_unknown(
        self, azure: Any, families: Any, understand: Any, plan_of: Any
    ):
        azure.carry_out(plan_of("create a vm called Sam"))
        intent = understand("list vms")
        assert families[intent.family].rows(intent, None, azure.list(VM))[0]["power"] == "unknown"

    def test_counting_counts(self, azure: Any, families: Any, understand: Any, plan_of: Any):
        azure.carry_out(plan_of("create 3 vms"))
        intent = understand("how many vms do I have?")
        assert families[intent.family].rows(intent, None, azure.list(VM)) == {"count": 3}

    def test_a_named_vm_is_read_by_its_id_and_must_exist(self, azure: Any, plan_of: Any):
        azure.carry_out(plan_of("create a vm called Sam in group web"))
        (read,) = plan_of("show vm sam").operations
        assert read.target == ResourceRef.from_id(read.target.id, "westeurope")
        with pytest.raises(NotFound):
            plan_of("show vm Bob")

    def test_nothing_is_changed_by_a_read(self, azure: Any, plan_of: Any):
        azure.carry_out(plan_of("create a vm called Sam"))
        for text in ("list vms", "show vm Sam", "how many vms are running?", "is vm Sam running?"):
            assert plan_of(text).worst_effect == "reads"
