"""azure-identity: every way in that needs no browser, and what the tokens say."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

import base64
import json
import os
from typing import Any

from azure.identity import (
    AzureCliCredential,
    ChainedTokenCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    DeviceCodeCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
    get_bearer_token_provider,
)

from conformance.stories.steps import Steps

CLIENT = "azure-identity"
_ARM = "https://management.azure.com/.default"


def claims(token: Any) -> dict[str, Any]:
    """What an access token says, unverified."""
    part = token.token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def tell(step: Steps) -> None:
    tenant, client = os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"]

    def ours(token: Any) -> bool:
        said = claims(token)
        return said["tid"] == tenant and said["appid"] == client and said["aud"].startswith("https://management.")

    step("DefaultAzureCredential", lambda: DefaultAzureCredential().get_token(_ARM), ours)
    step("EnvironmentCredential", lambda: EnvironmentCredential().get_token(_ARM), ours)
    secret = ClientSecretCredential(tenant, client, os.environ["AZURE_CLIENT_SECRET"])
    step("ClientSecretCredential", lambda: secret.get_token(_ARM), ours)
    step("get_token_info", lambda: secret.get_token_info(_ARM), lambda info: info.expires_on > 0)
    step("AzureCliCredential", lambda: AzureCliCredential().get_token(_ARM), ours)
    step(
        "ManagedIdentityCredential",
        lambda: ManagedIdentityCredential().get_token(_ARM),
        lambda token: claims(token)["tid"] == tenant,
    )
    step(
        "ChainedTokenCredential",
        lambda: ChainedTokenCredential(ManagedIdentityCredential(), secret).get_token(_ARM),
        lambda token: claims(token)["tid"] == tenant,
    )
    device = DeviceCodeCredential(tenant_id=tenant, prompt_callback=lambda *_: None)
    step("DeviceCodeCredential", lambda: device.get_token(_ARM), lambda token: "@" in claims(token)["upn"])
    for audience in ("https://vault.azure.net", "https://storage.azure.com", "https://graph.microsoft.com"):
        step(
            f"a token for {audience}",
            lambda audience=audience: secret.get_token(f"{audience}/.default"),
            lambda token, audience=audience: claims(token)["aud"].rstrip("/") == audience,
        )
    step("get_bearer_token_provider", get_bearer_token_provider(secret, _ARM), lambda token: "." in token)
    wrong = ClientSecretCredential(tenant, client, "wrong")
    step.refused("a wrong secret is refused", lambda: wrong.get_token(_ARM), "AADSTS7000215")
    nobody = ClientSecretCredential(tenant, tenant, "any")
    step.refused("an unknown application is refused", lambda: nobody.get_token(_ARM), "AADSTS700016")
