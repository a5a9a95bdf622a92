"""Landing: each export file as received and the same parsed to Parquet, immutable, one folder a pull."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl import __version__
from etl.store import audit_log, files, keeping, staging
from etl.store.damage import finding
from etl.store.lock import company_lock
from etl.store.records import Record, Statement
from etl.strict_json import NotStrictError, dump, dump_lines, load
from etl.tables import LANDED_ENTRIES, PARQUET, assert_schema
from etl.workspace import Workspace

FORMAT = 1
ROWS_PER_GROUP = 122_880
ENTRIES = "entries.parquet"
PULL = "pull.json"
PAGES = "received/file.pages"   # of a connection: every answer as it came
_ENDINGS = {".csv", ".xlsx", ".parquet", ".json", ".txt"}
_KEYS = {"format", "company", "pull_id", "drop", "file_name", "received", "entries", "request", "product"}


@dataclass(frozen=True)
class Delivery:
    """One file of one drop as it came, after the declared privacy filter.

    `request`: how it was declared, as plain JSON (dialect, zone, window, completeness, population).
    """

    drop: str
    file_name: str
    received: bytes
    request: Mapping[str, Any]

    @cached_property
    def digest(self) -> str:
        """The sha256 of the bytes received."""
        return files.sha256_bytes(self.received)


@dataclass(frozen=True)
class Pull:
    """One file of one drop, or one reading of a connection, landed.

    `number` is its audit-log record; `is_new`: by this call, not an earlier one.
    """

    pull_id: str
    number: int
    drop: str
    file_name: str
    entries_path: Path
    rows: int
    request: Mapping[str, Any]
    received_digest: str
    is_new: bool = False
    product: str = ""   # the version that read it


def land(
    workspace: Workspace, company: str, delivery: Delivery, table: pa.Table, *, person: str, now: datetime,
) -> Pull:
    """The pull of one delivery and its rows (LANDED_ENTRIES, in file order).

    A redelivery, equal in bytes and declaration to the newest pull of that file, writes nothing and returns that one.
    """
    with company_lock(workspace, company, person):
        records = audit_log.read_log(workspace, company)
        known = _newest(workspace, company, delivery.drop, delivery.file_name, records)
        if known is not None and _is_same(known, delivery.digest, delivery.request):
            return known
        pull_id = f"{1 + sum(1 for _ in pull_records(records)):06d}-{delivery.digest[:12]}"
        contents, rows = _contents(company, pull_id, delivery, assert_schema(table, LANDED_ENTRIES, "landed_entries"))
        statement = Statement("pull", {
            "pull_id": pull_id, "pull_digest": files.sha256_bytes(contents[PULL]), "drop": delivery.drop,
            "file_name": delivery.file_name, "rows": rows, "received_digest": delivery.digest,
        }, person, now)
        return _commit(workspace, company, contents, statement, records)


def _commit(
    workspace: Workspace, company: str, contents: Mapping[str, bytes | memoryview | Path], statement: Statement,
    records: Sequence[Record],
) -> Pull:
    """The pull with these files: staged, recorded, then named."""
    pull_id = statement.body["pull_id"]
    staged, target = staged_pull(workspace, company, pull_id), pull_folder(workspace, company, pull_id)
    staging.fill(staged, contents)
    files.make_folder(target.parent)
    files.refuse_taken(target)
    record = audit_log.commit(workspace, company, statement, records)
    files.move(staged, target)
    return replace(pull_of(workspace, company, record, check=False), is_new=True)


@dataclass(frozen=True)
class Prepared:
    """What a connection's pull put together: its pages as received and its entries, both finished files of ours.

    `request` says what was asked and how completeness was proven; `asked` are the keys of it that make two pulls
    comparable. `pages_digest`: their sha256 where it is known from writing them.
    """

    drop: str
    file_name: str
    pages: Path
    entries: Path
    rows: int
    request: Mapping[str, Any]
    asked: tuple[str, ...]
    pages_digest: str | None = None


def land_prepared(workspace: Workspace, company: str, prepared: Prepared, *, person: str, now: datetime) -> Pull:
    """The pull of a connection. The files move into the landing.

    Where the newest pull of the connection asked the same and brought the same entries, nothing is written and that
    one is returned.
    """
    with company_lock(workspace, company, person):
        records = audit_log.read_log(workspace, company)
        entries_digest = files.sha256_file(prepared.entries)
        known = _newest(workspace, company, prepared.drop, None, records)
        if known is not None and _asked(known.request, prepared.asked) == _asked(prepared.request, prepared.asked) and (
                files.sha256_known(known.entries_path) == entries_digest):
            return known
        digest = prepared.pages_digest or files.sha256_file(prepared.pages)
        pull_id = f"{1 + sum(1 for _ in pull_records(records)):06d}-{digest[:12]}"
        said = _said(company, pull_id, prepared.drop, prepared.file_name, prepared.request) | {
            "received": {"path": PAGES, "sha256": digest, "bytes": prepared.pages.stat().st_size},
            "entries": {"path": ENTRIES, "sha256": entries_digest, "bytes": prepared.entries.stat().st_size,
                        "rows": prepared.rows}}
        text = dump_lines(said)
        statement = Statement("pull", {
            "pull_id": pull_id, "pull_digest": files.sha256_bytes(text), "drop": prepared.drop,
            "file_name": prepared.file_name, "rows": prepared.rows, "received_digest": digest,
        }, person, now)
        contents: dict[str, bytes | memoryview | Path] = {PAGES: prepared.pages, ENTRIES: prepared.entries, PULL: text}
        return _commit(workspace, company, contents, statement, records)


def _asked(request: Mapping[str, Any], names: Sequence[str]) -> bytes:
    return dump({name: request.get(name) for name in names})


def already_landed(
    workspace: Workspace, company: str, drop: str, file_name: str, received_digest: str, request: Mapping[str, Any],
) -> Pull | None:
    """The newest pull of this file, where it has these bytes and this declaration: there is nothing to parse."""
    newest = _newest(workspace, company, drop, file_name, audit_log.read_log(workspace, company))
    return newest if newest is not None and _is_same(newest, received_digest, request) else None


def _newest(
    workspace: Workspace, company: str, drop: str, file_name: str | None, records: Sequence[Record],
) -> Pull | None:
    """The newest pull of one file of one drop (None: of any), checked."""
    for record in reversed(kept_pulls(company, records)):
        if record.text("drop") == drop and file_name in (None, record.text("file_name")):
            pending = is_pending(workspace, company, record)
            return None if pending else pull_of(workspace, company, record, check=True)
    return None


def _is_same(pull: Pull, received_digest: str, request: Mapping[str, Any]) -> bool:
    return pull.received_digest == received_digest and dump(dict(pull.request)) == dump(dict(request))


def read_pulls(workspace: Workspace, company: str, *, check: bool = True) -> tuple[Pull, ...]:
    """All pulls in audit-log order. With `check`, each entries.parquet has the digest its record stands for.

    A pull recorded a moment before its run died counts as not there until recovery has finished it.
    Raises DamageError naming the file.
    """
    records = kept_pulls(company, audit_log.read_log(workspace, company))
    return tuple(pull_of(workspace, company, record, check=check) for record in records
                 if not is_pending(workspace, company, record))


def received_bytes(workspace: Workspace, company: str, pull: Pull) -> bytes:
    """The bytes of a pull as they were received. Raises DamageError where they are not those of its record."""
    folder = pull_folder(workspace, company, pull.pull_id)
    path = folder / load(files.read_bytes(folder / PULL))["received"]["path"]
    content = files.read_bytes(path)
    if files.sha256_bytes(content) != pull.received_digest:
        raise finding(workspace, path, "The bytes of a pull were changed after it landed", pull.number).error()
    return content


def pull_records(records: Sequence[Record]) -> Iterator[Record]:
    """The records of pulls, in order."""
    return (record for record in records if record.type == "pull")


def kept_pulls(company: str, records: Sequence[Record]) -> list[Record]:
    """The records of pulls that were not destroyed on purpose."""
    gone = keeping.purged(records)
    return [record for record in pull_records(records)
            if f"data/landing/{company}/pulls/{record.text('pull_id')}" not in gone]


def pull_folder(workspace: Workspace, company: str, pull_id: str) -> Path:
    """Where one pull lies."""
    return workspace.landing(company) / "pulls" / pull_id


def landed_bytes(workspace: Workspace, company: str) -> int:
    """How many bytes of parsed entries have landed, all pulls together."""
    found = (workspace.landing(company) / "pulls").glob(f"*/{ENTRIES}")
    return sum(path.stat().st_size for path in found)


def staged_pull(workspace: Workspace, company: str, pull_id: str) -> Path:
    """Where one pull is made ready."""
    return staging.staging_path(workspace, company, f"pull-{pull_id}")


def is_pending(workspace: Workspace, company: str, record: Record) -> bool:
    """Whether a pull is recorded and still staged."""
    pull_id = record.text("pull_id")
    return (not pull_folder(workspace, company, pull_id).exists()
            and staged_pull(workspace, company, pull_id).exists())


def pull_files(content: bytes) -> dict[str, str]:
    """The sha256 of each file of a pull by its path, pull.json's own aside. Raises NotStrictError."""
    said = load(content)
    if not isinstance(said, dict) or set(said) != _KEYS or said["format"] != FORMAT:
        raise NotStrictError("not the text of a pull")
    return {said[part]["path"]: said[part]["sha256"] for part in ("received", "entries")}


