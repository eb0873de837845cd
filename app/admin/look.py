"""What Piccolo Admin's pages offer and this admin refuses: hidden, so that nobody tries it.

The pages know one rule for all tables and people, and ours differ. The page is made before anybody
has logged in, so that a script tells the style which table is shown and what its visitor may do
there. What is done is decided by `rights`, whatever a page offers.
"""

from collections.abc import Iterable

from app.admin.rights import RIGHTS, Deletion
from app.tables.identity import UserRole

__all__ = ["RIGHTS_PATH", "SCRIPT", "SCRIPT_PATH", "head", "offered"]

SCRIPT_PATH = "/table.js"
RIGHTS_PATH = "/api/rights/"

# The pages change their address without an event; whatever follows it changes the body. Without an
# answer, as when the page is left, what was offered before stays.
SCRIPT = f"""\
const shown = document.documentElement.dataset;
const tell = async () => {{
  const table = location.hash.split(/[/?]/)[1] ?? "";
  if (shown.table === table) return;
  shown.table = table;
  const rights = await fetch(".{RIGHTS_PATH}").then((answer) => answer.json()).catch(() => ({{}}));
  if (shown.table !== table) return;
  for (const [what, tables] of Object.entries(rights)) shown[what] = tables.join(" ");
}};
new MutationObserver(tell).observe(document.body, {{ childList: true, subtree: true }});
tell();
"""

_NO_PASSWORDS = 'li:has(>a[href*="change-password"],>a[href*="mfa-setup"])'


def offered(role: UserRole | None) -> dict[str, list[str]]:
    """In which tables somebody of this role may change, create or delete rows; None is nobody."""
    rights = {t._meta.tablename: right for t, right in RIGHTS.items() if role in right.who}
    return {
        "change": list(rights),
        "create": [table for table, right in rights.items() if right.create],
        "delete": [t for t, right in rights.items() if right.deletion is not Deletion.NO],
    }


def head(tables: Iterable[str]) -> str:
    """What is put into the page's head."""
    hidden = [_NO_PASSWORDS]
    for table in tables:
        changing = f"html[data-table={table}]:not([data-change~={table}])"
        hidden += [
            f"{changing} .buttons>:not([data-uitest])",
            f"{changing} [data-uitest=save_button]",
            f'html:not([data-create~={table}]) a[href="#/{table}/add/"]',
            f"html[data-table={table}]:not([data-delete~={table}]) [data-uitest=delete_row_button]",
        ]
    return (
        f"<style>{','.join(hidden)}{{display:none!important}}</style>"
        f'<script type="module" src=".{SCRIPT_PATH}"></script>'
    )
