"""The delivery of events to the agent: see docs/events.md for what it promises."""

from app.worker.events.delivery import Pace, deliver_events
from app.worker.events.signature import HEADER, sign

__all__ = ["HEADER", "Pace", "deliver_events", "sign"]
