"""Following what ARM does asynchronously until it is over.

Protocol: Azure Resource Manager RPC, "Asynchronous API Reference" (github.com/Azure/azure-resource-manager-rpc,
v1.0/async-api-reference.md) and learn.microsoft.com/azure/azure-resource-manager/management/async-operations:
- `Azure-AsyncOperation` names a status monitor: always 200, `{"status": …}`; only Succeeded, Failed and Canceled are
  final. It goes before `Location`.
- `Location` answers 202 while it goes on, and afterwards what the call would have answered.
- With neither, the resource itself is asked: `properties.provisioningState`; none means Succeeded.
- A 4xx or 5xx from a monitor is a failure to read the status, not of the operation. Then the resource is asked instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

from azlin.errors import AzlinError, AzureRefused, CloudUnreachable, SignInNeeded, TimedOut
from azlin.gateways.arm_error import answer_json, failed_operation, refusal, retry_after_s
from azlin.gateways.arm_id import says_absent
from azlin.gateways.backoff import backoff
from azlin.gateways.http import Answer

FINAL = frozenset({"succeeded", "failed", "canceled"})
SHORTEST_S = 0.01
POLL_BASE_S = 1.0
POLL_LONGEST_S = 30.0
LOST_MAX = 5
VISIBLE_WITHIN_S = 60.0
"""How long a resource whose creation succeeded may stay invisible to a GET (ARM's caches are eventually consistent)."""

Json = dict[str, Any]
Method = Literal["PUT", "PATCH", "DELETE", "POST"]


@dataclass(frozen=True)
class Submitted:
    """A request that Azure took: what it answered at once, and where the resource is (None for an action)."""

    method: Method
    answer: Answer
    resource_url: str | None
    type_: str = ""

    @property
    def monitor_url(self) -> str | None:
        headers = self.answer.headers
        if url := headers.get("azure-asyncoperation"):
            return url
        return headers.get("location") if self.answer.status in (201, 202) else None

    @property
    def location_url(self) -> str | None:
        return self.answer.headers.get("location")

    def is_the_operations(self, refused: AzureRefused) -> bool:
        """Whether an error from the monitor is the operation's own. At `Location` it is, because that answers what the
        call would have answered; from a status monitor it never is. Not being allowed to look (403), or nothing being
        there any more, says nothing in either case."""
        url = self.monitor_url or ""
        by_location = "azure-asyncoperation" not in self.answer.headers and "operationstatus" not in url.casefold()
        return by_location and refused.status not in (None, 403, 404, 405, 410) and (refused.status or 0) < 500


class Follower:
    """Follows one operation to its end. `ask` GETs a URL and returns the answer whatever its status, having retried
    what is transient; it raises what it must not or cannot ask. `wait` sleeps that many seconds."""

    def __init__(
        self,
        ask: Callable[[str], Answer],
        *,
        deadline_s: float,
        wait: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask_once = ask
        self._wait = wait
        self._now = now
        self._deadline_s = deadline_s
        self._ends = now() + deadline_s

    def finish(self, submitted: Submitted) -> Any:
        """What the call would have answered had it been synchronous: the resource for PUT and PATCH (read back from
        Azure), the result of an action, None for a deletion. Raises AzureRefused when it failed, TimedOut when the
        deadline passed (Azure goes on), CloudUnreachable."""
        result: Any = None
        if submitted.monitor_url is not None:
            result = self._monitored(submitted.monitor_url, submitted)
        elif submitted.method == "POST":
            return answer_json(submitted.answer)
        return self._concluded(submitted, result)

    def reattach(self, async_url: str, resource_url: str | None, method: Method, type_: str = "") -> Any:
        """The same for an operation that was submitted earlier, perhaps by another process."""
        empty = Answer(202, {"location": async_url, "retry-after": "0"}, b"", async_url)
        return self.finish(Submitted(method, empty, resource_url, type_))

    def _concluded(self, submitted: Submitted, result: Any) -> Any:
        if submitted.method == "POST":
            return result
        url = submitted.resource_url
        if url is None:
            return result
        if submitted.method == "DELETE":
            if submitted.monitor_url is None and submitted.answer.status == 202:
                self.gone(url, submitted.type_)
            return None
        return self._settled(url, submitted.answer if submitted.monitor_url is None else None, submitted.type_)

    def _monitored(self, url: str, submitted: Submitted) -> Any:
        """Poll a monitor to its end; the result it gives, if any."""
        answer, polls = submitted.answer, 0
        while True:
            polls += 1
            self._pause(answer, polls, submitted)
            try:
                answer = self._ask(url)
                if answer.status >= 400:
                    raise refusal(answer)
                status = _status(answer)
            except (AzureRefused, SignInNeeded) as unread:
                resource_url = submitted.resource_url
                failed = isinstance(unread, AzureRefused) and submitted.is_the_operations(unread)
                if failed or submitted.method == "POST" or resource_url is None:
                    raise
                return self.gone(resource_url, submitted.type_) if submitted.method == "DELETE" else None
            if status is None and answer.status == 202:
                url = answer.headers.get("location", url)
            elif status is None:
                return answer_json(answer)
            elif status.casefold() == "succeeded":
                return self._result(answer, submitted)
            elif status.casefold() in FINAL:
                raise failed_operation(status, cast("Json", answer_json(answer)), answer.status)

    def _result(self, answer: Answer, submitted: Submitted) -> Any:
        """The result of an action whose status monitor says Succeeded: at `Location` if there is one, else in the
        monitor's own `properties`."""
        if submitted.method != "POST":
            return None
        location = submitted.location_url
        if location is not None and location != submitted.monitor_url:
            said = self._ask(location)
            if said.status < 300:
                return answer_json(said)
        return cast("Json", answer_json(answer)).get("properties")

    def _settled(self, url: str, first: Answer | None, type_: str) -> Json:
        """Ask for the resource until its provisioningState is final."""
        polls = 0
        answer = first if first is not None and first.status in (200, 201) and answer_json(first) else None
        visible_by = self._now() + VISIBLE_WITHIN_S
        while True:
            if answer is None:
                answer = self._ask(url)
            if _absent(answer, type_) and self._now() < visible_by:
                state = "NotVisibleYet"
            elif answer.status >= 400:
                raise refusal(answer)
            else:
                resource = answer_json(answer)
                state = provisioning_state(resource)
                if state.casefold() in FINAL:
                    if state.casefold() != "succeeded":
                        raise failed_operation(state, cast("Json", resource), answer.status)
                    return cast("Json", resource)
            polls += 1
            self._pause(answer, polls, None, state)
            answer = None

    def gone(self, url: str, type_: str) -> None:
        """Ask for a resource until Azure says that it does not exist."""
        polls = 0
        while True:
            answer = self._ask(url)
            if _absent(answer, type_):
                return
            if answer.status >= 400:
                raise refusal(answer)
            state = provisioning_state(answer_json(answer))
            if state.casefold() == "failed":
                raise failed_operation(state, cast("Json", answer_json(answer)), answer.status)
            polls += 1
            self._pause(answer, polls, None, state)

    def _ask(self, url: str) -> Answer:
        """Networks come back: an operation that Azure has taken is not given up for a moment without one."""
        polls = 0
        while True:
            try:
                return self._ask_once(url)
            except CloudUnreachable as lost:
                polls += 1
                if polls > LOST_MAX or self._now() >= self._ends:
                    raise
                self._pause(None, polls, None, lost.what)

    def _pause(self, answer: Answer | None, polls: int, submitted: Submitted | None, state: str = "") -> None:
        left_s = self._ends - self._now()
        if left_s <= 0:
            raise self._timed_out(submitted, state or (answer and _status(answer)) or "in progress")
        asked_s = retry_after_s(answer.headers) if answer is not None else None
        pause_s = min(backoff(polls, asked_s, base_s=POLL_BASE_S), left_s)
        self._wait(max(SHORTEST_S, pause_s if asked_s is not None else min(pause_s, POLL_LONGEST_S)))

    def _timed_out(self, submitted: Submitted | None, state: str) -> AzlinError:
        what = f" the {submitted.method}" if submitted else ""
        return TimedOut(
            f"Azure had not finished{what} after {self._deadline_s:.0f} s (it says: {state})",
            why="the operation goes on in Azure; what becomes of it is unknown until Azure is asked again",
            fix="azlin objective resume ID   (asks Azure, and does only what is missing)",
        )


def provisioning_state(resource: Any) -> str:
    """`properties.provisioningState`; none means Succeeded (ARM RPC, "ProvisioningState property")."""
    if not isinstance(resource, dict):
        return "Succeeded"
    properties = cast("Json", resource).get("properties")
    state = cast("Json", properties).get("provisioningState") if isinstance(properties, dict) else None
    return state if isinstance(state, str) and state else "Succeeded"


def _absent(answer: Answer, type_: str) -> bool:
    return answer.status == 404 and says_absent(refusal(answer).code, type_)


def _status(answer: Answer) -> str | None:
    """The status that a monitor's answer reports; None when the answer is not a monitor's.

    A resource that has a `status` of its own has a `type` too; a monitor has none.
    """
    body = answer_json(answer)
    if not isinstance(body, dict):
        return None
    status = cast("Json", body).get("status")
    return status if isinstance(status, str) and "type" not in body else None
