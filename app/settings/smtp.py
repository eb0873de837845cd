"""The URL of an SMTP server.

| URL | how it is spoken to |
| --- | --- |
| `smtp://user:password@host:587` | STARTTLS, which the server must offer |
| `smtps://user:password@host:465` | TLS from the first byte |
| `smtp://host:25?tls=off` | without TLS; a password is then sent to this machine only |

`ca=/path/ca.pem` names the authority of the server's certificate, which is always checked.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

Security = Literal["starttls", "tls", "off"]
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in, and how."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: Path | None = None


def smtp_server(value: str) -> SmtpServer:
    """The server of a URL; ValueError says what is wrong with it, without repeating it."""
    parts = urlsplit(value)
    try:
        port = parts.port
    except ValueError:
        raise ValueError("must have a port from 1 to 65535") from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("must be a URL such as smtp://user:password@mail.example.org:587")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls, ca = options.pop("tls", "on"), options.pop("ca", None)
    if options:
        raise ValueError("has a parameter that is not known: tls and ca are")
    if tls not in {"on", "off"} or (tls == "off" and parts.scheme == "smtps"):
        raise ValueError("can have tls=off with smtp://, and no other tls")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("must have both a user and a password, or neither")
    if tls == "off" and parts.username is not None and parts.hostname not in THIS_MACHINE:
        raise ValueError("would send the password without TLS: remove tls=off")
    if ca is not None and not Path(ca).is_file():
        raise ValueError("names a file in ca that is not there")
    security: Security = "tls" if parts.scheme == "smtps" else "starttls" if tls == "on" else "off"
    return SmtpServer(
        host=parts.hostname,
        port=port or {"tls": 465, "starttls": 587, "off": 25}[security],
        security=security,
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        ca=None if ca is None else Path(ca),
    )
