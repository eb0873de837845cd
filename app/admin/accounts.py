"""Our users and sessions, as Piccolo Admin expects to find its own."""

import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, cast
from uuid import UUID

from piccolo.columns import And, Where
from piccolo.columns.combination import WhereRaw
from piccolo.query import Select
from piccolo.table import TableMeta

from app.actions.identity import verify_password
from app.context import ADMIN_TOKEN_PREFIX
from app.tables.identifiers import hash_token
from app.tables.identity import Session, User, UserRole, UserStatus

IDLE = timedelta(hours=1)  # a session nobody uses ends after this
LONGEST = timedelta(hours=12)  # and any session after this, however much it is used

# The address and the program of the request, for the session that it may begin.
client: ContextVar[tuple[str | None, str | None]] = ContextVar("admin_client", default=(None, None))


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

    def __init__(self, query: Select[User]) -> None:
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
        token = ADMIN_TOKEN_PREFIX + secrets.token_urlsafe(32)
        address, agent = client.get()
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
        if not token.startswith(ADMIN_TOKEN_PREFIX):
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
