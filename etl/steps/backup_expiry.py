"""Backups after a purge: which snapshots still hold what was destroyed, and letting those go by two people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etl.errors import EtlError, RefusedError
from etl.settings import read_settings
from etl.steps.outcome import Outcome
from etl.store import audit_log, destroyed, expiry, keeping
from etl.store.records import Record
from etl.store.vault import open_vault
from etl.workspace import Workspace


def snapshots(source: str) -> Outcome:
    """Every snapshot of a backup: when it was made, of which companies, and how much of it was destroyed since."""
    found = expiry.kept(open_vault(source))
    back = [one for one in found if one.destroyed]
    return Outcome(
        title=f"{len(found)} snapshot(s), {len(back)} hold what was destroyed on purpose",
        headings=("snapshot", "made at", "companies", "files", "destroyed since"),
        rows=tuple((one.snapshot.number, one.snapshot.made_at, ", ".join(one.snapshot.companies),
                    len(one.snapshot.files), len(one.destroyed)) for one in found),
        next_step=f"two people let them go: timebooks archive expire {source} --company C" if back else "")


def to_let_go(place: Workspace, company: str, source: str, records: Sequence[Record]) -> dict[str, Any]:
    """What two people decide: which snapshots of which place are let go. The newest never is.

    Raises RefusedError NOTHING_DUE, BACKUP_NEWEST where no later snapshot stands for them, HELD under a legal hold.
    """
    vault = open_vault(source)
    destroyed.note_purges(vault, company, records)
    found = expiry.kept(vault)
    back = [one.snapshot for one in found if one.destroyed]
    if not back:
        raise RefusedError("NOTHING_DUE", what="No snapshot holds anything that was destroyed on purpose",
                           where=vault.shown, fix="Nothing is to be done; see timebooks archive snapshots.")
    later = [one.snapshot for one in found if not one.destroyed and one.snapshot.number > back[-1].number]
    missing = {name for one in back for name in one.companies} - {name for one in later for name in one.companies}
    if missing:
        raise RefusedError(
            "BACKUP_NEWEST", what=f"No later snapshot holds {', '.join(sorted(missing))}",
            where=vault.shown, fix="Make a new one first: timebooks archive create")
    for name in sorted({name for one in back for name in one.companies}):
        for hold in keeping.holds(audit_log.read_log(place, name)):
            raise RefusedError("HELD", what=f"While {hold.shown} stands, no backup of {name} is let go", where=name,
                               fix="Wait until the hold is released: timebooks archive release")
    return {"source": source, "snapshots": [one.name for one in back]}


def let_go(company: str, what: Mapping[str, Any], record: Record) -> Outcome:
    """The decision of a record carried out."""
    count = expiry.let_go(open_vault(what["source"]), what["snapshots"])
    return Outcome(
        title=f"{len(what['snapshots'])} snapshot(s) let go, {count} content(s) that no other one lists with them",
        facts=(("record", f"{company} {record.number}"), ("place", open_vault(what["source"]).shown)),
        headings=("snapshot",), rows=tuple((name.rpartition("/")[2][:20],) for name in what["snapshots"]),
        next_step=f"prove what stays: timebooks archive drill {what['source']}")


def told_to_backups(place: Workspace, company: str, records: Sequence[Record]) -> list[tuple[str, str]]:
    """After a purge: each place a backup went to is told what was destroyed, and which snapshots still hold it."""
    declared = read_settings(place.mappings(company) / "company.toml", company).retention.backup
    given = [declared] if declared else []
    shown = [str(record.body["to"]) for record in records if record.type == "backup"]
    facts = []
    for source in dict.fromkeys([*given, *(one for one in shown if not one.startswith("s3://"))]):
        try:
            vault = open_vault(source)
            destroyed.note_purges(vault, company, records)
            back = [one for one in expiry.kept(vault) if one.destroyed]
        except EtlError as error:
            facts.append((f"backup {source}", f"not told ({error.code}); the next archive create tells it"))
            continue
        said = ", ".join(str(one.snapshot.number) for one in back)
        facts.append((f"backup {vault.shown}", f"snapshot(s) {said} still hold what was destroyed" if said
                      else "holds nothing that was destroyed"))
    buckets = {one for one in shown if one.startswith("s3://") and not declared.startswith(one)}
    return [*facts, *((f"backup {one}", "not told; the next archive create tells it") for one in sorted(buckets))]
