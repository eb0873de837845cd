"""Our users and sessions, as Piccolo Admin expects to find its own."""

import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, cast
from uuid import UUID

from piccolo.columns import And, Or, Where
from piccolo.columns.combination import WhereRaw
from piccolo.query import Select
from piccolo.table import TableMeta
from starlette.exceptions import HTTPException

from app.actions import limits
from app.actions.identity import verify_password
from app.actions.identity.sessions import LOGINS_FROM_ADDRESS, LOGINS_OF_ACCOUNT
from app.audit import Origin, recorded
from app.bridge import Viewer
from app.context import ADMIN_TOKEN_PREFIX, viewer_of
from app.database import SeedbedEngine
from app.policy import Caller
from app.tables.identifiers import hash_token
from app.tables.identity import Session, User, UserRole, UserStatus

IDLE = timedelta(hours=1)  # a session nobody uses ends after this
LONGEST = timedelta(hours=12)  # and any session after this, however much it is used


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to the admin: over which engine it works, where it came from, and whose it is."""

    engine: SeedbedEngine
    origin: Origin
    user: "AdminUser | None" = None


visit: ContextVar[Visit] = ContextVar("admin_visit")


@dataclass(frozen=True, slots=True)
class AdminUser:
    """Somebody who may log in, with what piccolo_api reads of its own BaseUser."""

    _meta: ClassVar[TableMeta] = User._meta

    id: UUID
    username: str
    role: UserRole
    organization: UUID | None
    university: UUID | None
    active: ClassVar[bool] = True
    admin: ClassVar[bool] = True
    superuser: ClassVar[bool] = False

    @property
    def viewer(self) -> Viewer:
        """The same person as the policy and the audit log know them."""
        return viewer_of(
            {
                "user": self.id,
                "role": self.role,
                "organization": self.organization,
                "university": self.university,
            }
        )

    @staticmethod
    def objects() -> "_AdminUsers":
        """Those who may enter; nobody else can be found here."""
        return _AdminUsers(
            User.select(User.id, User.email, User.role, User.organization, User.university).where(
                _may_enter()
            )
        )

    @staticmethod
    async def login(username: object, password: object) -> UUID | None:
        """The id of whoever has this email and password, if they may enter.

        Whatever is wrong, the answer is the same and takes as long as one argon2id. Attempts are
        counted together with those at the API; too many are answered by 429 before that.
        """
        if not (isinstance(username, str) and isinstance(password, str)):
            return None
        engine, origin = visit.get().engine, visit.get().origin
        address, email = limits.of_address(origin.address), limits.of_email(username.strip())
        try:
            await limits.count(engine, LOGINS_FROM_ADDRESS, address)
            await limits.count(engine, LOGINS_OF_ACCOUNT, email)
        except limits.RateLimited as error:
            headers = {"Retry-After": str(error.retry_after)}
            raise HTTPException(429, error.message, headers) from error
        row = None
        if len(username) <= 254 and len(password) <= 1_024 and "\0" not in username:
            row = await (
                User.select(User.id, User.password_hash)
                .where(WhereRaw('lower("email") = lower({})', username.strip()))
                .where(_may_enter())
                .first()
            )
        known = await verify_password(password[:1_024], row["password_hash"] if row else None)
        if row is None or not known:
            return None
        await limits.give_back(engine, LOGINS_FROM_ADDRESS, address)
        await limits.forget(engine, LOGINS_OF_ACCOUNT, email)
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
        if row is None:
            return None
        role = UserRole(row["role"])
        return AdminUser(row["id"], row["email"], role, row["organization"], row["university"])


def _may_enter() -> And:
    """Administrators, and the staff of a university; active, and not deleted."""
    staff = And(User.role == UserRole.STAFF, User.university.is_not_null())
    return And(
        And(Or(User.role == UserRole.ADMIN, staff), User.status == UserStatus.ACTIVE),
        User.deleted_at.is_null(),
    )


@dataclass(frozen=True, slots=True)
class AdminSession:
    """A login at the admin, kept as a row of Session; only the browser has its token."""

    token: str

    @classmethod
    async def create_session(cls, user_id: UUID, **_: object) -> "AdminSession":
        """Begin a session. piccolo_api passes its end in local time, so it is set here instead."""
        token, now = ADMIN_TOKEN_PREFIX + secrets.token_urlsafe(32), datetime.now(UTC)
        engine, origin = visit.get().engine, visit.get().origin
        user = await AdminUser.objects().where(User.id == user_id).run()
        if user is None:
            # Suspended within the last moment.
            raise HTTPException(401, "Login failed")
        async with recorded(engine, "admin.log_in", user.viewer, origin) as change:
            session = await change.insert(
                Session,
                {
                    "user": user_id,
                    "access_token_hash": hash_token(token),
                    "expires_at": now + IDLE,
                    **origin.columns(),
                },
            )
            await change.set(User, user_id, {"last_login_at": now})
            change.about(Session, session["id"])
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
        now = datetime.now(UTC)
        row = await (
            Session.select(Session.id, Session.user)
            .where(Session.access_token_hash == hash_token(token))
            .where(Session.revoked_at.is_null())
            .first()
        )
        if row is None or not token.startswith(ADMIN_TOKEN_PREFIX):
            return
        person = await AdminUser.objects().where(User.id == row["user"]).run()
        viewer = person.viewer if person else Viewer(Caller.USER, {"user": row["user"]})
        engine, origin = visit.get().engine, visit.get().origin
        async with recorded(engine, "admin.log_out", viewer, origin) as change:
            await change.set(Session, row["id"], {"revoked_at": now})
            change.about(Session, row["id"])
