"""What a database holds, as PostgreSQL itself prints it."""

import asyncpg

# Named by kind; pg_get_* with an empty search path qualifies every name. Our schemas are all but
# PostgreSQL's own; of public, the record of migrations is left out, which outlives them.
LISTING = """
with ours as (
  select oid, nspname from pg_namespace
  where nspname not like 'pg\\_%' and nspname <> 'information_schema'
), relations as (
  select c.oid, c.relkind, n.nspname || '.' || c.relname as name
  from pg_class c join ours n on n.oid = c.relnamespace
  where n.nspname <> 'public' or c.relname not like 'migration%'
)
select 'schema' as kind, nspname::text as name, '' as definition from ours where nspname <> 'public'
union all
select 'relation', name, relkind::text from relations where relkind in ('r', 'v', 'm', 'S', 'p')
union all
select 'column', r.name || '.' || a.attname, concat_ws(
  ' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
  'default ' || pg_get_expr(d.adbin, d.adrelid)
)
from pg_attribute a
join relations r on r.oid = a.attrelid and r.relkind in ('r', 'v', 'm', 'p')
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attnum > 0 and not a.attisdropped
union all
select 'constraint', r.name || '.' || c.conname, pg_get_constraintdef(c.oid)
from pg_constraint c join relations r on r.oid = c.conrelid where c.contype <> 'n'
union all
select 'index', r.name || '.' || c.relname, pg_get_indexdef(c.oid)
from pg_index i join pg_class c on c.oid = i.indexrelid join relations r on r.oid = i.indrelid
union all
select 'trigger', r.name || '.' || t.tgname, pg_get_triggerdef(t.oid)
from pg_trigger t join relations r on r.oid = t.tgrelid where not t.tgisinternal
union all
select 'function', n.nspname || '.' || p.proname, pg_get_functiondef(p.oid)
from pg_proc p join ours n on n.oid = p.pronamespace
union all
select 'view', r.name, pg_get_viewdef(r.oid) from relations r where r.relkind in ('v', 'm')
order by kind, name
"""


async def listing(dsn: str) -> dict[tuple[str, str], str]:
    """The definition of every object of the database, by kind and name."""
    connection = await asyncpg.connect(dsn, server_settings={"search_path": ""})
    try:
        rows = await connection.fetch(LISTING)
    finally:
        await connection.close()
    return {(row["kind"], row["name"]): row["definition"] for row in rows}
