"""The resolvers of table-backed fields: they plan, have it run, and hand rows to graphql-core."""

import uuid
from typing import Any

from piccolo.columns import Column
from piccolo.table import Table
from strawberry.utils.str_converters import to_camel_case

from app.bridge.columns import column_type
from app.bridge.cursors import decode_id
from app.bridge.errors import InputError
from app.bridge.fields import Info, Resolver
from app.bridge.loaders import Request
from app.bridge.ordering import Order
from app.bridge.plan import ToOnePlan
from app.bridge.planner import Planner, equals
from app.bridge.registry import ExposedType
from app.bridge.selection import Selected, SelectionReader


def single(exposed: ExposedType, by: tuple[Column, ...]) -> Resolver:
    """The row with the id, or with the value of one of the unique columns `by`."""
    columns = {to_camel_case(column._meta.name): column for column in by}

    async def resolve(_source: object, info: Info) -> object | None:
        planner, selected = _plan(info)
        given = {name: value for name, value in selected.arguments.items() if value is not None}
        if len(given) != 1:
            raise InputError(f"pass exactly one of {', '.join(['id', *columns])}")
        ((name, value),) = given.items()
        if name == "id":
            where = equals(exposed.key, _key(exposed, value), exposed.types[exposed.key].pg)
        else:
            column = columns[name]
            where = equals(
                column._meta.name, _storable(name, column, value), column_type(column).pg
            )
        return await _request(info).single(planner.single(exposed.table, where, selected))

    return resolve


def listing(table: type[Table], orders: tuple[Order, ...]) -> Resolver:
    """A page of all rows of a table."""

    async def resolve(_source: object, info: Info) -> object:
        planner, selected = _plan(info)
        return await _request(info).page(planner.page(table, orders, selected))

    return resolve


def to_one(local: str) -> Resolver:
    """The row that the column `local` of the source leads to."""

    def resolve(source: Any, info: Info) -> Any:
        return _request(info).to_one(source.plan_.children[info.path.key], getattr(source, local))

    return resolve


def to_many(key: str) -> Resolver:
    """A page of the rows that refer to the source, whose own key is the column `key`."""

    def resolve(source: Any, info: Info) -> Any:
        return _request(info).to_many(source.plan_.children[info.path.key], getattr(source, key))

    return resolve


async def node(_source: object, info: Info) -> object | None:
    """Any object by its global id."""
    planner, selected = _plan(info)
    (found,) = await _find(info, planner, selected, [selected.arguments["id"]])
    return found


async def nodes(_source: object, info: Info) -> list[object | None]:
    """Any objects by their global ids, in the order of the ids."""
    planner, selected = _plan(info)
    ids: list[str] = selected.arguments["ids"]
    _request(info).executor.bridge.limits.page_size("the number of ids", len(ids))
    return await _find(info, planner, selected, ids)


def _request(info: Info) -> Request:
    request: Request = info.context.request
    return request


def _plan(info: Info) -> tuple[Planner, Selected]:
    """A planner for the field that is being resolved, and the field."""
    request = _request(info)
    executor = request.executor
    reader = SelectionReader(info.schema, info.fragments, info.variable_values, request.budget)
    planner = Planner(executor.bridge, executor.viewer.kind, reader, request.budget)
    return planner, reader.field(info)


def _storable(name: str, column: Column, value: Any) -> object:
    """An argument's value, unless PostgreSQL could not hold it."""
    from_text = column_type(column).from_text
    if not isinstance(value, str) or from_text is None:
        return value
    try:
        return from_text(value)
    except ValueError:
        raise InputError(f"{name} holds a character that cannot be stored") from None


def _key(exposed: ExposedType, text: str) -> uuid.UUID:
    decoded = decode_id(text)
    if decoded is None or decoded[0] != exposed.name:
        raise InputError(f"id is not the id of a {exposed.name}; pass one as the API returned it")
    return decoded[1]


async def _find(
    info: Info, planner: Planner, selected: Selected, ids: list[str]
) -> list[object | None]:
    """The rows with these global ids, in their order; one statement for each type among them."""
    request = _request(info)
    types = request.executor.bridge.types
    keys: list[tuple[str, uuid.UUID]] = []
    for text in ids:
        decoded = decode_id(text)
        if decoded is None or decoded[0] not in types:
            raise InputError("this is not an id of this API: pass one as the API returned it")
        keys.append(decoded)
    plans: dict[str, ToOnePlan] = {}
    for name in dict.fromkeys(name for name, _ in keys):
        count = sum(1 for other, _ in keys if other == name)
        plans[name] = planner.by_key(types[name].table, selected, rows=count)
    return list(
        await info.async_helpers.gather([request.to_one(plans[name], key) for name, key in keys])
    )
