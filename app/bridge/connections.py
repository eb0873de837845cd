"""Relay connections in the schema: page arguments, nodes, edges and page information."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry.types.arguments import StrawberryArgument

from app.bridge.cursors import encode_cursor
from app.bridge.fields import Info, ResolvedField, argument
from app.bridge.loaders import Page
from app.bridge.plan import PagePlan
from app.bridge.sql.writer import ORDER


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


@dataclass(frozen=True, slots=True)
class Edge:
    """One row of a page, with its place in the list; `nodes` by response key."""

    page: Page
    values: Mapping[str, Any]
    nodes: Mapping[str, Any]


def _nodes(page: Page, info: Info) -> list[Any]:
    return page.nodes[str(info.path.key)]


def _edges(page: Page, info: Info) -> list[Edge]:
    nodes = page.edges[str(info.path.key)]
    return [Edge(page, *each) for each in zip(page.values, nodes, strict=True)]


def _node(edge: Edge, info: Info) -> Any:
    return edge.nodes[str(info.path.key)]


def _cursor_of(page: Page, values: Mapping[str, Any]) -> str:
    texts = [values[f"{ORDER}{place}"] for place in range(len(page.plan.order))]
    return encode_cursor(page.plan.fingerprint, texts)


def _cursor(edge: Edge, _info: Info) -> str:
    return _cursor_of(edge.page, edge.values)


def _page_info(page: Page, info: Info) -> PageInfo:
    """Page information: only cursors that are asked for can be made.

    Rows beyond the end that the page is read from are known by the one row more that was fetched.
    At the other end stands the row of the cursor that was passed.
    """
    plan: PagePlan = page.plan
    ends = (page.values[0], page.values[-1]) if page.values and plan.cursors else None
    return PageInfo(
        has_next_page=plan.before if plan.backwards else page.more,
        has_previous_page=page.more if plan.backwards else plan.after,
        start_cursor=_cursor_of(page, ends[0]) if ends else None,
        end_cursor=_cursor_of(page, ends[1]) if ends else None,
    )


def _total_count(page: Page, _info: Info) -> int | None:
    return page.count


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
