"""A questionnaire's next version: copies of its sections, questions and rules with new ids."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

__all__ = ["NextVersion", "next_version"]

Row = Mapping[str, object]
"""The values of a row by column name; foreign keys are ids, as `select()` gives them."""

_KEPT_BY_DATABASE = frozenset({"created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class NextVersion:
    """Rows to insert, in the order in which they are given here; `ids` leads from old to new."""

    questionnaire: dict[str, object]
    sections: list[dict[str, object]]
    questions: list[dict[str, object]]
    rules: list[dict[str, object]]
    ids: Mapping[UUID, UUID]


def next_version(
    questionnaire: Row,
    sections: Sequence[Row],
    questions: Sequence[Row],
    rules: Sequence[Row],
    *,
    version: int,
    new_id: Callable[[], UUID],
) -> NextVersion:
    """The rows of a DRAFT that begins as a copy.

    `questions` belong to `sections`, and `rules` to `questions`; a row that belongs to none of them
    raises KeyError: the caller read too few. Conditions name questions by key, so they stay as they
    are. Moments of creation and change are left to the database.
    """
    ids = {
        _id(row["id"]): new_id() for rows in ([questionnaire], sections, questions) for row in rows
    }

    def copied(rows: Sequence[Row], *links: str) -> list[dict[str, object]]:
        return [
            {
                name: ids[_id(value)] if name in links else value
                for name, value in row.items()
                if name not in _KEPT_BY_DATABASE
            }
            for row in rows
        ]

    return NextVersion(
        questionnaire={
            **copied([questionnaire], "id")[0],
            "version": version,
            "status": "DRAFT",
        },
        sections=copied(sections, "id", "questionnaire"),
        questions=copied(questions, "id", "section", "questionnaire"),
        rules=[{**row, "id": new_id()} for row in copied(rules, "question")],
        ids=ids,
    )


def _id(value: object) -> UUID:
    if not isinstance(value, UUID):
        raise TypeError(f"not an id: {value!r}")
    return value
