"""Who may see and change posts and comments."""

from collections.abc import Mapping

from piccolo.table import Table

from app.bridge import Policy, Through
from app.policy.callers import ADMINS, ANYONE, ME, USERS
from app.policy.rules import change, create, delete, policy, purge, read, restore
from app.tables import Comment, Post

POLICIES: Mapping[type[Table], Policy] = {
    Post: policy(
        read(ANYONE, Post.published.eq(True) & Post.deleted_at.is_null()),
        read(USERS, (Post.author == ME) & Post.deleted_at.is_null()),
        read(ADMINS, Post.deleted_at.is_null()),
        create(USERS, Post.author == ME, (Post.author, Post.title, Post.slug, Post.content)),
        change(USERS, (Post.author == ME) & Post.deleted_at.is_null(), (Post.title, Post.content)),
        delete(USERS, (Post.author == ME) & Post.deleted_at.is_null()),
        delete(ADMINS, Post.deleted_at.is_null()),
        restore(USERS, (Post.author == ME) & Post.deleted_at.is_not_null()),
        restore(ADMINS, Post.deleted_at.is_not_null()),
        purge(ADMINS, rows=True),
    ),
    Comment: policy(
        read(ANYONE, Through(Comment.post) & Comment.deleted_at.is_null()),
        create(
            USERS,
            Through(Comment.post) & (Comment.author == ME),
            (Comment.post, Comment.author, Comment.body),
        ),
        change(USERS, (Comment.author == ME) & Comment.deleted_at.is_null(), (Comment.body,)),
        delete(USERS, (Comment.author == ME) & Comment.deleted_at.is_null()),
        delete(USERS, (Comment.post.author == ME) & Comment.deleted_at.is_null()),
        delete(ADMINS, Comment.deleted_at.is_null()),
        # Whoever removed it, its author or the post's: neither sees what the other one removed.
        restore(USERS, (Comment.removed_by == ME) & Comment.deleted_at.is_not_null()),
        restore(ADMINS, Comment.deleted_at.is_not_null()),
        purge(ADMINS, rows=True),
    ),
}
