from __future__ import annotations

from azlin.agentic.language.bound import Bound
from azlin.agentic.language.kinds import BY_NAME
from azlin.agentic.language.sharing import share


def new(kind: str, **parameters: object) -> Bound:
    return Bound("create", BY_NAME[kind], dict(parameters))


def test_what_one_part_says_is_meant_for_the_others_and_told():
    bounds = [new("vm"), new("account", location="uksouth")]
    share(bounds, group=None, location=None)
    assert bounds[0].parameters["location"] == "uksouth"
    assert "uksouth" in bounds[0].assumptions[0]


def test_two_regions_are_spread_to_nobody():
    bounds = [new("vm"), new("account", location="uksouth"), new("vnet", location="westeurope")]
    share(bounds, group=None, location=None)
    assert "location" not in bounds[0].parameters


def test_a_new_group_holds_the_rest():
    bounds = [new("group", names=["web"]), new("vm")]
    share(bounds, group=None, location=None)
    assert bounds[1].parameters["group"] == "web"


def test_a_subnet_is_folded_into_the_network_made_with_it():
    bounds = [new("vnet", names=["n1"]), new("subnet", names=["web"], prefixes=["10.0.1.0/24"])]
    share(bounds, group=None, location=None)
    assert [bound.parameters["subnets"] for bound in bounds] == [[{"name": "web", "prefix": "10.0.1.0/24"}]]


def test_a_flag_that_contradicts_is_a_question():
    bounds = [new("vm", group="web")]
    share(bounds, group="db", location="atlantis")
    assert len(bounds[0].questions) == 2
    assert bounds[0].parameters == {"group": "web"}


def test_a_flag_narrows_what_exists():
    listed = Bound("list", BY_NAME["vm"])
    share([listed], group="web", location="UK South")
    assert listed.parameters["where"] == {"groups": ["web"], "locations": ["uksouth"]}
