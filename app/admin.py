"""Piccolo Admin over every table, to read: what administrators look at when something is unclear.

It only reads until changes made in it are audited. Piccolo Admin expects user and session tables of
its own kind; two classes here show it ours instead, so that an administrator has one account, and
a session that is revoked or expired, or whose user may no longer do this, ends here as well.
"""

import json
import secrets
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from piccolo.apps.user.tables import BaseUser
from piccolo.columns import JSON, And, Column, Text, Varchar, Where
from piccolo.columns.combination import WhereRaw
from piccolo.query import Select
from piccolo.table import Table, TableMeta
from piccolo_admin.endpoints import TableConfig, create_admin
from piccolo_api.crud.endpoints import OrderBy, PiccoloCRUD
from piccolo_api.crud.validators import Validators
from piccolo_api.rate_limiting.middleware import InMemoryLimitProvider
from piccolo_api.session_auth.tables import SessionsBase
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.actions.identity import hash_token, verify_password
from app.settings import Settings
from app.tables import TABLES
from app.tables.identity import Session, User, UserRole, UserStatus
from app.tables.payments import PaymentReport

IDLE = timedelta(hours=1)  # a session nobody uses ends after this
LONGEST = timedelta(hours=12)  # and any session after this, however much it is used

# Only tokens that this module made open the admin: an access token of the API never does.
TOKEN_PREFIX = "sbadmin_"  # noqa: S105 - how tokens begin, not one of them

_LOGIN_ATTEMPTS = 20
_LOGIN_WINDOW = 300  # seconds; also how long an address stays blocked
_LOGIN_BODY = 16 * 1024  # bytes
_MAX_PAGE_SIZE = 1_000
_MAX_PAGE = 1_000_000

_client: ContextVar[tuple[str | None, str | None]] = ContextVar(
    "admin_client", default=(None, None)
)


@dataclass(frozen=True, slots=True)
class AdminUser:
    """An administrator who may log in, with what piccolo_api reads of its own BaseUser."""

    _meta: ClassVar[TableMeta] = User._meta

    id: UUID
    username: str
    active: ClassVar[bool] = True
    admin: ClassVar[bool] = True
    superuser: ClassVar[bool] = False

    @staticmethod
    def objects() -> "_AdminUsers":
        """Administrators who are active and not deleted; nobody else can be found here."""
        return _AdminUsers(User.select(User.id, User.email).where(_may_enter()))

    @staticmethod
    async def login(username: object, password: object) -> UUID | None:
        """The id of the administrator with this email and password.

        Whatever is wrong, the answer is the same and takes as long as one argon2id.
        """
        if not (isinstance(username, str) and isinstance(password, str)):
            return None
        row = None
        if len(username) <= 254 and len(password) <= 1_024 and "\0" not in username:
            row = await (
                User.select(User.id, User.password_hash)
                .where(WhereRaw('lower("email") = lower({})', username))
                .where(_may_enter())
                .first()
            )
        known = await verify_password(password[:1_024], row["password_hash"] if row else None)
        if row is None or not known:
            return None
        await User.update({User.last_login_at: datetime.now(UTC)}).where(User.id == row["id"])
        return cast("UUID", row["id"])


class _AdminUsers:
    """The one query that piccolo_api makes of its user table: by key, the first, or none."""

    def __init__(self, query: Select[dict[str, Any]]) -> None:
        self._query = query

    def where(self, clause: Where) -> "_AdminUsers":
        return _AdminUsers(self._query.where(clause))

    def first(self) -> "_AdminUsers":
        return self

    async def run(self) -> AdminUser | None:
        row = await self._query.first()
        return AdminUser(row["id"], row["email"]) if row else None


def _may_enter() -> And:
    return And(
        And(User.role == UserRole.ADMIN, User.status == UserStatus.ACTIVE),
        User.deleted_at.is_null(),
    )


