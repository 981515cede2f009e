from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("tostring(dynamic({'a': [1, 'x']}))", '{"a":[1,"x"]}'),
        ("tostring(true)", "true"),
        ("tostring(1.0)", "1.0"),
        ("tostring(int(null))", ""),
        ("toint('42')", 42),
        ("toint('x')", None),
        ("tolong(3.9)", 3),
        ("todouble('2.5')", 2.5),
        ("tobool('TRUE')", True),
        ("todatetime('2026-01-02T03:04:05+02:00')", datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("totimespan('1.02:00:00')", timedelta(days=1, hours=2)),
        ("parse_json('{\"a\": 1}').a", 1),
        ("parse_json('not json')", "not json"),
        ("now()", datetime(2026, 1, 3, 12, tzinfo=UTC)),
        ("ago(1d)", datetime(2026, 1, 2, 12, tzinfo=UTC)),
        ("now() - ago(36h) > 1d", True),
        ("iff(1 > 2, 'a', 'b')", "b"),
        ("iif(isnull(int(null)), 1, 2)", 1),
        ("case(1 > 2, 'a', 2 > 1, 'b', 'c')", "b"),
        ("coalesce(int(null), 7)", 7),
        ("coalesce('', 'x')", "x"),
        ("isempty('')", True),
        ("isempty(dynamic(null))", True),
        ("isnull('')", False),
        ("isnotempty(dynamic([]))", True),
        ("bin(7, 5)", 5),
        ("bin(datetime(2026-01-02 13:00), 1d)", datetime(2026, 1, 2, tzinfo=UTC)),
        ("max_of(1, 5, 3)", 5),
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("7 / 2.0", 3.5),
        ("7 % 4", 3),
        ("1 / 0", None),
        ("2h / 30m", 4.0),
    ],
)
def test_a_function_gives(evaluate: Any, expression: str, wanted: Any):
    assert evaluate(expression) == wanted
