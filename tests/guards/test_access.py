"""The page docs/access.md says what every policy and every mutation says."""

import re

from app.commands.access import FILE, text
from app.policy import POLICIES
from app.schema.registry import mutations


def test_the_page_is_what_the_policies_say() -> None:
    assert FILE.read_text("utf-8") == text(), "docs/access.md is out of date: run make access"


def test_the_page_names_every_table_and_every_mutation() -> None:
    page = text()
    headings = re.findall(r"^### (\w+)$", page, re.MULTILINE)
    assert sorted(headings) == sorted(table.__name__ for table in POLICIES)
    assert page.count("\n| `") == len(mutations.all)
