"""The seed posts and the comments on them."""

from dataclasses import dataclass

_ADMIN = "admin@seedbed.example"
_STAFF = "staff@seedbed.example"
_VENDOR = "vendor@seedbed.example"
_CUSTOMER = "customer@seedbed.example"
_USER = "user@seedbed.example"
_NOOR = "noor.haddad@seedbed.example"
_LUKAS = "lukas.brunner@seedbed.example"


@dataclass(frozen=True, slots=True)
class CommentText:
    """A comment; a deleted one can be restored."""

    author: str
    body: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class PostText:
    """A post with its comments, oldest first; authors are emails of seed users."""

    slug: str
    title: str
    author: str
    content: str
    comments: tuple[CommentText, ...] = ()
    published: bool = True
    deleted: bool = False


POSTS: tuple[PostText, ...] = (
    PostText(
        "what-an-index-is-for",
        "What an index is for",
        _ADMIN,
        """An index answers one question quickly. Before adding one, write the question down.

Ours was: *the newest twenty posts of one author*. The table was read from end to end for every
visitor, because the index we had was on the author alone, and the rows still had to be sorted.

```sql
create index on posts (author, created_at);
```

Now the database walks to the author's last entry and reads twenty rows backwards. The page went
from 140 milliseconds to two.
""",
        (
            CommentText(_USER, "Does the direction of `created_at` matter?"),
            CommentText(_ADMIN, "Not for one author: an index can be read from either end."),
            CommentText(_CUSTOMER, "We had the same page. Thank you!"),
            CommentText("spam.offers@seedbed.example", "Cheap watches here!!!", deleted=True),
        ),
    ),
    PostText(
        "open-days-at-aldermoor",
        "Open days at Aldermoor",
        _STAFF,
        """On two Saturdays in spring the laboratories are open to everybody, and so is the bakery.

- 6 February: computer science, physics
- 22 May: history, law, and the walk along the wall

No registration is needed. Bring boots in February.
""",
        (
            CommentText(_NOOR, "Is the library open as well?"),
            CommentText(_STAFF, "It is, until six."),
        ),
    ),
    PostText(
        "gezeiten-fuer-anfaenger",
        "Gezeiten für Anfänger: ein Logbuch in fünf Tagen",
        _CUSTOMER,
        """Am ersten Tag lagen wir um vier Uhr morgens trocken. Am zweiten auch.

Seit dem dritten Tag lese ich die Tabelle *vor* dem Abendessen.
""",
        (CommentText(_LUKAS, "Großartig! Am Berg gibt es wenigstens keine Ebbe. 🏔️"),),
    ),
    PostText(
        "machi-no-toshokan",
        "町の図書館で過ごした一年",  # "A year in the town library"
        _USER,
        """毎週土曜日の朝、同じ席に座って本を読みました。

A year of Saturdays in one chair by the window: fifty-one books, two umbrellas lost, one found.
""",
        (
            CommentText(_NOOR, "What was the fifty-first?"),
            CommentText(_USER, "A cookbook. It counts."),
        ),
    ),
    PostText(
        "selling-textbooks-twice",
        "Selling textbooks twice",
        _VENDOR,
        """A used book sells best in the first week of term and in the last one before the exams.

I write the edition into the title, photograph the worst page, and answer within an hour. Returns
fell to one in sixty.
""",
        (CommentText(_STAFF, "The worst page! I am going to steal that."),),
    ),
    PostText(
        "a-walk-without-a-network",
        "A walk without a network",
        _LUKAS,
        """The guide has to work in a valley where no telephone ever rings. So everything is packed
before the walk begins: the map, the heights, the huts and when they close.

It comes to eleven megabytes a region. The photographs were the first to go.
""",
    ),
    PostText(
        "naive-dates",
        "“Naïve” dates, and other ways to miss a train",
        _ADMIN,
        """A date without a time zone is a rumour. Store the moment in UTC, store the place beside
it, and decide what to show at the last possible moment.
""",
        (CommentText(_CUSTOMER, "The night train to Lisbon agrees."),),
    ),
    PostText(
        "notes-on-the-new-curriculum",
        "Notes on the new curriculum",
        _STAFF,
        "A draft for the senate. **Not for publication.** The figures for physics are missing.",
        published=False,
    ),
    PostText(
        "price-list-spring",
        "Price list, spring",
        _VENDOR,
        "Still waiting for the publisher's discount.",
        published=False,
    ),
    PostText(
        "we-are-moving",
        "We are moving!",
        _ADMIN,
        "Announced too early, and taken back: the lease was not signed.",
        (CommentText(_USER, "Where to?"),),
        deleted=True,
    ),
)
