"""What people wrote, put into Markdown so that it stays text: no headings, links, tables, HTML.

The rules are those of CommonMark 0.31 with GitHub's tables and strikethrough. A bare address in a
text stays as it was written; whoever shows the document may make a link of it.
"""

import re

__all__ = ["Address", "escape", "escape_paragraphs"]


class Address(str):
    """An address of the web that was checked; it can stand in `<...>` and in `[...](...)`."""

    __slots__ = ()


_SPACE = re.compile(r"\s+")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
# Characters that mean something anywhere in a line. An underscore within a word does not.
_ANYWHERE = re.compile(r"[\\`*\[\]|~]|(?<![^\W_])_|_(?![^\W_])")
# Characters that mean something at the beginning of a line, which this text may become.
_FIRST = re.compile(r"[#+\-=:.)]")
_NUMBERED = re.compile(r"([0-9]+)([.)])")
_ENTITY = re.compile(r"&(?=#|[A-Za-z])")
# A scheme that runs or holds content; the space makes it no address, wherever the text stands.
_SCHEME = re.compile(r"(javascript|vbscript|data|file|blob):(?=\S)", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"[\s\\`*\[\]()|~<>\"{}^]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def escape(text: str) -> str:
    """The text on one line, with everything escaped that Markdown or HTML would understand."""
    if isinstance(text, Address):
        return _IN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", text)
    text = _SPACE.sub(" ", text).strip()
    text = _SCHEME.sub(r"\1: ", text)
    text = _ENTITY.sub("&amp;", text)
    text = _ANYWHERE.sub(lambda found: f"\\{found[0]}", text)
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    if _FIRST.match(text):
        return f"\\{text}"
    return _NUMBERED.sub(r"\1\\\2", text, count=1) if _NUMBERED.match(text) else text


def escape_paragraphs(text: str) -> str:
    """The same for a text of several paragraphs: blank lines stay, other line breaks are spaces."""
    if isinstance(text, Address):
        return escape(text)
    paragraphs = (escape(part) for part in _PARAGRAPH.split(text.replace("\r\n", "\n")))
    return "\n\n".join(part for part in paragraphs if part)
