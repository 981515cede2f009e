from __future__ import annotations

import msgspec
import pytest

from azlin.agentic.command_planner import CommandPlanner
from azlin.agentic.types import Intent, MadeAgainst, Operation, Plan, ResourceRef
from azlin.agentic.world import World
from azlin.errors import SchemaRefused, UsageRefused
from azlin.gateways.cloud import Cloud

WORLD = World(Cloud(name="AzureCloud"), None)
INTENT = Intent(family="things", action="create", summary="create a thing")


class Things:
    name = "things"
    examples = ()
    parameters = msgspec.Struct

    def plan(self, intent: Intent, world: World) -> Plan:
        target = ResourceRef(type="Microsoft.Any/things", name="one", group="g", subscription="s")
        body = {"location": "westeurope", "properties": {"sze": 1}}
        ensure = Operation(id="a", verb="ensure", effect="creates", target=target, desired=body)
        delete = Operation(id="b", verb="delete", effect="destroys", target=target, after=("a",))
        return Plan(operations=(ensure, delete), made_against=MadeAgainst(cloud="AzureCloud"))

    def rows(self, intent: Intent, operation: Operation, raw: object) -> object:
        return raw


def test_a_body_that_its_type_does_not_have_is_refused_before_anything_is_priced():
    asked: list[str] = []

    def check(type: str, body: dict[str, object]) -> list[str]:
        asked.append(type)
        return ["no property 'sze'; did you mean 'size'?"]

    with pytest.raises(SchemaRefused, match=r"one: no property 'sze'; did you mean 'size'\?"):
        CommandPlanner({"things": Things()}, check).plan(INTENT, WORLD)
    assert asked == ["Microsoft.Any/things"]


def test_a_body_without_known_problems_goes_through_unchanged():
    plan = CommandPlanner({"things": Things()}, lambda _, body: []).plan(INTENT, WORLD)
    assert plan == Things().plan(INTENT, WORLD)


def test_an_intent_of_an_unknown_family_is_refused_with_those_there_are():
    with pytest.raises(UsageRefused) as refused:
        CommandPlanner({"things": Things()}, lambda _, body: []).plan(
            Intent(family="ghosts", action="x", summary=""), WORLD
        )
    assert refused.value.fix == "one of: things"
