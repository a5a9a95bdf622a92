"""What people do about an exception: take it, say it is fixed and why, and have another person verify it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from etl.disk import told
from etl.errors import RefusedError
from etl.steps.exceptions import (
    ASSIGNED,
    CLOSED,
    EVENT,
    FIXED,
    VERIFIED,
    Item,
    item_of,
    needs_word,
    settings_now,
    told_of,
)
from etl.steps.outcome import Outcome
from etl.steps.run import person_of, place_of
from etl.steps.trusted import permit
from etl.store import audit_log
from etl.store.approvals import is_same_person
from etl.store.files import sha256_bytes
from etl.store.lock import company_lock
from etl.workspace import Workspace

_MOST = 500


@dataclass(frozen=True)
class Done:
    """What was done about an exception, in one line, and how many minutes it took."""

    said: str
    minutes: int | None = None


@dataclass(frozen=True)
class _Event:
    """What one person did: assigned, fixed or verified."""

    event: str
    person: str
    said: str = ""
    owner: str = ""
    file: Path | None = None
    minutes: int | None = None


def assign_exception(
    company: str, item: str, owner: str, *, said: str = "", person: str | None = None,
    workspace: str | Path | None = None,
) -> Outcome:
    """Give an exception an owner; again gives it another one."""
    place, who = place_of(workspace), person or person_of(company)
    permit(place, company, "assign_exception", who)
    return _recorded(place, company, item, _Event(ASSIGNED, who, said, owner))


def fix_exception(
    company: str, item: str, said: str | Done, *, file: Path | None = None, person: str | None = None,
    workspace: str | Path | None = None,
) -> Outcome:
    """Record what was done about an exception, with a file's digest where one shows it; it is not closed by that.

    `said`: in one line; with the minutes it took where somebody says so, which the key figures count.
    """
    done = said if isinstance(said, Done) else Done(said)
    place, who = place_of(workspace), person or person_of(company)
    permit(place, company, "fix_exception", who)
    return _recorded(place, company, item, _Event(FIXED, who, done.said, file=file, minutes=done.minutes))


def verify_exception(
    company: str, item: str, said: str = "", *, person: str | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """Another person than who fixed it has looked: the finding is gone, and the exception is closed.

    Raises RefusedError EXCEPTION_THERE while the newest draft or batch still has it, SAME_PERSON for who fixed it.
    """
    place, who = place_of(workspace), person or person_of(company)
    permit(place, company, "verify_exception", who)
    return _recorded(place, company, item, _Event(VERIFIED, who, said))


def _recorded(place: Workspace, company: str, item: str, done: _Event) -> Outcome:
    now, who = datetime.now(UTC), done.person
    _refuse_words(done)
    evidence = None
    if done.file is not None:
        with told("read the file", done.file):
            evidence = {"name": done.file.name, "sha256": sha256_bytes(done.file.read_bytes())}
    with company_lock(place, company, who, "recording what was done about an exception"):
        records = audit_log.read_log(place, company)
        one, settings = item_of(place, company, records, item, now.date()), settings_now(place, company)
        if one.state(needs_word=needs_word(settings)) == CLOSED:
            raise RefusedError("EXCEPTION_CLOSED", what=f"Exception {one.id} is closed", where="the item",
                               fix="Nothing is to be done; it opens again by itself when the finding comes back.")
        if done.event == VERIFIED:
            _refuse_verifying(one, who, needs_other=needs_word(settings))
        audit_log.append(place, company, EVENT, {
            "item": one.id, "event": done.event, "owner": done.owner or one.owner or who, "said": done.said.strip(),
            "shown_by": evidence, "opened": one.opened.isoformat(), **told_of(one.found, one.period_end),
            **({} if done.minutes is None else {"minutes": done.minutes}),
        }, person=who, now=now)
        one = item_of(place, company, audit_log.read_log(place, company), one.id, now.date())
    event, owner = done.event, done.owner
    state = one.state(needs_word=needs_word(settings))
    return Outcome(
        title=f"exception {one.id} ({one.found['code']}) {event} by {who}" + (f" to {owner}" if owner else ""),
        facts=(("state", state), ("owner", one.owner or who), ("found", one.found["found"])),
        next_step={ASSIGNED: f"{one.owner}: timebooks exceptions fixed {one.id} --said TEXT --company {company}",
                   FIXED: f"run the week; then somebody else: timebooks exceptions verify {one.id} --company {company}",
                   }.get(state, ""))


def _refuse_words(done: _Event) -> None:
    event, owner, said = done.event, done.owner, done.said
    if not said.isprintable() or len(said) > _MOST or (event == FIXED and not said.strip()):
        raise RefusedError("REASON_MISSING", what="What was done is not said in one line", where="--said",
                           fix=f"Say in one line, up to {_MOST} letters, what was done and what shows it.")
    if event == ASSIGNED and (not owner.strip() or not owner.isprintable() or len(owner) > 80):
        raise RefusedError("REASON_MISSING", what="The exception has no owner", where="--to",
                           fix="Name the person whose it is, in one line.")


def _refuse_verifying(one: Item, who: str, *, needs_other: bool) -> None:
    if one.is_there:
        raise RefusedError(
            "EXCEPTION_THERE", what=f"The newest draft or batch of {one.period_end} still has {one.id}: "
            f"{one.found['found']}", where=f"period to {one.period_end}",
            fix="Have it fixed where it comes from, pull and draft again, then verify.")
    fixed = one.last(FIXED)
    done_by = [fixed.person] if fixed is not None else [one.owner] if one.owner else []
    if needs_other and any(is_same_person(who, other) for other in done_by):
        raise RefusedError("SAME_PERSON", what=f"{who} fixed {one.id} and cannot verify it", where="the exception",
                           fix="Ask another person to look.")
