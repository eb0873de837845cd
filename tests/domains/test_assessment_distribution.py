"""How answers are distributed: only what counts, only of completed runs, only for authors."""

from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from seeds import assessment, identity
from seeds.ids import moment
from seeds.upsert import save
from tests.assessments import Form, People, make_form, make_people
from tests.graphql import ask, code_of, global_id, refuse

READ = """query($id: ID!) { answerDistribution(questionnaireId: $id) { completedSessions questions {
  key answers minimum average maximum options { row value label answers } } } }"""
NUMBERS = {"minimum": None, "average": None, "maximum": None}


@pytest.fixture
async def people(database: SeedbedEngine) -> People:
    """Four people who are logged in."""
    assert database
    return await make_people()


async def _answered(form: Form, answers: dict[Any, Any], status: str = "COMPLETED") -> None:
    """A run of somebody's; an answer is a value, or with it whether it counts."""
    user = identity.user()
    session = assessment.assessment_session(
        user=user, questionnaire=form.questionnaire, status=status, completed_at=moment(3)
    )
    await save(user, session)
    for question, answer in answers.items():
        value, counts = answer if isinstance(answer, tuple) else (answer, True)
        await save(
            assessment.response(session=session, question=question, value=value, counts=counts)
        )


async def test_every_kind_of_question(client: httpx.AsyncClient, people: People) -> None:
    form = await make_form(people.organization)
    choices = [{"value": value, "label": value.upper()} for value in "ab"]
    several = assessment.question(
        section=form.section, key="several", type="MULTIPLE_CHOICE", options=choices
    )
    scale = assessment.question(
        section=form.section, key="scale", type="SCALE", options={"min": 1, "max": 3}
    )
    matrix = assessment.question(
        section=form.section, key="matrix", type="MATRIX",
        options={"rows": choices[:1], "columns": choices},
    )  # fmt: skip
    await save(several, scale, matrix)
    ids = [one.id for one in (form.team, form.size, form.tools, several, scale, matrix)]
    for values in (
        ["yes", 1, "saw", ["a"], 1, {"a": "a"}],
        ["yes", 4, "axe", ["a", "b"], 3, {"a": "b"}],
        ["no", 2.5, ("hidden", False), ["b"], 3, {"a": "b"}],
    ):
        await _answered(form, dict(zip(ids, values, strict=True)))
    await _answered(form, {form.team.id: "no", form.size.id: 900}, status="IN_PROGRESS")
    await _answered(form, {form.team.id: "no", form.size.id: 900}, status="ABANDONED")
    data = await ask(client, READ, {"id": global_id(form.questionnaire)}, people.tokens["author"])
    found = data["answerDistribution"]
    assert found["completedSessions"] == 3

    def option(value: str, label: str, answers: int, row: str | None = None) -> dict[str, Any]:
        return {"row": row, "value": value, "label": label, "answers": answers}

    by_key = {one.pop("key"): one for one in found["questions"]}
    assert by_key == {
        "team": {
            "answers": 3, **NUMBERS, "options": [option("yes", "Yes", 2), option("no", "No", 1)],
        },
        "size": {"answers": 3, "minimum": 1, "average": 2.5, "maximum": 4, "options": []},
        "tools": {"answers": 2, **NUMBERS, "options": []},
        "several": {
            "answers": 3, **NUMBERS, "options": [option("a", "A", 2), option("b", "B", 2)],
        },
        "scale": {
            "answers": 3, "minimum": 1, "average": pytest.approx(7 / 3), "maximum": 3,
            "options": [option("1", "1", 1), option("2", "2", 0), option("3", "3", 2)],
        },
        "matrix": {
            "answers": 3, **NUMBERS,
            "options": [option("a", "A", 1, "a"), option("b", "B", 2, "a")],
        },
    }  # fmt: skip


async def test_only_authors_read_it(client: httpx.AsyncClient, people: People) -> None:
    form = await make_form(people.organization)
    await _answered(form, {form.team.id: "yes"})
    variables = {"id": global_id(form.questionnaire)}
    for name in ("author", "colleague", "admin"):
        data = await ask(client, READ, variables, people.tokens[name])
        assert data["answerDistribution"]["completedSessions"] == 1
    missing = {"id": global_id(assessment.questionnaire())}
    for token in (None, people.tokens["other"]):
        for id_ in (variables, missing):
            assert await ask(client, READ, id_, token) == {"answerDistribution": None}
    assert code_of(await refuse(client, READ, {"id": "x"})) == "BAD_USER_INPUT"


async def test_a_draft_has_no_answers(client: httpx.AsyncClient, people: People) -> None:
    form = await make_form(people.organization, status="DRAFT")
    data = await ask(client, READ, {"id": global_id(form.questionnaire)}, people.tokens["author"])
    questions = data["answerDistribution"]["questions"]
    assert [(one["key"], one["answers"]) for one in questions] == [
        ("team", 0), ("size", 0), ("tools", 0),
    ]  # fmt: skip


async def test_the_statements_do_not_grow(client: httpx.AsyncClient, people: People) -> None:
    counts = []
    for times in (1, 2):
        form = await make_form(people.organization)
        await save(*(assessment.question(section=form.section) for _ in range(10 * times)))
        for _ in range(2 * times):
            await _answered(form, {form.team.id: "yes", form.size.id: 3})
        with count_statements() as counted:
            await ask(client, READ, {"id": global_id(form.questionnaire)}, people.tokens["author"])
        counts.append(counted.count)
    # The caller, the questionnaire, its questions and rules, runs, figures, options.
    assert counts == [7, 7]
