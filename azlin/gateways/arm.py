"""Azure Resource Manager, spoken directly: read, list, put, patch, delete, act, and follow to the end.

Reads are retried here (a read can do no harm). A call that changes something leaves once; whether it is sent again is
decided by the layer above, which writes it down first. That holds for 429 too: it proves that nothing happened, but
the wait belongs where it is journalled and told. Two exceptions, in both of which Azure has said that nothing was
done: an expired token (401) is renewed once, and an api-version that the cloud does not have is replaced once. And what
could not be sent at all, because the network is away, is sent when it is back (`outage`, where one is given).
"""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from azlin.errors import AnswerLost, AzureRefused, CloudUnreachable, SignInNeeded
from azlin.gateways.api_versions import PROVIDERS_VERSION, ApiVersions
from azlin.gateways.arm_error import answer_object, refusal
from azlin.gateways.arm_id import quoted, says_absent, type_of
from azlin.gateways.arm_list import Lists
from azlin.gateways.backoff import backoff
from azlin.gateways.cloud import PUBLIC_ARM, Cloud
from azlin.gateways.http import Answer, Http, origin
from azlin.gateways.long_running import Follower, Method, Submitted
from azlin.gateways.outage import Outage
from azlin.gateways.pace import PATIENCE_S as PAUSE_S
from azlin.gateways.pace import Pace
from azlin.gateways.tokens import Tokens

READS_MAX = 5
PATIENCE_S = 120.0
"""A read that Azure wants to be delayed for longer than this is refused instead, with `retry_after_s`."""
DEADLINE_S = 600.0
PARALLEL_MAX = 8
TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
WRONG_VERSION = frozenset(
    {"noregisteredproviderfound", "invalidresourcetype", "invalidapiversionparameter", "invalidapiversion"}
)
SUBSCRIPTIONS_VERSION = "2022-12-01"

Json = dict[str, Any]
OnSubmitted = Callable[[str], None]
Leaving = Callable[[], Mapping[str, str]]
"""Called just before a change leaves, after any waiting; gives headers to send along. What it raises keeps it here."""


@dataclass(frozen=True)
class Change:
    """A call that changes something. `api_version` None: the one of the type; `action` makes it a POST below."""

    method: Method
    resource_id: str
    body: Json | None
    api_version: str | None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    action: str | None = None
    leaving: Leaving = dict

    @property
    def path(self) -> str:
        return self.resource_id if self.action is None else f"{self.resource_id}/{self.action}"


