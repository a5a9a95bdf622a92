"""A history that other machines share: its place and secrets, and the statements that open a catalog of PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from etl.errors import BusyError, SettingsError
from etl.settings import SharedHistory, read_shared_history
from etl.strict_json import dump_lines
from etl.workspace import Workspace

FindSecret = Callable[[Path, str, str], str]
"""A secret of this workspace: its root, the secret's name, what it is; empty where it may be missing and is."""

HISTORY = "history"   # the lease of whoever writes the history; a company's own is company/<id>
Catalog = tuple[str, str]   # its address and its schema


@dataclass(frozen=True)
class Held:
    """A lease of this process: its fencing number, and how to ask the catalog whether it still is ours."""

    fence: int
    is_ours: Callable[[], bool]


@dataclass(frozen=True)
class Shared:
    """What was declared, with its secrets, which no message, file or log of ours names."""

    declared: SharedHistory
    password: str = field(repr=False)
    key_id: str = field(default="", repr=False)
    key: str = field(default="", repr=False)

    @property
    def leases(self) -> str:
        """The schema of the leases; it stays when the lake's own is made anew."""
        return f"{self.declared.schema_name}_leases"

    @property
    def held(self) -> dict[str, Held]:
        """The leases this process holds in this catalog, by name."""
        return _HELD.setdefault((self.declared.catalog, self.declared.schema_name), {})

    @property
    def fences(self) -> dict[str, int]:
        """Their fencing numbers."""
        return {name: lease.fence for name, lease in list(self.held.items())}


_HIDDEN: set[str] = set()
_FINDERS: list[FindSecret] = []
_HELD: dict[Catalog, dict[str, Held]] = {}   # what this process holds, by name


def find_secrets_by(find: FindSecret) -> None:
    """From now on secrets are found by this function: secrets are another room's matter."""
    _FINDERS[:] = [find]


def shared_of(workspace: Workspace) -> Shared | None:
    """The shared history this workspace declares; None where it keeps its own. Raises SettingsError."""
    declared = read_shared_history(workspace.shared_history)
    if declared is None:
        return None
    password = _secret(workspace, "history_catalog", "password of the database", is_needed=not declared.is_loopback)
    key_id, key = "", ""
    if declared.is_bucket:
        pair = _secret(workspace, "history_files", "key id and key of the bucket, a colon between them")
        key_id, _, key = pair.partition(":")
        if not key_id or not key:
            raise SettingsError("SECRET_UNREADABLE", what="The secret history_files is not a key id, a colon and a key",
                                where="history_files", fix="Write both on one line, as KEY_ID:KEY.")
    _HIDDEN.update(text for text in (password, key_id, key) if len(text) > 3)
    return Shared(declared, password, key_id, key)


def company_lease(company: str) -> str:
    """The name of the lease of whoever works on a company."""
    return f"company/{company}"


def refuse_lost(company: str) -> None:
    """Nothing, where no other machine took over a company this process works on. Raises BusyError HISTORY_LEASE."""
    for leases in list(_HELD.values()):
        lease = leases.get(company_lease(company))
        if lease is not None and not lease.is_ours():
            raise BusyError(
                "HISTORY_LEASE", what=f"Another machine took over {company} while this run was not answering",
                where=f"data/audit_log/{company}",
                fix="See with timebooks status what the other run did, then run again.")


def masked(text: str) -> str:
    """A message without any secret of a shared history."""
    for secret in _HIDDEN:
        text = text.replace(secret, "***")
    return text


def _secret(workspace: Workspace, name: str, what: str, *, is_needed: bool = True) -> str:
    try:
        return _FINDERS[0](workspace.root, name, what)
    except SettingsError as error:
        if error.code == "SECRET_MISSING" and not is_needed:
            return ""
        raise


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def secret_statements(shared: Shared) -> list[str]:
    """The secrets of one connection, in its memory alone."""
    told = shared.declared
    catalog = (f"create secret history_catalog (type postgres, host {literal(told.host)}, port {told.port}, "
               f"database {literal(told.database)}, user {literal(told.user)}, password {literal(shared.password)})")
    made = [catalog]
    if told.is_bucket:
        endpoint = told.options.get("endpoint_override", "")
        made.append(
            f"create secret history_files (type s3, provider config, key_id {literal(shared.key_id)}, "
            f"secret {literal(shared.key)}, region {literal(told.options.get('region', 'us-east-1'))}, "
            f"scope {literal(told.data_path)}, use_ssl {told.options.get('scheme') != 'http'}"
            + (f", endpoint {literal(endpoint)}, url_style 'path'" if endpoint else "") + ")")
    return made


