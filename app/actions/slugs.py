"""Slugs: the part of an address that stands for a title."""

import re
import secrets

from anyascii import anyascii

__all__ = ["LONGEST", "own_slug", "slugify"]

LONGEST = 200  # characters: the columns' own limit
_ENDING_BYTES = 4


def slugify(text: str, limit: int = LONGEST, fallback: str = "item") -> str:
    """Lower-case ASCII words joined by single hyphens: what the check `slug` of the tables takes.

    Letters of any script are spelled in Latin ones ("Zürich" is zurich, "東京" is dongjing). The
    result has 1 to `limit` characters and ends with a whole word, unless that would leave less than
    half of them. A text without letters and digits gives `fallback`, which must be a slug. The same
    text always gives the same slug; different texts may give the same.
    """
    latin = text if text.isascii() else anyascii(text)
    # An English genitive is one word, a French article is one of its own.
    words = re.sub(r"'(?=s\b)", "", latin.lower())
    return _cut(re.sub(r"[^a-z0-9]+", "-", words).strip("-"), limit) or fallback


def own_slug(text: str, fallback: str) -> str:
    """A slug with letters of its own, which nothing else has: `a-day-in-march-5f0c91d2`.

    So it tells nothing of things with the same title that its author cannot see.
    """
    return f"{slugify(text, limit=180, fallback=fallback)}-{secrets.token_hex(_ENDING_BYTES)}"


def _cut(slug: str, limit: int) -> str:
    if len(slug) <= limit:
        return slug
    whole = slug[: limit + 1].rpartition("-")[0]
    return whole if 2 * len(whole) >= limit else slug[:limit].rstrip("-")
