"""A small generated data set of the real tables: ties, nulls, and hidden rows at every place."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from piccolo.table import Table

from app.tables import (
    Comment,
    Course,
    Organization,
    Post,
    Question,
    Questionnaire,
    Section,
    University,
    User,
)
from seeds import assessment, catalog, content, identity
from seeds.upsert import save

TABLES: tuple[type[Table], ...] = (
    Organization,
    University,
    User,
    Course,
    Post,
    Comment,
    Questionnaire,
    Section,
    Question,
)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = ("a", "A", "ab", "Zoë", "b%", "b_", 'c"\\', "", "🙂 x")
CREDITS = (None, 3, 6)
TUITIONS = (None, Decimal("0.50"), Decimal("1000.00"))


class Rows(dict[str, list[dict[str, Any]]]):
    """Rows by type; short to print, because Hypothesis prints what a test is given."""

    def __repr__(self) -> str:
        """How many rows."""
        return f"<{sum(map(len, self.values()))} rows>"


def _moment(dice: random.Random) -> datetime:
    """One of few, so that several rows share it."""
    return BEGIN + timedelta(days=dice.randrange(3), microseconds=dice.choice((0, 1)))


def _make() -> tuple[Table, ...]:
    """The rows, always the same but for their ids."""
    dice = random.Random(20260101)  # noqa: S311 - the same numbers every time are what is wanted

    def text() -> str:
        return dice.choice(TEXTS)

    def filled() -> str:
        return text() or "ab"

    organizations = [identity.organization(name=filled()) for _ in range(2)]
    universities = [
        catalog.university(
            name=filled(),
            city=dice.choice((None, "Riga", "Tartu")),
            domains=dice.choice(([], ["ut.ee"], ["ut.ee", "a.example"])),
            settings=dice.choice(({}, {"accent": "#0b5563"})),
            is_verified=place != 2,
            created_at=_moment(dice),
        )
        for place in range(4)
    ]
    people = [
        identity.user(
            name=filled(),
            role=role,
            status=status,
            organization=dice.choice([None, *organizations]),
            university=universities[2] if role == "STAFF" else None,
            deleted_at=BEGIN if deleted else None,
            created_at=_moment(dice),
        )
        for role, status, deleted in (
            ("USER", "ACTIVE", False),
            ("STAFF", "ACTIVE", False),
            ("ADMIN", "ACTIVE", False),
            ("USER", "ACTIVE", False),
            ("USER", "SUSPENDED", False),
            ("USER", "ACTIVE", True),
        )
    ]
    posts = [
        content.post(
            author=dice.choice(people),
            title=filled(),
            content=text(),
            published=(published := dice.random() < 0.7),
            published_at=_moment(dice) if published else None,
            deleted_at=BEGIN if dice.random() < 0.2 else None,
            created_at=_moment(dice),
        )
        for _ in range(14)
    ]
    questionnaires = [
        assessment.questionnaire(
            title=filled(),
            description=dice.choice((None, "a")),
            status=dice.choice(("PUBLISHED", "PUBLISHED", "DRAFT")),
            organization=dice.choice([None, *organizations]),
            created_at=_moment(dice),
        )
        for _ in range(5)
    ]
    sections = [
        assessment.section(questionnaire=questionnaire, title=filled(), position=place)
        for questionnaire in questionnaires
        for place in range(dice.randrange(3))
    ]
    return (
        *organizations,
        *universities,
        *people,
        *posts,
        *questionnaires,
        *sections,
        *(
            catalog.course(
                university=dice.choice(universities),
                name=filled(),
                description=dice.choice((None, text())),
                level=dice.choice(("BACHELOR", "MASTER")),
                credits=dice.choice(CREDITS),
                tuition=dice.choice(TUITIONS),
                language=dice.choice((None, "en")),
                is_active=dice.random() < 0.8,
                created_at=_moment(dice),
            )
            for _ in range(12)
        ),
        *(
            content.comment(
                post=dice.choice(posts),
                author=dice.choice(people),
                body=filled(),
                deleted_at=BEGIN if dice.random() < 0.2 else None,
                created_at=_moment(dice),
            )
            for _ in range(30)
        ),
        *(
            assessment.question(
                section=section,
                text=filled(),
                help_text=dice.choice((None, "b_")),
                required=dice.random() < 0.5,
                options=dice.choice(([], ["x", {"y": None}], {"a": 1.5})),
                position=dice.randrange(2),
            )
            for section in sections
            for _ in range(2)
        ),
    )


ROWS = _make()


async def save_small_world() -> Rows:
    """Save the rows; returns all there are, by type, as plain Piccolo reads them."""
    await save(*ROWS)
    return Rows({table.__name__: await table.select(*table.all_columns()) for table in TABLES})
