"""Statements of aggregates: a subselect of what is needed of each row, and functions over it."""

from app.bridge.plan import (
    AggregatePlan,
    ColumnRead,
    GroupKey,
    JSONKind,
    Measure,
    Statement,
    Subject,
)
from app.bridge.sql.writer import Writer, literal, table, text_of


def aggregate(plan: AggregatePlan, *, finished: bool) -> Statement:
    """One record in all, or one for each group: the keys, then the measures.

    Where `finished`, values are as the answer shows them; otherwise as resolvers take them.
    """
    writer = Writer()
    alias = writer.alias()
    names: dict[Subject, str] = {}
    inner: list[str] = []
    for subject in _subjects(plan):
        if subject not in names:
            names[subject] = f"x.c{len(names)}"
            inner.append(f"{_value(writer, subject, alias)} as c{len(inner)}")
    items = [
        *(_key(key, names[key.subject], finished=finished) for key in plan.keys),
        *(_measure(measure, names, finished=finished) for measure in plan.measures),
    ]
    where = writer.where(plan.read.where, alias)
    source = f"from {table(plan.read.table)} {alias}{writer.joins(alias)}{where}"
    sql = f"select {', '.join(items)} from (select {', '.join(inner) or 'null'} {source}) x"
    if plan.keys:
        keys = ", ".join(names[key.subject] for key in plan.keys)
        sql += f" group by {keys} order by count(*) desc, {keys} limit {plan.limit}"
    return writer.statement(sql)


def _subjects(plan: AggregatePlan) -> list[Subject]:
    measured = (measure.subject for measure in plan.measures)
    return [*(key.subject for key in plan.keys), *(one for one in measured if one is not None)]


def _value(writer: Writer, subject: Subject, alias: str) -> str:
    column = ColumnRead(subject.column, subject.guard)
    read = writer.read(column, writer.at(alias, subject.path))
    if subject.bucket is None:
        return read
    return f"date_trunc({literal(subject.bucket.value)}, {read}, 'UTC')"


def _key(key: GroupKey, name: str, *, finished: bool) -> str:
    if key.type_name is not None:
        return f"{literal(key.type_name + '_')} || {name}"
    return _rendered(name, key.kind) if finished else name


def _measure(measure: Measure, names: dict[Subject, str], *, finished: bool) -> str:
    of = names[measure.subject] if measure.subject is not None else "*"
    value = f"{measure.function.value}({of})"
    if measure.pg is not None:
        value += f"::{measure.pg}"
    return _rendered(value, measure.kind) if finished else value


def _rendered(value: str, kind: JSONKind) -> str:
    return text_of(value, kind) if kind in {JSONKind.QUOTED, JSONKind.TIME} else value
