from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from azlin.agentic.language.kinds import KINDS
from azlin.agentic.language.names import expand
from azlin.agentic.language.regions import DISPLAY_NAMES
from azlin.settings import Defaults

HERE = Path(__file__).parent
UNDERSTOOD = [json.loads(line) for line in (HERE / "understood.jsonl").read_text(encoding="utf-8").splitlines()]
NOT_UNDERSTOOD = (HERE / "not_understood.txt").read_text(encoding="utf-8").splitlines()
USUAL = {
    "group": "azlin",
    "location": "westeurope",
    "size": "Standard_B2s",
    "image": "Canonical:ubuntu-24_04-lts:server:latest",
    "admin_user": "azureuser",
    "sku": "Standard_LRS",
}


def plain(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


def said(parameters: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Parameters without what azlin fills in, which has tests of its own."""
    return {
        name: value
        for name, value in plain(parameters).items()
        if name in wanted or (USUAL.get(name) != value and not (name == "ssh_key" and str(value).endswith(" test")))
    }


def test_the_tables_are_as_long_as_promised():
    assert len(UNDERSTOOD) >= 150
    assert len(NOT_UNDERSTOOD) >= 60
    assert not {row["text"] for row in UNDERSTOOD} & set(NOT_UNDERSTOOD)


@pytest.mark.parametrize("row", UNDERSTOOD, ids=lambda row: row["text"])
def test_a_sentence_is_understood(row: dict[str, Any], understand: Any):
    intent = understand(row["text"])
    assert intent.questions == ()
    assert (intent.family, intent.action) == (row["family"], row["action"])
    if intent.family != "several":
        assert said(intent.parameters, row["parameters"]) == row["parameters"]
        return
    parts = [
        {
            "family": part["family"],
            "action": part["action"],
            "parameters": said(part["parameters"], wanted["parameters"]),
        }
        for part, wanted in zip(intent.parameters["parts"], row["parameters"]["parts"], strict=True)
    ]
    assert parts == row["parameters"]["parts"]


@pytest.mark.parametrize(
    "text", [*NOT_UNDERSTOOD, "", "   ", "x" * 10_000, "create a vm " * 900, "create a vm\x00called Sam"]
)
def test_what_is_not_understood_is_a_question_with_something_to_type(text: str, understand: Any):
    intent = understand(text)
    assert intent.questions
    assert intent.candidates
    assert intent.confidence <= 0.5


def test_every_example_of_every_family_works_as_it_stands(families: Any, understand: Any):
    for family in families.values():
        for example in family.examples:
            intent = understand(example)
            assert (intent.questions, intent.family) == ((), family.name), example


def test_every_parameter_set_fits_its_familys_schema(families: Any, understand: Any):
    for row in UNDERSTOOD:
        intent = understand(row["text"])
        msgspec.convert(plain(intent.parameters), families[intent.family].parameters)


class TestAssumptions:
    def test_every_default_is_told(self, understand: Any):
        told = "\n".join(understand("create a vm").assumptions)
        for default in (*[value for name, value in USUAL.items() if name != "sku"], "vm1", "SSH key", "no public IP"):
            assert default in told

    def test_what_was_said_is_no_assumption(self, understand: Any):
        intent = understand(
            "create a Standard_B1s debian 12 vm called Sam in uksouth in group web with admin user anna"
        )
        for word in ("no region", "no group", "no size", "no image", "no name", "admin user"):
            assert word not in "\n".join(intent.assumptions)

    def test_the_configuration_is_used_and_told(self, understand: Any):
        defaults = Defaults(
            location="North Europe", resource_group="team", vm_size="b1s", image="debian 12", admin_user="anna"
        )
        intent = understand("create a vm called Sam", defaults)
        wanted = {"location": "northeurope", "group": "team", "size": "Standard_B1s", "admin_user": "anna"}
        assert {name: intent.parameters[name] for name in wanted} == wanted
        assert "northeurope" in "\n".join(intent.assumptions)

    def test_a_configured_region_that_does_not_exist_is_a_question(self, understand: Any):
        assert "atlantis" in understand("create a vm called Sam", Defaults(location="atlantis")).questions[0]

    def test_what_is_listed_is_not_narrowed_by_the_configuration(self, understand: Any):
        assert understand("list vms", Defaults(resource_group="team", location="uksouth")).parameters == {}

    def test_stop_says_that_it_deallocates(self, understand: Any):
        assert "deallocate" in "\n".join(understand("stop vm Sam").assumptions)
        assert not understand("deallocate vm Sam").assumptions

    def test_test_vms_are_explained(self, understand: Any):
        assert "env=test" in "\n".join(understand("stop all test vms").assumptions)

    def test_a_port_open_to_the_internet_is_told_loudly(self, understand: Any):
        told = understand("create a vm called Sam with ssh open from anywhere").assumptions
        assert any(sentence.startswith("WARNING: port 22") for sentence in told)

    def test_a_group_made_in_the_same_breath_holds_the_rest(self, understand: Any):
        intent = understand("create a resource group called web and a vm called Sam")
        assert any("goes into the new resource group web" in sentence for sentence in intent.assumptions)

    def test_a_region_named_once_is_for_all_parts(self, understand: Any):
        intent = understand("create 2 VMs and a storage account in northeurope")
        assert {part["parameters"]["location"] for part in intent.parameters["parts"]} == {"northeurope"}


class TestFlags:
    def test_flags_fill_what_the_request_leaves_open(self, understand: Any):
        intent = understand("create a vm called Sam", group="web", location="UK South")
        assert (intent.parameters["group"], intent.parameters["location"]) == ("web", "uksouth")

    def test_flags_narrow_what_is_listed(self, understand: Any):
        assert understand("list vms", group="web").parameters["where"] == {"groups": ("web",)}

    def test_a_flag_that_contradicts_the_request_is_a_question(self, understand: Any):
        assert understand("create a vm called Sam in group web", group="db").questions
        assert understand("list vms in westeurope", location="uksouth").questions

    def test_a_flag_with_no_such_region_is_a_question(self, understand: Any):
        assert understand("create a vm called Sam", location="atlantis").questions


class TestQuestions:
    def test_an_unknown_size_names_the_nearest_with_prices(self, understand: Any):
        intent = understand("create a vm called Sam with size Standard_X99_INVALID")
        assert "Standard_X99_INVALID" in intent.questions[0]
        assert "a month" in intent.questions[0]
        assert all(candidate.monthly for candidate in intent.candidates)
        assert not understand(intent.candidates[0].text).questions

    def test_cpus_and_memory_become_priced_candidates(self, understand: Any):
        intent = understand("create a vm called Sam with 2 cpus and 8 gb of ram")
        assert intent.candidates[0].monthly is not None
        assert "Standard_D2s_v3" in intent.candidates[0].text

    def test_a_valid_size_without_a_price_is_taken_and_told(self, understand: Any):
        intent = understand("create a vm called Sam with size Standard_D96s_v5")
        assert intent.parameters["size"] == "Standard_D96s_v5"
        assert any("not in azlin's price table" in sentence for sentence in intent.assumptions)

    def test_a_misspelt_word_is_offered_corrected_and_not_taken(self, understand: Any):
        intent = understand("creat a vm called Sam")
        assert intent.candidates[0].text == "create a vm called Sam"
        assert "creat" in intent.questions[0]

    def test_no_harmless_word_is_corrected_into_one_that_destroys(self, understand: Any):
        texts = [candidate.text for candidate in understand("move vm Sam to northeurope").candidates]
        assert not [text for text in texts if "Sam" in text and text.startswith(("remove", "delete"))]

    def test_a_name_without_a_kind_is_offered_as_several(self, understand: Any):
        texts = [candidate.text for candidate in understand("delete Sam").candidates]
        assert texts[:2] == ["delete vm Sam", "delete resource group Sam"]

    def test_the_words_that_were_not_understood_are_quoted(self, understand: Any):
        question = understand("create a vm called Sam with GPUs attached to mars").questions[0]
        assert "with GPUs attached to mars" in question

    def test_a_naming_rule_is_told(self, understand: Any):
        assert "3 to 24 characters" in understand("create a storage account called My_Logs").questions[0]


@pytest.mark.parametrize("display", DISPLAY_NAMES)
def test_every_region_is_understood_in_every_spelling(display: str, understand: Any):
    region = display.replace(" ", "").casefold()
    for spelling in (display, display.casefold(), region, display.replace(" ", "-"), f"the {display} region"):
        assert understand(f"create a vm called Sam in {spelling}").parameters["location"] == region


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_can_be_listed(kind: Any, understand: Any):
    intent = understand(f"list all {kind.plural}")
    assert (intent.questions, intent.family, intent.action) == ((), kind.family, "list")


VOCABULARY = """
create delete stop start list show all every vm vms storage account resource group called named web1 Sam in from with
without not except and , tagged env=test westeurope size Standard_D2s_v3 public ip open port 22 anywhere 2 two -5 don't
nsg vnet 10.0.0.0/16 subnet running test ubuntu ; rm 😀 "x" to of the a - .. n1..n3 zone 1
"""
WORDS = st.sampled_from(VOCABULARY.split())
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(understand: Any, text: str):
    intent = understand(text)
    assert intent.questions or intent.summary


@QUICK
@given(st.lists(WORDS, max_size=14))
def test_no_order_of_known_words_breaks_the_parser(understand: Any, families: Any, words: list[str]):
    intent = understand(" ".join(words))
    if not intent.questions:
        msgspec.convert(plain(intent.parameters), families[intent.family].parameters)


@QUICK
@given(st.lists(WORDS, max_size=8), st.sampled_from(["sandwich", "quux", "| cat", "$(id)", "`x`", "; rm -rf /", "😀"]))
def test_a_word_that_means_nothing_is_never_dropped(understand: Any, words: list[str], stranger: str):
    assert understand(" ".join(["create a vm called Sam", *words, "in westeurope", stranger])).questions


@QUICK
@given(st.sampled_from([row["text"] for row in UNDERSTOOD]))
def test_a_negated_request_is_never_carried_out(understand: Any, text: str):
    if text.split(maxsplit=1)[0] in ("create", "delete", "stop", "start", "restart", "resize", "tag", "list", "show"):
        assert understand(f"don't {text}").questions
        assert understand(f"Please do not {text}").questions


@QUICK
@given(st.integers(0, 900), st.integers(0, 99), st.sampled_from(["n", "web-", "vm"]))
def test_a_range_has_every_name_once(first: int, more: int, stem: str):
    names = expand(f"{stem}{first:04d}", f"{stem}{first + more:04d}")
    assert names is not None
    assert len(set(names)) == more + 1
    assert names[0] == f"{stem}{first:04d}"


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("delete vm Sam", "delete VM Sam"),
        ("stop web1 and web2", "stop (deallocate) VMs web1 and web2"),
        ("list vms", "list all VMs"),
        ("list vms tagged env=test", "list VMs tagged env=test"),
        ("create a vm called Sam", "create 1 VM (Sam) in resource group azlin, West Europe"),
        ("list all Microsoft.Web/sites", "list all web apps"),
    ],
)
def test_the_summary_says_what_will_be_done(text: str, summary: str, understand: Any):
    assert understand(text).summary == summary


def test_a_region_said_last_of_a_part_is_meant_for_the_whole(understand):
    intent = understand(
        "create a vnet called net1 10.9.0.0/16 and a subnet called a 10.9.1.0/24 in group netg in uk south"
    )
    assert intent.questions == ()
    assert (intent.parameters["location"], intent.parameters["group"]) == ("uksouth", "netg")
    assert plain(intent.parameters["subnets"]) == [{"name": "a", "prefix": "10.9.1.0/24"}]


def test_a_region_of_a_part_alone_is_a_question(understand):
    intent = understand("create a subnet called x 10.9.2.0/24 in vnet net1 in uk south")
    assert "no region of its own" in intent.questions[0]
