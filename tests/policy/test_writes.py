"""Who may write which rows and columns: every table, every action, every caller, for real.

What each may do is written down in `writes.py`; everything else is refused and changes nothing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from piccolo.table import Table

from app.bridge import Action, Changes, NotAllowed, NotLoggedIn, Refused, Viewer
from app.bridge.writing import column_of
from app.context import NotAuthenticated, identify
from app.database import SeedbedEngine
from app.policy import POLICIES, access_table
from app.tables import PaymentReport
from seeds import assessment, projects
from seeds.upsert import save
from tests.policy.examples.runs import let_keys_in, stored
from tests.policy.world import ALL, CALLERS, OWNER_AND_AGENT, World, make_world
from tests.policy.writes import CHANGED, NEW, ROWS

TABLES = {table.__name__: table for table in POLICIES if table is not PaymentReport}
THERE = (Action.CHANGE, Action.DELETE, Action.RESTORE, Action.PURGE)

# What a caller may get who may not: the same for what is hidden and what is missing.
Refusals = (NotAllowed, NotLoggedIn, Refused)

# TAKEN is told only to those who may create such a row: here, a second one.
_HIDDEN = {"NOT_FOUND", "TAKEN"}


@pytest.fixture
async def world(database: SeedbedEngine) -> World:
    """The rows and callers, inside the test's transaction."""
    world = await make_world()
    await let_keys_in(world)
    # The agent adds to messages of its own alone; it has answered here without anything more.
    answer = projects.message(project=world.rows["project"]["id"], role="ASSISTANT")
    unlinked = assessment.engineering_standard()
    await save(answer, unlinked)
    world.add(OWNER_AND_AGENT, answer=answer)
    world.add(ALL, unlinked=unlinked)
    return world


async def _viewers(database: SeedbedEngine, world: World) -> dict[str, Viewer]:
    """The callers, identified by their tokens."""
    headers = {name: token and f"Bearer {token}" for name, token in world.tokens.items()}
    return {name: await identify(database, headers[name]) for name in CALLERS}


class _Attempts:
    """Tries writes, each in a savepoint that is taken back when it succeeds."""

    def __init__(self, engine: SeedbedEngine) -> None:
        self._engine = engine

    async def __call__(
        self,
        viewer: Viewer,
        table: type[Table],
        action: Action,
        key: UUID | None,
        values: Mapping[str, Any] | None = None,
    ) -> bool:
        """Whether a write is allowed; without values, whether the row may be written at all.

        One that is allowed is made: a new row, new values, or a deletion, as the actions do it.
        """
        changes = Changes(access_table(), viewer, self._engine.fetch)
        try:
            async with self._engine.transaction() as transaction:
                if key is None:
                    await changes.create(table, values or {})
                    assert changes.written
                elif values is not None:
                    await changes.update(table, key, values)
                    assert changes.written
                else:
                    await changes.target(table, key, action)
                    await self._do(changes, table, action, key)
                await transaction.rollback()
        except Refusals as error:
            problems = error.problems if isinstance(error, Refused) else ()
            if {problem.code for problem in problems} == {"IN_USE"}:
                return True  # the policy lets it be deleted; what refers to it does not
            if {problem.code for problem in problems} - _HIDDEN:
                raise  # the values of the test are wrong, not who gives them
            return False
        return True

    async def _do(self, changes: Changes, table: type[Table], action: Action, key: UUID) -> None:
        """What an action comes to: many tables only mark their rows as gone."""
        names = {column._meta.name for column in table._meta.columns}
        mark = names & {"deleted_at", "revoked_at"}
        if action is Action.PURGE or (action is Action.DELETE and not mark):
            await changes.remove(table, key)
        elif action is not Action.CHANGE:
            at = datetime.now(UTC) if action is Action.DELETE else None
            await changes.set(table, key, {mark.pop(): at})
        assert changes.written or action is Action.CHANGE


def _allows(table: type[Table], action: Action) -> bool:
    """Whether the policy has any rule about an action."""
    return any(rule.action is action for rule in POLICIES[table].rules)


