"""Test import: the files of a draft or batch read back as their targets would, and posted to a ledger for trial."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from etl.errors import RefusedError
from etl.lint.checks import Known, document_keys, faults_of
from etl.lint.lines import Fault, ReadFile
from etl.lint.reading import read_file
from etl.lint.trial import Balance, trial
from etl.steps.outcome import Outcome
from etl.steps.report_file import write_report
from etl.steps.run import Run
from etl.steps.trial_figures import differences
from etl.store import batches, files
from etl.store.batches import Sealed
from etl.units import clock_hours, money

_HEADINGS = ("books", "account", "job", "before", "debits", "credits", "after", "taken back", "currency")


def trial_import(run: Run, report: Path | None = None) -> Outcome:
    """Read back what the newest draft would upload, or the exported batch; nothing is recorded or changed.

    Names, lengths, signs, dates, limits, keys of earlier batches, balance and the batch's own figures are checked; what
    the files post stands before, after, and with the way back applied, by account and job. Exit code 1 with findings.
    """
    with run.locked("trying the import of"):
        records = run.records()
        sealed = batches.find_sealed(run.workspace, run.company, run.period_end, records)
        if sealed is None:
            raise RefusedError(
                "NO_DRAFT", what=f"There is no draft of {run.company} for {run.period_end}",
                where=run.shown(run.workspace.drafts(run.company, run.period_end)),
                fix="Draft the batch first (50_draft).")
        own, back = _read(run, sealed, "import"), _read(run, sealed, "correction")
        earlier = [one for batch in _earlier(run, sealed) for one in _read(run, batch, "import")]
    faults = [*faults_of(own, _known(run, earlier)), *(fault for one in back for fault in one.faults),
              *_lists(sealed), *differences(run, sealed, own)]
    rows: list[tuple[str, Balance]] = []
    for books in dict.fromkeys(_books(one) for one in own):
        before, batch, after = ([one for one in part if _books(one) == books] for part in (earlier, own, back))
        balances, more = trial(before, batch, after, run.settings.company.home_currency)
        rows += [(books, balance) for balance in balances]
        faults += more
    if report is not None:
        write_report(report, ("code", "what", "where"), [(fault.code, fault.what, fault.where) for fault in faults])
        write_report(report.with_name(f"{report.stem}_balances.csv"), _HEADINGS,
                     [_cells(books, balance) for books, balance in rows])
    return _outcome(sealed, own, faults, rows)


def _outcome(sealed: Sealed, own: Sequence[ReadFile], faults: Sequence[Fault],
             rows: Sequence[tuple[str, Balance]]) -> Outcome:
    what = "draft" if isinstance(sealed, batches.Draft) else "batch"
    lines = sum(len(one.lines) for one in own)
    facts = (("files read back", f"{len(own)}, {lines:,} lines"), ("findings", str(len(faults))),
             ("way back", "ends where the batch began" if not any(f.code == "TE239" for f in faults) else "does not"))
    shown = [_cells(*row) for row in _by_account(rows) if not row[1].account.startswith("Time worked")]
    name = f"{what} {sealed.batch:04d} revision {sealed.revision}"
    if faults:
        return Outcome(f"the import of {name} was tried: {len(faults)} findings", facts, ("code", "what", "where"),
                       tuple((fault.code, fault.what, fault.where) for fault in faults),
                       "mend each finding and draft again; nothing has been uploaded", 1)
    return Outcome(f"the import of {name} was tried: every file is as its target takes it", facts,
                   (*_HEADINGS[:2], *_HEADINGS[3:]), tuple((*row[:2], *row[3:]) for row in shown),
                   "approve it, if the balances are what you expect" if what == "draft" else "upload the files")


def _by_account(rows: Iterable[tuple[str, Balance]]) -> list[tuple[str, Balance]]:
    """The balances of all jobs of an account together."""
    sums: dict[tuple[str, str, str], list[Decimal]] = {}
    for books, row in rows:
        total = sums.setdefault((books, row.account, row.currency), [Decimal(0)] * 4)
        for at, value in enumerate((row.before, row.debits, row.credits, row.taken_back)):
            total[at] += value
    return [(books, Balance(account, "", currency, *values)) for (books, account, currency), values in sums.items()]


def _cells(books: str, row: Balance) -> tuple[str, ...]:
    """One balance as it is shown, time in hours."""
    figures = (row.before, row.debits, row.credits, row.after, row.taken_back)
    shown = ([clock_hours(int(value)) for value in figures] if row.currency == "SECONDS"
             else [money(value, row.currency).rpartition(" ")[0] for value in figures])
    return (books, row.account, row.job, *shown, "h" if row.currency == "SECONDS" else row.currency)


def _read(run: Run, sealed: Sealed, role: str) -> list[ReadFile]:
    """Each file of a role, once its digest is the manifest's."""
    dates = run.settings.targets.xero.date_format or ""
    return [read_file(file["path"], file["document"], sealed.file(file["path"]).read_bytes(), dates)
            for file in sealed.manifest["files"]
            if file["role"] == role and not file["document"].endswith(".worksheet")]   # read by people


def _earlier(run: Run, sealed: Sealed) -> list[batches.Batch]:
    """The batches that lie in the books already: exported before this one and not rolled back."""
    records = run.records()
    return [batch for batch in batches.exported(run.workspace, run.company, records)
            if batch.batch < sealed.batch and batches.rolled_back(records, batch.period_end) is None
            and batch.folder.is_dir()]


def _known(run: Run, earlier: Sequence[ReadFile]) -> Known:
    names: dict[tuple[str, str], dict[str, str]] = {}
    for row in run.mappings.rows("map_target_lists"):
        names.setdefault((row["target"], row["list"]), {})[row["name"]] = row["code"] or ""
    keys: dict[str, set[tuple[str, ...]]] = {}
    for one in earlier:
        keys.setdefault(one.document, set()).update(document_keys(one))
    settings = run.settings
    return Known(names, run.owned.start, run.owned.end, settings.books.locked_through, settings.company.go_live,
                 settings.company.home_currency, keys)


def _lists(sealed: Sealed) -> list[Fault]:
    """Each .ready.json against the files it lists: an upload is whole or it is not begun."""
    faults = []
    for file in sealed.manifest["files"]:
        if not file["path"].endswith(".ready.json"):
            continue
        path = sealed.file(file["path"])
        for listed in json.loads(path.read_bytes())["files"]:
            there = path.with_name(listed["file"])
            if not there.is_file() or files.sha256_bytes(there.read_bytes()) != listed["sha256"]:
                faults.append(Fault("TE241", f"{listed['file']} is not the file that the list names", file["path"]))
    return faults


def _books(one: ReadFile) -> str:
    return one.document.partition(".")[0].removesuffix("_api")
