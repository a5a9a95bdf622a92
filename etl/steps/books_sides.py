"""The two sides of the books' statement: the lines of exported batches, and what the books call our names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.load import MappingSet
from etl.settings import Settings
from etl.store.batches import Batch
from etl.tables import AMOUNT, SECONDS, TEXT
from etl.tables.kinds import schema
from etl.targets.documents import DOCUMENTS, document
from etl.targets.invoices import quantities, route_of
from etl.targets.ledgers import account_name
from etl.units import minor_digits

DAY = pa.date32()
PERIODS = schema(("batch", pa.int64()), ("period_start", DAY), ("period_end", DAY))
QUANTITY = pa.decimal128(18, 6)
LINES = schema(
    *(("kind", TEXT), ("batch", pa.int64()), ("period_start", DAY), ("period_end", DAY), ("line_id", TEXT)),
    *(("line_number", pa.int64()), ("document_number", TEXT), ("day", DAY), ("line_key", TEXT), ("person", TEXT)),
    *(("account", TEXT), ("job", TEXT), ("class", TEXT), ("pay_item", TEXT), ("amount", AMOUNT), ("currency", TEXT)),
    *(("minor_digits", pa.int64()), ("seconds", SECONDS), ("exact_seconds", SECONDS), ("corrects", TEXT)),
    *(("quantity", QUANTITY), ("is_by_hand", pa.bool_())),
)
"""One row per line of an exported batch that the books can show. Kind: posting | time | payroll | invoice | bill.
`exact_seconds`: before the target's grain. `line_key`: our key as the books keep it. `corrects`: the line that it
corrects. `quantity`: as printed. `is_by_hand`: no import brings it, people enter it."""
ENTRIES = schema(
    *(("batch", pa.int64()), ("period_end", DAY), ("entry_id", TEXT), ("employee_name", TEXT), ("person_ref", TEXT)),
    *(("customer_job", TEXT), ("worked_seconds", SECONDS)),
    *(("pay_state", TEXT), ("cost_state", TEXT), ("bill_state", TEXT)),
)
"""One row per entry version of an exported batch, worked in its period."""
ACCOUNT_NAMES = schema(
    ("words", TEXT), ("written", TEXT), ("account", TEXT), ("customer_job", TEXT), ("is_credit", pa.bool_()))
_CREDIT = ("AP", "CCARD", "OCLIAB", "LTLIAB", "EQUITY", "INC", "EXINC")   # accounts whose own side is the credit


def period_start(mappings: MappingSet, settings: Settings, period_end: date) -> date:
    """The first day of the periods that end on a day."""
    spans = [pay.period for pay in mappings.pay_periods if pay.period.end == period_end]
    billing = settings.billing.period_to(period_end)
    return min(span.start for span in (*spans, *([billing] if billing else []))) if spans or billing else period_end


def batch_lines(batch: Batch, start: date) -> pa.Table:
    """The lines of one batch in the documents that it wrote."""
    written = {file["document"] for file in batch.manifest["files"] if file["role"] == "import"}
    tables = {document(name).table for name in written}
    found = []
    if "postings" in tables:
        rows = batch.table("postings")
        found.append(_lines(batch, start, rows, {
            "kind": _same("posting", rows), "line_id": rows["line_id"], "line_key": rows["line_id"],
            "document_number": rows["document_number"], "day": rows["posted_on"], "account": rows["account"],
            "job": rows["customer_job"], "class": rows["class"], "amount": rows["amount"],
            "currency": rows["currency"], "corrects": _corrects(batch, rows)}))
    if any(name.endswith(".time") for name in written):
        rows = batch.table("time_activities")
        rows = rows.filter(pc.not_equal(rows["exported_seconds"], 0))
        found.append(_lines(batch, start, rows, {
            "kind": _same("time", rows), "line_id": rows["line_id"], "line_key": rows["entry_ref"],
            "day": rows["worked_on"], "person": rows["employee_name"], "job": rows["customer_job"],
            "class": rows["class"], "seconds": rows["exported_seconds"], "exact_seconds": rows["pay_seconds"]}))
    if "payroll_hours" in tables:
        rows = batch.table("payroll_hours")
        found.append(_lines(batch, start, rows, {
            "kind": _same("payroll", rows), "line_id": rows["line_id"], "line_key": rows["line_id"],
            "day": pa.array([batch.period_end] * len(rows), DAY), "person": rows["employee_name"],
            "pay_item": rows["pay_item"], "amount": rows["amount"], "currency": rows["currency"],
            "seconds": rows["exported_seconds"], "exact_seconds": rows["pay_seconds"]}))
    return pa.concat_tables([LINES.empty_table(), *found, *_documents(batch, start)])


def _documents(batch: Batch, start: date) -> Iterator[pa.Table]:
    """The lines of a batch's invoices and of its bills that have a number, imported or entered by hand."""
    names = {file["document"] for file in batch.manifest["files"] if file["role"] in ("import", "worksheet")}
    tables = {known.table: known.name for known in DOCUMENTS if known.name in names}
    if "invoice_lines" in tables:
        rows = batch.table("invoice_lines")
        by_hand = pc.is_valid(rows["by_hand"]).combine_chunks()
        printed, _ = quantities(rows, route_of(tables["invoice_lines"]).quantity_digits)
        yield _lines(batch, start, rows, {
            "kind": _same("invoice", rows), "line_id": rows["line_id"], "line_key": rows["line_id"],
            "document_number": rows["invoice_number"], "day": rows["billed_on"], "job": rows["customer_job"],
            "pay_item": rows["service_item"], "amount": rows["amount"], "currency": rows["currency"],
            "corrects": _corrects(batch, rows), "is_by_hand": by_hand,
            "quantity": pc.if_else(by_hand, pa.scalar(None, QUANTITY), printed.cast(QUANTITY))})
    if "vendor_lines" in tables:
        rows = batch.table("vendor_lines")
        rows = rows.filter(pc.is_valid(rows["document_number"]))
        yield _lines(batch, start, rows, {
            "kind": _same("bill", rows), "line_id": rows["line_id"], "line_key": rows["line_id"],
            "document_number": rows["document_number"], "day": rows["billed_on"], "person": rows["vendor_name"],
            "account": rows["account"], "job": rows["customer_job"], "amount": rows["amount"],
            "currency": rows["currency"], "corrects": _corrects(batch, rows),
            "is_by_hand": pa.array([not any(name.endswith(".bill") for name in names)] * len(rows), pa.bool_())})


