"""Seeding: what is written, that repeating it changes nothing, and what it refuses."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from piccolo.table import Table

from app.actions.identity import verify_password
from app.database import SeedbedEngine
from app.tables import TABLES
from app.tables.operations import Event, RateLimit, SlowStatement
from app.tables.payments import Payment, TransactionType
from seeds import identity, operations, payments
from seeds.checks import ROWS, check
from seeds.ids import stable_id
from seeds.runner import DEMO_LOGINS, Administrator, seed, seed_if_empty
from seeds.upsert import SeedError, save

# Filled by use, never by seeding.
EMPTY: set[type[Table]] = {Event, RateLimit, SlowStatement}


def _name(table: type[Table]) -> str:
    return f"{table._meta.schema}.{table._meta.tablename}"


async def _dump(engine: SeedbedEngine) -> dict[str, list[str]]:
    """Every row of every table as text, with all of its columns."""
    dump = {}
    for table in TABLES:
        rows = await engine.fetch(f"select t::text as line from {_name(table)} t order by 1")
        dump[_name(table)] = [row["line"] for row in rows]
    return dump


@pytest.fixture
def production(database: SeedbedEngine) -> Iterator[SeedbedEngine]:
    """The engine of the test, as an operator's: nothing but the environment differs."""
    settings = database.settings
    database.settings = replace(settings, environment="production")
    yield database
    database.settings = settings


async def test_every_table_gets_rows(database: SeedbedEngine) -> None:
    reports = await seed(database)
    assert {report.table for report in reports} == {_name(table) for table in TABLES} - {
        _name(table) for table in EMPTY
    }
    dump = await _dump(database)
    assert {report.table: report.created for report in reports} == {
        name: len(lines) for name, lines in dump.items() if lines
    }
    assert {(report.updated, report.unchanged, report.kept) for report in reports} == {(0, 0, 0)}


async def test_seeding_again_touches_nothing_and_says_so(committed: SeedbedEngine) -> None:
    await seed(committed)
    before = await _dump(committed)
    [versions] = await committed.fetch("select array_agg(xmin::text) as xmin from identity.users")
    reports = await seed(committed)
    assert await _dump(committed) == before
    [after] = await committed.fetch("select array_agg(xmin::text) as xmin from identity.users")
    assert after == versions
    assert [report.table for report in reports if report.changed or report.kept] == []
    assert {report.table: report.unchanged for report in reports} == {
        name: len(lines) for name, lines in before.items() if lines
    }


async def test_the_checks_find_nothing_wrong(database: SeedbedEngine) -> None:
    await seed(database)
    assert await check(database, demo=True) == []


async def test_a_changed_post_is_restored(database: SeedbedEngine) -> None:
    await seed(database)
    before = await _dump(database)
    await database.fetch("update content.posts set title = 'Changed' where slug = 'we-are-moving'")
    reports = await seed(database)
    assert [(r.table, r.updated) for r in reports if r.changed] == [("content.posts", 1)]
    [row] = await database.fetch(
        "select title, updated_at > created_at as moved from content.posts"
        " where slug = 'we-are-moving'"
    )
    assert (row["title"], row["moved"]) == ("We are moving!", True)
    assert len((await _dump(database))["content.posts"]) == len(before["content.posts"])


async def test_what_people_did_is_kept(database: SeedbedEngine) -> None:
    await seed(database)
    await database.fetch(
        "update operations.system_configs set value = 'false' where key = 'registration.open'"
    )
    reports = await seed(database)
    assert [(r.table, r.kept) for r in reports if r.kept] == [("operations.system_configs", 1)]
    [row] = await database.fetch(
        "select value from operations.system_configs where key = 'registration.open'"
    )
    assert row["value"] == "false"


async def test_a_login_survives_seeding(database: SeedbedEngine) -> None:
    await seed(database)
    await database.fetch(
        "update identity.users set last_login_at = '2026-11-11T11:11Z' where email = $1",
        identity.USER,
    )
    assert [r.table for r in await seed(database) if r.changed] == []


