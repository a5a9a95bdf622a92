"""The SQL of the history, as text: the opening sequence, the tables, the views; nothing here runs anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from etl.store import history_shared as shared_sql
from etl.store.history_place import Place
from etl.store.history_tables import STORED, layout

VIEWS: tuple[str, ...] = (
    "batches", "time_entries",
    "time_entries_latest",   # reads time_entries
    "pieces", "journal_lines", "line_entries", "payroll", "billing",
    "exceptions_open_history", "roll_forward_by_week",
)
"""What analysts read, in the order they are made; one file each in history_sql/, described in docs/history.md."""

CONFIG: Mapping[str, str] = {
    "autoload_known_extensions": "false", "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false", "allow_persistent_secrets": "false", "python_enable_replacements": "false",
    "memory_limit": "2GiB", "threads": "2",
}
_EXTENSIONS = ("sqlite_scanner", "ducklake")   # the second needs the first
_SHARED_EXTENSIONS = ("postgres_scanner", "ducklake")

PROOF = """select current_setting('lock_configuration'), current_setting('enable_external_access'),
    current_setting('allow_unsigned_extensions'), current_setting('allowed_directories')"""
COLUMNS = """select table_name, column_name, data_type from duckdb_columns()
    where database_name = 'history' and schema_name = 'stored'"""
KNOWN = """select company, batch, period_end, revision, audit_number, manifest_digest from history.stored.batches
    where company in (select unnest($companies))"""   # the others' rows may be millions
COUNT = "select count(*) from history.stored.batches"
HEADS = "select company, max(audit_number) from history.stored.batches group by company"
_FILE_SIZE = "call history.set_option('target_file_size', '128MB')"   # full files are never rewritten (ADR 96)
_MERGE = "call ducklake_merge_adjacent_files('history')"
_MERGE_ONE = "call ducklake_merge_adjacent_files('history', '{name}', schema => 'stored')"
MERGE_BATCHES = _MERGE_ONE.format(name="batches")
CLEAN = (   # replaced files stay an hour, for queries that may still read them
    "call ducklake_expire_snapshots('history', older_than => now())",
    "call ducklake_cleanup_old_files('history', older_than => now() - interval 1 hour)",
    "call ducklake_delete_orphaned_files('history', older_than => now() - interval 1 hour)",
)

OWN = "create or replace temp table own_companies as select unnest($companies)::varchar as company"
ONLY_OWN = "(from history.stored.{name} where company in (select company from own_companies))"
DELETE_OWN = "delete from history.stored.{name} where company in (select company from own_companies)"
REWRITE = "call ducklake_rewrite_data_files('history', '{name}', schema => 'stored', delete_threshold => 0)"

_INSERT = "insert into history.stored.{name} by name select * from {relation}"
_SELECT = "select {columns} from history.stored.{name}"
_UP_TO = """ where exists (select 1 from known_up_to as known
    where known.company = {name}.company and {name}.audit_number <= known.number)"""
_DIGESTS = """select company, batch, sha256(string_agg(row_digest, '' order by row_digest))
    from (select company, batch, sha256({row}) as row_digest from {relation}) as rows group by company, batch"""
_ATTACH = """attach {catalog} as history (DATA_PATH {data}, OVERRIDE_DATA_PATH true, DATA_INLINING_ROW_LIMIT 0,
    META_JOURNAL_MODE 'WAL', META_BUSY_TIMEOUT 20000{mode})"""   # WAL: a long query never blocks the committer


def before_the_lake(home: Path, spill: Path) -> list[str]:
    """The settings of a new connection; home and spill are two folders, because spill becomes readable."""
    return [f"set {setting}" for setting in (
        f"home_directory = {quoted(home)}", f"secret_directory = {quoted(home)}", f"temp_directory = {quoted(spill)}",
        "max_temp_directory_size = '4GB'", "enable_external_file_cache = false", "enable_progress_bar = false",
        "TimeZone = 'UTC'")]


def attach_the_lake(place: Place, *, writing: bool) -> str:
    """The lake of exactly this workspace: its catalog remembers the folder it was made in, which is overridden."""
    if place.shared:
        return shared_sql.attach_catalog(place.shared, writing=writing)
    return _ATTACH.format(
        catalog=quoted(f"ducklake:sqlite:{place.catalog.as_posix()}"), data=quoted(_slash(place.data)),
        mode="" if writing else ", READ_ONLY")


def after_the_lake(place: Place) -> list[str]:
    """No other file from here on; the lock last."""
    return [f"set allowed_directories = [{quoted(place.data_path)}]", "set enable_external_access = false",
            "set lock_configuration = true"]


def allowed(place: Place, spill: Path) -> set[str]:
    """What the connection must say it may read, once locked."""
    return {place.data_path, _slash(spill)}


def extensions(place: Place) -> tuple[str, ...]:
    """The extensions of DuckDB that open this place, in the order they are loaded."""
    if place.shared is None:
        return _EXTENSIONS
    return ("httpfs", *_SHARED_EXTENSIONS) if place.shared.declared.is_bucket else _SHARED_EXTENSIONS


def load(extension: str, version: str) -> str:
    """One extension from its wheel, by path; DuckDB checks its signature."""
    package = find_spec(f"duckdb_extension_{extension}")
    folders = package.submodule_search_locations if package else None
    path = Path(next(iter(folders or ()), "")) / "extensions" / f"v{version}" / f"{extension}.duckdb_extension"
    return f"load {quoted(path)}"


def create_tables() -> list[str]:
    """The lake's tables, empty; sorted, so that one company-week lies together also after files were merged."""
    columns = {name: ", ".join(f'"{column}" {kind}' for column, kind in kinds.items())
               for name, kinds in layout().items()}
    return ["create schema if not exists history.stored", _FILE_SIZE,
            *(f"create table history.stored.{name} ({text})" for name, text in columns.items()),
            *(f"alter table history.stored.{name} set sorted by (period_end, company)" for name in columns)]


