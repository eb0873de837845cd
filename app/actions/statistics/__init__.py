"""How the database is used: for the command line, and for administrators through the API."""

from app.actions.statistics.advice import Advice, Advised, advise
from app.actions.statistics.recorder import SlowStatementRecorder
from app.actions.statistics.slow import (
    SlowSummary,
    StatisticsUnavailable,
    slowest_of_extension,
    slowest_recorded,
)
from app.actions.statistics.usage import (
    ConnectionCount,
    DatabaseUse,
    IndexUse,
    QueueDepth,
    TableUse,
    connections,
    database_use,
    indexes,
    queue,
    tables,
)

__all__ = [
    "Advice",
    "Advised",
    "ConnectionCount",
    "DatabaseUse",
    "IndexUse",
    "QueueDepth",
    "SlowStatementRecorder",
    "SlowSummary",
    "StatisticsUnavailable",
    "TableUse",
    "advise",
    "connections",
    "database_use",
    "indexes",
    "queue",
    "slowest_of_extension",
    "slowest_recorded",
    "tables",
]
