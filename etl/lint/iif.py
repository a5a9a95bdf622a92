"""QuickBooks Desktop's IIF read back. Source: targets reference, section 1 (IIF import kit)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from etl.lint.lines import Kind, Line, demand
from etl.lint.texts import amount_of, clock_of, crlf_lines, day_of, key_of, text_of

_KINDS: dict[str, Kind] = {"GENERAL JOURNAL": "journal", "INVOICE": "invoice", "CREDIT MEMO": "invoice", "BILL": "bill",
                           "BILL REFUND": "bill"}
_NEEDED: dict[str, set[str]] = {
    "TIMEACT": {"DATE", "JOB", "EMP", "ITEM", "PITEM", "DURATION", "NOTE", "XFERTOPAYROLL", "BILLINGSTATUS"},
    "TIMERHDR": {"VER", "REL", "COMPANYNAME", "IMPORTEDBEFORE", "FROMTIMER", "COMPANYCREATETIME"},
    "TRNS": {"TRNSTYPE", "DATE", "ACCNT", "AMOUNT", "DOCNUM"}, "SPL": {"TRNSTYPE", "DATE", "ACCNT", "AMOUNT"},
    "ENDTRNS": set(), "ACCNT": {"NAME", "ACCNTTYPE"}, "CUST": {"NAME"}, "VEND": {"NAME"}, "EMP": {"NAME", "INIT"},
    "CLASS": {"NAME"}, "INVITEM": {"NAME", "INVITEMTYPE", "ACCNT"},
}
_TYPES = {"BANK", "AR", "OCASSET", "FIXASSET", "OASSET", "AP", "CCARD", "OCLIAB", "LTLIAB", "EQUITY", "INC", "COGS",
          "EXP", "EXINC", "EXEXP", "NONPOSTING"}


def iif_lines(content: bytes) -> Iterator[Line]:
    """Time activities, lines of transactions and records of lists, in order; a block sums to zero or is refused."""
    headers: dict[str, list[str]] = {}
    block: list[Line] = []
    for at, text in enumerate(crlf_lines(text_of(content, "cp1252")), 1):
        place = f"line {at}"
        keyword, *cells = text.split("\t")
        if keyword.startswith("!"):
            headers[keyword[1:]] = cells
            demand(keyword[1:] in _NEEDED, f"{place}: {keyword} is no record of an IIF file")
            missing = sorted(_NEEDED[keyword[1:]] - set(cells))
            demand(not missing, f"{place}: {keyword} lacks {', '.join(missing)}")
            continue
        demand(keyword in headers, f"{place}: {keyword} stands before its header")
        demand(len(cells) == len(headers[keyword]),
               f"{place}: {len(cells)} cells below the {len(headers[keyword])} headings of {keyword}")
        record = dict(zip(headers[keyword], cells, strict=True))
        for column, cell in record.items():
            demand('"' not in cell and ";" not in cell, f"{place}: a quote or semicolon in {column} ends the reading")
        if keyword in ("TRNS", "SPL", "ENDTRNS"):
            block, done = _block(block, keyword, record, place)
            yield from done
        elif keyword == "TIMEACT":
            yield _time(record, place)
        elif keyword != "TIMERHDR":
            yield _listed(keyword, record, place)
    demand(not block, "the last transaction has no ENDTRNS")


def _block(block: list[Line], keyword: str, record: dict[str, str], place: str) -> tuple[list[Line], list[Line]]:
    """The open transaction after this record, and the one it closes."""
    if keyword == "ENDTRNS":
        demand(len(block) > 1, f"{place}: ENDTRNS without a transaction of two lines")
        total = sum((line.amount for line in block if line.amount is not None), Decimal(0))
        demand(total == 0, f"{place}: the transaction {block[0].number} sums to {total}, not 0")
        return [], block
    demand((keyword == "TRNS") == (not block), f"{place}: {keyword} out of its place")
    kind = _KINDS.get(record["TRNSTYPE"])
    demand(kind, f"{place}: {record['TRNSTYPE']!r} is no type of transaction")
    assert kind
    demand(record["ACCNT"], f"{place}: no account")
    number = record.get("DOCNUM", "") or (block[0].number if block and kind != "journal" else "")
    demand(number, f"{place}: no document number")
    day = day_of(record["DATE"], "MDY", place)
    if block:
        demand((number, day) == (block[0].number, block[0].day), f"{place}: another number or date in a transaction")
    else:
        demand(kind == "journal" or record.get("NAME"), f"{place}: neither customer nor vendor")
    form = f"iif {record['TRNSTYPE']} {keyword}"
    job = record.get("NAME", "") if kind == "journal" or form in ("iif BILL SPL", "iif BILL REFUND SPL") else ""
    if kind == "invoice":
        job = record["NAME"] if keyword == "TRNS" else block[0].cells["NAME"]
    return [*block, Line(
        place, kind, form, record, number, day, key_of(record.get("MEMO", "")), record["ACCNT"], job,
        amount_of(record["AMOUNT"], place))], []


def _time(record: dict[str, str], place: str) -> Line:
    demand(record["EMP"], f"{place}: nobody worked this time")
    demand(record["BILLINGSTATUS"] in ("0", "1", "2") and record["XFERTOPAYROLL"] in ("Y", "N"),
           f"{place}: BILLINGSTATUS or XFERTOPAYROLL")
    demand(record["BILLINGSTATUS"] != "1" or (record["JOB"] and record["ITEM"]), f"{place}: billable, no job or item")
    demand(record["XFERTOPAYROLL"] != "Y" or record["PITEM"], f"{place}: to payroll without a payroll item")
    key = key_of(record["NOTE"])
    demand(key, f"{place}: no key in its note")
    return Line(place, "time", "iif TIMEACT", record, day=day_of(record["DATE"], "MDY", place), key=key,
                job=record["JOB"], seconds=clock_of(record["DURATION"], place))


def _listed(keyword: str, record: dict[str, str], place: str) -> Line:
    for column in sorted(_NEEDED[keyword]):
        demand(record[column], f"{place}: {keyword} without {column}")
    demand(record.get("ACCNTTYPE", "INC") in _TYPES, f"{place}: {record.get('ACCNTTYPE')!r} is no type of account")
    return Line(place, "list", f"iif {keyword}", record, key=f"{keyword} {record['NAME']}")
