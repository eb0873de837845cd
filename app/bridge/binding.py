"""Values of arguments on their way into a statement: decoded now, or when it runs.

A decoder is called with the value that the client sent; it raises InputError or LimitExceeded with
the name of the argument, so that PostgreSQL never meets what it cannot take.
"""

import decimal
import enum
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.bridge.columns import ColumnType
from app.bridge.cursors import key_of_id, wrong_id
from app.bridge.errors import InputError, LimitExceeded
from app.bridge.plan import Constant, FromVariable, FromVariables, Value
from app.bridge.variables import Leaf, has_leaf

Decoder = Callable[[Any], object]

_LARGEST_REAL = 3.402823e38


def bind(tree: Any, decode: Decoder, pg: str) -> Value:
    """An argument's value as a plan holds it: decoded now, or later where it has leaves."""
    if isinstance(tree, Leaf):
        return FromVariable(tree, decode, pg)
    if has_leaf(tree):
        return FromVariables(tree, decode, pg)
    return Constant(decode(tree), pg)


@dataclass(frozen=True, slots=True)
class GlobalId:
    """Decodes the global id of a row of `type_name`."""

    name: str
    type_name: str

    def __call__(self, text: str) -> object:
        """The primary key, as text."""
        key = key_of_id(self.type_name, text)
        if key is None:
            raise InputError(wrong_id((self.name,), self.type_name))
        return key


@dataclass(frozen=True, slots=True)
class Storable:
    """Decodes a value of a column's type."""

    name: str
    type: ColumnType

    def __call__(self, value: Any) -> object:
        """The value, unless PostgreSQL could not hold it."""
        if isinstance(value, enum.Enum):
            return value.value
        try:
            if isinstance(value, str) and self.type.from_text is not None:
                return self.type.from_text(value)
        except ValueError:
            raise InputError(f"{self.name} holds a character that cannot be stored") from None
        if not self._fits(value):
            raise InputError(f"{self.name} is out of the range of the column")
        return value

    def _fits(self, value: Any) -> bool:
        if isinstance(value, float):
            return self.type.pg != "real" or abs(value) <= _LARGEST_REAL
        if isinstance(value, int | decimal.Decimal) and not isinstance(value, bool):
            assert self.type.from_text is not None
            try:
                self.type.from_text(str(value))
            except ValueError:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Pattern:
    """Decodes a text into a LIKE pattern that finds it, `%` and `_` included, as it is."""

    text: Decoder
    before: str
    after: str

    def __call__(self, value: Any) -> object:
        """The pattern."""
        found = str(self.text(value))
        for special in ("\\", "%", "_"):
            found = found.replace(special, "\\" + special)
        return f"{self.before}{found}{self.after}"


@dataclass(frozen=True, slots=True)
class ListOf:
    """Decodes a list of `most` items at the most."""

    name: str
    item: Decoder
    most: int

    def __call__(self, values: Sequence[Any]) -> object:
        """The items, decoded."""
        if len(values) > self.most:
            raise LimitExceeded(
                f"{self.name} has {len(values)} items; it may have {self.most} at the most"
            )
        return tuple(map(self.item, values))


@dataclass(frozen=True, slots=True)
class OneItem:
    """Decodes one item into the array of it."""

    item: Decoder

    def __call__(self, value: Any) -> object:
        """The array."""
        return (self.item(value),)


@dataclass(frozen=True, slots=True)
class JSONText:
    """Decodes any JSON value into its text."""

    name: str

    def __call__(self, value: Any) -> object:
        """The text, unless PostgreSQL could not hold it."""
        try:
            _check_texts(value)
            return json.dumps(value, ensure_ascii=False, allow_nan=False)
        except (ValueError, TypeError):
            raise InputError(f"{self.name} holds what JSON cannot store") from None


def _check_texts(value: Any) -> None:
    """Raise ValueError for a text, or a name of a field, that PostgreSQL cannot hold."""
    match value:
        case str():
            if "\x00" in value:
                raise ValueError(value)
            value.encode()
        case dict():
            for name, item in value.items():
                _check_texts(name)
                _check_texts(item)
        case list():
            for item in value:
                _check_texts(item)
