"""What administrators do with universities: add, change, verify, and appoint their staff."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.actions.catalog.importing import is_domain
from app.actions.slugs import own_slug, slugify
from app.audit import Change
from app.bridge import Problem, Refused
from app.bridge.writing import PathOf
from app.context import Context
from app.tables import University, User
from app.tables.identity import UserRole


async def create_university(context: Context, values: Mapping[str, Any]) -> UUID:
    """A university that is not verified yet; without a `slug`, one is made from its name."""
    _check_domains(values)
    async with context.change("university.create") as change:
        slug = values.get("slug")
        if slug is None:
            slug = await _free_slug(change, str(values["name"]))
        row = await change.create(University, {**values, "slug": slug})
    key: UUID = row["id"]
    return key


async def _free_slug(change: Change, name: str) -> str:
    """The name as a slug, with letters of its own where another university has that already."""
    slug = slugify(name, fallback="university")
    # Two of one name at once: the later one waits here, and then finds the slug taken.
    await change.one_at_a_time(f"catalog.universities:{slug}")
    taken = await change.fetch("select from catalog.universities where slug = $1", slug)
    return own_slug(name, "university") if taken else slug


async def update_university(context: Context, key: UUID, values: Mapping[str, Any]) -> UUID:
    """Change what is known of a university."""
    _check_domains(values)
    async with context.change("university.update") as change:
        await change.update(University, key, values)
    return key


def _check_domains(values: Mapping[str, Any]) -> None:
    """Raise Refused for what an import would not take for a domain either."""
    if any(not is_domain(each) for each in values.get("domains") or ()):
        problem = "each of domains is one like example.edu"
        raise Refused(Problem("INVALID", problem, ("input", "domains")))


async def verify_universities(context: Context, keys: Sequence[UUID], path: PathOf) -> list[UUID]:
    """Show universities to everybody: all, or none where one is verified already."""
    verified = {"is_verified": True, "verified_at": datetime.now(UTC)}
    return await _set_verified(context, "university.verify", keys, path, verified)


async def unverify_universities(context: Context, keys: Sequence[UUID], path: PathOf) -> list[UUID]:
    """Hide universities from all but their staff and administrators: all, or none."""
    hidden = {"is_verified": False, "verified_at": None}
    return await _set_verified(context, "university.unverify", keys, path, hidden)


async def _set_verified(
    context: Context, action: str, keys: Sequence[UUID], path: PathOf, values: Mapping[str, Any]
) -> list[UUID]:
    is_verified = values["is_verified"]
    said = "is verified already" if is_verified else "is not verified"
    async with context.change(action) as change:
        rows = await change.targets(University, keys, path)
        unfit = [n for n, row in enumerate(rows) if row["is_verified"] == is_verified]
        if unfit:
            problem = f"this university {said}"
            raise Refused(*(Problem("ILLEGAL_STEP", problem, path(n)) for n in unfit))
        await change.update_many(University, [(key, values) for key in keys], path)
    return list(keys)


async def appoint_staff(context: Context, user: UUID, university: UUID) -> UUID:
    """Let a user work for a university, and for no other one. Refuses administrators."""
    async with context.change("staff.appoint") as change:
        row = await change.target(User, user, path=("userId",))
        if row["role"] == UserRole.ADMIN:
            problem = "an administrator cannot be staff; appoint another user"
            raise Refused(Problem("ILLEGAL_STEP", problem, ("userId",)))
        values = {"role": UserRole.STAFF, "university": university}
        await change.update(User, user, values, path=(), id_path=("userId",))
    return user


async def dismiss_staff(context: Context, user: UUID) -> UUID:
    """Make somebody who is staff a plain user of no university."""
    async with context.change("staff.dismiss") as change:
        row = await change.target(User, user, path=("userId",))
        if row["role"] != UserRole.STAFF:
            problem = "this user is not staff; nothing has to be done"
            raise Refused(Problem("ILLEGAL_STEP", problem, ("userId",)))
        values = {"role": UserRole.USER, "university": None}
        await change.update(User, user, values, path=(), id_path=("userId",))
    return user
