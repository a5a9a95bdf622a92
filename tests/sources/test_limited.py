"""A workbook or Parquet file is taken apart in a process of its own; whatever it does there, the run goes on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from etl.settings.sources import read_drop, written_drop
from etl.sources import limited
from etl.sources.dialects import DIALECTS, effective
from etl.sources.files import parse_file, parse_here
from etl.sources.findings import LIMITS, FileRefusedError
from tests.sources import test_parquet as parquet
from tests.sources import test_xlsx as xlsx
from tests.sources.test_dialects import drop

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of this system cannot fork")
FILES = [(xlsx.workbook(), xlsx.DROP), (parquet.parquet(), parquet.DROP)]


@pytest.mark.parametrize(("content", "drop"), FILES, ids=["xlsx", "parquet"])
def test_the_rows_are_those_of_the_reader(content, drop):
    assert parse_file(content, "week", drop) == parse_here(content, "week", drop, LIMITS)
    assert limited._READER[0].process.poll() is None


@pytest.mark.parametrize("case", xlsx.REFUSED[::6], ids=lambda case: case[0])
def test_a_refusal_tells_the_same(case):
    with pytest.raises(FileRefusedError) as here:
        parse_here(case[1], "week.xlsx", xlsx.DROP, LIMITS)
    with pytest.raises(FileRefusedError) as there:
        parse_file(case[1], "week.xlsx", xlsx.DROP)
    assert there.value.findings == here.value.findings
    assert there.value.message() == here.value.message()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_drop_arrives_as_it_was(dialect):
    given = drop(dialect)
    for one in (given, effective(given)):
        there = read_drop(written_drop(one))
        assert (there, there.model_fields_set) == (one, one.model_fields_set)


def test_who_waits_knows_nothing_of_the_environment(monkeypatch):
    monkeypatch.setenv("TIMEBOOKS_SECRET_TRACKER", "canary")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    limited.close()
    parse_file(*FILES[0][:1], "week.xlsx", xlsx.DROP)
    environment = Path(f"/proc/{limited._READER[0].process.pid}/environ").read_bytes()
    assert b"canary" not in environment
    assert b"PYTHON" not in environment


def test_a_reader_that_was_killed_is_started_again():
    parse_file(FILES[0][0], "week.xlsx", xlsx.DROP)
    os.kill(limited._READER[0].process.pid, signal.SIGKILL)
    limited._READER[0].process.wait()
    assert parse_file(FILES[0][0], "week.xlsx", xlsx.DROP).num_rows


ALONE = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x50000000))"
HOSTILE = {   # what a reader that was broken might do
    "crash": "os.kill(os.getpid(), signal.SIGSEGV)",
    "memory": "return None, [b'x' * (5 << 30)]",
    "time": "child.os.times()\n    while True: pass",
    "write": "os.write(os.open(PLACE, os.O_CREAT | os.O_WRONLY), b'x')",
    "network": "socket.create_connection(('127.0.0.1', PORT), 5)",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_breaks_a_reader_breaks_it_alone(what, tmp_path):
    """The fork dies by a signal, an error or a limit; the process it came from answers for the next file."""
    if what == "network" and subprocess.run([sys.executable, "-c", ALONE], check=False).returncode:
        pytest.skip("this system gives a process no network of its own")
    with socket.create_server(("127.0.0.1", 0)) as server:
        program = textwrap.dedent(f"""
            import io, json, os, signal, socket
            from dataclasses import asdict
            from etl.settings.sources import written_drop
            from etl.sources import limited_child as child
            from etl.sources.findings import LIMITS
            from etl.sources.limited import receive
            from tests.sources.drops import declared
            child.SECONDS = 1
            ASKED = {{"file_name": "week", "drop": written_drop(declared()), "limits": asdict(LIMITS)}}
            PLACE, PORT = {str(tmp_path / "written")!r}, {server.getsockname()[1]}
            def hostile(*_):
                {HOSTILE[what].replace(chr(10), chr(10) + " " * 12)}
            child.CALLS = {{"hostile": hostile, "good": lambda *_: ("read", [])}}
            for name in ("hostile", "good"):
                told, *_ = receive(io.BytesIO(child._forked(json.dumps(ASKED | {{"what": name}}).encode(), b"")))
                print(*json.loads(told))
        """)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()
    assert done.stdout.split() == ["died", "said"], done.stderr
    assert not (tmp_path / "written").exists() or not (tmp_path / "written").read_bytes()


def test_a_file_that_breaks_its_reader_is_refused_with_words(monkeypatch):
    monkeypatch.setattr(limited, "receive", lambda _: [b'{"died": 11}'])
    with pytest.raises(FileRefusedError, match="made to break a reader") as caught:
        limited.ask("rows", FILES[0][0], "week.xlsx", xlsx.DROP, LIMITS)
    assert caught.value.code == "FILE_BREAKS"
    limited.close()
