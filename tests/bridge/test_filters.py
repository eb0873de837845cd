"""Filters of toys to predicates, and predicates to SQL: no database is asked."""

from typing import Any

import pytest

from app.bridge import InputError, LimitExceeded, Limits, NotAllowed
from app.bridge.filters import to_predicate
from app.bridge.limits import Budget
from app.bridge.plan import (
    AllOf,
    AnyOf,
    At,
    Compare,
    Constant,
    Everything,
    Exists,
    FromVariable,
    FromVariables,
    IsNull,
    Join,
    Matches,
    Not,
    Nothing,
    Operator,
    Predicate,
    Step,
    TableName,
    assume,
)
from app.bridge.scope import Scope
from app.bridge.sql.writer import Writer
from app.bridge.variables import Concrete, Recording, Variables
from tests.bridge.toys import Box, Shelf, build

BUILT = build()
EXISTS = (
    'exists (select from "toys"."shelves" t2 where t2."id" = t1."shelf" and t2."hidden" = false)'
)
ID = "018f0000-0000-7000-8000-000000000000"
SHELVES, BOXES = TableName("toys", "shelves"), TableName("toys", "boxes")
UP, DOWN = Join(SHELVES, "shelf", "id"), Join(BOXES, "id", "shelf")
SHOWN = Compare("hidden", Operator.EQ, Constant(value=False, pg="boolean", fixed=True))
A = Compare("label", Operator.EQ, Constant("a", "text"))


def scope(kind: str = "guest", variables: Variables | None = None, **limits: int) -> Scope:
    bridge = BUILT.bridge
    values = variables or Concrete({})
    caps = Limits(**limits)
    return Scope(bridge.registry, bridge.access, caps, Budget(caps), kind, values)


def boxes(where: Any, kind: str = "guest", **limits: int) -> Predicate:
    """What a filter of boxes means."""
    return to_predicate(scope(kind, None, **limits), BUILT.bridge.types["ToyBox"], where)


def shelves(where: Any) -> Predicate:
    """What a filter of shelves means, to a guest."""
    return to_predicate(scope(), BUILT.bridge.types["ToyShelf"], where)


def test_nothing_asked_is_everything() -> None:
    assert boxes(None) == boxes({}) == boxes({"label": {}}) == boxes({"and": []}) == Everything()
    assert boxes({"or": []}) == boxes({"not": {}}) == Nothing()


@pytest.mark.parametrize(
    ("where", "predicate"),
    [
        ({"label": {"eq": "a"}}, A),
        (
            {"label": {"in": ["a", "b"]}},
            Compare("label", Operator.ANY, Constant(("a", "b"), "text[]")),
        ),
        (
            {"weight": {"notIn": [1]}},
            AllOf(
                (
                    IsNull("weight", negated=True),
                    Compare("weight", Operator.NOT_ANY, Constant((1,), "integer[]")),
                )
            ),
        ),
        (
            {"label": {"contains": "5%_\\"}},
            Compare("label", Operator.LIKE, Constant("%5\\%\\_\\\\%", "text")),
        ),
        (
            {"label": {"startsWithInsensitive": "a"}},
            Compare("label", Operator.ILIKE, Constant("a%", "text")),
        ),
        ({"id": {"eq": f"ToyBox_{ID}"}}, Compare("id", Operator.EQ, Constant(ID, "uuid"))),
        ({"weight": {"isNull": True}}, IsNull("weight")),
        ({"not": {"weight": {"isNull": True}}}, IsNull("weight", negated=True)),
        ({"not": {"label": {"eq": "a"}}}, Not(A)),
        ({"or": [{"label": {"eq": "a"}}, {"weight": {"isNull": False}}]},
         AnyOf((A, IsNull("weight", negated=True)))),
        ({"shelf": {}}, Exists(UP, SHOWN)),
        ({"shelfId": {"isNull": True}}, AnyOf((Not(Exists(UP, SHOWN)), IsNull("shelf")))),
        (
            {"shelfId": {"ne": f"ToyShelf_{ID}"}},
            AllOf((Exists(UP, SHOWN), Compare("shelf", Operator.NE, Constant(ID, "uuid")))),
        ),
    ],
    ids=str,
)  # fmt: skip
def test_what_filters_mean(where: Any, predicate: Predicate) -> None:
    assert boxes(where) == predicate


def test_lists_are_of_visible_rows_only() -> None:
    visible = assume(Exists(UP, SHOWN), scope().rows(Box))
    assert visible == Everything()  # a guest sees all boxes of a shelf that they see
    assert shelves({"boxes": {"some": {"label": {"eq": "a"}}}}) == Exists(DOWN, A)
    assert shelves({"boxes": {"none": {"label": {"eq": "a"}}}}) == Not(Exists(DOWN, A))
    assert shelves({"boxes": {"every": {"label": {"eq": "a"}}}}) == Not(Exists(DOWN, Not(A)))
    assert shelves({"boxes": {"every": {}}}) == Everything()
    assert scope().rows(Shelf) == SHOWN


