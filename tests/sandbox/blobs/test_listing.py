from __future__ import annotations

from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.blobs.catalog import Blob
from azlin.sandbox.blobs.request import place
from tests.sandbox.blobs.conftest import Account

NAMES = st.sets(st.text("ab/é", min_size=1, max_size=5), max_size=12)


def _fill(account: Account, names: set[str]) -> None:
    found = account.azure.plane.store.get(f"{account.id}/blobServices/default/containers/con")
    assert found is not None
    catalog, key = account.service.catalog, place(found)
    catalog.drop(key)
    for name in names:
        catalog.put(key, Blob(name=name, kind="BlockBlob", created=0.0, changed=0.0, etag='"1"'))


def _paged(account: Account, query: str, size: int) -> list[str]:
    seen: list[str] = []
    marker = ""
    while True:
        page = account.xml(f"/con?restype=container&comp=list&maxresults={size}{query}&marker={quote(marker)}")
        names = [one.text or "" for one in page.iter("Name")]
        assert len(names) <= size
        seen += names
        marker = page.findtext("NextMarker") or ""
        if not marker:
            return seen


def test_a_list_gives_every_name_once_in_order_in_pages_of_any_size(account: Account):
    @settings(max_examples=25, deadline=None)
    @given(NAMES, st.integers(1, 5), st.sampled_from(["", "a", "a/", "é"]))
    def holds(names: set[str], size: int, prefix: str) -> None:
        _fill(account, names)
        wanted = sorted(name for name in names if name.startswith(prefix))
        assert _paged(account, f"&prefix={quote(prefix)}", size) == wanted

    holds()


def test_a_delimiter_folds_what_is_below_it_as_a_directory(account: Account):
    @settings(max_examples=25, deadline=None)
    @given(NAMES, st.integers(1, 5), st.sampled_from(["", "a", "a/"]))
    def holds(names: set[str], size: int, prefix: str) -> None:
        _fill(account, names)
        wanted: set[str] = set()
        for name in (one for one in names if one.startswith(prefix)):
            below = name[len(prefix) :]
            wanted.add(prefix + below.partition("/")[0] + "/" if "/" in below else name)
        assert _paged(account, f"&prefix={quote(prefix)}&delimiter=/", size) == sorted(wanted)

    holds()


def test_what_is_included_is_shown(account: Account):
    account.put("/con/b", b"x", x_ms_meta_a="1", x_ms_tags="t=v")
    bare = account.xml("/con?restype=container&comp=list")
    full = account.xml("/con?restype=container&comp=list&include=metadata,tags")
    assert bare.find("Blobs/Blob/Metadata") is None
    assert full.findtext("Blobs/Blob/Metadata/a") == "1"
    assert full.findtext("Blobs/Blob/Tags/TagSet/Tag/Value") == "v"
    assert full.findtext("Blobs/Blob/Properties/Content-Length") == "1"
