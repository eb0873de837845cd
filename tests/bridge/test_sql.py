"""Toy plans to exact statements: values are parameters, equal ones share a number."""

import pytest

from app.bridge.plan import (
    AllOf,
    AnyOf,
    ColumnRead,
    Compare,
    Constant,
    Everything,
    Exists,
    FromViewer,
    IsNull,
    Join,
    JSONKind,
    Nothing,
    Operator,
    OrderTerm,
    PagePlan,
    ParentKeys,
    Predicate,
    Read,
    RowPlan,
    TableName,
    ToManyOut,
    ToOneOut,
)
from app.bridge.sql import rows

BOXES, SHELVES = TableName("toys", "boxes"), TableName("toys", 'odd "name"')
SHELF = Join(SHELVES, "shelf", "id")
LABEL, KEEPER = Constant("a'b", "text"), FromViewer("name", "text")
IS_LABEL, IS_MINE = Compare("label", Operator.EQ, LABEL), Compare("keeper", Operator.EQ, KEEPER)
ROW = RowPlan("ToyBox", "id", (), pure=True, children={})
KEY = OrderTerm("id", JSONKind.QUOTED)


def read(where: Predicate = Everything(), *columns: ColumnRead) -> Read:  # noqa: B008 frozen
    return Read("ToyBox", BOXES, columns or (ColumnRead("id"),), where)


def page(
    *order: OrderTerm,
    where: Predicate = Everything(),  # noqa: B008 frozen
    boundary: Predicate = Everything(),  # noqa: B008 frozen
    peek: bool = True,
) -> PagePlan:
    return PagePlan(
        read=read(where),
        boundary=boundary,
        order=order or (KEY,),
        fingerprint="0123abcd",
        limit=5,
        backwards=False,
        after=False,
        before=False,
        rows=True,
        peek=peek,
        cursors=False,
        pure=True,
        outputs=(),
    )


@pytest.mark.parametrize(
    ("where", "sql", "values"),
    [
        (Everything(), "", ()),
        (Nothing(), " where false", ()),
        (IS_LABEL, ' where t1."label" = $1::text', (LABEL,)),
        (IsNull("weight"), ' where t1."weight" is null', ()),
        (IsNull("weight", negated=True), ' where t1."weight" is not null', ()),
        (
            AllOf((IS_LABEL, IS_MINE, Compare("code", Operator.NE, LABEL))),
            ' where t1."label" = $1::text and t1."keeper" = $2::text and t1."code" <> $1::text',
            (LABEL, KEEPER),
        ),
        (
            AnyOf((AllOf((IS_LABEL, IS_MINE)), IsNull("weight"))),
            ' where ((t1."label" = $1::text and t1."keeper" = $2::text) or (t1."weight" is null))',
            (LABEL, KEEPER),
        ),
        (
            AllOf((AnyOf((IS_LABEL, IS_MINE)), IsNull("weight"))),
            ' where ((t1."label" = $1::text) or (t1."keeper" = $2::text)) and t1."weight" is null',
            (LABEL, KEEPER),
        ),
        (
            Exists(SHELF, Exists(Join(BOXES, "best", "id"), IS_LABEL)),
            (
                ' where exists (select from "toys"."odd ""name""" t2 where t2."id" = t1."shelf"'
                ' and exists (select from "toys"."boxes" t3 where t3."id" = t2."best"'
                ' and t3."label" = $1::text))'
            ),
            (LABEL,),
        ),
        (
            Exists(SHELF, Everything()),
            ' where exists (select from "toys"."odd ""name""" t2 where t2."id" = t1."shelf")',
            (),
        ),
    ],
)
def test_predicates(where: Predicate, sql: str, values: tuple[object, ...]) -> None:
    statement = rows.select_one(read(where))
    assert statement.sql == f'select t1."id" from "toys"."boxes" t1{sql} limit 1'
    assert statement.values == values


