"""Take in a report of the books, compare it with the exported batches, tell every reconciling item with its cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from etl.errors import RefusedError
from etl.sql.run import Engine
from etl.steps.books_reports import Reading, known_forms, put_reports, read_report, refuse_unread, span
from etl.steps.books_state import Company, Statement, statement
from etl.steps.books_tracker import corrections_waiting
from etl.steps.outcome import Outcome
from etl.steps.returned import read_given
from etl.steps.run import Run, place_of, read_day, start
from etl.store import audit_log, batches, books
from etl.store.evidence import Sheet, append_evidence
from etl.store.records import Record
from etl.units import clock_hours, money
from etl.workbooks.books import render_books
from etl.workspace import is_sandbox

_MOST_BYTES = 200_000_000


@dataclass(frozen=True)
class Asked:
    """How a report is to be read where its file does not say: its form, its first and last day."""

    form: str = ""
    first: str = ""
    last: str = ""

    def days(self) -> tuple[date | None, date | None]:
        """The days given. Raises SettingsError DATE_UNREADABLE."""
        return (read_day(self.first, "--from") if self.first else None,
                read_day(self.last, "--to") if self.last else None)


@dataclass(frozen=True)
class Decision:
    """What a person says of an item: accepted with a reason, or only whose it is. It holds for the item's figures."""

    item: str
    status: str
    owner: str = ""
    reason: str = ""


def take_in_books(
    workspace: str | Path | None, company: str, file: Path | None, *, asked: Asked | None = None,
    person: str | None = None,
) -> Outcome:
    """Take in one report of the books and state how they stand to the batches; without a file only the statement.

    The report and the statement become evidence of the period that holds the report's last day. Exit code 1 where an
    error is open. Raises RefusedError NOT_EXPORTED, SourceError BOOKS_FORM, BOOKS_CELLS, BOOKS_SPAN, BOOKS_FOOTING.
    """
    run = _run(workspace, company, person)
    run.permit("take_in_books")
    reading = content = None
    if file is not None:
        content = _bytes(file)
        reading = read_report(content, file.name, known_forms(run.settings), (asked or Asked()).form)
    with run.locked("taking in a report of the books"):
        if reading is not None and content is not None:
            run = _landed(run, reading, content, (asked or Asked()).days())
        made = stated(run)
        _keep(run, made)
    return _outcome(run, made, reading)


def books_beside(run: Run, report: str = "") -> Outcome:
    """How the books stand, beside the reconciliation of a period; a report named is taken in first.

    Without a report, now or before, nothing is computed. Open errors are shown here and keep the period from closing.
    """
    records = run.records()
    is_exported = any(record.type == "export" for record in records)
    if not is_exported or not (report or any(record.type == books.REPORT for record in records)):
        return Outcome(title="the books: no report has been taken in",
                       next_step=f"after the upload: timebooks books FILE --company {run.company}")
    file = run.workspace.root / report if report else None
    return replace(take_in_books(run.workspace.root, run.company, file, person=run.person), exit_code=0)


def decide_item(
    workspace: str | Path | None, company: str, decision: Decision, *, person: str | None = None,
) -> Outcome:
    """Accept an item with a reason, or give it an owner; the figures it has now are part of the decision.

    Raises RefusedError BOOKS_ITEM.
    """
    run = _run(workspace, company, person)
    run.permit("decide_books")
    with run.locked("deciding about the books"):
        found = [row for row in stated(run).items.to_pylist() if row["item"] == decision.item]
        if not found or (decision.status == "accepted" and not decision.reason.strip()):
            raise RefusedError(
                "BOOKS_ITEM",
                what="An accepted item needs a reason" if found
                else f"{decision.item[:40]!r} is not on the statement of the books",
                where=f"company {company}",
                fix="Give it with --reason." if found else f"See the list: timebooks books --company {company}")
        row = found[0]
        body = {"item": decision.item, "code": row["code"],
                "status": decision.status or ("accepted" if row["status"] == "accepted" else ""),
                "owner": decision.owner or row["owner"], "reason": decision.reason or row["reason"],
                "period_end": row["period_end"].isoformat()}
        audit_log.append(run.workspace, company, books.DECISION, body, person=run.person, now=run.now())
        made = stated(run)
        _keep(run, made)
    return _outcome(run, made, None)


