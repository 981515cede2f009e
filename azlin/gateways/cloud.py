"""Which Azure: its endpoints, who we are in it, and how a child process reaches the same one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from azlin.errors import SignInNeeded

PUBLIC_ARM = "https://management.azure.com"
PUBLIC_LOGIN = "https://login.microsoftonline.com"
PUBLIC_GRAPH = "https://graph.microsoft.com"


@dataclass(frozen=True)
class ServicePrincipal:
    """A sign-in that needs no person. Only the sandbox's is ever held here; it is worthless outside loopback."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Cloud:
    """One cloud, one tenant, one subscription.

    `name` is `AzureCloud` (or another name that az knows) or `sandbox`. `tenant` and `subscription` are None when
    nobody is signed in: intent, price and preview still work then, running does not. `az_environment` is what a child
    process (az, azmcp, terraform) needs to reach the same place; it is merged over the parent's environment.
    """

    name: str
    tenant: str | None = None
    subscription: str | None = None
    subscription_name: str | None = None
    account: str | None = None
    arm: str = PUBLIC_ARM
    login: str = PUBLIC_LOGIN
    graph: str = PUBLIC_GRAPH
    ca_bundle: Path | None = None
    az_config_dir: Path | None = None
    az_environment: dict[str, str] = field(default_factory=dict[str, str])
    principal: ServicePrincipal | None = None
    sandbox: bool = False

    @property
    def signed_in(self) -> bool:
        return self.subscription is not None and self.tenant is not None

    def require_sign_in(self) -> tuple[str, str]:
        """(tenant, subscription), or SignInNeeded with the command that helps."""
        if self.tenant is None or self.subscription is None:
            raise SignInNeeded(
                "nobody is signed in to Azure",
                why="az has no account and no credentials were found in the environment",
                fix="az login   (or add --sandbox to try it on an Azure on loopback)",
            )
        return self.tenant, self.subscription
