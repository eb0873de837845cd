"""Answers on their way from a questionnaire of the demo data to a document that is downloaded."""

import json

from app.database import SeedbedEngine
from tests.journeys.visitors import JOURNEYS, Town
from tests.worker.toys import until_queue_is

ASSESSMENT = JOURNEYS["assessment"]


async def test_a_questionnaire_is_answered_and_becomes_a_document_that_is_downloaded(
    town: Town, committed: SeedbedEngine
) -> None:
    ready = json.loads(ASSESSMENT.variables)
    ann = await town.newcomer("Ann")
    (offered,) = (await ann.does(ASSESSMENT, "Questionnaires"))["nodes"]
    assert offered["title"] == "Engineering readiness"
    assert offered["id"] == ready["questionnaireId"]
    begun = await ann.does(ASSESSMENT, "Start", questionnaireId=offered["id"])
    assert begun["state"]["nextQuestion"] == "product_name"
    known = {"sessionId": begun["session"]["id"]}

    told = await ann.does(ASSESSMENT, "Answer", **known, key="stage", value="idea")
    asked = {question["key"] for question in told["state"]["visibleQuestions"]}
    assert "launch_date" not in asked
    told = await ann.does(ASSESSMENT, "AnswerTheRest", **known, answers=ready["answers"])
    assert (told["state"]["missing"], told["state"]["complete"]) == ([], True)
    completed = await ann.does(ASSESSMENT, "Complete", **known)
    assert completed["session"]["status"] == "COMPLETED"

    kinds = (await ann.does(ASSESSMENT, "DocumentTypes"))["nodes"]
    (wanted,) = (kind["id"] for kind in kinds if kind["name"] == "Architecture overview")
    assert [wanted] == ready["documentTypeIds"]
    waiting = await ann.does(ASSESSMENT, "AskForDocument", **known, documentTypeIds=[wanted])
    await until_queue_is(committed, {})
    known = {"documentId": waiting["documents"][0]["id"]}
    document = await ann.does(ASSESSMENT, "GetDocument", **known)
    assert (document["status"], document["error"]) == ("GENERATED", None)
    assert document["content"].startswith("# ")
    assert "Tide Table" in document["content"]

    file = await ann.downloads(document["downloadPath"])
    assert file.headers["content-disposition"].startswith("attachment; filename=")
    assert file.text == document["content"]

    bob = await town.newcomer("Bob")
    assert await bob.does(ASSESSMENT, "GetDocument", **known) is None
    assert (await bob.downloads(document["downloadPath"])).status_code == 404
