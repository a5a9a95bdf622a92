"""Everything of a company in open forms, in one folder: written, read back, and counted against what was received."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl import __version__
from etl.disk import told
from etl.errors import RefusedError, StoreError
from etl.settings import read_settings
from etl.steps.history import published
from etl.steps.outcome import Outcome
from etl.steps.run import place_of
from etl.store import backup, files, landing
from etl.store.history_tables import STORED, in_portions
from etl.store.landing import Pull
from etl.store.open_files import Counts, OpenTable
from etl.store.verify import verify_store
from etl.tables import LANDED_ENTRIES
from etl.workspace import Workspace

_LANDED = "landed_entries"
_LANDED_SCHEMA = pa.schema([pa.field("pull_id", pa.string()), *LANDED_ENTRIES])
_PULL_HEAD = ("pull_id", "source", "what", "completeness", "told_by_the_source", "left_out", "landed", "written",
              "proof")
_README = """# Everything of {name} ({company})

Written by Timebooks {product}. Nothing here needs Timebooks to be read.

- `tables/`: each table as CSV (UTF-8, comma, header first) and as Parquet, the same rows in both. `schema.csv` says
  every column and its type. An empty cell is "no value"; `""` is an empty text. Durations are whole seconds; money is
  an exact decimal with its currency in the column beside it; dates are ISO; instants are UTC.
  `landed_entries` is every row as the tracker gave it, by pull; the other tables are what was exported, by batch:
  `entries` with their states, `pieces` of hours with the rule that made them, `payroll_lines`, `postings`,
  `billable_lines`, `allocations` (which entry is behind which line), and so on.
- `pulls.csv`: each pull with what its source said it has, what was left out and why it counts as complete.
- `counts.csv`: rows, seconds and amounts of each table as written, and as read back from both files; they are equal.
  Amounts are added over all currencies: a total that means nothing and misses nothing.
- `record/`: the record itself, at its own paths: the files received, cross-references and settings, published batches
  with their import files and workbooks, evidence, and the audit log as JSON.
- `SHA256SUMS`: check it with `sha256sum -c SHA256SUMS`.

