"""Piccolo Admin over every table: what administrators look at and correct, and staff's catalogue.

An administrator has one account: a session that is revoked or expired, or whose user may no longer
do this, ends here as well. Piccolo Admin reads and shows; what is written, is written by `editor`.
"""

from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlsplit

from piccolo.apps.user.tables import BaseUser
from piccolo.table import Table
from piccolo_admin.endpoints import FormConfig, create_admin
from piccolo_admin.translations.data import ENGLISH, TRANSLATIONS
from piccolo_admin.translations.models import Translation
from piccolo_api.csrf.middleware import CSRFMiddleware
from piccolo_api.rate_limiting.middleware import RateLimitProvider
from piccolo_api.session_auth.tables import SessionsBase
from starlette.types import ASGIApp

from app.admin.accounts import IDLE, LONGEST, AdminSession, AdminUser
from app.admin.editor import Editor
from app.admin.forms import Done, Task, TaskFailed, forms
from app.admin.gate import Gate, Parts
from app.admin.lists import table_config
from app.admin.look import head
from app.admin.scope import NARROWED
from app.database import SeedbedEngine
from app.settings import Settings
from app.tables import TABLES
from app.tables.identity import UserRole
from app.tables.payments import PaymentReport

__all__ = ["Done", "Task", "TaskFailed", "admin_app"]


class _NoLimit(RateLimitProvider):
    """Lets every request pass: attempts are counted in AdminUser.login, over all processes."""

    def increment(self, identifier: str) -> None:
        """Nothing."""


def admin_app(
    engine: SeedbedEngine, settings: Settings | None = None, tasks: Sequence[Task] = ()
) -> ASGIApp:
    """The admin as an ASGI application, to be mounted at `/admin`.

    `tasks` are offered to administrators under Run, beside those that the admin has itself.
    """
    settings = settings or engine.settings
    tables: tuple[type[Table], ...] = (*TABLES, PaymentReport)
    public = urlsplit(settings.public_url)
    hosts = [public.hostname or "", *settings.allowed_hosts]
    pages = {
        UserRole.ADMIN: _pages(tables, hosts, forms(engine, settings, tasks)),
        UserRole.STAFF: _pages(NARROWED, hosts, []),
    }
    # As strict as Piccolo Admin's own, which does not stand before the editor.
    editor = CSRFMiddleware(Editor(tables), allowed_hosts=hosts)
    secure = public.scheme == "https" or settings.environment == "production"
    return Gate(Parts(pages, editor), engine, secure=secure)


def _pages(tables: Sequence[type[Table]], hosts: list[str], run: list[FormConfig]) -> ASGIApp:
    admin: Any = create_admin(
        [table_config(table) for table in tables],
        forms=run,
        # The two classes have what piccolo_api uses of these types, and are no tables.
        auth_table=cast("type[BaseUser]", AdminUser),
        session_table=cast("type[SessionsBase]", AdminSession),
        session_expiry=IDLE,
        max_session_expiry=LONGEST,
        increase_expiry=IDLE / 2,
        read_only=True,
        rate_limit_provider=_NoLimit(),
        production=True,  # the gate decides about Secure, from the public URL
        site_name="Seedbed",
        translations=_translations(),
        auto_include_related=False,  # every table is listed
        allowed_hosts=hosts,
        sidebar_links={"Home": "/", "GraphiQL": "/graphiql"},
    )
    look = head(table._meta.tablename for table in tables)
    admin.template = admin.template.replace("</head>", f"{look}</head>")
    return cast("ASGIApp", admin)


def _translations() -> list[Translation]:
    """Piccolo's own, where English asks for what people here log in with."""
    email = ENGLISH.model_copy(
        update={"translations": ENGLISH.translations | {"Username": "Email"}}
    )
    return [email if translation is ENGLISH else translation for translation in TRANSLATIONS]
