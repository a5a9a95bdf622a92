"""Finding and reading dropped files: by name only, plain files only, the bytes once."""

from __future__ import annotations

import os
import threading

import pytest

from etl.errors import SettingsError, SourceError
from etl.settings import read_settings
from etl.sources.files import list_files, read_file, remarks_of, window_of
from etl.sources.findings import Limits
from tests.sources.drops import ROW, csv_of, declared


def failure(call, *arguments) -> SourceError:
    with pytest.raises(SourceError) as caught:
        call(*arguments)
    assert caught.value.fix
    return caught.value


def test_files_are_listed_by_name_and_pattern(tmp_path):
    for name in ("hours_2.csv", "hours_10.csv", "other.csv", ".hours_0.csv", ".~lock.hours_2.csv#", "hours_1.CSV"):
        (tmp_path / name).write_text("x")
    (tmp_path / "archive").mkdir()
    found = list_files(tmp_path, declared(files="hours_*.csv"))
    assert [path.name for path in found] == ["hours_10.csv", "hours_2.csv"]


NAMES = ["week[1].csv", "week*.csv", "week?.csv", "rate=999.csv", "$(rm).csv", "week\n.csv", "--help.csv", "wéek.csv"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_is_never_a_pattern(tmp_path, name):
    """B45, B46: a name with wildcards or an equals sign is one file, and only itself is read."""
    (tmp_path / "week1.csv").write_bytes(b"another")
    (tmp_path / name).write_bytes(csv_of(ROW))
    assert sorted(path.name for path in list_files(tmp_path, declared())) == sorted(["week1.csv", name])
    assert read_file(tmp_path / name) == csv_of(ROW)


def test_a_missing_file_names_the_folder_the_pattern_and_what_is_there(tmp_path):
    (tmp_path / "export.xlsx").write_text("x")
    error = failure(list_files, tmp_path, declared())
    assert error.code == "FILE_MISSING"
    assert all(part in str(error) for part in (str(tmp_path), "*.csv", "export.xlsx"))
    assert "nothing" in str(failure(list_files, tmp_path / "absent", declared()))
    for number in range(30):
        (tmp_path / f"{number:02}.txt").write_text("x")
    assert "and 11 more" in str(failure(list_files, tmp_path, declared()))


@pytest.mark.parametrize("pattern", ["../*.csv", "sub/*.csv", r"sub\*.csv", "/etc/*"])
def test_a_pattern_never_leaves_the_folder(tmp_path, pattern):
    assert failure(list_files, tmp_path, declared(files=pattern)).code == "FILE_PATTERN"


def test_only_plain_files_are_read(tmp_path):
    """B44: links, hard links, folders and pipes are refused, in the listing and on opening."""
    outside = tmp_path / "outside"
    outside.write_bytes(csv_of(ROW))
    makers = {
        "link.csv": lambda path: path.symlink_to(outside), "folder.csv": lambda path: path.mkdir(),
        "pipe.csv": os.mkfifo, "dangling.csv": lambda path: path.symlink_to(tmp_path / "none")}
    for name, make in makers.items():
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        make(folder / name)
        assert failure(list_files, folder, declared()).code == "FILE_KIND"
        assert failure(read_file, folder / name).code in {"FILE_KIND", "FILE_UNREADABLE"}
    (tmp_path / "hard.csv").hardlink_to(outside)
    assert failure(read_file, tmp_path / "hard.csv").code == "FILE_KIND"


def test_an_unreadable_and_an_absent_file(tmp_path):
    path = tmp_path / "week.csv"
    assert failure(read_file, path).code == "FILE_UNREADABLE"
    path.write_bytes(b"x")
    path.chmod(0)
    if not os.access(path, os.R_OK):   # the owner of everything reads everything
        assert failure(read_file, path).code == "FILE_UNREADABLE"


def test_a_workbook_open_in_excel_is_told(tmp_path):
    (tmp_path / "~$week.xlsx").write_bytes(b"x")
    (tmp_path / "week.xlsx").write_bytes(b"x")
    for pattern in ("*.xlsx", "week*.xlsx"):   # Excel's lock file need not be named as the drop's files are
        error = failure(list_files, tmp_path, declared(files=pattern, format="xlsx"))
        assert (error.code, "week.xlsx is open in Excel" in str(error)) == ("FILE_OPEN", True)
    (tmp_path / "hours.xlsx").write_bytes(b"x")
    assert [path.name for path in list_files(tmp_path, declared(files="hours*.xlsx", format="xlsx"))] == ["hours.xlsx"]


def test_a_file_too_large_is_not_read(tmp_path):
    path = tmp_path / "week.csv"
    path.write_bytes(b"x" * 1001)
    assert failure(read_file, path, Limits(file_bytes=1000)).code == "FILE_TOO_LARGE"
    assert len(read_file(path, Limits(file_bytes=1001))) == 1001


def test_a_file_that_changes_while_it_is_read(tmp_path):
    """B43: a writer keeps appending; the bytes are refused, or they are exactly what the file held at one moment."""
    path = tmp_path / "week.csv"
    path.write_bytes(b"x" * (64 << 20))
    stop = threading.Event()

    def append() -> None:
        with path.open("ab") as file:
            while not stop.wait(0.0005):
                file.write(b"y")
                file.flush()

    writer = threading.Thread(target=append)
    writer.start()
    try:
        codes = []
        for _ in range(5):
            try:
                read_file(path)
                codes.append("")
            except SourceError as error:
                codes.append(error.code)
    finally:
        stop.set()
        writer.join()
    assert "FILE_CHANGING" in codes


WINDOWS = [  # pattern, name, window or nothing, why
    ("export_{start}_to_{end}.csv", "export_2026-11-09_to_2026-11-15.csv", ("2026-11-09", "2026-11-15"),
     "as declared"),
    ("{end}~{start}.csv", "2026-11-15~2026-11-09.csv", ("2026-11-09", "2026-11-15"), "the end first"),
    ("d[1]+{start}{end}.csv", "d[1]+2026-11-092026-11-09.csv", ("2026-11-09", "2026-11-09"),
     "signs stand for themselves; one day"),
    ("{start}_{end}.csv", "2026-11-15_2026-11-09.csv", None, "ends before it starts"),
    ("{start}_{end}.csv", "2026-11-31_2026-12-01.csv", None, "a day that does not exist"),
    ("{start}_{end}.csv", "11-09-2026_11-15-2026.csv", None, "another notation"),
    ("{start}_{end}.csv", "2026-11-09_2026-11-15.csv.bak", None, "more behind it"),
    ("{start}_{end}.csv", "a2026-11-09_2026-11-15.csv", None, "more ahead of it"),
    ("{start}_{end}.csv", "2026-11-09_2026-11-15xcsv", None, "a dot is a dot"),
    ("{start}_{end}.csv", "\uff12\uff10\uff12\uff16-11-09_2026-11-15.csv", None, "digits of another script"),
    ("{start}_{start}_{end}", "2026-11-09_2026-11-09_2026-11-15", None, "a date named twice")]


@pytest.mark.parametrize(("pattern", "name", "expected", "why"), WINDOWS)
def test_the_window_is_read_from_the_name(pattern, name, expected, why):
    drop = declared(completeness="complete", window=pattern)
    if expected is None:
        error = failure(window_of, name, drop)
        assert (error.code, name in str(error)) == ("WINDOW_UNREADABLE", True), why
    else:
        assert [day.isoformat() for day in window_of(name, drop)] == list(expected), why


def test_an_additive_drop_has_no_window():
    assert window_of("anything.csv", declared(window="{start}_{end}.csv")) is None


def test_text_that_was_decoded_twice_is_remarked_and_kept():
    """B05: the file is read as it is; a person is told where to look."""
    content = csv_of(ROW, "MÃ¼ller,2026-03-02,1,x,y")
    assert [(remark.code, remark.line) for remark in remarks_of(content, "week.csv",
        declared())] == [("TEXT_MOJIBAKE", 3)]
    assert remarks_of(csv_of(ROW, "Müller – Ãrger,2026-03-02,1,x,y"), "week.csv", declared()) == ()


def test_settings_are_toml_and_nothing_else(tmp_path):
    """B47: no YAML is read: a tag that would build an object, a country that becomes a truth value."""
    for text in ("!!python/object/apply:os.system ['true']", "company:\n  id: NO\n", "a: &a [*a, *a]"):
        (tmp_path / "company.toml").write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError, match="not valid TOML"):
            read_settings(tmp_path / "company.toml", "acme")