@dataclass(frozen=True, slots=True)
class AdminSession:
    """A login at the admin, kept as a row of Session; only the browser has its token."""

    token: str

    @classmethod
    async def create_session(cls, user_id: UUID, **_: object) -> "AdminSession":
        """Begin a session. piccolo_api passes its end in local time, so it is set here instead."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        address, agent = _client.get()
        await Session.insert(
            Session(
                user=user_id,
                access_token_hash=hash_token(token),
                expires_at=datetime.now(UTC) + IDLE,
                ip_address=address,
                user_agent=agent,
            )
        )
        return cls(token)

    @staticmethod
    async def get_user_id(token: str, increase_expiry: timedelta | None = None) -> UUID | None:
        """Whose session this is, if it is still one; a session in use is prolonged."""
        if not token.startswith(TOKEN_PREFIX):
            return None
        now = datetime.now(UTC)
        row = await (
            Session.select(Session.id, Session.user, Session.created_at, Session.expires_at)
            .where(Session.access_token_hash == hash_token(token))
            .where(Session.revoked_at.is_null())
            .where(Session.expires_at > now)
            .first()
        )
        if row is None:
            return None
        end = min(now + IDLE, row["created_at"] + LONGEST)
        if (
            increase_expiry
            and row["expires_at"] - now < increase_expiry
            and end > row["expires_at"]
        ):
            await Session.update({Session.expires_at: end}).where(Session.id == row["id"])
        return cast("UUID", row["user"])

    @staticmethod
    async def remove_session(token: str) -> None:
        """End a session; its row stays, as those of the API do."""
        await (
            Session.update({Session.revoked_at: datetime.now(UTC)})
            .where(Session.access_token_hash == hash_token(token))
            .where(Session.revoked_at.is_null())
        )


def admin_app(settings: Settings) -> ASGIApp:
    """The admin as an ASGI application, to be mounted at `/admin`."""
    tables: tuple[type[Table], ...] = (*TABLES, PaymentReport)
    public = urlsplit(settings.public_url)
    admin = create_admin(
        [_table_config(table) for table in tables],
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
        auto_include_related=False,  # every table is listed
        allowed_hosts=[public.hostname or "", *settings.allowed_hosts],
        sidebar_links={"Home": "/", "GraphiQL": "/graphiql"},
    )
    secure = public.scheme == "https" or settings.environment == "production"
    return _Gate(admin, secure=secure)


def _table_config(table: type[Table]) -> TableConfig:
    """How a table is listed: without secrets and long texts, newest first, linked by a name.

    The primary key is left out where another column is the link: Piccolo Admin shows an empty page
    when it has both.
    """
    key = table._meta.primary_key
    link = next((column for column in table._meta.columns if _names_a_row(column)), key)
    shown = [c for c in table._meta.columns if _short(c) and (c is not key or link is key)]
    shown.sort(key=lambda column: column is not link)
    return TableConfig(
        table,
        visible_columns=shown,
        visible_filters=[c for c in table._meta.columns if not c._meta.secret],
        validators=Validators(every=[_refuse_bad_parameters]),
        menu_group=(table._meta.schema or "other").capitalize(),
        link_column=None if link is key else link,
        # Keys are made in order of time, and they are indexed.
        order_by=[OrderBy(key, ascending=isinstance(key, Varchar))],
    )


def _names_a_row(column: Column) -> bool:
    return isinstance(column, Varchar) and not (
        column._meta.null or column._meta.secret or column._meta.choices
    )


def _short(column: Column) -> bool:
    long = isinstance(column, JSON) or type(column) is Text
    return not (long or column._meta.secret or column._meta.name == "updated_at")


def _refuse_bad_parameters(piccolo_crud: PiccoloCRUD, request: Request) -> None:
    """Refuse to filter, sort or select by a secret, and numbers the database would not take.

    Sorting by a hash would tell its bytes one comparison at a time.
    """
    columns = {c._meta.name for c in piccolo_crud.table._meta.columns if not c._meta.secret}
    for name, value in request.query_params.multi_items():
        if name in {"__order", "__visible_fields"}:
            unknown = [part for part in value.split(",") if part.removeprefix("-") not in columns]
            if unknown:
                raise HTTPException(400, f"{name} names a column that is not offered here.")
        elif name in _NUMBERS:
            lowest, highest = _NUMBERS[name]
            plain = value.isascii() and value.isdigit() and len(value) <= 10
            if not (plain and lowest <= int(value) <= highest):
                raise HTTPException(400, f"{name} must be a number from {lowest} to {highest}.")
        elif not name.startswith("__") and name != "search":
            column = name.partition("__")[0].removesuffix("[]")
            if column not in columns:
                raise HTTPException(400, "A filter names a column that is not offered here.")


_NUMBERS = {
    "__page": (1, _MAX_PAGE),
    "__page_size": (1, _MAX_PAGE_SIZE),
    "limit": (1, _MAX_PAGE_SIZE),
    "offset": (0, _MAX_PAGE * _MAX_PAGE_SIZE),
}


class _Gate:
    """What stands before Piccolo Admin: no API documents, no input that would fail inside, cookies.

    The documents load their scripts from another host. The cookies are sent to the admin alone.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        root = scope.get("root_path", "")
        path = scope["path"].removeprefix(root)
        if path.rstrip("/").endswith(("/docs", "/openapi.json")) or "/docs/" in path:
            await _refuse(404, "Not found.")(scope, receive, send)
            return
        if "\0" in path or b"%00" in scope["query_string"]:
            await _refuse(400, "A NUL character cannot be looked for.")(scope, receive, send)
            return
        if scope["method"] == "POST":
            body = await _read(receive, _LOGIN_BODY)
            if body is None or not _acceptable(body):
                message = "Send a form, or a JSON object, of at most 16 KiB."
                await _refuse(422, message)(scope, receive, send)
                return
            receive = _again(body)
        connection = HTTPConnection(scope)
        _client.set(
            (
                connection.client.host[:45] if connection.client else None,
                connection.headers.get("user-agent", "")[:512] or None,
            )
        )
        private = path.startswith("/api/")

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    (name, _cookie(value, root or "/", self._secure))
                    if name.lower() == b"set-cookie"
                    else (name, value)
                    for name, value in message["headers"]
                ]
                if private:
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, send_on)


def _refuse(status: int, message: str) -> JSONResponse:
    return JSONResponse({"detail": message}, status_code=status)


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The body of a request, or None when it is larger than `limit` or the client has gone."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return body


def _acceptable(body: bytes) -> bool:
    """Whether piccolo_api can read this: it takes what is not JSON for a form."""
    try:
        return isinstance(json.loads(body), dict)
    except json.JSONDecodeError:
        return True
    except (UnicodeDecodeError, RecursionError):
        return False


def _again(body: bytes) -> Receive:
    """A `receive` that gives `body`, once, and then that the client has gone."""
    messages: Iterable[Message] = [
        {"type": "http.request", "body": body, "more_body": False},
        {"type": "http.disconnect"},
    ]
    left = iter(messages)

    async def receive() -> Message:
        return next(left, {"type": "http.disconnect"})

    return receive


def _cookie(value: bytes, path: str, secure: bool) -> bytes:
    """A Set-Cookie header for this path alone, over https alone when `secure`."""
    pair, *attributes = value.split(b"; ")
    kept = [a for a in attributes if a.lower() != b"secure" and not a.lower().startswith(b"path=")]
    kept.append(b"Path=" + path.encode("latin-1"))
    if secure:
        kept.append(b"Secure")
    return b"; ".join([pair, *kept])
