"""The run's own DuckDB connection reaches its folders and nothing else; each probe is refused for that reason."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from etl.errors import StoreError
from etl.sql import run
from etl.sql.run import Engine

PROBES = [
    "select * from read_text('/etc/passwd')", "select * from read_text('{outside}')",
    "select * from read_text('{link}')",
    "select * from read_text('{inside}/../outside.txt')", "select * from read_text('~/.bashrc')",
    "select * from glob('{inside}/../*')", "select * from glob('/etc/*')", "copy (select 1) to '{outside}'",
    "copy (select 1) to '{inside}/../new.csv'", "attach '{outside}.db' as other", "export database '{root}/out'",
    "import database '{root}/out'", "select * from query('select * from read_text(''{outside}'')')", "install httpfs",
    "load httpfs", "load '{inside}/x.duckdb_extension'", "select * from read_csv('https://example.org/x.csv')",
    "select * from read_parquet('s3://bucket/x.parquet')", "set enable_external_access = true",
    "reset lock_configuration", "set lock_configuration = false", "set allowed_directories = ['/']",
    "set home_directory = '/'", "set temp_directory = '/tmp'", "set threads = 1", "set secret_directory = '/'",
    "set autoinstall_known_extensions = true", "set memory_limit = '99GB'", "pragma memory_limit = '99GB'",
    "create persistent secret s (type http)", "select * from read_text('{folder_link}/outside.txt')",
]
REASON = re.compile(r"locked|disabled|not allowed|[Pp]ermission|Cannot change|only allowed|persistent secrets")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    root = tmp_path_factory.mktemp("locked")
    inside, scratch = root / "inside", root / "scratch"
    inside.mkdir()
    scratch.mkdir()
    (root / "outside.txt").write_text("hidden", encoding="utf-8")
    (inside / "shown.txt").write_text("shown", encoding="utf-8")
    (inside / "link.txt").symlink_to(root / "outside.txt")
    (inside / "folder").symlink_to(root)
    with Engine(None, scratch, [inside, scratch]) as engine:
        yield engine, root


@pytest.mark.parametrize("probe", PROBES)
def test_a_probe_is_refused(engine, probe):
    connection, root = engine[0]._connection, engine[1]
    before = sorted(root.rglob("*"))
    with pytest.raises(duckdb.Error) as refused:
        connection.execute(probe.format(root=root, inside=root / "inside", outside=root / "outside.txt",
                                        link=root / "inside" / "link.txt", folder_link=root / "inside" / "folder")
                           ).fetchall()
    assert isinstance(refused.value, duckdb.PermissionException) or REASON.search(str(refused.value)), refused.value
    assert "hidden" not in str(refused.value)
    assert sorted(root.rglob("*")) == before


def test_what_is_allowed_works(engine):
    connection, root = engine[0]._connection, engine[1]
    assert connection.execute(f"select content from read_text('{root}/inside/shown.txt')").fetchone() == ("shown",)
    connection.execute(f"copy (select 1 as a) to '{root}/scratch/one.parquet'")
    assert connection.execute("select current_setting('TimeZone')").fetchone() == ("UTC",)


def test_a_connection_that_is_not_locked_is_not_used(tmp_path, monkeypatch):
    """What was set is read back, and one forbidden read has to be refused."""
    monkeypatch.setattr(run, "_LAST_SETTINGS", ("lock_configuration = true",))
    with pytest.raises(StoreError) as told:
        Engine(None, tmp_path, [tmp_path])
    assert told.value.code == "WORK_DATABASE"
    assert "not locked" in told.value.what


def test_folders_of_a_run_are_private(tmp_path):
    with Engine(None, tmp_path / "s", [tmp_path / "s"]):
        assert not Path(tmp_path / "s" / "spill").stat().st_mode & 0o077
        assert [path.name for path in tmp_path.iterdir()] == ["s"], "the home is never made"
