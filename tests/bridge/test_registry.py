"""What cannot be exposed is told when the schema is built, in one sentence."""

from typing import Any

import pytest
from piccolo.columns import Interval
from piccolo.table import Table

from app.bridge import (
    ConfigurationError,
    Limits,
    Node,
    Policy,
    Registry,
    Rule,
    ascending,
    auto,
    build_schema,
    listing,
    single,
    to_many,
)
from tests.bridge.toys import EVERYBODY, KINDS, POLICIES, Box, Shelf, build


def exposed(**attributes: Any) -> type:
    """A class with these attributes, each annotated `auto`."""
    annotations = dict.fromkeys(attributes, auto)
    values = {name: value for name, value in attributes.items() if value is not auto}
    return type("Shown", (Node,), {"__annotations__": annotations, "__doc__": "Shown.", **values})


def fails(registry: Registry, message: str, policies: Any = POLICIES) -> None:
    with pytest.raises(ConfigurationError, match=message):
        build_schema(registry, policies, KINDS, Limits())


def test_the_toys_can_be_built() -> None:
    fields = build().schema.as_str()
    assert "type ToyShelf implements Node" in fields
    assert "code" not in fields, "a column that no type names"


def test_an_unknown_column() -> None:
    with pytest.raises(
        ConfigurationError,
        match=r"^Shown\.colour is no column of Shelf; it has hidden, id, name$",
    ):
        Registry().exposes(Shelf)(exposed(name=auto, colour=auto))


def test_a_secret_column() -> None:
    with pytest.raises(ConfigurationError, match=r"^code is secret and cannot be in the API$"):
        Registry().exposes(Box)(exposed(label=auto, code=auto))


def test_a_table_that_is_exposed_twice() -> None:
    registry = Registry()
    registry.exposes(Shelf)(exposed(name=auto))
    with pytest.raises(
        ConfigurationError, match=r"^Shelf is exposed twice, as Shown and as Shown$"
    ):
        registry.exposes(Shelf)(exposed(name=auto))


class Lap(Table):
    """A table with a column that the API cannot show."""

    time: Interval = Interval()


def test_a_column_of_a_type_that_cannot_be_shown() -> None:
    with pytest.raises(ConfigurationError, match="time is a Interval, which the API cannot show"):
        Registry().exposes(Lap)(exposed(time=auto))


def test_a_column_that_cannot_be_shown_does_no_harm_unnamed() -> None:
    registry = Registry()
    registry.exposes(Lap)(exposed())
    assert [shown.table for shown in registry.types] == [Lap]


def test_a_type_without_a_policy() -> None:
    registry = Registry()
    registry.exposes(Shelf)(exposed(name=auto))
    fails(registry, "^Shelf has no policy", {})


def test_a_relation_to_a_table_that_no_type_shows() -> None:
    registry = Registry()
    registry.exposes(Box)(exposed(shelf=auto))
    fails(registry, "^Shelf is named in the schema but no type shows it$")


def test_a_list_of_a_table_that_no_type_shows() -> None:
    registry = Registry()
    registry.exposes(Shelf)(exposed(boxes=to_many(Box.shelf)))
    fails(registry, "^Box is named in the schema but no type shows it$")


def test_a_root_field_of_a_table_that_no_type_shows() -> None:
    for field in (single(Shelf), listing(Shelf, ascending(Shelf.name))):
        registry = Registry()
        registry.exposes(Box)(exposed(label=auto))
        registry.query(type("Roots", (), {"__annotations__": {"it": auto}, "it": field}))
        fails(registry, "^Shelf is named in the schema but no type shows it$")


def test_a_root_field_that_is_neither_a_row_nor_a_list() -> None:
    registry = Registry()
    registry.exposes(Shelf)(exposed(name=auto))
    registry.query(type("Roots", (), {"__annotations__": {"it": auto}}))
    fails(registry, r"^Roots\.it is a root field: make it with own, single, .* or custom$")


def test_a_schema_is_built_once() -> None:
    registry = Registry()
    registry.exposes(Shelf)(exposed(name=auto))
    registry.query(type("Roots", (), {"__annotations__": {"it": auto}, "it": single(Shelf)}))
    build_schema(registry, POLICIES, KINDS, Limits())
    fails(registry, "is built already")


def test_a_policy_in_a_circle_stops_the_schema() -> None:
    registry = Registry()
    registry.exposes(Shelf)(exposed(name=auto))
    fails(registry, "names unknown kinds", {Shelf: Policy((Rule(frozenset("x"), rows=True),))})
    assert frozenset(KINDS) == EVERYBODY
