"""azure-mgmt-storage and azure-storage-blob: accounts, containers, blobs, keys and shared access."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient
from azure.storage.blob import BlobServiceClient

from conformance.stories import blobs
from conformance.stories.steps import LOCATION, SUBSCRIPTION, Steps

CLIENT = "azure-mgmt-storage"
_GROUP = "story-storage"
_ACCOUNT = "azlinstory1"
_URL = f"https://{_ACCOUNT}.blob.core.windows.net"


def tell(step: Steps) -> None:
    credential = DefaultAzureCredential()
    groups = ResourceManagementClient(credential, SUBSCRIPTION).resource_groups
    client = StorageManagementClient(credential, SUBSCRIPTION)
    accounts = client.storage_accounts
    groups.create_or_update(_GROUP, {"location": LOCATION})
    wanted = {"name": _ACCOUNT, "type": "Microsoft.Storage/storageAccounts"}
    step(
        "is a name free",
        lambda: accounts.check_name_availability(wanted),
        lambda one: one.name_available is True,
    )
    body = {
        "location": LOCATION,
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        "properties": {"minimumTlsVersion": "TLS1_2"},
    }
    step(
        "create an account",
        lambda: accounts.begin_create(_GROUP, _ACCOUNT, body).result(),
        lambda one: one.primary_endpoints.blob == f"{_URL}/" and one.provisioning_state == "Succeeded",
    )
    step("the name is taken", lambda: accounts.check_name_availability(wanted), lambda one: not one.name_available)
    step(
        "get an account",
        lambda: accounts.get_properties(_GROUP, _ACCOUNT),
        lambda one: one.minimum_tls_version == "TLS1_2" and one.allow_blob_public_access is not True,
    )
    step("list accounts", lambda: [one.name for one in accounts.list()], lambda names: _ACCOUNT in names)
    key = step(
        "list keys", lambda: accounts.list_keys(_GROUP, _ACCOUNT).keys_property[0].value, lambda one: len(one) == 88
    )
    step(
        "make a new key",
        lambda: accounts.regenerate_key(_GROUP, _ACCOUNT, {"keyName": "key2"}),
        lambda one: one.keys_property[0].value == key,
    )
    step(
        "update an account",
        lambda: accounts.update(_GROUP, _ACCOUNT, {"tags": {"stage": "two"}, "properties": {"accessTier": "Cool"}}),
        lambda one: one.access_tier == "Cool" and one.tags == {"stage": "two"},
    )
    step(
        "create a container in ARM",
        lambda: client.blob_containers.create(_GROUP, _ACCOUNT, "managed", {"properties": {}}),
        lambda one: one.name == "managed",
    )
    step(
        "soft-delete blobs",
        lambda: client.blob_services.set_service_properties(
            _GROUP, _ACCOUNT, {"properties": {"deleteRetentionPolicy": {"enabled": True, "days": 7}}}
        ),
        lambda one: one.delete_retention_policy.days == 7,
    )
    blobs.tell(Steps("azure-storage-blob"), BlobServiceClient(_URL, credential=credential), str(key))
    step(
        "delete a container in ARM",
        lambda: client.blob_containers.delete(_GROUP, _ACCOUNT, "managed"),
    )
    step("delete an account", lambda: accounts.delete(_GROUP, _ACCOUNT))
    step.refused("it is gone", lambda: accounts.get_properties(_GROUP, _ACCOUNT), "ResourceNotFound")
    step("delete the group", lambda: groups.begin_delete(_GROUP).result())
