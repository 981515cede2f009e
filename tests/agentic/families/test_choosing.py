from __future__ import annotations

from typing import Any

import pytest

from azlin.agentic.families.choosing import choose, find, rows_of
from azlin.agentic.language.filters import Where
from azlin.agentic.language.kinds import BY_NAME
from azlin.errors import NotFound, Undecided, UsageRefused

VM = BY_NAME["vm"]


def test_no_filter_is_never_everything(azure: Any):
    azure.put(VM.type, "web1", "g")
    with pytest.raises(UsageRefused):
        choose(azure.world(), VM, Where(), doing="delete")


def test_one_missing_name_spoils_the_choice_and_the_near_one_is_named(azure: Any):
    azure.put(VM.type, "web1", "g")
    with pytest.raises(NotFound, match="web22") as missed:
        choose(azure.world(), VM, Where(names=("web1", "web22")), doing="stop")
    assert "web1" in missed.value.fix


def test_one_name_in_two_groups_is_a_question_until_the_group_is_named(azure: Any):
    for group in ("a", "b"):
        azure.put(VM.type, "web1", group)
    with pytest.raises(Undecided, match="a and b"):
        find(azure.world(), VM, "WEB1", None, doing="stop")
    assert find(azure.world(), VM, "WEB1", "B", doing="stop")[0].group == "b"


def test_power_is_asked_only_of_those_that_fit_otherwise(azure: Any):
    there = [azure.put(VM.type, name, "g") for name in ("web1", "db1")]
    chosen = choose(azure.world(), VM, Where(patterns=("web*",), states=("running",)), doing="stop")
    assert [ref.name for ref, _ in chosen] == ["web1"]
    assert there[1]["id"] not in azure.reads


def test_rows_are_a_list_whatever_was_read():
    assert (rows_of(None), rows_of({"a": 1}), rows_of([{"a": 1}])) == ([], [{"a": 1}], [{"a": 1}])
