"""The Azure CLI: the real `az` of this machine, asked to accept a command before it runs one.

A command is an argument list that starts with "az". It runs with the environment of its cloud and nothing else of
ours that could change what it means.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from azlin.agentic.types import Effect
from azlin.errors import PlanStale, ToolMissing, UsageRefused
from azlin.gateways.az_account import Account, account_in
from azlin.gateways.az_install import HOW_TO_INSTALL, find_az, installation_of
from azlin.gateways.az_link import IDLE_S, Link
from azlin.gateways.az_refusal import AzResult, Http, refusal
from azlin.gateways.az_table import CommandFacts, effect_of, facts_of
from azlin.gateways.cloud import Cloud
from azlin.paths import Paths

__all__ = ["Acceptance", "Account", "Az", "AzResult", "CommandFacts", "Token", "find_az", "refusal"]

TIMEOUT_S = 600.0
ACCEPT_TIMEOUT_S = 60.0

KEPT = re.compile(
    r"AZURE_.*|ARM_.*|IDENTITY_.*|MSI_.*|(HTTPS?|ALL|NO)_PROXY|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|SSL_CERT_(FILE|DIR)"
    r"|PATH|PYTHONPATH|PYTHONUSERBASE|HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR|XDG_.*|KUBECONFIG"
    r"|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|TEMP|TMP|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAMDATA",
    re.IGNORECASE,
)
"""The variables of ours that az may need. AZLIN_… and the keys of other tools stay here."""

SETTLED = {
    "AZURE_CORE_OUTPUT": "json",  # a user's own default may be a table
    "AZURE_CORE_NO_COLOR": "true",
    "AZURE_CORE_ONLY_SHOW_ERRORS": "true",
    "AZURE_CORE_COLLECT_TELEMETRY": "false",
    "AZURE_CORE_DISPLAY_REGION_IDENTIFIED": "false",  # advice about cheaper regions
    "AZURE_CORE_SURVEY_MESSAGE": "false",
    "AZURE_CORE_LOGIN_EXPERIENCE_V2": "false",
    "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",  # a command must not change what is installed
    "AZURE_AUTO_UPGRADE_ENABLE": "no",
}

Refusal = Literal[
    "",
    "unknown-command",
    "missing-required",
    "unknown-argument",
    "missing-value",
    "bad-value",
    "bad-choice",
    "help",
    "usage",
]


@dataclass(frozen=True)
class Acceptance:
    """What az's own parser says of an argument list. `kind` and `message` are empty when `ok`."""

    ok: bool
    kind: Refusal = ""
    message: str = ""


@dataclass(frozen=True)
class Token:
    """An access token; `expires_at` is in seconds since the epoch (UTC)."""

    value: str = field(repr=False)
    expires_at: float


