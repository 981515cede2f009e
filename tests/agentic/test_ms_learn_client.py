from __future__ import annotations

import json
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.agentic import ms_learn_client
from azlin.agentic.learn.cache import LearnCache
from azlin.agentic.ms_learn_client import PATIENCE_S, MsLearnClient
from azlin.gateways.learn import Hit, hits_in
from azlin.paths import Paths
from azlin.settings import Endpoints
from tests.learn_stand_in import SKU_PAGE, LearnStandIn, soon

VM = "Microsoft.Compute/virtualMachines"
HERE = "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-sku-not-available"
TROUBLES = ["hang", "drip", "huge", "circle", "page", "broken", "deep", "closed"]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


@pytest.fixture
def client(paths: Paths, learn: LearnStandIn) -> MsLearnClient:
    return MsLearnClient(paths, Endpoints(learn=learn.url), sandbox=True, patience_s=20)


@pytest.fixture
def hurried(paths: Paths, learn: LearnStandIn) -> MsLearnClient:
    """Impatient, so that the tests need not wait for three seconds each."""
    return MsLearnClient(paths, Endpoints(learn=learn.url), sandbox=True, patience_s=0.6)


def offline(paths: Paths, learn: LearnStandIn) -> None:
    for path in ("/api/search", "/api/mcp"):
        learn.trouble[path] = learn.closed


def test_both_doors_are_asked_and_what_they_say_of_a_page_is_put_together(client: MsLearnClient, learn: LearnStandIn):
    findings = client.look_up("SkuNotAvailable", VM)
    (page,) = findings.pages
    assert (page.url, page.title, page.troubleshooting) == (HERE, SKU_PAGE["title"], True)
    assert "SkuNotAvailable" in page.passage
    assert (findings.source, findings.note) == ("learn", "")
    assert findings.as_of is not None
    assert datetime.now(UTC) - findings.as_of < timedelta(minutes=1)
    assert len(learn.searched) == learn.methods.count("tools/call") == 1


def test_only_the_code_and_the_type_are_sent(client: MsLearnClient, learn: LearnStandIn):
    client.look_up("SkuNotAvailable", f"{VM}/extensions")
    assert learn.searched[0]["search"] == f"SkuNotAvailable {VM}"
    assert "extensions" not in learn.everything_sent()


@pytest.mark.parametrize(
    ("code", "type_"),
    [
        ("Password hunter2 is wrong", VM),
        ("cloud-unreachable", VM),
        ("", VM),
        ("A" * 200, VM),
        ("eyJhbGciOiJub25l.eyJ0aWQiOiJ4Ijp9.c2ln", VM),
    ],
)
def test_what_is_not_an_error_code_of_azure_is_not_asked_about(
    client: MsLearnClient, learn: LearnStandIn, code: str, type_: str
):
    findings = client.look_up(code, type_)
    assert (findings.pages, findings.source) == ((), "none")
    assert "not an error code" in findings.note
    assert learn.searched == learn.said == []


@pytest.mark.parametrize("type_", ["/subscriptions/1/resourceGroups/payroll", "payroll", f"{VM}/pay roll", f"{VM}\nx"])
def test_what_is_not_a_resource_type_stays_here(client: MsLearnClient, learn: LearnStandIn, type_: str):
    assert client.look_up("SkuNotAvailable", type_).pages
    assert learn.searched[0]["search"] == "SkuNotAvailable"
    assert "payroll" not in learn.everything_sent()


def test_the_sandbox_asks_nobody_outside_and_says_so(paths: Paths, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ms_learn_client.threading, "Thread", None)  # type: ignore[attr-defined]
    for endpoints in (Endpoints(), Endpoints(learn="https://docs.example.com", learn_mcp="https://mcp.example.com/x")):
        findings = MsLearnClient(paths, endpoints, sandbox=True).look_up("SkuNotAvailable", VM)
        assert (findings.pages, findings.source) == ((), "none")
        assert "the sandbox does not leave this machine" in findings.note


