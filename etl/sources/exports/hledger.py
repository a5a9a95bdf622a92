"""hledger's timeclock and timedot files. Source: hledger_timeclock(5) and hledger_timedot(5).

A file is one person's, so the person is asked. The account is the project, its last level the service. Timedot has no
clock times. The rows are made by etl/sources/time_texts.py.
"""

from __future__ import annotations

from etl.sources.dialect import Dialect, headings

_ASKED = {"constants.person_ref": 'whose file it is: constants = {person_ref = "maren@example.com"}'}

TIMECLOCK = Dialect(
    name="timeclock",
    headings=headings({"account": "project_ref", "last level": "task_ref service_ref", "start": "start_text",
                       "end": "end_text", "description": "note", "line": "extra"}),
    formats={"format": "timeclock", "instant_format": "%Y-%m-%d %H:%M:%S", "duration": "from_start_and_end"},
    asked=_ASKED,
)
TIMEDOT = Dialect(
    name="timedot",
    headings=headings({"date": "date_text", "account": "project_ref", "last level": "task_ref service_ref",
                       "seconds": "duration_text", "description": "note", "line": "extra"}),
    formats={"format": "timedot", "date_format": "%Y-%m-%d", "duration": "seconds"},
    asked=_ASKED,
)
