"""Examples of the mutations about questionnaires: writing them and answering them."""

from typing import Any

from app.tables import AssessmentSession, Question, Section
from seeds import assessment
from seeds.upsert import save
from tests.graphql import global_id
from tests.policy.examples.register import Variables, example
from tests.policy.world import World

QUESTION: dict[str, Any] = {
    "key": "a_key",
    "text": "Which?",
    "helpText": "One of them.",
    "type": "TEXT",
    "options": [],
    "validation": {},
    "required": False,
}
ABOUT = {"title": "A title", "description": "A text"}


def the(world: World, name: str) -> str:
    """The id of a row of the world."""
    return global_id(world.rows[name])


def rule(world: World) -> Variables:
    """What is written in a rule: a condition about another question of the draft."""
    key = world.rows["earlier"]["key"]
    about: dict[str, Any] = {"action": "SHOW", "priority": 1, "isActive": True}
    return {**about, "condition": {"question": key, "operator": "equals", "value": "yes"}}


async def earlier_question(world: World) -> Question:
    """A question of the draft before the one that is there."""
    section = world.rows["draft_section"]
    assert isinstance(section, Section)
    question = assessment.question(section=section, position=0)
    await save(question)
    world.rows["earlier"] = question
    return question


async def run_of_owner(world: World, **values: Any) -> AssessmentSession:
    """A run of the owner's through the published questionnaire, begun or as `values` say."""
    run = assessment.assessment_session(
        user=world.rows["owner"]["id"],
        questionnaire=world.rows["published_questionnaire"]["id"],
        **values,
    )
    await save(run)
    return run


@example("owner", stranger="user")
async def create_questionnaire(world: World) -> Variables:
    return {"input": {"organizationId": the(world, "ours"), **ABOUT}}


@example("owner", stranger="user")
async def update_questionnaire(world: World) -> Variables:
    return {"id": the(world, "draft_questionnaire"), "input": ABOUT}


@example("owner", stranger="user")
async def delete_questionnaire(world: World) -> Variables:
    return {"id": the(world, "draft_questionnaire")}


@example("owner", stranger="user")
async def publish_questionnaire(world: World) -> Variables:
    draft = assessment.questionnaire(organization=world.rows["ours"], status="DRAFT")
    section = assessment.section(questionnaire=draft)
    await save(draft, section, assessment.question(section=section))
    return {"id": global_id(draft)}


@example("owner", stranger="user")
async def archive_questionnaire(world: World) -> Variables:
    return {"id": the(world, "published_questionnaire")}


@example("owner", stranger="user")
async def new_questionnaire_version(world: World) -> Variables:
    published = assessment.questionnaire(organization=world.rows["ours"])
    section = assessment.section(questionnaire=published)
    await save(published, section, assessment.question(section=section))
    return {"id": global_id(published)}


@example("owner", stranger="user")
async def create_section(world: World) -> Variables:
    return {"input": {"questionnaireId": the(world, "draft_questionnaire"), **ABOUT}}


@example("owner", stranger="user")
async def update_section(world: World) -> Variables:
    return {"id": the(world, "draft_section"), "input": ABOUT}


@example("owner", stranger="user")
async def delete_section(world: World) -> Variables:
    return {"id": the(world, "draft_section")}


@example("owner", stranger="user")
async def reorder_sections(world: World) -> Variables:
    other = assessment.section(questionnaire=world.rows["draft_questionnaire"]["id"], position=0)
    await save(other)
    sections = [the(world, "draft_section"), global_id(other)]
    return {"questionnaireId": the(world, "draft_questionnaire"), "sectionIds": sections}


@example("owner", stranger="user")
async def create_question(world: World) -> Variables:
    return {"input": {"sectionId": the(world, "draft_section"), **QUESTION}}


@example("owner", stranger="user")
async def update_question(world: World) -> Variables:
    return {"id": the(world, "draft_question"), "input": QUESTION}


@example("owner", stranger="user")
async def delete_question(world: World) -> Variables:
    return {"id": the(world, "draft_question")}


@example("owner", stranger="user")
async def reorder_questions(world: World) -> Variables:
    other = await earlier_question(world)
    questions = [the(world, "draft_question"), global_id(other)]
    return {"sectionId": the(world, "draft_section"), "questionIds": questions}


@example("owner", stranger="user")
async def create_visibility_rule(world: World) -> Variables:
    await earlier_question(world)
    return {"input": {"questionId": the(world, "draft_question"), **rule(world)}}


@example("owner", stranger="user")
async def update_visibility_rule(world: World) -> Variables:
    await earlier_question(world)
    return {"id": the(world, "draft_rule"), "input": rule(world)}


@example("owner", stranger="user")
async def delete_visibility_rule(world: World) -> Variables:
    return {"id": the(world, "draft_rule")}


@example("owner")
async def start_session(world: World) -> Variables:
    return {"questionnaireId": the(world, "published_questionnaire")}


def answer(world: World) -> Variables:
    """A question of the run, by its id, and an answer to it."""
    return {"questionId": the(world, "published_question"), "value": "An answer"}


@example("owner", stranger="user")
async def answer_question(world: World) -> Variables:
    return {"sessionId": global_id(await run_of_owner(world)), **answer(world)}


@example("owner", stranger="user")
async def answer_questions(world: World) -> Variables:
    return {"sessionId": global_id(await run_of_owner(world)), "answers": [answer(world)]}


@example("owner", stranger="user")
async def clear_answer(world: World) -> Variables:
    session = await run_of_owner(world)
    question = world.rows["published_question"]["id"]
    await save(assessment.response(session=session, question=question))
    return {"sessionId": global_id(session), "questionId": the(world, "published_question")}


@example("owner", stranger="user")
async def skip_question(world: World) -> Variables:
    section = world.rows["published_section"]
    assert isinstance(section, Section)
    await save(assessment.question(section=section))
    session = await run_of_owner(world)
    return {"sessionId": global_id(session), "questionId": the(world, "published_question")}


@example("owner", stranger="user")
async def complete_session(world: World) -> Variables:
    return {"sessionId": global_id(await run_of_owner(world))}


@example("owner", stranger="user")
async def abandon_session(world: World) -> Variables:
    return {"sessionId": global_id(await run_of_owner(world))}
