"""The next version of a questionnaire is a copy whose rows point at each other."""

from uuid import UUID

import pytest

from app.actions.assessment.versions import next_version
from app.tables.identifiers import new_id

A, B, C, D = (UUID(int=n) for n in range(1, 5))
QUESTIONNAIRE = {"id": A, "slug": "s", "version": 1, "status": "PUBLISHED", "created_at": "then"}
SECTION = {"id": B, "questionnaire": A, "position": 0}
QUESTION = {"id": C, "section": B, "questionnaire": A, "key": "k"}
RULE = {"id": D, "question": C, "condition": {"question": "k"}}


def test_every_row_has_a_new_id_and_points_at_new_rows() -> None:
    made = next_version(QUESTIONNAIRE, [SECTION], [QUESTION], [RULE], version=2, new_id=new_id)
    a, b, c = made.ids[A], made.ids[B], made.ids[C]
    assert len({a, b, c, A, B, C}) == 6
    assert made.questionnaire == {"id": a, "slug": "s", "version": 2, "status": "DRAFT"}
    assert made.sections == [{"id": b, "questionnaire": a, "position": 0}]
    assert made.questions == [{"id": c, "section": b, "questionnaire": a, "key": "k"}]
    [rule] = made.rules
    assert rule == {**RULE, "id": rule["id"], "question": c}
    assert rule["id"] not in made.ids


def test_a_row_of_another_questionnaire_is_a_fault() -> None:
    with pytest.raises(KeyError):
        next_version(QUESTIONNAIRE, [], [QUESTION], [], version=2, new_id=new_id)
