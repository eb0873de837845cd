"""What the admin writes: Piccolo Admin's forms, but our transactions, checks and audit rows.

Piccolo's own endpoints write without a record, so that they stay off; the requests of its pages
are answered here, in the same shapes. One request changes one row and leaves one audit row, or none
of both.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson
from piccolo.table import Table
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from app.actions.identity.administration import one_after_the_other, somebody_is_left
from app.admin.accounts import AdminUser, Visit, visit
from app.admin.effects import before_change, before_create, before_delete
from app.admin.rights import Deletion, Right, right_to
from app.admin.scope import OWN, own_university
from app.admin.values import decoded, is_same, is_unset
from app.audit import recorded
from app.bridge import Problem, Refused
from app.bridge.validation import argument_name
from app.bridge.writing import Row, key_of, row_of
from app.tables import User

__all__ = ["Editor"]

_PATH = re.compile(r"/api/tables/(?P<table>[a-z_]+)/(?:(?P<key>[^/]+)/)?")


class _UnchangedError(Exception):
    """Every value is what it was."""


class Editor:
    """An ASGI application: `POST tables/<table>/`, `PUT`, `PATCH`, `DELETE tables/<table>/<id>/`.

    The visit says whose requests they are; who may do what is in `rights`.
    """

    def __init__(self, tables: Iterable[type[Table]]) -> None:
        self._tables = {table._meta.tablename: table for table in tables}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        table, key = self._asked(request)
        try:
            response = await self._answer(request, table, key)
        except Refused as refused:
            assert table is not None
            response = JSONResponse({"detail": _told(table, refused.problems)}, 422)
        except HTTPException as error:
            response = JSONResponse({"detail": error.detail}, error.status_code)
        await response(scope, receive, send)

    def _asked(self, request: Request) -> tuple[type[Table] | None, str | None]:
        """Which table a request is about, if there is one, and which row, if it names one."""
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        found = _PATH.fullmatch(path)
        return (self._tables.get(found["table"]), found["key"]) if found else (None, None)

    async def _answer(
        self, request: Request, table: type[Table] | None, name: str | None
    ) -> Response:
        seen = visit.get()
        if seen.user is None:
            return JSONResponse({"error": "Auth failed"}, 401)
        if table is None or not _is_shown(table, seen.user):
            raise HTTPException(404, "Not found.")
        right = right_to(table._meta.tablename, seen.user.role)
        if right is None:
            raise HTTPException(405, f"{table.__name__}: this is only read here.")
        if name is None:
            if request.method == "DELETE":
                raise HTTPException(405, "Rows are deleted one by one.")
            if request.method != "POST" or not right.create:
                raise HTTPException(405, f"{table.__name__}: none can be added here.")
            return await _create(seen, seen.user, table, right, await _form(request))
        try:
            key = UUID(name)
        except ValueError:
            raise HTTPException(404, "Not found.") from None
        match request.method:
            case "DELETE":
                return await _delete(seen, seen.user, table, right, key)
            case "PUT" | "PATCH":
                given = await _form(request)
                if request.method == "PUT":
                    _check_whole(right, given)
                return await _update(seen, seen.user, table, right, key, given)
            case _:
                raise HTTPException(405, "A row is changed by PUT or PATCH.")


def _is_shown(table: type[Table], user: AdminUser) -> bool:
    return own_university(user) is None or table in OWN


async def _form(request: Request) -> Mapping[str, Any]:
    try:
        given = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        raise HTTPException(422, "Send a JSON object.")
    return given


def _check_whole(right: Right, given: Mapping[str, Any]) -> None:
    missing = sorted(right.settable(new=False) - set(given))
    if missing:
        raise Refused(*(Problem("REQUIRED", "this is missing", (name,)) for name in missing))


async def _create(
    seen: Visit, user: AdminUser, table: type[Table], right: Right, given: Mapping[str, Any]
) -> Response:
    values = decoded(table, given)
    settable = right.settable(new=True)
    _check_fixed(
        name
        for name, column in _columns(table).items()
        if name in values and name not in settable and not is_unset(column, values[name])
    )
    kept = {name: value for name, value in values.items() if name in settable}
    _check_own(table, user, kept)
    async with recorded(seen.engine, "admin.create", user.viewer, seen.origin) as change:
        row = await change.insert(table, before_create(table, kept))
    return _json([{key_of(table): row[key_of(table)]}], 201)


async def _update(
    seen: Visit,
    user: AdminUser,
    table: type[Table],
    right: Right,
    key: UUID,
    given: Mapping[str, Any],
) -> Response:
    values = decoded(table, given)
    try:
        async with recorded(seen.engine, "admin.update", user.viewer, seen.origin) as change:
            if table is User:
                await one_after_the_other(change)
            present = row = await _locked(seen, user, table, key)
            columns = _columns(table)
            changed = {
                name: value
                for name, value in values.items()
                if not is_same(columns[name], value, present[name])
            }
            _check_fixed(sorted(set(changed) - right.settable(new=False)))
            if not changed:
                raise _UnchangedError
            changed = await before_change(seen.engine, change, user, table, present, changed)
            row = await change.set(table, key, changed)
            if table is User:
                await somebody_is_left(change)
    except _UnchangedError:
        pass
    return _json({n: row[n] for n, column in _columns(table).items() if not column._meta.secret})


async def _delete(
    seen: Visit, user: AdminUser, table: type[Table], right: Right, key: UUID
) -> Response:
    if right.deletion is Deletion.NO:
        raise HTTPException(405, f"{table.__name__}: not deleted here. {right.instead}".strip())
    async with recorded(seen.engine, "admin.delete", user.viewer, seen.origin) as change:
        if table is User:
            await one_after_the_other(change)
        present = await _locked(seen, user, table, key)
        if right.deletion is Deletion.ROW:
            await change.remove(table, key)
        elif present["deleted_at"] is not None:
            raise HTTPException(404, "This is deleted already.")
        else:
            gone = await before_delete(seen.engine, change, user, table, present)
            await change.set(table, key, gone)
            if table is User:
                await somebody_is_left(change)
    return Response(status_code=204)


async def _locked(seen: Visit, user: AdminUser, table: type[Table], key: UUID) -> Row:
    """The row with this key, locked, if the visitor sees it."""
    name, where = table._meta.get_formatted_tablename(), f'"{key_of(table)}" = $1'
    values: list[object] = [key]
    if (university := own_university(user)) is not None:
        where += f' and "{OWN[table]._meta.name}" = $2'
        values.append(university)
    found = await seen.engine.fetch(
        f"select * from {name} where {where} for no key update",  # noqa: S608 - names of our tables
        *values,
    )
    if not found:
        raise HTTPException(404, "Not found.")
    return row_of(table, dict(found[0]))


def _check_own(table: type[Table], user: AdminUser, values: Mapping[str, Any]) -> None:
    """Refuse a new row that its maker would not see."""
    university = own_university(user)
    column = OWN[table]._meta.name if university is not None else ""
    if university is not None and values.get(column) != university:
        raise Refused(Problem("NOT_FOUND", "choose your own university", (column,)))


def _check_fixed(names: Iterable[str]) -> None:
    problems = [Problem("FIXED", "this cannot be set here", (name,)) for name in names]
    if problems:
        raise Refused(*problems)


def _told(table: type[Table], problems: Iterable[Problem]) -> list[dict[str, object]]:
    """Problems as the pages read them, with the columns' own names: the rules say the API's."""
    own = {argument_name(column): name for name, column in _columns(table).items()}
    names = re.compile(rf"\b(?:{'|'.join(own)})\b")
    return [
        {
            "loc": [own.get(str(place), place) for place in problem.path[-1:]] or ["row"],
            "msg": names.sub(lambda found: own[found[0]], problem.message),
        }
        for problem in problems
    ]


def _columns(table: type[Table]) -> dict[str, Any]:
    return {column._meta.name: column for column in table._meta.columns}


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content, default=str), status, media_type="application/json")