def settings_of_transport(shared: Shared) -> list[str]:
    """How a bucket is reached: the server proves who it is; nothing waits for ever."""
    if not shared.declared.is_bucket:
        return []
    own_root = [f"ca_cert_file = {literal(shared.declared.certificate)}"] if shared.declared.certificate else []
    return [f"set {setting}" for setting in (
        "httpfs_client_implementation = 'curl'", "enable_curl_server_cert_verification = true",
        "enable_server_cert_verification = true", "http_timeout = 30", *own_root)]


def options(shared: Shared) -> str:
    """The connection's options beside the secret: TLS whose certificate is checked, but on this machine alone."""
    told = shared.declared
    given: dict[str, str] = {"application_name": "timebooks", "connect_timeout": "10"}
    if told.certificate or not told.is_loopback:
        given |= {"sslmode": "verify-full", "sslrootcert": told.certificate or "system"}
    return " ".join(f"{name}='{_escaped(value)}'" for name, value in given.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def attach_leases(shared: Shared) -> str:
    """The database itself, for the leases."""
    return f"attach {literal(options(shared))} as leases (type postgres, secret history_catalog)"


def attach_catalog(shared: Shared, *, writing: bool) -> str:
    """The lake of this catalog, its files where they are declared and nowhere else."""
    return (f"attach {literal('ducklake:postgres:' + options(shared))} as history (DATA_PATH "
            f"{literal(shared.declared.data_path)}, OVERRIDE_DATA_PATH true, DATA_INLINING_ROW_LIMIT 0, "
            f"META_SECRET 'history_catalog', METADATA_SCHEMA {literal(shared.declared.schema_name)}"
            f"{'' if writing else ', READ_ONLY'})")


def under(fences: Mapping[str, int]) -> str:
    """Said at the beginning of a commit: the fences it is made under, for the catalog to check."""
    text = dump_lines({"fences": dict(fences)}).decode().strip()
    return f"call history.set_commit_message('timebooks', '', extra_info => {literal(text)})"


def make_leases(shared: Shared) -> str:
    """The tables and functions of the leases, for PostgreSQL; doing it again changes nothing."""
    text = (files("etl.store") / "leases.sql").read_text(encoding="utf-8")
    return text.replace("{leases}", shared.leases)


def guard(shared: Shared) -> str:
    """Every commit of the lake is checked from here on, and whoever may read can; for PostgreSQL."""
    schema, role = shared.declared.schema_name, shared.declared.readers
    grants = (f"grant usage on schema {schema} to {role}; grant select on all tables in schema {schema} to {role}; "
              f"alter default privileges in schema {schema} grant select on tables to {role};") if role else ""
    return (f"drop trigger if exists check_fences on {schema}.ducklake_snapshot_changes; "
            f"create trigger check_fences before insert on {schema}.ducklake_snapshot_changes "
            f"for each row execute function {shared.leases}.check_fences(); {grants}")


def is_guarded(shared: Shared) -> str:
    """One row where the lake's commits are checked already; for PostgreSQL."""
    table = literal(f"{shared.declared.schema_name}.ducklake_snapshot_changes")
    return f"select 1 as yes from pg_trigger where tgname = 'check_fences' and tgrelid = to_regclass({table})"  # noqa: S608


def has_leases(shared: Shared) -> str:
    """One row where the leases are there; for PostgreSQL."""
    return (f"select 1 as yes where to_regprocedure('{shared.leases}.take(text,text,double precision)') is not null "
            f"and to_regprocedure('{shared.leases}.check_fences()') is not null")


def to_merge(shared: Shared) -> str:
    """The tables with more than one file, or with rows that a rebuild replaced; for PostgreSQL."""
    schema = shared.declared.schema_name
    now = "end_snapshot is null"
    many = f"select table_id from {schema}.ducklake_data_file where {now} group by table_id having count(*) > 1"  # noqa: S608
    gone = f"select table_id from {schema}.ducklake_delete_file where {now}"   # noqa: S608
    return f"select table_name from {schema}.ducklake_table where {now} and table_id in ({many} union {gone})"  # noqa: S608


def drop_lake(shared: Shared) -> str:
    """The lake's own tables are gone, those of the leases stay; for PostgreSQL."""
    return f"drop schema if exists {shared.declared.schema_name} cascade"
