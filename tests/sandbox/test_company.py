"""The practice company is what its readers are told, and the same from the same seed on any machine."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from etl.errors import RefusedError
from etl.mapping.load import load_mappings
from etl.sandbox.company import make_company
from etl.sandbox.dice import Dice
from etl.sandbox.holidays import is_holiday
from etl.sandbox.week import make_week
from etl.sandbox.writing import write_company
from etl.settings import read_settings
from etl.sources import files as file_source
from etl.workspace import Workspace
from tests.cli.command import ROOT
from tests.shared import shared

DIGEST = """
import hashlib, sys
from etl.sandbox.company import make_company
from etl.sandbox.crossrefs import mapping_files
from etl.sandbox.week import make_week
digest = hashlib.sha256()
for company in (make_company(7, 1), make_company(7, 2)):
    for files in (mapping_files(company), make_week(company, 0).files, make_week(company, 3, with_stops=True).files):
        for name in sorted(files):
            digest.update(name.encode() + files[name])
print(digest.hexdigest())
"""
FIRST_TWO_COMPANIES_OF_SEED_7 = "49abb1ec82501b1a9d17484f86f58f4c38472397cc67bc0342d4de1cb7c5f8c6"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_sixty_people_as_told(number: int) -> None:
    company = make_company(3, number)
    people = company.people
    assert len(people) == len({person.employee_id for person in people}) == len({person.ref for person in people}) == 60
    kinds = Counter((person.worker_type, person.flsa_status, person.work_location) for person in people)
    assert kinds == {("employee", "nonexempt", "US"): 41, ("employee", "exempt", "US"): 5,
                     ("employee", "exempt", "DE"): 6, ("contractor", "", "US"): 8}
    assert Counter(person.pay_group for person in people) == {"weekly": 32, "biweekly": 20, "": 8}
    assert len(company.projects) == 40
    assert len({project.client for project in company.projects} - {""}) == 12
    assert {project.currency for project in company.projects} == {"USD", "EUR", "JPY"}
    assert all(person.ref.endswith(".example") for person in people)


@pytest.mark.parametrize("week", [0, 1, 5])   # the second holds Thanksgiving, the sixth Christmas
def test_about_three_thousand_entries_a_week(week: int) -> None:
    made = make_week(make_company(), week)
    assert 2_800 <= len(made.entries) <= 3_200
    assert {entry.person.employee_id for entry in made.entries} == {p.employee_id for p in make_company().people}


def test_the_same_seed_gives_the_same_bytes_whatever_the_machine_does(tmp_path: Path) -> None:
    digests = set()
    for zone, hash_seed in (("UTC", "0"), ("Asia/Tokyo", "12345")):
        environment = os.environ | {"PYTHONPATH": str(ROOT), "TZ": zone, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run([sys.executable, "-c", DIGEST], capture_output=True, text=True, env=environment,
                              cwd=tmp_path, check=True)
        digests.add(done.stdout.strip())
    assert digests == {FIRST_TWO_COMPANIES_OF_SEED_7}, "a change of the generator changes every practice company"


def test_another_seed_company_or_week_gives_another_week() -> None:
    weeks = [make_week(make_company(seed, number), week) for seed, number, week in
             ((1, 1, 0), (2, 1, 0), (1, 2, 0), (1, 1, 1))]
    exports = [hashlib.sha256(b"".join(week.files.values())).hexdigest() for week in weeks]
    assert len(set(exports)) == 4


def test_dice_are_fair_enough() -> None:
    dice = Dice("any", 1)
    assert Counter(dice.between(1, 3) for _ in range(3_000)).keys() == {1, 2, 3}
    assert sorted(dice.in_any_order(range(20))) == list(range(20))
    for whole, count, unit in ((28_800, 11, 300), (100, 3, 60), (7, 1, 1)):
        parts = dice.parts(whole, count, unit)
        assert (sum(parts), len(parts)) == (whole, count)
        assert all(part % unit == 0 for part in parts[:-1])


def test_it_is_written_once_and_never_over(tmp_path: Path) -> None:
    place, company = Workspace(tmp_path), make_company()
    assert write_company(place, company) == 10 + 5
    settings = place.mappings(company.id) / "company.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    assert write_company(place, company) == 0
    assert settings.read_text(encoding="utf-8").endswith("# mine\n")
    assert write_company(place, company, weeks=3) == 2 * 5, "two more weeks of exports"
    with pytest.raises(RefusedError) as refused:
        write_company(place, make_company(seed=2))
    assert refused.value.code == "SANDBOX_TAKEN"


@pytest.mark.capability("C152")
def test_pay_rates_are_for_their_owner_only(tmp_path: Path) -> None:
    write_company(Workspace(tmp_path), make_company())
    private = Workspace(tmp_path).mappings("sandbox-studio") / "private"
    if sys.platform != "win32":
        assert [oct(path.stat().st_mode & 0o777) for path in (private, private / "pay_rates.csv")] == ["0o700", "0o600"]


def test_settings_and_cross_references_load_and_every_export_is_read(tmp_path: Path) -> None:
    place, company = Workspace(tmp_path), make_company()
    write_company(place, company)
    settings = read_settings(place.mappings(company.id) / "company.toml", company.id)
    tables = load_mappings(place.mappings(company.id), company.id)
    assert len(tables.rows("map_employees")) == 61, "60 people, one with two addresses"
    assert settings.company.go_live == company.first_monday
    read = {path.name: len(file_source.parse_file(file_source.read_file(path), path.name, drop))
            for drop in settings.drops for path in file_source.list_files(place.inbox(company.id), drop)}
    assert len(read) == 5
    assert sum(read.values()) > 5_000, "most entries twice: to Friday, and again to Sunday"


def test_every_choice_is_explained_to_a_bookkeeper(tmp_path: Path) -> None:
    write_company(Workspace(tmp_path), make_company())
    lines = (tmp_path / "mappings" / "sandbox-studio" / "company.toml").read_text(encoding="utf-8").splitlines()
    bare = [line for before, line in pairwise(lines)
            if line.startswith("[") and line != "[drops.columns]" and not before.startswith("# ")]
    assert bare == [], "each section follows its comment"


def test_exports_are_written_as_the_trackers_write_them() -> None:
    files = make_week(make_company()).files
    toggl = shared("samples/sources/toggl/Toggl_time_entries_2026-11-09_to_2026-11-15.csv").read_bytes()
    ours = files["Toggl_time_entries_2026-11-16_to_2026-11-22.csv"]
    assert ours[:3] == toggl[:3] == b"\xef\xbb\xbf", "a BOM, as in Toggl's own file"
    assert toggl.startswith(ours.splitlines()[0]), "the same header, amounts hidden"
    kimai = shared("samples/sources/kimai/20261116-Alder_Pine_Studio.csv").read_text(encoding="utf-8")
    heading = files["kimai_2026-11-16_to_2026-11-22.csv"].decode().splitlines()[0].replace('"', "").split(",")
    assert set(heading) - {"ID", "Exported"} <= set(kimai.splitlines()[0].replace('"', "").split(","))


@pytest.mark.parametrize(("day", "place", "is_off"), [
    (date(2026, 11, 26), "US", True), (date(2026, 11, 26), "DE", False), (date(2026, 11, 18), "DE", True),
    (date(2026, 9, 7), "US", True), (date(2027, 5, 31), "US", True), (date(2027, 1, 18), "US", True),
    (date(2026, 11, 19), "US", False), (date(2026, 12, 25), "DE", True),
], ids=str)
def test_holidays(day: date, place: str, is_off: bool) -> None:
    assert is_holiday(day, place) is is_off
