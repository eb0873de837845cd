"""Settings come from the environment and `.env`; all that is wrong with them is said at once."""

from dataclasses import fields
from pathlib import Path

import pytest

from app.settings import (
    PROJECT,
    Settings,
    SettingsError,
    SmtpServer,
    load_settings,
    variables,
)

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing listens here
SECRET = "kN3vTq8zR1xWm5LpYc7Hd2Gs9Jf4Bu6A"


def _problems(environ: dict[str, str], env_file: Path | None = None) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, env_file)
    assert str(caught.value) == " ".join(caught.value.problems)
    return caught.value.problems


def test_nothing_needs_to_be_set() -> None:
    assert load_settings({}) == Settings()


def test_everything_can_be_set() -> None:
    settings = load_settings(
        {
            "SEEDBED_ENVIRONMENT": "production",
            "DATABASE_URL": "postgresql://u:p@h/d",
            "REPLICA_URLS": " postgresql://r1/d , postgresql://r2/d,",
            "SEEDBED_DATA_DIR": "data",
            "SEEDBED_HOST": EVERYWHERE,
            "SEEDBED_PORT": "9000",
            "SEEDBED_POOL_MIN_SIZE": "2",
            "SEEDBED_POOL_MAX_SIZE": "20",
            "SEEDBED_POOL_TIMEOUT": "2.5",
            "SEEDBED_CONNECT_TIMEOUT": "3",
            "SEEDBED_STATEMENT_TIMEOUT": "0",
            "SEEDBED_SLOW_QUERY_MS": "50",
            "SEEDBED_LOG_STATEMENTS": "Yes",
            "SEEDBED_LOG_LEVEL": "debug",
            "SEEDBED_PGBOUNCER": "true",
            "SEEDBED_SECRET_KEY": SECRET,
            "SEEDBED_PUBLIC_URL": "https://api.example.org/",
            "SEEDBED_ALLOWED_HOSTS": "api.example.org,www.example.org",
            "SEEDBED_MAX_BODY_BYTES": "2048",
            "SEEDBED_REQUEST_TIMEOUT": "9",
            "SEEDBED_TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1",
            "SEEDBED_WORKER": "on",
            "SEEDBED_SMTP_URL": "smtp://me%40example.org:p%2Fw@mail.example.org",
            "SEEDBED_MAIL_FROM": "Seedbed <hello@example.org>",
            "SEEDBED_AGENT_URL": "https://agent.example.org/events",
            "SEEDBED_AGENT_SECRET": SECRET,
            "PATH": "/bin",
        }
    )
    assert settings == Settings(
        environment="production",
        database_url="postgresql://u:p@h/d",
        replica_urls=("postgresql://r1/d", "postgresql://r2/d"),
        data_dir=PROJECT / "data",
        host=EVERYWHERE,
        port=9000,
        pool_min_size=2,
        pool_max_size=20,
        pool_timeout=2.5,
        connect_timeout=3.0,
        statement_timeout=0.0,
        slow_query_ms=50.0,
        log_statements=True,
        log_level="DEBUG",
        pgbouncer=True,
        secret_key=SECRET,
        public_url="https://api.example.org",
        allowed_hosts=("api.example.org", "www.example.org"),
        max_body_bytes=2048,
        request_timeout=9.0,
        trusted_proxies=("10.0.0.0/8", "127.0.0.1/32"),
        worker=True,
        smtp_url=SmtpServer("mail.example.org", 587, "starttls", "me@example.org", "p/w"),
        mail_from="Seedbed <hello@example.org>",
        agent_url="https://agent.example.org/events",
        agent_secret=SECRET,
    )


def test_the_agents_address_is_taken_as_it_stands() -> None:
    # Where it ends in a slash, the agent may redirect what comes without.
    address = "https://agent.example.org/events/"
    assert load_settings({"SEEDBED_AGENT_URL": address}).agent_url == address


def test_no_secret_is_shown() -> None:
    shown = repr(
        load_settings(
            {
                "DATABASE_URL": "postgresql://u:hunter2@h/d",
                "REPLICA_URLS": "postgresql://u:hunter2@h/d",
                "SEEDBED_SECRET_KEY": f"hunter2{SECRET}",
            }
        )
    )
    assert "hunter2" not in shown


def test_an_unknown_setting_is_named_with_the_nearest_known_one() -> None:
    assert _problems({"SEEDBED_PROT": "1", "SEEDBED_XYZ": "1", "OTHER": "1"}) == (
        "SEEDBED_PROT is not a setting: did you mean SEEDBED_PORT?",
        "SEEDBED_XYZ is not a setting: remove it, or see .env.example.",
    )


