"""What nobody sees in texts."""

import re
import unicodedata

# Separators, control and format characters: U+200B and U+FEFF among the last.
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
# What Unicode files under letters, marks and symbols although nothing is drawn.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, range(0xFE00, 0xFE10))
)

# All of Unicode's category Cc: line breaks and tabs are among them.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def without_controls(text: str) -> str:
    """The text with a space for every control character."""
    return _CONTROLS.sub(" ", text)


def has_controls(text: str) -> bool:
    """Whether a text holds control characters, which one of a single line must not."""
    return _CONTROLS.search(text) is not None


def is_blank(text: str) -> bool:
    """Whether a text holds nothing but white space and invisible characters."""
    return all(char in _FILLERS or unicodedata.category(char) in _UNSEEN for char in text)
