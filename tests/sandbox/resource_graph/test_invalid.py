from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("query", "line", "position", "token"),
    [
        ("where where", 1, 11, "<EOF>"),
        ("Resources | where (name == 'a'", 1, 30, "<EOF>"),
        ("Resources\n| where name = 'a'", 2, 13, "="),
        ("Resources || count", 1, 11, "|"),
        ("Resources | where name == 'a", 1, 26, "'"),
        ("Resources | limit x", 1, 18, "x"),
    ],
)
def test_the_place_where_the_parser_stopped_is_named(refused: Any, query: str, line: int, position: int, token: str):
    detail = refused(query)
    assert detail["code"] == "ParserFailure"
    assert (detail["line"], detail["characterPositionInLine"], detail["token"]) == (line, position, token)


@pytest.mark.parametrize(
    "query",
    [
        "Resources | mv-apply x = properties.a on (limit 1)",
        "Resources | evaluate bag_unpack(tags)",
        "Resources | make-series n = count() on t step 1d",
        "Resources | render piechart",
        "Resources | join hint.strategy=broadcast (Resources) on id",
        "let f = (a: string) { a }; Resources | count",
    ],
)
def test_operators_that_the_service_does_not_have_are_named(refused: Any, query: str):
    assert refused(query)["code"] == "InvalidQueryLanguage"


def test_an_unknown_function_is_named(refused: Any):
    assert refused("Resources | project cout(name)") == {
        "code": "UnknownFunction",
        "message": "Unknown function: 'cout'.",
    }


@pytest.mark.parametrize(
    "query",
    [
        "Nothings | count",
        "Resources | where Name == 'web1'",
        "Resources | where properties.a == properties.b",
        "Resources | where name == 1",
        "Resources | where properties.enabled",
        "Resources | summarize count() by tags",
        "Resources | order by properties.diskSizeGB",
        "Resources | join (Resources) on tags",
        "Resources | extend n = properties.diskSizeGB * 2",
        "Resources | project a = 1, a = 2",
        "Resources | mv-expand name",
        "Resources | mv-expand properties.ipConfigurations limit 1000",
        "Resources | summarize sum(name)",
        "Resources | where name matches regex '('",
        "Resources | project strlen()",
        "Resources | project-away nothing",
    ],
)
def test_what_cannot_be_is_refused_and_never_guessed(refused: Any, query: str):
    assert refused(query)["message"]
