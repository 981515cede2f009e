"""What a tool must find to reach the sandbox as if it were Azure: variables, and az's own files.

The tools keep their stock endpoints: HTTPS_PROXY leads them to the sandbox's CONNECT proxy, the CA
makes its certificate good. `az` finds itself signed in.
"""

from __future__ import annotations

import codecs
import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from azlin.errors import NotFound
from azlin.gateways.az_install import find_az
from azlin.gateways.files import make_private_directory, write_whole
from azlin.sandbox.instance import Instance, Known, KnownTenant

_AZ_CONFIG = """\
[cloud]
name = AzureCloud

[core]
collect_telemetry = false
survey_message = false
login_experience_v2 = false
encrypt_token_cache = false
display_region_identified = false

[extension]
use_dynamic_install = no
"""
_TERRAFORM_CONFIG = """\
disable_checkpoint = true
"""


def tool_environment(instance: Instance, tenant: KnownTenant, subscription: Known) -> dict[str, str]:
    """The variables of a child process (az, azmcp, terraform, an SDK) that shall work in the sandbox."""
    ca = str(instance.ca)
    direct = "127.0.0.1,localhost"
    return {
        "AZLIN_SANDBOX": "1",
        "HTTPS_PROXY": instance.proxy,
        "HTTP_PROXY": instance.proxy,
        "https_proxy": instance.proxy,
        "http_proxy": instance.proxy,
        "NO_PROXY": direct,
        "no_proxy": direct,
        "REQUESTS_CA_BUNDLE": ca,
        "SSL_CERT_FILE": ca,
        "CURL_CA_BUNDLE": ca,
        "NODE_EXTRA_CA_CERTS": ca,
        "AZURE_CONFIG_DIR": str(instance.az_config_dir),
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
        "AZURE_CORE_SURVEY_MESSAGE": "false",
        "AZURE_CORE_LOGIN_EXPERIENCE_V2": "false",
        "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
        "AZURE_MCP_COLLECT_TELEMETRY": "false",
        "AZURE_MCP_COLLECT_TELEMETRY_MICROSOFT": "false",
        "AZURE_TENANT_ID": tenant.id,
        "AZURE_CLIENT_ID": tenant.client_id,
        "AZURE_CLIENT_SECRET": tenant.client_secret,
        "AZURE_SUBSCRIPTION_ID": subscription.id,
        "ARM_TENANT_ID": tenant.id,
        "ARM_CLIENT_ID": tenant.client_id,
        "ARM_CLIENT_SECRET": tenant.client_secret,
        "ARM_SUBSCRIPTION_ID": subscription.id,
        "TF_CLI_CONFIG_FILE": str(Path(instance.directory) / "terraform.rc"),
        "CHECKPOINT_DISABLE": "1",
    }


def shell_environment(
    instance: Instance, environ: Mapping[str, str] | None = None, tenant: str | None = None
) -> dict[str, str]:
    """The variables of `sandbox env`: also PATH, where az is installed but not on it.

    With a `tenant` (a name, id or domain) they lead to its first subscription; az then has a directory of its own, so
    that a shell in one tenant does not change what a shell in another works in. Raises NotFound.
    """
    environ = os.environ if environ is None else environ
    chosen = instance.default_tenant if tenant is None else instance.tenant(tenant)
    if not chosen.subscriptions:
        raise NotFound(f"tenant {chosen.name} of the sandbox has no subscription")
    variables = tool_environment(instance, chosen, chosen.subscriptions[0])
    if chosen.id != instance.default_tenant.id:
        directory = _az_directory(instance, chosen)
        _sign_az_in(directory, instance, chosen.subscriptions[0])
        variables["AZURE_CONFIG_DIR"] = str(directory)
    az = find_az(environ)
    path = environ.get("PATH", os.defpath)
    if az is not None and str(az.parent) not in path.split(os.pathsep):
        variables["PATH"] = f"{az.parent}{os.pathsep}{path}"
    return variables