async def test_a_missing_row_comes_back(database: SeedbedEngine) -> None:
    await seed(database)
    before = await _dump(database)
    await database.fetch("delete from catalog.courses where code = 'CS-101'")
    reports = await seed(database)
    assert [(r.table, r.created) for r in reports if r.changed] == [("catalog.courses", 1)]
    assert await _dump(database) == before


async def test_one_domain_can_be_seeded_alone(database: SeedbedEngine) -> None:
    reports = await seed(database, ["catalog"])
    assert [report.table for report in reports] == ["catalog.universities", "catalog.courses"]


async def test_an_unknown_domain_is_refused(database: SeedbedEngine) -> None:
    with pytest.raises(SeedError, match="There is no domain cats: choose from catalog, identity"):
        await seed(database, ["cats"])


async def test_a_failing_domain_leaves_nothing_of_itself(committed: SeedbedEngine) -> None:
    await save(identity.user(email=identity.VENDOR.upper()))
    with pytest.raises(SeedError, match=r"The seed rows of identity.users collide .*vendor"):
        await seed(committed)
    dump = await _dump(committed)
    assert {name: len(lines) for name, lines in dump.items() if lines} == {
        "catalog.universities": 4,
        "catalog.courses": 16,
        "identity.users": 1,
    }


async def test_every_demo_login_is_true(database: SeedbedEngine) -> None:
    await seed(database)
    rows = await database.fetch("select email, role, password_hash from identity.users")
    users = {row["email"]: row for row in rows}
    assert {login.role for login in DEMO_LOGINS} == {"ADMIN", "STAFF", "VENDOR", "CUSTOMER", "USER"}
    for login in DEMO_LOGINS:
        assert users[login.email]["role"] == login.role
        assert await verify_password(login.password, users[login.email]["password_hash"])


def test_seed_ids_are_version_7_and_stay_the_same() -> None:
    assert str(stable_id("users/admin@seedbed.example")) == str(identity.user_id(identity.ADMIN))
    every = [row["id"] for rows in ROWS.values() for row in rows() if "id" in row.to_dict()]
    assert {key.version for key in every} == {7}
    assert {key.variant for key in every} == {"specified in RFC 4122"}
    assert len(set(every)) == len(every)


# An empty database


async def test_an_empty_database_is_seeded_once(database: SeedbedEngine) -> None:
    assert await seed_if_empty(database)
    assert await seed_if_empty(database) is None


async def test_a_used_database_is_left_alone(database: SeedbedEngine) -> None:
    await save(identity.user())
    assert await seed_if_empty(database) is None
    assert await database.fetch("select from catalog.universities") == []


async def test_an_interrupted_seeding_is_finished(database: SeedbedEngine) -> None:
    await seed(database, ["catalog", "identity"])
    assert await seed_if_empty(database)
    assert await check(database, demo=True) == []


# Production


async def test_production_refuses_demo_users(production: SeedbedEngine) -> None:
    with pytest.raises(SeedError, match="In production the demo users are not made"):
        await seed(production)
    assert {name: lines for name, lines in (await _dump(production)).items() if lines} == {}


async def test_production_is_not_seeded_by_itself(production: SeedbedEngine) -> None:
    assert await seed_if_empty(production) is None
    assert {name: lines for name, lines in (await _dump(production)).items() if lines} == {}


async def test_production_gets_an_administrator_and_reference_data(
    production: SeedbedEngine,
) -> None:
    reports = await seed(production, administrator=Administrator("Ops@Firm.example", "long-enough"))
    assert {report.table: report.created for report in reports} == {
        "identity.users": 1,
        "assessment.document_types": 9,
        "assessment.engineering_standards": 21,
        "assessment.document_type_standards": 32,
        "operations.system_configs": 5,
    }
    [row] = await production.fetch("select email, role, status, password_hash from identity.users")
    assert (row["email"], row["role"], row["status"]) == ("Ops@Firm.example", "ADMIN", "ACTIVE")
    assert await verify_password("long-enough", row["password_hash"])
    assert await check(production, demo=False) == []
    [told] = await production.fetch("select * from operations.audit_logs")
    assert (told["user"], told["action"]) == (None, "user.make_administrator")
    assert row["password_hash"] not in told["details"]


