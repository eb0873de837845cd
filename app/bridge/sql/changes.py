"""Statements that write: inserts, updates and deletes, and what they tell of the rows."""

from collections.abc import Sequence

from app.bridge.plan.changes import Insert, Questions, Targets, Update, UpdateMany
from app.bridge.plan.plans import Statement
from app.bridge.plan.predicates import TableName, Value
from app.bridge.sql.writer import Writer, name_of, quoted, table

# How the columns with the answers to tests, and with values before an update, are called.
TEST = "_test_"
OLD = "_old_"


def insert(new: Insert) -> Statement:
    """Insert rows; returns those that were written, whole."""
    writer = Writer()
    return writer.statement(_insert(writer, new))


def upsert_many(new: Insert, changed: UpdateMany) -> Statement:
    """Insert rows and change others, in one statement; returns those that were written, whole."""
    writer = Writer()
    made = [_insert(writer, new)] if new.rows else []
    if changed.rows:
        made.append(_update_many(writer, changed))
    written = [(writer.alias(), text) for text in made]
    parts = ", ".join(f"{alias} as ({text})" for alias, text in written)
    return writer.statement(
        f"with {parts} " + " union all ".join(f"select * from {alias}" for alias, _ in written)
    )


def _insert(writer: Writer, new: Insert) -> str:
    alias = writer.alias()
    columns = ", ".join(map(quoted, new.columns))
    rows = ", ".join(f"({', '.join(map(writer.value, row))})" for row in new.rows)
    source = f"({columns}) values {rows}" if new.columns else "default values"
    skipping = " on conflict do nothing" if new.skip else ""
    return (
        f"insert into {table(new.table)} as {alias} {source}{skipping} "
        f"returning {alias}.*{_tests(writer, new.tests, alias)}"
    )


def attempt(new: Insert, key: str) -> Statement:
    """What would be told of rows to be inserted; returns their `key` and the answers to tests."""
    writer = Writer()
    alias = writer.alias()
    columns = ", ".join(map(quoted, new.columns))
    rows = ", ".join(f"({', '.join(map(writer.value, row))})" for row in new.rows)
    return writer.statement(
        f"select {name_of(alias, key)}{_tests(writer, new.tests, alias)} "
        f"from (values {rows}) {alias} ({columns})"
    )


def update(changed: Update) -> Statement:
    """Change one row; returns it whole, and its values before of the columns that were set."""
    writer = Writer()
    alias, before = writer.alias(), writer.alias()
    assignments = ", ".join(
        f"{quoted(name)} = {writer.value(value)}" for name, value in changed.values
    )
    old = "".join(
        f", {name_of(before, name)} as {quoted(OLD + name)}" for name, _ in changed.values
    )
    key = quoted(changed.key)
    return writer.statement(
        f"with {before} as (select * from {table(changed.table)} "
        f"where {key} = {writer.value(changed.is_)} for no key update) "
        f"update {table(changed.table)} {alias} set {assignments} from {before} "
        f"where {alias}.{key} = {before}.{key} "
        f"returning {alias}.*{old}{_tests(writer, changed.tests, alias)}"
    )


def update_many(changed: UpdateMany) -> Statement:
    """Change several rows, each in columns of its own; returns them whole."""
    writer = Writer()
    return writer.statement(_update_many(writer, changed))


def _update_many(writer: Writer, changed: UpdateMany) -> str:
    alias, given = writer.alias(), writer.alias()
    key = quoted(changed.key)
    rows = ", ".join(
        "("
        + ", ".join(
            [writer.value(row)]
            + [
                f"{writer.value(value)}, true" if value is not None else f"null::{pg}, false"
                for value, pg in zip(values, changed.types, strict=True)
            ]
        )
        + ")"
        for row, values in changed.rows
    )
    names = ", ".join([key, *(f"v{n}, g{n}" for n in range(len(changed.columns)))])
    assignments = ", ".join(
        f"{quoted(name)} = case when {given}.g{n} then {given}.v{n} else {name_of(alias, name)} end"
        for n, name in enumerate(changed.columns)
    )
    return (
        f"update {table(changed.table)} {alias} set {assignments} "
        f"from (values {rows}) {given} ({names}) where {alias}.{key} = {given}.{key} "
        f"returning {alias}.*{_tests(writer, changed.tests, alias)}"
    )


def find(
    name: TableName, key: str, by: Sequence[str], rows: Sequence[Sequence[Value]]
) -> Statement:
    """Lock the rows with these values of the columns `by`, in the order of their keys.

    Returns the `key` of each, with its `place` in `rows`.
    """
    writer = Writer()
    alias, given = writer.alias(), writer.alias()
    values = ", ".join(
        f"({place}, {', '.join(map(writer.value, row))})" for place, row in enumerate(rows)
    )
    meets = " and ".join(f"{name_of(alias, column)} = {given}.v{n}" for n, column in enumerate(by))
    names = ", ".join(f"v{n}" for n in range(len(by)))
    return writer.statement(
        f"select {given}.place, {name_of(alias, key)} as key from {table(name)} {alias} "
        f"join (values {values}) {given} (place, {names}) on {meets} "
        f"order by {name_of(alias, key)} for no key update of {alias}"
    )


def lock(targets: Targets) -> Statement:
    """Lock rows, in the order of their keys; returns those that are visible, whole."""
    writer = Writer()
    alias = writer.alias()
    key = name_of(alias, targets.key)
    tests = _tests(writer, targets.tests, alias)
    meets = f"{key} = any({writer.value(targets.keys)})"
    locking = f" for {targets.lock.value} of {alias}" if targets.lock.value else ""
    return writer.statement(
        f"select {alias}.*{tests} from {table(targets.table)} {alias}"
        f"{writer.where(targets.visible, alias, meets)} order by {key}{locking}"
    )


def delete(name: TableName, key: str, keys: Value) -> Statement:
    """Delete rows; returns them as they were."""
    writer = Writer()
    alias = writer.alias()
    return writer.statement(
        f"delete from {table(name)} {alias} "
        f"where {name_of(alias, key)} = any({writer.value(keys)}) returning {alias}.*"
    )


def _tests(writer: Writer, tests: Questions, alias: str) -> str:
    return "".join(
        f", ({writer.predicate(condition, alias)}) as {quoted(TEST + name)}"
        for name, condition in tests.conditions
    )
