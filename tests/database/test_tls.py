"""TLS is used, demanded and verified as the URL says; tried against real handshakes."""

import shutil
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from app.database.engine import SeedbedEngine
from app.database.errors import DatabaseUnavailable
from app.settings import Settings
from tests.database.proxy import Proxy


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def root(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "root.crt"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No certificates of the person who runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
async def server(authority: trustme.CA, dsn: str) -> AsyncIterator[Proxy]:
    """A server with a certificate for the name `localhost`, and not for 127.0.0.1."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    async with Proxy(dsn, tls=context) as proxy:
        yield proxy


async def _connect(url: str) -> None:
    engine = SeedbedEngine(Settings(database_url=url, connect_timeout=3))
    assert [tuple(row) for row in await engine.fetch("SELECT 1")] == [(1,)]


async def _refusal(url: str) -> str:
    engine = SeedbedEngine(Settings(database_url=url, connect_timeout=3))
    with pytest.raises(DatabaseUnavailable) as caught:
        await engine.fetch("SELECT 1")
    return str(caught.value)


@pytest.mark.parametrize(
    ("query", "encrypted"),
    [
        ("", True),
        ("sslmode=prefer", True),
        ("sslmode=require", True),
        ("sslaccept=accept_invalid_certs", True),
        ("sslmode=allow", False),
        ("sslmode=disable", False),
    ],
)
async def test_a_mode_decides_whether_a_connection_is_encrypted(
    server: Proxy, query: str, encrypted: bool
) -> None:
    await _connect(server.url("test_tls", query))
    assert server.encrypted == [encrypted]


@pytest.mark.parametrize(("query", "tries"), [("sslmode=allow", [False, True]), ("", [True])])
async def test_a_server_that_insists_on_tls_gets_it(
    server: Proxy, query: str, tries: list[bool]
) -> None:
    server.plain = False
    await _connect(server.url("test_tls", query))
    assert server.encrypted == tries


async def test_a_server_without_tls_is_fine_unless_tls_is_demanded(dsn: str) -> None:
    async with Proxy(dsn) as server:
        await _connect(server.url("test_tls"))
        assert await _refusal(server.url("test_tls", "sslmode=require")) == (
            f"PostgreSQL at 127.0.0.1:{server.port} does not offer TLS, which sslmode=require in"
            " DATABASE_URL demands."
        )
        assert server.encrypted == [False]


@pytest.mark.parametrize(
    "query",
    ["sslmode=verify-full&sslrootcert={}", "sslaccept=strict&sslcert={}"],
)
async def test_the_right_certificate_is_accepted(server: Proxy, root: Path, query: str) -> None:
    await _connect(server.url("test_tls", query.format(root), host="localhost"))
    assert server.encrypted == [True]


@pytest.mark.parametrize("mode", ["require", "verify-ca"])
async def test_only_verify_full_demands_the_name(server: Proxy, root: Path, mode: str) -> None:
    await _connect(server.url("test_tls", f"sslmode={mode}&sslrootcert={root}"))
    refusal = await _refusal(server.url("test_tls", f"sslmode=verify-full&sslrootcert={root}"))
    assert refusal.startswith(
        f"The certificate of PostgreSQL at 127.0.0.1:{server.port} is not accepted (IP address"
        " mismatch, certificate is not valid for '127.0.0.1'"
    )
    assert len(server.startups) == 1


@pytest.mark.parametrize(
    "query",
    [
        "sslmode=verify-full",
        "sslmode=verify-ca",
        "sslmode=verify-full&sslrootcert=system",
        "sslaccept=strict",
    ],
)
async def test_a_certificate_of_nobody_we_trust_is_refused(server: Proxy, query: str) -> None:
    refusal = await _refusal(server.url("test_tls", query, host="localhost"))
    assert refusal.startswith(
        f"The certificate of PostgreSQL at localhost:{server.port} is not accepted ("
    )
    assert refusal.endswith(
        "): name the right authority in sslrootcert, or correct the host in DATABASE_URL."
    )
    assert server.startups == []


async def test_another_authority_is_refused_even_by_require(server: Proxy, tmp_path: Path) -> None:
    other = tmp_path / "other.crt"
    trustme.CA().cert_pem.write_to_path(other)
    refusal = await _refusal(
        server.url("test_tls", f"sslmode=require&sslrootcert={other}", host="localhost")
    )
    assert "is not accepted" in refusal
    assert server.startups == []


async def test_the_certificates_in_the_home_folder_are_used(
    server: Proxy, root: Path, home: Path
) -> None:
    (home / ".postgresql").mkdir()
    shutil.copy(root, home / ".postgresql" / "root.crt")
    await _connect(server.url("test_tls", "sslmode=verify-full", host="localhost"))
    assert server.encrypted == [True]


@pytest.mark.parametrize("mode", ["prefer", "require", "verify-full"])
async def test_our_own_certificate_is_shown(
    authority: trustme.CA, root: Path, dsn: str, tmp_path: Path, mode: str
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(root))
    context.verify_mode = ssl.CERT_REQUIRED
    authority.issue_cert("localhost").configure_cert(context)
    ours = authority.issue_cert("client@example.org")
    ours.cert_chain_pems[0].write_to_path(tmp_path / "client.crt")
    ours.private_key_pem.write_to_path(tmp_path / "client.key")
    query = f"sslmode={mode}&sslcert={tmp_path}/client.crt&sslkey={tmp_path}/client.key"
    if mode == "verify-full":
        query += f"&sslrootcert={root}"
    async with Proxy(dsn, tls=context, plain=False) as server:
        await _connect(server.url("test_tls", query, host="localhost"))
        assert server.encrypted == [True]
        refusal = await _refusal(server.url("test_tls", "sslmode=require", host="localhost"))
        assert f"PostgreSQL at localhost:{server.port}" in refusal
        assert server.encrypted == [True]


@pytest.mark.parametrize("parameter", ["sslrootcert", "sslcert", "sslkey"])
async def test_a_file_that_is_not_there_is_named(server: Proxy, root: Path, parameter: str) -> None:
    files = {"sslrootcert": root, "sslcert": root, "sslkey": root} | {parameter: "/none/x.pem"}
    query = "&".join(f"{name}={path}" for name, path in files.items())
    assert await _refusal(server.url("test_tls", f"sslmode=verify-full&{query}")) == (
        f"DATABASE_URL names {parameter}=/none/x.pem, which cannot be read: No such file or"
        " directory."
    )
    assert server.connections == 0


async def test_a_file_that_is_no_certificate_is_refused(server: Proxy, tmp_path: Path) -> None:
    (tmp_path / "root.crt").write_text("not a certificate")
    refusal = await _refusal(
        server.url("test_tls", f"sslmode=verify-full&sslrootcert={tmp_path}/root.crt")
    )
    assert refusal.startswith("A certificate or key that DATABASE_URL names cannot be used: ")
    assert server.connections == 0


async def test_tls_from_the_first_byte(authority: trustme.CA, root: Path, dsn: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["postgresql"])
    authority.issue_cert("localhost").configure_cert(context)
    async with Proxy(dsn, tls=context, direct=True) as server:
        query = f"sslmode=verify-full&sslrootcert={root}&sslnegotiation=direct"
        await _connect(server.url("test_tls", query, host="localhost"))
        assert server.encrypted == [True]
