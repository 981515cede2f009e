"""azure-storage-blob: a container and blobs in an account, by every way to be allowed in."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from azure.storage.blob import BlobClient, BlobSasPermissions, BlobServiceClient, generate_blob_sas

from conformance.stories.steps import Steps


def tell(step: Steps, service: BlobServiceClient, key: str) -> None:
    """`key` is one of the account's."""
    account = str(service.account_name)
    step(
        "list containers",
        lambda: [one.name for one in service.list_containers()],
        lambda names: names == ["managed"],
    )
    container = step("create a container", lambda: service.create_container("data"))
    step.refused("a second of the name is refused", lambda: service.create_container("data"), "ContainerAlreadyExists")
    blob = service.get_blob_client("data", "a/one.txt")
    step(
        "upload",
        lambda: blob.upload_blob(b"hello", metadata={"who": "story"}),
        lambda answer: answer["etag"],
    )
    step.refused("no overwriting unasked", lambda: blob.upload_blob(b"again"), "BlobAlreadyExists")
    step("download", lambda: blob.download_blob().readall(), lambda data: data == b"hello")
    step("download a range", lambda: blob.download_blob(offset=1, length=3).readall(), lambda data: data == b"ell")
    step(
        "properties",
        blob.get_blob_properties,
        lambda one: one.size == 5 and one.metadata == {"who": "story"} and one.content_settings.content_md5,
    )
    large = bytes(range(256)) * 4096 * 9
    step(
        "upload in blocks",
        lambda: service.get_blob_client("data", "large").upload_blob(large, max_concurrency=2),
    )
    step(
        "download in parts",
        lambda: service.get_blob_client("data", "large").download_blob(max_concurrency=2).readall(),
        lambda data: data == large,
    )
    step(
        "list blobs",
        lambda: [one.name for one in container.list_blobs()],
        lambda names: names == ["a/one.txt", "large"],
    )
    step(
        "walk blobs",
        lambda: [one.name for one in container.walk_blobs(delimiter="/")],
        lambda names: sorted(names) == ["a/", "large"],
    )
    step("copy", lambda: service.get_blob_client("data", "copy").start_copy_from_url(blob.url), _copied)
    step("set the tier", lambda: blob.set_standard_blob_tier("Cool"))
    step("snapshot", blob.create_snapshot, lambda one: one["snapshot"])
    lease = step("lease", lambda: blob.acquire_lease(15))
    step.refused("what is leased is kept", lambda: blob.delete_blob("include"), "LeaseIdMissing")
    step("release", lease.release)
    step("append", _append(service), lambda data: data == b"onetwo")
    signed = generate_blob_sas(
        account,
        "data",
        "a/one.txt",
        account_key=key,
        permission=BlobSasPermissions(read=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    with_sas = BlobClient.from_blob_url(f"{blob.url}?{signed}")
    step("read with shared access", lambda: with_sas.download_blob().readall(), lambda data: data == b"hello")
    step.refused(
        "shared access to read does not write",
        lambda: with_sas.upload_blob(b"no", overwrite=True),
        "AuthorizationPermissionMismatch",
    )
    step.refused(
        "nobody reads anonymously",
        lambda: BlobClient.from_blob_url(blob.url).download_blob().readall(),
        "NoAuthenticationInformation",
    )
    named = BlobServiceClient.from_connection_string(
        f"DefaultEndpointsProtocol=https;AccountName={account};AccountKey={key};EndpointSuffix=core.windows.net"
    )
    step("by connection string", lambda: list(named.list_containers()), lambda all_: len(all_) == 2)
    step(
        "a key signed by the directory",
        lambda: service.get_user_delegation_key(datetime.now(UTC), datetime.now(UTC) + timedelta(hours=1)),
        lambda one: one.value,
    )
    step("delete a blob", lambda: blob.delete_blob("include"))
    step(
        "deleted blobs are listed",
        lambda: [one.name for one in container.list_blobs(include=["deleted"]) if one.deleted],
        lambda names: "a/one.txt" in names,
    )
    step("bring it back", blob.undelete_blob)
    step("it is back", lambda: blob.download_blob().readall(), lambda data: data == b"hello")
    step("delete a container", lambda: service.delete_container("data"))


def _append(service: BlobServiceClient) -> Callable[[], bytes]:
    def append() -> bytes:
        log = service.get_blob_client("data", "log")
        log.create_append_blob()
        log.append_block(b"one")
        log.append_block(b"two")
        return log.download_blob().readall()

    return append


def _copied(answer: dict[str, str]) -> bool:
    return answer["copy_status"] == "success"
