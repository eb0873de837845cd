"""Changes of courses: who may make which, what is refused, and what goes on record."""

from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from app.tables import Course
from seeds import catalog
from tests.graphql import ask, code_of, global_id, refuse
from tests.town import Town, audited, call, code, document, everything, make_town, new, problems


@pytest.fixture
async def town(database: SeedbedEngine) -> Town:
    """Universities, courses and people who are logged in."""
    assert database
    return await make_town()


async def test_staff_offer_find_change_and_retire_a_course(
    client: httpx.AsyncClient, town: Town
) -> None:
    staff = town.tokens["staff"]
    values = new(
        town.ours, name="Ancient Botany", description="Ferns,\n\tand moss.",
        tuition="120.50", credits=6, currency="EUR", durationMonths=4, language="Latin",
    )  # fmt: skip
    made = await call(
        client, staff, "createCourse",
        "course { id name code level tuition currency isActive university { name } }",
        input=values,
    )  # fmt: skip
    id_ = made["course"].pop("id")
    assert made == {
        "course": {
            "name": "Ancient Botany", "code": "N", "level": "MASTER", "tuition": "120.50",
            "currency": "EUR", "isActive": True, "university": {"name": "Ours"},
        },
        "errors": [],
    }  # fmt: skip
    search = '{ courses(where: {search: "botan"}) { nodes { id name } } }'
    (found,) = (await ask(client, search))["courses"]["nodes"]
    assert found == {"id": id_, "name": "Ancient Botany"}
    changed = await call(
        client, staff, "updateCourse", "course { name tuition description }",
        id=found["id"], input={"name": "Modern Botany", "tuition": None},
    )  # fmt: skip
    assert changed["course"] == {
        "name": "Modern Botany", "tuition": None, "description": "Ferns,\n\tand moss."
    }  # fmt: skip
    retired = await call(
        client, staff, "updateCourse", "course { isActive }", id=id_, input={"isActive": False}
    )
    assert retired == {"course": {"isActive": False}, "errors": []}
    assert (await ask(client, search))["courses"]["nodes"] == []
    assert (await ask(client, search, None, staff))["courses"]["nodes"] == [
        {"id": id_, "name": "Modern Botany"}
    ]
    (_, key, first), *rest = await audited()
    assert first["name"] == [None, "Ancient Botany"]
    assert rest == [
        (
            "course.update",
            key,
            {"name": ["Ancient Botany", "Modern Botany"], "tuition": ["120.50", None]},
        ),
        ("course.update", key, {"is_active": [True, False]}),
    ]


@pytest.mark.parametrize("caller", ["anonymous", "user", "idle", "staff"])
async def test_nobody_changes_the_courses_of_other_universities(
    client: httpx.AsyncClient, town: Town, caller: str
) -> None:
    token = town.tokens[caller]
    before = await everything()
    expected = "UNAUTHENTICATED" if caller == "anonymous" else "FORBIDDEN"
    theirs, rename = global_id(town.courses["theirs"]), {"name": "x"}
    for name, arguments in (
        ("createCourse", {"input": new(town.theirs)}),
        ("createCourses", {"input": [new(town.theirs)]}),
        ("updateCourse", {"id": theirs, "input": rename}),
        ("updateCourses", {"input": [{"id": theirs, **rename}]}),
        ("upsertCourse", {"input": new(town.theirs, code="A")}),
        ("upsertCourses", {"input": [new(town.theirs, code=each) for each in ("A", "Z")]}),
        ("deleteCourses", {"ids": [theirs]}),
    ):
        assert await code(client, token, name, **arguments) == expected
    assert await everything() == before
    assert await audited() == []


async def test_hidden_courses_and_universities_are_as_missing_ones_to_staff(
    client: httpx.AsyncClient, town: Town
) -> None:
    staff, before = town.tokens["staff"], await everything()
    missing = catalog.course(university=town.ours)
    for name in ("theirs_retired", "hidden"):
        hidden = town.courses[name]
        answers = [
            await call(
                client, staff, "updateCourse", "course { id }",
                id=global_id(course), input={"name": "x"},
            )
            for course in (hidden, missing)
        ]  # fmt: skip
        assert answers[0] == answers[1]
        assert problems(answers[0]) == [("NOT_FOUND", "id")]
        many = await call(
            client, staff, "updateCourses", "courses { id }",
            input=[{"id": global_id(town.courses["ours"]), "name": "x"},
                   {"id": global_id(hidden), "name": "x"}],
        )  # fmt: skip
        assert problems(many) == [("NOT_FOUND", "input.1.id")]
        ids = [global_id(town.courses["ours"]), global_id(hidden)]
        gone = await call(client, staff, "deleteCourses", "deletedIds", ids=ids)
        assert problems(gone) == [("NOT_FOUND", "ids.1")]
    for name in ("createCourse", "upsertCourse"):
        # A code that is there, one that is not, and a university that is not.
        answers = [
            await call(client, staff, name, "course { id }", input=new(university, code=code_))
            for university, code_ in (
                (town.hidden, "A"), (town.hidden, "Z"), (catalog.university(), "A")
            )
        ]  # fmt: skip
        assert answers[0] == answers[1] == answers[2]
        assert problems(answers[0]) == [("NOT_FOUND", "input.universityId")]
    assert await everything() == before
    assert await audited() == []


