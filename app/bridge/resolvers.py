"""The resolvers of table-backed fields: they plan, have it run, and hand rows to graphql-core."""

import uuid
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from graphql import print_ast
from piccolo.columns import Column
from piccolo.table import Table

from app.bridge.cursors import decode_id, encode_id
from app.bridge.errors import InputError
from app.bridge.fields import Info, Resolver
from app.bridge.loaders import Request
from app.bridge.planner import Planner
from app.bridge.registry import Aggregates, Listing, Own
from app.bridge.selection import Selected, SelectionReader
from app.bridge.variables import Concrete


def single(table: type[Table], by: Mapping[str, Column]) -> Resolver:
    """The row with the id, or with the value of one of the unique columns `by`."""

    async def resolve(_source: object, info: Info) -> object | None:
        planner, selected = _plan(info)
        return await _request(info).single(planner.single(table, by, selected))

    return resolve


def own(field: Own) -> Resolver:
    """The row whose key is a value of the caller's; None for callers who have none."""

    async def resolve(_source: object, info: Info) -> object | None:
        if _request(info).executor.viewer.kind not in field.who:
            return None
        planner, selected = _plan(info)
        return await _request(info).single(planner.own(field, selected))

    return resolve


def listing(field: Listing) -> Resolver:
    """A page of all rows of a table."""

    async def resolve(_source: object, info: Info) -> object:
        planner, selected = _plan(info)
        return await _request(info).page(planner.page(field, selected))

    return resolve


def aggregates(field: Aggregates) -> Resolver:
    """Figures about all rows of a table."""

    async def resolve(_source: object, info: Info) -> object:
        planner, selected = _plan(info)
        return await _request(info).aggregates(planner.aggregates(field, selected))

    return resolve


def below(source: Any, info: Info) -> Any:
    """What a relation of a row leads to: it was read with the row."""
    return source.below_[info.path.key]


def column(name: str) -> Resolver:
    """A column of a row."""
    return _of_row(lambda row: row.__dict__[name])


def global_id(key: str) -> Resolver:
    """The global id of a row whose primary key is the column `key`."""
    return _of_row(lambda row: encode_id(row.plan_.type_name, row.__dict__[key]))


def _of_row(value: Callable[[Any], Any]) -> Resolver:
    """A resolver that looks at the row alone, and says so for the executor's short cut."""

    def resolve(source: Any, _info: Info) -> Any:
        return value(source)

    resolve.of_row = value  # type: ignore[attr-defined]
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
    # Strawberry hands resolvers the coerced variables as a plain dictionary.
    variables = Concrete(info.variable_values)  # type: ignore[arg-type]
    reader = SelectionReader(info.schema, info.fragments, variables, request.budget)
    planner = Planner(executor.bridge, executor.viewer.kind, reader, request.budget)
    return planner, reader.field(str(info.path.key), info.parent_type, info.field_nodes)


async def _find(
    info: Info, planner: Planner, selected: Selected, ids: list[str]
) -> list[object | None]:
    """The rows with these global ids, in their order.

    One statement for each type among them; fields that select the same share it.
    """
    request = _request(info)
    types = request.executor.bridge.types
    keys: list[tuple[str, uuid.UUID]] = []
    for text in ids:
        decoded = decode_id(text)
        if decoded is None or decoded[0] not in types:
            raise InputError("this is not an id of this API: pass one as the API returned it")
        keys.append(decoded)
    found: dict[tuple[str, Hashable], object] = {}
    below = tuple(print_ast(each.selection_set) for each in selected.nodes if each.selection_set)
    for name in dict.fromkeys(name for name, _ in keys):
        wanted = list(dict.fromkeys(key for other, key in keys if other == name))
        plan = planner.by_key(types[name].table, selected, rows=len(wanted))
        rows = await request.load((name, below), plan, wanted)
        found.update({(name, key): rows[key] for key in wanted if key in rows})
    return [found.get(key) for key in keys]
