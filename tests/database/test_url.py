"""Database URLs are understood in every form that people have, or refused in one sentence."""

import pytest

from app.database.errors import InvalidDatabaseUrl
from app.database.url import DatabaseUrl, Tls, parse_database_url

LOCAL = (("localhost", 5432),)
SPACES = "must not contain spaces or control characters: write them as %20."
HOST_TWICE = "names its host twice, before the path and in the parameter host."
MODES = (
    "has an unknown sslmode: it must be one of disable, allow, prefer, require, verify-ca,"
    " verify-full."
)


@pytest.mark.parametrize(
    ("text", "hosts", "user", "password", "database"),
    [
        ("postgres://u:p@h:6000/d", (("h", 6000),), "u", "p", "d"),
        ("postgresql://u:p@h/d", (("h", 5432),), "u", "p", "d"),
        ("PostgreSQL://u@h/d", (("h", 5432),), "u", None, "d"),
        ("postgresql://u@h", (("h", 5432),), "u", None, None),
        ("postgresql://", LOCAL, None, None, None),
        ("postgresql:///d", LOCAL, None, None, "d"),
        ("postgresql://:6000/d", (("localhost", 6000),), None, None, "d"),
        ("  postgresql://h/d\n", (("h", 5432),), None, None, "d"),
        ("postgresql://u:@h/d?", (("h", 5432),), "u", None, "d"),
        ("postgresql://h1:1,h2:2/d", (("h1", 1), ("h2", 2)), None, None, "d"),
        ("postgresql://h1,h2/d?port=1,2", (("h1", 1), ("h2", 2)), None, None, "d"),
        ("postgresql://h1,h2/d?port=7", (("h1", 7), ("h2", 7)), None, None, "d"),
        ("postgresql:///d?host=h1,h2&port=1", (("h1", 1), ("h2", 1)), None, None, "d"),
        ("postgresql://[::1]:6000/d", (("::1", 6000),), None, None, "d"),
        ("postgresql://[2001:db8::1],h/d", (("2001:db8::1", 5432), ("h", 5432)), None, None, "d"),
        ("postgresql:///d?host=/run/pg", (("/run/pg", 5432),), None, None, "d"),
        ("postgresql://%2Frun%2Fpg/d", (("/run/pg", 5432),), None, None, "d"),
        ("postgresql://%2Frun%2Fpg:6000/d", (("/run/pg", 6000),), None, None, "d"),
        ("postgresql:///d?host=/run/.s.PGSQL.7", (("/run", 7),), None, None, "d"),
        ("postgresql:///d?host=/a b", None, None, None, None),
        ("postgresql:///d?host=/a%20b", (("/a b", 5432),), None, None, "d"),
        ("postgresql://a%40b:p%3A%2F%3F%23%5B%5D%25@h/d%2F%C3%A9", (("h", 5432),), "a@b",
         "p:/?#[]%", "d/é"),
        ("postgresql://u:p:q@h/d", (("h", 5432),), "u", "p:q", "d"),
        ("postgresql://u:a+b@h/d", (("h", 5432),), "u", "a+b", "d"),
        ("postgresql://h/?dbname=d&user=u&password=p", (("h", 5432),), "u", "p", "d"),
    ],
)  # fmt: skip
def test_where_and_as_whom(
    text: str,
    hosts: tuple[tuple[str, int], ...] | None,
    user: str | None,
    password: str | None,
    database: str | None,
) -> None:
    if hosts is None:
        with pytest.raises(InvalidDatabaseUrl):
            parse_database_url(text)
        return
    assert parse_database_url(text) == DatabaseUrl(
        hosts=hosts, user=user, password=password, database=database
    )


def test_the_parameters_of_prisma() -> None:
    url = parse_database_url(
        "postgresql://u:p@h/d?connection_limit=5&pool_timeout=2.5&connect_timeout=0&schema=tenant"
        "&pgbouncer=true&statement_cache_size=50&socket_timeout=9&application_name=my%20app"
        "&sslaccept=strict&sslcert=ca.pem&options=-c%20work_mem%3D8MB"
    )
    assert url == DatabaseUrl(
        hosts=(("h", 5432),),
        user="u",
        password="p",
        database="d",
        tls=Tls(mode="verify-full", root="ca.pem"),
        schema="tenant",
        pgbouncer=True,
        connection_limit=5,
        pool_timeout=2.5,
        connect_timeout=0.0,
        socket_timeout=9.0,
        statement_cache_size=50,
        server_settings=(("work_mem", "8MB"), ("application_name", "my app")),
    )