@pytest.mark.parametrize("name", ["createCourse", "createCourses", "upsertCourse", "upsertCourses"])
async def test_the_codes_of_courses_that_are_hidden_are_not_told(
    client: httpx.AsyncClient, town: Town, name: str
) -> None:
    answers = []
    # One that is offered, a retired one, and none.
    for code_ in ("A", "R", "Z"):
        given: Any = new(town.theirs, code=code_)
        given = [given, new(town.theirs, code="Y")] if name.endswith("s") else given
        made = document(name, "__typename", ["input"])
        answers.append(await refuse(client, made, {"input": given}, town.tokens["staff"]))
    assert answers[0] == answers[1] == answers[2]
    assert code_of(answers[0]) == "FORBIDDEN"


async def test_a_code_is_taken_by_a_retired_course_of_ones_own_too(
    client: httpx.AsyncClient, town: Town
) -> None:
    staff, before = town.tokens["staff"], await everything()
    for code_ in ("A", "R"):
        made = await call(
            client, staff, "createCourse", "course { id }", input=new(town.ours, code=code_)
        )
        assert problems(made) == [("TAKEN", "input")]
    changed = await call(
        client, staff, "updateCourse", "course { id }",
        id=global_id(town.courses["ours"]), input={"code": "R"},
    )  # fmt: skip
    assert problems(changed) == [("TAKEN", "input")]
    given = [new(town.ours), new(town.ours, code="R"), new(town.ours)]
    many = await call(client, staff, "createCourses", "courses { id }", input=given)
    assert problems(many) == [("TAKEN", "input.1"), ("TAKEN", "input.2")]
    assert await everything() == before
    # Codes are of each university alone: an administrator may use one again.
    used = await call(
        client, town.tokens["admin"], "createCourse", "course { code }",
        input=new(town.theirs, code="N"),
    )  # fmt: skip
    assert used == {"course": {"code": "N"}, "errors": []}


async def test_a_course_stays_with_its_university(client: httpx.AsyncClient, town: Town) -> None:
    before = await everything()
    move = {"universityId": global_id(town.theirs)}
    id_ = global_id(town.courses["ours"])
    for caller in ("staff", "admin"):
        for name, arguments in (
            ("updateCourse", {"id": id_, "input": move}),
            ("updateCourses", {"input": [{"id": id_, **move}]}),
        ):
            said = await code(client, town.tokens[caller], name, **arguments)
            assert said == "BAD_USER_INPUT"
    assert await everything() == before


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"name": " "}, ("REQUIRED", "name")),
        ({"name": "n" * 201}, ("TOO_LONG", "name")),
        ({"code": "c" * 51}, ("TOO_LONG", "code")),
        ({"code": ""}, ("REQUIRED", "code")),
        ({"code": "XX\n"}, ("INVALID", "code")),
        ({"language": "\t"}, ("INVALID", "language")),
        ({"level": None}, ("REQUIRED", "level")),
        ({"isActive": None}, ("REQUIRED", "isActive")),
        ({"credits": -1}, ("INVALID", "credits")),
        ({"durationMonths": 0}, ("INVALID", "durationMonths")),
        ({"tuition": "-0.01"}, ("INVALID", "tuition")),
        ({"tuition": "1.001"}, ("INVALID", "tuition")),
        ({"tuition": "100000000"}, ("INVALID", "tuition")),
        ({"currency": "euro"}, ("TOO_LONG", "currency")),
        ({"currency": "eu"}, ("INVALID", "currency")),
        ({"description": "d" * 10_001}, ("INVALID", "description")),
        ({"description": "a\x00"}, ("INVALID", "description")),
    ],
)
async def test_values_that_do_not_fit_a_course(
    client: httpx.AsyncClient, town: Town, values: dict[str, Any], problem: tuple[str, str]
) -> None:
    before = await everything()
    told = await call(
        client, town.tokens["staff"], "updateCourse", "course { id }",
        id=global_id(town.courses["ours"]), input=values,
    )  # fmt: skip
    assert problems(told) == [(problem[0], f"input.{problem[1]}")]
    assert await everything() == before
    assert await audited() == []


