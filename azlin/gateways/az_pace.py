"""The Azure CLI at azlin's pace: a command takes a token before it runs, and what Azure told az is listened to.

A command may be many requests. It takes one token, of the kind of the request that it is about; the others are counted
by Azure, and what is left of every kind after them comes back with the command's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from azlin.errors import CloudUnreachable
from azlin.gateways.az import TIMEOUT_S, Acceptance, Az, refusal
from azlin.gateways.az_refusal import AzResult, Http
from azlin.gateways.cloud import PUBLIC_ARM
from azlin.gateways.http import origin
from azlin.gateways.pace import PRIOR, Pace, Turn, kind_of

_METHODS = {"list": "GET", "show": "GET", "wait": "GET", "exists": "GET", "delete": "DELETE"}


class PacedAz:
    """An `Az` whose commands wait for their turn (`command_executor.Runner`).

    `reach` returns when Azure can be reached. It is asked before the command that follows one that could not.
    """

    def __init__(self, az: Az, pace: Pace, *, reach: Callable[[], object] = lambda: None) -> None:
        self._az = az
        self._pace = pace
        self._reach = reach
        self._away = False

    def missing(self) -> str | None:
        return self._az.missing()

    def accept(self, argv: Sequence[str]) -> Acceptance:
        return self._az.accept(argv)

    def run(
        self,
        argv: Sequence[str],
        timeout_s: float = TIMEOUT_S,
        *,
        files: Mapping[str, str] | None = None,
        repeatable: bool = False,
        cwd: Path | None = None,
        mark: str = "",
    ) -> AzResult:
        """As `Az.run`. Raises AzureRefused (429) too, when Azure has asked for a longer pause, and CloudUnreachable,
        when it was away and is still; then nothing ran."""
        if self._away:
            self._reach()
            self._away = False
        method, url = request_of(argv, self._az.cloud.subscription)
        with self._pace.turn(method, url) as turn:
            result = self._az.run(argv, timeout_s, files=files, repeatable=repeatable, cwd=cwd, mark=mark)
            self._listen(result.http, turn)
        self._away = self._away or (result.rc != 0 and isinstance(refusal(result), CloudUnreachable))
        return result

    def _listen(self, http: Http, turn: Turn) -> None:
        """The last answer speaks for its own kind; for the others, what an earlier one said of them, if any did."""
        if http.status is None or origin(http.url) not in (origin(self._az.cloud.arm), PUBLIC_ARM):
            return
        for kind in PRIOR:
            if kind_of(http.method) == kind:
                status = http.status
            elif any(name.endswith(f"-{kind}") for name in http.headers):
                status = 200
            else:
                continue
            if kind == turn.kind:
                turn.heard(status, http.headers, http.body)
            else:
                self._pace.learn(kind, http.url, status, http.headers, http.body)


def request_of(argv: Sequence[str], subscription: str | None) -> tuple[str, str]:
    """(method, address) of the request that a command is about: what `az rest` is told, else what its last word means
    in this subscription."""
    named = dict(pairwise(argv))
    if list(argv[1:2]) == ["rest"]:
        url = named.get("--url") or named.get("--uri") or named.get("-u") or ""
        return (named.get("--method") or named.get("-m") or "GET").upper(), url
    flags = next((place for place, word in enumerate(argv) if word.startswith("-")), len(argv))
    verb = argv[flags - 1] if flags else ""
    address = named.get("--subscription") or subscription
    return _METHODS.get(verb, "PUT"), f"/subscriptions/{address}" if address else "/"
