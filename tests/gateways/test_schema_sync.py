from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from azlin.errors import CloudUnreachable, NotFound, StateUnwritable, UsageRefused
from azlin.gateways.schema import Schemas
from azlin.gateways.schema_sync import Synced, sync
from azlin.paths import Paths

THING = "Contoso.Things/things"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def types_json(type_: str, version: str, **more: dict[str, Any]) -> list[dict[str, Any]]:
    """As Azure/bicep-types-az writes it: entries that refer to each other by place."""
    ref = [{"$ref": f"#/{number}"} for number in range(40)]
    properties = {
        "id": {"type": ref[0], "flags": 10},
        "name": {"type": ref[0], "flags": 9},
        "type": {"type": ref[1], "flags": 10},
        "apiVersion": {"type": ref[2], "flags": 10},
        "location": {"type": ref[0], "flags": 1},
        "tags": {"type": ref[4], "flags": 0},
        "properties": {"type": ref[5], "flags": 1},
    }
    return [
        {"$type": "StringType"},
        {"$type": "StringLiteralType", "value": type_},
        {"$type": "StringLiteralType", "value": version},
        {"$type": "ObjectType", "name": type_, "properties": properties},
        {"$type": "ObjectType", "name": "Tags", "properties": {}, "additionalProperties": ref[0]},
        {
            "$type": "ObjectType",
            "name": "ThingProperties",
            "properties": {
                "size": {"type": ref[6], "flags": 1, "description": "How large it is."},
                "colour": {"type": ref[9], "flags": 0},
                "password": {"type": ref[11], "flags": 4},
                "state": {"type": ref[0], "flags": 2},
                "parts": {"type": ref[12], "flags": 0},
                "anything": {"type": ref[14], "flags": 0},
                "on": {"type": ref[15], "flags": 0},
                "engine": {"type": ref[16], "flags": 0},
                **more,
            },
        },
        {"$type": "IntegerType", "minValue": 1, "maxValue": 9},
        {"$type": "StringLiteralType", "value": "Red"},
        {"$type": "StringLiteralType", "value": "Green"},
        {"$type": "UnionType", "elements": [ref[7], ref[8]]},
        {
            "$type": "ResourceType",
            "name": f"{type_}@{version}",
            "body": ref[3],
            "readableScopes": 8,
            "writableScopes": 12,
        },
        {"$type": "StringType", "sensitive": True, "minLength": 3},
        {"$type": "ArrayType", "itemType": ref[13]},
        {
            "$type": "ObjectType",
            "name": "Part",
            "properties": {"parts": {"type": ref[12], "flags": 0}, "no": {"type": ref[6], "flags": 1}},
        },
        {"$type": "AnyType"},
        {"$type": "BooleanType"},
        {
            "$type": "DiscriminatedObjectType",
            "name": "Engine",
            "discriminator": "kind",
            "baseProperties": {"label": {"type": ref[0], "flags": 0}},
            "elements": {"Steam": ref[17], "Electric": ref[20]},
        },
        {
            "$type": "ObjectType",
            "name": "Steam",
            "properties": {"kind": {"type": ref[18], "flags": 1}, "coal": {"type": ref[6], "flags": 1}},
        },
        {"$type": "StringLiteralType", "value": "Steam"},
        {"$type": "StringLiteralType", "value": "Electric"},
        {
            "$type": "ObjectType",
            "name": "Electric",
            "properties": {"kind": {"type": ref[19], "flags": 1}, "volts": {"type": ref[6], "flags": 0}},
        },
    ]


