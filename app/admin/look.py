"""What Piccolo Admin's pages offer and this admin refuses: hidden, so that nobody tries it.

The pages know one rule for all tables, and ours differ. A script tells the style which table is
shown. The page is one for all, before anybody has logged in, so that it goes by what administrators
may do; what is done is decided by `rights`, whatever a page offers.
"""

from collections.abc import Iterable

from app.admin.rights import Deletion, right_to
from app.tables.identity import UserRole

__all__ = ["SCRIPT", "SCRIPT_PATH", "head"]

SCRIPT_PATH = "/table.js"

# The pages change their address without an event; whatever follows it changes the body.
SCRIPT = """\
const tell = () => {
  const table = location.hash.split("/")[1] ?? "";
  if (document.documentElement.dataset.table !== table) {
    document.documentElement.dataset.table = table;
  }
};
new MutationObserver(tell).observe(document.body, { childList: true, subtree: true });
tell();
"""

_NO_PASSWORDS = 'li:has(>a[href*="change-password"],>a[href*="mfa-setup"])'


def head(tables: Iterable[str]) -> str:
    """What is put into the page's head."""
    hidden = [_NO_PASSWORDS]
    for table in tables:
        right, shown = right_to(table, UserRole.ADMIN), f"html[data-table={table}]"
        if right is None:
            hidden += [
                f"{shown} .buttons>:not([data-uitest])",
                f"{shown} [data-uitest=save_button]",
            ]
        if right is None or not right.create:
            hidden.append(f'a[href="#/{table}/add/"]')
        if right is None or right.deletion is Deletion.NO:
            hidden.append(f"{shown} [data-uitest=delete_row_button]")
    return (
        f"<style>{','.join(hidden)}{{display:none!important}}</style>"
        f'<script type="module" src=".{SCRIPT_PATH}"></script>'
    )
