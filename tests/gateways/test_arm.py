from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from azlin.agentic.types import ResourceRef
from azlin.agentic.world import Reader, World
from azlin.errors import AnswerLost, AzlinError, AzureRefused, CloudUnreachable, SignInNeeded, TimedOut
from azlin.gateways.arm import Arm
from azlin.gateways.cloud import Cloud, ServicePrincipal
from azlin.gateways.http import Http
from azlin.gateways.outage import Outage
from azlin.gateways.tokens import Tokens
from azlin.paths import Paths

TENANT = "11111111-1111-1111-1111-111111111111"
THING = "/subscriptions/s/resourceGroups/g/providers/N.S/things/one"
OPERATION = "/subscriptions/s/providers/N.S/locations/x/operationStatuses/1"
WHOLE = {"id": THING, "name": "one", "type": "N.S/things", "properties": {"provisioningState": "Succeeded"}}


class Clock:
    """Time that passes by waiting only."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def wait(self, wait_s: float) -> None:
        self.waits.append(wait_s)

    def now(self) -> float:
        return sum(self.waits)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cloud(loopback: Any) -> Cloud:
    loopback.on(
        "POST",
        f"/{TENANT}/oauth2/v2.0/token",
        *(loopback.reply(body={"access_token": loopback.jwt(TENANT, mark=str(n)), "expires_in": 3600}) for n in (1, 2)),
    )
    return Cloud(
        name="sandbox",
        sandbox=True,
        tenant=TENANT,
        subscription="s",
        arm=loopback.url,
        login=loopback.url,
        principal=ServicePrincipal("me", "secret"),
    )


@pytest.fixture
def arm_of(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Arm]]:
    clients: list[Http] = []

    def make(cloud: Cloud, version: Callable[[str], str | None] = lambda type_: "2025-01-01") -> Arm:
        http = Http(cloud)
        clients.append(http)
        return Arm(cloud, http, Tokens(cloud, http, Paths(tmp_path)), version, wait=clock.wait, now=clock.now)

    yield make
    for http in clients:
        http.close()


@pytest.fixture
def arm(cloud: Cloud, arm_of: Callable[..., Arm]) -> Arm:
    return arm_of(cloud)


def refused(code: str, message: str = "no") -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


# Reading


def test_a_resource_is_read_with_token_and_version(arm: Arm, loopback: Any):
    loopback.on("GET", THING, loopback.reply(body=WHOLE))
    assert arm.get(THING, expand="instanceView") == WHOLE
    (heard,) = loopback.asked("GET")
    assert heard.query == {"api-version": "2025-01-01", "$expand": "instanceView"}
    assert heard.headers["authorization"].startswith("Bearer ey")


def test_what_is_no_resource_is_asked_with_a_filter_and_read_to_its_last_page(arm: Arm, loopback: Any):
    path = "/subscriptions/s/providers/N.S/skus"
    more = f"{loopback.url}{path}?page=2"
    loopback.on(
        "GET",
        path,
        loopback.reply(body={"value": [{"name": "a"}], "nextLink": more}),
        loopback.reply(body={"value": [{"name": "b"}]}),
    )
    assert [one["name"] for one in arm.inquire(path, "2021-07-01", where="location eq 'x'")] == ["a", "b"]
    assert loopback.asked("GET")[0].query == {"api-version": "2021-07-01", "$filter": "location eq 'x'"}


def test_whether_a_name_is_free_is_asked_once(arm: Arm, loopback: Any):
    path = "/subscriptions/s/providers/N.S/checkNameAvailability"
    loopback.on("POST", path, loopback.reply(body={"nameAvailable": False}))
    assert arm.inquire(path, "2023-05-01", body={"name": "x"}) == {"nameAvailable": False}
    loopback.on("POST", path, loopback.reply(status=403, body=refused("AuthorizationFailed")))
    with pytest.raises(AzureRefused, match="AuthorizationFailed"):
        arm.inquire(path, "2023-05-01", body={"name": "x"})


def test_what_azure_says_does_not_exist_is_none(arm: Arm, loopback: Any):
    for code in ("ResourceNotFound", "ResourceGroupNotFound", "NotFound", "ThingNotFound"):
        loopback.on("GET", THING, loopback.reply(status=404, body=refused(code)))
        assert arm.get(THING) is None


@pytest.mark.parametrize("body", [refused("SubscriptionNotFound"), refused("InvalidResourceNamespace"), "", "<html>"])
def test_a_404_about_something_else_is_not_absence(arm: Arm, loopback: Any, body: Any):
    loopback.on("GET", THING, loopback.reply(status=404, body=body))
    with pytest.raises(AzureRefused):
        arm.get(THING)


@pytest.mark.parametrize("body", ["<html>signed out</html>", [], None])
def test_a_page_is_not_taken_for_a_resource(arm: Arm, loopback: Any, body: Any):
    loopback.on("GET", THING, loopback.reply(body=body))
    with pytest.raises(AzureRefused) as unread:
        arm.get(THING)
    assert unread.value.code == "UnreadableAnswer"


def test_a_throttled_read_waits_as_long_as_azure_asks(arm: Arm, loopback: Any, clock: Clock):
    throttled = loopback.reply(status=429, body=refused("TooManyRequests"), headers={"Retry-After": "17"})
    loopback.on("GET", THING, throttled, throttled, loopback.reply(body=WHOLE))
    assert arm.get(THING) == WHOLE
    assert clock.waits == [17, 17]


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_trouble_at_azures_end_is_tried_again_and_then_told(arm: Arm, loopback: Any, clock: Clock, status: int):
    loopback.on("GET", THING, loopback.reply(status=status, body=refused("InternalServerError")))
    with pytest.raises(AzureRefused) as last:
        arm.get(THING)
    assert last.value.status == status
    assert len(loopback.asked("GET")) == 5
    assert clock.waits == sorted(clock.waits)


def test_a_read_that_azure_puts_off_for_very_long_is_refused_with_the_wait(arm: Arm, loopback: Any, clock: Clock):
    loopback.on("GET", THING, loopback.reply(status=429, body=refused("X"), headers={"Retry-After": "3000"}))
    with pytest.raises(AzureRefused) as late:
        arm.get(THING)
    assert late.value.retry_after_s == 3000
    assert clock.waits == []


@pytest.mark.parametrize("status", [400, 403, 409])
def test_a_plain_refusal_is_not_tried_again(arm: Arm, loopback: Any, status: int):
    loopback.on("GET", THING, loopback.reply(status=status, body=refused("Some")))
    with pytest.raises(AzureRefused):
        arm.get(THING)
    assert len(loopback.asked("GET")) == 1


def test_a_read_survives_dropped_connections(arm: Arm, loopback: Any):
    loopback.on("GET", THING, loopback.reply(drop=True), loopback.reply(drop=True), loopback.reply(body=WHOLE))
    assert arm.get(THING) == WHOLE


def test_a_refused_token_is_renewed_once(arm: Arm, loopback: Any):
    loopback.on(
        "GET", THING, loopback.reply(status=401, body=refused("ExpiredAuthenticationToken")), loopback.reply(body=WHOLE)
    )
    assert arm.get(THING) == WHOLE
    first, second = (heard.headers["authorization"] for heard in loopback.asked("GET"))
    assert first != second


def test_a_token_that_is_refused_again_means_signing_in(arm: Arm, loopback: Any):
    loopback.on("GET", THING, loopback.reply(status=401, body=refused("InvalidAuthenticationToken", "bad audience")))
    with pytest.raises(SignInNeeded, match="InvalidAuthenticationToken") as needed:
        arm.get(THING)
    assert needed.value.why == "bad audience"
    assert len(loopback.asked("GET")) == 2


# Api-versions


def test_a_type_without_a_schema_has_the_clouds_newest_stable_version(cloud: Cloud, arm_of: Any, loopback: Any):
    provider = {
        "resourceTypes": [{"resourceType": "things", "apiVersions": ["2023-01-01", "2024-02-02", "2025-01-01-preview"]}]
    }
    loopback.on("GET", "/subscriptions/s/providers/N.S", loopback.reply(body=provider))
    loopback.on("GET", THING, loopback.reply(body=WHOLE))
    arm = arm_of(cloud, lambda type_: None)
    assert arm.known_version("N.S/things") is None
    arm.get(THING)
    arm.get(THING)
    assert [heard.query["api-version"] for heard in loopback.asked("GET", "things")] == ["2024-02-02"] * 2
    assert len(loopback.asked("GET")) == 3


def test_a_version_that_this_cloud_does_not_have_is_replaced_by_one_it_has(arm: Arm, loopback: Any):
    provider = {"resourceTypes": [{"resourceType": "things", "apiVersions": ["2020-01-01"]}]}
    loopback.on("GET", "/subscriptions/s/providers/N.S", loopback.reply(body=provider))
    wrong = loopback.reply(status=400, body=refused("NoRegisteredProviderFound"))
    loopback.on("PUT", THING, wrong, loopback.reply(body=WHOLE))
    assert arm.put(THING, {"location": "x"}) == WHOLE
    assert [heard.query["api-version"] for heard in loopback.asked("PUT")] == ["2025-01-01", "2020-01-01"]


def test_a_version_that_the_caller_names_is_not_replaced(arm: Arm, loopback: Any):
    loopback.on("PUT", THING, loopback.reply(status=400, body=refused("NoRegisteredProviderFound")))
    with pytest.raises(AzureRefused):
        arm.put(THING, {}, api_version="1999-01-01")
    assert [heard.query["api-version"] for heard in loopback.asked("PUT")] == ["1999-01-01"]


# Changing


def test_a_put_is_followed_to_its_end_and_its_async_url_told_first(arm: Arm, loopback: Any):
    url = f"{loopback.url}{OPERATION}?api-version=2025-01-01"
    loopback.on(
        "PUT", THING, loopback.reply(status=201, body={}, headers={"Azure-AsyncOperation": url, "Retry-After": "1"})
    )
    loopback.on(
        "GET", OPERATION, loopback.reply(body={"status": "Running"}), loopback.reply(body={"status": "Succeeded"})
    )
    loopback.on("GET", THING, loopback.reply(body=WHOLE))
    heard: list[str] = []
    assert arm.put(THING, {"location": "westeurope"}, on_submitted=heard.append) == WHOLE
    assert heard == [url]
    assert loopback.asked("PUT")[0].body == {"location": "westeurope"}


def test_a_put_can_be_made_to_create_only(arm: Arm, loopback: Any):
    loopback.on("PUT", THING, loopback.reply(status=412, body=refused("PreconditionFailed")))
    with pytest.raises(AzureRefused) as there:
        arm.put(THING, {}, if_none_match=True)
    assert there.value.status == 412
    assert loopback.asked("PUT")[0].headers["if-none-match"] == "*"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_change_is_never_sent_twice_by_this_layer(arm: Arm, loopback: Any, status: int):
    loopback.on("PUT", THING, loopback.reply(status=status, body=refused("X"), headers={"Retry-After": "9"}))
    with pytest.raises(AzureRefused) as said:
        arm.put(THING, {})
    assert said.value.retry_after_s == 9
    assert len(loopback.asked("PUT")) == 1


def test_a_lost_answer_of_a_change_is_told_as_unknown(arm: Arm, loopback: Any):
    loopback.on("PUT", THING, loopback.reply(drop=True))
    with pytest.raises(AnswerLost) as lost:
        arm.put(THING, {})
    assert lost.value.repeatable
    assert len(loopback.asked("PUT")) == 1


def test_a_patch_merges(arm: Arm, loopback: Any):
    loopback.on("PATCH", THING, loopback.reply(body=WHOLE))
    assert arm.patch(THING, {"tags": {"a": "b"}}) == WHOLE
    assert loopback.heard[-1].body == {"tags": {"a": "b"}}


def test_a_passed_deadline_is_timed_out(arm: Arm, loopback: Any):
    loopback.on("PUT", THING, loopback.reply(status=202, headers={"Location": f"{loopback.url}{OPERATION}"}))
    loopback.on("GET", OPERATION, loopback.reply(status=202))
    with pytest.raises(TimedOut):
        arm.put(THING, {}, deadline_s=30)


def test_deleting_says_whether_there_was_something(arm: Arm, loopback: Any):
    loopback.on("DELETE", THING, loopback.reply(status=200))
    assert arm.delete(THING) is True
    loopback.on("DELETE", THING, loopback.reply(status=204))
    assert arm.delete(THING) is False
    loopback.on("DELETE", THING, loopback.reply(status=404, body=refused("ResourceGroupNotFound")))
    assert arm.delete(THING) is False


def test_a_delete_in_a_subscription_that_is_not_there_is_refused(arm: Arm, loopback: Any):
    loopback.on("DELETE", THING, loopback.reply(status=404, body=refused("SubscriptionNotFound")))
    with pytest.raises(AzureRefused):
        arm.delete(THING)


def test_an_asynchronous_delete_is_followed(arm: Arm, loopback: Any):
    loopback.on("DELETE", THING, loopback.reply(status=202, headers={"Location": f"{loopback.url}{OPERATION}"}))
    loopback.on("GET", OPERATION, loopback.reply(status=202), loopback.reply(status=204))
    assert arm.delete(THING) is True
    assert len(loopback.asked("GET", "operationStatuses")) == 2


def test_waiting_until_something_is_gone(arm: Arm, loopback: Any):
    loopback.on("GET", THING, loopback.reply(body=WHOLE), loopback.reply(status=404, body=refused("ResourceNotFound")))
    arm.gone(THING)
    loopback.on("GET", THING, loopback.reply(body=WHOLE))
    with pytest.raises(TimedOut):
        arm.gone(THING, deadline_s=10)


def test_an_action_is_a_post_below_the_resource(arm: Arm, loopback: Any):
    loopback.on("POST", f"{THING}/listKeys", loopback.reply(body={"keys": [1]}))
    assert arm.post(THING, "listKeys", {"a": 1}) == {"keys": [1]}
    assert loopback.heard[-1].query == {"api-version": "2025-01-01"}
    assert loopback.heard[-1].body == {"a": 1}


# Links


def test_an_operation_submitted_through_the_public_host_is_followed_in_this_cloud(arm: Arm, loopback: Any):
    loopback.on("GET", OPERATION, loopback.reply(body={"status": "Succeeded"}))
    loopback.on("GET", THING, loopback.reply(body=WHOLE))
    assert arm.follow(f"https://management.azure.com{OPERATION}?api-version=1&t=%2F", THING) == WHOLE
    assert loopback.asked("GET", "operationStatuses")[0].query == {"api-version": "1", "t": "/"}


def test_the_token_never_follows_a_link_to_another_host(arm: Arm, loopback: Any):
    other = type(loopback)()
    try:
        page = {"value": [WHOLE], "nextLink": f"{other.url}/steal"}
        loopback.on("GET", "/subscriptions/s/providers/N.S/things", loopback.reply(body=page))
        with pytest.raises(AzureRefused) as foreign:
            arm.list("N.S/things")
        assert foreign.value.code == "ForeignLink"
        loopback.on("POST", f"{THING}/go", loopback.reply(status=202, headers={"Location": f"{other.url}/steal"}))
        with pytest.raises(AzureRefused):
            arm.post(THING, "go")
        assert other.heard == []
    finally:
        other.close()


def test_a_put_whose_monitor_is_elsewhere_is_judged_by_the_resource(arm: Arm, loopback: Any):
    loopback.on("PUT", THING, loopback.reply(status=202, headers={"Location": "https://elsewhere.example.com/x"}))
    loopback.on("GET", THING, loopback.reply(body=WHOLE))
    assert arm.put(THING, {}) == WHOLE


# As a World's reader


def test_it_is_a_reader_of_worlds(arm: Arm, cloud: Cloud, loopback: Any):
    reader: Reader = arm
    loopback.on("GET", THING, loopback.reply(body=WHOLE))
    assert World(cloud, reader).get(ResourceRef.from_id(THING)) == WHOLE


def test_a_list_needs_a_subscription(cloud: Cloud, arm_of: Any):
    with pytest.raises(SignInNeeded):
        arm_of(replace(cloud, subscription=None)).list("N.S/things")


def test_a_stopped_cloud_is_unreachable_at_once(cloud: Cloud, arm_of: Any, loopback: Any, clock: Clock):
    gone = type(loopback)()
    gone.close()
    with pytest.raises(CloudUnreachable):
        arm_of(replace(cloud, arm=gone.url)).get(THING)
    assert clock.waits == []


# A network that is away


@pytest.fixture
def enduring(cloud: Cloud, clock: Clock, tmp_path: Path) -> Iterator[Arm]:
    outage = Outage(600.0, now=clock.now, wait=lambda _, wait_s: clock.wait(wait_s))
    with Http(cloud) as http:
        tokens = Tokens(cloud, http, Paths(tmp_path))
        yield Arm(cloud, http, tokens, lambda _: "2025-01-01", wait=clock.wait, now=clock.now, outage=outage)


def fail(monkeypatch: pytest.MonkeyPatch, times: int, error: AzlinError, path: str = THING) -> None:
    """Let the next requests to a path go wrong before they leave."""
    real, left = Http.request, [error] * times

    def request(self: Http, method: str, url: str, **named: Any) -> Any:
        if path in url and left:
            raise left.pop()
        return real(self, method, url, **named)

    monkeypatch.setattr(Http, "request", request)


def test_a_change_that_could_not_leave_leaves_once_when_the_network_is_back(
    enduring: Arm, loopback: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    loopback.on("PUT", THING, loopback.reply(body=WHOLE))
    fail(monkeypatch, 12, CloudUnreachable("no route"))
    assert enduring.put(THING, {}) == WHOLE
    assert len(loopback.asked("PUT")) == 1
    assert 120 < clock.now() < 300


def test_a_change_whose_answer_was_lost_is_not_sent_again_here(
    enduring: Arm, loopback: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    loopback.on("PUT", THING, loopback.reply(body=WHOLE))
    fail(monkeypatch, 1, AnswerLost("gone", repeatable=True))
    with pytest.raises(AnswerLost):
        enduring.put(THING, {})
    assert (loopback.asked("PUT"), clock.waits) == ([], [])


def test_an_operation_is_followed_through_an_outage_of_minutes(
    enduring: Arm, loopback: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monitor = {"azure-asyncoperation": f"{loopback.url}{OPERATION}", "retry-after": "1"}
    loopback.on("PUT", THING, loopback.reply(201, WHOLE, monitor))
    loopback.on("GET", OPERATION, loopback.reply(body={"status": "Succeeded"}))
    loopback.on("GET", THING, loopback.reply(body=WHOLE))
    fail(monkeypatch, 10, AnswerLost("gone", repeatable=True), OPERATION)
    assert enduring.put(THING, {}) == WHOLE
    assert 100 < clock.now() < 300


def test_a_sign_in_whose_answer_was_lost_has_sent_no_change(
    enduring: Arm, loopback: Any, monkeypatch: pytest.MonkeyPatch
):
    loopback.on("PUT", THING, loopback.reply(body=WHOLE))
    fail(monkeypatch, 2, AnswerLost("gone", repeatable=False), "/oauth2/")
    assert enduring.put(THING, {}) == WHOLE
    assert len(loopback.asked("PUT")) == 1


def test_reaching_azure_is_any_answer_at_all(enduring: Arm, loopback: Any):
    loopback.on("GET", "/subscriptions/s", loopback.reply(403, refused("AuthorizationFailed")))
    enduring.reach()
