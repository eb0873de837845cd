"""Who sees which rows and columns: every exposed table, every kind of caller, every way in."""

import httpx
import pytest
from piccolo.columns import ForeignKey
from strawberry.utils.str_converters import to_camel_case

from app.bridge import Policy, Rule
from app.bridge.registry import ColumnField, ToMany, ToOneField
from app.database import SeedbedEngine
from app.policy import POLICIES, Caller
from app.schema.registry import registry
from tests.graphql import ask, code_of, global_id, refuse
from tests.policy.world import ADMIN, ALL, CALLERS, OTHER_STAFF, STAFF, World, make_world

# Views have no rows of their own; those of payments are tested with them.
EXPOSED = {
    exposed.name: exposed for exposed in registry.types if "view" not in exposed.table._meta.tags
}

# The root lists, and what they list.
LISTS = {
    "posts": "Post",
    "universities": "University",
    "courses": "Course",
    "payments": "Payment",
    "projects": "Project",
    "events": "Event",
    "auditLogs": "AuditLog",
    "questionnaires": "Questionnaire",
    "assessmentSessions": "AssessmentSession",
    "documents": "Document",
    "documentTypes": "DocumentType",
    "engineeringStandards": "EngineeringStandard",
}

KNOWN = ALL - {"anonymous", "agent"}

# The columns that not everybody may read of rows they see, and who may name them at all.
COLUMNS = {
    "User": dict.fromkeys(
        (
            "email",
            "role",
            "status",
            "emailVerified",
            "lastLoginAt",
            "deletedAt",
            "updatedAt",
            "organization",
            "university",
        ),
        KNOWN,
    ),
    "DocumentType": {"template": ADMIN},
    "University": dict.fromkeys(("settings", "analytics"), STAFF | OTHER_STAFF),
}


@pytest.fixture
async def world(database: SeedbedEngine) -> World:
    """The rows and callers, inside the test's transaction."""
    return await make_world()


async def test_every_exposed_table_has_shown_and_hidden_rows_in_the_world(world: World) -> None:
    everybodys = {"DocumentType", "DocumentTypeStandard", "EngineeringStandard"}
    for table in EXPOSED:
        names = list(world.of(table))
        assert names, f"no row of {table} is tested"
        if table not in everybodys:
            assert any(world.seen_by[name] != ALL for name in names), table
    assert {type(row).__name__ for row in world.rows.values()} == set(EXPOSED)


def test_every_kind_of_caller_is_in_the_world() -> None:
    assert {caller.value for caller in Caller} == {
        "ANONYMOUS", "AGENT", "USER", "CUSTOMER", "VENDOR", "STAFF", "ADMIN"
    }  # fmt: skip
    assert len(CALLERS) == 9


def test_every_policy_is_of_an_exposed_table() -> None:
    assert {table.__name__ for table in POLICIES} == {*EXPOSED, "PaymentReport"}


def test_no_rule_gives_anonymous_callers_all_columns_of_people() -> None:
    (policy,) = (policy for table, policy in POLICIES.items() if table.__name__ == "User")
    assert isinstance(policy, Policy)
    public = [rule for rule in policy.rules if Caller.ANONYMOUS in rule.who]
    assert all(isinstance(rule, Rule) and rule.columns for rule in public)
    assert public


@pytest.mark.parametrize("table", EXPOSED)
async def test_rows_by_id(client: httpx.AsyncClient, world: World, table: str) -> None:
    names = list(world.of(table))
    ids = [global_id(world.rows[name]) for name in names]
    for caller in CALLERS:
        data = await ask(
            client,
            "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }",
            {"ids": ids},
            world.tokens[caller],
        )
        expected = [
            {"id": row_id, "__typename": table} if caller in world.seen_by[name] else None
            for name, row_id in zip(names, ids, strict=True)
        ]
        assert data["nodes"] == expected, caller


@pytest.mark.parametrize("field", LISTS)
async def test_rows_in_lists(client: httpx.AsyncClient, world: World, field: str) -> None:
    for caller in CALLERS:
        data = await ask(
            client,
            f"{{ {field}(first: 100) {{ totalCount nodes {{ id }} }} }}",
            token=world.tokens[caller],
        )
        expected = {
            global_id(world.rows[name])
            for name in world.of(LISTS[field])
            if caller in world.seen_by[name]
        }
        assert {node["id"] for node in data[field]["nodes"]} == expected, caller
        assert data[field]["totalCount"] == len(data[field]["nodes"]) == len(expected), caller


def _relations() -> list[tuple[str, str, ForeignKey]]:  # type: ignore[type-arg]  # of any table
    return [
        (exposed.name, to_camel_case(name), field.foreign_key)
        for exposed in EXPOSED.values()
        for name, field in exposed.fields.items()
        if isinstance(field, ToMany)
    ]


