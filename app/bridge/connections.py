"""Relay connections in the schema: page arguments, nodes, edges and page information."""

from collections.abc import Awaitable
from typing import Any

import strawberry
from strawberry.types.arguments import StrawberryArgument

from app.bridge.cursors import encode_cursor
from app.bridge.fields import Info, ResolvedField, argument
from app.bridge.loaders import Page
from app.bridge.plan import RowPlan


def page_arguments() -> list[StrawberryArgument]:
    """The arguments of every connection."""
    return [
        argument("first", int | None, "How many rows, from the start (20 when neither is given)."),
        argument("after", str | None, "Only rows after the one with this cursor."),
        argument("last", int | None, "How many rows, from the end."),
        argument("before", str | None, "Only rows before the one with this cursor."),
    ]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="Whether rows follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether rows precede this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first row.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last row.")


class Edge:
    """One row of a page, with its place in the list."""

    __slots__ = ("nodes", "page", "values")

    def __init__(self, page: Page, nodes: dict[str, RowPlan], values: dict[str, Any]) -> None:
        self.page = page
        self.nodes = nodes
        self.values = values


def _nodes(page: Page, info: Info) -> list[object]:
    plan = page.plan.nodes[str(info.path.key)]
    return [page.request.executor.row(plan, values) for values in page.rows]


def _edges(page: Page, info: Info) -> list[Edge]:
    nodes = page.plan.edges[str(info.path.key)]
    return [Edge(page, nodes, values) for values in page.rows]


def _node(edge: Edge, info: Info) -> object:
    return edge.page.request.executor.row(edge.nodes[str(info.path.key)], edge.values)


def _cursor_of(page: Page, values: dict[str, Any]) -> str:
    plan = page.plan
    types = page.request.executor.bridge.types[plan.read.type_name].types
    return encode_cursor(plan.fingerprint, plan.order, types, values)


def _cursor(edge: Edge, _info: Info) -> str:
    return _cursor_of(edge.page, edge.values)


def _page_info(page: Page, _info: Info) -> "_PageInfo":
    return _PageInfo(page)


class _PageInfo:
    """Page information, worked out when it is asked for.

    Rows beyond the end that the page is read from are known without another statement: by the one
    row more that was fetched. At the other end stands the row of the cursor that was passed.
    """

    __slots__ = ("_page",)

    def __init__(self, page: Page) -> None:
        self._page = page

    @property
    def has_next_page(self) -> bool:
        page = self._page
        return page.plan.before if page.plan.backwards else page.more

    @property
    def has_previous_page(self) -> bool:
        page = self._page
        return page.more if page.plan.backwards else page.plan.after

    @property
    def start_cursor(self) -> str | None:
        return _cursor_of(self._page, self._page.rows[0]) if self._page.rows else None

    @property
    def end_cursor(self) -> str | None:
        return _cursor_of(self._page, self._page.rows[-1]) if self._page.rows else None


def _total_count(page: Page, _info: Info) -> Awaitable[int]:
    return page.count()  # type: ignore[no-any-return]


def connection_type(name: str, node: type) -> type:
    """The connection type of the exposed type called `name`, shown by the class `node`."""
    edge = _object_type(
        f"{name}Edge",
        f"One {name} of a page, with its place in the list.",
        ResolvedField("node", node, _node, "The row."),
        ResolvedField("cursor", str, _cursor, "Pass it as `after` or `before` to page from here."),
    )
    return _object_type(
        f"{name}Connection",
        f"A page of a list of {name}.",
        ResolvedField("nodes", list[node], _nodes, "The rows of the page."),  # type: ignore[valid-type]  # a type made at run time
        ResolvedField("edges", list[edge], _edges, "The rows of the page, with their cursors."),  # type: ignore[valid-type]  # likewise
        ResolvedField("page_info", PageInfo, _page_info, "Where the page stands in its list."),
        ResolvedField(
            "total_count",
            int,
            _total_count,
            "The number of rows in the whole list; costs a statement of its own.",
        ),
    )


def _object_type(name: str, description: str, *fields: ResolvedField) -> type:
    cls = type(name, (), {field.python_name: field for field in fields})
    return strawberry.type(cls, name=name, description=description)
