"""Slugs: the part of an address that stands for a title."""

import re

from anyascii import anyascii

__all__ = ["LONGEST", "slugify"]

LONGEST = 200  # characters: the columns' own limit


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


def _cut(slug: str, limit: int) -> str:
    if len(slug) <= limit:
        return slug
    whole = slug[: limit + 1].rpartition("-")[0]
    return whole if 2 * len(whole) >= limit else slug[:limit].rstrip("-")