@pytest.mark.parametrize("name", TABLES)
def test_what_a_policy_allows_is_written_down(name: str) -> None:
    for action in THERE:
        assert _allows(TABLES[name], action) == ((name, action) in ROWS), (
            f"app/policy says who may {action} rows of {name}: say the same, row by row of the"
            f' world, under ("{name}", Action.{action.name}) of ROWS in tests/policy/writes.py'
        )
    assert _allows(TABLES[name], Action.CHANGE) == (name in CHANGED), (
        f"say which columns of {name} may be changed, and by whom, in CHANGED of"
        " tests/policy/writes.py"
    )
    assert _allows(TABLES[name], Action.CREATE) == (name in NEW), (
        f"say who may create which rows of {name} in NEW of tests/policy/writes.py"
    )


def test_everything_that_is_written_down_is_there() -> None:
    assert {*CHANGED, *NEW, *(name for name, _ in ROWS)} <= TABLES.keys()


@pytest.mark.parametrize("name", TABLES)
async def test_rows_that_are_there(database: SeedbedEngine, world: World, name: str) -> None:
    rows = list(world.of(name))
    attempt, before = _Attempts(database), await stored(database)
    viewers = await _viewers(database, world)
    for action in THERE:
        expected = ROWS.get((name, action), {})
        assert expected.keys() <= set(rows)
        for caller, viewer in viewers.items():
            for row in rows:
                key = world.rows[row]["id"]
                allowed = await attempt(viewer, TABLES[name], action, key)
                assert allowed == (caller in expected.get(row, ())), (caller, action, row)
    assert await stored(database) == before


@pytest.mark.parametrize("name", TABLES)
async def test_columns_of_rows_that_are_there(
    database: SeedbedEngine, world: World, name: str
) -> None:
    table, first = TABLES[name], next(world.of(name))
    by_row: Mapping[str, Mapping[frozenset[str], tuple[str, ...]]] = CHANGED.get(name, {first: {}})
    attempt, before = _Attempts(database), await stored(database)
    viewers = await _viewers(database, world)
    for row, expected in by_row.items():
        values = await _values(table, world.rows[row]["id"])
        for caller, viewer in viewers.items():
            theirs = {each for who, names in expected.items() if caller in who for each in names}
            for column in (column._meta.name for column in table._meta.columns):
                given = {column: values[column]}
                allowed = await attempt(viewer, table, Action.CHANGE, world.rows[row]["id"], given)
                assert allowed == (column in theirs), (caller, row, column)
    assert await stored(database) == before


async def _values(table: type[Table], key: UUID) -> dict[str, Any]:
    """A row as it is, with its JSON read: writing it again is a change that changes nothing."""
    (row,) = await table.select().where(column_of(table, "id") == key).output(load_json=True)
    return dict(row)


@pytest.mark.parametrize("name", TABLES)
async def test_new_rows(database: SeedbedEngine, world: World, name: str) -> None:
    table = TABLES[name]
    attempt, before = _Attempts(database), await stored(database)
    there = await _values(table, world.rows[next(world.of(name))]["id"])
    for caller, viewer in (await _viewers(database, world)).items():
        me = viewer.values.get("user") or world.rows["pending"]["id"]
        assert isinstance(me, UUID)
        for new in NEW.get(name, ()):
            values = new.values(world, me)
            allowed = await attempt(viewer, table, Action.CREATE, None, values)
            assert allowed == (caller in new.who), (caller, values)
            if not allowed:
                continue
            for other in there.keys() - values.keys():
                more = {**values, other: there[other]}
                assert not await attempt(viewer, table, Action.CREATE, None, more), (caller, other)
        if name not in NEW:
            assert not await attempt(viewer, table, Action.CREATE, None, there), caller
    assert await stored(database) == before


async def test_whoever_is_suspended_writes_nothing(database: SeedbedEngine, world: World) -> None:
    with pytest.raises(NotAuthenticated):
        await identify(database, f"Bearer {world.tokens['suspended']}")
