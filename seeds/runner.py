"""Seeding: one transaction per domain, what happened per table, and the logins it makes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from piccolo.table import Table

from app.actions.identity import check_password, hash_password
from app.audit import recorded
from app.bridge import Refused
from app.context import ANONYMOUS
from app.database import SeedbedEngine
from app.jobs import is_mailable
from app.tables import TABLES
from app.tables.assessment import AssessmentSession, Document, Response
from app.tables.identity import ApiKey, MagicLink, RefreshToken, Session, UserRole
from app.tables.operations import AuditLog, SystemConfig
from app.tables.payments import Payment, PaymentTransaction
from app.tables.projects import Fragment, Message
from seeds import identity
from seeds.checks import REFERENCE_ROWS, ROWS
from seeds.scale import Sizes, batches, first_user_id
from seeds.upsert import SeedError, TableReport, upsert

_LOCK = 5_733_062_001  # any number that nothing else uses for an advisory lock
MOST_BLOCKS = 100

# What people, clients and the server have done stays as it is: only what is missing is added.
KEPT: frozenset[type[Table]] = frozenset(
    {
        Session,
        RefreshToken,
        MagicLink,
        ApiKey,
        AssessmentSession,
        Response,
        Document,
        Message,
        Fragment,
        Payment,
        PaymentTransaction,
        AuditLog,
        SystemConfig,
    }
)


class DemoLogin(NamedTuple):
    """A way into a development server."""

    email: str
    password: str
    role: str

    def __str__(self) -> str:
        return f"{self.email:26}{self.password:16}{self.role}"


DEMO_LOGINS: list[DemoLogin] = [
    DemoLogin(email, identity.DEMO_PASSWORD, role.value)
    for email, role in (
        (identity.ADMIN, UserRole.ADMIN),
        (identity.STAFF, UserRole.STAFF),
        (identity.VENDOR, UserRole.VENDOR),
        (identity.CUSTOMER, UserRole.CUSTOMER),
        (identity.USER, UserRole.USER),
    )
]


@dataclass(frozen=True, slots=True)
class Administrator:
    """Whom to make an administrator."""

    email: str
    password: str = field(repr=False)


async def seed(
    engine: SeedbedEngine,
    domains: Sequence[str] | None = None,
    administrator: Administrator | None = None,
) -> list[TableReport]:
    """Write the seed rows of the domains (all of them when None): what happened, per table.

    In production there are no demo rows, whose password everybody knows: only what every
    installation needs, and the administrator, without whom it is refused when there is none yet.
    What is there already stays as it is there. Raises SeedError.
    """
    production = engine.settings.environment == "production"
    if production and administrator is None and not await _has_administrator(engine):
        raise SeedError(
            "In production the demo users are not made: name your first administrator with "
            "--admin_email=you@example.org and give a password in the variable ADMIN_PASSWORD."
        )
    reports = []
    if administrator is not None:
        reports.append(await _administrator(engine, administrator))
    sources = REFERENCE_ROWS if production else ROWS
    keep = frozenset(TABLES) if production else KEPT
    for rows in _chosen(sources, domains).values():
        async with engine.transaction():
            await _wait_for_turn(engine)
            reports += await upsert(engine, rows(), keep)
    return reports


async def seed_if_empty(engine: SeedbedEngine) -> list[TableReport] | None:
    """Seed a database that nobody has used, or whose seeding was interrupted: else None.

    The audit log is written last, so an administrator of ours without it tells of an interruption.
    """
    if engine.settings.environment == "production":
        return None
    [state] = await engine.fetch(
        """select exists (select from identity.users) as used,
                  exists (select from catalog.universities where id = $1) as begun,
                  exists (select from operations.audit_logs where id = any($2)) as finished""",
        _first_key(),
        _last_keys(),
    )
    if state["finished"] or (state["used"] and not state["begun"]):
        return None
    return await seed(engine)


async def scale(
    engine: SeedbedEngine, blocks: int, sizes: Sizes | None = None
) -> list[TableReport]:
    """Add the blocks from 1 to `blocks` that are not there yet: the rows written, per table.

    Each block is one transaction. Raises SeedError.
    """
    if engine.settings.environment == "production":
        raise SeedError("--scale makes invented people: it is refused in production.")
    if not 1 <= blocks <= MOST_BLOCKS:
        raise SeedError(f"--scale takes a whole number from 1 to {MOST_BLOCKS}.")
    written: dict[str, int] = {}
    for block in range(1, blocks + 1):
        async with engine.transaction() as tx:
            await _wait_for_turn(engine)
            if await engine.fetch("select from identity.users where id = $1", first_user_id(block)):
                continue
            for batch in batches(block, sizes or Sizes()):
                table, schema = batch.table._meta.tablename, batch.table._meta.schema
                async with tx.exclusive() as connection:
                    await connection.copy_records_to_table(
                        table, schema_name=schema, columns=batch.columns, records=batch.records
                    )
                name = f"{schema}.{table}"
                written[name] = written.get(name, 0) + len(batch.records)
    if written:
        async with engine.transaction():
            await engine.fetch("set local statement_timeout = 0")
            await engine.fetch("analyze")
    return [TableReport(table, rows, 0, 0, 0) for table, rows in written.items()]


def _chosen(
    sources: dict[str, Callable[[], list[Table]]], domains: Sequence[str] | None
) -> dict[str, Callable[[], list[Table]]]:
    if domains is None:
        return sources
    if unknown := sorted(set(domains) - set(ROWS)):
        raise SeedError(f"There is no domain {unknown[0]}: choose from {', '.join(ROWS)}.")
    return {domain: rows for domain, rows in sources.items() if domain in domains}


async def _wait_for_turn(engine: SeedbedEngine) -> None:
    """One seeding at a time: two at once would wait for each other's rows in turn."""
    await engine.fetch("set local statement_timeout = 0")
    await engine.fetch("select pg_advisory_xact_lock($1)", _LOCK)