def test_the_parameters_of_hosting_providers() -> None:
    url = parse_database_url(
        "postgres://u:p@ep-x.example.com/d?sslmode=require&channel_binding=prefer"
        "&options=endpoint%3Dep-x&target_session_attrs=read-write&gssencmode=disable"
    )
    assert url.tls == Tls(mode="require")
    assert url.target_session_attrs == "read-write"
    assert url.server_settings == (("options", "endpoint=ep-x"),)


@pytest.mark.parametrize(
    ("query", "tls"),
    [
        ("sslmode=disable", Tls("disable")),
        ("sslmode=allow", Tls("allow")),
        ("sslmode=prefer", Tls("prefer")),
        ("sslmode=require", Tls("require")),
        ("sslmode=verify-ca", Tls("verify-ca")),
        ("sslmode=verify-full&sslrootcert=system", Tls("verify-full", "system")),
        ("sslmode=require&sslcert=c&sslkey=k&sslpassword=x", Tls("require", None, "c", "k", "x")),
        ("sslmode=require&sslcert=ca", Tls("require", "ca")),
        ("sslmode=require&sslaccept=strict", Tls("verify-full")),
        ("sslmode=verify-ca&sslaccept=strict", Tls("verify-ca")),
        ("sslmode=require&sslaccept=accept_invalid_certs", Tls("require")),
        ("sslmode=require&sslnegotiation=direct", Tls("require", direct=True)),
    ],
)
def test_what_is_asked_of_tls(query: str, tls: Tls) -> None:
    assert parse_database_url(f"postgresql://h/d?{query}").tls == tls


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ("-c a=1 -cb=2 --c-d=3", (("a", "1"), ("b", "2"), ("c_d", "3"))),
        (r"-c search_path=a,\ b", (("search_path", "a, b"),)),
        ("-c geqo=off -d 5", (("geqo", "off"), ("options", "-d 5"))),
        ("-c a=1 -c A=2", (("a", "2"),)),
    ],
)
def test_options_are_settings_of_the_server(
    options: str, settings: tuple[tuple[str, str], ...]
) -> None:
    text = options.replace(" ", "%20").replace("=", "%3D")
    assert parse_database_url(f"postgresql://h/d?options={text}").server_settings == settings


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ("-c TimeZone=Asia/Tokyo", "timezone"),
        ("-c work_mem=8MB -ctimezone=UTC", "timezone"),
        ("--DATESTYLE=German", "datestyle"),
        ("-c IntervalStyle=iso_8601", "intervalstyle"),
        (r"-c time\zone=Asia/Tokyo", "timezone"),
        ("-Oc timezone=Asia/Tokyo", "timezone"),
    ],
)
def test_options_cannot_change_how_dates_are_written(options: str, name: str) -> None:
    text = options.replace(" ", "%20").replace("=", "%3D")
    with pytest.raises(InvalidDatabaseUrl) as caught:
        parse_database_url(f"postgresql://h/d?options={text}", "REPLICA_URLS")
    assert str(caught.value) == (
        f"REPLICA_URLS sets {name} in its options, which must stay as the application sets it:"
        " remove it."
    )


@pytest.mark.parametrize("options", ["endpoint%3Dep-timezone", "-c%20my.timezone%3Dx"])
def test_options_that_only_look_like_it_are_taken(options: str) -> None:
    assert parse_database_url(f"postgresql://h/d?options={options}").server_settings


