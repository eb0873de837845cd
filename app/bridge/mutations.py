"""Mutations: inputs made from tables, payloads with the changed objects, and what can go wrong.

A mutation is a function of the application's context and its arguments. What it returns says which
objects have changed; the payload's selection is then read like any other, as the caller (or as
whoever they have become) may see them.
"""

import inspect
import typing
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import strawberry
from graphql import get_named_type
from piccolo.columns import Column, ForeignKey
from piccolo.table import Table
from strawberry.types import Info as StrawberryInfo
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from app.bridge.columns import column_type
from app.bridge.cursors import key_of_id, wrong_id
from app.bridge.errors import ConfigurationError, NotAllowed, NotLoggedIn, Path, Problem, Refused
from app.bridge.fields import Info, ResolvedField
from app.bridge.loaders import Request
from app.bridge.plan import ToOneOut
from app.bridge.planner import Planner
from app.bridge.registry import Registry
from app.bridge.selection import SelectionReader
from app.bridge.validation import argument_name, is_required
from app.bridge.variables import Concrete

_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., Awaitable[Any]])

# The scope that a key needs for mutations, unless a mutation names another one.
WRITE = "write"


@strawberry.type(description="Something about the input that its sender can mend.")
class UserError:
    """A problem, as the API shows it."""

    code: str = strawberry.field(description="Stable, for programs: NOT_FOUND, TAKEN, INVALID ...")
    message: str = strawberry.field(description="A sentence for people.")
    path: list[str] = strawberry.field(description="Where in the arguments, from the outside in.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a mutation returns for its payload: a value for each of its fields, by Python name.

    An object is given by its key, a list of objects by their keys. Where `request` is given, the
    objects are read by it instead of the caller's own: a login is answered as who has logged in.
    `planned` is the bridge's own: what was planned of the payload before the mutation ran.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[Problem] = ()
    request: Request | None = None
    planned: Mapping[str, "_Planned"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Planned:
    """How one field of a payload is read, for up to so many rows."""

    plan: ToOneOut
    rows: int


# --- inputs ---------------------------------------------------------------------------------------


def input_type(
    table: type[Table], *, partial: bool = False, optional: Sequence[Any] = ()
) -> Callable[[type[_T]], type[_T]]:
    """Decorates a class whose `auto` attributes are columns of `table`: an input with them.

    Foreign keys, and the primary key, take ids. A field may be left out where the column has a
    default, where it is one of `optional`, and everywhere when `partial`. Other attributes are
    fields as Strawberry has them. `given` reads the values. Raises ConfigurationError for a name
    that is no column.
    """
    may_be_absent = {column._meta.name for column in optional}

    def make(cls: type[_T]) -> type[_T]:
        columns = {column._meta.name: column for column in table._meta.columns}
        annotations = dict(cls.__annotations__)
        cls.__annotations__ = {}
        for name, annotation in annotations.items():
            if annotation is not strawberry.auto:
                cls.__annotations__[name] = annotation
                continue
            column = columns.get(name)
            if column is None or column._meta.secret:
                raise ConfigurationError(f"{cls.__name__}.{name} is no column of {table.__name__}")
            kind = strawberry.ID if _is_id(column) else column_type(column).python
            required = is_required(column) and not partial and name not in may_be_absent
            required = required or column._meta.primary_key
            # Null for a column that is never null but has a default is told as any other problem.
            cls.__annotations__[name] = kind if required else kind | None
            made: Any = strawberry.field(
                name=argument_name(column),
                description=column._meta.help_text,
                **({} if required else {"default": strawberry.UNSET}),
            )
            setattr(cls, name, made)
        cls.__bridge_table__ = table  # type: ignore[attr-defined]
        return strawberry.input(cls, description=inspect.cleandoc(cls.__doc__ or ""))

    return make


def given(values: Any, path: Path = ("input",)) -> dict[str, Any]:
    """The values of an input by Python name, without those that were left out; ids as keys.

    Raises Refused for ids that are not ids.
    """
    table: type[Table] = values.__bridge_table__
    columns = {column._meta.name: column for column in table._meta.columns}
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in values.__dataclass_fields__:
        value = getattr(values, name)
        if value is strawberry.UNSET:
            continue
        column = columns.get(name)
        if column is not None and _is_id(column) and value is not None:
            target = table
            if isinstance(column, ForeignKey):
                target = column._foreign_key_meta.resolved_references
            try:
                value = row_key(target, value, (*path, argument_name(column)))
            except Refused as refused:
                problems.extend(refused.problems)
        found[name] = value
    if problems:
        raise Refused(*problems)
    return found


def _is_id(column: Column) -> bool:
    """Whether clients give the column's value as a global id."""
    return isinstance(column, ForeignKey) or bool(column._meta.primary_key)


def row_key(table: type[Table], text: str, path: Path = ("id",)) -> uuid.UUID:
    """The key in a global id of a row of `table`. Raises Refused for anything else."""
    key = key_of_id(table.__name__, text)
    if key is None:
        raise Refused(Problem("INVALID", wrong_id(path, table.__name__), path))
    return uuid.UUID(str(key))


# --- payloads and fields --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mutation as it was registered.

    `who` are the kinds of caller that may call it. `scope` is what a key needs for it; None when no
    key is enough. `payload` gives the payload's fields: a table, a list of one, or a type.
    """

    function: Callable[..., Awaitable[Any]]
    name: str
    who: frozenset[str]
    scope: str | None
    payload: Mapping[str, Any]


class Mutations:
    """The mutations of one schema; filled by the schema files."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.all: dict[str, Mutation] = {}

    def field(
        self, *, who: frozenset[str], scope: str | None = WRITE, **payload: Any
    ) -> Callable[[_F], _F]:
        """Decorates a function: a mutation of the same name, with its docstring as description.

        Its first argument is the context; the others, by their annotations, are the mutation's
        arguments. It returns the payload's only value, a mapping of several, or an `Outcome`; and
        raises Refused for what its caller can mend. `payload` has the fields by Python name: a
        table for an object, `list[Table]` for several, any other type for itself.
        """

        def register(function: _F) -> _F:
            self.add(Mutation(function, function.__name__, who, scope, payload))
            return function

        return register

    def add(self, mutation: Mutation) -> None:
        """Register a mutation. Raises ConfigurationError for a name that is used already."""
        if mutation.name in self.all:
            raise ConfigurationError(f"there are two mutations called {mutation.name}")
        self.all[mutation.name] = mutation

    def build(self) -> type | None:
        """The mutation type; None when there is no mutation."""
        if not self.all:
            return None
        fields = {name: self._field(mutation) for name, mutation in self.all.items()}
        cls = type("Mutation", (), {**fields, "__annotations__": {}})
        about = "Changes, in turn; one that fails is null, with an error, and ends no other."
        return strawberry.type(cls, name="Mutation", description=about)

    def _field(self, mutation: Mutation) -> StrawberryField:
        made: StrawberryField = strawberry.mutation(
            resolver=_resolver(mutation, self._payload(mutation) | None),
            description=inspect.cleandoc(mutation.function.__doc__ or ""),
        )
        return made

    def _payload(self, mutation: Mutation) -> type:
        camel = to_camel_case(mutation.name)
        name = f"{camel[0].upper()}{camel[1:]}Payload"
        fields = {key: self._payload_field(key, shown) for key, shown in mutation.payload.items()}
        fields["errors"] = ResolvedField(
            "errors",
            list[UserError],
            lambda source, _info: [_user_error(problem) for problem in source.errors],
            "What is wrong with the input; nothing was changed unless this is empty.",
        )
        cls = type(name, (), {**fields, "__annotations__": {}})
        return strawberry.type(cls, name=name, description=f"What came of {camel}.")

    def _payload_field(self, name: str, shown: Any) -> ResolvedField:
        table, several = _table_of(shown)
        if table is None:
            return ResolvedField(
                name, shown | None, lambda source, _info: source.values.get(name), None
            )
        exposed = self._registry.of(table)
        if exposed.name != table.__name__:
            raise ConfigurationError(
                f"{table.__name__} is shown as {exposed.name}; a table that is changed has the "
                "name of its type, since ids in inputs are recognised by it"
            )
        if several:
            return ResolvedField(
                name,
                list[exposed.cls] | None,  # type: ignore[name-defined]  # a type made at run time
                _objects(table, name),
                f"The {exposed.name} objects that were written, in the order of the input.",
            )
        return ResolvedField(
            name,
            exposed.cls | None,
            _object(table, name),
            f"The {exposed.name}, as you may see it.",
        )


def _table_of(shown: Any) -> tuple[type[Table] | None, bool]:
    """The table that a payload's field shows, if it does, and whether it shows several rows."""
    several = typing.get_origin(shown) is list
    inner = typing.get_args(shown)[0] if several else shown
    is_table = isinstance(inner, type) and issubclass(inner, Table)
    return (inner, several) if is_table else (None, False)


def _user_error(problem: Problem) -> UserError:
    return UserError(code=problem.code, message=problem.message, path=list(problem.path))


def _resolver(mutation: Mutation, payload: Any) -> Callable[..., Awaitable[Any]]:
    """The function that Strawberry calls: checks who calls, calls, and makes an outcome of it."""
    function = mutation.function
    _, *arguments = inspect.signature(function).parameters.values()

    async def resolve(info: Any, **values: Any) -> Outcome:
        check_caller(mutation, info.context.request)
        planned = _plan_payload(mutation, info._raw_info, values)  # noqa: SLF001 - Strawberry's hides it
        try:
            result = await function(info.context, **values)
        except Refused as refused:
            return Outcome(errors=refused.problems)
        return replace(_outcome(mutation, result), planned=planned)

    # Strawberry reads the types of arguments from the signature, in the names of the module.
    resolve.__module__, resolve.__name__ = function.__module__, mutation.name
    by_place = inspect.Parameter.POSITIONAL_OR_KEYWORD
    info = inspect.Parameter("info", by_place, annotation=StrawberryInfo)
    signature = inspect.Signature([info, *arguments], return_annotation=payload)
    resolve.__signature__ = signature  # type: ignore[attr-defined]
    resolve.__annotations__ = {
        "info": StrawberryInfo,
        **{each.name: each.annotation for each in arguments},
        "return": payload,
    }
    return resolve


def _plan_payload(
    mutation: Mutation, info: Info, arguments: Mapping[str, Any]
) -> dict[str, _Planned]:
    """How the objects of a payload will be read, by response key.

    It is planned before anything is written: whoever asks for too much, or for an impossible page,
    is refused with nothing changed. What this caller may not read is left out: who they are may
    change, and it is told in its place.
    """
    request: Request = info.context.request
    shown = {to_camel_case(name): _table_of(kind) for name, kind in mutation.payload.items()}
    planner, reader = _planner(request, info)
    field_ = reader.field(str(info.path.key), info.parent_type, info.field_nodes)
    planned: dict[str, _Planned] = {}
    for selected in reader.below(field_, get_named_type(info.return_type).name):
        table, several = shown.get(selected.name, (None, False))
        if table is None:
            continue
        lists = [len(value) for value in arguments.values() if isinstance(value, list)]
        rows = max(lists, default=1) if several else 1
        try:
            plan = planner.by_key(table, selected, rows)
        except NotAllowed:
            continue
        planned[selected.key] = _Planned(plan, rows)
    return planned


def _planner(request: Request, info: Info) -> tuple[Planner, SelectionReader]:
    executor = request.executor
    variables = Concrete(info.variable_values)  # type: ignore[arg-type]
    reader = SelectionReader(info.schema, info.fragments, variables, request.budget)
    return Planner(executor.bridge, executor.viewer.kind, reader, request.budget), reader


def check_caller(mutation: Mutation, request: Request) -> None:
    """Raise NotLoggedIn or NotAllowed for a caller who may not call the mutation at all."""
    viewer = request.executor.viewer
    if viewer.kind not in mutation.who:
        if not viewer.values:
            raise NotLoggedIn("log in first")
        raise NotAllowed(f"you may not call {to_camel_case(mutation.name)}")
    if viewer.scopes is None:
        return
    if mutation.scope is None:
        raise NotAllowed(f"{to_camel_case(mutation.name)} cannot be called with an API key")
    if mutation.scope not in viewer.scopes:
        raise NotAllowed(f"this needs an API key of the scope {mutation.scope.upper()}")


def _outcome(mutation: Mutation, result: Any) -> Outcome:
    if isinstance(result, Outcome):
        return result
    if isinstance(result, Mapping):
        return Outcome(result)
    return Outcome(dict.fromkeys(mutation.payload, result))


def _object(table: type[Table], name: str) -> Callable[[Any, Info], Awaitable[Any]]:
    async def resolve(source: Outcome, info: Info) -> Any:
        key = source.values.get(name)
        return None if key is None else (await _read(table, [key], source, info)).get(key)

    return resolve


def _objects(table: type[Table], name: str) -> Callable[[Any, Info], Awaitable[Any]]:
    async def resolve(source: Outcome, info: Info) -> Any:
        keys = source.values.get(name)
        if keys is None:
            return None
        found = await _read(table, keys, source, info)
        return [found[key] for key in keys if key in found]

    return resolve


async def _read(
    table: type[Table], keys: Sequence[uuid.UUID], source: Outcome, info: Info
) -> dict[Any, Any]:
    """The selected parts of the rows with these keys, by key, as far as they may be read."""
    request: Request = source.request or info.context.request
    executor = request.executor
    executor.variables = executor.variables or info.variable_values  # type: ignore[assignment]
    planned = source.planned.get(str(info.path.key)) if source.request is None else None
    if planned is None or len(keys) > planned.rows:
        planner, reader = _planner(request, info)
        selected = reader.field(str(info.path.key), info.parent_type, info.field_nodes)
        planned = _Planned(planner.by_key(table, selected, rows=len(keys)), len(keys))
    return await request.by_keys(planned.plan, list(keys))
