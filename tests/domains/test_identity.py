"""Users and organisations: what everybody sees of a person, and what they see of themselves."""

from datetime import UTC, datetime

import httpx

from app.database import SeedbedEngine, count_statements
from seeds import catalog, content, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, sign_in

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)

WHOLE = """query($id: ID!) { user(id: $id) {
  __typename id name email role status emailVerified lastLoginAt createdAt updatedAt
  organization { __typename id name slug settings createdAt updatedAt }
  university { name }
  posts { totalCount nodes { title } }
} }"""


async def test_every_field_of_a_person_for_the_person(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    settings = {"locale": "en-GB", "deep": [1, 2.5, None, True, {"ключ": '\\"\n'}], "n": {}}
    organization = identity.organization(name="O", slug="o", settings=settings, created_at=AT)
    university = catalog.university(name="U")
    user = identity.user(
        email="Ann@seedbed.example",
        name="Ann",
        role="VENDOR",
        organization=organization,
        university=university,
        last_login_at=AT,
        created_at=AT,
    )
    await save(organization, university, user, content.post(author=user, title="T"))
    assert await ask(client, WHOLE, {"id": global_id(user)}, await sign_in(user)) == {
        "user": {
            "__typename": "User",
            "id": global_id(user),
            "name": "Ann",
            "email": "Ann@seedbed.example",
            "role": "VENDOR",
            "status": "ACTIVE",
            "emailVerified": True,
            "lastLoginAt": "2026-03-01T12:00:00.000000Z",
            "createdAt": "2026-03-01T12:00:00.000000Z",
            "updatedAt": "2026-03-01T12:00:00.000000Z",
            "organization": {
                "__typename": "Organization",
                "id": global_id(organization),
                "name": "O",
                "slug": "o",
                "settings": settings,
                "createdAt": "2026-03-01T12:00:00.000000Z",
                "updatedAt": "2026-03-01T12:00:00.000000Z",
            },
            "university": {"name": "U"},
            "posts": {"totalCount": 1, "nodes": [{"title": "T"}]},
        }
    }


async def test_another_person_is_a_name_and_nulls(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    organization = identity.organization()
    user = identity.user(name="Ann", organization=organization, last_login_at=AT, created_at=AT)
    other = identity.user(organization=organization)
    await save(organization, user, other)
    data = await ask(client, WHOLE, {"id": global_id(user)}, await sign_in(other))
    assert data["user"] == {
        "__typename": "User",
        "id": global_id(user),
        "name": "Ann",
        "createdAt": "2026-03-01T12:00:00.000000Z",
        "posts": {"totalCount": 0, "nodes": []},
        "updatedAt": None,
        "email": None,
        "role": None,
        "status": None,
        "emailVerified": None,
        "lastLoginAt": None,
        "organization": None,
        "university": None,
    }


async def test_nobody_in_particular_is_told_that_they_may_not(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = identity.user()
    await save(user)
    for field in ("email", "role", "organization { id }"):
        with count_statements() as statements:
            errors = await refuse(
                client,
                f"query($id: ID!) {{ user(id: $id) {{ name {field} }} }}",
                {"id": global_id(user)},
            )
        assert code_of(errors) == "FORBIDDEN"
        assert errors[0]["message"] == f"you may not read User.{field.split()[0]}"
        assert statements.count == 0


async def test_one_list_with_oneself_among_others(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    me, other = identity.user(), identity.user()
    posts = [content.post(author=me, created_at=AT), content.post(author=other)]
    await save(me, other, *posts)
    document = "{ posts { nodes { author { email } } } }"
    data = await ask(client, document, token=await sign_in(me))
    assert [node["author"]["email"] for node in data["posts"]["nodes"]] == [None, me.email]


async def test_people_who_are_not_active_are_hidden(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    people = [
        identity.user(status="SUSPENDED"),
        identity.user(status="PENDING"),
        identity.user(deleted_at=AT),
    ]
    reader = identity.user()
    await save(reader, *people)
    for person in people:
        for token in (None, await sign_in(reader)):
            document = "query($id: ID!) { user(id: $id) { id } node(id: $id) { id } }"
            data = await ask(client, document, {"id": global_id(person)}, token)
            assert data == {"user": None, "node": None}


async def test_an_organization_is_seen_by_its_members(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    organization, other = identity.organization(slug="ours"), identity.organization(slug="theirs")
    member, admin = identity.user(organization=organization), identity.user(role="ADMIN")
    await save(organization, other, member, admin)
    document = (
        '{ ours: organization(slug: "ours") { id } theirs: organization(slug: "theirs") { id } }'
    )
    ours, theirs = {"id": global_id(organization)}, {"id": global_id(other)}
    expected = {
        None: {"ours": None, "theirs": None},
        await sign_in(member): {"ours": ours, "theirs": None},
        await sign_in(admin): {"ours": ours, "theirs": theirs},
    }
    for token, data in expected.items():
        assert await ask(client, document, token=token) == data


async def test_secrets_are_not_in_the_api(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    data = await ask(client, '{ __type(name: "User") { fields { name } } }')
    assert sorted(field["name"] for field in data["__type"]["fields"]) == [
        "apiKeys",
        "createdAt",
        "deletedAt",
        "devices",
        "email",
        "emailVerified",
        "id",
        "lastLoginAt",
        "name",
        "organization",
        "posts",
        "profile",
        "role",
        "sessions",
        "status",
        "university",
        "updatedAt",
    ]
    errors = await refuse(client, '{ user(id: "User_1") { passwordHash } }')
    assert code_of(errors) == "GRAPHQL_VALIDATION_FAILED"
