from __future__ import annotations

import re
import shlex
from collections import Counter
from urllib.parse import urlsplit

import pytest

from azlin.agentic.failures.catalogue import (
    ACTIONS,
    AZURES_CLASSES,
    RETRIED,
    Catalogue,
    Entry,
    catalogue,
)

ENTRIES = catalogue().entries
PLACEHOLDERS = """
    account container file group id location name namespace offer plan principal publisher repository scope size
    subscription tenant vault
    """
AZ = {
    "account list": "output",
    "account list-locations": "output",
    "account show": "query subscription",
    "acr repository show-tags": "name repository",
    "ad signed-in-user list-owned-objects": "",
    "ad signed-in-user show": "",
    "ad sp credential reset": "append id",
    "ad sp show": "id",
    "aks get-versions": "location output",
    "aks show": "name query resource-group",
    "backup item list": "output resource-group vault-name",
    "cognitiveservices account list-deleted": "output",
    "containerapp env show": "name query resource-group",
    "containerapp list": "output resource-group",
    "containerapp secret list": "name output resource-group",
    "deployment group cancel": "name resource-group",
    "deployment group list": "output resource-group",
    "deployment group validate": "resource-group template-file",
    "deployment operation group list": "name output resource-group",
    "disk show": "ids query",
    "feature list": "namespace output",
    "group create": "location name",
    "group wait": "deleted name",
    "keyvault certificate pending show": "name vault-name",
    "keyvault key list": "output vault-name",
    "keyvault list-deleted": "output",
    "keyvault recover": "name",
    "keyvault secret list": "output vault-name",
    "keyvault secret show": "id",
    "lock list": "output resource-group",
    "login": "tenant",
    "monitor activity-log list": "output resource-id",
    "network express-route show": "ids query",
    "network list-usages": "location output",
    "network nic show": "ids query",
    "network nsg show": "ids query",
    "network private-dns link vnet list": "output resource-group zone-name",
    "network private-endpoint-connection list": "id",
    "network public-ip show": "ids query",
    "network route-table show": "ids query",
    "network vnet subnet list": "output resource-group vnet-name",
    "policy assignment list": "output resource-group",
    "provider register": "namespace wait",
    "provider show": "namespace output",
    "resource list": "name output resource-group",
    "resource show": "ids query",
    "role assignment create": "assignee role scope",
    "role assignment list": "all assignee output scope",
    "servicebus namespace exists": "name",
    "sql server list": "output",
    "storage account check-name": "name",
    "storage account list": "output",
    "storage account show": "ids query",
    "storage account show-usage": "location",
    "storage blob lease break": "account-name blob-name container-name",
    "storage blob list": "account-name container-name output",
    "storage container immutability-policy show": "account-name container-name",
    "storage container lease break": "account-name container-name",
    "storage share list": "account-name include-snapshots",
    "vm boot-diagnostics get-boot-log": "name resource-group",
    "vm deallocate": "name resource-group",
    "vm extension list": "output resource-group vm-name",
    "vm image list": "location output",
    "vm image terms accept": "offer plan publisher",
    "vm list-skus": "all location output size",
    "vm list-usage": "location output",
    "vm start": "name resource-group",
}
"""The az commands of the remedies with the options that they use. Each was taken by the parser of az 2.91; a new one
belongs here after `az … --help` has shown it."""


def entry(**fields: object) -> Entry:
    said = {"class_": "needs_change", "cause": "Why.", "remedy": "Do", "action": "fix_parameter", **fields}
    return Entry(**said)  # type: ignore[arg-type]


def test_every_entry_is_whole():
    for one in ENTRIES:
        assert one.class_ in AZURES_CLASSES, one
        assert one.action in ACTIONS, one
        assert one.cause.endswith("."), one
        assert ": " not in one.remedy, one  # what stands behind the first colon of a hint is the command
        assert "{" not in one.cause + one.remedy, one
        assert one.codes or one.says or one.status, one
        if one.link:
            assert urlsplit(one.link)[:2] == ("https", "learn.microsoft.com"), one
            assert not re.match(r"/[a-z]{2}-[a-z]{2}/", urlsplit(one.link).path), one
        if one.says:
            assert re.compile(one.says, re.I | re.S), one
        if one.retriable:
            assert one.class_ in RETRIED, one


def test_every_command_is_one_that_az_has():
    for one in ENTRIES:
        assert set(re.findall(r"\{(\w+)\}", one.command)) <= set(PLACEHOLDERS.split()), one.command
        words = shlex.split(one.command)
        assert not words or words[0] in ("az", "azlin")
        if words[:1] == ["az"]:
            name = words[1 : next((at for at, word in enumerate(words) if word[0] == "-"), len(words))]
            options = {word.removeprefix("--") for word in words if word.startswith("--")}
            assert " ".join(name) in AZ, one.command
            assert options <= set(AZ[" ".join(name)].split()), one.command


def test_no_remedy_destroys():
    verbs = {word for one in ENTRIES for word in one.command.split() if not word.startswith(("-", "{"))}
    assert not verbs & {"delete", "purge", "remove", "unregister"}


def test_no_entry_hides_another():
    told = Counter(
        (code.casefold(), one.weak, one.status) for one in ENTRIES if not one.says for code in one.plain_codes
    )
    assert [code for code, count in told.items() if count > 1] == []


def test_a_hundred_and_fifty_codes_are_described():
    assert len({code.casefold() for one in ENTRIES for code in one.plain_codes}) >= 150


@pytest.mark.parametrize(
    ("code", "like"),
    [
        ("ZoneNotFound", True),
        ("notfound", True),
        ("NotFoundAtAll", False),
        ("InternalError", False),
    ],
)
def test_a_star_stands_for_any_letters(code: str, like: bool):
    found = Catalogue((entry(codes=("*NotFound",)),)).find(code, "", None)
    assert (found is not None) == like


def test_a_pattern_with_a_star_inside_needs_both_ends():
    known = Catalogue((entry(codes=("Internal*Error",)),))
    assert known.find("InternalServerError", "", None)
    assert known.find("InternalError", "", None)
    assert not known.find("InternalErro", "", None)


def test_the_most_telling_entry_wins():
    said, plain, like, words, weak, status = (
        entry(codes=("Conflict",), says="quota", action="request_quota"),
        entry(codes=("Taken",), action="rename"),
        entry(codes=("*Gone",), action="expected_absent"),
        entry(says="another operation", action="wait_then_retry"),
        entry(codes=("Conflict",), weak=True, action="fix_parameter"),
        entry(status=(409,), action="read_message"),
    )
    known = Catalogue((status, weak, words, like, plain, said))

    def action(code: str, message: str, status: int | None = None) -> str | None:
        found = known.find(code, message, status)
        return found[0].action if found else None

    assert action("Conflict", "another operation; quota") == "request_quota"
    assert action("conflict", "another operation") == "wait_then_retry"
    assert action("Conflict", "no") == "fix_parameter"
    assert action("Taken", "another operation") == "rename"
    assert action("AllGone", "another operation") == "expected_absent"
    assert action("New", "no", 409) == "read_message"
    assert action("New", "no") is None


def test_what_the_words_name_is_handed_on():
    known = Catalogue((entry(says=r"namespace '(?P<namespace>[^']+)'"),))
    found = known.find("", "not registered to use namespace 'Microsoft.Web'", None)
    assert found is not None
    assert found[1] == {"namespace": "Microsoft.Web"}