def subscription_of_shell(instance: Instance, environ: Mapping[str, str]) -> str | None:
    """The subscription that `sandbox env` of this sandbox chose for a shell; None in any other shell."""
    if Path(environ.get("AZURE_CONFIG_DIR", "")).parent != Path(instance.directory):
        return None
    return environ.get("AZURE_SUBSCRIPTION_ID")


def render(variables: Mapping[str, str], shell: str) -> str:
    """Lines to evaluate: `sh` (also bash and zsh), `fish` or `powershell`."""
    lines: list[str] = []
    for name, value in variables.items():
        if shell == "fish":
            quoted = "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
            if name == "PATH":
                quoted = " ".join("'" + one.replace("'", "\\'") + "'" for one in value.split(os.pathsep))
            lines.append(f"set -gx {name} {quoted};")
        elif shell == "powershell":
            quoted = "'" + value.replace("'", "''") + "'"
            lines.append(f"$env:{name} = {quoted}")
        else:
            lines.append(f"export {name}={shlex.quote(value)}")
    return "\n".join(lines)


def write_tool_files(instance: Instance) -> None:
    """Sign the tools in before anyone asks: az, everywhere that it is already signed in, and terraform."""
    _sign_az_in(instance.az_config_dir, instance, instance.default_subscription)
    for tenant in instance.tenants:
        directory = _az_directory(instance, tenant)
        if directory.is_dir() and tenant.subscriptions:
            _sign_az_in(directory, instance, tenant.subscriptions[0])
    terraform = Path(instance.directory) / "terraform.rc"
    if not terraform.exists():
        write_whole(terraform, _TERRAFORM_CONFIG.encode())


def _az_directory(instance: Instance, tenant: KnownTenant) -> Path:
    """Where az keeps what it knows in the shells of a tenant that is not the default one."""
    return Path(instance.directory) / f"az-{tenant.id}"


def _sign_az_in(directory: Path, instance: Instance, first: Known) -> None:
    """az's profile, its principals' secrets, its settings.

    The subscription that a user has made the default stays the default; else it is the `first`. Formats:
    azure-cli-core `_profile.py` and `auth/identity.py` (the profile begins with a byte order mark).
    """
    make_private_directory(directory)
    config = directory / "config"
    if not config.exists():
        write_whole(config, _AZ_CONFIG.encode())
    profile = directory / "azureProfile.json"
    kept = _read(profile)
    chosen = _default_of(kept) or first.id
    installation = kept.get("installationId", instance.id)
    subscriptions = [_account(tenant, one, chosen) for tenant in instance.tenants for one in tenant.subscriptions]
    held = {"installationId": installation, "subscriptions": subscriptions}
    write_whole(profile, codecs.BOM_UTF8 + json.dumps(held).encode())
    principals = [
        {"client_id": tenant.client_id, "tenant": tenant.id, "client_secret": tenant.client_secret}
        for tenant in instance.tenants
    ]
    write_whole(directory / "service_principal_entries.json", json.dumps(principals).encode())


def _account(tenant: KnownTenant, subscription: Known, chosen: str) -> dict[str, Any]:
    return {
        "id": subscription.id,
        "name": subscription.name,
        "state": "Enabled",
        "user": {"name": tenant.client_id, "type": "servicePrincipal"},
        "isDefault": subscription.id == chosen,
        "tenantId": tenant.id,
        "environmentName": "AzureCloud",
        "homeTenantId": tenant.id,
        "tenantDefaultDomain": tenant.domain,
        "tenantDisplayName": tenant.name,
        "managedByTenants": [],
    }


def _read(profile: Path) -> dict[str, Any]:
    try:
        return json.loads(profile.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError):
        return {}


def _default_of(profile: dict[str, Any]) -> str | None:
    for account in profile.get("subscriptions", []):
        if account.get("isDefault"):
            return str(account["id"])
    return None
