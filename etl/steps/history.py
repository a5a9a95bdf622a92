"""History: publish exported batches into the queryable view, and read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa

from etl.errors import DamageError, EtlError, RefusedError, StoreError
from etl.machine import no_search_for_cycles
from etl.steps.ops_tables import ops_tables
from etl.steps.outcome import Outcome
from etl.steps.run import place_of, read_day
from etl.steps.shared_secrets import shared_secret
from etl.store import audit_log, batches, history
from etl.store.history_shared import find_secrets_by
from etl.store.shared_places import shared_by
from etl.workspace import Workspace, is_sandbox

find_secrets_by(shared_secret)


@no_search_for_cycles()   # hundreds of manifests, of which all but the digests is let go
def published(workspace: Workspace, company: str) -> list[history.PublishedBatch]:
    """Every exported batch of a company that is kept, in audit-log order, with the digests of its tables."""
    found = []
    records = audit_log.read_log(workspace, company)
    for batch in batches.exported(workspace, company, records):
        record = records[batch.number - 1]
        draft = workspace.draft_folder(company, batch.period_end, batch.batch, batch.revision)
        if not batch.folder.exists() and draft.exists():
            continue  # its run died before the rename; it counts as none until the next start has finished it
        listed = batch.manifest["files"]
        tables = {_kind(file["path"]): file["sha256"] for file in listed if file["role"] == "table"}
        found.append(
            history.PublishedBatch(
                company=company,
                period_end=batch.period_end,
                batch=batch.batch,
                revision=batch.revision,
                audit_number=record.number,
                exported_at=record.recorded_at,
                manifest_digest=batch.manifest_digest,
                folder=batch.folder,
                tables=tables,
            )
        )
    return found


def _kind(path: str) -> str:
    """The table that a file of a batch holds: data/postings.parquet has the postings."""
    return path.rpartition("/")[2].rpartition(".")[0]


def companies(workspace: Workspace) -> list[str]:
    """Every company that has an audit log."""
    root = workspace.root / "data" / "audit_log"
    return sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def publish_history(workspace: Workspace, *companies: str) -> str:
    """Bring the history to the head of these audit logs, in a word how; one that is damaged is made again.

    A shared one is never made again unasked, for others read and write there; practice companies stay out of it.
    """
    is_shared = history.is_shared(workspace)
    publishing = [company for company in companies if not (is_shared and is_sandbox(company))]
    if companies and not publishing:
        return "left out: a practice company is not published to a shared history"
    try:
        history.commit(workspace, [batch for company in publishing for batch in published(workspace, company)])
    except DamageError as damage:
        if damage.code != "HISTORY_DAMAGED" or is_shared:
            raise
        history.rebuild(workspace, all_published(workspace))
        return f"was damaged and has been rebuilt{_allowed(workspace)}"
    return f"up to date{_allowed(workspace)}"


def publish_or_tell(workspace: Workspace, *companies: str) -> str:
    """The same; where it fails, why and how to repair: a batch is published whatever becomes of its queryable view."""
    try:
        return publish_history(workspace, *companies)
    except EtlError as error:
        return f"not updated: {error.what}; repair with: timebooks history rebuild"


def _allowed(workspace: Workspace) -> str:
    """That the history lies where it should not is said each time, so that the run's notebook tells it later."""
    sharing = shared_by(workspace.history)
    return f", on {sharing}, allowed by TIMEBOOKS_HISTORY_ANYWHERE" if sharing else ""


def settle_history(workspace: Workspace) -> str:
    """The same for all companies before the history is read: behind, ahead, missing or damaged, it is put right.

    Empty where nothing was to do. A workspace one may only read keeps what it has, and that is said.
    """
    batches_kept = all_published(workspace)
    heads = {batch.company: batch.audit_number for batch in batches_kept}   # in audit-log order: the last one stays
    if history.is_current(workspace, heads):
        return ""
    if history.is_shared(workspace):
        return _settle_shared(workspace, batches_kept, heads)
    try:
        try:
            history.commit(workspace, batches_kept)
        except DamageError as damage:
            if damage.code != "HISTORY_DAMAGED":
                raise
        if not history.is_current(workspace, heads):
            history.rebuild(workspace, batches_kept)
    except StoreError as error:
        return f"not up to date: {error.what}"
    return "was not up to date and has been brought to the head of the audit log"


def _settle_shared(
    workspace: Workspace, batches_kept: list[history.PublishedBatch], heads: Mapping[str, int],
) -> str:
    """What is missing is added; what else differs is told and left to a person, for others publish there, too."""
    try:
        history.commit(workspace, batches_kept)
        if history.is_current(workspace, heads):
            return "was not up to date and has been brought to the head of the audit log"
    except EtlError as error:
        return f"not up to date: {error.what}"
    return "not up to date: it holds exports of these companies that this workspace does not know"