def stated(run: Run) -> Statement:
    """The statement of the books as of today."""
    whose = Company(run.workspace, run.company, run.settings, run.mappings, run.records())
    waiting, untold = corrections_waiting(run)
    made = statement(whose, run.now().date(), waiting)
    return replace(made, untold="" if untold is None else f"{untold.code}: {untold.what.splitlines()[0]}")


def _run(workspace: str | Path | None, company: str, person: str | None) -> Run:
    """A run of the newest exported period. Raises RefusedError NOT_EXPORTED before the first export."""
    place = place_of(workspace)
    ends = [record.day("period_end") for record in audit_log.read_log(place, company) if record.type == "export"]
    if not ends:
        raise RefusedError(
            "NOT_EXPORTED", what=f"No batch of {company} is exported yet; there is nothing to compare the books with",
            where=f"reports/{company}", fix="Export a batch first (60_export), upload it, then bring the report in.")
    return start(company, max(ends), place.root, person=person)


def _bytes(file: Path) -> bytes:
    content = read_given(file, _MOST_BYTES)
    if len(content) > _MOST_BYTES:
        raise RefusedError(
            "FILE_TOO_LARGE", what=f"The report has more than {_MOST_BYTES:,} bytes", where=file.name,
            fix="Run the report for a shorter span of days.")
    return content


def _landed(run: Run, reading: Reading, content: bytes, given: tuple[date | None, date | None]) -> Run:
    """The report is kept beside the batch of the period that holds its last day; a run of that period comes back."""
    with Engine(None, run.scratch / "books", [run.scratch]) as engine:
        put_reports(engine, [(reading, None, None)], run.settings.company.home_currency)
        refuse_unread(engine, reading.file_name)
        rows = engine.fetch("book_rows")
    days = [day for day in rows["day"].to_pylist() if day is not None]
    first, last, known_by = span(reading, days, given)
    body: dict[str, Any] = {
        "file_name": reading.file_name[:200], "form": reading.form.name, "kind": reading.form.kind,
        "first_day": first.isoformat(), "last_day": last.isoformat(), "span_by": known_by, "rows": len(rows),
        "status": reading.form.status, "titles": [text[:120] for text in reading.titles()[:4]],
    }
    own = next((report for report in run.settings.books.reports if report.name == reading.form.name), None)
    if own is not None:
        body["declared"] = own.model_dump(mode="json")
    records = run.records()
    ends = sorted(batch.period_end for batch in batches.exported(run.workspace, run.company, records))
    filed_under = next((end for end in ends if end >= last), ends[-1])
    books.land_report(run.workspace, run.company, filed_under, (content, body), (run.person, run.now()))
    return replace(run, period_end=filed_under)


def _keep(run: Run, made: Statement) -> None:
    """The statement and its workbook as evidence, where they say anything else than the newest ones."""
    plain = [_plain(row) for row in made.items.to_pylist()]
    content = {
        "items": plain, "balances": [_plain(row) for row in made.balances.to_pylist()],
        "roll_forward": [_plain(row) for row in made.roll_forward.to_pylist()],
        "reports": [{"number": report.record.number, "sha256": report.filed.digest} for report in made.reports],
        "batches": [{"batch": batch.batch, "manifest": batch.manifest_digest} for batch in made.batches],
    }
    newest = (books.statements(run.workspace, run.records()) or [{}])[-1]
    if all(newest.get(part) == content[part] for part in ("items", "balances", "reports", "batches")):
        return   # told already; only the roll-forward would begin anew
    body = {"items": len(plain), "open": len(made.open_items()), "unreconciled": len(made.unreconciled)}
    sheet = Sheet("books-statement", content, books.STATEMENT, body)
    record = append_evidence(run.workspace, run.company, run.period_end, sheet, person=run.person, now=run.now())
    tables = {"items": made.items, "balances": made.balances, "roll_forward": made.roll_forward,
              "unanswered": made.unanswered, "three_sides": made.three_sides, "documents": made.documents}
    workbook = render_books(
        run.settings.company.name, tables, list(_inputs(run.records(), made)), as_of=run.now().date().isoformat(),
        is_sandbox=is_sandbox(run.company))
    append_evidence(run.workspace, run.company, run.period_end, Sheet(
        "books-reconciliation", workbook, "books_workbook", {"statement": record.number}, "xlsx"),
        person=run.person, now=run.now())


