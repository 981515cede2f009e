from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.families.naming import broken_rule
from azlin.agentic.families.vm_creation import plan_creation, rule_body, rule_name
from azlin.agentic.families.vm_parameters import VmParameters
from azlin.agentic.language.network_traits import Opening
from azlin.agentic.world import World
from azlin.errors import Undecided, UsageRefused


@given(st.lists(st.integers(1, 65535).map(str), min_size=1, max_size=30), st.sampled_from(["Tcp", "Udp"]))
def test_a_rule_always_has_a_name_that_azure_takes(ports: list[str], protocol: str):
    assert broken_rule("rule", rule_name(Opening(tuple(ports), protocol))) is None


def test_one_port_and_several_stand_in_different_fields():
    one = rule_body(Opening(("22",), source="*"), 1000)["properties"]
    two = rule_body(Opening(("80", "443"), source="*"), 1000, "Deny")["properties"]
    assert (one["destinationPortRange"], "destinationPortRanges" in one) == ("22", False)
    assert (two["destinationPortRanges"], two["access"]) == (["80", "443"], "Deny")


def test_a_rule_without_a_source_is_a_question_and_never_open_to_all():
    with pytest.raises(Undecided, match="from where"):
        rule_body(Opening(("22",)), 1000)


def test_a_machine_without_a_name_a_group_or_a_region_is_refused(unknown_world: World):
    with pytest.raises(UsageRefused):
        plan_creation(VmParameters(names=("Sam",), group="g"), unknown_world)
