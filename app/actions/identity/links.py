"""Links that go out by email: each is good once, for one purpose, for a while.

Asking for one does the same whether or not there is anybody to write to: the same statements, and a
job for the worker, which then writes nothing. The answer is the same as well.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.audit import Change
from app.bridge import Problem, Refused
from app.bridge.errors import Path
from app.context import Context
from app.database import SeedbedEngine
from app.jobs import MailTemplate, SendEmail, enqueue
from app.tables import MagicLink
from app.tables.identifiers import LINK_TOKEN, hash_token, new_token
from app.tables.identity import MagicLinkPurpose

LASTS = {
    MagicLinkPurpose.LOGIN: timedelta(minutes=15),
    MagicLinkPurpose.REGISTER: timedelta(days=1),
    MagicLinkPurpose.RESET: timedelta(hours=1),
}

_FIND = """
select id, purpose, email, "user", name, password_hash from identity.magic_links
where token_hash = $1 and purpose = any($2) and used_at is null and expires_at > $3
"""

_USE = "update identity.magic_links set used_at = $2 where id = $1 and used_at is null returning id"


async def issue(
    change: Change,
    context: Context,
    purpose: MagicLinkPurpose,
    email: str,
    template: MailTemplate,
    *,
    user: UUID | None,
    wanted: bool,
    values: Mapping[str, Any] | None = None,
) -> None:
    """A new link for `email`, and the mail with it; `values` are other columns of its row.

    Where it is not `wanted`, nobody will ever see the link.
    """
    token = new_token(LINK_TOKEN)
    expires_at = datetime.now(UTC) + LASTS[purpose]
    row = {
        "purpose": purpose,
        "email": email,
        "user": user,
        "token_hash": hash_token(token),
        "expires_at": expires_at,
    }
    link = await change.insert(MagicLink, {**row, **(values or {})})
    change.about(MagicLink, link["id"])
    mail = SendEmail(
        template=template, to=email, token=token, useful_until=expires_at, wanted=wanted
    )
    await enqueue(context.engine, mail)


async def find(engine: SeedbedEngine, token: str, *purposes: MagicLinkPurpose) -> Mapping[str, Any]:
    """The link of a token that can still be used for one of `purposes`. Raises Refused."""
    rows = await engine.fetch(
        _FIND, hash_token(token[:200]), [purpose.value for purpose in purposes], datetime.now(UTC)
    )
    if not rows:
        raise unusable()
    return dict(rows[0])


async def use(engine: SeedbedEngine, link: UUID) -> None:
    """Use a link up, in the transaction of what it is used for. Raises Refused when it was."""
    if not await engine.fetch(_USE, link, datetime.now(UTC)):
        raise unusable()


def unusable(path: Path = ("token",)) -> Refused:
    """The one answer about links that do not work: unknown, used, too old, or for nobody."""
    return Refused(
        Problem("INVALID_TOKEN", "this link is not valid, or no longer; ask for a new one", path)
    )
