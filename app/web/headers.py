"""The security headers of every answer: what a browser may load, frame, send and remember.

Those of data are what the OWASP REST Security Cheat Sheet names for an API, and
Cross-Origin-Resource-Policy.
"""

from collections.abc import Iterable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings

_PAGES = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self' data:",
    "script-src": "'self'",
    "style-src": "'self'",
}

# Monaco, GraphiQL's editor, writes style elements, carries its fonts in its style sheet and works
# in web workers. Its scripts are held as strictly as everybody's.
_GRAPHIQL = _PAGES | {
    "font-src": "'self' data:",
    "style-src": "'self' 'unsafe-inline'",
    "worker-src": "'self'",
}

# Piccolo Admin's pages write style attributes; its font and pictures are inside its style sheet.
_ADMIN = _PAGES | {
    "font-src": "'self' data:",
    "style-src": "'self' 'unsafe-inline'",
}

# JSON loads nothing.
_DATA = {"default-src": "'none'", "frame-ancestors": "'none'"}

_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}

# What a document may do; without meaning for JSON, and uvicorn takes its time with every header.
_OF_DOCUMENTS = {
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_HSTS = {"Strict-Transport-Security": "max-age=31536000"}

_Headers = tuple[tuple[bytes, bytes], ...]


class SecurityHeaders:
    """ASGI middleware that adds the headers; they are encoded once, so that a request only appends.

    `Strict-Transport-Security` is sent when the public URL is https: a browser that has read it
    refuses plain HTTP for a year.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        common = {**_common(settings), **_OF_DOCUMENTS}
        self._app = app
        self._pages = _encode(common, _PAGES)
        self._graphiql = _encode(common, _GRAPHIQL)
        self._admin = _encode(common, _ADMIN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; append the headers of its path to the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = self._of(scope["path"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _of(self, path: str) -> _Headers:
        if path == "/graphiql":
            return self._graphiql
        if path.startswith("/admin"):
            return self._admin
        return self._pages


def data_headers(settings: Settings) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of answers of GraphQL, which are data and no documents."""
    return _encode(_common(settings), _DATA)


def _common(settings: Settings) -> Mapping[str, str]:
    return _COMMON | (_HSTS if is_https(settings) else {})


def is_https(settings: Settings) -> bool:
    """True when people reach this server over https, whoever ends the TLS connection."""
    return settings.public_url.lower().startswith("https://")


def _encode(common: Mapping[str, str], policy: Mapping[str, str]) -> _Headers:
    directives = "; ".join(f"{name} {sources}" for name, sources in policy.items())
    return tuple(_lower(common.items())) + tuple(_lower([("Content-Security-Policy", directives)]))


def _lower(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[bytes, bytes]]:
    for name, value in pairs:
        yield name.lower().encode(), value.encode()
