"""Filters: from the value of a filter input to a predicate.

A comparison never holds for null, `ne` and `notIn` included; `not` is every row for which its
filter does not hold. What the caller may not read of a row counts as null, as it does in answers,
and a relation only leads to rows that they may read: so a filter tells nothing that a list does
not.
"""

from collections.abc import Iterable
from typing import Any

from piccolo.columns import ForeignKey

from app.bridge.access import join_of, table_name
from app.bridge.binding import (
    Decoder,
    GlobalId,
    JSONText,
    ListOf,
    OneItem,
    Pattern,
    Storable,
)
from app.bridge.columns import TEXT, ColumnType, column_type
from app.bridge.errors import InputError, LimitExceeded
from app.bridge.operators import COMPARISONS, Comparison, Family, Takes, family_of
from app.bridge.plan import (
    Compare,
    Constant,
    Everything,
    Exists,
    IsNull,
    Join,
    Matches,
    Operator,
    Predicate,
    Value,
    all_of,
    any_of,
    assume,
    exists,
    negation,
)
from app.bridge.registry import ColumnField, ExposedType, ToMany, ToOneField
from app.bridge.scope import Scope
from app.bridge.variables import Leaf


def to_predicate(scope: Scope, exposed: ExposedType, tree: Any) -> Predicate:
    """The rows of a type that the value of its filter input means.

    Raises InputError for a value that cannot be meant, LimitExceeded for too much of it, and
    NotAllowed where it names a column that the caller may not read.
    """
    return Everything() if tree is None else _Reader(scope).rows(exposed, tree, "where", 1)


