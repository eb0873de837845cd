"""Running the examples: the document of each mutation, who is there to send it, and what is stored.

Documents are made from the schema, so that an example is nothing but variables.
"""

import importlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)
from strawberry.utils.str_converters import to_camel_case

from app.bridge.mutations import Mutation
from app.database import SeedbedEngine
from app.jobs import JOB_TABLES
from app.schema import make_schema
from app.schema.registry import mutations
from app.tables import TABLES
from app.tables.identifiers import ACCESS_TOKEN, API_KEY, hash_token, new_token
from seeds import identity
from seeds.upsert import save
from tests.graphql import send
from tests.policy.examples.register import EXAMPLES, Example
from tests.policy.world import ROLES, World

make_schema()  # fills the list of mutations
MUTATIONS: Mapping[str, Mutation] = mutations.all

for file in sorted(Path(__file__).parent.glob("*.py")):
    if file.stem not in {"register", "runs"}:
        importlib.import_module(f"tests.policy.examples.{file.stem}")

# Counted past any transaction, so that what fails counts as well.
_COUNTED = "operations.rate_limits"
# Noted of a key when it is used, whatever for.
_NOTED = {"identity.api_keys": "{last_used_at,updated_at}"}


def example_of(name: str) -> Example:
    """The example of a mutation; fails with what to add where there is none."""
    assert name in EXAMPLES, (
        f"{to_camel_case(name)} has no example: add an async function {name}(world) with"
        " @example(caller) to the file of its domain in tests/policy/examples/; it returns"
        " variables with which that caller of tests/policy/world.py succeeds"
    )
    return EXAMPLES[name]


def field_of(name: str) -> GraphQLField:
    """A mutation in the schema."""
    kind = make_schema().schema._schema.mutation_type
    assert kind is not None
    found: GraphQLField = kind.fields[to_camel_case(name)]
    return found


def document(name: str, variables: Mapping[str, Any]) -> str:
    """The mutation with these variables, asking for everything it returns at its first level."""
    field, camel = field_of(name), to_camel_case(name)
    heads = ", ".join(f"${each}: {field.args[each].type}" for each in variables)
    arguments = ", ".join(f"{each}: ${each}" for each in variables)
    payload = get_named_type(field.type)
    assert isinstance(payload, GraphQLObjectType)
    shown = " ".join(_selected(name, each.type) for name, each in payload.fields.items())
    return (
        f"mutation{f'({heads})' if heads else ''} "
        f"{{ {camel}{f'({arguments})' if arguments else ''} {{ {shown} }} }}"
    )


def _selected(name: str, kind: Any) -> str:
    if name == "errors":
        return "errors { code message path }"
    return name if is_leaf_type(get_named_type(kind)) else f"{name} {{ __typename }}"


def takes_ids(name: str) -> bool:
    """Whether a mutation's arguments name something by its id."""

    def names(kind: GraphQLInputType, seen: frozenset[str] = frozenset()) -> bool:
        named = get_named_type(kind)
        if not isinstance(named, GraphQLInputObjectType):
            return bool(named.name == "ID")
        known = seen | {named.name}
        return named.name not in seen and any(names(f.type, known) for f in named.fields.values())

    return any(names(argument.type) for argument in field_of(name).args.values())


async def run(
    client: httpx.AsyncClient,
    name: str,
    variables: Mapping[str, Any],
    token: str | None,
) -> httpx.Response:
    """The answer to a mutation with these variables."""
    return await send(client, document(name, variables), variables, token)


def problems_of(name: str, response: httpx.Response) -> list[str]:
    """The codes of whatever is wrong according to an answer."""
    answer = response.json()
    codes = [str(error["extensions"]["code"]) for error in answer.get("errors", ())]
    payload = (answer.get("data") or {}).get(to_camel_case(name)) or {}
    return codes + [str(error["code"]) for error in payload.get("errors", ())]


def kind_of(caller: str) -> str:
    """The kind of a caller who is there in person."""
    return {"anonymous": "ANONYMOUS", "agent": "AGENT"}.get(caller) or ROLES[caller]


async def let_keys_in(world: World) -> None:
    """Add the callers that are no persons, or no longer: tokens for keys and a suspended user.

    `reading_key` and `writing_key` are keys of the owner, `writing_key_of_admin` is one of the
    administrator.
    """
    keys = {
        "reading_key": ("owner", ["read"]),
        "writing_key": ("owner", ["read", "write"]),
        "writing_key_of_admin": ("admin", ["read", "write"]),
    }
    for name, (person, scopes) in keys.items():
        token = world.tokens[name] = new_token(API_KEY)
        user = world.rows[person]["id"]
        await save(identity.api_key(user=user, scopes=scopes, key_hash=hash_token(token)))
    token = world.tokens["suspended"] = new_token(ACCESS_TOKEN)
    ends = datetime.now(UTC) + timedelta(hours=1)
    user = world.rows["suspended"]["id"]
    await save(identity.session(user=user, access_token_hash=hash_token(token), expires_at=ends))


async def stored(engine: SeedbedEngine) -> dict[str, str]:
    """A digest of each table's rows: two that are equal show that nothing changed in between."""
    tables = [table._meta.get_formatted_tablename().replace('"', "") for table in TABLES]
    digests = " union all ".join(
        f"select '{name}' as name, md5(coalesce(string_agg(row, ',' order by row), '')) as digest"
        f" from (select (to_jsonb(t) - '{_NOTED.get(name, '{}')}'::text[])::text as row"
        f" from {name} t) rows"
        for name in (*tables, *JOB_TABLES)
        if name != _COUNTED
    )
    return {row["name"]: row["digest"] for row in await engine.fetch(digests)}


async def secrets_of(engine: SeedbedEngine) -> set[str]:
    """The values of every secret column of every table."""
    found: set[str] = set()
    for table in TABLES:
        for column in table._meta.columns:
            if column._meta.secret:
                rows = await table.select(column).run()
                found |= {str(row[column._meta.name]) for row in rows} - {"None"}
    return found


_SECRET = ("password", "token", "hash", "secret")


def secret_texts(value: Any, name: str = "") -> set[str]:
    """The texts in a mutation's variables, or in its answer, that nobody else may learn."""
    match value:
        case dict():
            return {text for key, each in value.items() for text in secret_texts(each, key)}
        case list():
            return {text for each in value for text in secret_texts(each, name)}
        case str() if value.startswith(API_KEY) or any(word in name.lower() for word in _SECRET):
            return {value}
        case _:
            return set()


def readable(rows: Any) -> str:
    """Rows as one text to search in."""
    return json.dumps([dict(row) for row in rows], default=str, ensure_ascii=False)
