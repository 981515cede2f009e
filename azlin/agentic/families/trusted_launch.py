"""Trusted Launch (secure boot and a virtual TPM): where Azure has it, a new machine gets it.

It is also what az chooses by itself for these images, so that a plan that says it can be carried out as `az vm create`.
Source: learn.microsoft.com/azure/virtual-machines/trusted-launch, "Virtual machines sizes". Images must be of
generation 2; those that azlin offers by name all are.
"""

from __future__ import annotations

import re
from typing import Any

from azlin.agentic.language.images import IMAGES

_WITHOUT = re.compile(
    r"standard_("
    r"a\d+m?_v2"  # Av2
    r"|(d|e)\d+(_v[23])?"  # Dv2, Dv3, Ev3 without premium storage
    r"|m\d\w*"  # M
    r"|nd96\w*_v4"  # ND A100
    r"|[a-z]+\d+(-\d+)?p\w*"  # Arm
    r")",
    re.IGNORECASE,
)
"""Sizes that Azure offers without it (whole names)."""


def security_profile(image: str, size: str) -> dict[str, Any] | None:
    """`properties.securityProfile` for a new machine; None where Azure has no Trusted Launch, or for an image whose
    generation is not known."""
    if image not in IMAGES.values() or _WITHOUT.fullmatch(size):
        return None
    return {"securityType": "TrustedLaunch", "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True}}
