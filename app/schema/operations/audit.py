"""The audit log, which administrators read and follow."""

from app.bridge import Follow, Node, auto, descending, listing, single
from app.context import Context
from app.policy import ADMINS
from app.schema.registry import registry, subscriptions
from app.tables import operations as tables


@registry.exposes(tables.AuditLog)
class AuditLog(Node):
    """Who did what to which thing; administrators see it."""

    user: auto
    action: auto
    resource_type: auto
    resource_id: auto
    details: auto
    ip_address: auto
    user_agent: auto
    created_at: auto


@registry.query
class AuditQuery:
    """The audit log."""

    audit_log: auto = single(tables.AuditLog)
    audit_logs: auto = listing(
        tables.AuditLog,
        descending(tables.AuditLog.created_at),
        description="Every AuditLog you may read, newest first.",
    )


# --- what can be followed -------------------------------------------------------------------------


@subscriptions.field(who=ADMINS, audit_log=tables.AuditLog)
async def audit_log_added(_context: Context) -> Follow:
    """Everything that is written to the audit log."""
    return Follow("audit", "")