def test_all_problems_are_reported_together() -> None:
    problems = _problems(
        {
            "SEEDBED_PRT": "1",
            "SEEDBED_PORT": "hunter2",
            "SEEDBED_POOL_MIN_SIZE": "7",
            "SEEDBED_POOL_MAX_SIZE": "5",
        }
    )
    assert problems == (
        "SEEDBED_PRT is not a setting: did you mean SEEDBED_PORT?",
        "SEEDBED_PORT must be a whole number from 0 to 65535.",
        "SEEDBED_POOL_MIN_SIZE (7) must not be larger than SEEDBED_POOL_MAX_SIZE (5).",
    )


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("ENVIRONMENT", "live", "must be one of development, test, production"),
        ("PORT", "65536", "must be a whole number from 0 to 65535"),
        ("PORT", "-1", "must be a whole number from 0 to 65535"),
        ("PORT", "٣", "must be a whole number from 0 to 65535"),
        ("POOL_MAX_SIZE", "0", "must be a whole number from 1 to 1000"),
        ("POOL_TIMEOUT", "0", "must be a number of seconds from 0.01 to 3600"),
        ("POOL_TIMEOUT", "nan", "must be a number of seconds from 0.01 to 3600"),
        ("STATEMENT_TIMEOUT", "1e9", "must be a number of seconds from 0 to 86400"),
        ("SLOW_QUERY_MS", "-5", "must be a number of milliseconds, 0 or more"),
        ("LOG_STATEMENTS", "maybe", "must be true or false"),
        ("LOG_LEVEL", "loud", "must be one of DEBUG, INFO, WARNING, ERROR"),
        ("PUBLIC_URL", "example.org", "must be an address such as https://api.example.org"),
        ("PUBLIC_URL", "https://x/?q", "must be an address such as https://api.example.org"),
        ("AGENT_URL", "http://x:65536/", "must be an address such as https://api.example.org"),
        ("AGENT_URL", "http://x:0/", "must be an address such as https://api.example.org"),
        ("AGENT_URL", "http://a b/", "must be an address such as https://api.example.org"),
        ("AGENT_URL", "http://[x/", "must be an address such as https://api.example.org"),
        ("TRUSTED_PROXIES", "proxy", "must be IP addresses or networks such as 10.0.0.0/8"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(name: str, value: str, problem: str) -> None:
    assert _problems({f"SEEDBED_{name}": value}) == (f"SEEDBED_{name} {problem}.",)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "short",
        "a" * 64,
        "change-me-change-me-change-me-change-me",
        "development-only-secret-key-0000000000",
        "your-secret-goes-here-kN3vTq8zR1xWm5LpYc7",
    ],
)
def test_production_refuses_a_placeholder_secret(secret: str) -> None:
    environ = {"SEEDBED_ENVIRONMENT": "production", "SEEDBED_SECRET_KEY": secret}
    (problem,) = _problems(environ)
    assert problem.startswith("SEEDBED_SECRET_KEY must be set in production to at least 32 random")
    load_settings(environ | {"SEEDBED_ENVIRONMENT": "development"})


@pytest.mark.parametrize(
    ("environ", "public_url", "hosts"),
    [
        ({"SEEDBED_PORT": "9000"}, "http://127.0.0.1:9000", ()),
        ({"SEEDBED_HOST": EVERYWHERE}, "http://127.0.0.1:8000", ()),
        ({"SEEDBED_HOST": "::1"}, "http://[::1]:8000", ()),
        ({"SEEDBED_HOST": "10.1.2.3"}, "http://10.1.2.3:8000", ("10.1.2.3",)),
        ({"SEEDBED_PUBLIC_URL": "https://a.org"}, "https://a.org", ("a.org",)),
    ],
)
def test_the_address_and_the_hosts_follow_from_others(
    environ: dict[str, str], public_url: str, hosts: tuple[str, ...]
) -> None:
    settings = load_settings(environ)
    assert settings.public_url == public_url
    assert settings.allowed_hosts == ("127.0.0.1", "localhost", "[::1]", *hosts)


