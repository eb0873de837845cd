"""Which tables are exposed and how; filled by the schema files, frozen before the first request."""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from piccolo.columns import Column, ForeignKey
from piccolo.table import Table
from strawberry.utils.str_converters import to_camel_case

from app.bridge.access import Action
from app.bridge.columns import ColumnType, column_type, is_known
from app.bridge.errors import ConfigurationError
from app.bridge.ordering import Order
from app.bridge.plan import JSONKind

_T = TypeVar("_T")


# --- what a schema file writes beside `auto` ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToMany:
    """A connection of the rows whose `foreign_key` names this row."""

    foreign_key: ForeignKey[Any]
    orders: tuple[Order, ...]
    description: str | None


@dataclass(frozen=True, slots=True)
class OneBack:
    """The one row whose `foreign_key`, which is unique, names this row."""

    foreign_key: ForeignKey[Any]
    description: str | None


@dataclass(frozen=True, slots=True)
class Own:
    """A root field with the row whose key is the caller's value `name`; only `who` have one."""

    table: type[Table]
    name: str
    who: frozenset[str]
    description: str | None


@dataclass(frozen=True, slots=True)
class Single:
    """A root field that finds one row, by its id or a unique column; `by` is by argument."""

    table: type[Table]
    by: Mapping[str, Column]
    description: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A root field with a connection of the rows that the policy allows `action` for."""

    table: type[Table]
    orders: tuple[Order, ...]
    description: str | None
    action: Action
    who: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Aggregates:
    """A root field with counts, sums and groups of a table's rows."""

    table: type[Table]
    group_by: tuple[Column, ...]
    description: str | None


@dataclass(frozen=True, slots=True)
class Custom:
    """A root field that is no row of a table: `function` answers it, for callers of `who`."""

    function: Callable[..., Awaitable[Any]]
    who: frozenset[str]


@dataclass(frozen=True, slots=True)
class Search:
    """Text search in a type's filters: what the SQL function `function(column, term)` finds."""

    function: str
    column: Column


# These return Any because the attribute that they fill is annotated `auto`.


def to_many(foreign_key: Any, *orders: Order, description: str | None = None) -> Any:
    """A connection of the rows whose `foreign_key` names this row, sorted by `orders`."""
    return ToMany(foreign_key, orders, description)


def one_back(foreign_key: Any, description: str | None = None) -> Any:
    """The one row whose `foreign_key`, which is unique, names this row."""
    return OneBack(foreign_key, description)


def own(table: type[Table], name: str, who: frozenset[str], description: str | None = None) -> Any:
    """A root field: the row whose key is `Viewer.values[name]`; null for kinds not in `who`."""
    return Own(table, name, who, description)


def single(table: type[Table], *by: Any, description: str | None = None) -> Any:
    """A root field: the row of `table` with an id, or with a value of a unique column in `by`."""
    return Single(table, {to_camel_case(c._meta.name): c for c in by}, description)


def listing(
    table: type[Table],
    *orders: Order,
    description: str | None = None,
    action: Action = Action.READ,
    who: frozenset[str] | None = None,
) -> Any:
    """A root field: a connection of all rows of `table` that the caller may read.

    `who` are the kinds of caller that may ask for it at all; None for every kind. With
    `Action.RESTORE`, of those that are deleted and that the caller may restore; within it, the
    table's other relations mean these as well.
    """
    return Listing(table, orders, description, action, who)


def aggregates(table: type[Table], *group_by: Any, description: str | None = None) -> Any:
    """A root field: figures about all rows of `table`, which can be grouped by these columns."""
    return Aggregates(table, group_by, description)


def custom(function: Callable[..., Awaitable[Any]], *, who: frozenset[str]) -> Any:
    """A root field that `function` answers, for the kinds of caller in `who`; others are refused.

    Its first argument is the context; the others, by their annotations, are the field's arguments.
    What it returns is annotated, too; its docstring is the field's description.
    """
    return Custom(function, who)


Root = Own | Single | Listing | Aggregates


# --- what the other stages read -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ColumnField:
    """A column as a field."""

    column: str
    type: ColumnType
    nullable: bool
    description: str | None


@dataclass(frozen=True, slots=True)
class ToOneField:
    """A foreign key as a field: the row that it names."""

    foreign_key: ForeignKey[Any]
    target: type[Table]
    description: str | None


@dataclass(frozen=True, slots=True)
class ComputedField:
    """A resolver written in Python, and the columns that it reads."""

    needs: tuple[str, ...]


Field = ColumnField | ToOneField | OneBack | ToMany | ComputedField


@dataclass(frozen=True)
class ExposedType:
    """A table, the class that shows it, and its fields by Python name.

    `names` has the fields by the name that clients know, `types` the types of all columns that
    could be shown.
    """

    name: str
    table: type[Table]
    cls: type
    description: str
    fields: Mapping[str, Field]
    types: Mapping[str, ColumnType]
    names: Mapping[str, Field]
    search: "Search | None" = None

    @cached_property
    def loads(self) -> Mapping[str, Callable[[Any], Any]]:
        """For each column whose fetched values are not what resolvers see: what makes them so."""
        return {name: kind.load for name, kind in self.types.items() if kind.load is not None}

    @property
    def key(self) -> str:
        """The name of the primary key column."""
        return str(self.table._meta.primary_key._meta.name)

    def field(self, graphql_name: str) -> Field | None:
        """The field that clients call `graphql_name`."""
        return self.names.get(graphql_name)


