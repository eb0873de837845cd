"""Advice on indexes is right for real statements, and silent where an index is there."""

import pytest

from app.actions.statistics import Advice, SlowSummary, advise
from app.database import SeedbedEngine

ROWS = 20_000


@pytest.fixture
async def books(database: SeedbedEngine) -> SeedbedEngine:
    """A table of many rows, `public.books`, with an index on its key alone."""
    await database.run_ddl(
        "create table public.books (id int primary key, author int not null, title varchar(50),"
        ' shelf text, note text, "order" int, lent boolean not null, lost_at timestamptz)'
    )
    await database.fetch(
        "insert into public.books select n, n % 1000, 'Title ' || n, 'Shelf ' || n % 3,"
        " 'Note ' || n % 400, n % 500,"
        " n % 100 = 0, case when n % 2000 = 0 then now() end from generate_series(1, $1) n",
        ROWS,
    )
    await database.run_ddl("create table public.few as select * from public.books limit 100")
    await database.run_ddl("analyze public.books, public.few")
    return database


def slow(sql: str, operation: str = "Books", total_ms: float = 1000.0) -> SlowSummary:
    return SlowSummary(sql, (operation,), 2, total_ms, total_ms / 2, None)


async def advice(engine: SeedbedEngine, *statements: str) -> tuple[Advice, ...]:
    advised = await advise(engine, [slow(sql) for sql in statements])
    assert advised.unexplained == ()
    return advised.advice


LACKING = [
    ("select * from books where author = $1", ["author"], "(author)"),
    ("select * from books where author = any($1)", ["author"], "(author)"),
    ("select * from books where title = $1", ["title"], "(title)"),
    ("select * from books where note = $1", ["note"], "using hash (note)"),
    ('select * from books where "order" = $1', ["order"], '("order")'),
    ("select * from books b where b.author = $1 and b.title > $2", ["author", "title"], None),
    ("select * from books where author = $1 and shelf = $2", ["author", "shelf"], None),
    ("select * from books where title > $1 and title <= $2", ["title"], "(title)"),
    ("select * from books where author = $1 and title like '%' || $2", ["author"], "(author)"),
    ("select * from books where lost_at is not null", ["lost_at"], "(lost_at)"),
    ("select * from books where lent", ["lent"], "(lent)"),
    ("select id from books order by title, id limit 20", ["title", "id"], "(title, id)"),
    ("select id from books order by title desc, id desc limit $1", ["title", "id"], "(title, id)"),
    (
        "select id from books order by title desc nulls last, id desc limit 20",
        ["title", "id"],
        "(title desc nulls last, id desc)",
    ),
    (
        "select id from books where author = $1 order by title limit 20",
        ["author", "title"],
        "(author, title)",
    ),
    ("select id from books where shelf = $1 order by title limit 20", ["shelf", "title"], None),
    ("select id from books where author = $1 order by id limit 1", ["author", "id"], None),
    ("update books set lent = true where author = $1", ["author"], "(author)"),
    ("delete from books where author = $1", ["author"], "(author)"),
    (
        "select few.id, b.id from few, lateral"  # noqa: ISC004 - one statement
        " (select id from books b where b.author = few.author limit 3) b",
        ["author"],
        "(author)",
    ),
]


@pytest.mark.parametrize(("sql", "columns", "definition"), LACKING)
async def test_a_lacking_index_is_proposed_and_making_it_ends_that(
    books: SeedbedEngine, sql: str, columns: list[str], definition: str | None
) -> None:
    (found,) = await advice(books, sql)
    assert found.table == "public.books"
    assert list(found.columns) == columns
    begin = f"create index concurrently books_{'_'.join(columns)}_idx on public.books "
    assert found.sql.startswith(begin)
    assert definition is None or found.sql.endswith(f"public.books {definition}")
    await books.run_ddl(found.sql.replace(" concurrently", ""))
    await books.run_ddl("analyze public.books")
    assert await advice(books, sql) == ()


@pytest.mark.parametrize(
    "sql",
    [
        "select * from books where id = $1",
        "select * from books where id = $1 and shelf = $2",
        "select * from books order by id desc limit 20",
        "select * from few where author = $1",
        "select * from books where shelf = $1",
        "select * from books where not lent",
        "select * from books where lost_at is null",
        "select count(*) from books",
        "select * from books order by title",
        "select shelf, count(*) from books group by shelf order by shelf limit 2",
        "select * from books where author = $1 or title = $2",
        "select * from books where upper(title) = $1",
        "select * from books where author = id",
        "select 1",
    ],
)
async def test_nothing_is_proposed_where_no_index_helps(books: SeedbedEngine, sql: str) -> None:
    assert await advice(books, sql) == ()


