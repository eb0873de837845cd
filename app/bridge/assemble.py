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
    """The function that makes an object of a record.

    It is written as Python source and compiled, once for a plan: one expression that names every
    value is twice as fast as any loop over keys. Nothing of a request gets into the source but
    response keys, which are GraphQL names, and even these as literals.
    """
    source = f"lambda record: {_object(layout)}"
    make: Assembler = eval(source, {"Fragment": orjson.Fragment})  # noqa: S307 - see above
    return make


def _object(layout: Layout) -> str:
    """The expression that makes an object of `record`."""
    objects = dict(layout.objects)
    items: list[str] = []
    for place, key in enumerate(layout.keys, layout.start):
        value = f"record[{place}]"
        if key in objects:
            value = f"({_object(objects[key])} if {value} else None)"
        elif key in layout.fragments:
            value = f"(Fragment({value}) if {value} is not None else None)"
        items.append(f"{key!r}: {value}")
    return "{" + ", ".join(items) + "}"


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
