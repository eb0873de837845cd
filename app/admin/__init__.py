"""Piccolo Admin over every table, to read: what administrators look at when something is unclear.

It only reads until changes made in it are audited. An administrator has one account: a session that
is revoked or expired, or whose user may no longer do this, ends here as well.
"""

from typing import cast
from urllib.parse import urlsplit

from piccolo.apps.user.tables import BaseUser
from piccolo.table import Table
from piccolo_admin.endpoints import create_admin
from piccolo_admin.translations.data import ENGLISH, TRANSLATIONS
from piccolo_admin.translations.models import Translation
from piccolo_api.rate_limiting.middleware import InMemoryLimitProvider
from piccolo_api.session_auth.tables import SessionsBase
from starlette.types import ASGIApp

from app.admin.accounts import IDLE, LONGEST, AdminSession, AdminUser
from app.admin.gate import Gate
from app.admin.lists import table_config
from app.settings import Settings
from app.tables import TABLES
from app.tables.payments import PaymentReport

__all__ = ["admin_app"]

_LOGIN_ATTEMPTS = 20
_LOGIN_WINDOW = 300  # seconds; also how long an address stays blocked


def admin_app(settings: Settings) -> ASGIApp:
    """The admin as an ASGI application, to be mounted at `/admin`."""
    tables: tuple[type[Table], ...] = (*TABLES, PaymentReport)
    public = urlsplit(settings.public_url)
    admin = create_admin(
        [table_config(table) for table in tables],
        # The two classes have what piccolo_api uses of these types, and are no tables.
        auth_table=cast("type[BaseUser]", AdminUser),
        session_table=cast("type[SessionsBase]", AdminSession),
        session_expiry=IDLE,
        max_session_expiry=LONGEST,
        increase_expiry=IDLE / 2,
        read_only=True,
        # Piccolo's own limit never forgets an address that it has blocked.
        rate_limit_provider=InMemoryLimitProvider(
            limit=_LOGIN_ATTEMPTS, timespan=_LOGIN_WINDOW, block_duration=_LOGIN_WINDOW
        ),
        production=True,  # the gate decides about Secure, from the public URL
        site_name="Seedbed",
        translations=_translations(),
        auto_include_related=False,  # every table is listed
        allowed_hosts=[public.hostname or "", *settings.allowed_hosts],
        sidebar_links={"Home": "/", "GraphiQL": "/graphiql"},
    )
    secure = public.scheme == "https" or settings.environment == "production"
    return Gate(admin, secure=secure)


def _translations() -> list[Translation]:
    """Piccolo's own, where English asks for what people here log in with."""
    email = ENGLISH.model_copy(
        update={"translations": ENGLISH.translations | {"Username": "Email"}}
    )
    return [email if translation is ENGLISH else translation for translation in TRANSLATIONS]
