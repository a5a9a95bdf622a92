"""Pulling: bad files go to the quarantine with a note, the same file twice counts once, places stay out."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl import steps
from etl.errors import SourceError
from etl.steps.made_again import made_again
from etl.steps.pull import pull
from etl.steps.run import Run
from etl.store import audit_log
from etl.store.verify import verify_store
from etl.workspace import Workspace
from tests.mapping.small import FILES
from tests.sources.drops import ROW, csv_of

TOML = """
[company]
id = "acme"
name = "Acme Studio"
home_currency = "USD"
zone = "America/New_York"
go_live = 2026-01-01
policy = "four_eyes"
[billing]
period = "weekly"
first_start = 2026-11-09
[labor_posting]
mode = "accrue"
[targets]
documents = ["payroll.hours"]
[[drops]]
name = "hours"
files = "*.csv"
zone = "America/New_York"
duration = "decimal_hours"
{more}
[drops.columns]
Who = "person_ref"
Day = "date_text"
Hours = "duration_text"
Job = "project_ref"
Memo = "note"
"""
CANARY = "52.520008"
PLACES = csv_of(f"{ROW},{CANARY}", header="Who,Day,Hours,Job,Memo,GPS")


def company(root: Path, files: dict[str, bytes], more: str = "") -> Run:
    """The company with these files in its inbox, and its run of the week."""
    place = Workspace(root)
    folder = place.mappings("acme")
    (folder / "private").mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "company.toml").write_text(TOML.format(more=more), encoding="utf-8")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o600)
    place.inbox("acme").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place.inbox("acme") / name).write_bytes(content)
    return steps.start("acme", "2026-11-15", root, person="preparer", in_memory=True)


def everything(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.capability("C86")
@pytest.mark.capability("C84")
def test_a_bad_file_goes_to_the_quarantine_with_a_note(tmp_path):
    bad = csv_of(ROW, "dana,2026-03-02")
    run = company(tmp_path, {"good.csv": csv_of(ROW), "bad.csv": bad})
    with pytest.raises(SourceError) as caught:
        pull(run)
    [folder] = Workspace(tmp_path).quarantine("acme").iterdir()
    assert (folder / "file.csv").read_bytes() == bad
    note = (folder / "note.txt").read_text(encoding="utf-8")
    for part in ("'bad.csv'", "what:  Line 3 has 2 fields", "where: bad.csv, line 3", "fix:   ", "CSV_FIELDS"):
        assert part in note
    assert f"{folder.name}/note.txt" in caught.value.fix
    assert (Workspace(tmp_path).inbox("acme") / "bad.csv").exists(), "nothing is taken away unasked"
    assert not list(Workspace(tmp_path).landing("acme").glob("pulls/*")), "nor is half of the inbox landed"
    records = audit_log.read_log(Workspace(tmp_path), "acme")
    assert [record.type for record in records] == ["open", "refusal"]
    before = everything(tmp_path)
    with pytest.raises(SourceError):
        pull(run)
    after = everything(tmp_path)
    assert {name for name in before | after if before.get(name) != after.get(name) and "/lock/" not in name} == set()


@pytest.mark.capability("C84")
def test_once_it_is_mended_the_pull_goes_on_and_the_copy_stays(tmp_path):
    run = company(tmp_path, {"week.csv": csv_of("dana,2026-03-02")})
    with pytest.raises(SourceError):
        pull(run)
    (Workspace(tmp_path).inbox("acme") / "week.csv").write_bytes(csv_of(ROW))
    assert "pulled 1 file(s), 1 new" in pull(run).title
    assert len(list(Workspace(tmp_path).quarantine("acme").iterdir())) == 1
    assert not verify_store(Workspace(tmp_path), "acme")


@pytest.mark.capability("C122")
def test_a_bad_file_that_tells_places_is_not_copied(tmp_path):
    run = company(tmp_path, {"week.csv": PLACES.replace(b"2026-03-02", b'2026"03-02')})
    with pytest.raises(SourceError):
        pull(run)
    assert [name for name, content in everything(tmp_path).items() if CANARY.encode() in content] == [
        "data/inbox/acme/week.csv"]
    [note] = Workspace(tmp_path).quarantine("acme").glob("*/*")
    assert "No copy was made" in note.read_text(encoding="utf-8")


def test_all_bad_files_are_kept_and_the_first_is_told(tmp_path):
    run = company(tmp_path, {"a.csv": csv_of("dana"), "b.csv": b"", "c.csv": csv_of(ROW)})
    with pytest.raises(SourceError, match="1 more file"):
        pull(run)
    assert len(list(Workspace(tmp_path).quarantine("acme").iterdir())) == 2


@pytest.mark.capability("C85")
def test_the_same_file_twice_is_told_and_counts_once(tmp_path):
    run = company(tmp_path, {"week.csv": csv_of(ROW), "week (1).csv": csv_of(ROW), "copy.csv": csv_of(ROW)})
    outcome = pull(run)
    assert ("copy.csv, delivered 3 times", "also as week (1).csv, week.csv; its rows count once") in outcome.facts


@pytest.mark.capability("C122")
def test_a_place_is_nowhere_in_the_workspace_but_in_the_inbox(tmp_path):
    run = company(tmp_path, {"week.csv": PLACES})
    outcome = pull(run)
    assert ("week.csv, places and devices", "not landed: GPS") in outcome.facts
    holders = [name for name, content in everything(tmp_path).items() if CANARY.encode() in content]
    assert holders == ["data/inbox/acme/week.csv"]
    [said] = Workspace(tmp_path).landing("acme").glob("pulls/*/pull.json")
    assert '"original_sha256"' in said.read_text(encoding="utf-8")
    assert "1 file(s), 0 new" in pull(run).title, "the same file again is no new delivery"
    assert not verify_store(Workspace(tmp_path), "acme")
    assert not made_again(Workspace(tmp_path), ["acme"]).findings, "what landed can be parsed again from what is kept"


@pytest.mark.capability("C122")
def test_a_place_kept_for_a_purpose_lies_apart_until_its_day(tmp_path, monkeypatch):
    purpose = 'personal = {mode = "apart", purpose = "site allowance", retention_days = 30}'
    run = company(tmp_path, {"week.csv": PLACES}, purpose)
    pull(run)
    folder = Workspace(tmp_path).places("acme")
    [kept] = folder.iterdir()
    assert CANARY in kept.read_text(encoding="utf-8")
    assert oct(kept.stat().st_mode & 0o777) == "0o600"
    holders = [name for name, content in everything(tmp_path).items() if CANARY.encode() in content]
    assert sorted(holders) == ["data/inbox/acme/week.csv", f"data/places/acme/{kept.name}"]
    pull(run)
    assert kept.exists(), "not before its day"
    kept.rename(folder / f"2026-01-31{kept.name[10:]}")
    outcome = pull(run)
    assert ("places and devices", "1 file(s) deleted: their time has passed") in outcome.facts
    assert not list(folder.iterdir())
    assert audit_log.read_log(Workspace(tmp_path), "acme")[-1].type == "purge"


@pytest.mark.capability("C31")
def test_columns_that_came_or_went_are_told_as_a_difference(tmp_path):
    wider = "Who,Day,Hours,Job,Memo,Team"
    company(tmp_path, {"1.csv": csv_of(ROW)})
    text = (Workspace(tmp_path).mappings("acme") / "company.toml").read_text(encoding="utf-8")
    toml = Workspace(tmp_path).mappings("acme") / "company.toml"
    toml.write_text(text.replace("[drops.columns]", 'optional_columns = ["Memo", "Team"]\n[drops.columns]')
                    + 'Team = "extra"\n', encoding="utf-8")
    run = steps.start("acme", "2026-11-15", tmp_path, person="preparer", in_memory=True)
    assert not [fact for fact in pull(run).facts if "columns" in fact[0]]
    inbox = Workspace(tmp_path).inbox("acme")
    (inbox / "2.csv").write_bytes(csv_of("dana,2026-03-03,1,x,north", header=wider.replace("Memo,", "")))
    assert ("2.csv, other columns than 1.csv", "+ Team, - Memo") in pull(run).facts


@pytest.mark.capability("C31")
def test_a_renamed_column_stops_with_a_difference_and_not_with_an_error_of_the_program(tmp_path):
    run = company(tmp_path, {"1.csv": csv_of(ROW, header="Who,Day,Hrs,Job,Memo")})
    with pytest.raises(SourceError) as caught:
        pull(run)
    assert "Column 'Hours' is missing" in caught.value.what
    assert "the nearest is 'Hrs'" in caught.value.what
    assert "Column 'Hrs' is not declared" in caught.value.what
