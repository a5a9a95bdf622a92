"""TimeTagger, on a server of one's own: one person's records; the tags in a description are project and service."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from operator import ne, sub

from etl.settings import Connection, Quota
from etl.sources.answers import NUMBER, TEXT, TEXT_OR_NOTHING, WHOLE, Shape
from etl.sources.calls import Request
from etl.sources.http import Limits
from etl.sources.listing import Listing, rows_at
from etl.sources.rows import Rows
from etl.sources.trackers import Lookups, Reader, Sorted, Window, zone_extra

_HIDDEN = "HIDDEN"   # how the tracker marks a deleted record
_TAG = re.compile(r"#([^\s#]+)")
_RECORD = Shape("record", {"key": TEXT, "t1": WHOLE, "t2": WHOLE, "mt": NUMBER},
                {"ds": TEXT_OR_NOTHING, "st": NUMBER}, frozenset())


class _TimeTagger:
    name = "timetagger"
    addresses: Mapping[str, str] = {}
    quotas = (Quota(calls=5, seconds=1),)
    limits = Limits()
    is_personal = True
    duration = "seconds"

    def headers_of(self, connection: Connection, token: str) -> Mapping[str, str]:  # noqa: ARG002
        return {"authtoken": token}

    def lookups(self, connection: Connection, window: Window) -> Sequence[Listing]:  # noqa: ARG002
        return ()

    def entries(self, connection: Connection, window: Window) -> Sequence[Listing]:  # noqa: ARG002
        wide = window.wider()
        first = int(datetime.combine(wide.start, time(), UTC).timestamp())
        last = int(datetime.combine(wide.end, time(23, 59, 59), UTC).timestamp())
        return [Listing("records", Request("/records", (("timerange", f"{first}-{last}"),)), rows_at("records"),
                        _RECORD, key="key")]

    def marker(self, connection: Connection) -> Listing | None:  # noqa: ARG002
        return None

    def reader(self, connection: Connection, looked_up: Lookups) -> Reader:  # noqa: ARG002
        extra = zone_extra(connection.zone)

        def read(rows: Rows) -> Sorted:
            seen = rows.where([not (text or "").startswith(_HIDDEN) for text in rows.get("ds")])
            entries = seen.where(list(map(ne, seen["t1"], seen["t2"])))
            tags = [_TAG.findall(text or "") for text in entries.get("ds")]
            services = [found[1] if len(found) > 1 else None for found in tags]
            return Sorted({
                "entry_ref": entries["key"],
                "updated_text": [_instant(changed if sent is None else sent)
                                 for sent, changed in zip(entries.get("st"), entries["mt"], strict=True)],
                "person_ref": [connection.account] * len(entries),
                "project_ref": [found[0] if found else None for found in tags],
                "task_ref": services,
                "service_ref": services,
                "start_text": list(map(_instant, entries["t1"])),
                "end_text": list(map(_instant, entries["t2"])),
                "duration_text": list(map(str, map(sub, entries["t2"], entries["t1"]))),
                "billable_text": ["true" if found else "false" for found in tags],   # no tag, no job to bill
                "note": entries.get("ds"),
                "tags": list(map(", ".join, tags)),
                "extra": [extra] * len(entries),
            }, running=len(seen) - len(entries), hidden=len(rows) - len(seen))
        return read


def _instant(seconds: object) -> str:
    """An instant of UTC; what lies beneath a second only tells later from earlier."""
    whole, _, fraction = str(seconds).partition(".")
    text = datetime.fromtimestamp(int(whole), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}{'.' + fraction[:6].ljust(6, '0') if fraction else ''}Z"


SOURCE = _TimeTagger()
