"""What is typed or set around a run: names of companies, days, zones, values, variables of other programs."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from etl import runner
from etl.errors import EtlError, SettingsError
from etl.settings.kinds import is_zone
from etl.shipped import refuse_changed, shipped
from tests.faults import tiny
from tests.faults.children import command
from tests.notebooks.test_warm_kernel import code_cell, notebooks, shown  # noqa: F401 - notebooks is a fixture

PULL = shipped("notebooks") / "10_pull.ipynb"
HOSTILE = 'x"; import os; os.system("true")\n\'\'\'{0.__class__} %s $(id)'
VALUES = [   # what is given for company, code, why
    ("Bearer abcdef0123456789", "PARAMETER_SECRET", "P04: a header"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x", "PARAMETER_SECRET", "P04: a signed token"),
    ("sk_live_51H8canaryCanary", "PARAMETER_SECRET", "P04: a key of a vendor"),
    ("of acme: canary-0f3a secret", "PARAMETER_SECRET", "P04: it holds a secret this process was given"),
    (float("nan"), "PARAMETER_REFUSED", "P10: no number"), (float("inf"), "PARAMETER_REFUSED", "P10: no number either"),
    (b"abc", "PARAMETER_REFUSED", "P10: bytes would become the text b'abc'"),
    (None, "PARAMETER_REFUSED", "P10: nothing"),
    (True, "PARAMETER_REFUSED", "P10: a yes is no text"), (["a"], "PARAMETER_REFUSED", "P10: a list is no text"),
]


@pytest.mark.parametrize(("value", "code", "why"), VALUES, ids=[case[2] for case in VALUES])
def test_values_that_are_no_parameters(monkeypatch, value, code, why):
    monkeypatch.setenv("TIMEBOOKS_SECRET_TRACKER", "canary-0f3a")
    with pytest.raises(SettingsError) as told:
        runner.check_parameters(PULL, {"company": value})
    assert told.value.code == code, why
    if code == "PARAMETER_SECRET":
        assert str(value)[-8:] not in told.value.message()


def test_a_kernel_takes_texts_as_texts_and_nothing_that_lies_about(notebooks, tmp_path, monkeypatch):  # noqa: F811
    """P02, P13, P14: a value is never code; variables and modules lying about are not looked at."""
    beside = tmp_path / "beside"
    beside.mkdir()
    for name in ("json.py", "pandas.py", "start.py"):
        (beside / name).write_text("raise SystemExit('taken from the folder')\n", encoding="utf-8")
    monkeypatch.chdir(beside)
    for name, value in (("PYTHONSTARTUP", str(beside / "start.py")), ("PYTHONPATH", str(beside)),
                        ("REQUESTS_CA_BUNDLE", "/nowhere"), ("HTTP_PROXY", "http://127.0.0.1:9"),
                        ("NETRC", "/nowhere")):
        monkeypatch.setenv(name, value)
    notebooks("texts", "word", "import json, os; json.__file__.startswith(os.getcwd())",
              "sorted({'PYTHONSTARTUP', 'PYTHONPATH', 'REQUESTS_CA_BUNDLE', 'HTTP_PROXY', 'NETRC'} & set(os.environ))")
    with runner.warm_kernel():
        said = shown(runner.run_notebook("texts", {"word": HOSTILE}))
    assert said == [repr(HOSTILE), "False", "[]"]


def test_a_cell_that_hangs_ends_and_its_process_with_it(notebooks, monkeypatch):  # noqa: F811
    """F29: the stage fails, in words; nobody is left who could write."""
    monkeypatch.setenv("TIMEBOOKS_CELL_MINUTES", "0.05")
    notebooks("waits", "import os; os.getpid()", "import time; time.sleep(600)")
    began = time.monotonic()
    with runner.warm_kernel():
        executed = runner.run_notebook("waits", {})
    assert isinstance(executed.stopped, EtlError)
    assert executed.stopped.code == "CELL_TOO_LONG"
    assert "TIMEBOOKS_CELL_MINUTES" in executed.stopped.fix
    assert time.monotonic() - began < 60
    pid = json.loads(executed.content)["cells"][-2]["outputs"][0]["data"]["text/plain"]
    assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")


def test_a_changed_notebook_of_the_release_does_not_run(tmp_path):
    """P11: an extra cell, another kernel, a missing list."""
    for path in sorted(PULL.parent.glob("*.ipynb")):
        refuse_changed(path)   # else: sha256sum *.ipynb > SHA256SUMS in notebooks/
    sums, notebook = PULL.with_name("SHA256SUMS").read_bytes(), json.loads(PULL.read_bytes())
    for change in (notebook | {"cells": [*notebook["cells"], code_cell("1")]},
                   notebook | {"metadata": {"kernelspec": {"name": "other", "display_name": "o", "language": "r"}}}):
        (tmp_path / "SHA256SUMS").write_bytes(sums)
        (tmp_path / PULL.name).write_text(json.dumps(change), encoding="utf-8")
        with pytest.raises(SettingsError) as told:
            refuse_changed(tmp_path / PULL.name)
        assert told.value.code == "NOTEBOOK_CHANGED"
    (tmp_path / PULL.name).write_bytes(PULL.read_bytes())
    refuse_changed(tmp_path / PULL.name)
    (tmp_path / "SHA256SUMS").unlink()
    with pytest.raises(SettingsError):
        refuse_changed(tmp_path / PULL.name)


COMPANIES = ["..", ".", "", "con", "CON", "a/b", "a\\b", "C:x", "../x", "acme.", "acme ", "x" * 300, "\U0001f600",
             "rate=0", "Sandbox-Tiny", "sandbox-t\u0131ny"]   # these two are equal but for a letter


@pytest.mark.parametrize("company", COMPANIES)
def test_names_that_are_no_company_touch_nothing(tmp_path, company):
    """P05, P06, P07: no path is built from them, inside or outside the workspace."""
    root = tmp_path / "in" / "w"
    tiny.make_company(root)
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    told = command(root, "week", "--company", company, "--period-end", "2026-11-08", "--no-notebooks")
    assert told.code == 2, told
    assert told.problem
    assert "Traceback" not in told.talk
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


DAYS = [   # period end, exit code, code, why
    ("2026-13-01", 2, "DATE_UNREADABLE", "no thirteenth month"), ("2026-02-30", 2, "DATE_UNREADABLE", "no such day"),
    ("2026-11-08:2026-11-02", 2, "DATE_UNREADABLE", "a reversed range is no day"),
    ("1976-11-07", 1, "PERIOD_OUTSIDE", "fifty years ago"), ("2076-11-08", 1, "PERIOD_OUTSIDE", "in fifty years"),
    ("2026-11-09", 1, "NO_PERIOD", "not the last day of one"),
]


@pytest.mark.parametrize(("day", "code", "problem", "why"), DAYS)
def test_days_that_end_no_period(tmp_path, day, code, problem, why):
    """P08."""
    root = tmp_path / "w"
    tiny.make_company(root)
    told = command(root, "week", "--company", tiny.COMPANY, "--period-end", day, "--no-notebooks")
    assert (told.code, told.problem) == (code, problem), why
    assert not tiny.committed(root)


@pytest.mark.parametrize("zone", ["EST5EDT4;bad", "Mars/Olympus", "../../etc/localtime", "", "America/New_York\x00",
                                  "utc+5"])
def test_zones_that_are_none_are_refused_by_name(tmp_path, zone):
    """P09."""
    assert not is_zone(zone)
    root = tmp_path / "w"
    tiny.make_company(root)
    settings = root / "mappings" / tiny.COMPANY / "company.toml"
    settings.write_text(settings.read_text().replace('zone = "America/New_York"\ngo_live',
                                                     f"zone = {json.dumps(zone)}\ngo_live"))
    told = command(root, "week", "--company", tiny.COMPANY, "--period-end", "2026-11-08", "--no-notebooks")
    assert (told.code, told.problem) == (2, "SETTINGS_INVALID"), told
    assert "time zone" in told.talk
    assert "Traceback" not in told.talk


def test_names_of_ours_fit_anywhere(tmp_path):
    """F32: a deep folder still holds them; none is a device of Windows, none ends in a point or space."""
    root = tmp_path / "w"
    tiny.make_company(root)
    assert tiny.week(root).exit_code == 0
    made = [path.relative_to(root) for part in ("data", "reports") for path in (root / part).rglob("*")]
    made = [path for path in made if path.parts[:2] not in {("data", "history"), ("data", "inbox")}]
    assert max(len(str(path)) for path in made) + len("C:/Users/somebody/Documents/Timebooks/workspace/") < 200
    devices = {"con", "prn", "aux", "nul", *(f"{one}{n}" for one in ("com", "lpt") for n in range(10))}
    assert not [path for path in made for part in path.parts
                if part.partition(".")[0].lower() in devices or part[-1] in ". "]


def test_an_engine_that_died_is_told_and_the_next_process_ends_the_week(tmp_path):
    """F05: a failed checkpoint ends the process; nothing of that connection is used again."""
    import duckdb

    from etl.sql.run import Engine

    root = tmp_path / "w"
    tiny.make_company(root)

    def dies(engine, text, values=None):
        raise duckdb.FatalException("FATAL Error: Failed to create checkpoint; database has been invalidated")

    week = ("week", "--company", tiny.COMPANY, "--period-end", tiny.PERIOD_END.isoformat(), "--no-notebooks")
    told = command(root, *week, before=lambda: setattr(Engine, "_ask", dies))
    assert (told.code, told.problem) == (2, "UNFORESEEN")
    assert "FatalException" in told.talk
    assert "Traceback" not in told.talk
    assert command(root, "verify").code == 0
    assert command(root, *week).code == 0
    assert command(root, "verify", "--full").code == 0
    assert (root / "reports" / tiny.COMPANY / "2026-11-08" / "batch-0001").is_dir()
