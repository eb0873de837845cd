"""Realistic data for every domain, and the builders that tests make their rows with.

Each domain's file has one function per table. It returns a new Piccolo object with a fresh id and
unique values, takes its parents as named arguments (a row or an id), and any column as an override;
jsonb columns take plain Python values. `save` inserts rows of any tables, parents first:

    from app.tables.identity import UserRole
    from seeds import content, identity
    from seeds.upsert import save

    author = identity.user(role=UserRole.VENDOR)
    post = content.post(author=author, title="Ünïcode", published=False)
    await save(author, post, *(content.comment(post=post, author=author) for _ in range(3)))

`rows()` of a domain gives the data that `piccolo db seed` writes. Their ids are worked out from
names (`seeds.ids.stable_id`), so seeding again finds them, whatever the database.
"""
