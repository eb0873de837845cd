"""The live feed: changes as they are committed, for whoever follows them; each once, none lost.

Triggers write `operations.changes` in the transaction of the change. A follower has a position
(`positions`), from which `feed` reads what it has missed. Notifications only say when to look.
"""

from app.live.feed import FEED_TABLES, Batch, Change, PositionLost, start
from app.live.hub import Follower, GoingAway, Hub, hub_of, only
from app.live.listener import Listener
from app.live.positions import BadPosition, Position

__all__ = [
    "FEED_TABLES",
    "BadPosition",
    "Batch",
    "Change",
    "Follower",
    "GoingAway",
    "Hub",
    "Listener",
    "Position",
    "PositionLost",
    "hub_of",
    "only",
    "start",
]