def _first_key() -> object:
    return ROWS["catalog"]()[0]["id"]


def _last_keys() -> list[object]:
    return [row["id"] for row in ROWS["operations"]() if isinstance(row, AuditLog)]


async def _has_administrator(engine: SeedbedEngine) -> bool:
    return bool(
        await engine.fetch(
            """select from identity.users
               where role = 'ADMIN' and status = 'ACTIVE' and deleted_at is null limit 1"""
        )
    )


async def _administrator(engine: SeedbedEngine, wanted: Administrator) -> TableReport:
    """Make the administrator, or find that there is one; nobody is promoted on the quiet."""
    if not is_mailable(wanted.email):
        raise SeedError(f"{wanted.email} is no email address: --admin_email=you@example.org.")
    try:
        check_password(wanted.password, ("The password in ADMIN_PASSWORD",), new=True)
    except Refused as refused:
        raise SeedError(f"{refused}.") from None
    if wanted.password == identity.DEMO_PASSWORD:
        raise SeedError("The password in ADMIN_PASSWORD is that of the demo users: use another.")
    password_hash = await hash_password(wanted.password)
    async with engine.transaction():
        await _wait_for_turn(engine)
        found = await engine.fetch(
            """select role, status from identity.users
               where lower(email) = lower($1) and deleted_at is null""",
            wanted.email,
        )
        if not found:
            row = identity.user(
                email=wanted.email,
                name="Administrator",
                role=UserRole.ADMIN,
                password_hash=password_hash,
            )
            [report] = await upsert(engine, [row], KEPT)
            async with recorded(engine, "user.make_administrator", ANONYMOUS) as change:
                change.about("User", row.id, by="seeding", email=wanted.email, before=None)
            return report
    if (found[0]["role"], found[0]["status"]) != ("ADMIN", "ACTIVE"):
        raise SeedError(
            f"{wanted.email} is a user already, but no active administrator: change that in the "
            "admin, or choose another email."
        )
    return TableReport("identity.users", 0, 0, 1, 0)