def test_of_two_doors_the_sandbox_asks_the_one_on_this_machine(paths: Paths, learn: LearnStandIn):
    endpoints = Endpoints(learn="https://docs.example.com", learn_mcp=learn.url)
    assert MsLearnClient(paths, endpoints, sandbox=True).look_up("SkuNotAvailable", VM).pages
    assert learn.searched == []
    assert "tools/call" in learn.methods


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_both_doors_do_the_report_is_not_held_up(hurried: MsLearnClient, learn: LearnStandIn, trouble: str):
    learn.trouble = dict.fromkeys(("/api/search", "/api/mcp"), getattr(learn, trouble))
    began_at = time.monotonic()
    findings = hurried.look_up("SkuNotAvailable", VM)
    assert time.monotonic() - began_at < 2.5
    assert (findings.pages, findings.source) == ((), "none")
    assert findings.note.startswith("Microsoft Learn did not answer (search: ")
    assert "MCP: " in findings.note


def test_the_patience_is_three_seconds_in_all(paths: Paths):
    assert MsLearnClient(paths, Endpoints())._patience_s == PATIENCE_S == 3.0


def test_a_name_that_does_not_resolve_in_time_holds_nobody_up(paths: Paths, monkeypatch: pytest.MonkeyPatch):
    import socket

    def slow(*_: Any, **__: Any) -> Any:
        time.sleep(3)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    began_at = time.monotonic()
    findings = MsLearnClient(paths, Endpoints(learn="https://learn.invalid"), patience_s=0.4).look_up("SkuNotAvailable")
    assert time.monotonic() - began_at < 2.5
    assert "too slow" in findings.note


def test_one_door_is_enough_and_the_other_is_named(client: MsLearnClient, learn: LearnStandIn):
    learn.trouble["/api/mcp"] = learn.broken
    findings = client.look_up("SkuNotAvailable", VM)
    assert [page.url for page in findings.pages] == [HERE]
    assert findings.note == "not all of Microsoft Learn answered (MCP: it answered with status 500)"


def test_a_page_that_says_nothing_of_the_failure_is_not_shown(client: MsLearnClient, learn: LearnStandIn):
    learn.pages = [{"title": "What is a region?", "url": "/azure/regions", "description": "About regions."}]
    learn.chunks = []
    findings = client.look_up("SkuNotAvailable", VM)
    assert (findings.pages, findings.source) == ((), "learn")
    assert findings.note == "Microsoft Learn has no page about SkuNotAvailable"


def test_troubleshooting_comes_first_then_titles_then_texts_and_there_are_three(
    client: MsLearnClient, learn: LearnStandIn
):
    learn.chunks = []
    learn.pages = [
        {"title": "A tour of sizes", "url": "/a", "description": "May say QuotaExceeded."},
        {"title": "QuotaExceeded explained", "url": "/b", "description": "x"},
        {"title": "Quotas", "url": "/azure/troubleshooting/c", "description": "When you see QuotaExceeded, wait."},
        {"title": "Resolve errors for quota exceeded", "url": "/azure/troubleshooting/d", "description": "x"},
        {"title": "Deploy a virtual machine", "url": "/azure/virtual-machines/e", "description": "x"},
    ]
    found = client.look_up("QuotaExceeded", VM).pages
    assert [page.url.rsplit("/", 1)[1] for page in found] == ["d", "c", "b"]


def test_what_was_found_is_kept_and_nobody_is_asked_again(client: MsLearnClient, learn: LearnStandIn, paths: Paths):
    first = client.look_up("SkuNotAvailable", VM)
    again = MsLearnClient(paths, Endpoints(learn=learn.url), sandbox=True).look_up("SkuNotAvailable", VM)
    assert (again.pages, again.source, again.as_of, again.note) == (first.pages, "cache", first.as_of, "")
    assert len(learn.searched) == 1
    client.look_up("SkuNotAvailable", "Microsoft.Compute/disks")
    assert len(learn.searched) == 2


