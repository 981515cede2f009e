from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.gateways.az_table import CommandFacts, effect_of, facts_of


@pytest.mark.parametrize(
    ("name", "methods", "confirmation", "effect"),
    [
        ("vm list", None, False, "reads"),
        ("network vnet show", {"GET"}, False, "reads"),
        ("network nic list-effective-nsg", {"POST"}, False, "reads"),
        ("vm delete", {"DELETE"}, True, "destroys"),
        ("group delete", None, True, "destroys"),
        ("vmss delete-instances", None, False, "destroys"),
        ("keyvault purge", None, False, "destroys"),
        ("network vnet create", {"PUT"}, False, "creates"),
        ("vm create", None, False, "creates"),
        ("vm update", None, False, "changes"),
        ("vm run-command invoke", None, False, "changes"),
        ("aks get-credentials", None, False, "changes"),
        ("something nobody knows", None, False, "changes"),
        ("storage account keys renew", None, True, "destroys"),
    ],
)
def test_a_command_is_judged_by_azs_table_and_its_verb(name, methods, confirmation, effect):
    facts = CommandFacts(name, None if methods is None else frozenset(methods), confirmation)
    assert effect_of(facts) == effect


@pytest.mark.parametrize(
    ("method", "effect"),
    [
        ("get", "reads"),
        ("HEAD", "reads"),
        ("delete", "destroys"),
        ("put", "creates"),
        ("post", "changes"),
        (None, "changes"),
    ],
)
def test_az_rest_is_judged_by_its_method(method, effect):
    assert effect_of(CommandFacts("rest", method=method)) == effect


def test_a_command_that_az_does_not_know_changes_something():
    assert effect_of(facts_of(None)) == "changes"


@given(
    st.from_regex(r"[a-z]+( [a-z]+(-[a-z]+)?){0,3}", fullmatch=True),
    st.sets(st.sampled_from(["GET", "PUT", "POST", "PATCH", "DELETE"])),
)
def test_what_may_write_or_asks_before_it_acts_never_passes_as_a_read(name, methods):
    writes = methods & {"PUT", "PATCH", "DELETE"}
    if writes and name != "rest":
        assert effect_of(CommandFacts(name, frozenset(methods))) != "reads"
    assert name == "rest" or effect_of(CommandFacts(name, frozenset(methods), True)) == "destroys"
