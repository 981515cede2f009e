"""What was learned stays, is replaced whole, and is never worth a failure."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from azlin.errors import StateUnwritable
from azlin.gateways.schema_cache import Entry, SchemaCache
from azlin.gateways.schema_shape import ANYTHING, Definition, Member, Shape

THING = "Contoso.Things/things"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "schemas.sqlite"


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def cache(path: Path, notes: list[str]) -> Iterator[SchemaCache]:
    cache = SchemaCache(path, notes.append)
    yield cache
    cache.close()


def entry(type_: str = THING, version: str = "2024-01-01", source: str = "test") -> Entry:
    body = Shape(kind="object", properties={"a": Member(Shape(kind="string"), 1)})
    return Entry(Definition(type_, version, body, {"x": ANYTHING}, 8), source, {"secret": ("a.b",)})


def test_what_is_kept_is_found_again_in_any_casing_by_another_process(cache: SchemaCache, path: Path):
    cache.keep(entry())
    other = SchemaCache(path)
    assert other.find(THING.upper()) == entry()
    assert other.names() == [THING]
    other.close()


def test_a_newer_answer_replaces_the_older(cache: SchemaCache):
    cache.keep(entry(version="2023-01-01"))
    cache.keep(entry(THING.upper(), version="2024-01-01"))
    found = cache.find(THING)
    assert found is not None
    assert found.definition.api_version == "2024-01-01"
    assert len(cache.names()) == 1


def test_asking_makes_no_file(cache: SchemaCache, path: Path):
    assert (cache.find(THING), cache.lessons(THING), cache.names()) == (None, {}, [])
    assert not cache.is_absent(THING, "azmcp 1")
    assert not path.parent.exists()


def test_a_sync_replaces_the_last_one_and_leaves_what_was_asked(cache: SchemaCache):
    cache.keep(entry("Contoso.Asked/ones"))
    assert cache.fill([entry("A.B/old"), entry("A.B/both")]) == 2
    assert cache.fill([entry("A.B/new"), entry("A.B/both")]) == 2
    assert set(cache.names()) == {"Contoso.Asked/ones", "A.B/new", "A.B/both"}


def test_a_sync_that_breaks_off_leaves_the_cache_as_it_was(cache: SchemaCache):
    def breaking() -> Iterator[Entry]:
        yield entry("A.B/new")
        raise ValueError("the archive ends here")

    cache.fill([entry("A.B/old")])
    with pytest.raises(ValueError, match="ends here"):
        cache.fill(breaking())
    assert cache.names() == ["A.B/old"]


def test_a_source_is_only_absent_in_the_edition_that_said_so(cache: SchemaCache):
    cache.keep_absent(THING, "azmcp 1")
    cache.keep_absent(THING, "azmcp 2")
    assert cache.is_absent(THING.lower(), "azmcp 2")
    assert not cache.is_absent(THING, "azmcp 1")


def test_the_last_lesson_of_a_path_holds(cache: SchemaCache):
    cache.learn(THING, "properties.a", "unknown")
    cache.learn(THING.lower(), "properties.a", "read-only")
    cache.learn(THING, "properties.b", "required")
    assert cache.lessons(THING) == {"properties.a": "read-only", "properties.b": "required"}


def test_an_entry_that_rotted_is_put_aside_with_a_note(cache: SchemaCache, path: Path, notes: list[str]):
    cache.keep(entry())
    with sqlite3.connect(path) as editor:
        editor.execute("UPDATE types SET entry = x'00'")
    assert cache.find(THING) is None
    assert path.with_name("schemas.sqlite.damaged").exists()
    assert "azlin schema sync" in notes[0]
    cache.keep(entry())
    assert cache.find(THING) == entry()


def test_a_write_into_a_damaged_file_makes_a_new_one(cache: SchemaCache, path: Path, notes: list[str]):
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 100)
    cache.keep(entry())
    assert cache.find(THING) == entry()
    assert len(notes) == 1


def test_a_place_that_cannot_be_written_is_said_and_can_still_be_asked(tmp_path: Path):
    tmp_path.joinpath("file").write_text("")
    cache = SchemaCache(tmp_path / "file" / "schemas.sqlite")
    with pytest.raises(StateUnwritable, match="cannot write") as refused:
        cache.learn(THING, "a", "unknown")
    assert "AZLIN_HOME" in refused.value.fix
    assert cache.find(THING) is None


def test_threads_that_ask_and_keep_at_once_all_get_their_turn(cache: SchemaCache):
    def keep_and_find(number: int) -> bool:
        one = entry(f"A.B/t{number}")
        cache.keep(one)
        return cache.find(one.definition.type) == one

    with ThreadPoolExecutor(4) as hands:
        assert all(hands.map(keep_and_find, range(12)))
    assert len(cache.names()) == 12
