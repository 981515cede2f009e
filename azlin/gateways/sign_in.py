"""Which Azure, and as whom: what az, the environment and the settings say, without calling anybody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from azlin.errors import SignInNeeded, UsageRefused
from azlin.gateways.az_account import Account, account_in
from azlin.gateways.cloud import PUBLIC_ARM, PUBLIC_GRAPH, PUBLIC_LOGIN, Cloud

SOVEREIGN: dict[str, tuple[str, str, str]] = {
    "AzureCloud": (PUBLIC_ARM, PUBLIC_LOGIN, PUBLIC_GRAPH),
    "AzureUSGovernment": (
        "https://management.usgovcloudapi.net",
        "https://login.microsoftonline.us",
        "https://graph.microsoft.us",
    ),
    "AzureChinaCloud": (
        "https://management.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
    ),
}
"""Cloud, by az's name → Resource Manager, sign-in and Graph (learn.microsoft.com/azure/developer, national clouds)."""


class Endpoints(Protocol):
    """The `[endpoints]` of the settings that matter here; each wins over the cloud's own."""

    @property
    def arm(self) -> str | None: ...
    @property
    def login(self) -> str | None: ...
    @property
    def graph(self) -> str | None: ...


def signed_in_cloud(endpoints: Endpoints, environ: Mapping[str, str], subscription: str | None) -> Cloud:
    """The cloud az is signed in to; else the one that `AZURE_TENANT_ID` and `AZURE_SUBSCRIPTION_ID` name; else
    AzureCloud with nobody signed in.

    Raises SignInNeeded when `subscription` (id or name) is not one we are signed in to, UsageRefused for a cloud whose
    endpoints are not known.
    """
    config_dir = Path(environ.get("AZURE_CONFIG_DIR") or "~/.azure").expanduser()
    account = account_in(config_dir, subscription) or _from_environment(environ, subscription)
    if account is None and subscription is not None:
        raise SignInNeeded(f"az is not signed in to a subscription {subscription!r}", fix="az login; az account list")
    name = account.cloud if account is not None else "AzureCloud"
    arm, login, graph = SOVEREIGN.get(name, (None, None, None))
    arm, login, graph = endpoints.arm or arm, endpoints.login or login, endpoints.graph or graph
    if arm is None or login is None or graph is None:
        raise UsageRefused(
            f"the endpoints of the cloud {name!r} are not known",
            fix="azlin config set endpoints.arm https://…   (and endpoints.login, endpoints.graph)",
        )
    return Cloud(
        name=name,
        tenant=account.tenant if account else None,
        subscription=account.subscription if account else None,
        subscription_name=account.subscription_name if account else None,
        account=account.user if account else None,
        arm=arm,
        login=login,
        graph=graph,
        az_config_dir=config_dir,
    )


def _from_environment(environ: Mapping[str, str], subscription: str | None) -> Account | None:
    tenant, named = environ.get("AZURE_TENANT_ID"), environ.get("AZURE_SUBSCRIPTION_ID")
    if not tenant or not named or (subscription is not None and subscription.casefold() != named.casefold()):
        return None
    return Account(
        cloud="AzureCloud",
        tenant=tenant,
        subscription=named,
        subscription_name="",
        user=environ.get("AZURE_CLIENT_ID", ""),
    )
