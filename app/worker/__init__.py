"""The background worker: it runs the jobs of the queue, and the duties that come back in time."""

from app.worker.worker import Pace, Worker

__all__ = ["Pace", "Worker"]
