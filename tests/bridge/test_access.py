"""Policies to predicates: what is granted, deny by default, and policies that make no sense."""

from collections.abc import Mapping

import pytest
from piccolo.columns import ForeignKey, Integer, LazyTableReference, Varchar
from piccolo.table import Table

from app.bridge.access import AccessTable, Policy, Rule, Through, ViewerValue
from app.bridge.errors import ConfigurationError
from app.bridge.plan import (
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Everything,
    Exists,
    FromViewer,
    IsNull,
    Join,
    Nothing,
    Operator,
    Predicate,
    TableName,
)
from tests.bridge.toys import EVERYBODY, KEEPERS, KINDS, Box, Shelf


def fixed(value: object, pg: str) -> Constant:
    """A constant of a policy."""
    return Constant(value, pg, fixed=True)


SHELVES = TableName("toys", "shelves")
OPEN = Compare("hidden", Operator.EQ, fixed(value=False, pg="boolean"))
MINE = Compare("keeper", Operator.EQ, FromViewer("name", "text"))
ON_SHELF = Join(SHELVES, "shelf", "id")


def access(policies: Mapping[type[Table], Policy]) -> AccessTable:
    return AccessTable(policies, KINDS)


def rows_of(rows: object, kind: str = "guest") -> Predicate:
    """What the rule's expression about boxes becomes."""
    shelves = Policy((Rule(EVERYBODY, Shelf.hidden.eq(False)),))
    boxes = Policy((Rule(EVERYBODY, rows),))  # type: ignore[arg-type]  # some are wrong on purpose
    return access({Shelf: shelves, Box: boxes}).of(Box, kind).rows


def test_who_is_named_by_no_rule_sees_nothing() -> None:
    table = access({Shelf: Policy((Rule(KEEPERS, rows=True),))})
    assert table.of(Shelf, "guest").rows == Nothing()
    assert table.of(Shelf, "guest").columns == {}
    assert table.of(Shelf, "keeper").rows == Everything()
    assert set(table.of(Shelf, "keeper").columns) == {"id", "name", "hidden"}


def test_a_policy_without_rules_shows_nothing_to_anybody() -> None:
    table = access({Shelf: Policy(())})
    assert [table.of(Shelf, kind).rows for kind in KINDS] == [Nothing(), Nothing()]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (True, Everything()),
        (False, Nothing()),
        (Box.label == "a", Compare("label", Operator.EQ, fixed("a", "text"))),
        (Box.label != "a", Compare("label", Operator.NE, fixed("a", "text"))),
        (Box.weight < 1, Compare("weight", Operator.LT, fixed(1, "integer"))),
        (Box.weight <= 1, Compare("weight", Operator.LE, fixed(1, "integer"))),
        (Box.weight > 1, Compare("weight", Operator.GT, fixed(1, "integer"))),
        (Box.weight >= 1, Compare("weight", Operator.GE, fixed(1, "integer"))),
        (Box.weight.is_null(), IsNull("weight")),
        (Box.weight.is_not_null(), IsNull("weight", negated=True)),
        (Box.keeper == ViewerValue("name"), MINE),
        (
            Box.weight.is_in([1, 2]),
            AnyOf(
                (
                    Compare("weight", Operator.EQ, fixed(1, "integer")),
                    Compare("weight", Operator.EQ, fixed(2, "integer")),
                )
            ),
        ),
        (
            (Box.keeper == ViewerValue("name")) & Box.weight.is_null(),
            AllOf((MINE, IsNull("weight"))),
        ),
        (
            (Box.keeper == ViewerValue("name")) | Box.weight.is_null(),
            AnyOf((MINE, IsNull("weight"))),
        ),
        (
            Box.shelf.name == "s",
            Exists(ON_SHELF, Compare("name", Operator.EQ, fixed("s", "text"))),
        ),
        (Through(Box.shelf), Exists(ON_SHELF, OPEN)),
        (
            Through(Box.shelf) & Box.weight.is_null(),
            AllOf((Exists(ON_SHELF, OPEN), IsNull("weight"))),
        ),
    ],
)
def test_expressions_become_predicates(rows: object, expected: Predicate) -> None:
    assert rows_of(rows) == expected


@pytest.mark.parametrize(
    "rows", [Box.label.like("a%"), Box.label.not_in(["a"]), Box.weight.ilike("1")]
)
def test_comparisons_that_the_bridge_does_not_know(rows: object) -> None:
    with pytest.raises(ConfigurationError, match="which the bridge does not know"):
        rows_of(rows)


@pytest.mark.parametrize("rows", [None, "true", 1.5, Box.label])
def test_what_is_no_expression(rows: object) -> None:
    with pytest.raises(ConfigurationError, match="the policy of Box holds"):
        rows_of(rows)


def test_rules_add_up() -> None:
    rules = (Rule(EVERYBODY, Shelf.hidden.eq(False)), Rule(KEEPERS, Shelf.name == "mine"))
    table = access({Shelf: Policy(rules)})
    mine = Compare("name", Operator.EQ, fixed("mine", "text"))
    assert table.of(Shelf, "guest").rows == OPEN
    assert table.of(Shelf, "keeper").rows == AnyOf((OPEN, mine))


def test_a_column_is_shown_in_the_rows_of_the_rules_that_name_it() -> None:
    rules = (
        Rule(EVERYBODY, Shelf.hidden.eq(False), columns=(Shelf.id, Shelf.name)),
        Rule(KEEPERS, Shelf.name == ViewerValue("name")),
    )
    table = access({Shelf: Policy(rules)})
    mine = Compare("name", Operator.EQ, FromViewer("name", "text"))
    assert table.of(Shelf, "guest").columns == {"id": Everything(), "name": Everything()}
    assert table.of(Shelf, "keeper").columns == {
        "id": Everything(),
        "name": Everything(),
        "hidden": mine,
    }


def test_a_table_without_a_policy() -> None:
    with pytest.raises(ConfigurationError, match=r"^Box has no policy; add one to app/policy$"):
        access({}).of(Box, "guest")
    with pytest.raises(ConfigurationError, match=r"^Shelf has no policy"):
        access({Box: Policy((Rule(EVERYBODY, Through(Box.shelf)),))})


def test_a_kind_of_caller_that_is_not_known() -> None:
    with pytest.raises(ConfigurationError, match="names unknown kinds of caller: king, queen"):
        access({Shelf: Policy((Rule(frozenset({"queen", "king", "guest"}), rows=True),))})


class Hen(Table):
    """One side of a circle."""

    egg: ForeignKey[Table] = ForeignKey(LazyTableReference("Egg", module_path=__name__))


class Egg(Table):
    """The other side."""

    hen: ForeignKey[Hen] = ForeignKey(Hen)
    parent: ForeignKey["Egg"] = ForeignKey("self")
    name: Varchar = Varchar()
    size: Integer = Integer()


def test_policies_in_a_circle() -> None:
    hens = Policy((Rule(EVERYBODY, Through(Hen.egg)),))
    eggs = Policy((Rule(EVERYBODY, Through(Egg.hen)),))
    with pytest.raises(ConfigurationError, match="in a circle: Hen -> Egg -> Hen"):
        access({Hen: hens, Egg: eggs})


def test_a_policy_that_refers_to_itself() -> None:
    eggs = Policy((Rule(EVERYBODY, Through(Egg.parent)),))
    with pytest.raises(ConfigurationError, match="in a circle: Egg -> Egg"):
        access({Egg: eggs})
