from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.graph.filters import Filter
from azlin.sandbox.graph.refusals import GraphRefusal

BODY: dict[str, Any] = {
    "displayName": "Ada O'Hara",
    "appId": "602c3328-7925-4e7a-94ba-82d390222b99",
    "accountEnabled": True,
    "mail": None,
    "createdDateTime": "2024-05-01T10:00:00Z",
    "names": ["api://one", "TWO"],
    "roles": [{"id": "r1", "on": True}, {"id": "r2", "on": False}],
    "empty": [],
    "size": 3,
}


def keeps(text: str, body: dict[str, Any] = BODY) -> bool:
    return Filter(text, "user", lambda name: name in BODY).keeps(body)


@pytest.mark.parametrize(
    "text",
    [
        "displayName eq 'ada o''hara'",
        "startswith(displayName,'ADA')",
        "startsWith(displayName, 'ada') eq true",
        "endswith(displayName,'hara')",
        "contains(displayName,'O''H')",
        "not startswith(displayName,'x')",
        "startswith(displayName,'x') eq false",
        "not(displayName eq 'x')",
        "appId eq '602C3328-7925-4e7a-94ba-82d390222b99'",
        "appId eq 602c3328-7925-4e7a-94ba-82d390222b99",
        "accountEnabled eq true",
        "accountEnabled",
        "mail eq null",
        "mail ne 'x'",
        "createdDateTime ge 2024-01-01T00:00:00Z and createdDateTime lt 2025-01-01",
        "displayName in ('x', 'Ada O''Hara')",
        "not (displayName in ('x'))",
        "names/any(c:c eq 'two')",
        "names/any(n: startswith(n,'api://'))",
        "names/any()",
        "not empty/any()",
        "empty/all(e:e eq 'x')",
        "roles/any(r:r/id eq 'r2' and r/on eq false)",
        "roles/all(r:startswith(r/id,'r'))",
        "roles/$count eq 2",
        "size gt 2 and size le 3",
        "displayName eq 'x' or (size eq 3 and mail eq null)",
        "displayName eq 'x' and size eq 9 or size eq 3",
    ],
)
def test_a_match_is_kept(text: str):
    assert keeps(text)


@pytest.mark.parametrize(
    "text",
    [
        "displayName eq 'Ada'",
        "mail eq 'x'",
        "startswith(mail,'')",
        "size gt 3",
        "mail gt 'a'",
        "names/any(c:c eq 'tw')",
        "roles/all(r:r/on eq true)",
        "empty/any()",
        "displayName eq 'x' or size eq 4 and mail eq null",
    ],
)
def test_what_does_not_match_is_not_kept(text: str):
    assert not keeps(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "displayName",
        "displayName eq 'x' and",
        "(size eq 3",
        "unknown eq 1",
        "displayName like 'x'",
        "startswith(displayName)",
        "names/any(c eq 'x')",
        "size eq 3)",
        "'",
        "(" * 100,
        "in ('a')",
    ],
)
def test_what_is_not_understood_is_refused(text: str):
    if text == "displayName":
        assert not keeps(text)  # a property that is not a flag is not true
        return
    with pytest.raises(GraphRefusal) as refused:
        keeps(text)
    assert (refused.value.status, refused.value.code) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("displayName eq 'x' and size eq 3", ["displayName"]),
        ("names/any(c:c eq 'x')", ["names"]),
        ("displayName eq 'x' or appId eq 'y'", []),
        ("not (displayName eq 'x')", []),
        ("(displayName eq 'x') and (size eq 1 or appId eq 'y')", ["displayName"]),
        ("names/any(c:c eq 'x' or c eq 'y')", []),
        ("roles/any(r:r/id eq 'x')", []),
    ],
)
def test_a_hint_holds_for_every_match(text: str, names: list[str]):
    assert [hint.name for hint in Filter(text, "user", lambda name: name in BODY).hints] == names


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_found_when_its_quotes_are_doubled(text: str):
    quoted = text.replace("'", "''")
    assert keeps(f"displayName eq '{quoted}'", {**BODY, "displayName": text})
    assert keeps(f"names/any(n:n eq '{quoted}')", {**BODY, "names": [text]})


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="displayName eq'()/any:,0 nortd", max_size=40))
def test_rubbish_is_parsed_or_refused_and_nothing_else(text: str):
    with contextlib.suppress(GraphRefusal):
        keeps(text)
