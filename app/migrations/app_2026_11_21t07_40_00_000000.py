"""Schemas, and the functions that columns, indexes and triggers of the tables stand on."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T07:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Schemas and functions"

# A schema that holds something of somebody else's is left where it is.
DROP_SCHEMA = """
do $$ begin
  drop schema if exists {0};
exception when dependent_objects_still_exist then
  raise notice 'schema {0} is not empty and stays';
end $$
"""

SCHEMAS = [
    SqlObject(f"schema {name}", f"create schema if not exists {name}", DROP_SCHEMA.format(name))
    for name in (
        "identity",
        "assessment",
        "catalog",
        "projects",
        "payments",
        "content",
        "operations",
    )
]

# RFC 9562, 5.7 and 6.2 (method 3), for servers older than PostgreSQL 18: the first 48 bits of a
# random version 4 UUID become milliseconds, the 12 after the version a millisecond's fraction.
UUID_V7 = SqlObject(
    "function uuid_v7",
    """
create function public.uuid_v7() returns uuid
language sql volatile parallel safe
begin atomic
  select encode(
    overlay(
      uuid_send(gen_random_uuid())
      placing substring(int8send(ticks / 4096) from 3)
        || substring(int8send(28672 + ticks % 4096) from 7)
      from 1 for 8
    ),
    'hex'
  )::uuid
  from (
    select floor(extract(epoch from clock_timestamp()) * 4096000)::bigint as ticks
  ) as clock;
end
""",
    "drop function public.uuid_v7()",
)

# Later than before even within one transaction, and when the writer's clock is ahead of ours.
TOUCH = SqlObject(
    "function touch_updated_at",
    """
create function public.touch_updated_at() returns trigger
language plpgsql
as $$
begin
  new.updated_at := greatest(clock_timestamp(), old.updated_at + interval '1 microsecond');
  return new;
end
$$
""",
    "drop function public.touch_updated_at()",
)

# Searching by parts of words without the extension pg_trgm: a GIN index over search_grams(column)
# finds the candidates, search_matches(column, term) is the predicate that uses it. Everything in it
# but the grams is made so that the planner can inline it.
SEARCH_TEXT = SqlObject(
    "function search_text",
    """
create function public.search_text(value text) returns text
language sql immutable parallel safe
return lower(
  translate(
    regexp_replace(normalize(value, nfkd), '[\\u0300-\\u036f]', '', 'g'),
    'ØøŁłĐđĦħŦŧı',
    'OoLlDdHhTti'
  )
)
""",
    "drop function public.search_text(text)",
)
SEARCH_GRAMS = SqlObject(
    "function search_grams",
    """
create function public.search_grams(value text) returns text[]
language sql immutable parallel safe
begin atomic
  select coalesce(array_agg(distinct substr(word, start, size)), '{}')
  from regexp_split_to_table(public.search_text(value), '\\s+') as word
  cross join generate_series(2, 3) as size
  cross join lateral generate_series(1, char_length(word) - size + 1) as start;
end
""",
    "drop function public.search_grams(text)",
)
SEARCH_NEEDLES = SqlObject(
    "function search_needles",
    """
create function public.search_needles(term text) returns text[]
language sql immutable parallel safe
begin atomic
  select coalesce(array_agg(distinct substr(word, start, size)), '{}')
  from regexp_split_to_table(public.search_text(term), '\\s+') as word
  cross join lateral (select least(char_length(word), 3) as size) as sizes
  cross join lateral generate_series(1, char_length(word) - size + 1) as start
  where size >= 2;
end
""",
    "drop function public.search_needles(text)",
)
SEARCH_PATTERNS = SqlObject(
    "function search_patterns",
    """
create function public.search_patterns(term text) returns text[]
language sql immutable parallel safe
return string_to_array(
  '%' || regexp_replace(
    regexp_replace(btrim(public.search_text(term)), '([\\\\%_])', '\\\\\\1', 'g'),
    '\\s+', '%' || chr(1) || '%', 'g'
  ) || '%',
  chr(1)
)
""",
    "drop function public.search_patterns(text)",
)
SEARCH_MATCHES = SqlObject(
    "function search_matches",
    """
create function public.search_matches(value text, term text) returns boolean
language sql immutable parallel safe
return public.search_grams(value) @> public.search_needles(term)
  and public.search_text(value) like all (public.search_patterns(term))
""",
    "drop function public.search_matches(text, text)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(
        manager,
        *SCHEMAS,
        UUID_V7,
        TOUCH,
        SEARCH_TEXT,
        SEARCH_GRAMS,
        SEARCH_NEEDLES,
        SEARCH_PATTERNS,
        SEARCH_MATCHES,
    )
    return manager
