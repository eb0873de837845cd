"""The database: the engine, the embedded server, and what can go wrong with them."""

from app.database.connections import SCHEMAS
from app.database.embedded import EmbeddedServer
from app.database.engine import SeedbedEngine
from app.database.errors import (
    DatabaseError,
    DatabaseTooOld,
    DatabaseUnavailable,
    EmbeddedServerError,
    InvalidDatabaseUrl,
    MigrationError,
    PoolTimeout,
    TransactionAborted,
    TransactionBusy,
    TransactionFault,
    TransactionOver,
)
from app.database.pool import ConnectionPool
from app.database.statements import StatementCount, count_statements, operation_name
from app.database.transactions import SeedbedTransaction
from app.database.url import DatabaseUrl, parse_database_url

__all__ = [
    "SCHEMAS",
    "ConnectionPool",
    "DatabaseError",
    "DatabaseTooOld",
    "DatabaseUnavailable",
    "DatabaseUrl",
    "EmbeddedServer",
    "EmbeddedServerError",
    "InvalidDatabaseUrl",
    "MigrationError",
    "PoolTimeout",
    "SeedbedEngine",
    "SeedbedTransaction",
    "StatementCount",
    "TransactionAborted",
    "TransactionBusy",
    "TransactionFault",
    "TransactionOver",
    "count_statements",
    "operation_name",
    "parse_database_url",
]
