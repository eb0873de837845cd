"""How the rules of the policies are written: each reads as a sentence."""

from functools import partial

from app.bridge import Action, Policy, Rule


def policy(*rules: Rule) -> Policy:
    """The rules of one table."""
    return Policy(rules)


# `read(who, rows, columns)`: they read those columns (none named: all) of those rows; and so on.
read = partial(Rule, action=Action.READ)
create = partial(Rule, action=Action.CREATE)
change = partial(Rule, action=Action.CHANGE)
delete = partial(Rule, action=Action.DELETE)
restore = partial(Rule, action=Action.RESTORE)
purge = partial(Rule, action=Action.PURGE)