def test_a_column_that_is_not_readable_is_refused_wherever_it_is_named() -> None:
    asked = {"keeper": {"isNull": True}}
    for where in (asked, {"not": {"or": [asked]}}, {"shelf": {"boxes": {"some": asked}}}):
        with pytest.raises(NotAllowed, match=r"you may not read ToyBox\.keeper"):
            boxes(where)


def test_a_guarded_column_is_null_where_the_guard_fails() -> None:
    guard = scope("keeper").guard(BUILT.bridge.types["ToyBox"], "keeper")
    asked = Compare("keeper", Operator.NE, Constant("x", "text"))
    assert not isinstance(guard, Everything)
    assert boxes({"keeper": {"ne": "x"}}, "keeper") == AllOf((guard, asked))
    assert boxes({"keeper": {"isNull": True}}, "keeper") == AnyOf((Not(guard), IsNull("keeper")))


def test_values_of_variables_are_bound_and_lists_of_them_put_together() -> None:
    values = {"w": {"label": {"eq": "a", "in": ["b"]}}, "x": "c"}
    recording = Recording(values)
    exposed = BUILT.bridge.types["ToyBox"]
    predicate = to_predicate(scope("guest", recording), exposed, recording.tree("w"))
    assert isinstance(predicate, AllOf)
    bound = [part.value for part in predicate.parts if isinstance(part, Compare)]
    assert all(isinstance(value, FromVariable) for value in bound)
    assert not any(look.whole_value for look in recording.looks)
    mixed = to_predicate(
        scope("guest", recording), exposed, {"label": {"in": ["a", recording.tree("x")]}}
    )
    assert isinstance(mixed, Compare)
    assert isinstance(mixed.value, FromVariables)
    assert mixed.value.decode(["a", "c"]) == ("a", "c")


@pytest.mark.parametrize(
    ("where", "error", "message"),
    [
        ({"label": {"eq": None}}, InputError, "where.label.eq is null; leave it out, or ask"),
        ({"not": None}, InputError, "where.not is null"),
        ({"label": {"eq": "\ud800"}}, InputError, "where.label.eq holds a character"),
        ({"weight": {"lt": 2**31}}, InputError, "where.weight.lt is out of the range"),
        ({"id": {"in": [f"ToyShelf_{ID}"]}}, InputError, "where.id.in is not the id of a ToyBox"),
        ({"label": {"in": ["a"] * 4}}, LimitExceeded, "where.label.in has 4 items; it may have 3"),
        ({"or": [{"label": {"eq": "a"}}] * 3}, LimitExceeded, "more than 6 conditions"),
        ({"not": {"not": {"not": {}}}}, LimitExceeded, "where.not.not.not is nested more than 3"),
    ],
    ids=str,
)
def test_what_is_refused(where: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        boxes(where, list_values=3, conditions=6, filter_depth=3)


@pytest.mark.parametrize(
    ("predicate", "sql"),
    [
        (Compare("a", Operator.ANY, Constant((1,), "integer[]")), 't1."a" = any($1::integer[])'),
        (
            Compare("a", Operator.NOT_ANY, Constant((1,), "integer[]")),
            't1."a" <> all($1::integer[])',
        ),
        (Compare("a", Operator.ILIKE, Constant("%x%", "text")), 't1."a" ilike $1::text'),
        (
            Compare("a", Operator.CONTAINS, Constant("{}", "jsonb"), Constant(("x",), "text[]")),
            '(t1."a" #> $1::text[]) @> $2::jsonb',
        ),
        (IsNull("a", path=Constant(("x",), "text[]")), '(t1."a" #> $1::text[]) is null'),
        (Matches("f.g", "a", Constant("x", "text")), 'f.g(t1."a", $1::text)'),
        (Not(A), '(t1."label" = $1::text) is not true'),
        (
            Not(Exists(UP, SHOWN)),
            f"not {EXISTS}",
        ),
        (At((Step(UP, Everything(), SHOWN),), IsNull("name")), 't2."name" is null'),
    ],
    ids=str,
)
def test_what_stands_in_the_sql(predicate: Predicate, sql: str) -> None:
    writer = Writer()
    assert writer.predicate(predicate, writer.alias()) == sql


def test_a_step_is_joined_once_with_the_policy_of_its_target() -> None:
    writer = Writer()
    alias = writer.alias()
    step = Step(UP, IsNull("g"), SHOWN)
    assert writer.at(alias, (step,)) == writer.at(alias, (step,)) == "t2"
    assert writer.joins(alias) == (
        ' left join "toys"."shelves" t2 on t2."id" = t1."shelf" and t1."g" is null '
        'and t2."hidden" = false'
    )
