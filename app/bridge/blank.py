"""Texts in which nobody sees anything."""

import unicodedata

# Separators, control and format characters: U+200B and U+FEFF among the last.
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
# What Unicode files under letters, marks and symbols although nothing is drawn.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, range(0xFE00, 0xFE10))
)


def is_blank(text: str) -> bool:
    """Whether a text holds nothing but white space and invisible characters."""
    return all(char in _FILLERS or unicodedata.category(char) in _UNSEEN for char in text)
