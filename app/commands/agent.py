"""`make agent`: the example agent with a new key of its own, in development only."""

import asyncio
import os
import socket
import sys
from datetime import UTC, datetime
from urllib.parse import urlsplit

from app.audit import recorded
from app.bridge import Viewer
from app.commands import console
from app.commands.console import CommandError
from app.database import SeedbedEngine
from app.policy import Caller
from app.settings import PROJECT, Settings
from app.tables import ApiKey
from app.tables.identifiers import API_KEY, hash_token, new_token
from app.tables.identity import Scope, UserRole, UserStatus

SCRIPT = PROJECT / "examples" / "agent" / "agent.py"
NAME = "Example agent"
_SHOWN = len(API_KEY) + 6

_ADMINISTRATOR = """
select id from identity.users where role = $1 and status = $2 and deleted_at is null
order by created_at, id limit 1
"""
_OLD_KEYS = """
select id from identity.api_keys where "user" = $1 and name = $2 and revoked_at is null
"""
# Those that failed while no agent was there need not wait any longer than until this one listens:
# one that came too early would wait for its next turn, which may be an hour away.
_HURRY = """
update operations.events set next_attempt_at = least(next_attempt_at, now() + interval '3 seconds')
where delivered_at is null and dead_at is null and last_error is not null
"""


def check(settings: Settings) -> int:
    """The port on which the agent is to listen; raises CommandError where there must be none."""
    if settings.environment != "development":
        raise CommandError("The example agent runs in development only; see docs/events.md.")
    parts = urlsplit(settings.agent_url or "")
    if parts.hostname not in {"127.0.0.1", "localhost"} or parts.path != "/events":
        raise CommandError(
            "SEEDBED_AGENT_URL leads to another agent: remove it, or stop here and start that one."
        )
    return parts.port or 80


def check_port(port: int) -> None:
    """Raise CommandError when something listens there already, such as an agent that runs: a new
    key would withdraw the one it has.
    """
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise CommandError(
            f"The agent cannot listen on port {port}: {os.strerror(error.errno or 0)}. Use the one"
            " that runs, or stop it first."
        ) from None


async def make_key(engine: SeedbedEngine) -> str:
    """A new key of the agent's, an administrator's; the one of the last run is withdrawn."""
    found = await engine.fetch(_ADMINISTRATOR, UserRole.ADMIN.value, UserStatus.ACTIVE.value)
    if not found:
        raise CommandError(
            "There is no administrator, whose key the agent could have: run `piccolo db"
            " create-admin` first."
        )
    user = found[0]["id"]
    plain = new_token(API_KEY)
    async with recorded(engine, "api_key.create", Viewer(Caller.ADMIN, {"user": user})) as change:
        row = await change.insert(
            ApiKey,
            {
                "user": user,
                "name": NAME,
                "key_prefix": plain[:_SHOWN],
                "key_hash": hash_token(plain),
                "scopes": [Scope.AGENT.value],
            },
        )
        for (old,) in await engine.fetch(_OLD_KEYS, user, NAME):
            if old != row["id"]:
                await change.set(ApiKey, old, {"revoked_at": datetime.now(UTC)})
        await engine.fetch(_HURRY)
    return plain


def main() -> None:
    """Make the key and become the agent; exits with the code of what kept it from that."""
    engine = console.find_engine()
    environment = dict(os.environ)

    def prepare() -> int:
        port = check(engine.settings)
        check_port(port)
        environment["AGENT_PORT"] = str(port)
        environment["AGENT_API_KEY"] = asyncio.run(make_key(engine))
        environment["AGENT_API_URL"] = f"{engine.settings.public_url}/graphql"
        environment["AGENT_SECRET"] = engine.settings.agent_secret
        return console.OK

    if code := console.code_of(prepare):
        sys.exit(code)
    os.execve(sys.executable, [sys.executable, str(SCRIPT)], environment)  # noqa: S606 - no shell


if __name__ == "__main__":
    main()
