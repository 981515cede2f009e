"""The sandbox as the judge sees it: its request log, its store, its faults. No code of the engine is used here."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

from azlin.agentic.types import GROUP_TYPE, Operation, ResourceRef
from azlin.errors import UsageRefused
from azlin.paths import Paths
from azlin.sandbox.instance import Instance, ensure_running, stop

Body = dict[str, Any]
VERSIONS = {
    "microsoft.resources": "2021-04-01",
    "microsoft.network": "2024-05-01",
    "microsoft.compute": "2024-11-01",
    "microsoft.compute/disks": "2024-03-02",
    "microsoft.storage": "2023-05-01",
    "microsoft.authorization": "2022-04-01",
    "microsoft.managedidentity": "2023-01-31",
}


@dataclass(frozen=True)
class Request:
    """One line of the request log. `path` is case-folded and without its query; `at` is seconds since the epoch."""

    at: float
    method: str
    path: str
    status: int


class Azure:
    """The one sandbox that all runs share; `close` ends it."""

    def __init__(self, home: Path) -> None:
        self._paths = Paths(home)
        self._paths.az_hosts.mkdir(mode=0o700, parents=True)
        self.instance: Instance = ensure_running(self._paths)
        tenant = self.instance.default_tenant
        self.tenant = tenant.id
        self.subscription = self.instance.default_subscription.id
        self._token, self._until = "", 0.0
        self._kept = threading.local()
        self._context = ssl.create_default_context(cafile=str(self.instance.ca))
        self.principal = self._principal()

    @property
    def home(self) -> Path:
        return self._paths.home

    def close(self) -> None:
        stop(self._paths)

    def requests(self, prefix: str, since: float = 0.0) -> list[Request]:
        """What was asked about the resources of one run, in the order in which it was answered."""
        log: list[Body] = self.instance.ask("GET", "requests")
        return [
            Request(one["at"], one["method"], one["path"].casefold().partition("?")[0], one["status"])
            for one in log
            if one["at"] >= since and f"/{prefix}" in one["path"].casefold()
        ]

    def fault(self, **trouble: Any) -> bool:
        """Set a fault; False where this sandbox does not know that kind."""
        try:
            self.instance.ask("POST", "faults", trouble)
        except UsageRefused:
            return False
        return True

    def clear_faults(self, marker: str) -> None:
        self.instance.ask("DELETE", f"faults?by={marker}")

    def trouble_left(self) -> list[str]:
        """Who of the runs with `--chaos` has left a fault behind."""
        return [one["by"] for one in self.instance.ask("GET", "faults") if (one["by"] or "").startswith("chaos-")]

    def get(self, ref: ResourceRef) -> Body | None:
        status, body = self._send("GET", ref.id, ref.type)
        if status == 404:
            return None
        if status != 200:
            raise AssertionError(f"GET {ref.id}: {status} {body}")
        return body

    def make(self, ref: ResourceRef, body: Body) -> None:
        """Make a resource at once, before a run (no fault of the run is set yet)."""
        status, said = self._send("PUT", ref.id, ref.type, body)
        if status >= 300:
            raise AssertionError(f"PUT {ref.id}: {status} {said}")
        while ref.type != GROUP_TYPE and _state(self.get(ref)) not in ("succeeded", None):
            time.sleep(0.02)

    def listed(self, group: str) -> list[Body]:
        """The envelopes of all top-level resources of a group; [] when there is no such group."""
        status, body = self._send(
            "GET", f"/subscriptions/{self.subscription}/resourceGroups/{group}/resources", GROUP_TYPE
        )
        return cast("list[Body]", body["value"]) if status == 200 else []

    def groups(self, prefix: str) -> list[str]:
        _, body = self._send("GET", f"/subscriptions/{self.subscription}/resourceGroups", GROUP_TYPE)
        return [one["name"] for one in body["value"] if one["name"].casefold().startswith(prefix)]

    def assignments(self, group: str) -> list[Body]:
        """The role assignments of a group itself."""
        root = f"/subscriptions/{self.subscription}/resourceGroups/{group}/providers/Microsoft.Authorization"
        status, body = self._send(
            "GET", f"{root}/roleAssignments", "Microsoft.Authorization/roleAssignments", more={"$filter": "atScope()"}
        )
        scope = f"/resourcegroups/{group}/".casefold()
        return [one for one in body["value"] if scope in one["id"].casefold()] if status == 200 else []

    def below(self, parent: ResourceRef, kind: str) -> list[Body]:
        """The children of one kind."""
        status, body = self._send("GET", f"{parent.id}/{kind}", parent.type)
        return cast("list[Body]", body["value"]) if status == 200 else []

    def remove(self, group: str) -> None:
        self._send("DELETE", f"/subscriptions/{self.subscription}/resourceGroups/{group}", GROUP_TYPE)

    def _principal(self) -> str:
        claims = self._bearer().split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["oid"])

    def _bearer(self) -> str:
        if time.time() < self._until:
            return self._token
        tenant = self.instance.default_tenant
        form = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": tenant.client_id,
                "client_secret": tenant.client_secret,
                "scope": "https://management.azure.com/.default",
            }
        )
        status, said = self._call(
            "POST", f"/{tenant.id}/oauth2/v2.0/token", form, {"content-type": "application/x-www-form-urlencoded"}
        )
        assert status == 200, said
        self._token, self._until = str(said["access_token"]), time.time() + float(said["expires_in"]) / 2
        return self._token

    def _send(
        self, method: str, path: str, type_: str, body: Body | None = None, more: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        folded = type_.casefold()
        version = VERSIONS.get(folded) or VERSIONS[folded.partition("/")[0]]
        query = urlencode({"api-version": version, **(more or {})}, safe="$()")
        headers = {"authorization": f"Bearer {self._bearer()}", "content-type": "application/json"}
        return self._call(method, f"{quote(path)}?{query}", None if body is None else json.dumps(body), headers)

    def _call(self, method: str, target: str, body: str | None, headers: dict[str, str]) -> tuple[int, Any]:
        """Over the connection of this thread; made again when the sandbox has closed it."""
        for fresh in (False, True):
            connection = None if fresh else getattr(self._kept, "connection", None)
            if connection is None:
                connection = http.client.HTTPSConnection(
                    "127.0.0.1", self.instance.tls_port, timeout=60, context=self._context
                )
                self._kept.connection = connection
            try:
                connection.request(method, target, body, headers)
                response = connection.getresponse()
                text = response.read()
                break
            except (http.client.HTTPException, ConnectionError):
                connection.close()
                self._kept.connection = None
                if fresh:
                    raise
        else:
            raise AssertionError("the sandbox does not answer")
        return response.status, json.loads(text) if text else {}


def differs(operation: Operation, there: Body) -> list[str]:
    """The leaves of what an `ensure` wants that are not so in what is there, as `path: wanted, found`."""
    return _differs(operation.desired, there, "")


def _differs(wanted: Any, found: Any, path: str) -> list[str]:
    if isinstance(wanted, dict):
        pairs = cast("Body", wanted)
        there = cast("Body", found) if isinstance(found, dict) else {}
        return [line for key, value in pairs.items() for line in _differs(value, there.get(key), f"{path}/{key}")]
    if isinstance(wanted, list):
        items = cast("list[Any]", wanted)
        there_items = cast("list[Any]", found) if isinstance(found, list) else []
        if len(items) != len(there_items):
            return [f"{path}: {len(items)} wanted, {len(there_items)} found"]
        return [
            line
            for at, (one, other) in enumerate(zip(items, there_items, strict=True))
            for line in _differs(one, other, f"{path}/{at}")
        ]
    if isinstance(wanted, str) and isinstance(found, str) and wanted.casefold() == found.casefold():
        return []
    return [] if wanted == found else [f"{path}: {wanted!r} wanted, {found!r} found"]


def _state(there: Body | None) -> str | None:
    said = (there or {}).get("properties", {}).get("provisioningState")
    return str(said).casefold() if said is not None else None


def ended_well(there: Body) -> bool:
    return _state(there) in ("succeeded", None)
