"""Confirm a row of the law library: a person of the company has read it at its source, and the audit log says so."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etl.disk import told
from etl.errors import SettingsError
from etl.law import breaks, rounding, rows
from etl.law.confirming import LawRow
from etl.law.holiday_weeks import holiday_library
from etl.settings import read_settings
from etl.steps.law import CONFIRM, confirmed
from etl.steps.outcome import Outcome
from etl.steps.run import place_of
from etl.steps.trusted import permit
from etl.store import audit_log
from etl.store.files import sha256_bytes
from etl.store.lock import company_lock

_MOST = 500


def confirm_rule(
    company: str,
    rule_id: str,
    person: str,
    reason: str,
    source: Path | None = None,
    *,
    workspace: str | Path | None = None,
) -> Outcome:
    """Record that `person` has read every version of the rule, bound to what the rows say today.

    A rule of overtime, of breaks or of rounding; of a ban on rounding the record says that the company answers for
    rounding there. A row that says something else later needs a new confirmation. Raises SettingsError for a rule the
    library does not hold, a reason that is none, and a source that cannot be read.
    """
    place = place_of(workspace)
    read_settings(place.mappings(company) / "company.toml", company)
    permit(place, company, "confirm_rule", person)
    found = _rows(rule_id)
    if not reason.strip() or not reason.isprintable() or len(reason) > _MOST:
        raise SettingsError(
            "REASON_MISSING",
            what="The confirmation does not say what it rests on",
            where="--reason",
            fix=f"Say in one line, up to {_MOST} letters, what was read and how it agrees.",
        )
    said = _source(source)
    with company_lock(place, company, person, "confirming a rule"):
        known = confirmed(audit_log.read_log(place, company))
        waiting = [rule for rule in found if not rule.is_ready and rule.digest not in known]
        if not waiting:
            return Outcome(
                title=f"no run waits for a word about {rule_id}; nothing was recorded",
                facts=((rule_id, "was read at its source, is recorded already, or moves no figure of its own"),),
            )
        versions = {
            rule.digest: {"effective_from": str(rule.effective_from), "citation": rule.citation} for rule in found
        }
        body: dict[str, Any] = {"rule_id": rule_id, "rows": versions, "reason": reason.strip(), "source": said}
        record = audit_log.append(place, company, CONFIRM, body, person=person, now=datetime.now(UTC))
    return Outcome(
        title=f"{rule_id}: {len(waiting)} version(s) confirmed by {person}, record {record.number}",
        facts=tuple(
            (f"from {rule.effective_from}", f"{rule.citation}, row {rule.digest[:12]}") for rule in waiting
        ),
        next_step="run the week again; a row that changes needs a new confirmation",
    )


def _rows(rule_id: str) -> list[LawRow]:
    every: list[LawRow] = [*rows.library(), *breaks.break_library(), *rounding.library(), *holiday_library()]
    found = [rule for rule in every if rule.rule_id == rule_id]
    if not found:
        raise SettingsError(
            "RULE_UNKNOWN",
            what=f"The law library has no rule {rule_id!r}",
            where="--rule",
            fix="Give a rule_id as timebooks rules show prints it; an agreement of your own needs no confirmation.",
        )
    return found


def _source(path: Path | None) -> dict[str, str] | None:
    """Name and digest of the text that was read; the company keeps the file itself."""
    if path is None:
        return None
    with told("read the file", path):
        return {"name": path.name, "sha256": sha256_bytes(path.read_bytes())}
