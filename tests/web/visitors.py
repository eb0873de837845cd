"""What people do at the admin's door and inside."""

from collections.abc import Mapping
from typing import Any

import httpx
import orjson
from piccolo.table import Table

from app.tables import AuditLog, University
from app.tables.identity import User, UserRole
from seeds import identity
from seeds.upsert import save

LOGIN = "/admin/public/login/"


async def administrator(**changes: object) -> User:
    """An administrator with the demo password, in the database."""
    defaults = {"role": UserRole.ADMIN, "password_hash": identity.DEMO_HASH}
    user = identity.user(**{**defaults, **changes})
    await save(user)
    return user


async def clerk_of(university: University, **changes: object) -> User:
    """A member of its staff with the demo password, in the database, as the university is."""
    await save(university)
    return await administrator(**{"role": UserRole.STAFF, "university": university} | changes)


async def log_in(
    visitor: httpx.AsyncClient, email: str, password: object = identity.DEMO_PASSWORD
) -> httpx.Response:
    """What the login form sends."""
    return await visitor.post(LOGIN, json={"username": email, "password": password})


TABLE = "/admin/api/tables"


def address(table: type[Table], key: object = None) -> str:
    """Where a table, or a row of it, is changed."""
    base = f"{TABLE}/{table._meta.tablename}/"
    return base if key is None else f"{base}{key}/"


async def log() -> list[Mapping[str, Any]]:
    """The audit rows of changes, the oldest first."""
    rows = await AuditLog.select().where(AuditLog.action.not_like("%.log_in")).order_by(AuditLog.id)
    return [row | {"details": orjson.loads(row["details"])} for row in rows]


async def me(visitor: httpx.AsyncClient) -> str:
    """Who is logged in."""
    return str((await visitor.get("/admin/api/user/")).json()["user_id"])
