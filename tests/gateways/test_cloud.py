"""Which Azure, and whether anybody is signed in to it."""

from __future__ import annotations

import pytest

from azlin.errors import SignInNeeded
from azlin.gateways.cloud import Cloud, ServicePrincipal


def test_a_cloud_nobody_described_is_the_public_one():
    cloud = Cloud("AzureCloud")
    assert (cloud.arm, cloud.login) == ("https://management.azure.com", "https://login.microsoftonline.com")
    assert not cloud.signed_in
    assert not cloud.sandbox


@pytest.mark.parametrize("known", [{}, {"tenant": "t"}, {"subscription": "s"}])
def test_half_a_sign_in_is_none_and_the_cure_is_said(known: dict[str, str]):
    cloud = Cloud("AzureCloud", **known)
    assert not cloud.signed_in
    with pytest.raises(SignInNeeded) as needed:
        cloud.require_sign_in()
    assert needed.value.fix.startswith("az login")


def test_a_sign_in_is_a_tenant_and_a_subscription():
    cloud = Cloud("AzureCloud", tenant="t", subscription="s")
    assert cloud.signed_in
    assert cloud.require_sign_in() == ("t", "s")


def test_a_secret_is_in_no_representation():
    cloud = Cloud("sandbox", principal=ServicePrincipal("app", "c4n4ry"))
    assert "c4n4ry" not in repr(cloud)
    assert "app" in repr(cloud)


def test_two_clouds_share_no_environment():
    one, two = Cloud("a"), Cloud("b")
    one.az_environment["X"] = "1"
    assert two.az_environment == {}
