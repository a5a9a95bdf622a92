"""The trackers we can ask, in one tuple."""

from __future__ import annotations

from etl.settings import Connection
from etl.sources import clockify, harvest, kimai, quickbooks_time, timetagger, toggl
from etl.sources.trackers import Tracker

TRACKERS: tuple[Tracker, ...] = (
    toggl.SOURCE, harvest.SOURCE, clockify.SOURCE, quickbooks_time.SOURCE, kimai.SOURCE, timetagger.SOURCE)


def tracker_of(connection: Connection) -> Tracker:
    """The tracker of a connection."""
    return next(tracker for tracker in TRACKERS if tracker.name == connection.source)
