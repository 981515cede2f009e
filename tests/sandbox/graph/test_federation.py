from __future__ import annotations

from typing import Any

import pytest

BODY = {"name": "main", "issuer": "https://issuer", "subject": "s", "audiences": ["api://AzureADTokenExchange"]}


@pytest.fixture
def path(graph: Any) -> str:
    path = f"/applications/{graph.application('ci')['id']}/federatedIdentityCredentials"
    graph.post(path, BODY)
    return path


def test_a_credential_is_read_by_id_or_name_changed_and_taken_away(graph: Any, path: str):
    made = graph.get(f"{path}/MAIN")
    assert graph.get(f"{path}/{made['id']}") == made
    assert graph.ask("PATCH", f"{path}/main", {"subject": "other"}).status == 204
    assert [one["subject"] for one in graph.get(path)["value"]] == ["other"]
    assert graph.ask("DELETE", f"{path}/main").status == 204
    assert graph.refused("GET", f"{path}/main") == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 409),
        ({"name": "other"}, 400),
        ({"name": "other", "subject": None}, 400),
        ({"name": "other", "subject": "t", "audiences": []}, 400),
        ({"name": "other", "subject": "t", "issuer": None}, 400),
        ({"name": "other", "subject": "t"}, 201),
    ],
)
def test_names_and_pairs_of_issuer_and_subject_are_unique(graph: Any, path: str, change: dict[str, Any], status: int):
    assert graph.ask("POST", path, {**BODY, **change}).status == status


def test_the_name_stays_and_there_are_at_most_twenty(graph: Any, path: str):
    assert graph.refused("PATCH", f"{path}/main", {"name": "renamed"}) == (400, "Request_BadRequest")
    for number in range(19):
        graph.post(path, {**BODY, "name": f"n{number}", "subject": f"s{number}"})
    assert graph.refused("POST", path, {**BODY, "name": "more", "subject": "more"}) == (400, "Directory_QuotaExceeded")


def test_credentials_of_two_applications_do_not_meet(graph: Any, path: str):
    other = f"/applications/{graph.application('other')['id']}/federatedIdentityCredentials"
    graph.post(other, BODY)
    assert graph.ask("DELETE", f"{other}/main").status == 204
    assert len(graph.get(path)["value"]) == 1
