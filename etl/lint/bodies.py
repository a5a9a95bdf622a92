"""JSON bodies for APIs read back. Source: targets reference, sections 2.2 and 3.2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from etl.lint.lines import Line, demand
from etl.lint.texts import day_of, json_value, key_of

_GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def qbo_time(content: bytes) -> Iterator[Line]:
    """Time activities of one batch request, at most 30."""
    body = json_value(content)
    demand(isinstance(body, dict) and list(body) == ["BatchItemRequest"], "it is no batch request")
    items = body["BatchItemRequest"]
    demand(len(items) <= 30, f"{len(items)} activities in one request; 30 are advised")
    for at, item in enumerate(items, 1):
        place, one = f"item {at}", item["TimeActivity"]
        demand(item["operation"] == "create" and item["bId"], f"{place}: operation or bId")
        demand(one["NameOf"] in ("Employee", "Vendor") and f"{one['NameOf']}Ref" in one, f"{place}: person")
        demand(type(one["Hours"]) is int and type(one["Minutes"]) is int and 0 <= one["Minutes"] < 60,
               f"{place}: hours and minutes are whole numbers")
        seconds = one["Hours"] * 3600 + one["Minutes"] * 60
        demand(0 < seconds < 24 * 3600, f"{place}: the time is not between 0:01 and 23:59")
        if one["BillableStatus"] == "Billable":
            demand({"CustomerRef", "ItemRef", "HourlyRate"} <= one.keys(), f"{place}: billable, no job, item or rate")
        cells = {name: str(value["value"] if name.endswith("Ref") else value) for name, value in one.items()}
        job = one.get("CustomerRef", {}).get("value", "")
        key = key_of(one["Description"])
        demand(key, f"{place}: no key in its description")
        yield Line(place, "time", "qbo time", cells, item["bId"], day_of(one["TxnDate"], "ISO", place), key, job=job,
                   seconds=seconds)


def xero_time(content: bytes) -> Iterator[Line]:
    """Calls to Xero Projects, one time entry each."""
    calls = json_value(content)
    demand(isinstance(calls, list) and len(calls) <= 5000, "more calls than a day allows")
    for at, call in enumerate(calls, 1):
        place, body = f"call {at}", call["body"]
        demand(re.fullmatch(rf"/Projects/{_GUID}/Time", call["path"]), f"{place}: {call['path']!r} is no path")
        demand(0 < len(call["idempotency_key"]) <= 128, f"{place}: idempotency key")
        demand(type(body["duration"]) is int and 0 < body["duration"] < 59941, f"{place}: duration in whole minutes")
        day = re.fullmatch(r"(.{10})T00:00:00Z", body["dateUtc"])
        demand(day, f"{place}: {body['dateUtc']!r}")
        key = key_of(body["description"])
        demand(key, f"{place}: no key in its description")
        cells = {"project": call["path"].split("/")[2], **{name: str(value) for name, value in body.items()}}
        yield Line(place, "time", "xero time", cells, call["idempotency_key"],
                   day_of(day[1] if day else "", "ISO", place), key, job=cells["project"],
                   seconds=body["duration"] * 60)


def xero_journals(content: bytes) -> Iterator[Line]:
    """Lines of the bodies of manual journals; each is left as a draft."""
    demand(len(content) <= 3_500_000, "more than 3.5 MB for one call")
    body = json_value(content)
    demand(isinstance(body, dict) and list(body) == ["ManualJournals"], "it is no body of manual journals")
    demand(len(body["ManualJournals"]) <= 50, "more than 50 journals in one call")
    for at, journal in enumerate(body["ManualJournals"], 1):
        demand(journal["Narration"] and journal["Status"] == "DRAFT", f"journal {at}: narration or status")
        for line_at, line in enumerate(journal["JournalLines"], 1):
            yield _journal_line(journal, line, f"journal {at}, line {line_at}")


def _journal_line(journal: dict[str, Any], line: dict[str, Any], place: str) -> Line:
    demand(isinstance(line["LineAmount"], (int, Decimal)) and line["AccountCode"], f"{place}: amount or account")
    tracking = line.get("Tracking", [])
    demand(len(tracking) <= 2, f"{place}: more than two tracking categories")
    cells = {"AccountCode": line["AccountCode"], "Description": line.get("Description", "")}
    cells |= {f"TrackingOption{number}": one["Option"] for number, one in enumerate(tracking, 1)}
    return Line(place, "journal", "xero api journal", cells, journal["Narration"].partition(" ")[0],
                day_of(journal["Date"], "ISO", place), "", line["AccountCode"],
                cells.get("TrackingOption1", ""), Decimal(line["LineAmount"]))