def _inputs(records: Sequence[Record], made: Statement) -> Iterator[dict[str, Any]]:
    """Where everything came from: reports of the books, batches, pulls."""
    for report in made.reports:
        body, record = report.record.body, report.record
        yield {"kind": "report of the books", "name": body["file_name"], "form": f"{body['form']} ({body['status']})",
               "days": f"{body['first_day']} to {body['last_day']} by {body['span_by']}", "rows": body["rows"],
               "bytes": body["bytes"], "digest": report.filed.digest, "by": record.person, "at": record.recorded_at}
    exported = {record.body.get("batch"): record for record in records if record.type == "export"}
    for batch in made.batches:
        record = exported[batch.batch]
        yield {"kind": "batch", "name": f"batch-{batch.batch:04d}", "form": f"revision {batch.revision}",
               "days": f"period that ends on {batch.period_end}", "digest": batch.manifest_digest, "by": record.person,
               "at": record.recorded_at}
    for record in records:
        if record.type == "pull":
            yield {"kind": "pull", "name": record.text("file_name"), "form": record.text("drop"), "days": "",
                   "rows": record.whole("rows"), "digest": record.text("received_digest"), "by": record.person,
                   "at": record.recorded_at}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value if value is None or isinstance(value, int) else str(value) for name, value in row.items()}


def _outcome(run: Run, made: Statement, reading: Reading | None) -> Outcome:
    items = made.items.to_pylist()
    open_ones = made.open_items()
    newest = made.reports[-1].record if made.reports else None
    facts = [("reports of the books", str(len(made.reports)))]
    if newest is not None:
        said = (f"{newest.text('file_name')}, {newest.text('form')} ({newest.text('status')}), "
                f"{newest.text('first_day')} to {newest.text('last_day')}, {newest.whole('rows')} rows")
        facts.append(("newest", said))
    if made.untold:
        facts.append(("changes since the export, not told", made.untold))
    facts += [("items", f"{len(items)}: {_counted(items)}"), ("unreconciled", str(len(made.unreconciled))),
              ("evidence", run.shown(run.workspace.evidence(run.company, run.period_end)))]
    return Outcome(
        title=f"{run.settings.company.name}, the books against {len(made.batches)} batch(es): "
        f"{len(open_ones)} error(s) open" + ("" if made.reports else "; no report of the books yet"),
        facts=tuple(facts),
        headings=("item", "code", "cause", "status", "period", "line", "who or where", "batch", "books", "owner",
                  "age"),
        rows=tuple(_shown(row) for row in items if row["status"] != "computed"),
        next_step="correct the books and take in a new report, or accept an item: timebooks books --company "
        f"{run.company} --accept ITEM --reason TEXT" if open_ones else
        "close the period (80_close)" if reading or made.reports else "timebooks books FILE --company " + run.company,
        exit_code=1 if open_ones else 0)


def _counted(items: Sequence[dict[str, Any]]) -> str:
    words = ("open", "timing", "accepted", "computed")
    return ", ".join(f"{sum(row['status'] == word for row in items)} {word}" for word in words)


def _shown(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["item"], row["code"], row["cause"], row["status"], str(row["period_end"]),
        row["line_id"] or row["document_number"] or row["line_key"] or "",
        " · ".join(dict.fromkeys(filter(None, (row["person"], row["batch_account"], row["books_account"],
                                               row["batch_job"], row["books_job"], row["pay_item"])))),
        _figure(row, "batch"), _figure(row, "books"), row["owner"], f"{row['age_days']} d")


def _figure(row: dict[str, Any], side: str) -> str:
    """What one side has, its day included where the other has another one."""
    if row["kind"] == "tracker":
        said = (money(row["amount"], row["currency"]) if row["amount"] is not None else "",
                clock_hours(row["seconds"]) if row["seconds"] is not None else "")   # no hours were readable
        return ", ".join(filter(None, said)) if side == "batch" else ""
    amount, seconds, day = row[f"{side}_amount"], row[f"{side}_seconds"], row[f"{side}_day"]
    has_other = row["code"] == "TE216" and row["batch_quantity"] is not None and row["books_quantity"] is not None
    parts = [money(amount, row[f"{side}_currency"]) if amount is not None else "",
             clock_hours(seconds) if seconds is not None else "",
             f"quantity {row[f'{side}_quantity'].normalize():f}" if has_other else "",
             str(day) if day and row["batch_day"] and row["books_day"] and row["batch_day"] != row["books_day"] else ""]
    return ", ".join(filter(None, parts))
