from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("toupper('aB')", "AB"),
        ("strcat('a', 1, true)", "a1true"),
        ("strcat_delim('-', 'a', 'b')", "a-b"),
        ("strlen('abc')", 3),
        ("substring('abcdef', 2)", "cdef"),
        ("substring('abcdef', 1, 2)", "bc"),
        ("split('a/b/c', '/')", ["a", "b", "c"]),
        ("split('a/b/c', '/')[1]", "b"),
        ("split('a/b/c', '/')[-1]", "c"),
        ("split('a/b/c', '/', 2)", ["c"]),
        ("trim('-', '-a-')", "a"),
        ("trim(@'[^\\w]+', '--a b--')", "a b"),
        ("trim_start('x', 'xxa')", "xa"),
        ("replace_string('a.b.c', '.', '-')", "a-b-c"),
        ("replace('b+', 'x', 'abbc')", "axc"),
        ("replace_regex('abc', '(b)', '<$1>')", "a<b>c"),
        ("extract('([0-9]+)-', 1, 'vm12-x')", "12"),
        ("extract('z', 0, 'abc')", ""),
        ("indexof('abcabc', 'c')", 2),
        ("indexof('abc', 'z')", -1),
        ("array_length(dynamic([1, 2]))", 2),
        ("array_length(dynamic({}))", None),
        ("bag_keys(dynamic({'a': 1, 'b': 2}))", ["a", "b"]),
        ("pack('a', 1, 'b', 'x')", {"a": 1, "b": "x"}),
        ("bag_pack('t', datetime(2026-01-02)).t", "2026-01-02T00:00:00.0000000Z"),
        ("pack_array(1, 'a')", [1, "a"]),
        ("array_concat(dynamic([1]), dynamic([2, 3]))", [1, 2, 3]),
        ("array_slice(dynamic([1, 2, 3]), 1, -1)", [2, 3]),
        ("array_index_of(dynamic(['a', 'b']), 'b')", 1),
        ("set_union(dynamic([1, 2]), dynamic([2, 3]))", [1, 2, 3]),
        ("set_intersect(dynamic([1, 2]), dynamic([2, 3]))", [2]),
        ("set_difference(dynamic([1, 2]), dynamic([2]))", [1]),
        ("set_has_element(dynamic(['a']), 'a')", True),
        ("strcat_array(dynamic(['a', 1]), ',')", "a,1"),
        ("format_datetime(datetime(2026-01-02 03:04:05), 'yyyy-MM-dd HH:mm')", "2026-01-02 03:04"),
        ("datetime_diff('day', datetime(2026-01-03), datetime(2026-01-01))", 2),
        ("datetime_diff('month', datetime(2026-03-01), datetime(2025-12-31))", 3),
        ("monthofyear(datetime(2026-05-02))", 5),
        ("round(2.345, 1)", 2.3),
        ("base64_decode_tostring('YWI=')", "ab"),
        ("parse_url('https://h:8/p?q=1')['Host']", "h"),
        ("gettype(dynamic([]))", "array"),
        ('tostring(dynamic({"a": null}))', '{"a":null}'),
    ],
)
def test_a_function_gives(evaluate: Any, expression: str, wanted: Any):
    assert evaluate(expression) == wanted
