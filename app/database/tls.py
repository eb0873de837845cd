"""TLS as a database URL demands it, turned into what asyncpg takes."""

import ssl
from pathlib import Path
from urllib.parse import urlencode

from app.database.errors import DatabaseUnavailable
from app.database.url import DatabaseUrl, Tls


def tls_arguments(url: DatabaseUrl, name: str) -> dict[str, object]:
    """The arguments of `asyncpg.connect` that concern TLS; reads files, so not on the event loop.

    Raises DatabaseUnavailable for a file that cannot be used; `name` is what it calls the URL.
    """
    tls = url.tls
    if tls.mode == "disable" or all(host.startswith("/") for host, _ in url.hosts):
        return {"ssl": False}
    for parameter, path in (
        ("sslrootcert", tls.root if tls.root != "system" else None),
        ("sslcert", tls.certificate),
        ("sslkey", tls.key),
    ):
        if path is not None:
            _check_file(name, parameter, path)
    if tls.mode in {"allow", "prefer"}:
        # Only asyncpg can try with and without TLS, and it takes these modes by name alone.
        given = {
            "sslmode": tls.mode,
            "sslcert": tls.certificate,
            "sslkey": tls.key,
            "sslpassword": tls.key_password,
        }
        query = urlencode({key: value for key, value in given.items() if value is not None})
        return {"dsn": f"postgresql://?{query}"}
    try:
        return {"ssl": _context(tls)}
    except (ssl.SSLError, ValueError) as error:
        raise DatabaseUnavailable(
            f"A certificate or key that {name} names cannot be used:"
            f" {getattr(error, 'reason', None) or 'it is not in PEM form'}."
        ) from error


def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["postgresql"])  # direct negotiation needs it
    context.check_hostname = tls.mode == "verify-full"
    home = Path("~/.postgresql/root.crt").expanduser()
    if tls.root not in {None, "system"}:
        context.load_verify_locations(tls.root)
    elif tls.root is None and home.is_file():
        context.load_verify_locations(home)
    elif tls.root == "system" or tls.mode != "require":
        context.load_default_certs()
    else:
        # As libpq: `require` encrypts, and verifies only against certificates it was given.
        context.verify_mode = ssl.CERT_NONE
    if tls.certificate is not None:
        # A callable, since without one OpenSSL would ask on the terminal.
        context.load_cert_chain(tls.certificate, tls.key, lambda: tls.key_password or "")
    return context


def _check_file(name: str, parameter: str, path: str) -> None:
    try:
        Path(path).open("rb").close()
    except OSError as error:
        raise DatabaseUnavailable(
            f"{name} names {parameter}={path}, which cannot be read: {error.strerror}."
        ) from error
