"""Indexes for the lists of the API as they are sorted, and without those that these replace."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T09:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes for the lists of the API as they are sorted"


def _index(schema: str, name: str, definition: str) -> SqlObject:
    return SqlObject(
        f"index {name}", f"create index {name} on {definition}", f"drop index {schema}.{name}"
    )


def _without(index: SqlObject) -> SqlObject:
    """The opposite: forwards it goes, backwards it comes back."""
    return SqlObject(f"no {index.name}", create=index.drop, drop=index.create)


# Administrators list all rows; the others, those that their policy leaves.
INDEXES = [
    _index("assessment", "questionnaires_title_idx", "assessment.questionnaires (title, id)"),
    _index(
        "assessment",
        "questionnaires_status_title_idx",
        "assessment.questionnaires (status, title, id)",
    ),
    _index(
        "assessment",
        "sections_questionnaire_position_idx",
        "assessment.sections (questionnaire, position, id)",
    ),
    _index(
        "assessment",
        "assessment_sessions_started_at_idx",
        "assessment.assessment_sessions (started_at, id)",
    ),
    _index(
        "assessment",
        "assessment_sessions_user_started_at_idx",
        'assessment.assessment_sessions ("user", started_at, id)',
    ),
    _index(
        "assessment",
        "responses_session_answered_at_idx",
        "assessment.responses (session, answered_at, id)",
    ),
    _index(
        "assessment",
        "engineering_standards_code_idx",
        "assessment.engineering_standards (code, id)",
    ),
    _index("projects", "projects_created_at_idx", "projects.projects (created_at, id)"),
    _index(
        "content", "posts_created_at_idx", "content.posts (created_at, id) where deleted_at is null"
    ),
]

# Nothing is sorted so any more; what they find by their first column, others find as well.
REPLACED = [
    _index(
        "assessment",
        "questionnaires_status_created_at_idx",
        "assessment.questionnaires (status, created_at, id)",
    ),
    _index(
        "assessment",
        "assessment_sessions_user_created_at_idx",
        'assessment.assessment_sessions ("user", created_at, id)',
    ),
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(manager, *INDEXES, *map(_without, REPLACED))
    return manager
