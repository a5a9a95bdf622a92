"""IIF, the import file of QuickBooks Desktop: tabs, CRLF, code page 1252. Source: targets reference, section 1.1."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import TargetError
from etl.settings import QuickBooksDesktop, Settings
from etl.targets.findings import Finding, refuse
from etl.targets.text import IIF, name_problems

_NAMED = {   # settings that are written: what they are called, what to do where the file cannot carry them
    "company_name": ("company name", "Write it exactly as in QuickBooks Desktop, Company > Company Information."),
    "payables_account": ("account", "Give the accounts payable a name the file can carry, in the books and here."),
    "item_account": ("account", "Give the income account a name the file can carry, in the books and here."),
}
TAB, LINE_END = "\t", "\r\n"


def iif_rows(columns: Sequence[pa.Array | str]) -> pa.Array:
    """One record per row: the columns joined by tabs; a plain text stands on every row."""
    return pc.binary_join_element_wise(*columns, TAB)


def iif_bytes(headers: Sequence[Sequence[str]], rows: Sequence[str]) -> bytes:
    """Header lines and records, each ended by CRLF, in the code page; their texts have been checked before."""
    lines = [*(TAB.join(header) for header in headers), *rows]
    return "".join(f"{line}{LINE_END}" for line in lines).encode(IIF.encoding)


def desktop_settings(settings: Settings) -> QuickBooksDesktop:
    """What a file must know of the company file, its name in composed form; TargetError where it cannot be used."""
    where = f"mappings/{settings.company.id}/company.toml, key targets.quickbooks_desktop"
    desktop = settings.targets.quickbooks_desktop
    if desktop is None:
        raise TargetError(
            "TARGET_SETTINGS_MISSING", where=where,
            what="Files for QuickBooks Desktop are asked for, but its company file is not described",
            fix="Add [targets.quickbooks_desktop] with company_name, company_create_time (File > Utilities > Export "
                "> Timer Lists, second line, last field) and transfer_to_payroll.")
    names = {key: unicodedata.normalize("NFC", getattr(desktop, key)) for key in _NAMED}
    refuse([
        Finding("TARGET_NAME", f"The {words} {names[key]!r} {', '.join(problems)}", f"{where}.{key}", fix)
        for key, (words, fix) in _NAMED.items() if (problems := name_problems(names[key], IIF)) and names[key]])
    return desktop.model_copy(update=names)
