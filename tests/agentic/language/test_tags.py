from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language.tags import Tags, read_tags
from azlin.agentic.language.tokens import tokenise

WORD = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True).filter(lambda word: word != "and")


@given(st.dictionaries(WORD, WORD, min_size=1, max_size=5), st.sampled_from([" ", ", ", " and ", ", and "]))
def test_every_list_of_tags_is_read_whole(tags: dict[str, str], joiner: str):
    said = tokenise(joiner.join(f"{key}={value}" for key, value in tags.items()))
    assert read_tags(said, 0, bare=False) == Tags(dict(tags), len(said))


def test_a_name_alone_is_a_tag_only_where_one_is_expected():
    assert read_tags(tokenise("owner"), 0, bare=True) == Tags({"owner": None}, 1)
    assert read_tags(tokenise("owner"), 0, bare=False) is None


def test_a_value_may_be_quoted():
    assert read_tags(tokenise('team: "red team"'), 0, bare=False) == Tags({"team": "red team"}, 2)


def test_what_follows_the_tags_is_left_alone():
    assert read_tags(tokenise("env=test and stop web1"), 0, bare=False) == Tags({"env": "test"}, 1)


@pytest.mark.parametrize("text", ["a<b=c", "a%=c", "=c", "env=", ""])
def test_what_azure_would_refuse_is_no_tag(text: str):
    assert read_tags(tokenise(text), 0, bare=False) is None