def _corrects(batch: Batch, rows: pa.Table) -> pa.Array:
    """Of each line the earlier one that it corrects, null where it is the period's own."""
    found: dict[str, str] = {}
    if batch.has_table("corrections"):
        lines = batch.table("corrections", ["line_id", "corrects"])
        found = dict(zip(lines["line_id"].to_pylist(), lines["corrects"].to_pylist(), strict=True))
    return pa.array([found.get(line) for line in rows["line_id"].to_pylist()], TEXT)


def _same(text: str, rows: pa.Table) -> pa.Array:
    return pa.array([text] * len(rows), TEXT)


def _lines(batch: Batch, start: date, rows: pa.Table, columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> pa.Table:
    count = len(rows)
    digits = pc.unique(columns["currency"]).to_pylist() if "currency" in columns else []
    known = {code: minor_digits(code) for code in digits if code}
    whole = {
        "batch": pa.array([batch.batch] * count, pa.int64()), "period_start": pa.array([start] * count, DAY),
        "period_end": pa.array([batch.period_end] * count, DAY),
        "line_number": pa.array(range(1, count + 1), pa.int64()),
        "minor_digits": pa.array([known.get(code) for code in columns["currency"].to_pylist()]
                                 if "currency" in columns else [None] * count, pa.int64())}
    return pa.table({
        field.name: whole.get(field.name, columns.get(field.name, pa.nulls(count, field.type))) for field in LINES},
        schema=LINES)


def batch_entries(batch: Batch, start: date) -> pa.Table:
    """The entries of one batch that were worked in its period."""
    kept = [name for name in ENTRIES.names if name not in ("batch", "period_end")]
    rows = batch.table("entries", [*kept, "worked_on"])
    own = rows.filter(pc.and_(pc.greater_equal(rows["worked_on"], pa.scalar(start, DAY)),
                              pc.less_equal(rows["worked_on"], pa.scalar(batch.period_end, DAY))))
    made = {"batch": pa.array([batch.batch] * len(own), pa.int64()),
            "period_end": pa.array([batch.period_end] * len(own), DAY)}
    return pa.table({field.name: made.get(field.name, own[field.name] if field.name in own.column_names else None)
                     for field in ENTRIES}, schema=ENTRIES)


def account_names(mappings: MappingSet, lines: pa.Table) -> pa.Table:
    """What the books call each account: by its name or the last part of it, its code, or as a ledger names it."""
    types = {row["account"]: row["account_type"] for row in mappings.rows("map_accounts")}
    posted = lines.filter(pc.equal(lines["kind"], "posting")).group_by(["account", "job"]).aggregate([]).to_pylist()
    accounts = sorted({*types, *(row["account"] for row in posted)})
    rows = [("name", name, name, None) for name in accounts]
    leaves = Counter(name.rpartition(":")[2] for name in accounts)
    rows += [("name", leaf, name, None) for name in accounts
             if (leaf := name.rpartition(":")[2]) != name and leaves[leaf] == 1 and leaf not in accounts]
    listed = [row for row in mappings.rows("map_target_lists") if row["list"] == "account" and row["code"]]
    rows += [("code", row["code"], row["name"], None) for row in listed]
    rows += [("ledger", account_name(row["account"], row["job"] or "", types.get(row["account"], "")), row["account"],
              row["job"]) for row in posted]
    return pa.Table.from_pylist(
        [{"words": words, "written": written, "account": account, "customer_job": job,
          "is_credit": types.get(account, "") in _CREDIT}
         for words, written, account, job in dict.fromkeys(rows)], schema=ACCOUNT_NAMES)


def person_names(mappings: MappingSet) -> pa.Table:
    """What the books and payroll call each person: name, "Last, First", number; a name of two people is nobody's."""
    employees = {row["employee_id"]: row["employee_name"] for row in mappings.rows("map_employees")}
    pairs = [(name, name) for name in employees.values()]
    pairs += employees.items()
    for row in mappings.rows("map_payroll_people"):
        if name := employees.get(row["employee_id"]):
            pairs += [(row["payroll_id"], name), (f"{row['last_name']}, {row['first_name']}", name),
                      (f"{row['first_name']} {row['last_name']}", name)]
    return _names(pairs, "employee_name")


def pay_item_names(mappings: MappingSet) -> pa.Table:
    """What payroll calls each pay item: its name and its codes; a code of two items is nobody's."""
    pairs = [(row["pay_item"], row["pay_item"]) for row in mappings.rows("map_pay_items")]
    pairs += [(row["code"], row["pay_item"]) for row in mappings.rows("map_pay_item_codes")]
    return _names(pairs, "pay_item")


def _names(pairs: Iterable[tuple[str, str]], column: str) -> pa.Table:
    named: dict[str, set[str]] = {}
    for written, name in pairs:
        named.setdefault(written, set()).add(name)
    sure: Sequence[Mapping[str, str]] = [
        {"written": written, column: next(iter(names))} for written, names in sorted(named.items()) if len(names) == 1]
    return pa.Table.from_pylist(list(sure), schema=schema(("written", TEXT), (column, TEXT)))
