"""Who may see and change posts and comments."""

from collections.abc import Iterator, Mapping

from piccolo.columns import Column
from piccolo.table import Table

from app.bridge import Policy, Rule, Through
from app.policy.callers import ADMINS, ANYONE, ME, USERS
from app.policy.rules import change, create, delete, policy, purge, read, restore
from app.tables import Comment, Post
from app.tables.content import Removable


def _removal(table: type[Removable], *people: Column) -> Iterator[Rule]:
    """These people may delete a row, and whoever of them did restores it; administrators may both.

    None of them sees what another one has deleted.
    """
    here, gone = table.deleted_at.is_null(), table.deleted_at.is_not_null()
    for person in people:
        yield delete(USERS, (person == ME) & here)
        yield restore(USERS, (person == ME) & (table.removed_by == ME) & gone)
    yield delete(ADMINS, here)
    yield restore(ADMINS, gone)
    yield purge(ADMINS, rows=True)


POLICIES: Mapping[type[Table], Policy] = {
    Post: policy(
        read(ANYONE, Post.published.eq(True) & Post.deleted_at.is_null()),
        read(USERS, (Post.author == ME) & Post.deleted_at.is_null()),
        read(ADMINS, Post.deleted_at.is_null()),
        create(USERS, Post.author == ME, (Post.author, Post.title, Post.slug, Post.content)),
        change(USERS, (Post.author == ME) & Post.deleted_at.is_null(), (Post.title, Post.content)),
        *_removal(Post, Post.author),
    ),
    Comment: policy(
        read(ANYONE, Through(Comment.post) & Comment.deleted_at.is_null()),
        create(
            USERS,
            Through(Comment.post) & (Comment.author == ME),
            (Comment.post, Comment.author, Comment.body),
        ),
        change(USERS, (Comment.author == ME) & Comment.deleted_at.is_null(), (Comment.body,)),
        *_removal(Comment, Comment.author, Comment.post.author),
    ),
}
