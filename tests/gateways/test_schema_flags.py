"""The paths of a type by flag: what its tree says, and what was told besides."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from azlin.gateways.schema_flags import TypeFlags
from azlin.gateways.schema_shape import ANYTHING, READ_ONLY, REQUIRED, WRITE_ONLY, Definition, Member, Shape

PASSWORD = Member(Shape(kind="string", secret=True), REQUIRED | WRITE_ONLY)
TREE = Definition(
    "Contoso.Things/things",
    "2024-01-01",
    Shape(kind="object", properties={"password": PASSWORD, "state": Member(Shape(kind="string"), READ_ONLY)}),
    scopes=12,
)
OPAQUE = Definition("Contoso.Things/things", "2024-01-01", ANYTHING)


def test_flags_come_from_the_tree():
    flags = TypeFlags(TREE, "test")
    assert (flags.required, flags.write_only, flags.secret) == ({"password"}, {"password"}, {"password"})
    assert flags.read_only == {"state"}
    assert flags.scopes == {"Subscription", "ResourceGroup"}
    assert (flags.source, flags.told) == ("test", {})


def test_what_was_told_and_what_was_learned_is_added_to_the_tree():
    flags = TypeFlags(TREE, "test", {"secret": ["key"]}, {"id2": "read-only", "old": "unknown"})
    assert flags.secret == {"password", "key"}
    assert flags.read_only == {"state", "id2"}
    assert flags.told == {"secret": {"key"}, "read-only": {"id2"}, "unknown": {"old"}}
    assert flags.source == "test, and what Azure's refusals taught"


def test_of_an_opaque_type_only_what_was_told_is_known():
    flags = TypeFlags(OPAQUE, "test", {"required": ["size"]})
    assert flags.definition is None
    assert (flags.required, flags.read_only, flags.scopes) == ({"size"}, frozenset(), frozenset())
    assert repr(flags) == "TypeFlags(Contoso.Things/things@2024-01-01, test)"


@given(st.dictionaries(st.text("ab."), st.sampled_from(["read-only", "write-only", "required", "unknown"])))
def test_no_lesson_is_ever_lost(lessons: dict[str, str]):
    flags = TypeFlags(TREE, "test", lessons=lessons)  # type: ignore[arg-type]
    assert {path for listed in flags.told.values() for path in listed} == set(lessons)
