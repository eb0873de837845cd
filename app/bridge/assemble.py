"""Records of JSON mode to what the encoder writes: dictionaries, with finished JSON in them."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from app.bridge.cursors import encode_cursor
from app.bridge.plan import (
    CountOut,
    CursorOut,
    EdgesOut,
    NodesOut,
    PageFact,
    PageInfoOut,
    PagePlan,
    TypenameOut,
)
from app.bridge.sql.finished import FinishedRows, Layout

# asyncpg's Record: values by place, by slice and in order.
Record = Sequence[Any]
Assembler = Callable[[Record], dict[str, Any]]


def assembler(layout: Layout) -> Assembler:
    """The function that makes an object of a record."""
    start, keys = layout.start, layout.keys
    stop = start + len(keys)
    fragments = layout.fragments
    objects = tuple((key, assembler(inner)) for key, inner in layout.objects)

    def plain(record: Record) -> dict[str, Any]:
        return dict(zip(keys, record[start:stop], strict=True))

    def nested(record: Record) -> dict[str, Any]:
        made = dict(zip(keys, record[start:stop], strict=True))
        for key in fragments:
            if (text := made[key]) is not None:
                made[key] = orjson.Fragment(text)
        for key, inner in objects:
            made[key] = inner(record) if made[key] else None
        return made

    def first(record: Record) -> dict[str, Any]:
        # zip stops with the keys: no slice is needed for the values that come first.
        return dict(zip(keys, record))  # noqa: B905 - the record is longer on purpose

    if fragments or objects:
        return nested
    return plain if start else first


class PageAssembler:
    """Makes the answer of a connection of the records of its page."""

    __slots__ = ("_assemblers", "_cursors", "_page")

    def __init__(self, page: PagePlan, finished: FinishedRows) -> None:
        self._page = page
        self._assemblers = [assembler(layout) for layout in finished.layouts]
        self._cursors = finished.cursors

    def __call__(self, records: Sequence[Record], count: int | None) -> dict[str, Any]:
        """The connection; `count` is the number of all rows, where that is selected."""
        page = self._page
        more = len(records) > page.limit
        kept = records[: page.limit]
        if page.backwards:
            kept = kept[::-1]
        assemblers = iter(self._assemblers)
        made: dict[str, Any] = {}
        for out in page.outputs:
            match out:
                case NodesOut():
                    make = next(assemblers)
                    made[out.key] = [make(record) for record in kept]
                case EdgesOut():
                    made[out.key] = self._edges(out, kept, assemblers)
                case PageInfoOut():
                    made[out.key] = self._info(out, kept, more)
                case CountOut():
                    made[out.key] = count
                case TypenameOut():
                    made[out.key] = out.type_name
        return made

    def _edges(
        self, edges: EdgesOut, records: Sequence[Record], assemblers: Any
    ) -> list[dict[str, Any]]:
        makers: list[tuple[str, Callable[[Record], Any]]] = []
        for out in edges.outputs:
            match out:
                case NodesOut():
                    makers.append((out.key, next(assemblers)))
                case CursorOut():
                    makers.append((out.key, self._cursor))
                case TypenameOut():
                    makers.append((out.key, _constant(out.type_name)))
        return [{key: make(record) for key, make in makers} for record in records]

    def _info(self, info: PageInfoOut, records: Sequence[Record], more: bool) -> dict[str, Any]:
        page = self._page
        made: dict[str, Any] = {}
        for out in info.outputs:
            match out:
                case TypenameOut():
                    made[out.key] = out.type_name
                case (key, PageFact.HAS_NEXT):
                    made[key] = page.before if page.backwards else more
                case (key, PageFact.HAS_PREVIOUS):
                    made[key] = more if page.backwards else page.after
                case (key, PageFact.START):
                    made[key] = self._cursor(records[0]) if records else None
                case (key, PageFact.END):
                    made[key] = self._cursor(records[-1]) if records else None
        return made

    def _cursor(self, record: Record) -> str:
        end = self._cursors + len(self._page.order)
        return encode_cursor(self._page.fingerprint, record[self._cursors : end])


def _constant(value: str) -> Callable[[Record], str]:
    return lambda _record: value
