"""The system's configuration: settings that administrators change while the servers run.

Each is declared here, with its type and default. Values are kept in each process, so that reading
one costs nothing. The database notifies of every change; a process that hears of nothing reads them
anew every few seconds.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import orjson

from app.bridge import Problem, Refused
from app.context import Context
from app.database import SeedbedEngine
from app.live import hub_of
from app.tables import SystemConfig

logger = logging.getLogger(__name__)

T = TypeVar("T", bool, int)

# Seconds for which a process goes on with what it has read, if it hears of no change.
KEPT_FOR = 5.0

# What notifications of changes are about: see the trigger of the table.
TOPIC = "config"

_kept: WeakKeyDictionary[SeedbedEngine, tuple[float, Mapping[str, object]]] = WeakKeyDictionary()
# How often what was kept has been forgotten: a read that began before is too old to keep.
_forgotten: WeakKeyDictionary[SeedbedEngine, int] = WeakKeyDictionary()


class ConfigType(StrEnum):
    """What kind of value a setting has."""

    BOOLEAN = "BOOLEAN"
    INTEGER = "INTEGER"


@dataclass(frozen=True, slots=True)
class Key(Generic[T]):
    """A setting: its name, its default, what it does; for a number, the least and the most."""

    name: str
    default: T
    description: str
    least: int = 0
    most: int = 0

    @property
    def type(self) -> ConfigType:
        """What kind of value it has."""
        return ConfigType.BOOLEAN if type(self.default) is bool else ConfigType.INTEGER

    def fits(self, value: object) -> bool:
        """Whether it may have this value."""
        if type(value) is not type(self.default):
            return False
        return isinstance(value, bool) or self.least <= value <= self.most

    @property
    def wants(self) -> str:
        """What its values are, in words."""
        if self.type is ConfigType.BOOLEAN:
            return "true or false"
        return f"a whole number from {self.least:,} to {self.most:,}"


REGISTRATION_OPEN = Key(
    "registration.open",
    default=True,
    description="Whether anybody may register; SEEDBED_REGISTRATION=false closes it for good.",
)
AUDIT_RETENTION_DAYS = Key(
    "audit.retention_days",
    default=730,
    description="Days for which the audit log is kept.",
    least=1,
    most=36_500,
)
EVENTS_RETENTION_DAYS = Key(
    "events.retention_days",
    default=30,
    description="Days for which delivered events are kept.",
    least=1,
    most=36_500,
)
RETENTION_DAILY = Key(
    "retention.daily",
    default=True,
    description="Whether the worker deletes once a day what is older than is to be kept.",
)
AGENT_TIMEOUT_SECONDS = Key(
    "projects.agent_timeout_seconds",
    default=120,
    description="Seconds that the agent has to answer each delivery of an event.",
    least=1,
    most=3_600,
)

KEYS: Mapping[str, Key[Any]] = {
    key.name: key
    for key in (
        REGISTRATION_OPEN,
        AUDIT_RETENTION_DAYS,
        EVENTS_RETENTION_DAYS,
        RETENTION_DAILY,
        AGENT_TIMEOUT_SECONDS,
    )
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as it is: `value` is its default unless it `is_set`."""

    key: str
    type: ConfigType
    value: bool | int
    default: bool | int
    description: str
    is_set: bool


async def value_of(engine: SeedbedEngine, key: Key[T]) -> T:
    """The value of a setting, a few seconds old at most; in a transaction, as it is there."""
    value: T = (await _values(engine)).get(key.name, key.default)  # type: ignore[assignment]  # only values that fit are kept
    return value


async def settings(engine: SeedbedEngine) -> list[Setting]:
    """Every setting there is, by name, as it is at this moment."""
    values = await _read(engine)
    return [_setting(KEYS[name], values) for name in sorted(KEYS)]


async def setting(engine: SeedbedEngine, name: str) -> Setting | None:
    """One setting, as it is at this moment; None when nothing is called so."""
    return _setting(KEYS[name], await _read(engine)) if name in KEYS else None


async def set_value(context: Context, name: str, value: object) -> Setting:
    """Give a setting a value. Raises Refused for an unknown one, and a value that does not fit."""
    key = _known(name)
    if not key.fits(value):
        raise Refused(Problem("INVALID", f"{name} must be {key.wants}", ("value",)))
    values = {"value": value, "updated_by": context.viewer.values["user"]}
    async with context.change("config.set") as change:
        if await _is_set(context.engine, name):
            await change.set(SystemConfig, name, values, ())
        else:
            row = {"key": name, "description": key.description, **values}
            await change.insert(SystemConfig, row, ())
    forget(context.engine)
    return _setting(key, {name: value})


async def reset(context: Context, name: str) -> Setting:
    """Give a setting its default again. Raises Refused for an unknown one, and one that has it."""
    key = _known(name)
    async with context.change("config.reset") as change:
        if not await _is_set(context.engine, name):
            raise Refused(Problem("ILLEGAL_STEP", f"{name} has its default already", ("key",)))
        await change.remove(SystemConfig, name)
    forget(context.engine)
    return _setting(key, {})


def follow(engine: SeedbedEngine) -> None:
    """Forget what is kept at each change by any process, until the engine's hub stops."""
    hub_of(engine).tell(TOPIC, partial(forget, engine))


def forget(engine: SeedbedEngine) -> None:
    """Read the settings anew when the next one is wanted."""
    _kept.pop(engine, None)
    _forgotten[engine] = _forgotten.get(engine, 0) + 1


def _known(name: str) -> Key[Any]:
    if name not in KEYS:
        problem = "there is no setting with this key; systemConfigs lists them"
        raise Refused(Problem("NOT_FOUND", problem, ("key",)))
    return KEYS[name]


async def _is_set(engine: SeedbedEngine, name: str) -> bool:
    """Whether there is a row; nobody else changes it until the transaction ends."""
    about = f"system_configs:{name}"
    await engine.fetch("select pg_advisory_xact_lock(hashtextextended($1, 0))", about)
    return bool(
        await engine.fetch("select key from operations.system_configs where key = $1", name)
    )


def _setting(key: Key[Any], values: Mapping[str, Any]) -> Setting:
    return Setting(
        key=key.name,
        type=key.type,
        value=values.get(key.name, key.default),
        default=key.default,
        description=key.description,
        is_set=key.name in values,
    )


async def _values(engine: SeedbedEngine) -> Mapping[str, object]:
    if engine.current_transaction.get() is not None:
        # What is seen here may be rolled back, or be older than what others have committed.
        return await _read(engine)
    at, values = _kept.get(engine, (0.0, None))
    now = time.monotonic()
    if values is None or now - at > KEPT_FOR:
        forgotten = _forgotten.get(engine, 0)
        values = await _read(engine)
        if _forgotten.get(engine, 0) == forgotten:
            _kept[engine] = now, values
    return values


async def _read(engine: SeedbedEngine) -> Mapping[str, object]:
    """The values that are set, of known keys and of the right type."""
    rows = await engine.fetch("select key, value from operations.system_configs")
    found = {row["key"]: orjson.loads(row["value"]) for row in rows if row["key"] in KEYS}
    for name in [name for name, value in found.items() if not KEYS[name].fits(value)]:
        logger.warning("the setting %s must be %s: its default is used", name, KEYS[name].wants)
        del found[name]
    return found
