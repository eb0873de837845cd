"""Who may see and change what runs behind the API."""

from collections.abc import Mapping

from piccolo.table import Table

from app.bridge import Policy
from app.policy.callers import ADMINS
from app.policy.rules import change, policy, read
from app.tables import AuditLog, Event

POLICIES: Mapping[type[Table], Policy] = {
    AuditLog: policy(read(ADMINS, rows=True)),
    Event: policy(
        read(ADMINS, rows=True),
        change(ADMINS, rows=True, columns=(Event.attempts, Event.next_attempt_at, Event.dead_at)),
    ),
}
