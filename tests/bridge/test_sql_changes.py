"""Statements that write, as text: no database is needed."""

import pytest

from app.bridge.plan import Compare, Constant, FromViewer, Operator, ParentKeys, TableName
from app.bridge.plan.changes import Insert, Lock, Questions, Targets, Update, UpdateMany
from app.bridge.sql.changes import (
    attempt,
    delete,
    find,
    insert,
    lock,
    update,
    update_many,
    upsert_many,
)

BOXES = TableName("toys", "boxes")
A, B = Constant("a", "text"), Constant("b", "text")
KEY, OTHER = Constant("k", "uuid"), Constant("o", "uuid")
MINE = Questions((("allowed", Compare("keeper", Operator.EQ, FromViewer("name", "text"))),))


def test_insert() -> None:
    made = insert(Insert(BOXES, ("label", "keeper"), ((A, B), (B, B)), MINE))
    assert made.sql == (
        'insert into "toys"."boxes" as t1 ("label", "keeper") '
        "values ($1::text, $2::text), ($2::text, $2::text) "
        'returning t1.*, (t1."keeper" = $3::text) as "_test_allowed"'
    )
    assert made.values == (A, B, FromViewer("name", "text"))


def test_insert_of_nothing_but_defaults() -> None:
    assert insert(Insert(BOXES, (), ((),))).sql == (
        'insert into "toys"."boxes" as t1 default values returning t1.*'
    )


def test_insert_that_leaves_out_what_is_there() -> None:
    assert insert(Insert(BOXES, ("label",), ((A,),), skip=True)).sql == (
        'insert into "toys"."boxes" as t1 ("label") values ($1::text) '
        "on conflict do nothing returning t1.*"
    )


def test_an_attempt_asks_about_rows_and_writes_none() -> None:
    made = attempt(Insert(BOXES, ("label", "keeper"), ((A, B), (B, B)), MINE), "label")
    assert made.sql == (
        'select t1."label", (t1."keeper" = $3::text) as "_test_allowed" '
        'from (values ($1::text, $2::text), ($2::text, $2::text)) t1 ("label", "keeper")'
    )
    assert made.values == (A, B, FromViewer("name", "text"))


def test_update_returns_the_values_before() -> None:
    assert update(Update(BOXES, "id", KEY, (("label", A), ("weight", B)), MINE)).sql == (
        'with t2 as (select * from "toys"."boxes" where "id" = $3::uuid for no key update) '
        'update "toys"."boxes" t1 set "label" = $1::text, "weight" = $2::text from t2 '
        'where t1."id" = t2."id" '
        'returning t1.*, t2."label" as "_old_label", t2."weight" as "_old_weight", '
        '(t1."keeper" = $4::text) as "_test_allowed"'
    )


def test_update_of_many_rows_in_columns_of_their_own() -> None:
    rows = ((KEY, (A, None)), (OTHER, (None, B)))
    assert update_many(UpdateMany(BOXES, "id", ("label", "note"), rows, ("text", "text"))).sql == (
        'update "toys"."boxes" t1 set "label" = case when t2.g0 then t2.v0 else t1."label" end, '
        '"note" = case when t2.g1 then t2.v1 else t1."note" end '
        "from (values ($1::uuid, $2::text, true, null::text, false), "
        '($3::uuid, null::text, false, $4::text, true)) t2 ("id", v0, g0, v1, g1) '
        'where t1."id" = t2."id" returning t1.*'
    )


def test_rows_are_inserted_and_changed_by_one_statement() -> None:
    new = Insert(BOXES, ("label",), ((A,),), MINE, skip=True)
    changed = UpdateMany(BOXES, "id", ("label",), ((KEY, (B,)),), ("text",), MINE)
    assert upsert_many(new, changed).sql == (
        'with t4 as (insert into "toys"."boxes" as t1 ("label") values ($1::text) '
        'on conflict do nothing returning t1.*, (t1."keeper" = $2::text) as "_test_allowed"), '
        't5 as (update "toys"."boxes" t2 '
        'set "label" = case when t3.g0 then t3.v0 else t2."label" end '
        'from (values ($3::uuid, $4::text, true)) t3 ("id", v0, g0) where t2."id" = t3."id" '
        'returning t2.*, (t2."keeper" = $2::text) as "_test_allowed") '
        "select * from t4 union all select * from t5"
    )


def test_of_nothing_new_rows_are_changed_only() -> None:
    changed = UpdateMany(BOXES, "id", ("label",), ((KEY, (B,)),), ("text",))
    made = upsert_many(Insert(BOXES, (), ()), changed).sql
    assert made.startswith('with t3 as (update "toys"."boxes"')
    assert made.endswith(") select * from t3")


def test_rows_are_found_by_several_columns_with_their_places() -> None:
    assert find(BOXES, "id", ("label", "keeper"), ((A, B), (B, B))).sql == (
        'select t2.place, t1."id" as key from "toys"."boxes" t1 join (values '
        "(0, $1::text, $2::text), (1, $2::text, $2::text)) t2 (place, v0, v1) "
        'on t1."label" = t2.v0 and t1."keeper" = t2.v1 order by t1."id" for no key update of t1'
    )


@pytest.mark.parametrize(
    ("how", "locking"),
    [
        (Lock.CHANGE, " for no key update of t1"),
        (Lock.DELETE, " for update of t1"),
        (Lock.NONE, ""),
    ],
)
def test_lock(how: Lock, locking: str) -> None:
    (_, mine), *_ = MINE.conditions
    assert lock(Targets(BOXES, "id", ParentKeys("uuid"), mine, MINE, how)).sql == (
        'select t1.*, (t1."keeper" = $1::text) as "_test_allowed" from "toys"."boxes" t1 '
        'where t1."id" = any($2::uuid[]) and t1."keeper" = $1::text '
        f'order by t1."id"{locking}'
    )


def test_delete() -> None:
    assert delete(BOXES, "id", ParentKeys("uuid")).sql == (
        'delete from "toys"."boxes" t1 where t1."id" = any($1::uuid[]) returning t1.*'
    )
