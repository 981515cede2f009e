from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from azlin.agentic.families import IntentFamily
from azlin.agentic.families.cures import Case
from azlin.agentic.families.naming import broken_rule
from azlin.agentic.types import Failure, Intent
from azlin.errors import UsageRefused

TAKEN = Failure(type="needs_change", code="StorageAccountAlreadyTaken", message="", action="rename")
LONG = "samlogs2026samlogs2026ab"


@pytest.fixture
def case_of(
    azure: Any, families: dict[str, IntentFamily], understand: Callable[..., Intent], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Case, Any]]:
    asked: list[str] = []

    def inquire(path: str, api_version: str, *, where: str = "", body: Any = None) -> Any:
        assert path.endswith("/Microsoft.Storage/checkNameAvailability")
        asked.append(body["name"])
        return {"nameAvailable": len(asked) != 1}  # the first name that comes to mind is taken as well

    monkeypatch.setattr(azure, "inquire", inquire, raising=False)

    def of(text: str, failed: str) -> tuple[Case, Any]:
        intent = understand(text)
        plan = families["storage"].plan(intent, azure.world())
        operation = next(one for one in plan.operations if one.id == failed)
        return Case(intent, plan, operation, TAKEN, frozenset(), (plan,), azure.world()), families["storage"]

    return of


@pytest.mark.parametrize("name", ["samlogs2026", LONG])
def test_names_are_offered_that_azure_says_are_free(case_of: Any, name: str):
    case, family = case_of(f"create a storage account called {name}", f"storage:{name}")
    cures = family.cures(case)
    assert len(cures) == 3
    for cure in cures:
        assert broken_rule("account", cure.changes["name"]) is None
        assert cure.changes["name"] != name
        assert cure.resolution == "another name instead"
    again, _ = case_of(f"create a storage account called {name}", f"storage:{name}")
    assert family.cures(again)[1:] == cures[:2]


def test_only_the_name_that_is_taken_is_changed_and_its_containers_go_with_it(case_of: Any):
    text = "create a storage account called samlogs2026 with a container called logs"
    case, family = case_of(text, "storage:samlogs2026")
    plan = family.plan(family.changed(case, {"name": "samlogs7"}), case.world)
    assert {one.target.name for one in plan.operations} >= {"samlogs7", "samlogs7/default/logs"}
    assert "samlogs2026" not in str([one.target for one in plan.operations])


@pytest.mark.parametrize("changes", [{"size": "x"}, {"name": "Not A Name"}, {}])
def test_what_cannot_be_a_name_is_refused(case_of: Any, changes: dict[str, str]):
    case, family = case_of("create a storage account called samlogs2026", "storage:samlogs2026")
    with pytest.raises(UsageRefused):
        family.changed(case, changes)
