"""How much one request may ask for."""

from dataclasses import dataclass

from app.bridge.errors import InputError, LimitExceeded


@dataclass(frozen=True, slots=True)
class Limits:
    """The caps of one request.

    `page_default` and `page_max` are rows a page. `fields` counts selected fields as the planner
    meets them, so a fragment spread twice counts twice. `depth` counts relations below each other.
    `rows` is the largest number of rows that the selection could return, page sizes multiplied.
    `tokens` is the length of the document.
    """

    page_default: int = 20
    page_max: int = 100
    fields: int = 1_000
    depth: int = 8
    rows: int = 20_000
    tokens: int = 2_000

    def page_size(self, name: str, value: int | None) -> int:
        """The page size that `value`, the argument called `name`, asks for."""
        if value is None:
            return self.page_default
        if not 0 <= value <= self.page_max:
            raise InputError(f"{name} is {value}; it must be from 0 to {self.page_max}")
        return value


class Budget:
    """What is left of the limits while one selection is planned."""

    __slots__ = ("_fields", "_limits", "_rows")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._fields = 0
        self._rows = 0

    def take_field(self) -> None:
        """Count one more selected field."""
        self._fields += 1
        if self._fields > self._limits.fields:
            raise LimitExceeded(
                f"the document selects more than {self._limits.fields} fields; ask for fewer"
            )

    def take_rows(self, rows: int) -> None:
        """Count the rows that one part of the selection could return."""
        self._rows += rows
        if self._rows > self._limits.rows:
            raise LimitExceeded(
                f"the document could return more than {self._limits.rows} rows; "
                "ask for smaller pages or fewer nested lists"
            )

    def check_depth(self, depth: int) -> None:
        """Refuse relations nested deeper than the limit."""
        if depth > self._limits.depth:
            raise LimitExceeded(
                f"the document follows more than {self._limits.depth} relations below each other"
            )
