"""The list in which reviewers find the documents that wait for them."""

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from app.tables import AssessmentSession
from seeds import assessment
from seeds.ids import moment
from seeds.upsert import save
from tests.assessments import People, make_form, make_people
from tests.graphql import ask

LIST = """query($where: DocumentFilter) {
  documents(where: $where, first: 10) { totalCount nodes { title status } } }"""
WAITING = {"where": {"status": {"eq": "GENERATED"}}}


@pytest.fixture
async def people(database: SeedbedEngine) -> People:
    """Four people, and documents of three of them by the questionnaire of an organisation."""
    assert database
    people = await make_people()
    form = await make_form(people.organization)
    kind = assessment.document_type()
    await save(kind)
    for name, person in (
        ("author", people.author), ("colleague", people.colleague), ("other", people.other)
    ):  # fmt: skip
        session: AssessmentSession = assessment.assessment_session(
            user=person, questionnaire=form.questionnaire, status="COMPLETED",
            completed_at=moment(3),
        )  # fmt: skip
        await save(session)
        for version, status in enumerate(("APPROVED", "GENERATED", "GENERATED", "PENDING"), 1):
            values = {"content": "# A", "generated_at": moment(4)} if status != "PENDING" else {}
            await save(
                assessment.document(
                    session=session,
                    document_type=kind,
                    title=f"{name} {version}",
                    version=version,
                    status=status,
                    created_at=moment(version),
                    **values,
                )
            )
    return people


async def test_reviewers_find_what_waits_for_them_newest_first(
    client: httpx.AsyncClient, people: People
) -> None:
    for reader, names in (
        ("colleague", {"author", "colleague"}),
        ("author", {"author", "colleague"}),
        ("other", {"other"}),
        ("admin", {"author", "colleague", "other"}),
    ):
        with count_statements() as statements:
            found = (await ask(client, LIST, WAITING, people.tokens[reader]))["documents"]
        assert statements.count == 3, reader  # the token, the list and its total
        titles = [node["title"] for node in found["nodes"]]
        assert set(titles) == {f"{name} {version}" for name in names for version in (2, 3)}
        assert [title[-1] for title in titles] == ["3"] * len(names) + ["2"] * len(names)
        assert found["totalCount"] == 2 * len(names)
        everything = (await ask(client, LIST, {}, people.tokens[reader]))["documents"]
        assert everything["totalCount"] == 4 * len(names)


async def test_who_is_not_logged_in_finds_none(client: httpx.AsyncClient, people: People) -> None:
    assert people
    found = (await ask(client, LIST, WAITING))["documents"]
    assert found == {"totalCount": 0, "nodes": []}


async def test_the_list_of_one_status_comes_sorted_from_an_index(database: SeedbedEngine) -> None:
    await database.fetch("set local enable_seqscan = off")
    await database.fetch("set local enable_sort = off")
    plan = await database.fetch(
        "explain select id from assessment.documents where status = 'GENERATED'"
        " order by created_at desc, id desc limit 20"
    )
    assert "documents_status_created_at_idx" in "\n".join(row[0] for row in plan)


async def test_readers_do_not_read_the_runs_of_everybody_else(
    client: httpx.AsyncClient, people: People
) -> None:
    with count_statements() as statements:
        await ask(client, LIST, WAITING, people.tokens["author"])
    read = [text for text in statements.statements if '"documents"' in text]
    assert read
    assert not [text for text in read if "<>" in text]
