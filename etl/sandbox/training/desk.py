"""What a learner may look up: what people answered, the books' lists, what was agreed; not in the CSVs' form."""

from __future__ import annotations

from collections.abc import Sequence

from etl.sandbox.dice import Dice
from etl.sandbox.timesheets import Entry
from etl.sandbox.training.kinds import EXPORT, SETTINGS, kinds
from etl.sandbox.training.plan import Mistake
from etl.sandbox.training.world import Table, World, table_bytes, ticket

FINDINGS = "findings.csv"
_SURE = ("That is right as it stands.", "Yes, that was so.", "Nothing to change there.")
_ABOUT = 8   # how many letters are about entries with nothing wrong in them


def desk_files(world: World, mistakes: Sequence[Mistake]) -> dict[str, bytes]:
    """The files of the desk by name."""
    return {
        "letters.md": _letters(world, mistakes).encode(),
        "jobs.csv": _listed(world.tables["projects.csv"], {
            "client_ref": "client in the tracker", "project_ref": "project in the tracker",
            "customer_job": "customer:job in the books", "billing_method": "billed"}),
        "items.csv": _listed(world.tables["items.csv"], {
            "service_ref": "task in the tracker", "service_item": "service item in the books", "hour_kind": "kind"}),
        "agreed_rates.csv": _listed(world.tables["rates.csv"], {
            "customer_job": "customer:job", "bill_rate": "agreed rate", "currency": "currency"}),
        "people.csv": _people(world),
        "decisions.md": _decisions().encode(),
        FINDINGS: b"where,what\n",
    }


def _listed(rows: Table, names: dict[str, str]) -> bytes:
    return table_bytes([{said: row[column] for column, said in names.items()} for row in rows], tuple(names.values()))


def _people(world: World) -> bytes:
    rates = {row["employee_id"]: row for row in world.tables["private/pay_rates.csv"]}
    rows = []
    for row in world.tables["employees.csv"]:
        rate = rates.get(row["employee_id"], {"pay_rate": "", "currency": ""})
        rows.append({
            "address": row["person_ref"], "name": row["employee_name"], "id": row["employee_id"],
            "tracks in": row["source"], "works as": row["worker_type"], "paid": row["pay_group"],
            "overtime": row["flsa_status"], "works in": row["work_location"], "vendor": row["vendor_id"],
            "earns an hour": rate["pay_rate"], "in": rate["currency"]})
    return table_bytes(rows, tuple(rows[0]))


def _letters(world: World, mistakes: Sequence[Mistake]) -> str:
    asked = {int(one.place) for one in mistakes if one.kind.where == EXPORT}
    dice = Dice(world.company.seed, "letters")
    others = dice.in_any_order([entry for entry in world.entries if ticket(entry.note) not in asked])[:_ABOUT]
    told = [(ticket(entry.note), _told(entry)) for entry in world.entries if ticket(entry.note) in asked]
    told += [(ticket(entry.note), f"{_head(entry)}{dice.one_of(_SURE)}") for entry in others]
    lines = "\n\n".join(text for _, text in sorted(told))
    head = "# What people answered\n\nEach was asked about one entry of the week; the ticket ends its note.\n\n"
    return f"{head}{lines}\n"


def _head(entry: Entry) -> str:
    return f"**{entry.person.name}, ticket {ticket(entry.note):04}.** "


def _told(entry: Entry) -> str:
    billed = "to be billed" if entry.is_billable else "not to be billed"
    return (f"{_head(entry)}I worked on this once, on {entry.started:%A, %Y-%m-%d} from {entry.started:%H:%M:%S} to "
            f"{entry.ended:%H:%M:%S}; it is {billed}.")


def _decisions() -> str:
    facts = [kind.fact for kind in kinds() if kind.fact and (kind.where == SETTINGS or kind.change == "mode")]
    return "# What the company decided\n\n" + "\n".join(f"- {fact}" for fact in facts) + "\n"
