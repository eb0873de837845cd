"""Limits of one request, to the last field and row."""

import pytest

from app.bridge.errors import InputError, LimitExceeded
from app.bridge.limits import Budget, Limits

LIMITS = Limits(page_default=2, page_max=5, fields=3, depth=2, rows=10, conditions=2)


def test_page_sizes() -> None:
    assert LIMITS.page_size("first", None) == 2
    assert [LIMITS.page_size("first", size) for size in range(6)] == [0, 1, 2, 3, 4, 5]
    for size in (-1, 6, 10**9):
        with pytest.raises(InputError, match=rf"^last is {size}; it must be from 0 to 5$"):
            LIMITS.page_size("last", size)


def test_fields() -> None:
    budget = Budget(LIMITS)
    for _ in range(3):
        budget.take_field()
    with pytest.raises(LimitExceeded) as refused:
        budget.take_field()
    assert refused.value.message == "the document selects more than 3 fields; ask for fewer"
    assert refused.value.extensions == {"code": "LIMIT_EXCEEDED"}


def test_rows() -> None:
    budget = Budget(LIMITS)
    budget.take_rows(9)
    budget.take_rows(1)
    budget.take_rows(0)
    with pytest.raises(LimitExceeded, match="could return more than 10 rows"):
        budget.take_rows(1)


def test_conditions() -> None:
    budget = Budget(LIMITS)
    budget.take_condition()
    budget.take_condition()
    with pytest.raises(LimitExceeded, match=r"^the filters of the document hold more than 2 "):
        budget.take_condition()


def test_depth() -> None:
    budget = Budget(LIMITS)
    budget.check_depth(2)
    with pytest.raises(LimitExceeded, match="follows more than 2 relations below each other"):
        budget.check_depth(3)


def test_budgets_are_apart() -> None:
    one, other = Budget(LIMITS), Budget(LIMITS)
    one.take_rows(10)
    other.take_rows(10)
