"""QuickBooks Desktop lists: records of the names that its own lists lack. Source: targets reference, section 1.5."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings
from etl.tables import NAMES_WRITTEN, assert_schema
from etl.targets.fields import TEXT_CHANGES, problems_of, profile_of, text_fields
from etl.targets.files import csv_content, rendered
from etl.targets.findings import Finding, refuse
from etl.targets.iif import TAB, desktop_settings, iif_bytes
from etl.terms import BatchHeader, RenderedFile

NAME = "quickbooks_desktop.lists"
_RECORDS = {   # a list: its keyword and columns
    "account": ("ACCNT", ("NAME", "ACCNTTYPE")),
    "class": ("CLASS", ("NAME",)),
    "service_item": ("INVITEM", ("NAME", "INVITEMTYPE", "DESC", "ACCNT")),
    "customer_job": ("CUST", ("NAME",)),
    "employee": ("EMP", ("NAME", "INIT")),
    "vendor": ("VEND", ("NAME",)),
}
_LEVELED = ("account", "class", "service_item", "customer_job")
_TO_DO = "Make it inactive by hand where nothing else uses it; a list is not taken back."


def render(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The records of every name that the batch writes and the exported lists lack, parents first; import them first.

    Only new names: a record of a name that exists would change it. Raises TargetError where a list of the books is not
    given, and with every name or account that cannot be made.
    """
    missing = _missing(table, header, settings)
    rows: list[str] = []
    for one, names in missing.items():
        keyword, columns = _RECORDS[one]
        rows.append(TAB.join((f"!{keyword}", *columns)))
        rows += [TAB.join((keyword, name, *_more(one, name, header, settings))) for name in names]
    if not rows:
        return []
    content = iif_bytes((), rows), sum(len(names) for names in missing.values())
    return [rendered(NAME, "upload", f"lists_{header.period_end.isoformat()}.iif", content)]


def correct(table: pa.Table, header: BatchHeader, settings: Settings) -> list[RenderedFile]:
    """The new names, to make inactive by hand."""
    missing = [(one, name) for one, names in _missing(table, header, settings).items() for name in names]
    if not missing:
        return []
    lists, names = zip(*missing, strict=True)
    columns = {"list": pa.array(lists, pa.string()), "name": pa.array(names, pa.string()),
               "to_do": pa.array([_TO_DO] * len(names), pa.string())}
    file = f"lists_{header.period_end.isoformat()}_inactive_list.csv"
    return [rendered(NAME, "corrections", file, csv_content(columns))]


def changed_texts(_table: pa.Table, _header: BatchHeader, _settings: Settings) -> pa.Table:
    """None: a name is written as it is or refused."""
    return TEXT_CHANGES.empty_table()


def _missing(table: pa.Table, header: BatchHeader, settings: Settings) -> dict[str, list[str]]:
    """The names to make, by list, parents before their children."""
    rows = assert_schema(table, NAMES_WRITTEN, "names_written")
    desktop_settings(settings)
    wanted: dict[str, list[str]] = {}
    findings: list[Finding] = []
    for one in _RECORDS:
        names = rows.filter(pc.equal(rows["list"], one))["name"].to_pylist()
        known = header.target_lists.get(f"quickbooks_desktop.{one}", {})
        if names and not known:
            findings.append(Finding(
                "TARGET_LIST", f"The list of each {one.replace('_', ' ')} of quickbooks_desktop is not given", NAME,
                f"Export it (File > Utilities > Export > Lists to IIF) and add rows quickbooks_desktop,{one},<name>, "
                "to target_lists.csv; a record of a name that is there would change it."))
            continue
        levels = dict.fromkeys(level for name in names for level in _levels(one, name))
        wanted[one] = [level for level in levels if level not in known]
    refuse([*findings, *_findings(wanted, header, settings)])
    return {one: names for one, names in wanted.items() if names}


def _levels(one: str, name: str) -> Iterable[str]:
    """A name and its parents, the uppermost first."""
    parts = name.split(":") if one in _LEVELED else [name]
    return (":".join(parts[:depth]) for depth in range(1, len(parts) + 1))


def _more(one: str, name: str, header: BatchHeader, settings: Settings) -> tuple[str, ...]:
    """The cells after the name."""
    if one == "account":
        return (_type_of(name, header),)
    if one == "service_item":
        return "SERV", name.rpartition(":")[2], desktop_settings(settings).item_account
    return ("".join(word[0] for word in name.replace(",", " ").split())[:5],) if one == "employee" else ()


def _type_of(account: str, header: BatchHeader) -> str:
    """The type accounts.csv gives the account or, of a parent, one below it; empty where it gives none."""
    below = (kind for name, kind in header.account_types.items() if name.startswith(f"{account}:"))
    return header.account_types.get(account) or next(below, "")


def _findings(wanted: dict[str, list[str]], header: BatchHeader, settings: Settings) -> Iterable[Finding]:
    """What of the new names cannot be made, and why."""
    fields = {field.label.replace(" ", "_"): field for field in text_fields(NAME)}
    for one, names in wanted.items():
        for name in names:
            for problem in problems_of(name, fields[one], profile_of(NAME)):
                yield Finding("TARGET_NAME", f"The {one.replace('_', ' ')} {name!r} {problem}", NAME,
                              "Give it a name the target can take, in the books and in the mapping, then draft again.")
    for name in wanted.get("account", []):
        if not _type_of(name, header):
            yield Finding("TARGET_LIST", f"The type of the account {name!r} is not known", NAME,
                          "Make this account in QuickBooks Desktop by hand and add it to target_lists.csv.")
    if wanted.get("service_item") and not desktop_settings(settings).item_account:
        yield Finding("TARGET_SETTINGS_MISSING", "A service item needs an income account", NAME,
                      "Give targets.quickbooks_desktop.item_account, or make the items by hand.")
    flat = [(name, one) for one in ("customer_job", "employee", "vendor")
            for name in (*wanted.get(one, []), *header.target_lists.get(f"quickbooks_desktop.{one}", {}))]
    twice = {name: {one for other, one in flat if other == name} for name, _ in flat}
    for name, lists in sorted(twice.items()):
        if len(lists) > 1 and any(name in wanted.get(one, []) for one in lists):
            yield Finding("TARGET_LIST", f"{name!r} would stand in two lists: {', '.join(sorted(lists))}", NAME,
                          "QuickBooks Desktop takes a name in one list only: give one of them another name.")
