"""A small world of rows and callers: of everything, something shown and something hidden.

Each row has a name, and beside it stands who may see it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from piccolo.table import Table

from app.tables import Organization, University, User
from app.tables.identifiers import ACCESS_TOKEN, API_KEY, hash_token, new_token
from seeds import assessment, catalog, content, identity, operations, payments, projects
from seeds.upsert import save

GONE = datetime(2026, 3, 1, tzinfo=UTC)

# The callers. `owner` is a plain user in an organisation, whose things the rows are; `staff` works
# for a university that is not verified, `other_staff` for one that is.
ROLES = {
    "owner": "USER",
    "user": "USER",
    "customer": "CUSTOMER",
    "vendor": "VENDOR",
    "staff": "STAFF",
    "other_staff": "STAFF",
    "admin": "ADMIN",
}
CALLERS = ("anonymous", "agent", *ROLES)

ALL = frozenset(CALLERS)
NONE: frozenset[str] = frozenset()
ADMIN = frozenset({"admin"})
OWNER = frozenset({"owner", "admin"})
OWNER_AND_AGENT = OWNER | {"agent"}
STAFF = frozenset({"staff", "admin"})
OTHER_STAFF = frozenset({"other_staff", "admin"})


@dataclass
class World:
    """Rows by name, who sees each, and the callers' tokens (None for nobody in particular)."""

    rows: dict[str, Table] = field(default_factory=dict)
    seen_by: dict[str, frozenset[str]] = field(default_factory=dict)
    tokens: dict[str, str | None] = field(default_factory=lambda: {"anonymous": None})

    def add(self, seen_by: frozenset[str], **rows: Table) -> None:
        """Rows, and who sees them."""
        self.rows |= rows
        self.seen_by |= dict.fromkeys(rows, seen_by)

    def of(self, table: str) -> Iterator[str]:
        """The names of the rows of a table."""
        return (name for name, row in self.rows.items() if type(row).__name__ == table)


async def make_world() -> World:
    """Everything, saved, in the current transaction."""
    world = World()
    ours, theirs = identity.organization(), identity.organization()
    verified = catalog.university()
    unverified = catalog.university(is_verified=False)
    people = _people(world, ours, verified, unverified)
    world.add(OWNER, ours=ours)
    world.add(ADMIN, theirs=theirs)
    world.add(ALL, verified=verified)
    world.add(STAFF, unverified=unverified)
    world.add(ALL, course=catalog.course(university=verified))
    world.add(OTHER_STAFF, retired=catalog.course(university=verified, is_active=False))
    world.add(
        STAFF,
        unverified_course=catalog.course(university=unverified),
        unverified_retired=catalog.course(university=unverified, is_active=False),
    )
    owner = people["owner"]
    _posts(world, owner, people["user"], people["suspended"])
    _questionnaires(world, ours)
    _runs(world, owner)
    payment = payments.payment(user=owner)
    world.add(OWNER, payment=payment, transaction=payments.transaction(payment=payment))
    project = projects.project(owner=owner)
    message = projects.message(project=project)
    fragment = projects.fragment(message=message)
    world.add(OWNER_AND_AGENT, project=project, message=message, fragment=fragment)
    world.add(ADMIN, event=operations.event(project=project))
    world.add(ADMIN, audit_log=operations.audit_log())
    for name, seen_by in (("owner", OWNER), ("suspended", ADMIN), ("deleted", NONE)):
        _account(world, name, seen_by)
    for caller in ROLES:
        token = world.tokens[caller] = new_token(ACCESS_TOKEN)
        world.add(
            frozenset({caller, "admin"}),
            **{
                f"login_of_{caller}": identity.session(
                    user=people[caller],
                    access_token_hash=hash_token(token),
                    expires_at=datetime.now(UTC) + timedelta(hours=1),
                )
            },
        )
    token = world.tokens["agent"] = new_token(API_KEY)
    key = identity.api_key(user=people["admin"], scopes=["agent"], key_hash=hash_token(token))
    world.add(ADMIN, agent_key=key)
    await save(*world.rows.values())
    return world