class Registry:
    """The exposed types and root fields of one schema."""

    def __init__(self) -> None:
        self._types: dict[type[Table], ExposedType] = {}
        self._roots: list[type] = []
        self._frozen = False

    def exposes(
        self, table: type[Table], search: Search | None = None
    ) -> Callable[[type[_T]], type[_T]]:
        """Decorates the class that shows `table`: what it names is in the API, and nothing else.

        An attribute annotated `auto` is a column or foreign key of that name, or what its value
        says (`to_many`, `one_back`). A method decorated `@computed` is a field in Python. The
        class's docstring is the type's description. With `search`, filters have a text search.
        Raises ConfigurationError for a name that is no column.
        """

        def expose(cls: type[_T]) -> type[_T]:
            if table in self._types:
                raise ConfigurationError(
                    f"{table.__name__} is exposed twice, as {self._types[table].name} "
                    f"and as {cls.__name__}"
                )
            fields = dict(_fields(cls, table))
            self._types[table] = ExposedType(
                name=cls.__name__,
                table=table,
                cls=cls,
                description=inspect.cleandoc(cls.__doc__ or ""),
                fields=fields,
                types={
                    column._meta.name: column_type(column)
                    for column in table._meta.columns
                    if not column._meta.secret and is_known(column)
                },
                names={to_camel_case(name): field for name, field in fields.items()},
                search=search,
            )
            return cls

        return expose

    def query(self, cls: type[_T]) -> type[_T]:
        """Decorates a class of root fields: `own`, `single`, `listing`, `aggregates`, `custom`."""
        self._roots.append(cls)
        return cls

    @property
    def types(self) -> tuple[ExposedType, ...]:
        """Every exposed type."""
        return tuple(self._types.values())

    @property
    def tables(self) -> frozenset[type[Table]]:
        """Every exposed table."""
        return frozenset(self._types)

    @property
    def root_classes(self) -> tuple[type, ...]:
        """Every class of root fields."""
        return tuple(self._roots)

    def freeze(self) -> dict[str, Root]:
        """End filling; returns what every root field is, by the name that clients know.

        Without custom ones, which are none of the planner's business.

        Raises ConfigurationError for a root field that is made with something else,
        and when the registry is frozen already.
        """
        if self._frozen:
            raise ConfigurationError("the schema of this registry is built already; keep it")
        self._frozen = True
        return {
            to_camel_case(name): _root_field(cls, name, value)
            for cls in self._roots
            for name, value in declared(cls)
            if not isinstance(value, Custom)
        }

    def of(self, table: type[Table]) -> ExposedType:
        """The type that shows `table`; raises ConfigurationError when there is none."""
        try:
            return self._types[table]
        except KeyError:
            raise ConfigurationError(
                f"{table.__name__} is named in the schema but no type shows it"
            ) from None


def _root_field(cls: type, name: str, value: object) -> Root:
    if not isinstance(value, Root):
        raise ConfigurationError(
            f"{cls.__name__}.{name} is a root field: make it with own, single, listing, "
            "aggregates or custom"
        )
    return value


def declared(cls: type) -> Iterator[tuple[str, object]]:
    """The `auto` attributes of a class, in order, each with its value (None when it has none)."""
    for name in inspect.get_annotations(cls):
        yield name, cls.__dict__.get(name)


def _fields(cls: type, table: type[Table]) -> Iterator[tuple[str, Field]]:
    columns = {column._meta.name: column for column in table._meta.columns}
    for name, value in declared(cls):
        if isinstance(value, OneBack) and not value.foreign_key._meta.unique:
            raise ConfigurationError(f"{cls.__name__}.{name} could lead to several rows")
        if isinstance(value, ToMany | OneBack):
            yield name, value
        elif name in columns:
            yield name, _column_field(columns[name])
        else:
            raise ConfigurationError(
                f"{cls.__name__}.{name} is no column of {table.__name__}; "
                f"it has {', '.join(sorted(columns))}"
            )
    for name, value in cls.__dict__.items():
        if (needs := getattr(value, "__needs__", None)) is not None:
            yield name, ComputedField(needs)


def _column_field(column: Column) -> Field:
    description = column._meta.help_text
    if column._meta.secret:
        raise ConfigurationError(f"{column._meta.name} is secret and cannot be in the API")
    if isinstance(column, ForeignKey):
        return ToOneField(column, column._foreign_key_meta.resolved_references, description)
    kind = column_type(column)
    # A JSON column that is never null may hold JSON's own null, which a client cannot tell apart.
    nullable = bool(column._meta.null) or kind.json is JSONKind.JSON
    return ColumnField(column._meta.name, kind, nullable, description)
