"""Take in the reviewed billing worksheet: what was changed there and may be, as rows of billing_decisions.csv."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from etl.errors import RefusedError
from etl.mapping.billing import billing_findings
from etl.mapping.cells import cell_fault
from etl.mapping.declared_billing import BILLING_FILES
from etl.steps.outcome import Outcome
from etl.steps.returned import read_given, refuse_unfit
from etl.steps.run import Run
from etl.store import audit_log, batches, files
from etl.store.batches import Draft
from etl.tables import BILLING_REVIEW, assert_schema
from etl.units import minor_digits, money
from etl.workbooks.billing_review import (
    NotOursError,
    changed_cells,
    decisions,
    figures_digest,
    read_billing_review,
)

RECORD, NAME, TABLE = "billing_review", "billing_decisions.csv", "map_billing_decisions"
_DECLARED = next(declared for declared in BILLING_FILES if declared.name == NAME)
_SHOWN = 12


def take_in_review(run: Run, file: Path, person: str | None = None) -> Outcome:
    """Compare the worksheet with the newest draft, keep its decisions, show what of the value will be billed.

    Only decision, amount and reason may differ from what was written; every line must be there once; the draft must
    still have the same figures. Raises RefusedError REVIEW_STALE, REVIEW_CHANGED or REVIEW_INVALID and keeps nothing.
    """
    content = read_given(file)
    who = person or run.person
    run.permit("review_billing", who)
    with run.locked("taking in a billing worksheet"):
        draft = _draft(run)
        written = assert_schema(draft.table("billing_review"), BILLING_REVIEW, "billing_review")
        decided = _read(run, file, content, written)
        digest = files.sha256_bytes(content)
        rows = [_kept(row, run, who, digest) for row in decided]
        _refuse_faulty(decided, rows, file)
        path = run.workspace.mappings(run.company) / NAME
        files.rewrite(path, _with_rows(run.mappings.contents.get(NAME), rows, run.period_end.isoformat()))
        body = {"period_end": run.period_end.isoformat(), "batch": draft.batch, "revision": draft.revision,
                "worksheet": digest, "lines": len(rows),
                "decisions": {word: sum(row["decision"] == word for row in rows) for word in
                              ("bill", "hold", "write_down", "write_up")}}
        audit_log.append(run.workspace, run.company, RECORD, body, person=who, now=run.now())
    return _outcome(run, decided, who)


def _draft(run: Run) -> Draft:
    again = f"timebooks week --company {run.company} --period-end {run.period_end}"
    records = run.records()
    if batches.newest(records, "export", run.period_end) is not None:
        raise RefusedError(
            "REVIEW_STALE",
            what=f"The period {run.period_end} is exported; its invoices do not change any more",
            where=run.shown(run.workspace.period(run.company, run.period_end)),
            fix=f"To bill what was held, delete its row from {NAME}; the next batch then corrects this one. What was "
            "billed wrongly is credited by hand.")
    draft = batches.find_draft(run.workspace, run.company, run.period_end, records)
    if draft is None or not draft.has_table("billing_review"):
        raise RefusedError(
            "REVIEW_STALE",
            what="There is no draft with a billing worksheet for this period",
            where=run.shown(run.workspace.drafts(run.company, run.period_end)),
            fix=f"Set review = true under [billing] in company.toml, then make a draft: {again}")
    return draft


def _read(run: Run, file: Path, content: bytes, written: Any) -> list[dict[str, Any]]:
    """The decisions of a worksheet that is the one written, complete, with nothing else changed."""
    refuse_unfit(content, file, partial(_refused, "REVIEW_INVALID"))
    try:
        returned = read_billing_review(content)
    except NotOursError as error:
        raise _refused("REVIEW_INVALID", file, [f"this is no billing worksheet: {error}"]) from None
    if returned.figures != figures_digest(written, run.company, run.period_end):
        raise RefusedError(
            "REVIEW_STALE",
            what="The worksheet is about other figures than the newest draft of this period",
            where=f"{file.name}, the line that begins with Figures",
            fix="Review the worksheet of the newest draft, and take that one in; nothing was kept.")
    if changed := list(changed_cells(returned, written)):
        raise _refused("REVIEW_CHANGED", file, changed)
    findings: list[str] = []
    found = decisions(returned, written, findings)
    if findings:
        raise _refused("REVIEW_INVALID", file, findings)
    return found


def _refused(code: str, file: Path, findings: Sequence[str]) -> RefusedError:
    more = [f"and {len(findings) - _SHOWN} more"] if len(findings) > _SHOWN else []
    fix = ("Put back what was changed, or begin with the worksheet of the newest draft again; only decision, amount to "
           "bill and reason may be filled in." if code == "REVIEW_CHANGED" else
           "Correct these rows in the worksheet and take it in again.")
    return RefusedError(code, what="\n    ".join([f"The worksheet has {len(findings)} finding(s):",
                                                  *findings[:_SHOWN], *more]),
                        where=file.name, fix=f"{fix} Nothing was kept.")


def _kept(row: Mapping[str, Any], run: Run, who: str, digest: str) -> dict[str, str]:
    """One row of billing_decisions.csv, as text."""
    digits = minor_digits(row["currency"])
    amount = row["decided_amount"] if row["decision"] in ("write_down", "write_up") else None
    return {
        "period_end": run.period_end.isoformat(), "customer_job": row["customer_job"],
        "service_item": row["service_item"], "bill_rate": f"{row['bill_rate'].normalize():f}",
        "currency": row["currency"], "seconds": str(row["seconds"]), "line_amount": f"{row['amount']:.{digits}f}",
        "decision": row["decision"], "amount": "" if amount is None else _exact(amount, digits),
        "reason": row["reason"] or "", "decided_by": who, "worksheet": digest,
    }


def _exact(amount: Decimal, digits: int) -> str:
    """In the currency's digits where that is the number itself; else as it was typed, to be refused."""
    return f"{amount:.{digits}f}" if amount == round(amount, digits) else f"{amount:f}"