def archive(*documents: tuple[str, list[dict[str, Any]]]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": COMMIT}) as tar:
        for path, document in documents:
            content = json.dumps(document).encode()
            member = tarfile.TarInfo(f"bicep-types-az-main/{path}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


PUBLISHED = archive(
    ("README.md", []),
    ("generated/index.json", [{"resources": {}}]),
    ("generated/things/contoso.things/2023-01-01/types.json", types_json(THING, "2023-01-01")),
    ("generated/things/contoso.things/2024-01-01/types.json", types_json(THING, "2024-01-01")),
    ("generated/things/contoso.things/2025-01-01-preview/types.json", types_json(THING, "2025-01-01-preview")),
    (
        "generated/other/contoso.other/2022-02-02-preview/types.json",
        types_json("Contoso.Other/x/ys", "2022-02-02-preview"),
    ),
)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "types.tar.gz"
    path.write_bytes(PUBLISHED)
    return path


@pytest.fixture
def schemas(paths: Paths, published: Path) -> Schemas:
    sync(paths, file_path=published)
    return Schemas(paths)


def problems(schemas: Schemas, **properties: Any) -> list[str]:
    body = {"location": "x", "properties": {"size": 1, **properties}}
    return [str(problem) for problem in schemas.check(THING, body)]


def test_an_archive_is_fetched_from_its_address(paths: Paths, loopback: Any):
    loopback.on("GET", "/moved.tar.gz", loopback.reply(302, headers={"location": "/types.tar.gz"}))
    loopback.on("GET", "/types.tar.gz", loopback.reply(200, PUBLISHED))
    synced = sync(paths, url=f"{loopback.url}/moved.tar.gz")
    assert synced.types == 2
    assert synced.source.startswith("bicep-types-az 0123456789ab, fetched 20")
    assert Schemas(paths).require(THING).source == synced.source
    assert [entry.name for entry in paths.home.iterdir()] == ["schemas.sqlite"]


def test_the_newest_stable_version_is_taken_and_a_preview_where_there_is_nothing_else(schemas: Schemas):
    assert schemas.api_version("contoso.things/THINGS") == "2024-01-01"
    assert schemas.api_version("Contoso.Other/x/ys") == "2022-02-02-preview"


def test_flags_and_scopes_are_those_of_the_publication(schemas: Schemas):
    flags = schemas.require(THING)
    assert flags.scopes == {"Subscription", "ResourceGroup"}
    assert flags.required == {
        "name",
        "location",
        "properties",
        "properties.size",
        "properties.parts[].no",
        "properties.engine.kind",
        "properties.engine.coal",
    }
    assert flags.read_only == {"id", "type", "apiVersion", "properties.state"}
    assert flags.write_only == {"properties.password"}
    assert flags.secret == {"properties.password"}


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"sze": 1}, "properties: no property 'sze'; did you mean 'size'?"),
        ({"size": 10}, "properties.size: 1 to 9 allowed, not 10"),
        ({"colour": "Grene"}, "properties.colour: 'Grene' is not one of Red, Green; did you mean 'Green'?"),
        ({"on": "yes"}, "properties.on: must be true or false, not a text"),
        (
            {"parts": [{"no": 1, "parts": [{"no": "1"}]}]},
            "properties.parts[0].parts[0].no: must be a whole number, not a text",
        ),
        ({"engine": {"kind": "Diesel"}}, "properties.engine.kind: 'Diesel' is not one of Steam, Electric"),
        ({"engine": {"kind": "Steam", "volts": 1}}, "properties.engine: no property 'volts'"),
        ({"engine": {"kind": "steam"}}, "properties.engine: 'coal' is required"),
    ],
)
def test_a_body_is_held_against_the_publication(schemas: Schemas, properties: dict[str, Any], problem: str):
    assert problem in problems(schemas, **properties)


def test_a_body_that_fits_the_publication_has_no_problem(schemas: Schemas):
    fitting = {
        "colour": "red",
        "password": "long enough",
        "parts": [{"no": 1, "parts": []}],
        "anything": [{"goes": 1}],
        "on": True,
        "engine": {"kind": "Electric", "volts": 9, "label": "x"},
    }
    assert problems(schemas, **fitting) == []


def test_a_second_sync_replaces_the_first(paths: Paths, schemas: Schemas, tmp_path: Path):
    newer = tmp_path / "newer.tar.gz"
    newer.write_bytes(archive(("generated/a/b/2026-01-01/types.json", types_json(THING, "2026-01-01"))))
    assert sync(paths, file_path=newer).types == 1
    assert Schemas(paths).api_version(THING) == "2026-01-01"
    assert Schemas(paths).flags("Contoso.Other/x/ys") is None


