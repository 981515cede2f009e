import pytest

from azlin.agentic.families.trusted_launch import security_profile
from azlin.agentic.language.images import IMAGES

UBUNTU = IMAGES["Ubuntu 24.04 LTS"]


@pytest.mark.parametrize(
    "size", ["Standard_B2s", "Standard_D2s_v3", "Standard_D2s_v5", "Standard_E96as_v5", "Standard_L8s_v3"]
)
def test_a_size_that_has_it_gets_secure_boot_and_a_tpm(size):
    profile = security_profile(UBUNTU, size)
    assert profile is not None
    assert profile["uefiSettings"] == {"secureBootEnabled": True, "vTpmEnabled": True}


@pytest.mark.parametrize(
    "size",
    ["Standard_A2_v2", "Standard_D2_v3", "Standard_E4_v3", "Standard_M64s", "Standard_ND96asr_v4", "Standard_D2ps_v5"],
)
def test_a_size_that_azure_offers_without_it_does_not(size):
    assert security_profile(UBUNTU, size) is None


def test_an_image_of_unknown_generation_does_not():
    assert security_profile("me:mine:old:latest", "Standard_B2s") is None
