"""`piccolo db stats`: what the database holds, and how its indexes and connections are used."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace

from app.actions.statistics import DatabaseUse, IndexUse, TableUse, database_use
from app.commands import console
from app.commands.console import UsageError, plural, size
from app.commands.listing import aligned, moment, share
from app.database import SeedbedEngine


def stats(limit: int = 20, json: bool = False) -> None:
    """Show the sizes of tables and indexes, their use, dead rows, the cache and connections.

    Rows are estimates. Scans, and the share that is read from memory, are counted by PostgreSQL
    since its statistics were reset last. How full a pool is, is known to its server process alone;
    here its connections are told by what they do.

    :param limit:
        How many tables and how many unused indexes to list, the largest first; 0 for all.
    :param json:
        Print one JSON document with everything.
    """
    console.run(lambda engine: report(engine, limit=limit, as_json=json))


async def report(engine: SeedbedEngine, *, limit: int = 20, as_json: bool = False) -> int:
    """Print what the database holds: the exit code."""
    if limit < 0:
        raise UsageError("--limit must be 0 or more.")
    # The pool of a command says nothing about those of servers.
    use = replace(await database_use(engine), pool=None)
    if as_json:
        console.write_json(document(use))
    else:
        console.say("\n".join(text(use, limit or None, engine.settings.pool_max_size)))
    return console.OK


def document(use: DatabaseUse) -> dict[str, object]:
    """Everything for `--json`: sizes in bytes, shares from 0 to 1."""
    return asdict(use) | {
        "tables": [
            asdict(one) | {"total_bytes": one.total_bytes, "index_share": one.index_share}
            for one in use.tables
        ],
        "indexes": [asdict(one) | {"is_unused": one.is_unused} for one in use.indexes],
    }


def text(use: DatabaseUse, limit: int | None, pool_max_size: int) -> Iterator[str]:
    """The lines for people."""
    yield f"Database {use.name}: {size(use.bytes)}, PostgreSQL {use.version}"
    yield (
        f"Read from memory: {share(use.table_cache)} of table pages, {share(use.index_cache)} of"
        f" index pages (statistics reset: {moment(use.stats_reset)})"
    )
    if use.queue is not None:
        yield (
            f"Events: {use.queue.due:,} due, {use.queue.waiting:,} waiting for another attempt,"
            f" {use.queue.dead:,} given up"
        )
    yield ""
    yield f"{plural(len(use.tables), 'table')}{_of(use.tables, limit)}:"
    yield _tables(use.tables[:limit])
    yield ""
    unused = use.unused_indexes
    if unused:
        total = size(sum(one.bytes for one in unused))
        yield (
            f"{len(unused):,} of {len(use.indexes):,} indexes were never read"
            f" ({total}){_of(unused, limit)}:"
        )
        yield _indexes(unused[:limit])
    else:
        yield f"All of {len(use.indexes):,} indexes are used."
    for index in use.indexes:
        if not index.is_valid:
            yield f"Index {index.schema}.{index.name} is not valid: drop it, or reindex it."
    yield ""
    count = sum(one.count for one in use.connections)
    yield f"{count:,} of {use.connection_limit:,} connections, but for this command's own"
    if use.connections:
        yield aligned(
            ("database", "application", "state", "connections"),
            [(c.database, c.application, c.state, f"{c.count:,}") for c in use.connections],
        )
    yield _pools(use, pool_max_size)


def _of(items: Sequence[object], limit: int | None) -> str:
    return f", the largest {limit:,}" if limit is not None and len(items) > limit else ""


def _tables(tables: Iterable[TableUse]) -> str:
    return aligned(
        ("table", "rows", "dead", "table size", "indexes", "by index", "vacuumed", "analysed"),
        [
            (
                f"{one.schema}.{one.name}",
                f"{one.rows:,}",
                f"{one.dead_rows:,}",
                size(one.table_bytes),
                size(one.index_bytes),
                share(one.index_share),
                moment(one.last_vacuum),
                moment(one.last_analyze),
            )
            for one in tables
        ],
    )


def _indexes(indexes: Iterable[IndexUse]) -> str:
    return aligned(
        ("index", "table", "size"),
        [
            (f"{one.schema}.{one.name}", f"{one.schema}.{one.table}", size(one.bytes))
            for one in indexes
        ],
    )


def _pools(use: DatabaseUse, pool_max_size: int) -> str:
    """The servers' pools, as far as PostgreSQL sees them."""
    states: Counter[str] = Counter()
    for one in use.connections:
        if one.database == use.name and one.application == "seedbed":
            states["idle" if one.state == "idle" else "in use"] += one.count
    return (
        f"Pools of servers: {states['in use']:,} in use, {states['idle']:,} idle; each process"
        f" opens at most {pool_max_size:,} (SEEDBED_POOL_MAX_SIZE)."
    )