def _contents(
    company: str, pull_id: str, delivery: Delivery, table: pa.Table,
) -> tuple[dict[str, bytes | memoryview], int]:
    """The three files of a pull by their paths, and the count of rows. No clock in them."""
    entries = parquet_bytes(table)
    received = f"received/{own_name(delivery.file_name)}"
    said = dump_lines(_said(company, pull_id, delivery.drop, delivery.file_name, delivery.request) | {
        "received": {"path": received, "sha256": delivery.digest, "bytes": len(delivery.received)},
        "entries": {"path": ENTRIES, "sha256": files.sha256_bytes(entries), "bytes": len(entries),
                    "rows": table.num_rows},
    })
    return {received: delivery.received, ENTRIES: entries, PULL: said}, table.num_rows


def _said(company: str, pull_id: str, drop: str, file_name: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """What pull.json says besides its files."""
    return {"format": FORMAT, "company": company, "pull_id": pull_id, "drop": drop, "file_name": file_name,
            "request": dict(request), "product": __version__}


def parquet_bytes(table: pa.Table) -> memoryview:
    """The table as Parquet, the same bytes for the same rows whatever pieces it came in; pages carry checksums."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        table.combine_chunks().replace_schema_metadata(None), sink, row_group_size=ROWS_PER_GROUP, **PARQUET)
    return memoryview(sink.getvalue())


def own_name(file_name: str) -> str:
    """A name of ours for the file received: its own stays data; the ending is kept where it is a known one."""
    endings = [ending.lower() for ending in PurePath(file_name).suffixes]
    packed = ".gz" if endings[-1:] == [".gz"] else ""
    plain = endings[:-1] if packed else endings
    return f"file{plain[-1] if plain and plain[-1] in _ENDINGS else ''}{packed}"


def pull_of(workspace: Workspace, company: str, record: Record, *, check: bool = False) -> Pull:
    """The pull of one record; pull.json has the digest the record names, the entries (`check`) the one it names."""
    folder = pull_folder(workspace, company, record.text("pull_id"))
    path = folder / PULL
    if files.sha256_known(path) != record.text("pull_digest"):
        raise finding(workspace, path, "The text of a pull was changed after it landed", record.number).error()
    said = load(files.read_bytes(path))
    entries = folder / said["entries"]["path"]
    if check and files.sha256_known(entries) != said["entries"]["sha256"]:
        raise finding(workspace, entries, "The entries of a pull were changed after landing", record.number).error()
    return Pull(record.text("pull_id"), record.number, record.text("drop"), record.text("file_name"), entries,
                record.whole("rows"), said["request"], record.text("received_digest"),
                product=said["product"])
