"""Changes of universities and of their staff: administrators make them, and they are recorded."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from seeds import catalog, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse
from tests.town import Town, audited, call, code, everything, make_town, new, problems

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def town(database: SeedbedEngine) -> Town:
    """Universities, courses and people who are logged in."""
    assert database
    return await make_town()


async def test_a_university_from_its_making_to_everybodys_eyes_and_back(
    client: httpx.AsyncClient, town: Town
) -> None:
    admin = town.tokens["admin"]
    made = await call(
        client, admin, "createUniversity", "university { id slug isVerified verifiedAt domains }",
        input={"name": "École d'Été", "country": "France", "countryCode": "FR",
               "domains": ["ete.example"]},
    )  # fmt: skip
    id_ = made["university"].pop("id")
    assert made["university"] == {
        "slug": "ecole-d-ete", "isVerified": False, "verifiedAt": None, "domains": ["ete.example"],
    }  # fmt: skip
    read = '{ university(slug: "ecole-d-ete") { name } }'
    assert await ask(client, read) == {"university": None}
    shown = await call(
        client, admin, "verifyUniversity", "university { isVerified verifiedAt }", id=id_
    )
    assert shown["university"]["isVerified"] is True
    assert shown["university"]["verifiedAt"] is not None
    assert await ask(client, read) == {"university": {"name": "École d'Été"}}
    again = await call(client, admin, "verifyUniversity", "university { id }", id=id_)
    assert problems(again) == [("ILLEGAL_STEP", "id")]
    changed = await call(
        client, admin, "updateUniversity", "university { slug city isVerified }",
        id=id_, input={"city": "Lyon"},
    )  # fmt: skip
    assert changed["university"] == {"slug": "ecole-d-ete", "city": "Lyon", "isVerified": True}
    hidden = await call(
        client, admin, "unverifyUniversity", "university { isVerified verifiedAt }", id=id_
    )
    assert hidden["university"] == {"isVerified": False, "verifiedAt": None}
    assert await ask(client, read) == {"university": None}
    again = await call(client, admin, "unverifyUniversity", "university { id }", id=id_)
    assert problems(again) == [("ILLEGAL_STEP", "id")]
    assert [action for action, _, _ in await audited()] == [
        "university.create", "university.verify", "university.update", "university.unverify",
    ]  # fmt: skip


async def test_settings_and_analytics_are_for_staff_and_written_by_administrators(
    client: httpx.AsyncClient, town: Town
) -> None:
    admin, staff = town.tokens["admin"], town.tokens["staff"]
    id_, kept = global_id(town.ours), {"settings": {"theme": "plain"}, "analytics": {"visits": 7}}
    shown = "university { settings analytics }"
    changed = await call(client, admin, "updateUniversity", shown, id=id_, input=kept)
    assert changed["university"] == kept
    for field in kept:
        told = await call(client, admin, "updateUniversity", shown, id=id_, input={field: [1]})
        assert problems(told) == [("INVALID", f"input.{field}")]
    read = "query($id: ID!) { university(id: $id) { settings analytics } }"
    assert await ask(client, read, {"id": id_}, staff) == {"university": kept}
    theirs = {"id": global_id(town.theirs)}
    assert await ask(client, read, theirs, staff) == {
        "university": {"settings": None, "analytics": None}
    }
    for other in ("anonymous", "user"):
        errors = await refuse(client, read, {"id": id_}, town.tokens[other])
        assert code_of(errors) == "FORBIDDEN"
    assert await code(client, staff, "updateUniversity", id=id_, input=kept) == "FORBIDDEN"


@pytest.mark.parametrize("more", [{}, {"slug": None}], ids=["no slug", "null"])
async def test_a_name_that_is_there_already_gets_a_slug_of_its_own(
    client: httpx.AsyncClient, town: Town, more: dict[str, None]
) -> None:
    given = {"name": "École d'Été", "country": "France", "countryCode": "FR", **more}
    slugs = []
    for _ in range(3):
        made = await call(
            client, town.tokens["admin"], "createUniversity", "university { slug }", input=given
        )
        assert made["errors"] == []
        slugs.append(made["university"]["slug"])
    assert slugs[0] == "ecole-d-ete"
    assert all(re.fullmatch(r"ecole-d-ete-[0-9a-f]{8}", slug) for slug in slugs[1:])


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"slug": "ours"}, ("TAKEN", "slug")),
        ({"slug": "Not a slug"}, ("INVALID", "slug")),
        ({"name": ""}, ("REQUIRED", "name")),
        ({"countryCode": "fr"}, ("INVALID", "countryCode")),
        ({"website": "ftp://x.example"}, ("INVALID", "website")),
        ({"domains": None}, ("REQUIRED", "domains")),
        ({"domains": [f"{'d' * 250}.edu"]}, ("TOO_LONG", "domains")),
        ({"domains": ["d.edu", ""]}, ("INVALID", "domains")),
        ({"domains": ["a b.edu"]}, ("INVALID", "domains")),
    ],
)
async def test_values_that_do_not_fit_a_university(
    client: httpx.AsyncClient, town: Town, values: dict[str, Any], problem: tuple[str, str]
) -> None:
    await save(catalog.university(slug="ours"))
    before, admin = await everything(), town.tokens["admin"]
    expected = [(problem[0], f"input.{problem[1]}")]
    changed = await call(
        client, admin, "updateUniversity", "university { id }",
        id=global_id(town.hidden), input=values,
    )  # fmt: skip
    assert problems(changed) == expected
    if values.get("name") != "":
        given = {"name": "N", "country": "France", "countryCode": "FR", **values}
        made = await call(client, admin, "createUniversity", "university { id }", input=given)
        assert problems(made) == expected
    assert await everything() == before


async def test_several_universities_are_verified_together_or_not_at_all(
    client: httpx.AsyncClient, town: Town
) -> None:
    admin, before = town.tokens["admin"], await everything()
    others = [catalog.university(is_verified=False) for _ in range(20)]
    missing, hidden = global_id(catalog.university()), global_id(town.hidden)
    for ids, expected in (
        ([hidden, global_id(town.ours)], [("ILLEGAL_STEP", "ids.1")]),
        ([missing, hidden], [("NOT_FOUND", "ids.0")]),
        ([hidden, hidden], [("INVALID", "ids.1")]),
        ([hidden, "x"], [("INVALID", "ids.1")]),
    ):
        told = await call(client, admin, "verifyUniversities", "universities { id }", ids=ids)
        assert problems(told) == expected
    said = "mutation($ids: [ID!]!) { verifyUniversities(ids: $ids) { errors { message } } }"
    told = (await ask(client, said, {"ids": ["x"]}, admin))["verifyUniversities"]
    assert told["errors"][0]["message"].startswith("ids[0] is not the id of a University;")
    for size in (0, 101):
        said = await code(client, admin, "verifyUniversities", ids=[hidden] * size)
        assert said == "BAD_USER_INPUT"
    assert await everything() == before
    await save(*others)
    counts = []
    for some in (others[:2], others[2:]):
        ids = [global_id(each) for each in some]
        with count_statements() as counted:
            told = await call(
                client, admin, "verifyUniversities", "universities { id isVerified }", ids=ids
            )
        counts.append(counted.count)
        assert told["universities"] == [{"id": id_, "isVerified": True} for id_ in ids]
    assert counts[0] == counts[1]
    assert [(action, key) for action, key, _ in await audited()] == [
        ("university.verify", str(each.id)) for each in others
    ]


async def test_whoever_is_appointed_manages_courses_until_dismissed(
    client: httpx.AsyncClient, town: Town
) -> None:
    admin, user = town.tokens["admin"], town.tokens["user"]
    ids = {"userId": global_id(town.user)}
    appointed = await call(
        client, admin, "appointStaff", "user { name role university { name } }",
        **ids, universityId=global_id(town.theirs),
    )  # fmt: skip
    assert appointed == {
        "user": {"name": "Uma", "role": "STAFF", "university": {"name": "Theirs"}}, "errors": [],
    }  # fmt: skip
    made = await call(client, user, "createCourse", "course { code }", input=new(town.theirs))
    assert made["course"] == {"code": "N"}
    assert await code(client, user, "createCourse", input=new(town.ours)) == "FORBIDDEN"
    dismissed = await call(client, admin, "dismissStaff", "user { role university { id } }", **ids)
    assert dismissed["user"] == {"role": "USER", "university": None}
    said = await code(client, user, "createCourse", input=new(town.theirs, code="M"))
    assert said == "FORBIDDEN"
    again = await call(client, admin, "dismissStaff", "user { id }", **ids)
    assert problems(again) == [("ILLEGAL_STEP", "userId")]
    theirs = str(town.theirs.id)
    records = await audited()
    assert records[0] == (
        "staff.appoint",
        str(town.user.id),
        {"role": ["USER", "STAFF"], "university": [None, theirs]},
    )
    assert records[2] == (
        "staff.dismiss",
        str(town.user.id),
        {"role": ["STAFF", "USER"], "university": [theirs, None]},
    )


async def test_appointments_that_are_refused(client: httpx.AsyncClient, town: Town) -> None:
    gone = identity.user(deleted_at=AT)
    await save(gone)
    before, ours = await everything(), global_id(town.ours)
    for user, university, expected in (
        (f"User_{uuid4()}", ours, ("NOT_FOUND", "userId")),
        (global_id(gone), ours, ("NOT_FOUND", "userId")),
        (global_id(town.admin), ours, ("ILLEGAL_STEP", "userId")),
        ("x", ours, ("INVALID", "userId")),
        (global_id(town.user), f"University_{uuid4()}", ("NOT_FOUND", "universityId")),
        (global_id(town.user), global_id(town.user), ("INVALID", "universityId")),
    ):
        told = await call(
            client, town.tokens["admin"], "appointStaff", "user { id }",
            userId=user, universityId=university,
        )  # fmt: skip
        assert problems(told) == [expected]
    assert await everything() == before
    assert await audited() == []


@pytest.mark.parametrize("caller", ["anonymous", "user", "staff"])
async def test_only_administrators_manage_universities(
    client: httpx.AsyncClient, town: Town, caller: str
) -> None:
    before, token = await everything(), town.tokens[caller]
    ours, hidden, user = global_id(town.ours), global_id(town.hidden), global_id(town.user)
    given = {"name": "N", "country": "France", "countryCode": "FR"}
    expected = "UNAUTHENTICATED" if caller == "anonymous" else "FORBIDDEN"
    calls: Sequence[tuple[str, dict[str, Any]]] = (
        ("createUniversity", {"input": given}),
        ("updateUniversity", {"id": ours, "input": {"name": "x"}}),
        ("verifyUniversity", {"id": hidden}),
        ("verifyUniversities", {"ids": [hidden]}),
        ("unverifyUniversity", {"id": ours}),
        ("appointStaff", {"userId": user, "universityId": ours}),
        ("dismissStaff", {"userId": user}),
    )
    for name, arguments in calls:
        assert await code(client, token, name, **arguments) == expected
    assert await everything() == before
    assert await audited() == []