class Az:
    """One az for one cloud. Safe to use from several threads. Nothing is started before the first question.

    The resident host ends after `idle_s` seconds without work (`AZLIN_AZ_IDLE_S`, else 600 s). `notice` hears, in one
    sentence, when the host cannot be used and commands are slower than usual.
    """

    def __init__(
        self,
        cloud: Cloud,
        paths: Paths,
        *,
        environ: Mapping[str, str] | None = None,
        resident: bool = True,
        idle_s: float | None = None,
        notice: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.cloud = cloud
        self._paths = paths
        self._environ = dict(os.environ if environ is None else environ)
        self._resident = resident
        self._idle_s = idle_s if idle_s is not None else float(self._environ.get("AZLIN_AZ_IDLE_S") or IDLE_S)
        self._notice = notice

    @cached_property
    def environment(self) -> dict[str, str]:
        """The whole environment of an az command."""
        kept = {name: value for name, value in self._environ.items() if KEPT.fullmatch(name)}
        return {**kept, **SETTLED, **self.cloud.az_environment, "AZURE_CONFIG_DIR": str(self.config_dir)}

    @cached_property
    def config_dir(self) -> Path:
        named = self.cloud.az_environment.get("AZURE_CONFIG_DIR") or self._environ.get("AZURE_CONFIG_DIR")
        return self.cloud.az_config_dir or (Path(named).expanduser() if named else Path.home() / ".azure")

    def missing(self) -> str | None:
        """What stops az here, in one sentence with the cure; None if nothing is seen without starting it."""
        try:
            _ = self.link
        except ToolMissing as missing:
            return f"{missing.what}: {missing.why}; {missing.fix}" if missing.why else f"{missing.what}; {missing.fix}"
        return None

    @cached_property
    def link(self) -> Link:
        """The way into az. Raises ToolMissing."""
        az = find_az(self._environ)
        if az is None:
            named = self._environ.get("AZLIN_AZ")
            what = f"AZLIN_AZ names {named}, which is not there" if named else "the Azure CLI is not installed"
            raise ToolMissing(what, fix=HOW_TO_INSTALL)
        return Link(
            installation_of(az),
            self._paths.az_hosts,
            self.environment,
            cloud=self.cloud.name,
            loopback_only=self.cloud.sandbox,
            resident=self._resident,
            idle_s=self._idle_s,
            notice=self._notice,
        )

    def accept(self, argv: Sequence[str]) -> Acceptance:
        """Whether az's own parser takes these arguments. Runs and calls nothing. Raises ToolMissing, TimedOut."""
        answer = self._ask("accept", argv, ACCEPT_TIMEOUT_S)
        refused = answer.get("refused")
        return Acceptance(True) if refused is None else Acceptance(False, refused["kind"], refused["message"])

    def describe(self, argv: Sequence[str]) -> CommandFacts | None:
        """What az's command table says of the command that these arguments name; None if they name none."""
        return facts_of(self._ask("describe", argv, ACCEPT_TIMEOUT_S).get("command"))

    def effect(self, argv: Sequence[str]) -> Effect:
        """What a command does at worst, from az's command table; what is not known to be harmless `changes`."""
        return effect_of(self.describe(argv))

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
        """Run a command to its end. An `rc` other than 0 is not an error here; `refusal(result)` makes one of it.

        `files` are texts that arguments name as `@NAME`. Neither they nor the arguments can be seen in the machine's
        list of processes, and neither is on a disk. `repeatable` says that running it twice is no worse than once.
        `mark` is the `x-ms-client-request-id` of every request with which az changes something.

        Raises UsageRefused when az's parser does not accept the arguments (then nothing ran), TimedOut, AnswerLost,
        ToolMissing, PlanStale (another tenant is signed in now).
        """
        self._same_tenant()
        started_at = time.monotonic()
        answer = self._ask("run", argv, timeout_s, files=files, repeatable=repeatable, cwd=cwd, mark=mark)
        if refused := answer.get("refused"):
            raise UsageRefused(
                f"az does not accept `az {' '.join(_words(argv))}` as it stands: {refused['message']}",
                why=refused["kind"],
            )
        http: dict[str, Any] = answer["http"]
        return AzResult(
            argv=tuple(argv),
            rc=answer["rc"],
            stdout=answer["stdout"],
            stderr=answer["stderr"],
            duration_s=time.monotonic() - started_at,
            http=Http(**{name: http[name] for name in ("status", "method", "url", "headers", "body") if name in http}),
            outside=tuple(answer["outside"]),
        )

    def call(self, argv: Sequence[str], timeout_s: float = TIMEOUT_S, *, repeatable: bool = False) -> Any:
        """What a command answered: its JSON, text if it is none, None if it said nothing.

        Raises what `run` raises, and the `refusal` of an exit code other than 0.
        """
        result = self.run(argv, timeout_s, repeatable=repeatable)
        if result.rc != 0:
            raise refusal(result)
        return result.data

    def account(self, subscription: str | None = None) -> Account | None:
        """Who is signed in (for a subscription, by id or name; else the default one). Starts nothing."""
        return account_in(self.config_dir, subscription)

    def token(self, resource: str) -> Token:
        """An access token for a resource such as `https://management.azure.com/`. Raises what `call` raises."""
        argv = ["az", "account", "get-access-token", "--resource", resource, "-o", "json"]
        if self.cloud.subscription is not None:
            argv += ["--subscription", self.cloud.subscription]
        said = self.call(argv, ACCEPT_TIMEOUT_S, repeatable=True)
        return Token(value=said["accessToken"], expires_at=float(said["expires_on"]))

    def stop(self) -> None:
        """End the resident host, if there is one."""
        self.link.stop()

    def _ask(
        self,
        do: str,
        argv: Sequence[str],
        timeout_s: float,
        *,
        files: Mapping[str, str] | None = None,
        repeatable: bool = True,
        cwd: Path | None = None,
        mark: str = "",
    ) -> dict[str, Any]:
        request = {
            "do": do,
            "argv": list(argv),
            "cwd": str(cwd or Path.cwd()),
            "files": dict(files or {}),
            "mark": mark,
        }
        return self.link.ask(request, timeout_s, repeatable=repeatable)

    def _same_tenant(self) -> None:
        """The plan was made for one tenant; somebody may have run `az login` for another one since."""
        account = self.account(self.cloud.subscription) if self.cloud.subscription else None
        if account is not None and self.cloud.tenant is not None and account.tenant != self.cloud.tenant:
            raise PlanStale(
                f"az is signed in to tenant {account.tenant}, not to {self.cloud.tenant}",
                fix=f"az login --tenant {self.cloud.tenant}",
            )


def _words(argv: Sequence[str]) -> list[str]:
    """The command words of an argument list: `vm list` of `az vm list -g x`."""
    words: list[str] = []
    for word in argv[1:]:
        if word.startswith("-"):
            break
        words.append(word)
    return words
