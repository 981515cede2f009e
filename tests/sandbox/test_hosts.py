"""Whose name a host is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.hosts import CERTIFICATE_NAMES, service

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


@pytest.mark.parametrize("pattern", CERTIFICATE_NAMES)
def test_every_name_of_the_certificate_is_served(pattern: str):
    assert service(pattern.replace("*", "anything")) is not None


@given(LABEL, st.sampled_from([name for name in CERTIFICATE_NAMES if name.startswith("*.")]))
def test_port_case_and_a_last_dot_change_nothing(label: str, pattern: str):
    host = pattern.replace("*", label)
    assert service(host) == service(host.upper()) == service(f"{host}:443") == service(f"{host}.:443") is not None


@given(LABEL)
def test_a_name_that_only_ends_or_begins_like_azures_is_nobody(label: str):
    assert service(f"management.azure.com.{label}") is None
    assert service(f"{label}-management.azure.com") is None
    assert service(f"{label}vault.azure.net") is None
    assert service("") is None
