"""The integration plan and hand-over: settings, cross-references, recorded decisions on one page; open ones first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from etl.mapping.declared_decisions import DECISION_FILES
from etl.mapping.load import MappingSet, load_file, load_mappings
from etl.pages.plan import OPEN, Decision, Section, decisions, render_plan
from etl.settings import Settings, read_settings
from etl.steps.mapping_sheet import waiting_rows
from etl.steps.next_step import approve, bring_report, map_names, option, run_week
from etl.steps.outcome import Outcome
from etl.steps.plan_open import open_formats, open_law, open_taxes
from etl.steps.run import person_of, place_of
from etl.steps.trusted import permit, trust_of
from etl.store import audit_log, files
from etl.tables import LANDED_COLUMNS
from etl.terms import POLICY_WORDS
from etl.workspace import Workspace, is_sandbox

_FIELDS = {   # what a week needs of an entry, in the tracker's and the accountant's words
    "person_ref": "who", "person_name": "who, by name", "date_text": "day", "start_text": "start", "end_text": "end",
    "duration_text": "hours", "break_text": "break", "client_ref": "client", "project_ref": "project",
    "task_ref": "task", "service_ref": "service", "billable_text": "billable", "note": "note", "tags": "tags",
    "entry_ref": "the tracker's id", "updated_text": "changed at", "billed_text": "billed already",
    "currency_text": "currency", "extra": "kept, not used"}


def write_plan(workspace: str | Path | None, company: str, *, person: str | None = None) -> Outcome:
    """Write reports/<company>/plan.html and tell what is open. The same settings and decisions give the same page.

    Raises SettingsError, MappingError; nothing but the page is written.
    """
    place = place_of(workspace)
    permit(place, company, "write_plan", person or person_of(company))
    folder = place.mappings(company)
    settings, mappings = read_settings(folder / "company.toml", company), load_mappings(folder, company)
    recorded = load_file(folder, DECISION_FILES[0], company).to_pylist()
    sections, unsettled = sections_of(place, company, settings, mappings, recorded)
    digest = files.sha256_bytes((folder / "company.toml").read_bytes())
    content = render_plan(
        settings.company.name, sections,
        subtitle=f"company.toml {digest[:12]}, {len(mappings.contents)} cross-references",
        banner="SANDBOX: a practice company, its figures are made up" if is_sandbox(company) else "")
    path = place.root / "reports" / company / "plan.html"
    files.make_folder(path.parent)
    files.rewrite(path, content)
    return Outcome(
        title=f"{settings.company.name}: integration plan, {len(unsettled)} point(s) open",
        facts=(("page", path.relative_to(place.root).as_posix()), ("decisions", _counted(settings, recorded))),
        headings=("open", "what", "whose"), rows=tuple(unsettled),
        next_step=f"settle what is open; record decisions in mappings/{company}/decisions.csv"
        if unsettled else "print the page and have it signed")


def sections_of(
    place: Workspace, company: str, settings: Settings, mappings: MappingSet, recorded: Sequence[dict[str, Any]],
) -> tuple[list[Section], list[tuple[str, str, str]]]:
    """The sections of the page, and what is open: what, why, whose."""
    records = audit_log.read_log(place, company)
    decided = _decided(settings, recorded)
    unsettled = [(question, why, owner) for question, _, owner, why, _ in decided if why.startswith(OPEN)]
    unsettled += [*open_law(settings, mappings, records), *open_taxes(mappings), *open_formats(settings)]
    if count := waiting_rows(place, company, settings, mappings):
        unsettled.append(("Names without a row", f"{count}; {map_names(company)}", "bookkeeper"))
    return [
        Section("What is open", "Each of these is settled before figures rest on it.", ("What", "Why", "Whose"),
                unsettled, "Nothing is open."),
        _sources(settings),
        Section("Fields", "What is taken of each entry. Nothing else of the tracker is read.",
                ("Field", "Meaning", "Comes from"), _fields(settings)),
        Section("What is written", _mode(settings), ("Document", "Way back"),
                [(name, "in corrections/ of each batch") for name in settings.targets.documents]),
        Section("Decisions", "Every choice of the company, as company.toml says it; who decided, and why.",
                ("Question", "Answer", "Owner", "Standing", "Recorded"), decided),
        Section("Rounding", "The most specific rule in force on the day worked counts; each purpose is rounded once.",
                ("Rule",), [(rule.words(number),) for number, rule in enumerate(settings.rounding, 1)],
                "No rule: all time is exact."),
        _calendars(settings, mappings),
        Section("Cross-references", "Edited as CSVs or as a workbook (timebooks mapping edit), checked at every run.",
                ("File", "Rows", "sha256"), _files(mappings)),
        _people(place, company, settings),
        _handover(company),
    ], unsettled


def _counted(settings: Settings, recorded: Sequence[dict[str, Any]]) -> str:
    rows = _decided(settings, recorded)
    return f"{len(rows)}, {sum(row[4] != '' for row in rows)} recorded with a reason"


def _decided(settings: Settings, recorded: Sequence[dict[str, Any]]) -> list[tuple[str, str, str, str, str]]:
    """Question, answer, owner, standing, record of every choice that applies to this company."""
    newest = {row["setting"]: row for row in sorted(recorded, key=lambda row: row["decided_on"])}
    rows = []
    for choice in decisions():
        value, is_declared = _value(settings, choice)
        if value is None:
            continue
        record = newest.get(choice.setting)
        said = f"{record['reason']} ({record['decided_by']}, {record['decided_on']})" if record else ""
        if record and record["value"] != value:
            standing = f"{OPEN}decided was {record['value']}, company.toml says otherwise"
        elif record:
            standing = "decided"
        else:
            standing = f"{OPEN}declared, no decision recorded" if is_declared else "default"
        rows.append((choice.question, value, choice.owner, standing, said))
    return rows


def _value(settings: Settings, choice: Decision) -> tuple[str | None, bool]:
    """The answer in words and whether company.toml gives it; None where the part it belongs to is not used."""
    at: Any = settings
    is_declared = True
    for name in choice.setting.split("."):
        if at is None:
            return None, False
        is_declared = is_declared and name in at.model_fields_set
        at = getattr(at, name)
    if choice.setting.startswith("targets.quickbooks_online.") and not is_declared and not any(
            name.startswith("quickbooks_online.") for name in settings.targets.documents):
        return None, False
    if at is None:
        return ("not set", False) if choice.setting in ("pay.salaried_cost", "books.locked_through") else (None, False)
    if isinstance(at, bool):
        return ("yes" if at else "no"), is_declared
    return (", ".join(at) or "none" if isinstance(at, tuple) else str(at)), is_declared


def _sources(settings: Settings) -> Section:
    rows: list[tuple[str, ...]] = [
        (drop.name, f"files {drop.files} in the inbox", drop.dialect, drop.zone, drop.completeness)
        for drop in settings.drops]
    rows += [(one.name, f"API of {one.source}", one.account or "-", one.zone, "asked until proven complete")
             for one in settings.connections]
    return Section("Where time comes from", f"From {settings.company.go_live} on; earlier time is out of scope.",
                   ("Source", "Way", "Form", "Clock", "Completeness"), rows)


def _fields(settings: Settings) -> list[tuple[str, str, str]]:
    """Each field an entry may have, with the columns that feed it where they are declared."""
    fed: dict[str, list[str]] = {name: [] for name in LANDED_COLUMNS}
    for drop in settings.drops:
        for column, feeds in {**drop.columns, **drop.further_columns}.items():
            for name in feeds.split():
                fed.setdefault(name, []).append(f"{drop.name}: {column}")
    ready = [drop.name for drop in settings.drops if drop.dialect != "declared"] + [
        one.name for one in settings.connections]
    return [(name, meaning, ", ".join([*fed[name], *([f"{', '.join(ready)}: as the source has it"] if ready else [])])
             or "-") for name, meaning in _FIELDS.items()]


def _mode(settings: Settings) -> str:
    """Entries, payroll hours or both: by the documents that are written."""
    names = settings.targets.documents
    entries = any(name.endswith(".time") for name in names)
    payroll = any(name.startswith("payroll.") for name in names)
    what = {(True, True): "time entries and payroll hours", (True, False): "time entries",
            (False, True): "payroll hours"}.get((entries, payroll), "no time entries and no payroll hours")
    return (f"The books get {what}. Files only: nothing is posted by itself, an accountant uploads what another person "
            "has approved. Runs are started by hand or by a scheduler of the company's own.")


def _calendars(settings: Settings, mappings: MappingSet) -> Section:
    rows = []
    for group in dict.fromkeys(pay.pay_group for pay in mappings.pay_periods):
        own = [pay for pay in mappings.pay_periods if pay.pay_group == group]
        people = {row["employee_id"] for row in mappings.rows("map_employees") if row["pay_group"] == group}
        rows.append((group, own[0].kind, len(people), f"{own[0].period.start} to {own[-1].period.end}",
                     f"{own[0].cut_off:%Y-%m-%d %H:%M} for {own[0].period.end}", f"{own[0].pay_date}"))
    return Section("Pay calendars", f"Billing: {settings.billing.period}. A calendar that ends stops the run.",
                   ("Pay group", "Kind", "People", "Entered", "First cut-off", "First pay date"), rows)


def _files(mappings: MappingSet) -> list[tuple[str, int, str]]:
    return [(name, max(0, len(content.splitlines()) - 1), files.sha256_bytes(content)[:12])
            for name, content in sorted(mappings.contents.items())]


def _people(place: Workspace, company: str, settings: Settings) -> Section:
    """Who may do what: by the people list, else by the policy alone."""
    trust = trust_of(place, company, settings.company.policy, audit_log.read_log(place, company))
    rows: list[tuple[str, str]] = []
    if trust is not None:
        now = trust.people.now()
        rows = [(name, ", ".join(sorted(now.grants(name, company))) or "no role here")
                for name in sorted(now.names)]
    return Section("Who does what", f"Policy: {POLICY_WORDS[settings.company.policy]}.", ("Person", "Roles"), rows,
                   f"{OPEN}there is no people list; names are taken as typed (docs/trust.md).")


def _handover(company: str) -> Section:
    return Section("Hand-over", "What somebody new needs to run a week, and where to look when it stops.",
                   ("When", "What", "Page"), (
        ("Every week", f"exports into data/inbox/{company}/, then {run_week(company, 'DATE')}, or notebooks/week.ipynb",
         "README.md"),
        ("A name is not mapped", map_names(company), "docs/mapping-in-excel.md"),
        ("A draft waits", approve(company, "DATE"), "docs/trust.md"),
        ("After the upload", bring_report(company), "docs/reconciliation.md"),
        ("Something exported was wrong", "correct it at its source; the next batch corrects the books",
         "docs/corrections.md"),
        ("An upload must come out again", f"timebooks step rollback {option(company, 'DATE')} --reason WHY",
         "docs/corrections.md"),
        ("A run stops", "every message says what, where and the fix; timebooks status names the next step",
         "README.md"),
        ("An auditor asks", "timebooks verify --full; timebooks explain LINE", "README.md"),
        ("Lists have grown apart", f"timebooks audit --company {company}", "docs/audit.md")))
