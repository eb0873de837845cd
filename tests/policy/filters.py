"""Every filter that the schema has for a type, with values that hidden rows have."""

from typing import Any

from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNamedType, GraphQLNonNull

from app.schema import make_schema

# A value of each type, which hidden rows have, and shown ones have not.
VALUES: dict[str, Any] = {
    "String": "hidden",
    "Int": 7,
    "Boolean": False,
    "DateTime": "2026-05-05T00:00:00Z",
    "Decimal": "7.77",
    "JSON": {"hidden": 1},
}


def _values(named: GraphQLNamedType, name: str) -> list[Any]:
    """Values for a field of a filter of values: what hidden rows have."""
    if name == "path":
        return [["hidden"]]
    if name in {"isNull", "isEmpty"}:
        return [True, False]
    if hasattr(named, "values"):
        return list(named.values)
    if named.name == "ID":
        return []
    return [VALUES[named.name]]


def _comparisons(kind: GraphQLInputObjectType) -> list[dict[str, Any]]:
    """Every operator of a filter of values, with a value that would find hidden rows."""
    found: list[dict[str, Any]] = []
    for name, field in kind.fields.items():
        inner: Any = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        many = isinstance(inner, GraphQLList)
        named = inner.of_type if many else inner
        named = named.of_type if isinstance(named, GraphQLNonNull) else named
        if isinstance(named, GraphQLInputObjectType):
            found += [
                {name: {"path": ["hidden"], **one}}
                for one in _comparisons(named)
                if "path" not in one
            ]
        elif name != "path":
            found += [{name: [value] if many else value} for value in _values(named, name)]
    return found


_ROWS = {f"{exposed.name}Filter" for exposed in make_schema().bridge.registry.types}


def filters_of(type_name: str, depth: int = 2) -> list[dict[str, Any]]:
    """Every operator of every column of a type, and of those behind its relations."""
    kind = make_schema().schema._schema.get_type(f"{type_name}Filter")
    assert isinstance(kind, GraphQLInputObjectType)
    found: list[dict[str, Any]] = []
    for name, field in kind.fields.items():
        named = field.type
        if name in {"and", "or", "not"}:
            continue
        if name == "search":
            found.append({"search": "hidden"})
        elif not isinstance(named, GraphQLInputObjectType):
            continue
        elif named.name.removesuffix("ListFilter") + "Filter" in _ROWS and "some" in named.fields:
            below = (
                filters_of(named.name.removesuffix("ListFilter"), depth - 1) if depth > 1 else []
            )
            found += [{name: {how: {}}} for how in named.fields]
            found += [{name: {"some": one}} for one in below]
        elif named.name in _ROWS:
            below = filters_of(named.name.removesuffix("Filter"), depth - 1) if depth > 1 else []
            found += [{name: one} for one in [{}, *below]]
        else:
            found += [{name: one} for one in _comparisons(named)]
    return found