async def test_production_keeps_an_edited_template(production: SeedbedEngine) -> None:
    await seed(production, administrator=Administrator("ops@firm.example", "long-enough"))
    await production.fetch(
        "update assessment.document_types set template = 'Ours' where slug = 'runbook'"
    )
    reports = await seed(production)
    assert [(r.table, r.kept) for r in reports if r.kept or r.changed] == [
        ("assessment.document_types", 1)
    ]


async def test_an_administrator_who_is_there_keeps_the_password(production: SeedbedEngine) -> None:
    await seed(production, administrator=Administrator("ops@firm.example", "first-password"))
    reports = await seed(
        production, administrator=Administrator("OPS@firm.example", "other-password")
    )
    assert (reports[0].table, reports[0].unchanged) == ("identity.users", 1)
    [row] = await production.fetch("select password_hash from identity.users")
    assert await verify_password("first-password", row["password_hash"])


@pytest.mark.parametrize(
    ("email", "password", "message"),
    [
        ("nobody", "long-enough", "nobody is no email address"),
        ("an,n@firm.example", "long-enough", "an,n@firm.example is no email address"),
        ("ops@firm.example", "short", "must have 10 characters or more"),
        ("ops@firm.example", "a" * 14, "in ADMIN_PASSWORD repeats too few different characters"),
        ("ops@firm.example", identity.DEMO_PASSWORD, "that of the demo users"),
        ("taken@firm.example", "long-enough", "is a user already, but no active administrator"),
    ],
)
async def test_an_unfit_administrator_is_refused(
    production: SeedbedEngine, email: str, password: str, message: str
) -> None:
    await save(identity.user(email="taken@firm.example"))
    with pytest.raises(SeedError, match=message):
        await seed(production, administrator=Administrator(email, password))
    assert len(await production.fetch("select from identity.users")) == 1
    assert await production.fetch("select from assessment.document_types") == []


def test_a_password_does_not_show() -> None:
    assert "secret" not in repr(Administrator("ops@firm.example", "secret-password"))


# Builders


async def test_builders_make_rows_that_differ(database: SeedbedEngine) -> None:
    people = [identity.user() for _ in range(3)]
    bills = [payments.payment(user=people[0]) for _ in range(2)]
    entries = [payments.transaction(payment=bill) for bill in bills]
    await save(*entries, *bills, *people)
    [counted] = await database.fetch(
        "select count(distinct payment) as payments from payments.payment_transactions"
    )
    assert counted["payments"] == 2


async def test_saved_rows_are_read_back_as_they_were_built(database: SeedbedEngine) -> None:
    payer = identity.user(name="Ünïcode 🍎")
    bill = payments.payment(user=payer, metadata={"note": 'says "hi"', "parts": [1, None]})
    entry = payments.transaction(payment=bill, transaction_type=TransactionType.VOID)
    setting = operations.system_config(key="a.key", value="text")
    await save(entry, bill, payer, setting)
    [paid] = await Payment.select(Payment.user.name, Payment.metadata).output(load_json=True)
    assert paid == {
        "user.name": "Ünïcode 🍎",
        "metadata": {"note": 'says "hi"', "parts": [1, None]},
    }
    [row] = await database.fetch("select value from operations.system_configs")
    assert row["value"] == '"text"'


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(ValueError, match="nickname"):
        identity.user(nickname="Bob")


async def test_rows_of_a_foreign_table_are_refused() -> None:
    class Stranger(Table):
        pass

    with pytest.raises(SeedError, match="Stranger is not one of the tables"):
        await save(Stranger())
