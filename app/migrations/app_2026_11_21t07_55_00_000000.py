"""What Piccolo cannot write: indexes over several columns, triggers, append-only tables, the view."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T07:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes, triggers and the payment report"


def _index(schema: str, name: str, definition: str, *, unique: bool = False) -> SqlObject:
    kind = "unique index" if unique else "index"
    return SqlObject(
        f"index {name}", f"create {kind} {name} on {definition}", f"drop index {schema}.{name}"
    )


# Lists are sorted by one column and then by the key, so these indexes end with it.
INDEXES = [
    _index(
        "identity",
        "users_email_key",
        "identity.users (lower(email)) where deleted_at is null",
        unique=True,
    ),
    _index("identity", "users_created_at_idx", "identity.users (created_at, id)"),
    _index("identity", "organizations_name_idx", "identity.organizations (name, id)"),
    _index("catalog", "universities_name_idx", "catalog.universities (name, id)"),
    _index(
        "catalog",
        "universities_verified_name_idx",
        "catalog.universities (name, id) where is_verified",
    ),
    _index(
        "catalog",
        "universities_name_search",
        "catalog.universities using gin (public.search_grams(name))",
    ),
    _index("catalog", "courses_name_idx", "catalog.courses (name, id)"),
    _index("catalog", "courses_university_name_idx", "catalog.courses (university, name, id)"),
    _index(
        "catalog",
        "courses_name_search",
        "catalog.courses using gin (public.search_grams(name))",
    ),
    _index(
        "assessment",
        "questionnaires_status_created_at_idx",
        "assessment.questionnaires (status, created_at, id)",
    ),
    _index(
        "assessment",
        "questions_section_position_idx",
        "assessment.questions (section, position, id)",
    ),
    _index(
        "assessment",
        "visibility_rules_question_priority_idx",
        "assessment.visibility_rules (question, priority, id)",
    ),
    _index(
        "assessment",
        "assessment_sessions_user_status_idx",
        'assessment.assessment_sessions ("user", status)',
    ),
    _index(
        "assessment",
        "assessment_sessions_user_created_at_idx",
        'assessment.assessment_sessions ("user", created_at, id)',
    ),
    _index("assessment", "document_types_name_idx", "assessment.document_types (name, id)"),
    _index(
        "assessment",
        "documents_session_created_at_idx",
        "assessment.documents (session, created_at, id)",
    ),
    _index(
        "assessment",
        "document_type_standards_priority_idx",
        "assessment.document_type_standards (document_type, priority, id)",
    ),
    _index(
        "projects", "projects_owner_created_at_idx", "projects.projects (owner, created_at, id)"
    ),
    _index(
        "projects",
        "messages_project_created_at_idx",
        "projects.messages (project, created_at, id)",
    ),
    _index("payments", "payments_created_at_idx", "payments.payments (created_at, id)"),
    _index("payments", "payments_user_status_idx", 'payments.payments ("user", status)'),
    _index(
        "payments",
        "payments_user_created_at_idx",
        'payments.payments ("user", created_at, id)',
    ),
    _index(
        "payments",
        "payment_transactions_payment_created_at_idx",
        "payments.payment_transactions (payment, created_at, id)",
    ),
    _index("content", "posts_author_created_at_idx", "content.posts (author, created_at, id)"),
    _index(
        "content", "posts_published_created_at_idx", "content.posts (published, created_at, id)"
    ),
    _index(
        "content",
        "posts_published_at_idx",
        "content.posts (published_at, id) where published and deleted_at is null",
    ),
    _index("content", "comments_post_created_at_idx", "content.comments (post, created_at, id)"),
    _index("operations", "audit_logs_created_at_idx", "operations.audit_logs (created_at, id)"),
    _index(
        "operations",
        "audit_logs_resource_idx",
        "operations.audit_logs (resource_type, resource_id)",
    ),
    _index("operations", "events_project_sequence_idx", "operations.events (project, sequence)"),
    _index(
        "operations",
        "events_due_idx",
        "operations.events (next_attempt_at) where delivered_at is null and dead_at is null",
    ),
    _index(
        "operations",
        "events_delivered_at_idx",
        "operations.events (delivered_at) where delivered_at is not null",
    ),
    _index(
        "operations",
        "events_dead_at_idx",
        "operations.events (dead_at) where dead_at is not null",
    ),
]

# A row that is written again as it was keeps its time: seeds and imports may run twice.
TOUCHES = [
    SqlObject(
        f"trigger touch_updated_at on {table}",
        f"create trigger touch_updated_at before update on {table} for each row"
        " when (old.* is distinct from new.*) execute function public.touch_updated_at()",
        f"drop trigger touch_updated_at on {table}",
    )
    for table in (
        "catalog.universities",
        "catalog.courses",
        "identity.organizations",
        "identity.users",
        "identity.user_profiles",
        "identity.devices",
        "identity.sessions",
        "identity.refresh_tokens",
        "identity.magic_links",
        "identity.api_keys",
        "assessment.questionnaires",
        "assessment.sections",
        "assessment.questions",
        "assessment.visibility_rules",
        "assessment.assessment_sessions",
        "assessment.responses",
        "assessment.document_types",
        "assessment.documents",
        "assessment.engineering_standards",
        "assessment.document_type_standards",
        "projects.projects",
        "projects.messages",
        "projects.fragments",
        "payments.payments",
        "content.posts",
        "content.comments",
        "operations.system_configs",
        "operations.events",
        "operations.rate_limits",
    )
]

# questions.questionnaire is that of the section: filled in when left out, held to it by a key.
QUESTIONNAIRE_OF_SECTION = [
    SqlObject(
        "function fill_questionnaire",
        """
