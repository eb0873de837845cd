"""How much one request may ask for, checked before validation and while a plan is made.

Everything here is linear in the document: a fragment is visited once, however often it is spread.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from app.bridge.errors import InputError, LimitExceeded


@dataclass(frozen=True, slots=True)
class Limits:
    """The caps of one request.

    `page_default` and `page_max` are rows a page. `fields` counts selected fields with a fragment's
    as often as it is spread. `depth` counts relations below each other, `nesting` fields below each
    other. `rows`, the cost, is the largest number of rows that a selection could return, page sizes
    multiplied; `values` likewise, of values in these rows. `tokens` is the length of the document;
    of the same response key in one selection set there may be `repeats` (merging them takes time
    that grows with the square). All filters together have `conditions`, each nested `filter_depth`
    deep, with lists of `list_values`; an order has `order_terms`.
    """

    page_default: int = 20
    page_max: int = 100
    fields: int = 1_000
    depth: int = 8
    rows: int = 200_000
    values: int = 1_000_000
    tokens: int = 2_000
    nesting: int = 32
    aliases: int = 100
    directives: int = 100
    repeats: int = 10
    conditions: int = 100
    filter_depth: int = 8
    list_values: int = 200
    order_terms: int = 5

    def page_size(self, name: str, value: int | None) -> int:
        """The page size that `value`, the argument called `name`, asks for."""
        if value is None:
            return self.page_default
        if not 0 <= value <= self.page_max:
            raise InputError(f"{name} is {value}; it must be from 0 to {self.page_max}")
        return value


class Budget:
    """What is left of the limits while one selection is planned."""

    __slots__ = ("_conditions", "_fields", "_limits", "_values", "rows")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._conditions = 0
        self._fields = 0
        self._values = 0
        self.rows = 0

    def take_field(self) -> None:
        """Count one more selected field."""
        self._fields += 1
        if self._fields > self._limits.fields:
            raise LimitExceeded(
                f"the document selects more than {self._limits.fields} fields; ask for fewer"
            )

    def take_condition(self) -> None:
        """Count one more condition of a filter."""
        self._conditions += 1
        if self._conditions > self._limits.conditions:
            raise LimitExceeded(
                f"the filters of the document hold more than {self._limits.conditions} conditions; "
                "ask for fewer"
            )

    def take_rows(self, rows: int) -> None:
        """Count the rows that one part of the selection could return."""
        self.rows += rows
        if self.rows > self._limits.rows:
            raise LimitExceeded(
                f"the document could return more than {self._limits.rows} rows; "
                "ask for smaller pages or fewer nested lists"
            )

    def take_values(self, values: int) -> None:
        """Count the values that the rows of one part of the selection could have."""
        self._values += values
        if self._values > self._limits.values:
            raise LimitExceeded(
                f"the document could return more than {self._limits.values} values; "
                "ask for smaller pages or fewer fields"
            )

    def check_depth(self, depth: int) -> None:
        """Refuse relations nested deeper than the limit."""
        if depth > self._limits.depth:
            raise LimitExceeded(
                f"the document follows more than {self._limits.depth} relations below each other"
            )


@dataclass(frozen=True, slots=True)
class _Weight:
    """What a selection set adds up to, fragments included.

    `fields` in all, `nesting` fields below each other, and how often each response key stands in
    the set itself, where fields of one key have to be merged.
    """

    fields: int = 0
    nesting: int = 0
    keys: Counter[str] = field(default_factory=Counter)


def check_document(document: DocumentNode, limits: Limits) -> None:
    """Refuse, before it is validated, a document that asks for too much. Raises LimitExceeded."""
    _Weigher(document, limits).check()


class _Weigher:
    """Weighs each fragment once, and with the weights the operations."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self._limits = limits
        self._operations = [
            d for d in document.definitions if isinstance(d, OperationDefinitionNode)
        ]
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._weights: dict[str, _Weight] = {}
        self._aliases = 0
        self._directives = 0
        self._introspection = 0

    def check(self) -> None:
        """Weigh everything; raises LimitExceeded."""
        for name in self._fragments:
            self._fragment(name)
        for operation in self._operations:
            weight = self._set(operation.selection_set)
            self._refuse("selects", weight.fields, self._limits.fields, "fields")
            self._refuse("nests", weight.nesting, self._limits.nesting, "fields below each other")
        self._refuse("has", self._introspection, 2, "selections of __schema and __type")
        self._refuse("has", self._aliases, self._limits.aliases, "aliases")
        self._refuse("has", self._directives, self._limits.directives, "directives")

    @staticmethod
    def _refuse(verb: str, found: int, most: int, what: str) -> None:
        if found > most:
            raise LimitExceeded(
                f"the document {verb} more than {most} {what}; ask for less at once"
            )

    def _fragment(self, name: str) -> _Weight:
        if name not in self._weights:
            # Stands while the fragment is being weighed: one that spreads itself is refused later,
            # by validation.
            self._weights[name] = _Weight()
            fragment = self._fragments.get(name)
            if fragment is not None:
                self._weights[name] = self._set(fragment.selection_set)
        return self._weights[name]

    def _set(self, selection_set: SelectionSetNode) -> _Weight:
        fields = nesting = 0
        keys: Counter[str] = Counter()
        spread: set[str] = set()  # a fragment's fields are merged with themselves at no cost
        for node in selection_set.selections:
            counted = True
            self._directives += len(node.directives or ())
            match node:
                case FieldNode():
                    weight = self._field(node)
                case InlineFragmentNode():
                    weight = self._set(node.selection_set)
                case FragmentSpreadNode(name=name):
                    weight = self._fragment(name.value)
                    counted = name.value not in spread
                    spread.add(name.value)
                case _:
                    continue
            fields += weight.fields
            nesting = max(nesting, weight.nesting)
            keys += weight.keys if counted else Counter()
            most = self._limits.repeats
            if weight.keys and max(keys[key] for key in weight.keys) > most:
                raise LimitExceeded(
                    f"the document repeats a field more than {most} times in one place"
                )
        return _Weight(fields, nesting, keys)

    def _field(self, node: FieldNode) -> _Weight:
        self._introspection += node.name.value in {"__schema", "__type"}
        self._aliases += node.alias is not None
        below = self._set(node.selection_set) if node.selection_set else _Weight()
        key = (node.alias or node.name).value
        return _Weight(below.fields + 1, below.nesting + 1, Counter({key: 1}))
