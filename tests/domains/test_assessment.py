"""Questionnaires with all that is below them: every field, visibility, statement counts."""

from datetime import UTC, datetime

import httpx

from app.database import SeedbedEngine, count_statements
from app.tables.assessment import QuestionType, VisibilityAction
from seeds import assessment, identity
from seeds.upsert import save
from tests.graphql import ask, global_id, sign_in

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMP = "2026-03-01T12:00:00.000000Z"

WHOLE = """query($id: ID!) { questionnaire(id: $id) {
  __typename id title slug version description status createdAt updatedAt organization { id }
  sections { nodes {
    __typename id title description position questionnaire { id }
    questions { nodes {
      __typename id key text helpText type options validation required position section { id }
      visibilityRules { nodes {
        __typename id action condition priority isActive question { id }
      } }
    } }
  } }
} }"""


async def test_every_field_of_a_questionnaire_and_what_is_below_it(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    questionnaire = assessment.questionnaire(
        title="Q", slug="q", version=3, description="What for.", created_at=AT
    )
    section = assessment.section(
        questionnaire=questionnaire, title="S", description=None, position=0
    )
    question = assessment.question(
        section=section,
        key="team.size",
        text="How many?",
        help_text="Roughly.",
        type=QuestionType.MATRIX,
        options={"rows": ["a", "b"], "columns": [1, 2.5, None]},
        validation={"min": 1, "max": 10, "pattern": "^\\d+$"},
        required=True,
        position=4,
    )
    condition = {"all": [{"question": "x", "is": True}, {"not": {"in": []}}]}
    rule = assessment.visibility_rule(
        question=question,
        action=VisibilityAction.UNREQUIRE,
        condition=condition,
        priority=-2,
        is_active=False,
    )
    await save(questionnaire, section, question, rule)
    rules = [
        {
            "__typename": "VisibilityRule",
            "id": global_id(rule),
            "action": "UNREQUIRE",
            "condition": condition,
            "priority": -2,
            "isActive": False,
            "question": {"id": global_id(question)},
        }
    ]
    questions = [
        {
            "__typename": "Question",
            "id": global_id(question),
            "key": "team.size",
            "text": "How many?",
            "helpText": "Roughly.",
            "type": "MATRIX",
            "options": {"rows": ["a", "b"], "columns": [1, 2.5, None]},
            "validation": {"min": 1, "max": 10, "pattern": "^\\d+$"},
            "required": True,
            "position": 4,
            "section": {"id": global_id(section)},
            "visibilityRules": {"nodes": rules},
        }
    ]
    sections = [
        {
            "__typename": "Section",
            "id": global_id(section),
            "title": "S",
            "description": None,
            "position": 0,
            "questionnaire": {"id": global_id(questionnaire)},
            "questions": {"nodes": questions},
        }
    ]
    assert await ask(client, WHOLE, {"id": global_id(questionnaire)}) == {
        "questionnaire": {
            "__typename": "Questionnaire",
            "id": global_id(questionnaire),
            "title": "Q",
            "slug": "q",
            "version": 3,
            "description": "What for.",
            "status": "PUBLISHED",
            "createdAt": STAMP,
            "updatedAt": STAMP,
            "organization": None,
            "sections": {"nodes": sections},
        }
    }


async def test_lists_below_a_questionnaire_are_in_order(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    questionnaire = assessment.questionnaire()
    sections = [assessment.section(questionnaire=questionnaire, position=n) for n in (2, 0, 1)]
    questions = [assessment.question(section=sections[0], position=n) for n in (1, 0)]
    rules = [
        assessment.visibility_rule(question=questions[0], condition={}, priority=n) for n in (5, -5)
    ]
    await save(questionnaire, *sections, *questions, *rules)
    data = await ask(
        client,
        """{ questionnaires(first: 1) { nodes { sections { nodes { position questions { nodes {
          position visibilityRules { nodes { priority } } } } } } } } }""",
    )
    (node,) = data["questionnaires"]["nodes"]
    none: dict[str, list[None]] = {"nodes": []}
    by_priority = {"nodes": [{"priority": -5}, {"priority": 5}]}
    assert node["sections"]["nodes"] == [
        {"position": 0, "questions": none},
        {"position": 1, "questions": none},
        {
            "position": 2,
            "questions": {
                "nodes": [
                    {"position": 0, "visibilityRules": none},
                    {"position": 1, "visibilityRules": by_priority},
                ]
            },
        },
    ]


async def test_four_levels_are_four_statements_however_many_rows(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    for times in (1, 2):
        for _ in range(2):
            questionnaire = assessment.questionnaire()
            sections = [assessment.section(questionnaire=questionnaire) for _ in range(2)]
            questions = [assessment.question(section=s) for s in sections for _ in range(3)]
            rules = [assessment.visibility_rule(question=q, condition={}) for q in questions]
            await save(questionnaire, *sections, *questions, *rules)
        with count_statements() as statements:
            data = await ask(
                client,
                """{ questionnaires(first: 5) { nodes { title sections(first: 5) { nodes { title
                  questions { nodes { text visibilityRules { nodes { condition } } } }
                } } } } }""",
            )
        nodes = data["questionnaires"]["nodes"]
        assert len(nodes) == 2 * times
        for node in nodes:
            for section in node["sections"]["nodes"]:
                counts = [len(q["visibilityRules"]["nodes"]) for q in section["questions"]["nodes"]]
                assert counts == [1, 1, 1]
        assert statements.count == (1 if mode == "json" else 4), statements.statements


async def test_drafts_and_archived_questionnaires_are_nowhere_but_in_their_organization(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    organization = identity.organization()
    member, stranger = identity.user(organization=organization), identity.user()
    hidden = [
        assessment.questionnaire(organization=organization, title=status, status=status)
        for status in ("ARCHIVED", "DRAFT")
    ]
    sections = [assessment.section(questionnaire=row) for row in hidden]
    questions = [assessment.question(section=row) for row in sections]
    rules = [assessment.visibility_rule(question=row, condition={}) for row in questions]
    below = [*hidden, *sections, *questions, *rules]
    await save(organization, member, stranger, *below)
    document = """query($ids: [ID!]!) {
      questionnaires { totalCount nodes { title } } nodes(ids: $ids) { id }
    }"""
    variables = {"ids": [global_id(row) for row in below]}
    for token in (None, await sign_in(stranger)):
        assert await ask(client, document, variables, token) == {
            "questionnaires": {"totalCount": 0, "nodes": []},
            "nodes": [None] * 8,
        }
    assert await ask(client, document, variables, await sign_in(member)) == {
        "questionnaires": {"totalCount": 2, "nodes": [{"title": "ARCHIVED"}, {"title": "DRAFT"}]},
        "nodes": [{"id": global_id(row)} for row in below],
    }


async def test_an_organizations_own_questionnaires_shown_to_others_hide_whose_they_are(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    organization = identity.organization()
    await save(organization, assessment.questionnaire(organization=organization, title="Q"))
    data = await ask(client, "{ questionnaires { nodes { title organization { id } } } }")
    assert data["questionnaires"]["nodes"] == [{"title": "Q", "organization": None}]


async def test_standards_and_the_kinds_of_document_that_follow_them(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    kind = assessment.document_type(
        name="Plan", slug="plan", category="BUSINESS", description="D", created_at=AT
    )
    standards = [
        assessment.engineering_standard(
            code=code,
            title=f"Title {code}",
            category="TESTING_QA",
            description=None,
            principles=[code, {"n": 1}],
            created_at=AT,
        )
        for code in ("B", "A")
    ]
    links = [
        assessment.document_type_standard(document_type=kind, standard=standard, priority=place)
        for place, standard in enumerate(standards)
    ]
    await save(kind, *standards, *links)
    data = await ask(
        client,
        """{
          documentTypes { nodes {
            __typename id name slug category description createdAt updatedAt
            standards { nodes { __typename id priority documentType { slug } standard { code } } }
          } }
          engineeringStandards { nodes {
            __typename id code title category description principles createdAt updatedAt
          } }
        }""",
    )
    times = {"createdAt": STAMP, "updatedAt": STAMP}
    assert data["documentTypes"]["nodes"] == [
        {
            "__typename": "DocumentType",
            "id": global_id(kind),
            "name": "Plan",
            "slug": "plan",
            "category": "BUSINESS",
            "description": "D",
            **times,
            "standards": {
                "nodes": [
                    {
                        "__typename": "DocumentTypeStandard",
                        "id": global_id(links[place]),
                        "priority": place,
                        "documentType": {"slug": "plan"},
                        "standard": {"code": code},
                    }
                    for place, code in enumerate("BA")
                ]
            },
        }
    ]
    assert data["engineeringStandards"]["nodes"] == [
        {
            "__typename": "EngineeringStandard",
            "id": global_id(standards[place]),
            "code": code,
            "title": f"Title {code}",
            "category": "TESTING_QA",
            "description": None,
            "principles": [code, {"n": 1}],
            **times,
        }
        for place, code in ((1, "A"), (0, "B"))
    ]


async def test_the_template_of_a_kind_of_document_is_for_administrators(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    admin = identity.user(role="ADMIN")
    await save(admin, assessment.document_type(template="# {{ x }}\n"))
    data = await ask(client, "{ documentTypes { nodes { template } } }", token=await sign_in(admin))
    assert data["documentTypes"]["nodes"] == [{"template": "# {{ x }}\n"}]
