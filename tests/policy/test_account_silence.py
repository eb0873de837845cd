"""Other people's sessions, devices, keys and profiles: no filter, order or aggregate finds them."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from graphql import GraphQLInputObjectType
from piccolo.table import Table

from app.database import SeedbedEngine
from app.schema import make_schema
from app.tables import User
from seeds import content, identity
from seeds.upsert import save
from tests.graphql import send, sign_in
from tests.policy.filters import filters_of

AT = datetime(2026, 5, 5, tzinfo=UTC)
RELATIONS = {"sessions": "Session", "devices": "Device", "apiKeys": "ApiKey"}


@pytest.fixture(scope="session")
def mode() -> str:
    """One is enough: both modes have the same conditions in their statements."""
    return "json"


def _account(user: User) -> list[Table]:
    """What the filters look for: a session, a device and a key with their values."""
    device = identity.device(
        user=user, device_id="hidden", device_name="hidden", device_type="hidden",
        last_active_at=AT, created_at=AT,
    )  # fmt: skip
    session = identity.session(
        user=user, device=device, ip_address="hidden", user_agent="hidden", revoked_at=AT,
        expires_at=AT, created_at=AT,
    )  # fmt: skip
    key = identity.api_key(
        user=user, name="hidden", key_prefix="hidden", scopes=["read"], last_used_at=AT,
        expires_at=AT, revoked_at=AT, created_at=AT,
    )  # fmt: skip
    return [device, session, key, identity.profile(user=user, bio="hidden")]


def _conditions(relation: str) -> list[dict[str, Any]]:
    """Questions about somebody's rows of one kind: of each column by each operator."""
    columns = filters_of(RELATIONS[relation], depth=1)
    return [
        *({relation: {how: one}} for one in ({}, columns[0]) for how in ("some", "none", "every")),
        *({relation: {"some": one}} for one in columns),
    ]


# Wherever a user is reached by a relation, asked in one document for several conditions.
_ASK = """
  p%(n)d: posts(where: {author: $w%(n)d}, first: 2) { totalCount edges { cursor } }
  n%(n)d: posts(where: {not: {author: $w%(n)d}}) { totalCount }
  c%(n)d: posts(where: {comments: {some: {author: $w%(n)d}}}) { totalCount }
  a%(n)d: postsAggregate(where: {author: $w%(n)d}) { count min { createdAt } }
"""
_AT_ONCE = 3


def _documents(relation: str) -> list[tuple[str, dict[str, Any]]]:
    conditions = _conditions(relation)
    made = []
    for start in range(0, len(conditions), _AT_ONCE):
        some = conditions[start : start + _AT_ONCE]
        heads = ", ".join(f"$w{n}: UserFilter" for n in range(len(some)))
        body = "".join(_ASK % {"n": n} for n in range(len(some)))
        made.append((f"query({heads}) {{ {body} }}", {f"w{n}": one for n, one in enumerate(some)}))
    return made


async def _answers(
    client: httpx.AsyncClient, relation: str, token: str | None
) -> list[dict[str, Any]]:
    return [
        (await send(client, text, variables, token)).json()
        for text, variables in _documents(relation)
    ]


async def _people(role: str) -> tuple[User, str | None]:
    """Somebody with a post and a comment, and the token of who asks about them."""
    other, caller = identity.user(), identity.user(role="USER" if role == "ANONYMOUS" else role)
    post = content.post(author=other)
    await save(other, caller, post)
    await save(content.comment(post=post, author=other), content.post(author=caller))
    return other, None if role == "ANONYMOUS" else await sign_in(caller)


@pytest.mark.parametrize("role", ["ANONYMOUS", "USER"])
@pytest.mark.parametrize("relation", RELATIONS)
async def test_nothing_tells_what_others_log_in_with(
    client: httpx.AsyncClient, database: SeedbedEngine, role: str, relation: str
) -> None:
    other, token = await _people(role)
    before = await _answers(client, relation, token)
    await save(*_account(other))
    assert await _answers(client, relation, token) == before


def test_no_order_and_no_aggregate_leads_to_them() -> None:
    kinds = make_schema().schema._schema.type_map
    for name in RELATIONS.values():
        assert f"{name}Aggregate" not in kinds
        orders = {
            kind.name
            for kind in kinds.values()
            if isinstance(kind, GraphQLInputObjectType)
            and kind.name.endswith("Order")
            and any(field.type is kinds[f"{name}Order"] for field in kind.fields.values())
        }
        # Of one's own lists alone.
        assert orders <= {f"{other}Order" for other in RELATIONS.values()}, (name, orders)


@pytest.mark.parametrize("relation", RELATIONS)
async def test_the_same_questions_find_ones_own(
    client: httpx.AsyncClient, database: SeedbedEngine, relation: str
) -> None:
    """What the test above would find, were the rows shown."""
    other, _ = await _people("USER")
    token = await sign_in(other)
    before = await _answers(client, relation, token)
    await save(*_account(other))
    after = await _answers(client, relation, token)
    assert not any("errors" in answer for answer in (*before, *after)), before
    changed = sum(old != new for old, new in zip(before, after, strict=True))
    assert changed > len(before) // 2
    for alias in "pnca":
        assert any(
            old["data"][f"{alias}{n}"] != new["data"].get(f"{alias}{n}")
            for old, new in zip(before, after, strict=True)
            for n in range(_AT_ONCE)
            if f"{alias}{n}" in old["data"]
        ), f"no answer of {alias} depends on the rows"