class Arm:
    """One subscription of one cloud. Implements `azlin.agentic.world.Reader`. Safe to use from several threads.

    `api_version` says what the type schemas know (None: ask the cloud). All calls raise SignInNeeded,
    CloudUnreachable, AnswerLost (for a change: unknown whether it was done) and AzureRefused.
    """

    def __init__(
        self,
        cloud: Cloud,
        http: Http,
        tokens: Tokens,
        api_version: Callable[[str], str | None],
        *,
        wait: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
        pace: Pace | None = None,
        outage: Outage | None = None,
    ) -> None:
        self._cloud = cloud
        self._http = http
        self._tokens = tokens
        self._wait = wait
        self._now = now
        self._outage = outage or Outage()
        self._pace = pace or Pace(now=now, wait=lambda _, wait_s: wait(wait_s))
        self._versions = ApiVersions(api_version, self._provider)
        self._lists = Lists(
            first=lambda path, type_: self._versioned(path, None, self._read, type_=type_),
            onward=lambda link: self._read(self._ours(link)),
        )

    # Reading

    def get(self, resource_id: str, *, expand: str | None = None, api_version: str | None = None) -> Json | None:
        """The resource, or None when Azure says that it, or what it is in, does not exist.

        A 404 about anything else (the subscription, the provider, a page of some proxy) raises AzureRefused: it does
        not say that the resource is absent.
        """
        try:
            answer = self._versioned(resource_id, api_version, self._read, expand=expand)
        except AzureRefused as refused:
            if refused.status == 404 and says_absent(refused.code, type_of(resource_id)):
                return None
            raise
        return answer_object(answer)

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> builtins.list[Json]:
        """All resources of a type in the subscription, or in one group; [] when there are none or no such group.

        A child type is listed below each of its parents. `expand` is asked per resource, because Azure ignores or
        refuses it on most lists (`$expand` of virtual machines needs a `$filter`).
        """
        _, subscription = self._cloud.require_sign_in()
        found = self._lists.all(type, subscription, group)
        if expand is None:
            return found
        with ThreadPoolExecutor(PARALLEL_MAX, thread_name_prefix="arm-list") as hands:
            whole = list(hands.map(partial(self._whole, expand=expand), found))
        return [one for one in whole if one is not None]

    def inquire(self, path: str, api_version: str, *, where: str = "", body: Json | None = None) -> Any:
        """What Azure tells that is no resource (`world.Inquirer.inquire`): every element of a list, else the answer.

        With a `body` it is a POST that changes nothing (checkNameAvailability), and leaves once.
        """
        url = self._url(path, api_version) + (f"&{urlencode({'$filter': where}, safe='$')}" if where else "")
        if body is None:
            return self._lists.pages(self._read(url))
        answer = self._authorized("POST", url, Change("POST", path, body, api_version))
        if answer.status >= 300:
            raise refusal(answer)
        return answer_object(answer)

    def reach(self) -> None:
        """Return when Azure has answered anything at all."""
        _, subscription = self._cloud.require_sign_in()
        self._authorized("GET", self._url(f"/subscriptions/{subscription}", SUBSCRIPTIONS_VERSION))

    def known_version(self, type_: str) -> str | None:
        """The api-version that would be used, if it can be said without asking Azure."""
        return self._versions.known(type_)

    def acted(self, resource_id: str, since: datetime, marks: Collection[str]) -> str | None:
        """The latest status that the activity log has of a request to a resource that carried one of these
        `x-ms-client-request-id`s (`Accepted`, `Succeeded`, `Failed` …), None when it has none (yet: it lags)."""
        from azlin.gateways.activity import status_of

        return status_of(lambda path: self._read(self._ours(path)), resource_id, since, marks)

    # Changing

    def put(
        self,
        resource_id: str,
        body: Json,
        *,
        api_version: str | None = None,
        if_none_match: bool = False,
        on_submitted: OnSubmitted | None = None,
        leaving: Leaving = dict,
        deadline_s: float = DEADLINE_S,
    ) -> Json:
        """Create or replace, and return the resource once Azure has finished with it.

        `if_none_match` lets Azure refuse (412) to touch a resource that exists, where the service supports it.
        `on_submitted` hears the URL of an asynchronous operation as soon as Azure has taken it. Raises TimedOut after
        `deadline_s`, also of a failed provisioning AzureRefused.
        """
        headers = {"if-none-match": "*"} if if_none_match else {}
        change = Change("PUT", resource_id, body, api_version, headers, leaving=leaving)
        return self._carried_out(change, on_submitted, deadline_s)

    def patch(
        self,
        resource_id: str,
        body: Json,
        *,
        api_version: str | None = None,
        on_submitted: OnSubmitted | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> Json:
        """Merge `body` into a resource (RFC 7396) and return it once Azure has finished."""
        return self._carried_out(Change("PATCH", resource_id, body, api_version), on_submitted, deadline_s)

    def delete(
        self,
        resource_id: str,
        *,
        api_version: str | None = None,
        on_submitted: OnSubmitted | None = None,
        deadline_s: float = DEADLINE_S,
        leaving: Leaving = dict,
    ) -> bool:
        """Delete, and return once Azure has finished. False: there was nothing to delete."""
        follower = self._follower(deadline_s)
        try:
            change = Change("DELETE", resource_id, None, api_version, leaving=leaving)
            submitted = self._submit(change, on_submitted)
        except AzureRefused as refused:
            if refused.status == 404 and says_absent(refused.code, type_of(resource_id)):
                return False
            raise
        follower.finish(submitted)
        return submitted.answer.status != 204

    def post(
        self,
        resource_id: str,
        action: str,
        body: Json | None = None,
        *,
        api_version: str | None = None,
        on_submitted: OnSubmitted | None = None,
        leaving: Leaving = dict,
        deadline_s: float = DEADLINE_S,
    ) -> Any:
        """Let a resource do something (`start`, `listKeys`), and return its result, None if it has none."""
        change = Change("POST", resource_id, body, api_version, action=action, leaving=leaving)
        return self._carried_out(change, on_submitted, deadline_s)

    def follow(
        self,
        async_url: str,
        resource_id: str | None = None,
        *,
        method: Method = "PUT",
        api_version: str | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> Any:
        """Take up an operation that was submitted earlier, by its async URL, and return what the call would have.

        With `resource_id` the resource is asked when the operation's status can no longer be read, and is what a PUT
        or PATCH returns.
        """
        follower = self._follower(deadline_s)
        if resource_id is None:
            return follower.reattach(async_url, None, method)
        type_ = type_of(resource_id)
        resource_url = self._url(resource_id, api_version or self._versions.of(type_))
        return follower.reattach(async_url, resource_url, method, type_)

    def gone(self, resource_id: str, *, api_version: str | None = None, deadline_s: float = DEADLINE_S) -> None:
        """Return when Azure says that a resource does not exist; raises TimedOut when it never does."""
        version = api_version or self._versions.of(type_of(resource_id))
        self._follower(deadline_s).gone(self._url(resource_id, version), type_of(resource_id))

    # How

    def _carried_out(self, change: Change, on_submitted: OnSubmitted | None, deadline_s: float) -> Any:
        follower = self._follower(deadline_s)
        return follower.finish(self._submit(change, on_submitted))

    def _submit(self, change: Change, on_submitted: OnSubmitted | None) -> Submitted:
        def send(url: str) -> Answer:
            answer = self._authorized(change.method, url, change)
            if answer.status >= 300:
                raise refusal(answer)
            return answer

        type_ = type_of(change.resource_id)
        answer = self._versioned(change.path, change.api_version, send, type_=type_)
        submitted = Submitted(change.method, answer, None if change.action else answer.url, type_)
        if submitted.monitor_url is not None and on_submitted is not None:
            on_submitted(submitted.monitor_url)
        return submitted

    def _versioned(
        self,
        path: str,
        api_version: str | None,
        send: Callable[[str], Answer],
        *,
        type_: str | None = None,
        expand: str | None = None,
    ) -> Answer:
        """Send with the version wanted; when the cloud does not have the one that the schemas name, with its own."""
        type_ = type_ or type_of(path)
        version = api_version or self._versions.of(type_)
        try:
            return send(self._url(path, version, expand))
        except AzureRefused as refused:
            if api_version is not None or refused.code.casefold() not in WRONG_VERSION:
                raise
            offered = self._versions.of_cloud(type_)
            if offered == version:
                raise
            return send(self._url(path, offered, expand))

    def _follower(self, deadline_s: float) -> Follower:
        return Follower(
            lambda url: self._patient(self._ours(url)), deadline_s=deadline_s, wait=self._wait, now=self._now
        )

    def _read(self, url: str) -> Answer:
        answer = self._patient(url)
        if answer.status >= 300:
            raise refusal(answer)
        return answer

    def _patient(self, url: str) -> Answer:
        """GET, again when that may help: lost answers, throttling and trouble at Azure's end."""
        attempt = 0
        while True:
            attempt += 1
            asked_s: float | None = None
            try:
                answer = self._authorized("GET", url)
            except AnswerLost:
                if attempt >= READS_MAX or self._outage.rides:
                    raise
            else:
                if answer.status not in TRANSIENT or attempt >= READS_MAX:
                    return answer
                asked_s = refusal(answer).retry_after_s
                if asked_s is not None and asked_s > PATIENCE_S:
                    return answer
            self._wait(backoff(attempt, asked_s))

    def _authorized(self, method: str, url: str, change: Change | None = None) -> Answer:
        """Send with a token; with a new one when Azure no longer takes the one we had."""
        answer = self._sent(method, url, change)
        if answer.status != 401:
            return answer
        answer = self._sent(method, url, change, renew=True)
        if answer.status == 401:
            said = refusal(answer)
            raise SignInNeeded(
                f"Azure does not accept our sign-in: {said.code}: {said.message}",
                why=said.message,
                fix=f"az login --tenant {self._cloud.tenant}" if self._cloud.tenant else "az login",
            )
        return answer

    def _sent(self, method: str, url: str, change: Change | None, *, renew: bool = False) -> Answer:
        """The answer, also when the network is away for a while: what was not sent, or may be twice, is sent again."""
        return self._outage.ride_out(lambda: self._paced(method, url, change, renew=renew), repeatable=method == "GET")

    def _paced(self, method: str, url: str, change: Change | None, *, renew: bool = False) -> Answer:
        """Send when Azure's rate limits allow it. A read stands in line for longer: nobody waits for it elsewhere."""
        headers = self._headers(change.headers if change is not None else None, renew=renew)
        with self._pace.turn(method, url, patience_s=PATIENCE_S if method == "GET" else PAUSE_S) as turn:
            asked_at = time.monotonic()
            if change is not None:
                headers |= change.leaving()
            body = change.body if change is not None else None
            answer = self._http.request(method, url, headers=headers, body=body, asked_at=asked_at)
            turn.heard(answer.status, answer.headers, answer.text if answer.status == 429 else "")
        return answer

    def _headers(self, more: Mapping[str, str] | None, *, renew: bool = False) -> dict[str, str]:
        try:
            token = self._tokens.token(renew=renew)
        except AnswerLost as lost:  # the sign-in's; ours has not been sent
            raise CloudUnreachable(lost.what, why=lost.why, fix=lost.fix) from lost
        return {"authorization": f"Bearer {token}", "accept": "application/json", **(more or {})}

    def _url(self, path: str, version: str, expand: str | None = None) -> str:
        query = {"api-version": version, **({"$expand": expand} if expand else {})}
        return f"{self._cloud.arm.rstrip('/')}{quoted(path)}?{urlencode(query, safe='$')}"

    def _ours(self, link: str) -> str:
        """A link that Azure gave, to be followed with our token: only within this cloud.

        The public host's links are read as this cloud's own, so that an operation submitted through a proxy can be
        followed directly. Raises AzureRefused (ForeignLink) for any other host.
        """
        arm = urlsplit(self._cloud.arm)
        parts = urlsplit(urljoin(self._cloud.arm.rstrip("/") + "/", link))
        host, own = (parts.hostname or "").casefold(), (arm.hostname or "").casefold()
        regional = parts.scheme == "https" and host.endswith(f".{own}") and not self._cloud.sandbox
        if origin(parts.geturl()) == origin(self._cloud.arm) or regional:
            return parts.geturl()
        if origin(parts.geturl()) == PUBLIC_ARM:
            return urlunsplit((arm.scheme, arm.netloc, parts.path, parts.query, ""))
        raise AzureRefused("ForeignLink", f"a link in Azure's answer leads to {host}, which is not this cloud")

    def _whole(self, one: Json, *, expand: str) -> Json | None:
        return self.get(str(one["id"]), expand=expand)

    def _provider(self, namespace: str) -> Json:
        root = f"/subscriptions/{self._cloud.subscription}" if self._cloud.subscription else ""
        return answer_object(self._read(self._url(f"{root}/providers/{namespace}", PROVIDERS_VERSION)))