create function assessment.fill_questionnaire() returns trigger
language plpgsql
as $$
begin
  new.questionnaire := (select questionnaire from assessment.sections where id = new.section);
  return new;
end
$$
""",
        "drop function assessment.fill_questionnaire()",
    ),
    SqlObject(
        "trigger fill_questionnaire on questions",
        "create trigger fill_questionnaire before insert on assessment.questions for each row"
        " when (new.questionnaire is null) execute function assessment.fill_questionnaire()",
        "drop trigger fill_questionnaire on assessment.questions",
    ),
    SqlObject(
        "unique sections_id_questionnaire_key",
        "alter table assessment.sections"
        " add constraint sections_id_questionnaire_key unique (id, questionnaire)",
        "alter table assessment.sections drop constraint sections_id_questionnaire_key",
    ),
    SqlObject(
        "foreign key questions_section_questionnaire_fkey",
        "alter table assessment.questions"
        " add constraint questions_section_questionnaire_fkey"
        " foreign key (section, questionnaire)"
        " references assessment.sections (id, questionnaire)"
        " on update cascade on delete cascade",
        "alter table assessment.questions drop constraint questions_section_questionnaire_fkey",
    ),
]


def _guard(schema: str, table: str) -> list[SqlObject]:
    """The triggers that ask `guard_<table>()` about every change."""
    function = f"execute function {schema}.guard_{table}()"
    return [
        SqlObject(
            f"trigger guard_rows on {table}",
            f"create trigger guard_rows before update or delete on {schema}.{table}"
            f" for each row {function}",
            f"drop trigger guard_rows on {schema}.{table}",
        ),
        SqlObject(
            f"trigger guard_truncate on {table}",
            f"create trigger guard_truncate before truncate on {schema}.{table}"
            f" for each statement {function}",
            f"drop trigger guard_truncate on {schema}.{table}",
        ),
    ]


# The one change that is let through: the foreign key empties "user" when that user is gone.
AUDIT_LOGS = [
    SqlObject(
        "function guard_audit_logs",
        """
create function operations.guard_audit_logs() returns trigger
language plpgsql
as $$
begin
  if tg_op in ('DELETE', 'TRUNCATE') then
    if current_setting('app.retention', true) = 'on' then
      return old;
    end if;
  elsif new."user" is null
    and to_jsonb(new) - 'user' = to_jsonb(old) - 'user'
    and not exists (select from identity.users where id = old."user")
  then
    return new;
  end if;
  raise exception 'audit_logs is append-only: % is refused', lower(tg_op)
    using errcode = 'insufficient_privilege',
      hint = 'Old rows are deleted by the retention command.';
end
$$
""",
        "drop function operations.guard_audit_logs()",
    ),
    *_guard("operations", "audit_logs"),
]

# A ledger row goes with its payment (the foreign key's cascade comes when the payment is gone).
PAYMENT_TRANSACTIONS = [
    SqlObject(
        "function guard_payment_transactions",
        """
create function payments.guard_payment_transactions() returns trigger
language plpgsql
as $$
begin
  if tg_op <> 'UPDATE' and current_setting('app.retention', true) = 'on' then
    return old;
  end if;
  if tg_op = 'DELETE' then
    if not exists (select from payments.payments where id = old.payment) then
      return old;
    end if;
  end if;
  raise exception 'payment_transactions is append-only: % is refused', lower(tg_op)
    using errcode = 'insufficient_privilege',
      hint = 'To correct a row, write another; old rows are deleted by the retention command.';
end
$$
""",
        "drop function payments.guard_payment_transactions()",
    ),
    *_guard("payments", "payment_transactions"),
]

PAYMENT_REPORTS = SqlObject(
    "view payment_reports",
    """
create view payments.payment_reports as
select
  md5(users.id::text || payments.currency)::uuid as id,
  users.id as "user",
  users.email,
  users.role,
  payments.currency,
  count(*) as total_payments,
  sum(payments.amount) as total_amount,
  round(avg(payments.amount), 2) as average_amount
from payments.payments
join identity.users on users.id = payments."user"
group by users.id, payments.currency
""",
    "drop view payments.payment_reports",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(
        manager,
        *INDEXES,
        *TOUCHES,
        *QUESTIONNAIRE_OF_SECTION,
        *AUDIT_LOGS,
        *PAYMENT_TRANSACTIONS,
        PAYMENT_REPORTS,
    )
    return manager
