"""The inbox: what is still being written waits."""

from __future__ import annotations

import os
import threading
import time

import pytest

from etl.errors import SourceError
from etl.sources.files import list_files
from etl.sources.inbox import settled
from tests.sources.drops import ROW, csv_of, declared

HALF = ["week.csv.part", "week.csv.crdownload", "week.csv.PARTIAL", "week.csv.filepart", "week.csv.tmp"]


@pytest.mark.capability("C84")
@pytest.mark.parametrize("name", HALF)
def test_a_download_that_is_not_complete_makes_the_run_wait(tmp_path, name):
    """Even where a whole file lies beside it: the week is not complete without the other."""
    (tmp_path / "monday.csv").write_bytes(csv_of(ROW))
    (tmp_path / name).write_bytes(csv_of(ROW)[:40])
    for pattern in ("*.csv", "*"):
        with pytest.raises(SourceError, match=f"{name[:8]} is not complete yet") as caught:
            list_files(tmp_path, declared(files=pattern))
        assert caught.value.code == "FILE_CHANGING"
    (tmp_path / name).rename(tmp_path / "week.csv")
    assert [path.name for path in list_files(tmp_path, declared())] == ["monday.csv", "week.csv"]


def test_the_half_of_another_drops_file_does_not_matter(tmp_path):
    (tmp_path / "monday.csv").write_bytes(csv_of(ROW))
    (tmp_path / "crew.xlsx.part").write_bytes(b"PK")
    assert len(list_files(tmp_path, declared())) == 1


@pytest.mark.capability("C84")
def test_a_file_that_grows_is_not_taken(tmp_path):
    path, stop = tmp_path / "week.csv", threading.Event()
    path.write_bytes(csv_of(ROW))

    def write() -> None:
        with path.open("ab") as file:
            while not stop.is_set():
                file.write(f"{ROW}\n".encode())
                file.flush()
                time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(SourceError, match=r"week\.csv is still being written") as caught:
            settled([path])
    finally:
        stop.set()
        writer.join()
    assert caught.value.code == "FILE_CHANGING"
    settled([path])   # it grows no more


def test_an_old_file_is_not_waited_for(tmp_path):
    path = tmp_path / "week.csv"
    path.write_bytes(csv_of(ROW))
    os.utime(path, (0, 0))
    begun = time.perf_counter()
    settled([path] * 1000)
    assert time.perf_counter() - begun < 0.2
    settled([tmp_path / "gone.csv"])
