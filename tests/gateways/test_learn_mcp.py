from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.errors import CloudUnreachable
from azlin.gateways.http import Http
from azlin.gateways.learn import Hit
from azlin.gateways.learn_mcp import LearnMcp, events_in
from tests.learn_stand_in import SKU_CHUNK, LearnStandIn


def asked(http: Http, learn: LearnStandIn, within_s: float = 10) -> list[Hit]:
    with LearnMcp(http, f"{learn.url}/api/mcp", until=time.monotonic() + within_s) as session:
        return session.search("SkuNotAvailable Microsoft.Compute/virtualMachines")


@pytest.mark.parametrize("as_stream", [True, False])
def test_a_session_shakes_hands_lists_the_tools_asks_and_ends(http: Http, learn: LearnStandIn, as_stream: bool):
    learn.as_stream = as_stream
    (hit,) = asked(http, learn)
    assert (hit.title, hit.url, hit.texts) == (SKU_CHUNK["title"], SKU_CHUNK["contentUrl"], (SKU_CHUNK["content"],))
    assert learn.methods == [
        "initialize",
        "notifications/initialized",
        "tools/list",
        "tools/list",
        "tools/call",
        "DELETE",
    ]
    assert "mcp-protocol-version" not in learn.said[0][1]
    for _, headers, _ in learn.said[1:]:
        assert (headers["mcp-protocol-version"], headers["mcp-session-id"]) == ("2025-11-25", "s-1")
    call = learn.said[4][2]["params"]
    assert call == {
        "name": "microsoft_docs_search",
        "arguments": {"query": "SkuNotAvailable Microsoft.Compute/virtualMachines"},
    }


def test_a_server_without_sessions_is_given_none_to_end(http: Http, learn: LearnStandIn):
    learn.session = None
    assert asked(http, learn)
    assert "DELETE" not in learn.methods
    assert not any("mcp-session-id" in headers for _, headers, _ in learn.said)


def test_a_server_of_the_newer_protocol_is_discovered(http: Http, learn: LearnStandIn):
    learn.handshake, learn.stateless = False, True
    assert asked(http, learn)
    assert learn.methods == ["initialize", "server/discover", "tools/list", "tools/list", "tools/call"]
    for method, headers, message in learn.said[1:]:
        assert (headers["mcp-protocol-version"], headers["mcp-method"]) == ("2026-07-28", method)
        assert message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] == "2026-07-28"
    assert learn.said[-1][1]["mcp-name"] == "microsoft_docs_search"


def test_a_server_that_speaks_neither_is_refused(http: Http, learn: LearnStandIn):
    learn.handshake = learn.stateless = False
    with pytest.raises(CloudUnreachable):
        asked(http, learn)


def test_a_search_that_was_renamed_is_found_and_another_tool_is_not_used_instead(http: Http, learn: LearnStandIn):
    learn.tool = "docs_search_v2"
    assert asked(http, learn)
    learn.tool = "delete_everything"
    with pytest.raises(CloudUnreachable, match="no answer") as refused:
        asked(http, learn)
    assert "no tool" in refused.value.why
    assert learn.methods.count("tools/call") == 1


@pytest.mark.parametrize("trouble", ["hang", "drip", "huge", "circle", "page", "broken", "deep", "closed"])
def test_whatever_is_not_an_answer_is_refused_in_time(hurried: Http, learn: LearnStandIn, trouble: str):
    learn.trouble["/api/mcp"] = getattr(learn, trouble)
    began_at = time.monotonic()
    with pytest.raises(CloudUnreachable):
        asked(hurried, learn, 0.5)
    assert time.monotonic() - began_at < 2.5


def test_an_answer_that_is_not_about_pages_is_no_page(http: Http, learn: LearnStandIn):
    learn.chunks = ["text", {"title": "no address"}, None]
    assert asked(http, learn) == []


@settings(max_examples=40, deadline=None)
@given(
    messages=st.lists(st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=8), min_size=1), max_size=4),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    cuts=st.lists(st.integers(1, 7), min_size=1, max_size=9),
)
def test_events_are_the_same_wherever_the_pieces_end(messages: list[list[str]], ending: str, cuts: list[int]):
    lines = [
        line for message in messages for line in (": a comment", "id: 1", *(f"data: {text}" for text in message), "")
    ]
    # A line that ends with CR alone is known to have ended only when the next byte comes.
    sent = (ending.join([*lines, ": end", ": end"])).encode("utf-8", "surrogatepass")
    pieces: list[bytes] = []
    while sent:
        size = cuts[len(pieces) % len(cuts)]
        pieces, sent = [*pieces, sent[:size]], sent[size:]
    whole = ["\n".join(message) for message in messages]
    assert list(events_in(pieces)) == [
        text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for text in whole
    ]
