"""The rules of ARM's asynchronous operations, one by one, without a network: answers in, questions and waits out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from azlin.errors import AzureRefused, CloudUnreachable, TimedOut
from azlin.gateways.http import Answer
from azlin.gateways.long_running import Follower, Method, Submitted, provisioning_state

RESOURCE = "https://arm/r"
MONITOR = "https://arm/operationStatuses/1"
RESULT = "https://arm/operationResults/1"
TYPE = "N.S/things"
ABSENT = {"error": {"code": "ResourceNotFound", "message": "no"}}
WHOLE = {"id": "/r", "type": TYPE, "properties": {"provisioningState": "Succeeded", "size": 1}}


def answer(status: int, body: Any = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, b"" if body is None else json.dumps(body).encode(), "https://arm/")


def resource(state: str | None) -> dict[str, Any]:
    return {"id": "/r", "type": TYPE, "properties": {} if state is None else {"provisioningState": state}}


class Azure:
    """Answers by URL, in order, the last one again and again; time passes only by waiting."""

    def __init__(self, **answers: list[Answer | Exception]) -> None:
        urls = {"resource": RESOURCE, "monitor": MONITOR, "result": RESULT}
        self._answers = {urls[name]: list(given) for name, given in answers.items()}
        self.asked: list[str] = []
        self.waits: list[float] = []

    def ask(self, url: str) -> Answer:
        self.asked.append(url)
        given = self._answers[url]
        said = given.pop(0) if len(given) > 1 else given[0]
        if isinstance(said, Exception):
            raise said
        return said

    def now(self) -> float:
        return sum(self.waits)

    def finish(self, method: Method, first: Answer, deadline_s: float = 600) -> Any:
        follower = Follower(self.ask, deadline_s=deadline_s, wait=self.waits.append, now=self.now)
        return follower.finish(Submitted(method, first, None if method == "POST" else RESOURCE, TYPE))

    def reattach(self, url: str, method: Method = "PUT") -> Any:
        follower = Follower(self.ask, deadline_s=600, wait=self.waits.append, now=self.now)
        return follower.reattach(url, RESOURCE, method, TYPE)


BY_MONITOR = answer(201, resource("Creating"), azure_asyncoperation=MONITOR, location=RESULT, retry_after="5")
GOING_ON = answer(200, {"status": "InProgress"}, retry_after="3")


def test_a_put_that_is_done_at_once_asks_nothing_more():
    azure = Azure()
    assert azure.finish("PUT", answer(200, WHOLE)) == WHOLE
    assert azure.asked == []


def test_a_resource_without_a_provisioning_state_is_done():
    assert Azure().finish("PUT", answer(201, resource(None))) == resource(None)


def test_a_status_monitor_goes_before_location_and_ends_with_the_resource():
    azure = Azure(monitor=[GOING_ON, answer(200, {"status": "Succeeded"})], resource=[answer(200, WHOLE)])
    assert azure.finish("PUT", BY_MONITOR) == WHOLE
    assert azure.asked == [MONITOR, MONITOR, RESOURCE]
    assert azure.waits == [5, 3]


@pytest.mark.parametrize("status", ["Failed", "Canceled", "failed"])
def test_a_failed_operation_is_refused_with_azures_code(status: str):
    said = {"status": status, "error": {"code": "SkuNotAvailable", "message": "no such size here"}}
    azure = Azure(monitor=[answer(200, said)])
    with pytest.raises(AzureRefused, match="no such size here") as refused:
        azure.finish("PUT", BY_MONITOR)
    assert refused.value.code == "SkuNotAvailable"


@pytest.mark.parametrize("word", ["Running", "Creating", "Accepted", "PreparingVMDisk", "Deleted", "Ready"])
def test_only_three_states_are_final(word: str):
    azure = Azure(
        monitor=[answer(200, {"status": word}), answer(200, {"status": "Succeeded"})], resource=[answer(200, WHOLE)]
    )
    assert azure.finish("PUT", BY_MONITOR) == WHOLE


def test_a_monitor_that_says_succeeded_too_early_is_not_believed():
    azure = Azure(
        monitor=[answer(200, {"status": "Succeeded"})],
        resource=[answer(200, resource("Updating")), answer(200, WHOLE)],
    )
    assert azure.finish("PUT", BY_MONITOR) == WHOLE


def test_a_resource_that_failed_although_its_monitor_says_succeeded_is_refused():
    azure = Azure(monitor=[answer(200, {"status": "Succeeded"})], resource=[answer(200, resource("Failed"))])
    with pytest.raises(AzureRefused) as refused:
        azure.finish("PUT", BY_MONITOR)
    assert refused.value.code == "OperationFailed"


def test_location_answers_202_until_it_is_over():
    azure = Azure(
        result=[answer(202), answer(202, None, retry_after="7"), answer(200, WHOLE)], resource=[answer(200, WHOLE)]
    )
    assert azure.finish("PUT", answer(202, None, location=RESULT, retry_after="2")) == WHOLE
    assert azure.asked == [RESULT, RESULT, RESULT, RESOURCE]
    assert azure.waits[0] == 2
    assert azure.waits[2] == 7


def test_location_may_move():
    azure = Azure(
        result=[answer(202, None, location=MONITOR)], monitor=[answer(200, WHOLE)], resource=[answer(200, WHOLE)]
    )
    assert azure.finish("PUT", answer(202, None, location=RESULT)) == WHOLE
    assert azure.asked == [RESULT, MONITOR, RESOURCE]


def test_an_error_at_location_is_the_operations_own():
    azure = Azure(result=[answer(409, {"error": {"code": "QuotaExceeded", "message": "full"}})])
    with pytest.raises(AzureRefused) as refused:
        azure.finish("PUT", answer(202, None, location=RESULT))
    assert (refused.value.code, refused.value.status) == ("QuotaExceeded", 409)


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_error_at_a_status_monitor_says_nothing_of_the_operation_and_the_resource_is_asked(status: int):
    azure = Azure(monitor=[answer(status, ABSENT)], resource=[answer(200, resource("Creating")), answer(200, WHOLE)])
    assert azure.finish("PUT", BY_MONITOR) == WHOLE


def test_an_unreadable_status_is_not_taken_for_success():
    azure = Azure(monitor=[Answer(200, {}, b"<html>", "")], resource=[answer(200, resource("Failed"))])
    with pytest.raises(AzureRefused):
        azure.finish("PUT", BY_MONITOR)


def test_with_no_header_the_resource_is_asked_until_its_state_is_final():
    azure = Azure(resource=[answer(200, resource("Creating")), answer(200, WHOLE)])
    assert azure.finish("PUT", answer(201, resource("Creating"))) == WHOLE
    assert azure.asked == [RESOURCE, RESOURCE]


def test_a_resource_that_is_not_visible_yet_is_waited_for():
    azure = Azure(monitor=[answer(200, {"status": "Succeeded"})], resource=[answer(404, ABSENT), answer(200, WHOLE)])
    assert azure.finish("PUT", BY_MONITOR) == WHOLE


def test_a_resource_that_never_becomes_visible_is_refused():
    azure = Azure(monitor=[answer(200, {"status": "Succeeded"})], resource=[answer(404, ABSENT)])
    with pytest.raises(AzureRefused) as refused:
        azure.finish("PUT", BY_MONITOR)
    assert refused.value.code == "ResourceNotFound"


def test_a_delete_ends_with_its_monitor():
    azure = Azure(result=[answer(202), answer(204)])
    assert azure.finish("DELETE", answer(202, None, location=RESULT)) is None
    assert azure.asked == [RESULT, RESULT]


def test_a_delete_without_a_monitor_ends_when_the_resource_is_gone():
    azure = Azure(resource=[answer(200, resource("Deleting")), answer(404, ABSENT)])
    azure.finish("DELETE", answer(202))
    assert azure.asked == [RESOURCE, RESOURCE]


def test_a_404_about_something_else_does_not_say_that_the_resource_is_gone():
    azure = Azure(resource=[answer(404, {"error": {"code": "SubscriptionNotFound", "message": "no"}})])
    with pytest.raises(AzureRefused) as refused:
        azure.finish("DELETE", answer(202))
    assert refused.value.code == "SubscriptionNotFound"


def test_a_deletion_that_failed_is_refused():
    azure = Azure(resource=[answer(200, resource("Failed"))])
    with pytest.raises(AzureRefused):
        azure.finish("DELETE", answer(202))


def test_an_actions_result_is_what_location_gives():
    azure = Azure(monitor=[answer(200, {"status": "Succeeded"})], result=[answer(200, {"keys": [1]})])
    first = answer(202, None, azure_asyncoperation=MONITOR, location=RESULT)
    assert azure.finish("POST", first) == {"keys": [1]}


def test_an_actions_result_may_be_in_its_monitor():
    azure = Azure(monitor=[answer(200, {"status": "Succeeded", "properties": {"output": 1}})])
    assert azure.finish("POST", answer(202, None, azure_asyncoperation=MONITOR)) == {"output": 1}


def test_an_action_that_is_done_at_once_gives_its_answer():
    assert Azure().finish("POST", answer(200, {"keys": []})) == {"keys": []}
    assert Azure().finish("POST", answer(204)) is None


def test_an_actions_monitor_that_cannot_be_read_leaves_it_unknown():
    azure = Azure(monitor=[answer(404, ABSENT)])
    with pytest.raises(AzureRefused):
        azure.finish("POST", answer(202, None, azure_asyncoperation=MONITOR))


def test_the_deadline_passes_and_the_error_says_that_azure_goes_on():
    azure = Azure(monitor=[GOING_ON])
    with pytest.raises(TimedOut, match="InProgress") as late:
        azure.finish("PUT", BY_MONITOR, deadline_s=20)
    assert "goes on in Azure" in late.value.why
    assert azure.now() == pytest.approx(20)


def test_a_server_that_wants_no_pause_is_not_asked_in_a_busy_loop():
    azure = Azure(monitor=[answer(200, {"status": "InProgress"}, retry_after="0")])
    with pytest.raises(TimedOut):
        azure.finish("PUT", answer(201, None, azure_asyncoperation=MONITOR, retry_after="0"), deadline_s=1)
    assert min(azure.waits) >= 0.01


def test_without_a_hint_the_pauses_grow_to_half_a_minute():
    azure = Azure(monitor=[answer(200, {"status": "InProgress"})])
    with pytest.raises(TimedOut):
        azure.finish("PUT", answer(201, None, azure_asyncoperation=MONITOR), deadline_s=300)
    assert azure.waits[0] <= 1.2
    assert max(azure.waits) <= 30
    assert max(azure.waits) > 20


def test_a_network_that_comes_back_does_not_end_the_following():
    lost = CloudUnreachable("gone")
    azure = Azure(monitor=[lost, lost, answer(200, {"status": "Succeeded"})], resource=[lost, answer(200, WHOLE)])
    assert azure.finish("PUT", BY_MONITOR) == WHOLE


def test_a_network_that_stays_away_does():
    azure = Azure(monitor=[CloudUnreachable("gone")])
    with pytest.raises(CloudUnreachable):
        azure.finish("PUT", BY_MONITOR)
    assert azure.now() < 60


@pytest.mark.parametrize("url", [MONITOR, RESULT])
def test_an_operation_of_a_dead_process_is_taken_up_at_once(url: str):
    over = answer(200, {"status": "Succeeded"}) if url == MONITOR else answer(200, WHOLE)
    azure = Azure(monitor=[over], result=[over], resource=[answer(200, WHOLE)])
    assert azure.reattach(url) == WHOLE
    assert azure.waits == [0.01]


def test_an_operation_whose_record_is_gone_is_judged_by_its_resource():
    azure = Azure(result=[answer(404, ABSENT)], resource=[answer(200, WHOLE)])
    assert azure.reattach(RESULT) == WHOLE


def test_the_location_of_a_created_resource_is_no_operation():
    azure = Azure(resource=[answer(200, WHOLE)])
    assert azure.finish("PUT", answer(201, WHOLE, location=RESOURCE)) == WHOLE


@pytest.mark.parametrize("body", [None, [], "x", {}, {"properties": None}, {"properties": {"provisioningState": ""}}])
def test_what_says_no_state_has_succeeded(body: Any):
    assert provisioning_state(body) == "Succeeded"