Not in here: tokens and keys (they are yours, and no data), the history (it holds the same tables), logs of operation.
A text of a tracker may begin with = or +: read the CSV as text, or take the Parquet files. Pay rates are among the
files: keep this folder as closed as payroll.
"""


def take_out(company: str, to: Path, workspace: str | Path | None = None) -> Outcome:
    """Write the folder. Exit code 1 where a count differs, or a source's newest pull was not complete.

    Raises StoreError TAKE_OUT_PLACE where the folder is there, RefusedError DAMAGE_FIRST, NOTHING_TO_PACK.
    """
    place, target = place_of(workspace), to.resolve()
    settings = read_settings(place.mappings(company) / "company.toml", company)
    if target.exists() or not target.parent.is_dir() or target.is_relative_to(place.root / "data"):
        raise StoreError("TAKE_OUT_PLACE", what="The folder is there already, or its parent is not", where=str(to),
                         fix="Give the name of a new folder outside of data/.")
    if damage := [finding for finding in verify_store(place, company) if not finding.waits]:
        raise RefusedError("DAMAGE_FIRST", what=f"Nothing is taken out while damage is found: {damage[0].what}",
                           where=damage[0].where, fix="Restore what is damaged (timebooks verify), then try again.")
    pulls = landing.read_pulls(place, company)
    if not pulls:
        raise RefusedError("NOTHING_TO_PACK", what=f"{company} has received nothing yet", where="data/landing",
                           fix="Pull first, or copy the folder of its cross-references.")
    staged = target.with_name(f".{target.name}.unfinished")
    files.remove_tree(staged)
    try:
        tables = [*_write_landed(pulls, staged), *_write_batches(place, company, staged)]
        counted = [(table, *table.read_back()) for table in tables]
        written = _rows_by_pull(staged)
        told_of = [_pull_row(pull, written.get(pull.pull_id, 0)) for pull in pulls]
        _write_lists(staged, tables, counted, told_of)
        _copy_record(place, company, staged)
        text = _README.format(name=settings.company.name, company=company, product=__version__)
        files.write_new(staged / "README.md", text.encode())
        _write_digests(staged)
        files.move(staged, target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return _told(settings.company.name, target, pulls, told_of, counted)


def _told(
    name: str, target: Path, pulls: Sequence[Pull], told_of: Sequence[Sequence[Any]],
    counted: Sequence[tuple[OpenTable, Counts, Counts]],
) -> Outcome:
    lost = [table.name for table, *back in counted if any(one != table.counts for one in back)]
    lost += [row[0] for row in told_of if row[6] != row[7]]
    newest = {pull.drop: row for pull, row in zip(pulls, told_of, strict=True)}
    unproven = [drop for drop, row in newest.items() if row[3] == "incomplete"]
    what = f"{len(lost)} count(s) differ" if lost else "all counts agree"
    return Outcome(
        title=f"{name}: {len(pulls)} pull(s), {len(counted)} tables; {what}",
        facts=(("folder", str(target)), ("entries received", f"{sum(row[6] for row in told_of):,}"),
               ("differ", ", ".join(lost) or "none"), ("not proven complete", ", ".join(unproven) or "none")),
        headings=("table", "rows", "CSV read back", "Parquet read back", "sums"),
        rows=tuple((table.name, f"{table.counts.rows:,}", f"{csv_back.rows:,}", f"{parquet_back.rows:,}",
                    "equal" if csv_back == table.counts == parquet_back else "differ")
                   for table, csv_back, parquet_back in counted),
        next_step="pull the sources named once more: timebooks step pull" if unproven and not lost else "",
        exit_code=1 if lost or unproven else 0)


def _write_landed(pulls: Sequence[Pull], staged: Path) -> Iterator[OpenTable]:
    """Every row as it was received, pull by pull."""
    out = OpenTable(staged / "tables", _LANDED, _LANDED_SCHEMA)
    with out.writing():
        for pull in pulls:
            with pq.ParquetFile(pull.entries_path) as file:
                for batch in file.iter_batches():
                    ids = pa.array([pull.pull_id] * batch.num_rows, pa.string())
                    table = pa.Table.from_batches([batch])
                    out.write(table.add_column(0, "pull_id", ids))
    yield out


def _write_batches(place: Workspace, company: str, staged: Path) -> Iterator[OpenTable]:
    """Every table of the exported batches, from bytes whose digest was checked a moment before."""
    found: dict[str, OpenTable] = {}
    with ExitStack() as stack:
        for name, table in in_portions(published(place, company)):
            if name not in found:
                found[name] = stack.enter_context(OpenTable(staged / "tables", name, STORED[name]).writing())
            found[name].write(table)
    yield from (found[name] for name in sorted(found))


def _rows_by_pull(staged: Path) -> dict[str, int]:
    """How many rows of each pull stand in the file that was written."""
    counts = pq.read_table(staged / "tables" / f"{_LANDED}.parquet", columns=["pull_id"])["pull_id"].value_counts()
    return {one["values"]: one["counts"] for one in counts.to_pylist()}


def _pull_row(pull: Pull, written: int) -> tuple[Any, ...]:
    """A pull as its source told it: what it has, what was left out and is counted, how completeness was proven."""
    evidence = pull.request.get("evidence") or {}
    counts = {name: int(count) for name, count in (evidence.get("counts") or {}).items()}
    proof = "; ".join(str(one["proof"]) for one in evidence.get("lists") or ()) or "the file as received"
    told_by = counts.get("delivered", pull.rows)
    apart = "; ".join(f"{count} {name}" for name, count in counts.items()
                      if name not in ("delivered", "entries") and count)
    state = str(pull.request.get("completeness") or "as declared")
    return (pull.pull_id, pull.drop, pull.file_name, state, told_by, apart, pull.rows, written, proof)


def _write_lists(
    staged: Path, tables: Sequence[OpenTable], counted: Sequence[tuple[OpenTable, Counts, Counts]],
    told_of: Sequence[Sequence[Any]],
) -> None:
    files.write_new(staged / "pulls.csv", _as_csv(_PULL_HEAD, told_of))
    files.write_new(staged / "schema.csv", _as_csv(("table", "column", "type"), [
        (table.name, one.name, str(one.type)) for table in tables for one in table.schema]))
    files.write_new(staged / "counts.csv", _as_csv(("table", "figure", "written", "csv", "parquet"), [
        row for table, csv_back, parquet_back in counted for row in (
            (table.name, "rows", table.counts.rows, csv_back.rows, parquet_back.rows),
            *((table.name, name, total, csv_back.said.get(name, ""), parquet_back.said.get(name, ""))
              for name, total in table.counts.said.items()))]))


def _as_csv(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([head, *rows])
    return out.getvalue().encode()


def _copy_record(place: Workspace, company: str, staged: Path) -> None:
    """The record as it lies there, at its own paths; no secrets."""
    for path in backup.record_files(place, company):
        copy = staged / "record" / path.relative_to(place.root)
        files.make_folder(copy.parent)
        with told("write", copy, path.stat().st_size):
            shutil.copyfile(path, copy)
        copy.chmod(0o600)


def _write_digests(staged: Path) -> None:
    lines = [f"{files.sha256_file(path)}  {path.relative_to(staged).as_posix()}\n"
             for path in sorted(staged.rglob("*")) if path.is_file()]
    files.write_new(staged / "SHA256SUMS", "".join(lines).encode())
