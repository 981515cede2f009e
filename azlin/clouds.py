"""Which Azure a command works in: the sandbox, or where somebody is signed in. A part of `azlin.app`, which alone uses
it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from azlin.agentic.terms import Terms
from azlin.agentic.types import Objective
from azlin.errors import UsageRefused
from azlin.gateways.cloud import Cloud
from azlin.paths import Paths
from azlin.settings import Settings

SANDBOX = "sandbox"


class Clouds:
    """The sandbox is started when it is needed, and not before."""

    def __init__(self, paths: Paths, settings: Settings, environ: Mapping[str, str]) -> None:
        self._paths = paths
        self._settings = settings
        self._environ = environ

    def of(self, objective: Objective, terms: Terms) -> Cloud:
        """An objective remembers its cloud, and its plan the subscription. A flag that names another cloud is a mistake
        worth stopping for."""
        sandboxed = objective.cloud == SANDBOX
        if terms.sandbox and not sandboxed:
            raise UsageRefused(
                f"objective {objective.id[:8]} belongs to {objective.cloud}, not to the sandbox",
                fix="leave out --sandbox",
            )
        planned = objective.plan.made_against.subscription if objective.plan is not None else None
        terms = replace(terms, sandbox=sandboxed, subscription=terms.subscription or planned)
        return self.chosen(terms)

    def chosen(self, terms: Terms) -> Cloud:
        """The cloud that the flags of a command choose."""
        if terms.sandbox:
            from azlin.sandbox.environment import subscription_of_shell
            from azlin.sandbox.instance import ensure_running

            instance = ensure_running(self._paths)
            return instance.cloud(terms.subscription or subscription_of_shell(instance, self._environ))
        if terms.chaos is not None:
            raise UsageRefused("--chaos makes trouble, and only the sandbox may be given any", fix="add --sandbox")
        from azlin.gateways.sign_in import signed_in_cloud

        return signed_in_cloud(self._settings.endpoints, self._environ, terms.subscription)


def where(cloud: Cloud) -> str:
    """The subscription, named so that nobody takes the sandbox for Azure."""
    name = cloud.subscription_name or cloud.subscription or "no subscription (not signed in)"
    return f"{name} (sandbox)" if cloud.sandbox and SANDBOX not in name.casefold() else name
