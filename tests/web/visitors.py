"""What people do at the admin's door."""

import httpx

from app.tables import University
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
