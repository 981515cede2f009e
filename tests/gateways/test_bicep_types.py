"""An archive of type definitions, read in one pass and never unpacked."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.gateways.bicep_types import definitions, edition
from azlin.gateways.schema_shape import ANYTHING, Definition, Shape

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def ref(number: int) -> dict[str, str]:
    return {"$ref": f"#/{number}"}


def document(version: str, *entries: dict[str, Any], **resource: Any) -> list[dict[str, Any]]:
    """Entry 0 is the resource, 1 its body with one property `it` of the type of entry 2, 3 is a text."""
    return [
        {"$type": "ResourceType", "name": f"Contoso.Things/things@{version}", "body": ref(1), **resource},
        {"$type": "ObjectType", "name": "body", "properties": {"it": {"type": ref(2), "flags": 1}}},
        *(entries or ({"$type": "StringType"},)),
        *([{"$type": "StringType"}] if len(entries) == 1 else []),
    ]


def packed(tmp_path: Path, **documents: Any) -> Path:
    """`folder=document` → an archive with `generated/<folder>/types.json`; `__` in a folder's name is `/_`."""
    path = tmp_path / "types.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": COMMIT}) as tar:
        for folder, entries in documents.items():
            content = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
            member = tarfile.TarInfo(f"main/generated/{folder.replace('__', '/_')}/types.json")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def it(tmp_path: Path, *entries: dict[str, Any]) -> Shape:
    (definition,) = definitions(packed(tmp_path, a=document("2024-01-01", *entries)))
    return definition.resolve(definition.body.properties["it"].shape)


@pytest.mark.parametrize(
    ("entry", "shape"),
    [
        ({"$type": "BooleanType"}, Shape(kind="bool")),
        ({"$type": "IntegerType", "minValue": 1, "maxValue": 9}, Shape(kind="int", low=1, high=9)),
        ({"$type": "StringType", "sensitive": True, "minLength": 3}, Shape(kind="string", secret=True, low=3)),
        ({"$type": "StringType", "pattern": "^a$"}, Shape(kind="string", pattern="^a$")),
        ({"$type": "StringLiteralType", "value": "Red"}, Shape(kind="choice", values=("Red",))),
        ({"$type": "AnyType"}, ANYTHING),
        ({"$type": "SomethingOfTheFuture"}, ANYTHING),
        ({"$type": "ArrayType", "itemType": ref(3), "maxLength": 2}, Shape(kind="list", of=Shape("string"), high=2)),
    ],
)
def test_every_kind_of_entry_becomes_its_shape(tmp_path: Path, entry: dict[str, Any], shape: Shape):
    assert it(tmp_path, entry) == shape


def test_a_union_with_text_takes_other_values_too_and_one_of_other_things_takes_anything(tmp_path: Path):
    red, text = {"$type": "StringLiteralType", "value": "Red"}, {"$type": "StringType"}
    null, number = {"$type": "NullType"}, {"$type": "IntegerType"}
    union = {"$type": "UnionType", "elements": [ref(3), ref(4)]}
    assert it(tmp_path, union, red, null) == Shape(kind="choice", values=("Red",))
    assert it(tmp_path, union, red, text) == Shape(kind="choice", values=("Red",), open=True)
    assert it(tmp_path, union, red, number) == ANYTHING
    assert it(tmp_path, union, text, null) == ANYTHING


def test_a_list_that_is_a_list_of_itself_ends(tmp_path: Path):
    assert it(tmp_path, {"$type": "ArrayType", "itemType": ref(2)}).kind == "list"


def test_an_object_that_holds_itself_is_told_once(tmp_path: Path):
    node = {"$type": "ObjectType", "name": "Node", "properties": {"next": {"type": ref(2)}}, "sensitive": True}
    (definition,) = definitions(packed(tmp_path, a=document("2024-01-01", node)))
    assert list(definition.shapes) == ["2"]
    inner = definition.shapes["2"].properties["next"].shape
    assert (inner.ref, inner.secret) == ("2", True)


def versions(tmp_path: Path, **documents: Any) -> list[tuple[str, str]]:
    return [(one.type, one.api_version) for one in definitions(packed(tmp_path, **documents))]


def test_types_that_differ_only_in_case_are_one(tmp_path: Path):
    old = document("2023-01-01")
    old[0]["name"] = "CONTOSO.things/THINGS@2023-01-01"
    assert versions(tmp_path, a=old, b=document("2024-01-01")) == [("Contoso.Things/things", "2024-01-01")]


@pytest.mark.parametrize("order", [("a", "b__trial"), ("b__trial", "a")])
def test_a_trial_of_another_generator_gives_way_to_the_same_version_elsewhere(tmp_path: Path, order: tuple[str, ...]):
    published = {"a": document("2024-01-01"), "b__trial": document("2024-01-01", {"$type": "BooleanType"})}
    (definition,) = definitions(packed(tmp_path, **{folder: published[folder] for folder in order}))
    assert definition.body.properties["it"].shape == Shape(kind="string")


@pytest.mark.parametrize(
    ("resource", "bits"), [({"scopeType": 8}, 8), ({"writableScopes": 12, "scopeType": 8}, 12), ({}, 0)]
)
def test_scopes_are_read_as_they_are_written_now_and_as_they_were(tmp_path: Path, resource: Any, bits: int):
    found: list[Definition] = list(definitions(packed(tmp_path, a=document("2024-01-01", **resource))))
    assert [one.scopes for one in found] == [bits]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "cannot be read"),
        (b'{"a": 1}', "cannot be read"),
        (b"[]", "no types.json with a resource"),
        (json.dumps(document("2024-01-01")[:2]).encode(), "#/2, which is not there"),
    ],
)
def test_what_is_wrong_with_a_file_of_the_archive_is_said(tmp_path: Path, content: bytes, why: str):
    with pytest.raises(ValueError, match=why):
        list(definitions(packed(tmp_path, a=content)))


@given(st.data())
def test_an_archive_that_is_cut_anywhere_is_not_taken_for_a_whole_one(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    many = {f"f{number}": document(f"20{number + 10}-01-01") for number in range(20)}
    path = packed(tmp_path_factory.mktemp("cut"), **many)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(ValueError, match=r"whole \.tar\.gz archive"):
        list(definitions(path))


def test_an_archive_says_which_commit_it_was_made_from_or_nothing(tmp_path: Path):
    assert edition(packed(tmp_path, a=[])) == COMMIT[:12]
    tmp_path.joinpath("not.tar.gz").write_bytes(b"no")
    assert edition(tmp_path / "not.tar.gz") == ""
    assert edition(tmp_path / "missing.tar.gz") == ""
