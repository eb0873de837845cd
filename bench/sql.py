"""The hand-written statements of the floors; every connection's time zone is UTC."""

_VISIBLE = "p.published and p.deleted_at is null"
_NEWEST = f"where {_VISIBLE} order by p.created_at desc, p.id desc limit"
_AUTHOR = (
    "left join identity.users a on a.id = p.author and a.status = 'ACTIVE' and a.deleted_at is null"
)
_COMMENTER = (
    "left join identity.users b on b.id = c.author and b.status = 'ACTIVE' and b.deleted_at is null"
)
_NEWEST_COMMENTS = f"""content.comments c {_COMMENTER}
    where c.post = p.id and c.deleted_at is null
    order by c.created_at desc, c.id desc limit 10"""


# --- JSON text ------------------------------------------------------------------------------------
# Put together by concatenation: json_build_object and json_agg take PostgreSQL a quarter longer,
# and nearly twice as long for many rows.


def _time(column: str) -> str:
    return f"""to_char({column}, '"\\""YYYY-MM-DD"T"HH24:MI:SS.US"Z\\""')"""


def _text(column: str) -> str:
    return f"to_json({column})::text"


def _person(alias: str) -> str:
    made = f"""'{{"id":"User_' || {alias}.id || '","name":' || {_text(f"{alias}.name")} || '}}'"""
    return f"case when {alias}.id is null then 'null' else {made} end"


_WIDE_OBJECT = f"""'{{"id":"Post_' || p.id
    || '","title":' || {_text("p.title")}
    || ',"slug":' || {_text("p.slug")}
    || ',"content":' || {_text("p.content")}
    || ',"published":' || p.published::text
    || ',"publishedAt":' || coalesce({_time("p.published_at")}, 'null')
    || ',"createdAt":' || {_time("p.created_at")}
    || ',"updatedAt":' || {_time("p.updated_at")}"""

_POST_OBJECT = f"""'{{"id":"Post_' || p.id
    || '","title":' || {_text("p.title")}
    || ',"slug":' || {_text("p.slug")}
    || ',"createdAt":' || {_time("p.created_at")}
    || ',"author":' || {_person("a")}"""

_COMMENT_OBJECT = f"""'{{"id":"Comment_' || c.id
    || '","body":' || {_text("c.body")}
    || ',"createdAt":' || {_time("c.created_at")}
    || ',"author":' || {_person("b")} || '}}'"""

_COMMENTS_OBJECT = f"""(
    select '{{"nodes":[' || coalesce(string_agg(y.o, ',' order by y.created_at, y.id), '') || ']}}'
    from (select c.created_at, c.id, {_COMMENT_OBJECT} as o from {_NEWEST_COMMENTS}) y
)"""


def _posts_json(rows: str) -> str:
    whole = """'{"data":{"posts":{"nodes":[' || coalesce(string_agg(x.o, ','), '') || ']}}}'"""
    return f"select {whole} from ({rows}) x"


JSON_ONE = f"""select '{{"data":{{"post":' || {_WIDE_OBJECT}
    || ',"author":' || {_person("a")} || '}}}}}}'
from content.posts p {_AUTHOR} where p.id = $1 and {_VISIBLE}"""

JSON_NEWEST = _posts_json(
    f"select {_POST_OBJECT} || '}}' as o from content.posts p {_AUTHOR} {_NEWEST} 50"
)

JSON_NESTED = _posts_json(
    f"""select {_POST_OBJECT} || ',"comments":' || {_COMMENTS_OBJECT} || '}}' as o
    from content.posts p {_AUTHOR} {_NEWEST} 20"""
)

JSON_WIDE = _posts_json(f"select {_WIDE_OBJECT} || '}}' as o from content.posts p {_NEWEST} 500")


# --- rows -----------------------------------------------------------------------------------------
# Times and ids come as the texts that the answer shows: asyncpg and Python take several times as
# long to make a datetime and then its text.


def _when(column: str) -> str:
    return f"""to_char({column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


_WIDE_COLUMNS = f"""'Post_' || p.id, p.title, p.slug, p.content, p.published,
    {_when("p.published_at")}, {_when("p.created_at")}, {_when("p.updated_at")}"""

_POST_COLUMNS = f"""'Post_' || p.id, p.title, p.slug, {_when("p.created_at")},
    'User_' || a.id, a.name"""

ROWS_ONE = f"""select {_WIDE_COLUMNS}, 'User_' || a.id, a.name
from content.posts p {_AUTHOR} where p.id = $1 and {_VISIBLE}"""

ROWS_NEWEST = f"select {_POST_COLUMNS} from content.posts p {_AUTHOR} {_NEWEST} 50"

# An array of rows: faster than one more statement, a join that repeats the posts, or a JSON column.
ROWS_NESTED = f"""select {_POST_COLUMNS}, array(
    select row('Comment_' || c.id, c.body, {_when("c.created_at")}, 'User_' || b.id, b.name)
    from {_NEWEST_COMMENTS}
)
from content.posts p {_AUTHOR} {_NEWEST} 20"""

ROWS_WIDE = f"select {_WIDE_COLUMNS} from content.posts p {_NEWEST} 500"