@pytest.mark.parametrize(
    ("parent", "field", "key"), _relations(), ids=[f"{p}.{f}" for p, f, _ in _relations()]
)
async def test_rows_in_nested_lists(
    client: httpx.AsyncClient,
    world: World,
    parent: str,
    field: str,
    key: ForeignKey,  # type: ignore[type-arg]  # of any table
) -> None:
    parents = list(world.of(parent))
    child = key._meta.table.__name__
    # The key is a column like any other: what it says of a user, others are not told.
    private = COLUMNS.get(child, {}).get(key._meta.name)
    for caller in CALLERS:
        if private is not None and caller not in private:
            continue
        data = await ask(
            client,
            f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {parent} {{"
            f" {field} {{ totalCount nodes {{ id }} }} }} }} }}",
            {"ids": [global_id(world.rows[name]) for name in parents]},
            world.tokens[caller],
        )
        for name, node in zip(parents, data["nodes"], strict=True):
            assert (node is not None) == (caller in world.seen_by[name]), (caller, name)
            if node is None:
                continue
            expected = {
                global_id(world.rows[other])
                for other in world.of(child)
                if caller in world.seen_by[other]
                and (private is None or caller in {other, "admin"})
                and world.rows[other][key._meta.name] == world.rows[name]["id"]
            }
            assert {row["id"] for row in node[field]["nodes"]} == expected, (caller, name)
            assert node[field]["totalCount"] == len(expected), (caller, name)


@pytest.mark.parametrize("table", EXPOSED)
async def test_rows_behind_foreign_keys(
    client: httpx.AsyncClient, world: World, table: str
) -> None:
    """A row that may be seen shows, behind each key, only a row that may be seen, too."""
    keys = {
        to_camel_case(name): field.foreign_key
        for name, field in EXPOSED[table].fields.items()
        if isinstance(field, ToOneField)
    }
    names = list(world.of(table))
    ids = [global_id(world.rows[name]) for name in names]
    by_key = {row["id"]: name for name, row in world.rows.items()}
    for caller in CALLERS:
        for field, key in keys.items():
            if caller not in COLUMNS.get(table, {}).get(field, ALL):
                continue
            data = await ask(
                client,
                f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {table} {{"
                f" {field} {{ id }} }} }} }}",
                {"ids": ids},
                world.tokens[caller],
            )
            for name, node in zip(names, data["nodes"], strict=True):
                if node is None:
                    continue
                target = by_key.get(world.rows[name][key._meta.name])
                own = table != "User" or caller in {name, "admin"}
                shown = target is not None and caller in world.seen_by[target] and own
                expected = {"id": global_id(world.rows[target])} if shown and target else None
                assert node[field] == expected, (caller, name, field)


@pytest.mark.parametrize("table", EXPOSED)
async def test_columns(client: httpx.AsyncClient, world: World, table: str) -> None:
    """A column that a caller may not read refuses the whole field that names it."""
    row_id = next(
        global_id(world.rows[name]) for name in world.of(table) if "admin" in world.seen_by[name]
    )
    fields = [
        to_camel_case(name)
        for name, field in EXPOSED[table].fields.items()
        if isinstance(field, ColumnField)
    ]
    denied = COLUMNS.get(table, {})
    for caller in CALLERS:
        refused = {name for name, who in denied.items() if caller not in who}
        allowed = [name for name in fields if name not in refused]
        document = "query($id: ID!) { node(id: $id) { id ... on %s { %s } } }"
        await ask(
            client, document % (table, " ".join(allowed)), {"id": row_id}, world.tokens[caller]
        )
        for name in refused:
            selection = f"{name} {{ id }}" if name in {"organization", "university"} else name
            errors = await refuse(
                client, document % (table, selection), {"id": row_id}, world.tokens[caller]
            )
            assert code_of(errors) == "FORBIDDEN", (caller, name)


async def test_columns_of_people(client: httpx.AsyncClient, world: World) -> None:
    """A person's own row shows everything; other people's, nulls; an administrator sees all."""
    document = "query($id: ID!) { user(id: $id) { name email role status emailVerified } }"
    row = world.rows["owner"]
    whole = {
        "name": row["name"],
        "email": row["email"],
        "role": "USER",
        "status": "ACTIVE",
        "emailVerified": True,
    }
    for caller in KNOWN:
        expected = (
            whole if caller in {"owner", "admin"} else {**dict.fromkeys(whole), "name": row["name"]}
        )
        data = await ask(client, document, {"id": global_id(row)}, world.tokens[caller])
        assert data == {"user": expected}, caller
