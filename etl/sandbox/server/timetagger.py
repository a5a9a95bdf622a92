"""TimeTagger as the practice server imitates it: one person's records in one answer, deleted ones hidden by a word."""

from __future__ import annotations

import re

from etl.sandbox.server.asking import Ask, Desk, Reply, refused

PREFIX = "timetagger"


def answer(desk: Desk, ask: Ask) -> Reply:
    """The reply to one question; the records are those of the book's first person."""
    if ask.headers.get("authtoken") != desk.token:
        return refused(401, "unauthorized: the token is not known")
    span = re.fullmatch(r"(\d+)-(\d+)", ask.query.get("timerange", ""))
    if ask.path != "/api/v2/records" or span is None:
        return refused(400, "bad request: /records needs timerange (2 timestamps)")
    first, last = int(span[1]), int(span[2])
    records = []
    for one in desk.book.entries:
        began = int(one.start.timestamp())
        ended = began if one.kind == "running" else began + one.seconds
        if one.user == desk.book.users[0] and ended >= first and began <= last and one.kind != "break":
            tags = "".join(f"#{part.name} " for part in (one.project, one.task) if part)
            records.append({"key": f"k{one.id}", "mt": int(one.updated.timestamp()), "t1": began, "t2": ended,
                            "ds": tags + one.note, "st": one.updated.timestamp() + 0.25})
    return Reply(200, {"records": records})