def _people(
    world: World, organization: Organization, verified: University, unverified: University
) -> dict[str, User]:
    differences: dict[str, dict[str, Table]] = {
        "owner": {"organization": organization},
        "staff": {"university": unverified},
        "other_staff": {"university": verified},
    }
    people = {
        name: identity.user(role=role, **differences.get(name, {})) for name, role in ROLES.items()
    }
    world.add(ALL, **people)
    unseen = {
        "suspended": identity.user(status="SUSPENDED"),
        "pending": identity.user(status="PENDING"),
    }
    world.add(ADMIN, **unseen)
    world.add(NONE, deleted=identity.user(deleted_at=GONE))
    return {**people, **unseen}


def _account(world: World, name: str, seen_by: frozenset[str]) -> None:
    """What people see of themselves alone."""
    user = world.rows[name]["id"]
    device = identity.device(user=user)
    world.add(
        seen_by,
        **{
            f"{name}_profile": identity.profile(user=user),
            f"{name}_device": device,
            f"{name}_session": identity.session(user=user, device=device),
            f"{name}_key": identity.api_key(user=user, scopes=["read"]),
        },
    )


def _posts(world: World, owner: User, user: User, suspended: User) -> None:
    post, draft = content.post(author=owner), content.post(author=owner, published=False)
    deleted = content.post(author=owner, deleted_at=GONE, removed_by=owner)
    world.add(ALL, post=post, post_of_a_hidden_author=content.post(author=suspended))
    world.add(OWNER, draft=draft)
    world.add(
        NONE,
        deleted_post=deleted,
        # By somebody who was an administrator then.
        post_removed_by_another=content.post(author=owner, deleted_at=GONE, removed_by=user),
    )
    world.add(
        ALL,
        comment=content.comment(post=post, author=owner),
        comment_of_a_hidden_author=content.comment(post=post, author=suspended),
    )
    world.add(OWNER, comment_on_draft=content.comment(post=draft, author=owner))
    world.add(
        NONE,
        deleted_comment=content.comment(
            post=post, author=suspended, deleted_at=GONE, removed_by=owner
        ),
        comment_removed_by_its_author=content.comment(
            post=post, author=user, deleted_at=GONE, removed_by=user
        ),
        comment_removed_by_another=content.comment(
            post=post, author=suspended, deleted_at=GONE, removed_by=user
        ),
        comment_on_deleted=content.comment(post=deleted, author=owner),
    )


def _questionnaires(world: World, organization: Organization) -> None:
    for name, seen_by, row in (
        ("published", ALL, assessment.questionnaire(organization=organization)),
        ("draft", OWNER, assessment.questionnaire(organization=organization, status="DRAFT")),
        ("archived", OWNER, assessment.questionnaire(organization=organization, status="ARCHIVED")),
        ("nobodys_draft", ADMIN, assessment.questionnaire(status="DRAFT")),
        # The owner has a run through it: see _runs.
        ("nobodys_archived", OWNER, assessment.questionnaire(status="ARCHIVED")),
    ):
        section = assessment.section(questionnaire=row)
        question = assessment.question(section=section)
        below = {
            "questionnaire": row,
            "section": section,
            "question": question,
            "rule": assessment.visibility_rule(question=question, condition={}, is_active=False),
        }
        world.add(seen_by, **{f"{name}_{kind}": below[kind] for kind in below})


def _runs(world: World, owner: User) -> None:
    kind, standard = assessment.document_type(), assessment.engineering_standard()
    link = assessment.document_type_standard(document_type=kind, standard=standard)
    world.add(ALL, kind=kind, standard=standard, link=link)
    # A run outlives the publication of its questionnaire.
    for name in ("published", "nobodys_draft", "nobodys_archived"):
        session = assessment.assessment_session(
            user=owner, questionnaire=world.rows[f"{name}_questionnaire"]["id"]
        )
        question = world.rows[f"{name}_question"]["id"]
        world.add(
            OWNER,
            **{
                f"{name}_session": session,
                f"{name}_response": assessment.response(session=session, question=question),
                f"{name}_document": assessment.document(session=session, document_type=kind),
            },
        )