@pytest.mark.parametrize(
    "index",
    [
        "create index on books (author, title)",
        "create index on books (author, title desc, id)",
        "create index on books (author desc, title)",
        "create index on books (author, title) where not lent",
    ],
)
async def test_an_index_that_serves_is_seen(books: SeedbedEngine, index: str) -> None:
    await books.run_ddl(index)
    sql = "select * from books where not lent and author = $1 order by title limit 5"
    # Even where it is not used.
    await books.fetch("set local enable_indexscan = off")
    await books.fetch("set local enable_bitmapscan = off")
    if "desc, id" in index:
        sql = sql.replace("order by title", "order by title desc")
    assert await advice(books, sql) == ()


@pytest.mark.parametrize(
    "index",
    [
        "create index on books (title, author)",
        "create index on books (author)",
        "create index on books (author, (upper(title)))",
        "create index on books (author, title) where lent",
        "create index on books using hash (author)",
    ],
)
async def test_an_index_that_does_not_serve_is_not_taken_for_one(
    books: SeedbedEngine, index: str
) -> None:
    await books.run_ddl(index)
    await books.fetch("set local enable_indexscan = off")
    await books.fetch("set local enable_bitmapscan = off")
    (found,) = await advice(
        books, "select * from books where not lent and author = $1 order by title limit 5"
    )
    assert found.columns == ("author", "title")


async def test_a_walk_along_an_index_that_passes_over_most_is_seen(books: SeedbedEngine) -> None:
    await books.run_ddl("create index on books (lent, title)")
    sql = "select * from books where lent = $2 and author = $1 order by title limit 1"
    await books.fetch("set local enable_sort = off")
    (found,) = await advice(books, sql)
    assert found.columns == ("author", "title")
    await books.run_ddl(found.sql.replace(" concurrently", ""))
    assert await advice(books, sql) == ()


async def test_a_walk_along_few_rows_is_fine(books: SeedbedEngine) -> None:
    await books.run_ddl("create index on books (author, title)")
    sql = "select * from books where author = $1 and shelf = $2 order by title limit 1"
    await books.fetch("set local enable_sort = off")
    assert await advice(books, sql) == ()


async def test_one_index_serves_several_statements(books: SeedbedEngine) -> None:
    narrow = slow("select * from books where author = $1", "Narrow", 50.0)
    wide = slow("select * from books where author = $1 order by title limit 5", "Wide", 100.0)
    other = slow("select * from books where title = $1", "Other", 500.0)
    found = (await advise(books, [narrow, wide, other])).advice
    assert [(one.columns, one.total_ms) for one in found] == [
        (("title",), 500.0),
        (("author", "title"), 150.0),
    ]
    assert {one.operations for one in found[1].statements} == {("Narrow",), ("Wide",)}


async def test_the_reason_is_told_in_words(books: SeedbedEngine) -> None:
    (found,) = await advice(books, "select * from books where author = $1 order by title limit 5")
    assert found.reason == (
        "about 20,000 rows are read to find about 20 by author, to sort by title for the first ones"
    )


async def test_an_index_for_long_values_comes_with_a_warning(books: SeedbedEngine) -> None:
    (found,) = await advice(books, "select * from books order by note limit 5")
    assert found.reason.endswith("values of more than 2,700 bytes would not fit into the index")


async def test_a_small_table_is_judged_by_the_limit_that_is_given(books: SeedbedEngine) -> None:
    statement = slow("select * from few where author = $1")
    found = (await advise(books, [statement], min_rows=100)).advice
    assert [one.columns for one in found] == [("author",)]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from gone where id = $1",
        "select * from books where author = 1; drop table books",
        "select * from books where auth",
        "with x as (select 1) select $1",
    ],
)
async def test_what_cannot_be_planned_is_handed_back(books: SeedbedEngine, sql: str) -> None:
    good = slow("select * from books where author = $1")
    advised = await advise(books, [slow(sql), good])
    assert [one.columns for one in advised.advice] == [("author",)]
    if not sql.startswith("with"):
        assert [one.sql for one in advised.unexplained] == [sql]
    assert len(await books.fetch("select from books")) == ROWS


@pytest.mark.parametrize("sql", ["COMMIT", "BEGIN", "SAVEPOINT seedbed_1", "vacuum books"])
async def test_what_has_no_plan_is_passed_over(books: SeedbedEngine, sql: str) -> None:
    assert await advice(books, sql) == ()


async def test_nothing_is_run_and_no_setting_stays(books: SeedbedEngine) -> None:
    await advice(books, "delete from books where author = $1")
    [row] = await books.fetch("select count(*) from books")
    assert row["count"] == ROWS
    [row] = await books.fetch("show plan_cache_mode")
    assert row["plan_cache_mode"] == "auto"
