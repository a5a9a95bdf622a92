"""The trackers we can ask, in one tuple."""

from __future__ import annotations

from etl.settings import Connection
from etl.sources import harvest, toggl
from etl.sources.trackers import Tracker

TRACKERS: tuple[Tracker, ...] = (toggl.SOURCE, harvest.SOURCE)


def tracker_of(connection: Connection) -> Tracker:
    """The tracker of a connection."""
    return next(tracker for tracker in TRACKERS if tracker.name == connection.source)
