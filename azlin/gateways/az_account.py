"""Who az is signed in as, read from az's own profile without starting az."""

from __future__ import annotations

import configparser
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

Json = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """One subscription that az is signed in to. `cloud` is its name in az (`AzureCloud`, a registered one)."""

    cloud: str
    tenant: str
    subscription: str
    subscription_name: str
    user: str


def account_in(config_dir: Path, subscription: str | None = None) -> Account | None:
    """The account that the profile in an AZURE_CONFIG_DIR has for a subscription (id or name), or by default.

    None when nobody is signed in, or not to that subscription. az writes `azureProfile.json` with a byte order mark;
    only subscriptions of the active cloud (`[cloud] name` of az's `config`) count.
    """
    cloud = _active_cloud(config_dir)
    for entry in _entries(config_dir):
        if entry.get("environmentName", cloud) == cloud and _is(entry, subscription):
            user = cast("Json", entry.get("user") or {})
            return Account(
                cloud=cloud,
                tenant=str(entry["tenantId"]),
                subscription=str(entry["id"]),
                subscription_name=str(entry.get("name", "")),
                user=str(user.get("name", "")),
            )
    return None


def _is(entry: Json, subscription: str | None) -> bool:
    if subscription is None:
        return bool(entry.get("isDefault"))
    return subscription.casefold() in (str(entry.get("id")).casefold(), str(entry.get("name")).casefold())


def _entries(config_dir: Path) -> list[Json]:
    try:
        profile: Any = json.loads((config_dir / "azureProfile.json").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return []
    listed: Any = cast("Json", profile).get("subscriptions") if isinstance(profile, dict) else None
    entries = cast("list[Any]", listed) if isinstance(listed, list) else []
    return [cast("Json", entry) for entry in entries if isinstance(entry, dict) and {"id", "tenantId"} <= entry.keys()]


def _active_cloud(config_dir: Path) -> str:
    settings = configparser.ConfigParser(interpolation=None)
    try:
        settings.read(config_dir / "config", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return "AzureCloud"
    return settings.get("cloud", "name", fallback="AzureCloud")
