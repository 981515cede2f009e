"""Refusals have ARM's shape."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from azlin.sandbox.arm import refusals
from azlin.sandbox.arm.refusals import ArmRefusal

MAKERS = [
    made
    for name, made in vars(refusals).items()
    if inspect.isfunction(made) and made.__module__ == refusals.__name__ and not name.startswith("_")
]


def refused_by(maker: Any) -> ArmRefusal:
    parts = inspect.signature(maker).parameters.values()
    return maker(*([one.name] if "list" in str(one.annotation) else one.name for one in parts))


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_every_refusal_is_a_client_error_that_names_what_it_is_about(maker: Any):
    refused = refused_by(maker)
    assert 400 <= refused.status < 500
    assert refused.code.isalnum()
    json.dumps(refused.error())
    told = refused.message + json.dumps([refused.headers, refused.target])
    left_out = {name for name in inspect.signature(maker).parameters if name not in told}
    assert left_out <= {"type_name"}


def test_target_and_details_are_shown_only_where_there_are_any():
    assert ArmRefusal(400, "C", "m").error() == {"code": "C", "message": "m"}
    assert ArmRefusal(400, "C", "m", target="t", details=[]).error() == {
        "code": "C",
        "message": "m",
        "target": "t",
        "details": [],
    }
    assert str(ArmRefusal(409, "C", "m")) == "409 C: m"


@pytest.mark.parametrize("maker", [refusals.not_authenticated, refusals.token_expired])
def test_who_is_not_signed_in_is_told_where(maker: Any):
    assert 'authorization_uri="https://login.windows.net/t"' in maker("t").headers["WWW-Authenticate"]


def test_a_type_is_told_apart_from_its_namespace():
    refused = refusals.type_unknown("A.B/c/d", "v")
    assert "'c/d'" in refused.message
    assert "'A.B'" in refused.message
    assert refusals.version_not_registered("A.B/c", "v", None, ["w"], []).code == "InvalidResourceType"
    assert refusals.version_not_registered("A.B/c", "v", "l", ["w"], ["m"]).code == "NoRegisteredProviderFound"