def merges(place: Place, scattered: Collection[str]) -> list[list[str]]:
    """What compacting runs, in turns: of a shared history first the rows that a rebuild replaced go for good.

    `scattered`: the tables of a shared history that have something to merge.
    """
    if place.shared is None:
        return [[_MERGE]]
    return [[REWRITE.format(name=name), _MERGE_ONE.format(name=name)] for name in STORED if name in scattered]


def insert(name: str, relation: str) -> str:
    """All rows of a relation of ours into a stored table."""
    return _INSERT.format(name=name, relation=relation)


KNOWN_UP_TO = "create table known_up_to (company varchar, number bigint)"
ADD_KNOWN = "insert into known_up_to values ($company, $number)"


def open_views(*, as_known: bool = False) -> list[str]:
    """The stored tables and the views, by their plain names, in the connection's own memory.

    `as_known`: only what each company's audit log held up to its number in the table KNOWN_UP_TO.
    """
    stored = (f"create view stored.{name} as {_select(name)}{_UP_TO.format(name=name) if as_known else ''}"
              for name in STORED)
    return ["create schema stored", *stored, *_views()]


def copy_tables() -> list[str]:
    """The stored tables and the views, made in the database in use."""
    tables = (f"create table stored.{name} as {_select(name)} order by company, audit_number" for name in STORED)
    return ["create schema stored", *tables, *_views()]


def digests(name: str, relation: str) -> str:
    """Per company and batch one digest over all rows of a table, whatever their order.

    A row counts as one text, of which no other row has the like: each value with its length in front.
    """
    row = " || ".join(f"""coalesce(strlen("{column}"::varchar) || ':' || "{column}"::varchar, '-')"""
                      for column in STORED[name].names)
    return _DIGESTS.format(row=row, relation=relation)


def quoted(text: str | Path) -> str:
    """A text as an SQL literal."""
    plain = text.as_posix() if isinstance(text, Path) else text
    return "'" + plain.replace("'", "''") + "'"


def _select(name: str) -> str:
    return _SELECT.format(name=name, columns=", ".join(f'"{column}"' for column in STORED[name].names))


def _views() -> list[str]:
    folder = files("etl.store") / "history_sql"
    texts = {name: (folder / f"{name}.sql").read_text(encoding="utf-8") for name in (*VIEWS, "decimal_hours")}
    return [texts.pop("decimal_hours"), *(f"create view {name} as {text}" for name, text in texts.items())]


def _slash(folder: Path) -> str:
    return f"{folder.as_posix()}/"