def _refuse_faulty(decided: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, str]], file: Path) -> None:
    """What the mapping would refuse is said here by the worksheet's rows, before anything is kept."""
    findings = []
    for seen, row in zip(decided, rows, strict=True):
        faults = [fault for column in _DECLARED.columns if (fault := cell_fault(column, row[column.name]))]
        if not faults:
            amount = None if seen["decided_amount"] is None else seen["decided_amount"]
            told = {**seen, "map_row": 0, "line_amount": seen["amount"], "amount": amount, "used_before": None}
            faults = [text.partition(": ")[2] for text in billing_findings({TABLE: [told]})]
        findings += [f"row {seen['place']}: {fault}" for fault in faults]
    if findings:
        raise _refused("REVIEW_INVALID", file, findings)


def _with_rows(before: bytes | None, rows: Sequence[Mapping[str, str]], period_end: str) -> bytes:
    """The file with the decisions of this period in place of its earlier ones; the other periods' rows as they are."""
    columns = [column.name for column in _DECLARED.columns]
    text = before.decode("utf-8-sig") if before else ""
    kept = [row for row in csv.DictReader(io.StringIO(text, newline="")) if row["period_end"] != period_end]
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows([*kept, *rows])
    return written.getvalue().encode()


def _outcome(run: Run, decided: Sequence[Mapping[str, Any]], who: str) -> Outcome:
    """Realization: what of the value at rates will be billed, by customer:job, and in all by currency."""
    jobs: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in decided:
        billed = Decimal(0) if row["decision"] == "hold" else (
            row["decided_amount"] if row["decision"] in ("write_down", "write_up") else row["amount"])
        for key in ((row["customer_job"], row["currency"]), ("all", row["currency"])):
            jobs[key][0] += row["amount"]
            jobs[key][1] += billed
    counts = {word: sum(row["decision"] == code for row in decided) for word, code in
              (("bill", "bill"), ("hold", "hold"), ("write down", "write_down"), ("write up", "write_up"))}
    order = sorted(jobs, key=lambda key: (key[0] == "all", key))
    return Outcome(
        title=f"{len(decided)} line(s) decided by {who}",
        facts=tuple((word, str(count)) for word, count in counts.items()),
        headings=("customer:job", "value", "to bill", "realization"),
        rows=tuple((job, money(jobs[job, code][0], code), money(jobs[job, code][1], code),
                    _percent(*jobs[job, code])) for job, code in order),
        next_step=f"draft again with the decisions: timebooks week --company {run.company} --period-end "
        f"{run.period_end}",
    )


def _percent(value: Decimal, billed: Decimal) -> str:
    return f"{100 * billed / value:.2f} %" if value else ""
