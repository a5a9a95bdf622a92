"""What belongs to one company, and what is secret, is found nowhere else: every file is looked through, packed too."""

from __future__ import annotations

import base64
import io
import zipfile
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest

from etl import steps
from tests.faults import tiny
from tests.faults.children import command

FIRST, SECOND = "sandbox-one", "sandbox-two"
SECRET = "canary-7f3a+secret/token"
WEEK = ("--period-end", tiny.PERIOD_END.isoformat(), "--no-notebooks")


def texts(path):
    """The bytes of a file, and of what is packed in it."""
    content = path.read_bytes()
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif path.suffix == ".parquet":
        yield str(pq.read_table(io.BytesIO(content)).to_pylist()).encode()


def canary(root, company, word):
    """A company whose people, project and money carry a word of its own."""
    tiny.make_company(root / company, company=company)
    for path in (root / company).rglob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"Mill:Web", f"Mill:{word}".encode()).replace(
            b"@tiny.example", f"@{word}.example".encode()))
    for part in ("mappings", "data/inbox"):
        (root / "w" / part).mkdir(parents=True, exist_ok=True)
        (root / company / part / company).rename(root / "w" / part / company)


def test_two_companies_of_one_workspace_share_nothing(tmp_path):
    """R23: neither names nor figures of one reach any file, message or backup of the other."""
    words = {FIRST: "zanzibar", SECOND: "quokka"}
    for company, word in words.items():
        canary(tmp_path, company, word)
    root = tmp_path / "w"
    said = {company: command(root, "week", "--company", company, *WEEK) for company in words}
    assert [told.code for told in said.values()] == [0, 0]
    steps.create_archive(str(tmp_path / "backup"), company=FIRST, workspace=root)
    for company, other in ((FIRST, words[SECOND]), (SECOND, words[FIRST])):
        own = [path for path in root.rglob("*") if path.is_file() and company in path.relative_to(root).parts]
        assert len(own) > 40
        assert any(words[company].encode() in text for path in own for text in texts(path)), "the canary sings"
        assert [path for path in own for text in texts(path) if other.encode() in text] == []
        assert other not in said[company].facts + said[company].talk
    backup = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    assert [path for path in backup for text in texts(path) if words[SECOND].encode() in text] == []


@pytest.mark.parametrize("fault", ["", "no export", "a changed record"])
def test_a_secret_is_nowhere_after_success_and_after_failure(tmp_path, monkeypatch, fault):
    """R24: not in files, logs, messages, crash texts, backups or packs, in whatever form."""
    root = tmp_path / "w"
    tiny.make_company(root)
    monkeypatch.setenv("TIMEBOOKS_SECRET_TRACKER", SECRET)
    private = root / "mappings" / tiny.COMPANY / "private" / "tracker.secret"
    private.write_text(SECRET)
    private.chmod(0o600)
    if fault == "no export":
        (root / "data" / "inbox" / tiny.COMPANY / "time.csv").unlink()
    told = [command(root, "week", "--company", tiny.COMPANY, *WEEK)]
    if fault == "a changed record":
        path = sorted((root / "data" / "audit_log" / tiny.COMPANY).iterdir())[2]
        path.write_bytes(path.read_bytes()[:-9])
    told.append(command(root, "week", "--company", tiny.COMPANY, *WEEK))
    told.append(command(root, "archive", "create", "--to", str(tmp_path / "backup")))
    told.append(command(root, "archive", "pack", "--company", tiny.COMPANY, str(tmp_path / "p.zip")))
    assert (told[1].code == 0) is (not fault)
    forms = [SECRET, quote(SECRET, safe=""), base64.b64encode(SECRET.encode()).decode()]
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path != private]
    assert [path for path in files for text in texts(path) for form in forms if form.encode() in text] == []
    assert not any(form in one.facts + one.talk for one in told for form in forms)


def test_what_a_command_writes_is_its_owners_alone(tmp_path):
    """d9: folders 0700 and files 0600, whatever the account's umask."""
    root = tmp_path / "w"
    tiny.make_company(root)
    before = set(root.rglob("*"))
    assert command(root, "week", "--company", tiny.COMPANY, *WEEK).code == 0
    open_to_others = [(path.relative_to(root).as_posix(), oct(path.stat().st_mode)) for path in root.rglob("*")
                      if path not in before and path.stat().st_mode & 0o077]
    assert open_to_others == []
