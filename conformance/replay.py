"""One recording, asked again of a sandbox of its own: what the real service answered beside what the sandbox answers.

Rules, the same for every recording:

 - The sandbox is new and empty; its one tenant and its subscriptions have the ids of the recording.
 - Made first are the resource groups that the recording uses without having made them (its test's preparer did).
 - Not sent are polls: a GET of a URI that an earlier answer named in Location, Azure-AsyncOperation or
   Operation-Location. Not sent are the further pages of a list (`$skiptoken`) of which the sandbox has but one, because
   only the recording's subscription held more; where it gave a nextLink, that is what is followed. Not sent is what
   did not go to management.azure.com.
 - Everything else is sent in its order as it was recorded, api-version, query, body and conditions, once; but a value
   of 8 letters or more that the service chose (in the recording it is first seen in an answer) is replaced by what the
   sandbox answered in the same place of the same answer.
 - Which instance ids a scale set has is chosen by the service too (it makes more than it keeps): the n-th that the
   recording found stands for the n-th that the sandbox made, and one that it did not find for one that is not there.
 - The status class is right when both answers are 2xx, or both 4xx (and so on).
 - The key paths of an answer: its JSON's object keys from the root joined by '.', arrays folded to '[]', each once,
   inner ones as well as leaves, of answers of every status. Present is what the sandbox's answer to the same request
   has, in the same spelling, whatever the value. Nothing is left out: not the resources of strangers in a list, not
   timestamps, not error details. When the status class is wrong none is present.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from azlin.sandbox.arm.behaviour import Answer, Registry
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.jsonc import array_of, object_of
from azlin.sandbox.arm.routes import Arm
from azlin.sandbox.arm.store import Store
from azlin.sandbox.directory import Directory
from azlin.sandbox.entra import Entra
from azlin.sandbox.incoming import Incoming
from azlin.sandbox.keys import SigningKey
from conformance.cassettes import Cassette, Exchange, comparable

BASE = "https://management.azure.com"
_TENANT = "00000000-0000-0000-0000-000000000000"
_SUBSCRIPTION = re.compile(r"/subscriptions/([0-9a-f-]{36})", re.IGNORECASE)
_GROUP = re.compile(r"(/subscriptions/[^/]+/resourcegroups/[^/?]+)(/[^?]*)?", re.IGNORECASE)
_LOCATION = re.compile(r'"location": ?"([A-Za-z0-9 ]+)"')
_SCALE_SET = re.compile(r"/subscriptions/[^/?]+/[^?]*/virtualMachineScaleSets/[^/?]+", re.IGNORECASE)
_INSTANCE = re.compile(rf"({_SCALE_SET.pattern})/virtualMachines/(\d+)", re.IGNORECASE)
_INSTANCE_IDS = re.compile(r'("instanceIds": ?\[)([^]]*)\]')
_SHORTEST = 8


@dataclass(frozen=True)
class Asked:
    """One request that was sent: what was recorded and what the sandbox answered."""

    cassette: str
    service: str
    number: int
    exchange: Exchange
    answer: Answer

    @property
    def status_right(self) -> bool:
        return self.exchange.status // 100 == self.answer.status // 100

    @property
    def recorded_paths(self) -> set[str]:
        return set(key_paths(self.exchange.answer))

    @property
    def missing_paths(self) -> set[str]:
        recorded = self.recorded_paths
        return recorded - set(key_paths(self.answer.body)) if self.status_right else recorded

    @property
    def words(self) -> str:
        """The request in one line, without what differs between recordings."""
        path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", unquote(urlsplit(self.exchange.uri).path))
        return f"{self.exchange.method} {path}"


@dataclass
class Replayed:
    """A whole recording. `unsent` counts what the rules leave out, by reason."""

    asked: list[Asked] = field(default_factory=list[Asked])
    unsent: dict[str, int] = field(default_factory=dict[str, int])

    def leave_out(self, reason: str) -> None:
        self.unsent[reason] = self.unsent.get(reason, 0) + 1


def replay(cassette: Cassette, registry: Registry, key: SigningKey) -> Replayed:
    """Ask a new sandbox everything; `registry` is `behaviour.load()`, `key` signs the tokens."""
    client = _Client(registry, key)
    exchanges = cassette.exchanges
    for exchange in exchanges:
        for found in _SUBSCRIPTION.findall(exchange.uri):
            client.directory.add_subscription(found, "recording", client.tenant.id)
    for group, location in _prepared(exchanges):
        made = client.ask("PUT", f"{BASE}{group}?api-version=2021-04-01", msgspec.json.encode({"location": location}))
        if made.status not in (200, 201):
            raise ValueError(f"{cassette.name}: group {group}: {made.body}")
    done, chosen, instances = Replayed(), _Chosen(exchanges), _Instances(exchanges, client)
    polls: set[str] = set()
    next_link: str | None = None
    for number, exchange in enumerate(exchanges):
        poll = exchange.method == "GET" and comparable(exchange.uri) in polls
        polls.update(exchange.polled)
        further = "skiptoken" in exchange.uri.casefold()
        if not exchange.uri.startswith(BASE):
            done.leave_out("to another host")
        elif poll:
            done.leave_out("polls")
        elif further and next_link is None:
            done.leave_out("further pages of strangers' resources")
        else:
            uri = next_link if further and next_link else chosen.put_into(exchange.uri)
            uri, sent = instances.put_into(uri, chosen.put_into(exchange.sent))
            answer = client.ask(exchange.method, uri, sent.encode(), _conditions(exchange, chosen))
            body = answer.body
            next_link = cast("dict[str, Any]", body).get("nextLink") if isinstance(body, dict) else None
            asked = Asked(cassette.name, cassette.service, number, exchange, answer)
            done.asked.append(asked)
            if asked.status_right:
                chosen.learn(number, exchange.answer, body)
    return done


def key_paths(value: Any, before: str = "") -> Iterator[str]:
    """See the module's rules."""
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            path = f"{before}.{name}" if before else name
            yield path
            yield from key_paths(inner, path)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from key_paths(inner, f"{before}[]")


