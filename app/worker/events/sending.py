"""One delivery: the event as a signed POST to the agent, and what its answer means."""

import asyncio
import ssl
import time
from datetime import UTC

import httpx
import orjson

from app.bridge import encode_id
from app.worker.events.queue import Claimed
from app.worker.events.signature import HEADER, sign

# Of an answer's body no more is read; less lets the connection be used again.
MOST_READ = 64 * 1024


class NotDelivered(Exception):
    """The agent has not taken the event; `str()` is one sentence, without the agent's own words."""


async def make_client(connections: int) -> httpx.AsyncClient:
    """A client that checks certificates, follows no redirect, and reads nothing from its
    surroundings but the trusted certificates (SSL_CERT_FILE).
    """
    # In a thread: that is up to a tenth of a second, in which a server beside it answers nobody.
    trusted = await asyncio.to_thread(ssl.create_default_context)
    return httpx.AsyncClient(
        follow_redirects=False,
        trust_env=False,
        verify=trusted,
        timeout=None,  # noqa: S113 - `send` has one for the whole
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
    )


def body_of(event: Claimed) -> bytes:
    """What the agent gets: `id`, `name`, `data`, and `timestamp`, when it happened."""
    return orjson.dumps(
        {
            "id": encode_id("Event", event.id),
            "name": event.name,
            "data": orjson.Fragment(event.data),
            "timestamp": event.created_at.astimezone(UTC),
        },
        option=orjson.OPT_UTC_Z,
    )


async def send(
    client: httpx.AsyncClient, url: str, secret: str, event: Claimed, patience: float
) -> None:
    """Deliver an event; raises NotDelivered unless the agent says 2xx within `patience` seconds."""
    body = body_of(event)
    headers = {"Content-Type": "application/json", HEADER: sign(secret, body, int(time.time()))}
    try:
        async with (
            asyncio.timeout(patience),
            client.stream("POST", url, content=body, headers=headers) as response,
        ):
            await _read(response)
    except TimeoutError:
        raise NotDelivered(f"The agent did not answer within {patience:g} seconds.") from None
    except httpx.ConnectError as error:
        raise NotDelivered(f"The agent cannot be reached: {_reason(error)}.") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotDelivered(f"The agent's answer was lost: {_reason(error)}.") from None
    if response.is_redirect:
        raise NotDelivered(
            f"The agent redirects ({response.status_code}): set SEEDBED_AGENT_URL to where it is."
        )
    if not response.is_success:
        raise NotDelivered(f"The agent answered with the status {response.status_code}.")


async def _read(response: httpx.Response) -> None:
    size = 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > MOST_READ:
            return


def _reason(error: Exception) -> str:
    told = str(error)
    if isinstance(error, httpx.RemoteProtocolError):
        # What was wrong with the answer; behind the colon is the answer itself.
        told = told.partition(":")[0]
    return (told.rstrip(".") or type(error).__name__)[:300]