def test_the_schema_public_is_no_schema_of_its_own() -> None:
    assert parse_database_url("postgresql://h/d?schema=public").schema is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "must start with postgresql:// or postgres://."),
        ("mysql://h/d", "must start with postgresql:// or postgres://."),
        ("postgresql:/h/d", "must start with postgresql:// or postgres://."),
        ("postgresql+asyncpg://h/d", "must start with postgresql:// or postgres://."),
        ("postgresql://h /d", SPACES),
        ("postgresql://h/d?sslmod=1", "has an unknown parameter sslmod: sslmode may be meant."),
        ("postgresql://h/d?frobnicate=1", "has an unknown parameter frobnicate: remove it."),
        ("postgresql://h/d?a b=1", SPACES),
        ("postgresql://h/d?%24%24=1", "has an unknown parameter: remove it."),
        ("postgresql://h/d?sslmode=on", MODES),
        ("postgresql://h/d?sslmode", "gives the parameter sslmode no value."),
        ("postgresql://h/d?sslmode=", "gives the parameter sslmode no value."),
        ("postgresql://h/d?schema=a&schema=b", "gives the parameter schema twice."),
        ("postgresql://h/d?channel_binding=require",
         "asks for channel_binding=require, which is not supported: remove it."),
        ("postgresql://h/d?connection_limit=0",
         "has a connection_limit that is not a whole number from 1 to 10000."),
        ("postgresql://h/d?pool_timeout=-1", "has a pool_timeout that is not a number of seconds."),
        ("postgresql://h/d?connect_timeout=nan",
         "has a connect_timeout that is not a number of seconds."),
        ("postgresql://h/d?pgbouncer=1", "has a pgbouncer that is neither true nor false."),
        ("postgresql://h/d?sslmode=disable&sslaccept=strict",
         "contradicts itself: sslmode=disable and sslaccept=strict."),
        ("postgresql://h/d?sslmode=verify-ca&sslaccept=accept_invalid_certs",
         "contradicts itself: sslmode=verify-ca and sslaccept=accept_invalid_certs."),
        ("postgresql://h/d?sslkey=k", "needs sslcert and sslkey together."),
        ("postgresql://h/d?sslnegotiation=direct",
         "asks for sslnegotiation=direct, which needs sslmode=require or verify-*."),
        ("postgresql://h/d?host=x", HOST_TWICE),
        ("postgresql://h1,h2/d?port=1,2,3", "names 2 hosts but 3 ports."),
        ("postgresql://h1,,h2/d", "has an empty or impossible host name."),
        ("postgresql://::1/d", "has an IPv6 address without brackets: write [address]:port."),
        ("postgresql://[::1/d", "has an IPv6 address that is not of the form [address]:port."),
        ("postgresql://[::1]x/d", "has an IPv6 address that is not of the form [address]:port."),
        ("postgresql://h/a/b", "has a / inside the database name: write it as %2F."),
        ("postgresql://h/d#x", "contains a #: write it as %23."),
        ("postgresql://h/%ff", "has a percent-encoded part that is not UTF-8."),
        ("postgresql://h/%00", "must not contain %00."),
        (f"postgresql://h/d?schema={'x' * 64}", "names a schema longer than 63 bytes."),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InvalidDatabaseUrl) as caught:
        parse_database_url(text, "DATABASE_URL")
    assert str(caught.value) == f"DATABASE_URL {sentence}"


@pytest.mark.parametrize(
    "text",
    [
        "mysql://u:hunter2@h/d",
        "postgresql://u:hunter2@h:99999/d",
        "postgresql://u:hunter2@h:x/d",
        "postgresql://u:hunter2%zz@h/d",
        "postgresql://u:hunter2%ff@h/d",
        "postgresql://u:hunter2/x@h/d",
        "postgresql://u:x/hunter2@h/d",
        "postgresql://u:x?hunter2@h/d",
        "postgresql://u:x?hunter2=1@h/d",
        "postgresql://u:x#hunter2@h/d",
        "postgresql://u:x hunter2@h/d",
        "postgresql://u:x@hunter2@h/d@",
        "postgresql://u:hunter2@[h/d",
        "postgresql://h/d?password=hunter2&password=hunter2",
        "postgresql://h/d?pasword=hunter2",
        "postgresql://h/d?port=hunter2",
        "postgresql://u:hunter2",
    ],
)
def test_no_refusal_repeats_the_password(text: str) -> None:
    with pytest.raises(InvalidDatabaseUrl) as caught:
        parse_database_url(text)
    assert "hunter2" not in str(caught.value)
    # Nor does what a log prints with it.
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_no_password_is_shown() -> None:
    url = parse_database_url("postgresql://u:hunter2@h/d?sslcert=c&sslkey=k&sslpassword=hunter3")
    assert url.password == "hunter2"
    assert url.tls.key_password == "hunter3"
    assert "hunter" not in repr(url) + url.place
    assert url.place == "h:5432/d"
