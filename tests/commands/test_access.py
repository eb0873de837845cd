"""`make access` writes who may do what, in words."""

from pathlib import Path

import pytest

from app.bridge import Having, Through
from app.commands import access
from app.policy import ADMINS, AGENTS, ANYONE, ME, STAFF, USERS, Caller
from app.tables import AssessmentSession, Comment, Post, Questionnaire


def test_it_writes_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(access, "PROJECT", tmp_path)
    monkeypatch.setattr(access, "FILE", tmp_path / "access.md")
    assert access.main() == 0
    assert capsys.readouterr().out == "access.md is written.\n"
    page = (tmp_path / "access.md").read_text("utf-8")
    assert page == access.text()
    assert "\n| users | change | author is me and deletedAt is empty | title, content |\n" in page
    assert "\n| administrators | delete for good | all |  |\n" in page
    assert "\n| `createPost` | users | write |\n" in page
    assert "\n| `createApiKey` | users | - |\n" in page


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (ANYONE, "everybody"),
        (USERS, "users"),
        (USERS | AGENTS, "users and the agent"),
        (STAFF | ADMINS, "administrators and staff"),
        (frozenset({Caller.VENDOR}), "vendor"),
    ],
)
def test_callers_in_words(who: frozenset[str], words: str) -> None:
    assert access.people(who) == words


def test_rows_in_words() -> None:
    for rows, words in (
        (True, "all"),
        (False, "none"),
        (Comment.post.author == ME, "post.author is me"),
        (Post.published.eq(True), "published is true"),
        (Post.deleted_at.is_not_null(), "deletedAt is set"),
        (Through(Comment.post) & (Comment.author == ME), "its post may be read and author is me"),
        ((Post.author == ME) | Post.published.eq(True), "(author is me or published is true)"),
        (
            Having(AssessmentSession.questionnaire, AssessmentSession.user == ME)
            & (Questionnaire.status == "DRAFT"),
            "there is a AssessmentSession of it whose user is me and status is DRAFT",
        ),
    ):
        assert access.rows_of(rows) == words
