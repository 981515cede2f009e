"""The description of the sandbox as a cloud."""

from __future__ import annotations

from typing import Any

from azlin.sandbox.metadata import cloud_metadata

BASE = "https://127.0.0.1:4443"
ELSEWHERE = {"https://management.core.windows.net/", "https://management.azure.com/"}


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [value]


def test_every_address_leads_back_and_only_the_audiences_are_azures():
    described = cloud_metadata(BASE)
    addresses = {text for text in texts(described) if "://" in text}
    assert all(text.startswith(BASE) for text in addresses - ELSEWHERE)
    assert addresses & ELSEWHERE == set(described["authentication"]["audiences"]) == ELSEWHERE


def test_suffixes_are_names_without_a_scheme_and_the_cloud_has_the_name_it_was_given():
    described = cloud_metadata(BASE, "Other")
    assert described["name"] == "Other"
    assert described["suffixes"]["hcpManagement"] == "127.0.0.1:4443"
    assert not [suffix for suffix in described["suffixes"].values() if "/" in suffix or suffix.startswith(".")]