def all_published(workspace: Workspace) -> list[history.PublishedBatch]:
    """Every exported batch of every company; without practice companies where the history is shared."""
    is_shared = history.is_shared(workspace)
    return [batch for company in companies(workspace) if not (is_shared and is_sandbox(company))
            for batch in published(workspace, company)]


def rebuild_history(workspace: str | Path, *, whole: bool = False) -> Outcome:
    """Delete the history and build it again from the published batches.

    Of a shared one only this workspace's companies; `whole`: all of it goes, and the other workspaces add theirs.
    """
    place = Workspace(Path(workspace).resolve())
    is_shared = history.is_shared(place)
    if whole and not is_shared:
        raise RefusedError("QUERY_REFUSED", what="--whole is for a shared history", where="timebooks history rebuild",
                           fix="Leave it out; this workspace's own history is always made again whole.")
    count = history.rebuild(place, all_published(place), whole=whole)
    return Outcome(title=f"history rebuilt from {count} batch(es)", facts=((
        "shared", "of every workspace deleted; each adds its batches with its next export or question" if whole else
        "this workspace's companies made again, the others left as they are"),) if is_shared else ())


def query_history(workspace: str | Path, sql: str, limit: int = 100, as_of: str | date | None = None) -> Outcome:
    """At most `limit` rows of one query over the documented views; the question only reads.

    `as_of`: as it was known at the end of that day (UTC): what was exported later counts as unknown. Days lead to
    positions in the audit logs, and positions decide.

    Before it, a history that is behind or damaged is put right from the published batches, and that is said.
    """
    place = Workspace(Path(workspace).resolve())
    if as_of is None:
        return _asked(place, "history", sql, {}, limit)
    day = read_day(as_of, "--as-of")
    return _asked(place, f"history as known on {day}", sql, {}, limit, known=_known(place, day))


def _known(place: Workspace, day: date) -> dict[str, int]:
    """Per company the last record of its audit log that carries this day or an earlier one."""
    found = {}
    for company in companies(place):
        numbers = [record.number for record in audit_log.read_log(place, company)
                   if date.fromisoformat(record.recorded_at[:10]) <= day]
        if numbers:
            found[company] = max(numbers)
    return found


def history_view(workspace: str | Path, company: str, view: str, limit: int = 20) -> Outcome:
    """The newest rows of one documented view for one company."""
    place = place_of(workspace)
    if view not in history.VIEWS:
        raise RefusedError(
            "QUERY_REFUSED",
            what=f"There is no view {view!r}",
            where="the history",
            fix=f"Choose from {', '.join(history.VIEWS)}.",
        )
    text = f"select * from {view} where company = $company order by period_end desc, batch desc"  # noqa: S608 - a view of ours
    return _asked(place, view, text, {"company": company}, limit)


def export_history(workspace: str | Path, file: Path) -> Outcome:
    """A plain DuckDB copy of the history."""
    place = Workspace(Path(workspace).resolve())
    settled = settle_history(place)
    history.export_copy(place, file)
    return Outcome(title=f"history copied to {file}", facts=_said(settled))


def compact_history(workspace: str | Path) -> Outcome:
    """Small files of the history merged."""
    merged = history.compact(Workspace(Path(workspace).resolve()))
    return Outcome(title=f"history compacted: {merged} file(s) merged")


def _asked(
    place: Workspace, title: str, sql: str, parameters: Mapping[str, object], limit: int, *,
    known: Mapping[str, int] | None = None,
) -> Outcome:
    settled = settle_history(place)
    beside = ops_tables(place, companies(place)) if "ops_" in sql.lower() else {}

    def ask() -> pa.Table:
        with history.attach(place, known=known, beside=beside) as connection:
            return history.ask(connection, sql, parameters, limit)

    try:
        table = ask()
    except DamageError:   # a file of it was spoiled, which its catalog does not know
        if history.is_shared(place):
            raise
        history.rebuild(place, all_published(place))
        settled = "was damaged and has been rebuilt"
        table = ask()
    rows = tuple(tuple("" if value is None else str(value) for value in row.values()) for row in table.to_pylist())
    return Outcome(
        title=f"{title}: {table.num_rows} row(s)",
        facts=(*_said(settled), *(((
            "up to", ", ".join(f"{company} record {number}" for company, number in known.items()) or "nothing"),)
            if known is not None else ())),
        headings=tuple(table.column_names),
        rows=rows,
    )


def _said(settled: str) -> tuple[tuple[str, str], ...]:
    return (("history", settled),) if settled else ()
