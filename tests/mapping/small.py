"""The cross-references of a small company as text, one cell or line of them changed."""

from __future__ import annotations

from pathlib import Path

from etl.errors import MappingError
from etl.mapping.load import MappingSet, load_mappings

FILES = {
    "employees.csv": "source,person_ref,employee_id,employee_name,worker_type,pay_group,flsa_status,work_location,"
    "vendor_id,effective_from,effective_to\n"
    "*,ann@x.example,E1,Ann Abel,employee,weekly,nonexempt,US,,2026-01-01,\n"
    "*,bob@x.example,E2,Bob Berg,employee,weekly,nonexempt,US,,2026-01-01,\n",
    "projects.csv": "source,client_ref,project_ref,customer_job,billing_method,effective_from,effective_to\n"
    "*,Mill,web,Mill:Web,time_and_materials,2026-01-01,2026-06-30\n"
    "*,Mill,shop,Mill:Shop,time_and_materials,2026-01-01,\n",
    "items.csv": "source,service_ref,service_item,hour_kind,effective_from,effective_to\n"
    "*,dev,Engineering,worked,2026-01-01,\n",
    "pay_items.csv": "hour_kind,hour_class,pay_item\nworked,regular,Regular\n",
    "accounts.csv": "purpose,account,account_type\ndirect_labor,Job Costs:Labor,COGS\n",
    "dimensions.csv": "dimension,by,ref,value,precedence,effective_from,effective_to\n",
    "rates.csv": "customer_job,service_item,employee_id,bill_rate,currency,effective_from,effective_to\n"
    "*,*,*,100.00,USD,2026-01-01,\n",
    "private/pay_rates.csv": "employee_id,pay_rate,currency,effective_from,effective_to\nE1,40.00,USD,2026-01-01,\n",
    "pay_calendar.csv": "pay_group,kind,period_start,period_end,cut_off,pay_date,workweek_start\n"
    "weekly,weekly,2026-11-09,2026-11-15,2026-11-17 12:00,2026-11-20,monday\n",
}


def loaded(folder: Path, changed: str = "", old: bytes = b"", new: bytes = b"") -> MappingSet:
    """The set with one stretch of one file's bytes replaced; `old` empty puts `new` in the file's place."""
    (folder / "private").mkdir(mode=0o700, exist_ok=True)
    for name, text in FILES.items():
        content = text.encode()
        if name == changed:
            assert old in content, (name, old)
            content = content.replace(old, new, 1) if old else new
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    return load_mappings(folder, "acme")


def refusal(folder: Path, changed: str, old: bytes, new: bytes) -> str:
    """What a person reads; nothing where the set was taken."""
    try:
        loaded(folder, changed, old, new)
    except MappingError as error:
        return str(error)
    return ""