class _Client:
    """Somebody of the recording's tenant, signed in, without sockets."""

    def __init__(self, registry: Registry, key: SigningKey) -> None:
        store = Store(":memory:")
        self.directory = Directory(store)
        self.tenant = self.directory.add_tenant("recording", _TENANT)
        entra = Entra(self.directory, key, "")
        form = {
            "grant_type": "client_credentials",
            "client_id": self.tenant.client_id,
            "client_secret": self.tenant.client_secret,
            "scope": f"{BASE}/.default",
        }
        signed = entra.answer("POST", f"/{self.tenant.id}/oauth2/v2.0/token", {}, form, "https://login")
        self._token = f"Bearer {signed.body['access_token']}"
        self._arm = Arm(ControlPlane(store, registry, self.directory), entra)

    def ask(self, method: str, uri: str, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        """The answer, its body as it would be read from the wire."""
        parts = urlsplit(uri)
        query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
        sent = {"authorization": self._token, **(headers or {})}
        try:
            answer = self._arm.answer(Incoming(method, unquote(parts.path), query, sent, body, BASE))
        except Exception as broken:  # noqa: BLE001 - as the server does: one request fails, the rest goes on
            words = f"{type(broken).__name__}: {broken}"
            answer = Answer(500, {"error": {"code": "InternalServerError", "message": words}})
        if answer.body is not None and not isinstance(answer.body, bytes):
            answer.body = msgspec.json.decode(msgspec.json.encode(answer.body))
        return answer


class _Instances:
    """The instance ids of scale sets: as they were recorded -> as the sandbox chose them."""

    def __init__(self, exchanges: list[Exchange], client: _Client) -> None:
        self._client = client
        self._found: dict[str, set[int]] = {}
        self._ours: dict[str, list[int]] = {}
        for one in exchanges:
            named = _INSTANCE.search(one.uri)
            if named is not None and one.status < 300:
                self._found.setdefault(named[1].casefold(), set()).add(int(named[2]))

    def put_into(self, uri: str, sent: str) -> tuple[str, str]:
        """The request with the ids of the sandbox."""
        scale_set = _SCALE_SET.search(uri)
        if scale_set is None or scale_set[0].casefold() not in self._found:
            return uri, sent
        key = scale_set[0].casefold()
        uri = _INSTANCE.sub(
            lambda named: f"{named[1]}{named[0][len(named[1]) : -len(named[2])]}{self._id(key, named[2])}", uri
        )
        return uri, _INSTANCE_IDS.sub(
            lambda ids: ids[1] + re.sub(r"\d+", lambda one: self._id(key, one[0]), ids[2]) + "]", sent
        )

    def _id(self, key: str, recorded: str) -> str:
        ours = self._of_sandbox(key)
        found = sorted(self._found[key])
        if int(recorded) in found:
            at = found.index(int(recorded))
            return str(ours[at]) if at < len(ours) else recorded
        return recorded if int(recorded) not in ours else str(max(ours) + 1 + int(recorded))

    def _of_sandbox(self, key: str) -> list[int]:
        """Asked for once, when the first is needed: the recording knows them from a list that it did not keep."""
        if not self._ours.get(key):
            listed = self._client.ask("GET", f"{BASE}{key}/virtualMachines?api-version=2020-06-01", b"").body
            values = array_of(object_of(listed).get("value"))
            self._ours[key] = sorted(int(object_of(one)["instanceId"]) for one in values)
        return self._ours[key]


class _Chosen:
    """What the service chose, as it was recorded -> as the sandbox chose it."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        self._texts = [
            "\n".join((unquote(one.uri), one.sent, *(one.headers.get(name, "") for name in _CONDITIONS)))
            for one in exchanges
        ]
        self._found: dict[str, str] = {}

    def put_into(self, text: str) -> str:
        for recorded in sorted(self._found, key=len, reverse=True):
            text = text.replace(recorded, self._found[recorded])
        return text

    def learn(self, number: int, recorded: Any, answered: Any) -> None:
        """Walk both answers to request `number` together."""
        if isinstance(recorded, dict) and isinstance(answered, dict):
            others = cast("dict[str, Any]", answered)
            for name, inner in cast("dict[str, Any]", recorded).items():
                if name in others:
                    self.learn(number, inner, others[name])
        elif isinstance(recorded, list) and isinstance(answered, list):
            if len(cast("list[Any]", recorded)) == len(cast("list[Any]", answered)):
                for one, other in zip(cast("list[Any]", recorded), cast("list[Any]", answered), strict=True):
                    self.learn(number, one, other)
        elif isinstance(recorded, str) and isinstance(answered, str) and recorded != answered:
            self._take(number, recorded, answered)
            parts, others = recorded.split("/"), answered.split("/")
            if len(parts) == len(others) > 1:
                for one, other in zip(parts, others, strict=True):
                    self._take(number, one, other)

    def _take(self, number: int, recorded: str, answered: str) -> None:
        if len(recorded) < _SHORTEST or recorded == answered or recorded in self._found:
            return
        if any(recorded in text for text in self._texts[: number + 1]):
            return
        if any(recorded in text for text in self._texts[number + 1 :]):
            self._found[recorded] = answered


def _prepared(exchanges: list[Exchange]) -> Iterator[tuple[str, str]]:
    """(path, location) of the groups that were there before the recording began."""
    known: set[str] = set()
    for exchange in exchanges:
        path = _GROUP.match(urlsplit(exchange.uri).path)
        if path is None or path[1].casefold() in known:
            continue
        if path[2] or exchange.method in ("GET", "HEAD", "DELETE"):
            if exchange.status >= 400:
                continue
            sent = (_LOCATION.search(one.sent) for one in exchanges if path[1].casefold() in one.uri.casefold())
            yield path[1], next((found[1] for found in sent if found), "eastus")
        known.add(path[1].casefold())


def _conditions(exchange: Exchange, chosen: _Chosen) -> dict[str, str]:
    return {name: chosen.put_into(exchange.headers[name]) for name in _CONDITIONS if name in exchange.headers}


_CONDITIONS = ("if-match", "if-none-match")