def test_a_guarded_column_is_null_where_its_guard_does_not_hold() -> None:
    statement = rows.select_one(read(IS_MINE, ColumnRead("id"), ColumnRead("code", IS_MINE)))
    assert statement.sql == (
        'select t1."id", (case when t1."keeper" = $1::text then t1."code" end) as "code" '
        'from "toys"."boxes" t1 where t1."keeper" = $1::text limit 1'
    )


@pytest.mark.parametrize(
    ("order", "sql"),
    [
        (OrderTerm("a", JSONKind.LITERAL), 't1."a"'),
        (OrderTerm("a", JSONKind.LITERAL, descending=True), 't1."a" desc'),
        (OrderTerm("a", JSONKind.LITERAL, nullable=True), 't1."a" nulls last'),
        (OrderTerm("a", JSONKind.LITERAL, nullable=True, nulls_first=True), 't1."a" nulls first'),
        (
            OrderTerm("a", JSONKind.LITERAL, descending=True, nullable=True),
            't1."a" desc nulls last',
        ),
        (
            OrderTerm("a", JSONKind.LITERAL, descending=True, nullable=True, nulls_first=True),
            't1."a" desc nulls first',
        ),
    ],
)
def test_orders_place_nulls_as_they_say(order: OrderTerm, sql: str) -> None:
    found = rows.select_page(page(order, KEY)).sql
    # PostgreSQL's own places are last when ascending, first when descending.
    own = "nulls first" if order.descending else "nulls last"
    expected = {sql, sql.removesuffix(f" {own}")}
    assert found.split(" order by ")[1] in {f'{each}, t1."id" limit 6' for each in expected}


def test_a_page_reads_one_row_more_where_it_peeks() -> None:
    boundary = Compare("id", Operator.GT, Constant("x", "uuid"))
    assert rows.select_page(page(where=IS_MINE, boundary=boundary)).sql == (
        'select t1."id" from "toys"."boxes" t1 where t1."keeper" = $1::text '
        'and t1."id" > $2::uuid order by t1."id" limit 6'
    )
    assert rows.select_page(page(peek=False)).sql == (
        'select t1."id" from "toys"."boxes" t1 order by t1."id" limit 5'
    )


def test_a_count_is_of_the_list_and_not_of_the_page() -> None:
    boundary = Compare("id", Operator.GT, Constant("x", "uuid"))
    statement = rows.count_page(page(where=IS_MINE, boundary=boundary))
    assert statement.sql == ('select count(*) from "toys"."boxes" t1 where t1."keeper" = $1::text')
    assert statement.values == (KEEPER,)


def test_a_batch_of_to_one() -> None:
    out = ToOneOut("box", Join(BOXES, "box", "id"), Everything(), "uuid", read(IS_MINE), ROW)
    statement = rows.select_to_one(out)
    assert statement.sql == (
        'select t1."id" as "_parent", t1."id" from "toys"."boxes" t1 '
        'where t1."id" = any($1::uuid[]) and t1."keeper" = $2::text'
    )
    assert statement.values == (ParentKeys("uuid"), KEEPER)


def test_a_batch_of_pages() -> None:
    out = ToManyOut("boxes", Join(BOXES, "id", "shelf"), "uuid", page(where=IS_MINE))
    statement = rows.select_to_many(out)
    assert statement.sql == (
        'select k.key as "_parent", p.* from unnest($1::uuid[]) as k(key) cross join lateral ('
        'select t1."id" from "toys"."boxes" t1 where t1."shelf" = k.key '
        'and t1."keeper" = $2::text order by t1."id" limit 6) as p'
    )
    assert statement.values == (ParentKeys("uuid"), KEEPER)


def test_a_batch_of_counts() -> None:
    out = ToManyOut("boxes", Join(BOXES, "id", "shelf"), "uuid", page(where=IS_MINE))
    assert rows.count_to_many(out).sql == (
        'select t1."shelf" as "_parent", count(*) from "toys"."boxes" t1 '
        'where t1."shelf" = any($1::uuid[]) and t1."keeper" = $2::text group by t1."shelf"'
    )
