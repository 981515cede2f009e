from __future__ import annotations

from typing import Any

import pytest


def run(graph: Any, *requests: dict[str, Any]) -> dict[str, Any]:
    body = graph.post("/$batch", {"requests": list(requests)})
    return {one["id"]: one for one in body["responses"]}


def test_requests_of_a_batch_are_answered_each_on_its_own(graph: Any):
    user = graph.user("ada")
    found = run(
        graph,
        {"id": "1", "method": "GET", "url": f"/users/{user}?$select=displayName"},
        {"id": "2", "method": "GET", "url": "groups/11111111-0000-0000-0000-000000000000"},
        {"id": "3", "method": "POST", "url": "/applications", "body": {"displayName": "web"}},
        {"id": "4", "method": "GET", "url": "/users/$count", "headers": {"ConsistencyLevel": "eventual"}},
    )
    assert {name: one["status"] for name, one in found.items()} == {"1": 200, "2": 404, "3": 201, "4": 200}
    assert found["1"]["body"]["displayName"] == "ada"
    assert found["4"]["body"] == "2"
    assert graph.get(f"/applications/{found['3']['body']['id']}")["displayName"] == "web"


def test_what_depends_on_a_failure_is_not_done(graph: Any):
    made = {"method": "POST", "url": "/applications", "body": {"displayName": "web"}}
    found = run(
        graph,
        {"id": "1", "method": "GET", "url": "/groups/x"},
        {"id": "2", **made, "dependsOn": ["1"]},
        {"id": "3", **made},
        {"id": "4", "method": "GET", "url": "/users", "dependsOn": ["3"]},
    )
    assert [found[name]["status"] for name in "1234"] == [400, 424, 201, 200]
    assert graph.names("/applications?$filter=displayName eq 'web'") == ["web"]


@pytest.mark.parametrize(
    "requests",
    [
        [{"id": str(number), "method": "GET", "url": "/me"} for number in range(21)],
        [{"id": "1", "method": "GET", "url": "/me"}] * 2,
        [{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"]}],
        [{"id": "1"}],
        "none",
    ],
)
def test_a_batch_that_is_none_is_refused(graph: Any, requests: Any):
    assert graph.refused("POST", "/$batch", {"requests": requests}) == (400, "BadRequest")


def test_a_batch_in_a_batch_is_refused(graph: Any):
    inner: dict[str, Any] = {"id": "1", "method": "POST", "url": "/$batch", "body": {"requests": []}}
    assert run(graph, inner)["1"]["status"] == 400
