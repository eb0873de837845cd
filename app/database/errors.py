"""What can go wrong with the database, each as one sentence for the person who runs the server.

    DatabaseError
    ├── InvalidDatabaseUrl      a URL that cannot be understood
    ├── DatabaseUnavailable     no connection, or a connection that was lost
    ├── DatabaseTooOld          a server older than the oldest supported one
    ├── PoolTimeout             no pooled connection became free in time
    ├── TransactionFault        a transaction used in a way that cannot work
    │   ├── TransactionOver     used after its end
    │   ├── TransactionAborted  a failed statement had already undone it
    │   └── TransactionBusy     its turn did not come in time
    ├── EmbeddedServerError     the embedded server cannot be started, or not be used
    └── MigrationError          a migration that cannot be applied or is not the one that was

No message holds a password or the arguments of a statement.
"""

from piccolo.engine.exceptions import TransactionError


class DatabaseError(Exception):
    """The common ancestor; `str()` is the sentence."""


class InvalidDatabaseUrl(DatabaseError):
    """A database URL that cannot be understood."""


class DatabaseUnavailable(DatabaseError):
    """No connection can be made, or the one in use was lost.

    `transient` is true where the same attempt may succeed a moment later: a server that restarts,
    but not a wrong password. `in_use` is true for a connection that was lost while it was used.
    """

    def __init__(self, message: str, *, transient: bool = False, in_use: bool = False) -> None:
        super().__init__(message)
        self.transient = transient
        self.in_use = in_use


class DatabaseTooOld(DatabaseError):
    """The server is older than the oldest supported version."""


class PoolTimeout(DatabaseError):
    """No connection of the pool became free within the pool's timeout."""


class TransactionFault(DatabaseError, TransactionError):
    """A transaction was used in a way that cannot work; Piccolo knows it as its own kind."""


class TransactionOver(TransactionFault):
    """The transaction (or savepoint block) has ended, and something still uses it."""


class TransactionAborted(TransactionFault):
    """The block ended well, but a failed statement inside it had undone its work."""


class TransactionBusy(TransactionFault):
    """A statement waited too long for its turn in a transaction shared by several tasks."""


class EmbeddedServerError(DatabaseError):
    """The embedded server cannot be started or used."""


class MigrationError(DatabaseError):
    """A migration cannot be applied, or differs from the one that was applied."""
