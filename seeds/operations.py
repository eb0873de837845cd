"""The system's configuration, and an audit log of what the other seed rows tell."""

from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.actions.configuration import KEYS
from app.tables.operations import AuditLog, Event, RateLimit, SystemConfig
from app.tables.projects import Project
from seeds import catalog, identity, payments, projects
from seeds.content import post_id
from seeds.ids import EPOCH, moment, number, stable_id
from seeds.upsert import build

# Builders


def audit_log(**overrides: Any) -> AuditLog:
    """A row of the audit log; the database never lets it go again."""
    defaults = {
        "action": "user.login",
        "resource_type": "user",
        "resource_id": str(number()),
        "ip_address": "192.0.2.10",
    }
    return build(AuditLog, defaults, overrides)


def system_config(*, key: str, value: Any, **overrides: Any) -> SystemConfig:
    """A setting; `value` is the plain Python value."""
    return build(SystemConfig, {"key": key, "value": value}, overrides)


def event(*, project: Project | UUID, **overrides: Any) -> Event:
    """An event that is due for delivery. For `save` only: the database numbers events."""
    return build(Event, {"project": project, "name": "code-agent/run"}, overrides)


def rate_limit(**overrides: Any) -> RateLimit:
    """One attempt in a window of an hour."""
    defaults = {
        "key": f"login:{number()}",
        "window_start": EPOCH,
        "attempts": 1,
        "expires_at": moment(hours=1),
    }
    return build(RateLimit, defaults, overrides)


# The seed rows


def reference_rows() -> list[Table]:
    """What every installation needs: the configuration, which the admin shows."""
    return [
        system_config(
            key=key.name, value=key.default, description=key.description, created_at=EPOCH
        )
        for key in KEYS.values()
    ]


def rows() -> list[Table]:
    """Everything of this domain."""
    return [*reference_rows(), *_audit_logs()]


def _audit_logs() -> list[Table]:
    admin, staff = identity.user_id(identity.ADMIN), identity.user_id(identity.STAFF)
    customer = identity.user_id(identity.CUSTOMER)
    university = catalog.university_id("aldermoor-university")
    former = identity.user_id("former.colleague@seedbed.example")
    spammer = identity.user_id("spam.offers@seedbed.example")
    # when, who, what was done, to what kind of thing, to which one, what changed
    told: tuple[tuple[datetime, UUID, str, str, UUID | None, dict[str, Any]], ...] = (
        (
            moment(2),
            admin,
            "university.verify",
            "university",
            university,
            {"is_verified": [False, True]},
        ),
        (
            moment(18),
            customer,
            "project.create",
            "project",
            projects.project_id("quiet-harbour"),
            {},
        ),
        (moment(20), admin, "user.login", "user", admin, {"method": "password"}),
        (moment(21), admin, "user.suspend", "user", spammer, {"status": ["ACTIVE", "SUSPENDED"]}),
        (moment(22), staff, "user.login", "user", staff, {"method": "password"}),
        (
            moment(26),
            admin,
            "post.publish",
            "post",
            post_id("what-an-index-is-for"),
            {"published": [False, True]},
        ),
        (
            moment(32, minutes=31),
            admin,
            "payment.refund",
            "payment",
            payments.payment_id("1002"),
            {"amount": "40.00", "currency": "EUR"},
        ),
        (moment(40), admin, "user.delete", "user", former, {}),
    )
    return [
        audit_log(
            id=stable_id(f"audit_logs/{action}/{resource_id}", at),
            user=who,
            action=action,
            resource_type=resource_type,
            resource_id=None if resource_id is None else str(resource_id),
            details=details,
            ip_address="192.0.2.20",
            user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
            created_at=at,
        )
        for at, who, action, resource_type, resource_id, details in told
    ]
