"""The same clients, asynchronous: another transport (aiohttp), other pollers and pagers."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

from azure.identity.aio import DefaultAzureCredential
from azure.keyvault.secrets.aio import SecretClient
from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.keyvault.aio import KeyVaultManagementClient
from azure.mgmt.network.aio import NetworkManagementClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from azure.mgmt.storage.aio import StorageManagementClient
from azure.storage.blob.aio import BlobServiceClient

from conformance.stories.steps import LOCATION, SUBSCRIPTION, Steps

CLIENT = "azure clients, aio"
_GROUP = "story-aio"
_VAULT, _ACCOUNT = "azlin-story-aio", "azlinstory2"


async def _all(pages: AsyncIterator[Any]) -> list[Any]:
    return [one async for one in pages]


async def _done(begun: Any) -> Any:
    return await (await begun).result()


async def tell(step: Steps) -> None:
    async with AsyncExitStack() as stack:
        credential = await stack.enter_async_context(DefaultAzureCredential())

        async def client(kind: type[Any]) -> Any:
            return await stack.enter_async_context(kind(credential, SUBSCRIPTION))

        groups = (await client(ResourceManagementClient)).resource_groups
        await step.wait(
            "a token",
            lambda: credential.get_token("https://management.azure.com/.default"),
            lambda token: token.expires_on > 0,
        )
        await step.wait("create a group", lambda: groups.create_or_update(_GROUP, {"location": LOCATION}))
        await step.wait("list groups", lambda: _all(groups.list()), lambda all_: _GROUP in [one.name for one in all_])
        network = await client(NetworkManagementClient)
        space = {"addressSpace": {"addressPrefixes": ["10.3.0.0/16"]}}
        await step.wait(
            "create a network",
            lambda: _done(
                network.virtual_networks.begin_create_or_update(
                    _GROUP, "net", {"location": LOCATION, "properties": space}
                )
            ),
            lambda one: one.provisioning_state == "Succeeded",
        )
        compute = await client(ComputeManagementClient)
        disk = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4}
        await step.wait(
            "create a disk",
            lambda: _done(
                compute.disks.begin_create_or_update(_GROUP, "disk", {"location": LOCATION, "properties": disk})
            ),
            lambda one: one.disk_size_gb == 4,
        )
        await _stored(step, await client(StorageManagementClient), credential)
        await _kept(step, await client(KeyVaultManagementClient), credential)
        await step.wait("delete the group", lambda: _done(groups.begin_delete(_GROUP)))
        await step.wait("it is gone", lambda: groups.check_existence(_GROUP), lambda there: there is False)


async def _stored(step: Steps, client: StorageManagementClient, credential: DefaultAzureCredential) -> None:
    body = {"location": LOCATION, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}}
    await step.wait(
        "create a storage account", lambda: _done(client.storage_accounts.begin_create(_GROUP, _ACCOUNT, body))
    )
    async with BlobServiceClient(f"https://{_ACCOUNT}.blob.core.windows.net", credential=credential) as service:
        await step.wait("create a container", lambda: service.create_container("data"))
        blob = service.get_blob_client("data", "one")
        await step.wait("upload", lambda: blob.upload_blob(b"hello"))

        async def download() -> bytes:
            return await (await blob.download_blob()).readall()

        await step.wait("download", download, lambda data: data == b"hello")


async def _kept(step: Steps, client: KeyVaultManagementClient, credential: DefaultAzureCredential) -> None:
    body = {
        "location": LOCATION,
        "properties": {
            "tenantId": os.environ["AZURE_TENANT_ID"],
            "sku": {"family": "A", "name": "standard"},
            "enableRbacAuthorization": True,
        },
    }
    await step.wait("create a vault", lambda: _done(client.vaults.begin_create_or_update(_GROUP, _VAULT, body)))
    async with SecretClient(f"https://{_VAULT}.vault.azure.net", credential) as secrets:
        await step.wait("set a secret", lambda: secrets.set_secret("word", "one"))
        await step.wait("get a secret", lambda: secrets.get_secret("word"), lambda one: one.value == "one")