def test_what_is_old_is_asked_again_and_told_as_old_when_nobody_answers(
    client: MsLearnClient, learn: LearnStandIn, paths: Paths
):
    client.look_up("SkuNotAvailable", VM)
    (file,) = paths.ms_learn_cache.glob("*.json")
    entry = json.loads(file.read_text())
    entry["at"] = "2026-01-02T03:04:05Z"
    file.write_text(json.dumps(entry))
    offline(paths, learn)
    stale = client.look_up("SkuNotAvailable", VM)
    assert ([page.url for page in stale.pages], stale.source) == ([HERE], "stale")
    assert stale.note.startswith("Microsoft Learn did not answer")
    assert stale.note.endswith("; this is from 2026-01-02")
    learn.trouble.clear()
    assert client.look_up("SkuNotAvailable", VM).source == "learn"
    assert client.look_up("SkuNotAvailable", VM).source == "cache"


def test_a_silence_is_not_kept_as_an_answer(client: MsLearnClient, learn: LearnStandIn, paths: Paths):
    offline(paths, learn)
    client.look_up("SkuNotAvailable", VM)
    assert not paths.ms_learn_cache.exists()
    learn.trouble = {"/api/mcp": learn.closed}
    learn.pages = []
    client.look_up("SkuNotAvailable", VM)
    assert not paths.ms_learn_cache.exists()


def test_a_kept_page_that_leads_elsewhere_is_not_shown(client: MsLearnClient, learn: LearnStandIn, paths: Paths):
    client.look_up("SkuNotAvailable", VM)
    (file,) = paths.ms_learn_cache.glob("*.json")
    file.write_text(file.read_text().replace("https://learn.microsoft.com", "https://evil.example"))
    findings = client.look_up("SkuNotAvailable", VM)
    assert (findings.pages, findings.source) == ((), "cache")


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("https://learn.microsoft.com/en-us/azure/x?view=y#z", "https://learn.microsoft.com/azure/x"),
        ("https://learn.microsoft.com/pt-br/azure/x/", "https://learn.microsoft.com/azure/x"),
        ("https://learn.microsoft.com/sr-latn-rs/azure/x", "https://learn.microsoft.com/azure/x"),
        ("https://LEARN.microsoft.com:443/azure/x", "https://learn.microsoft.com/azure/x"),
        ("/en-us/azure/x", "https://learn.microsoft.com/azure/x"),
        ("http://learn.microsoft.com/azure/x", None),
        ("https://learn.microsoft.com.evil.example/azure", None),
        ("https://learn.microsoft.com@evil.example/azure", None),
        ("https://me:you@learn.microsoft.com/azure", None),
        ("https://learn.microsoft.com:8443/azure", None),
        ("//evil.example/azure", None),
        ("javascript:alert(1)", None),
        ("https://learn.microsoft.com/a\x1b[31m", None),
        ("https://learn.microsoft.com/a b", None),
        ("https://[learn.microsoft.com/", None),
        ("https://learn.microsoft.com:port/", None),
    ],
)
def test_only_links_to_learn_itself_are_kept_and_in_one_form(paths: Paths, given_: str, kept: str | None):
    assert MsLearnClient(paths, Endpoints())._link(given_) == kept


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["SkuNotAvailable", "/azure/x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["results", "title", "url", "description", "descriptions", "content"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(ODD)
def test_no_shape_of_an_answer_breaks_the_choice(tmp_path_factory: pytest.TempPathFactory, answer: Any):
    client = MsLearnClient(Paths(Path("/nowhere")), Endpoints())
    pages = client._best("SkuNotAvailable", VM, [*hits_in(answer), Hit("t", "\ud800", ("\ud800",))])
    assert all(page.url.startswith("https://learn.microsoft.com/") for page in pages)


def test_no_thread_of_a_look_up_stays(client: MsLearnClient):
    client.look_up("SkuNotAvailable", VM)
    assert soon(lambda: not any(thread.name == "azlin-learn" for thread in threading.enumerate()))


def test_a_cache_that_cannot_be_written_loses_nothing_but_time(client: MsLearnClient, paths: Paths):
    paths.home.mkdir()
    paths.ms_learn_cache.write_text("in the way")
    assert client.look_up("SkuNotAvailable", VM).source == "learn"
    assert LearnCache(paths).read("x") is None


def test_importing_it_does_not_import_what_it_asks_with():
    import subprocess
    import sys

    code = "import sys, azlin.agentic.ms_learn_client; print({'httpx2', 'mcp', 'asyncio'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=True)
    assert said.stdout.strip() == "set()"