def test_a_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# a comment\n"
        "\n"
        "SEEDBED_PORT=9001\n"
        "export SEEDBED_POOL_MAX_SIZE = 7  # seven\n"
        'DATABASE_URL="postgresql://u:p%23@h/d#x"\n'
        "REPLICA_URLS='postgresql://r/d'\r\n"
        "SEEDBED_SECRET_KEY=abc#def  #comment\n"
        "SEEDBED_LOG_LEVEL=\n"
        "SEEDBED_HOST=10.0.0.1\n"
    )
    settings = load_settings({"SEEDBED_PORT": "9002", "SEEDBED_HOST": ""}, file)
    assert settings.port == 9002
    assert settings.pool_max_size == 7
    assert settings.database_url == "postgresql://u:p%23@h/d#x"
    assert settings.replica_urls == ("postgresql://r/d",)
    assert settings.secret_key == "abc#def"
    assert settings.log_level == "INFO"
    assert settings.host == "127.0.0.1", "an empty variable hides the one in the file"


def test_what_is_wrong_with_the_file_is_said_without_repeating_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SEEDBED_PORT: hunter2\nDATABASEURL=hunter2\nSEEDBED_HOST='hunter2\n")
    problems = _problems({}, file)
    assert problems == (
        "Line 1 of .env is not of the form NAME=value.",
        "Line 3 of .env is not of the form NAME=value.",
        "DATABASEURL in .env is not a setting: did you mean DATABASE_URL?",
    )


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"SEEDBED_HOST=\xff")
    assert _problems({}, file) == (f"{file} is not a text file in UTF-8.",)


def test_every_setting_is_documented() -> None:
    assert [variable.field for variable in variables()] == [item.name for item in fields(Settings)]
    assert all(variable.text.endswith(".") for variable in variables())
    assert [variable.name for variable in variables() if variable.secret] == [
        "DATABASE_URL",
        "REPLICA_URLS",
        "SEEDBED_LISTEN_URL",
        "SEEDBED_SECRET_KEY",
        "SEEDBED_SMTP_URL",
        "SEEDBED_AGENT_URL",
        "SEEDBED_AGENT_SECRET",
    ]
    defaults = {variable.name: variable.default for variable in variables() if variable.default}
    given = {name: value for name, value in defaults.items() if value}
    assert load_settings(given) == Settings()


@pytest.mark.parametrize(
    ("environment", "worker"), [("development", True), ("test", False), ("production", False)]
)
def test_the_server_has_a_worker_in_development(environment: str, worker: bool) -> None:
    environ = {"SEEDBED_ENVIRONMENT": environment, "SEEDBED_SECRET_KEY": SECRET}
    assert load_settings(environ).worker is worker
    assert load_settings(environ | {"SEEDBED_WORKER": "true"}).worker is True


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org:2525", SmtpServer("mail.example.org", 2525, "starttls")),
        ("smtps://a:b@[::1]", SmtpServer("::1", 465, "tls", "a", "b")),
        ("smtp://localhost?tls=off", SmtpServer("localhost", 25, "off")),
    ],
)
def test_an_smtp_server_is_a_url(url: str, server: SmtpServer) -> None:
    environ = {"SEEDBED_SMTP_URL": url, "SEEDBED_MAIL_FROM": "hello@example.org"}
    settings = load_settings(environ)
    assert settings.smtp_url == server
    assert "b@" not in repr(settings)
    assert "'b'" not in repr(server)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mail.example.org", "must be a URL such as"),
        ("smtp://", "must be a URL such as"),
        ("smtp://h:99999", "must have a port from 1 to 65535"),
        ("smtp://h?starttls=no", "has a parameter that is not known"),
        ("smtps://h?tls=off", "can have tls=off with smtp://"),
        ("smtp://hunter2@h", "must have both a user and a password"),
        ("smtp://u:hunter2@h?tls=off", "would send the password without TLS"),
        ("smtp://h?ca=/nowhere/ca.pem", "names a file in ca that is not there"),
    ],
)
def test_an_smtp_server_that_cannot_be_used_is_refused(url: str, said: str) -> None:
    (problem,) = _problems({"SEEDBED_SMTP_URL": url, "SEEDBED_MAIL_FROM": "hello@example.org"})
    assert problem.startswith(f"SEEDBED_SMTP_URL {said}")
    assert "hunter2" not in problem


@pytest.mark.parametrize("text", ["Seedbed", "a@b, c@d", "Ann <ann>", "<>", "a b@c"])
def test_mail_comes_from_one_address(text: str) -> None:
    (problem,) = _problems({"SEEDBED_MAIL_FROM": text})
    assert problem.startswith("SEEDBED_MAIL_FROM must be an address such as")


def test_an_smtp_server_needs_an_address_of_its_owner() -> None:
    (problem,) = _problems({"SEEDBED_SMTP_URL": "smtp://mail.example.org"})
    assert problem.startswith("SEEDBED_MAIL_FROM must be set")