async def test_many_courses_are_offered_and_changed_in_as_many_statements_as_two(
    client: httpx.AsyncClient, town: Town
) -> None:
    staff, counts = town.tokens["staff"], []
    for size in (2, 20):
        given = [new(town.ours, code=f"{size}-{n}") for n in range(size)]
        with count_statements() as counted:
            made = await call(client, staff, "createCourses", "courses { id code }", input=given)
            changes = [
                {"id": each["id"], **({"isActive": False} if n % 2 else {"name": f"c{n}"})}
                for n, each in enumerate(made["courses"])
            ]
            changed = await call(
                client, staff, "updateCourses", "courses { code name isActive }", input=changes
            )
        counts.append(counted.count)
        assert [each["code"] for each in made["courses"]] == [each["code"] for each in given]
        assert changed["courses"] == [
            {"code": f"{size}-{n}", "name": "New" if n % 2 else f"c{n}", "isActive": not n % 2}
            for n in range(size)
        ]
    assert counts[0] == counts[1]
    actions = [action for action, _, _ in await audited()]
    assert actions == [
        action for size in (2, 20) for action in ["course.create"] * size + ["course.update"] * size
    ]


async def test_an_upsert_offers_a_course_and_then_changes_it(
    client: httpx.AsyncClient, town: Town
) -> None:
    staff = town.tokens["staff"]
    shown = "course { id name credits }"
    first = await call(client, staff, "upsertCourse", shown, input=new(town.ours, credits=5))
    second = await call(client, staff, "upsertCourse", shown, input=new(town.ours, name="Newer"))
    assert second["course"] == {**first["course"], "name": "Newer"}
    assert first["course"]["credits"] == 5
    retired = await call(
        client, staff, "upsertCourse", "course { id isActive }",
        input=new(town.ours, code="R", isActive=True),
    )  # fmt: skip
    assert retired["course"] == {"id": global_id(town.courses["retired"]), "isActive": True}
    assert [(action, changes.get("name")) for action, _, changes in await audited()] == [
        ("course.upsert", [None, "New"]),
        ("course.upsert", ["New", "Newer"]),
        ("course.upsert", [town.courses["retired"].name, "New"]),
    ]


async def test_a_list_of_courses_is_put_in_place_and_taken_away(
    client: httpx.AsyncClient, town: Town
) -> None:
    staff, kept = town.tokens["staff"], town.courses["retired"]
    given = [new(town.ours, code=code_, name=f"Course {code_}") for code_ in ("N", "A", "M")]
    shown = "courses { id code name isActive }"
    put = (await call(client, staff, "upsertCourses", shown, input=given))["courses"]
    assert [(each["code"], each["name"]) for each in put] == [
        (each["code"], each["name"]) for each in given
    ]
    assert put[1]["id"] == global_id(town.courses["ours"])
    again = await call(client, staff, "upsertCourses", shown, input=given)
    assert again == {"courses": put, "errors": []}
    ids = [each["id"] for each in put]
    gone = await call(client, staff, "deleteCourses", "deletedIds", ids=ids)
    assert gone == {"deletedIds": ids, "errors": []}
    left = await Course.select(Course.id).where(Course.university == town.ours.id)
    assert left == [{"id": kept.id}]
    names = [(action, changes["name"]) for action, _, changes in await audited()]
    assert sorted(names[:3], key=str) == sorted(
        [
            ("course.upsert", [None, "Course N"]),
            ("course.upsert", ["Algebra", "Course A"]),
            ("course.upsert", [None, "Course M"]),
        ],
        key=str,
    )
    assert names[3:] == [("course.delete", [each["name"], None]) for each in put]


async def test_every_text_of_a_list_that_is_no_id_is_told(
    client: httpx.AsyncClient, town: Town
) -> None:
    course, university = global_id(town.courses["ours"]), global_id(town.ours)
    said = "ids[%s] is not the id of a %s; pass one as the API returned it"
    for name, token, kind, good, bad in (
        ("deleteCourses", "staff", "Course", course, university),
        ("verifyUniversities", "admin", "University", university, course),
    ):
        mutation = f"mutation($ids: [ID!]!) {{ {name}(ids: $ids) {{ errors {{ message path }} }} }}"
        told = await ask(client, mutation, {"ids": [bad, good, "x"]}, town.tokens[token])
        assert told[name]["errors"] == [
            {"message": said % (place, kind), "path": ["ids", place]} for place in ("0", "2")
        ]
