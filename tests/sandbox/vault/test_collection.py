"""What all three collections share, tried with secrets, which are the cheapest."""

from __future__ import annotations

from azlin.sandbox.vault.collection import unpadded
from tests.sandbox.vault.conftest import Vault


def test_a_deleted_name_is_taken_until_it_is_recovered_or_purged(vault: Vault):
    vault.ok("PUT", "/secrets/a", {"value": "x"})
    gone = vault.ok("DELETE", "/secrets/a")
    assert gone["recoveryId"] == "https://kv.vault.azure.net/deletedsecrets/a"
    assert gone["scheduledPurgeDate"] - gone["deletedDate"] == 90 * 86_400
    taken = (409, "Conflict", "ObjectIsDeletedButRecoverable")
    assert vault.error("PUT", "/secrets/a", {"value": "y"}) == taken
    assert vault.error("GET", "/secrets/a")[0] == 404
    assert [one["id"] for one in vault.ok("GET", "/deletedsecrets")["value"]] == [gone["id"].rpartition("/")[0]]
    vault.ok("POST", "/deletedsecrets/a/recover")
    assert vault.ok("GET", "/secrets/a")["value"] == "x"
    vault.ok("DELETE", "/secrets/a")
    assert vault.ask("DELETE", "/deletedsecrets/a").status == 204
    assert vault.error("GET", "/deletedsecrets/a")[:2] == (404, "SecretNotFound")
    vault.ok("PUT", "/secrets/a", {"value": "z"})


def test_nothing_is_purged_from_a_protected_vault(vault: Vault):
    vault.change(enablePurgeProtection=True, softDeleteRetentionInDays=7)
    assert vault.ok("PUT", "/secrets/a", {"value": "x"})["attributes"]["recoveryLevel"] == "CustomizedRecoverable"
    vault.ok("DELETE", "/secrets/a")
    assert vault.error("DELETE", "/deletedsecrets/a")[:2] == (403, "Forbidden")


def test_what_was_deleted_longer_ago_than_the_retention_is_gone(vault: Vault):
    vault.change(softDeleteRetentionInDays=7)
    vault.ok("PUT", "/secrets/a", {"value": "x"})
    vault.ok("DELETE", "/secrets/a")
    vault.azure.clock.advance(7 * 86_400 - 1)
    assert len(vault.ok("GET", "/deletedsecrets")["value"]) == 1
    vault.azure.clock.advance(1)
    assert vault.ok("GET", "/deletedsecrets")["value"] == []
    vault.ok("PUT", "/secrets/a", {"value": "again"})


def test_a_list_comes_in_pages_of_25_and_loses_nothing(vault: Vault):
    names = {f"s{number}" for number in range(60)}
    for name in names:
        vault.ok("PUT", f"/secrets/{name}", {"value": "x"})
    seen: list[str] = []
    sizes: list[int] = []
    link: str | None = "/secrets"
    while link:
        page = vault.ok("GET", link)
        sizes.append(len(page["value"]))
        seen += [one["id"].rpartition("/")[2] for one in page["value"]]
        link = page["nextLink"]
    assert (sizes, len(seen), set(seen)) == ([25, 25, 10], 60, names)
    assert len(vault.ok("GET", "/secrets?maxresults=3")["value"]) == 3
    assert vault.error("GET", "/secrets?maxresults=26")[1] == "BadParameter"


def test_a_backup_brings_every_version_back_and_cannot_be_forged(vault: Vault):
    first = vault.ok("PUT", "/secrets/a", {"value": "one"})["id"]
    vault.ok("PUT", "/secrets/a", {"value": "two"})
    kept = vault.ok("POST", "/secrets/a/backup")["value"]
    assert vault.error("POST", "/secrets/restore", {"value": kept})[:2] == (409, "Conflict")
    vault.ok("DELETE", "/secrets/a")
    vault.ok("DELETE", "/deletedsecrets/a")
    assert vault.error("POST", "/secrets/restore", {"value": kept[:-6] + "AAAAAA"})[:2] == (400, "BadParameter")
    assert vault.error("POST", "/keys/restore", {"value": kept})[:2] == (400, "BadParameter")
    vault.ok("POST", "/secrets/restore", {"value": kept})
    assert vault.ok("GET", first.removeprefix("https://kv.vault.azure.net"))["value"] == "one"
    assert vault.ok("GET", "/secrets/a")["value"] == "two"
    assert b"two" not in unpadded(kept)