def test_type_flags_as_json_are_taken_too(paths: Paths, tmp_path: Path):
    told = {
        THING: {
            "v": "2024-05-05",
            "req": ["name", "properties.size"],
            "ro": ["properties.state"],
            "sec": ["properties.key"],
            "ws": 8,
        }
    }
    file = tmp_path / "flags.json.gz"
    file.write_bytes(gzip.compress(json.dumps(told).encode()))
    assert sync(paths, file_path=file).types == 1
    schemas = Schemas(paths)
    flags = schemas.require(THING)
    assert (flags.api_version, flags.definition, flags.scopes) == ("2024-05-05", None, {"ResourceGroup"})
    assert (flags.required, flags.secret) == ({"name", "properties.size"}, {"properties.key"})
    assert flags.source.startswith("type flags from flags.json.gz, read ")
    assert [str(problem) for problem in schemas.check(THING, {"properties": {}})] == ["properties: 'size' is required"]
    stripped = schemas.strip_read_only(THING, {"id": "x", "properties": {"state": "on", "size": 1}})
    assert stripped == {"properties": {"size": 1}}


def test_bare_flags_do_not_push_aside_what_azlin_knows_better(paths: Paths, tmp_path: Path):
    file = tmp_path / "flags.json"
    file.write_text(json.dumps({"Microsoft.Compute/virtualMachines": {"v": "2030-01-01"}}), encoding="utf-8")
    sync(paths, file_path=file)
    assert Schemas(paths).require("Microsoft.Compute/virtualMachines").definition is not None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an archive",
        PUBLISHED[:-200],
        gzip.compress(b"not a tar"),
        b"{broken",
        b'{"Contoso.Things/things": 1}',
        b'{"Contoso.Things/things": {"req": []}}',
        archive(("generated/a/types.json", [{"$type": "StringType"}])),
        archive(("generated/a/types.json", [{"$type": "ResourceType", "name": "A.B/c@1", "body": {"$ref": "#/9"}}])),
        archive(
            ("generated/a/types.json", [{"$type": "ResourceType", "name": "A.B/c@1", "body": {"$ref": "other.json"}}])
        ),
    ],
    ids=[
        "empty",
        "text",
        "cut off",
        "no tar inside",
        "broken json",
        "no flags",
        "no version",
        "no resource",
        "refers to nothing",
        "refers elsewhere",
    ],
)
def test_a_file_that_is_no_publication_changes_nothing(paths: Paths, schemas: Schemas, tmp_path: Path, content: bytes):
    wrong = tmp_path / "wrong"
    wrong.write_bytes(content)
    with pytest.raises(NotFound, match="there are no type definitions in"):
        sync(paths, file_path=wrong)
    assert Schemas(paths).api_version(THING) == "2024-01-01"


def test_a_file_that_is_not_there_is_not_found(paths: Paths, tmp_path: Path):
    with pytest.raises(NotFound, match="there is no file"):
        sync(paths, file_path=tmp_path / "nowhere")


def test_an_address_that_does_not_answer_well_is_told_with_a_way_around(paths: Paths, loopback: Any):
    loopback.on("GET", "/circle", loopback.reply(302, headers={"location": "/circle"}))
    loopback.on("GET", "/dropped", loopback.reply(drop=True))
    for path, why in [("/none", "status 404"), ("/circle", "circle"), ("/dropped", "disconnected")]:
        with pytest.raises(CloudUnreachable) as failed:
            sync(paths, url=loopback.url + path)
        assert why in failed.value.why
        assert "--from FILE" in failed.value.fix


def test_type_definitions_are_fetched_over_tls_only(paths: Paths):
    with pytest.raises(UsageRefused):
        sync(paths, url="http://example.invalid/types.tar.gz")


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path, published: Path):
    (tmp_path / "home").write_text("a file where the directory should be", encoding="utf-8")
    with pytest.raises(StateUnwritable):
        sync(Paths(tmp_path / "home"), file_path=published)


def test_a_damaged_cache_is_filled_again(paths: Paths, published: Path):
    paths.prepare()
    paths.schemas.write_bytes(b"x" * 5000)
    assert sync(paths, file_path=published) == Synced(2, Schemas(paths).require(THING).source)