class _Reader:
    """Reads one filter; every condition in it is taken from the budget of the operation."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def rows(self, exposed: ExposedType, tree: Any, path: str, depth: int) -> Predicate:
        """What a filter input of `exposed` means, which stands at `path`."""
        limits = self._scope.limits
        if depth > limits.filter_depth:
            raise LimitExceeded(f"{path} is nested more than {limits.filter_depth} filters deep")
        return all_of(
            *(
                self._condition(exposed, name, value, f"{path}.{name}", depth)
                for name, value in self._given(tree, path)
            )
        )

    def _given(self, tree: Any, path: str) -> Iterable[tuple[str, Any]]:
        """The fields of an input object; null is refused, because nobody agrees what it means."""
        for name, value in tree.items():
            if value is None:
                hint = "" if name == "isNull" else ", or ask for null with isNull"
                raise InputError(f"{path}.{name} is null; leave it out{hint}")
            self._scope.budget.take_condition()
            yield name, value

    def _condition(
        self, exposed: ExposedType, name: str, value: Any, path: str, depth: int
    ) -> Predicate:
        match name:
            case "and":
                return all_of(*self._each(exposed, value, path, depth))
            case "or":
                return any_of(*self._each(exposed, value, path, depth))
            case "not":
                return negation(self.rows(exposed, value, path, depth + 1))
            case "id":
                return self._key(exposed, value, path)
            case "search" if exposed.search is not None:
                return self._search(exposed, value, path)
        match exposed.field(name):
            case ColumnField(column, kind):
                guard = self._scope.guard(exposed, column)
                return _Column(self._scope, column, kind, guard).rows(
                    self._given(value, path), path
                )
            case ToOneField() as relation:
                return self._to_one(exposed, relation, value, path, depth)
            case ToMany() as relation:
                return self._to_many(exposed, relation, value, path, depth)
        referred = exposed.field(name.removesuffix("Id"))
        assert isinstance(referred, ToOneField), name
        return self._reference(exposed, referred, value, path)

    def _each(self, exposed: ExposedType, trees: Any, path: str, depth: int) -> Iterable[Predicate]:
        if isinstance(trees, Leaf):  # an empty list
            trees = self._scope.variables.value(trees)
        for place, tree in enumerate(trees):
            yield self.rows(exposed, tree, f"{path}.{place}", depth + 1)

    def _key(self, exposed: ExposedType, tree: Any, path: str) -> Predicate:
        guard = self._scope.guard(exposed, exposed.key)
        column = _Column(self._scope, exposed.key, exposed.types[exposed.key], guard, exposed.name)
        return column.rows(self._given(tree, path), path)

    def _search(self, exposed: ExposedType, tree: Any, path: str) -> Predicate:
        assert exposed.search is not None
        column = exposed.search.column._meta.name
        guard = self._scope.guard(exposed, column)
        value = self._scope.bind(tree, Storable(path, TEXT), TEXT.pg)
        if self._scope.variables.is_blank(tree):
            return Everything()  # an empty search box: nothing is searched for
        return all_of(guard, Matches(exposed.search.function, column, value))

    # --- relations --------------------------------------------------------------------------------

    def _reference(
        self, exposed: ExposedType, relation: ToOneField, tree: Any, path: str
    ) -> Predicate:
        """A foreign key by the id that it holds; null where the row behind it is hidden."""
        key: ForeignKey[Any] = relation.foreign_key
        visible = self._scope.rows(relation.target)
        shown = self._scope.guard(exposed, key._meta.name)
        if not isinstance(visible, Everything):
            shown = all_of(shown, exists(join_of(key), visible))
        column = _Column(
            self._scope,
            key._meta.name,
            column_type(key),
            shown,
            self._scope.type_of(relation.target).name,
        )
        return column.rows(self._given(tree, path), path)

    def _to_one(
        self, exposed: ExposedType, relation: ToOneField, tree: Any, path: str, depth: int
    ) -> Predicate:
        target = self._scope.type_of(relation.target)
        guard = self._scope.guard(exposed, relation.foreign_key._meta.name)
        found = self.rows(target, tree, path, depth + 1)
        visible = self._scope.rows(relation.target)
        return all_of(guard, exists(join_of(relation.foreign_key), all_of(found, visible)))

    def _to_many(
        self, exposed: ExposedType, relation: ToMany, tree: Any, path: str, depth: int
    ) -> Predicate:
        up = join_of(relation.foreign_key)
        child = relation.foreign_key._meta.table
        target = self._scope.type_of(child)
        down = Join(table_name(child), up.remote, up.local)
        # Filtered are only rows that may be read, so children need not ask again.
        known = Exists(up, self._scope.rows(exposed.table))
        visible = all_of(
            assume(known, self._scope.rows(child)),
            self._scope.guard(target, relation.foreign_key._meta.name),
        )
        parts: list[Predicate] = []
        for name, value in self._given(tree, path):
            found = self.rows(target, value, f"{path}.{name}", depth + 1)
            match name:
                case "some":
                    parts.append(exists(down, all_of(found, visible)))
                case "none":
                    parts.append(negation(exists(down, all_of(found, visible))))
                case "every":
                    parts.append(negation(exists(down, all_of(negation(found), visible))))
        return all_of(*parts)


class _Column:
    """Comparisons of one column, which counts as null where `guard` does not hold.

    With `ids`, values are global ids of rows of that type.
    """

    def __init__(
        self,
        scope: Scope,
        column: str,
        kind: ColumnType,
        guard: Predicate,
        ids: str | None = None,
    ) -> None:
        self._scope = scope
        self._column = column
        self._type = kind
        self._guard = guard
        self._ids = ids

    def rows(self, given: Iterable[tuple[str, Any]], path: str) -> Predicate:
        """What the fields of a column's filter mean, all together."""
        family = family_of(self._type)
        assert family is not None
        parts: list[Predicate] = []
        for name, tree in given:
            match name:
                case "isNull":
                    parts.append(self._is_null(tree, None))
                case "isEmpty":
                    parts.append(self._is_empty(tree))
                case "at":
                    parts.append(self._part(tree, f"{path}.{name}"))
                case _:
                    comparison = _comparison(family, name)
                    parts.append(self._compare(comparison, tree, f"{path}.{name}", None))
        return all_of(*parts)

    def _compare(
        self, comparison: Comparison, tree: Any, path: str, part: Value | None
    ) -> Predicate:
        value = self._scope.bind(tree, self._decoder(comparison, path), self._pg(comparison))
        compared: Predicate = Compare(self._column, comparison.operator, value, part)
        if comparison.operator is Operator.NOT_ANY:
            # In SQL, null is not among no values.
            compared = all_of(negation(IsNull(self._column)), compared)
        return all_of(self._guard, compared)

    def _is_null(self, tree: Any, part: Value | None) -> Predicate:
        null: Predicate = IsNull(self._column, path=part)
        if self._type.pg == "jsonb":  # the null of JSON is shown as null, too
            json_null = Constant("null", "jsonb")
            null = any_of(null, Compare(self._column, Operator.EQ, json_null, part))
        wanted = any_of(negation(self._guard), null)
        return wanted if self._scope.variables.value(tree) else negation(wanted)

    def _is_empty(self, tree: Any) -> Predicate:
        operator = Operator.EQ if self._scope.variables.value(tree) else Operator.NE
        empty = Constant((), self._type.pg)
        return all_of(self._guard, Compare(self._column, operator, empty))

    def _part(self, tree: Any, path: str) -> Predicate:
        """Comparisons of the part at a path in JSON."""
        name = f"{path}.path"
        steps = ListOf(name, Storable(name, TEXT), self._scope.limits.filter_depth)
        part = self._scope.bind(tree["path"], steps, "text[]")
        parts: list[Predicate] = []
        for field, value in tree.items():
            if value is None:
                raise InputError(f"{path}.{field} is null; leave it out, or ask for it with isNull")
            if field == "isNull":
                parts.append(self._is_null(value, part))
            elif field != "path":
                comparison = _comparison(Family.JSON_PART, field)
                parts.append(self._compare(comparison, value, f"{path}.{field}", part))
        return all_of(*parts)

    def _pg(self, comparison: Comparison) -> str:
        match comparison.takes:
            case Takes.VALUES:
                return f"{self._type.pg}[]"
            case Takes.NAME:
                return "text"
            case _:
                return self._type.pg

    def _decoder(self, comparison: Comparison, path: str) -> Decoder:
        most = self._scope.limits.list_values
        match comparison.takes:
            case Takes.VALUE:
                return self._value(comparison, path)
            case Takes.VALUES:
                return ListOf(path, self._value(comparison, path), most)
            case Takes.NAME:
                return Storable(path, TEXT)
        assert self._type.item is not None
        item = Storable(path, self._type.item)
        return OneItem(item) if comparison.takes is Takes.ITEM else ListOf(path, item, most)

    def _value(self, comparison: Comparison, path: str) -> Decoder:
        if self._ids is not None:
            return GlobalId(path, self._ids)
        if self._type.pg == "jsonb":
            return JSONText(path)
        if comparison.pattern is not None:
            return Pattern(Storable(path, self._type), *comparison.pattern)
        return Storable(path, self._type)


def _comparison(family: Family, name: str) -> Comparison:
    return next(one for one in COMPARISONS[family] if one.name == name)
