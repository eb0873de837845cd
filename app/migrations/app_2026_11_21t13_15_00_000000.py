"""Searches for single letters and signs use the index, as those for longer parts of words do."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T13:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The index of searches holds single letters"


def _index(table: str) -> tuple[str, str]:
    """The statements that make and drop the search index of a table of the catalog."""
    name = f"{table}_name_search"
    return (
        f"create index {name} on catalog.{table} using gin (public.search_grams(name))",
        f"drop index catalog.{name}",
    )


# The indexes hold what the functions say, so they go before, and come again after.
_INDEXES = {table: _index(table) for table in ("universities", "courses")}
OLD_INDEXES = [SqlObject(f"old index of {t}", drop, make) for t, (make, drop) in _INDEXES.items()]
NEW_INDEXES = [SqlObject(f"index of {t}", make, drop) for t, (make, drop) in _INDEXES.items()]


_UNACCENTED = """
  translate(
    regexp_replace(normalize(value, nfkd), '[\\u0300-\\u036f]', '', 'g'),
    'ØøŁłĐđĦħŦŧı',
    'OoLlDdHhTti'
  )
"""


def _text(unaccented: str) -> str:
    return f"""
create or replace function public.search_text(value text) returns text
language sql immutable parallel safe
return lower({unaccented})
"""


def _grams(least: int, cost: int) -> str:
    return f"""
create or replace function public.search_grams(value text) returns text[]
language sql immutable parallel safe cost {cost}
begin atomic
  select coalesce(array_agg(distinct substr(word, start, size)), '{{}}')
  from regexp_split_to_table(public.search_text(value), '\\s+') as word
  cross join generate_series({least}, 3) as size
  cross join lateral generate_series(1, char_length(word) - size + 1) as start;
end
"""


def _needles(least: int, none: str) -> str:
    return f"""
create or replace function public.search_needles(term text) returns text[]
language sql immutable parallel safe
begin atomic
  select coalesce(array_agg(distinct substr(word, start, size)), '{none}')
  from regexp_split_to_table(public.search_text(term), '\\s+') as word
  cross join lateral (select least(char_length(word), 3) as size) as sizes
  cross join lateral generate_series(1, char_length(word) - size + 1) as start
  where size >= {least};
end
"""


# Most names are ASCII, which has neither accents nor other forms.
TEXT = SqlObject(
    "function search_text",
    _text(
        f"""
  case
    when octet_length(value) = char_length(value) then value
    else {_UNACCENTED}
  end
"""
    ),
    _text(_UNACCENTED),
)
# With the true cost of splitting a name, the planner compares first and splits what is left.
GRAMS = SqlObject("function search_grams", _grams(1, 5_000), _grams(2, 100))
# A term of nothing (an accent alone) looks for the gram of nothing, which no name has.
NEEDLES = SqlObject("function search_needles", _needles(1, '{""}'), _needles(2, "{}"))


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(manager, *OLD_INDEXES, TEXT, GRAMS, NEEDLES, *NEW_INDEXES)
    return manager
