"""Which names the server answers to, checked once for each name."""

from collections.abc import Sequence

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.settings import Settings
from app.web.headers import SecurityHeaders

_MOST = 100  # names that are remembered: `*.example.com` lets any number through


class AcceptedHosts:
    """ASGI middleware that lets through what Starlette's TrustedHostMiddleware would.

    A `Host` that was let through is remembered. Refusals get the security headers; the answers of
    `app` are left as they are.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: Sequence[str], settings: Settings) -> None:
        self._app = app
        self._allowed = allowed_hosts
        self._settings = settings
        self._accepted: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
                break
        else:
            host = b""
        if host in self._accepted or await self._accepts(host, scope, receive, send):
            await self._app(scope, receive, send)

    async def _accepts(self, host: bytes, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether the host is one of ours; if not, that has been answered."""
        accepted = False

        async def accept(_scope: Scope, _receive: Receive, _send: Send) -> None:
            nonlocal accepted
            accepted = True

        careful = TrustedHostMiddleware(accept, self._allowed)
        await SecurityHeaders(careful, self._settings)(scope, receive, send)
        if accepted and len(self._accepted) < _MOST:
            self._accepted.add(host)
        return accepted
