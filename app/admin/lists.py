"""How each table is listed, and which filters, orders and values a list takes."""

import re
from collections import Counter
from datetime import UTC, datetime

import orjson
from piccolo.columns import (
    JSON,
    BigInt,
    BigSerial,
    Column,
    Integer,
    Numeric,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table
from piccolo_admin.endpoints import TableConfig
from piccolo_api.crud.endpoints import OrderBy, PiccoloCRUD
from piccolo_api.crud.validators import Validators
from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.admin.accounts import visit
from app.admin.rights import right_to

_MAX_PAGE_SIZE = 1_000
_MAX_PAGE = 1_000_000

# What a row is known by, the best first; a table with none of these is linked by its id.
_NAMES = ("email", "title", "name", "code", "key", "action", "device_id")
# What comes last in a list: most rows have the same, or nobody looks for it first.
_LAST = {"deleted_at", "removed_by", "created_at"}


def table_config(table: type[Table]) -> TableConfig:
    """How a table is listed: without secrets and long texts, newest first, linked by a name.

    `narrowed` finds the rows of the visitor's university alone.
    The primary key is left out where another column is the link: Piccolo Admin shows an empty page
    when it has both.
    """
    key = table._meta.primary_key
    by_name = {column._meta.name: column for column in table._meta.columns}
    link = next((by_name[name] for name in _NAMES if name in by_name), key)
    shown = [c for c in table._meta.columns if _short(c) and (c is not key or link is key)]
    shown.sort(key=lambda column: (column is not link, column._meta.name in _LAST))
    return TableConfig(
        table,
        visible_columns=shown,
        visible_filters=[c for c in table._meta.columns if not c._meta.secret],
        validators=Validators(every=[_refuse_bad_parameters], get_new=[_refuse_new]),
        menu_group=(table._meta.schema or "other").capitalize(),
        link_column=None if link is key else link,
        # Keys are made in order of time, and they are indexed.
        order_by=[OrderBy(key, ascending=isinstance(key, Varchar))],
    )


def _short(column: Column) -> bool:
    long = isinstance(column, JSON) or type(column) is Text
    return not (long or column._meta.secret or column._meta.name == "updated_at")


def _refuse_bad_parameters(piccolo_crud: PiccoloCRUD, request: Request) -> None:
    """Refuse to filter, sort or select by a secret, and values the database would not take.

    Sorting by a hash would tell its bytes one comparison at a time.
    """
    columns = {c._meta.name: c for c in piccolo_crud.table._meta.columns if not c._meta.secret}
    given = request.query_params.multi_items()
    names = Counter(name for name, _ in given)
    for name, value in given:
        bare = name.removesuffix("[]")
        # Several values make a list, which only a column that holds lists can be.
        holds_lists = bare in columns and columns[bare].value_type is list
        if (bare != name or names[name] > 1) and not holds_lists:
            raise HTTPException(400, f"{bare[:100]} can be given once.")
        if name in {"__order", "__visible_fields"}:
            if any(part.removeprefix("-") not in columns for part in value.split(",")):
                raise HTTPException(400, f"{name} names a column that is not offered here.")
        elif name in _NUMBERS:
            if not _is_whole(value, *_NUMBERS[name]):
                lowest, highest = _NUMBERS[name]
                raise HTTPException(400, f"{name} must be a number from {lowest} to {highest}.")
        elif not name.startswith("__") and name != "search":
            field, _, option = name.partition("__")
            column = columns.get(field.removesuffix("[]"))
            if column is None:
                raise HTTPException(400, "A filter names a column that is not offered here.")
            if not option and not _can_equal(column, value):
                raise HTTPException(400, f"No {field} can have this value.")


def _refuse_new(piccolo_crud: PiccoloCRUD, request: Request) -> None:
    """Refuse the values of a new row where none is made: not every default there is a value."""
    user, name = visit.get().user, piccolo_crud.table._meta.tablename
    right = right_to(name, user.role) if user else None
    if right is None or not right.create:
        raise HTTPException(405, f"{piccolo_crud.table.__name__}: none can be added here.")


def _is_whole(value: str, lowest: int, highest: int) -> bool:
    plain = len(value) <= 20 and value.removeprefix("-").isdecimal() and value.isascii()
    return plain and lowest <= int(value) <= highest


def _can_equal(column: Column, value: str) -> bool:
    """Whether a number, text, time or JSON can be one of the column's; others are checked later."""
    if isinstance(column, JSON):
        return _is_json(value)
    if isinstance(column, Varchar):
        return not column.length or len(value) <= column.length
    if isinstance(column, Timestamptz):
        return _is_moment(value)
    if isinstance(column, BigInt | BigSerial):
        return _is_whole(value, -(2**63), 2**63 - 1)
    if isinstance(column, Integer):
        return _is_whole(value, -(2**31), 2**31 - 1)
    if isinstance(column, Numeric):
        total, places = column.digits or (38, 10)
        return (
            re.fullmatch(rf"-?[0-9]{{1,{total - places}}}(\.[0-9]{{1,{places}}})?", value)
            is not None
        )
    return True


_NUMBERS = {
    "__page": (1, _MAX_PAGE),
    "__page_size": (1, _MAX_PAGE_SIZE),
    "limit": (1, _MAX_PAGE_SIZE),
    "offset": (0, _MAX_PAGE * _MAX_PAGE_SIZE),
}


def _is_moment(value: str) -> bool:
    """Whether a time, if it is one, is one in UTC as well: the years are 1 to 9999."""
    try:
        moment = _MOMENT.validate_python(value)
    except ValidationError:
        return True  # what is wrong with it, is told later
    try:
        moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return False
    return True


_MOMENT = TypeAdapter(datetime)


def _is_json(value: str) -> bool:
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        return False
    return True
