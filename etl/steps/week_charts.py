"""The charts of the week's notebook, each from the sealed figures of the newest draft or batch."""

from __future__ import annotations

from collections import Counter, defaultdict

from etl.codes import codes_table
from etl.pages.charts import Chart, count_bars, hours_bars, money_bars, share_lines
from etl.steps.review import sealed_of
from etl.steps.run import Run
from etl.store import batches
from etl.units import document_number, minor_digits
from etl.workspace import is_sandbox

MOST_JOBS = 15
_COUNTED = ("exported", "held")
_STATES = ("pay_state", "cost_state", "bill_state")


def hours_chart(run: Run) -> Chart:
    """Paid hours of each person in the period, by class, of the newest draft or batch."""
    names = {row["employee_id"]: row["employee_name"] for row in run.mappings.rows("map_employees")}
    lines = sealed_of(run).table("payroll_lines").to_pylist()
    kinds = list(dict.fromkeys(line["pay_item"] for line in lines if line["pay_seconds"]))
    rows: list[dict[str, str | int]] = [
        {
            "name": str(names.get(line["employee_id"], line["employee_id"])),
            "kind": str(line["pay_item"]),
            "seconds": int(line["pay_seconds"]),
        }
        for line in lines
        if line["pay_seconds"]
    ]
    return hours_bars("Hours on the payroll, by person", rows, kinds=kinds)


def money_chart(run: Run) -> Chart:
    """Labor cost and billing of the largest jobs in the home currency, of the newest draft or batch."""
    sealed, currency = sealed_of(run), run.settings.company.home_currency
    journal = document_number(sealed.batch, "labor", sandbox=is_sandbox(run.company))
    scale = 10 ** minor_digits(currency)
    rows: list[dict[str, str | int]] = [
        {"name": str(line["customer_job"]), "kind": kind, "minor": int(line["amount"] * scale)}
        for name, kind in (("postings", "labor cost"), ("billable_lines", "billed"))
        for line in sealed.table(name).to_pylist()
        if line["customer_job"]
        and line["currency"] == currency
        and (kind == "billed" or line["document_number"] == journal)  # not the journal that reverses it
    ]
    totals: dict[str, int] = {}
    for row in rows:
        totals[str(row["name"])] = totals.get(str(row["name"]), 0) + int(row["minor"])
    largest = set(sorted(totals, key=lambda job: -totals[job])[:MOST_JOBS])
    shown = [row for row in rows if row["name"] in largest]
    rest = f", the {MOST_JOBS} largest" if len(totals) > MOST_JOBS else ""
    return money_bars(
        f"Labor cost and billing by job{rest}", shown, kinds=("labor cost", "billed"), currency=currency, per=scale
    )


def projects_chart(run: Run) -> Chart:
    """Worked hours of the largest projects, what goes to the books and what is held, of the newest draft or batch."""
    totals: dict[tuple[str, str], int] = defaultdict(int)
    read = ("client_ref", "project_ref", "worked_seconds", *_STATES)
    for row in sealed_of(run).table("entries", list(read)).to_pylist():
        states = {row[name] for name in _STATES}
        if row["worked_seconds"] and states & set(_COUNTED):
            name = " : ".join(part for part in (row["client_ref"], row["project_ref"]) if part) or "(no project)"
            totals[name, "held" if "held" in states else "to the books"] += row["worked_seconds"]
    by_name: Counter[str] = Counter()
    for (name, _), seconds in totals.items():
        by_name[name] += seconds
    largest = {name for name, _ in by_name.most_common(MOST_JOBS)}
    rest = f", the {MOST_JOBS} largest" if len(by_name) > MOST_JOBS else ""
    rows: list[dict[str, str | int]] = [
        {"name": name, "kind": kind, "seconds": seconds} for (name, kind), seconds in totals.items() if name in largest]
    return hours_bars(f"Hours by project{rest}", rows, kinds=("to the books", "held"))


def causes_chart(run: Run) -> Chart:
    """How many exception items there are of each cause, of the newest draft or batch."""
    titles = {row["code"]: row["title"] for row in codes_table().to_pylist()}
    found = Counter((row["code"], row["severity"]) for row in
                    sealed_of(run).table("exceptions", ["code", "severity"]).to_pylist())
    rows: list[dict[str, str | int]] = [
        {"name": f"{titles[code]} ({code})", "kind": severity, "count": count}
        for (code, severity), count in found.most_common()]
    return count_bars("Exceptions by cause", rows, kinds=("stop", "hold", "note"))


def mapped_chart(run: Run) -> Chart:
    """What share of the hours went to the books and was not held, per stream, of every period up to this one."""
    records = run.records()
    ends = sorted({record.day("period_end") for record in records if record.type == "draft"})
    rows: list[dict[str, str | int]] = []
    for end in (end for end in ends if end <= run.period_end):
        sealed = batches.find_batch(run.workspace, run.company, end, records) or batches.find_draft(
            run.workspace, run.company, end, records)
        for stream in ("cost", "bill") if sealed is not None else ():
            states = sealed.manifest["control"][stream] if sealed is not None else {}
            mapped, held = (states.get(state, {}).get("seconds", 0) for state in _COUNTED)
            if mapped + held:
                rows.append({"day": str(end), "kind": stream, "part": mapped, "whole": mapped + held})
    return share_lines("Mapped: hours to the books of hours due, by period", rows, kinds=("cost", "bill"))
