"""The audit of the lists: what is planted is found, nothing else; no entry leaves the scope; nothing changes."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import steps
from etl.errors import ConservationError
from etl.sql.run import Engine
from etl.steps.list_audit import audit_lists
from tests.faults.tiny import COMPANY, PERIOD_END, make_company

TODAY = date(2026, 11, 30)
TARGET_LISTS = """target,list,name,code,active
quickbooks_online,employee,Ann,101,yes
quickbooks_online,employee,Bob,,yes
quickbooks_online,employee,Bobby Tables,103,yes
quickbooks_online,customer_job,Mill,201,yes
quickbooks_online,customer_job,Mill:Web,202,no
quickbooks_online,customer_job,Mill:Café,203,yes
quickbooks_online,customer_job,Mill:Cafe,204,yes
quickbooks_online,service_item,Design,301,yes
quickbooks_online,account,Job Costs:Direct Labor,401,yes
"""
PEOPLE = "\n".join((
    "tracker,zoe@tiny.example,E3,Zoë Adair,employee,weekly,nonexempt,US,,2026-11-02,",
    "tracker,zoe2@tiny.example,E4,Zoe Adair,employee,weekly,nonexempt,US,,2026-11-02,",
    "tracker,vic@tiny.example,V1,Vic Marsh,contractor,,,US,,2026-11-02,", ""))


def planted(root: Path) -> Path:
    """The tiny company with lists of its books, and a fault of each kind."""
    place = make_company(root)
    folder = place.mappings(COMPANY)
    (folder / "target_lists.csv").write_text(TARGET_LISTS, encoding="utf-8")
    with (folder / "employees.csv").open("a", encoding="utf-8") as file:
        file.write(PEOPLE)
    with (folder / "projects.csv").open("a", encoding="utf-8") as file:
        file.write("tracker,*,Closed,Mill:Café,time_and_materials,2026-11-02,2026-11-03\n")
    (folder / "scope.csv").write_text(
        "kind,ref,pay,labor,billing,tax,reason,owner,effective_from,effective_to\n"
        "customer_job,Mill,yes,yes,no,no,a favor to the mill,Nora,2026-11-02,\n", encoding="utf-8")
    inbox = place.inbox(COMPANY) / "time.csv"
    lines = inbox.read_text(encoding="utf-8").splitlines()
    more = [line.replace(",Web,", f",{name},").replace("2026-11-02-", f"{name}-")
            for name in ("Mill:Cafe", "Closed") for line in lines if "ann@tiny" in line and "2026-11-05 " in line]
    inbox.write_text("\r\n".join([*lines, *more, ""]), encoding="utf-8", newline="")
    return root


@pytest.fixture(scope="module", name="found")
def _found(tmp_path_factory):
    return audit_lists(planted(tmp_path_factory.mktemp("audit") / "w"), COMPANY, today=TODAY)


def told(found, code: str) -> set[tuple]:
    return {(row["side"], row["kind"], row["name"], row["other"]) for row in found.tables["list_findings"].to_pylist()
            if row["code"] == code}


@pytest.mark.capability("C17")
def test_names_that_may_be_one_are_told_with_a_score_and_stay_two(found):
    assert told(found, "TE280") == {("mapping", "person", "Zoe Adair", "Zoë Adair"),
                                    ("books", "job", "Mill : Cafe", "Mill : Café")}
    assert {row["score"] for row in found.tables["list_findings"].to_pylist() if row["code"] == "TE280"} == {100}


def test_each_part_of_it_can_be_shown(found):
    shown = {name: getattr(found, name)() for name in ("summary", "findings", "scope", "to_map", "links")}
    assert {name: len(outcome.rows) for name, outcome in shown.items()} == {
        "summary": 6, "findings": found.tables["list_findings"].num_rows, "scope": found.tables["scope_table"].num_rows,
        "to_map": 2, "links": 3}
    assert "10:00:00" in shown["to_map"].text()
    assert all(outcome.html().count("<table>") for outcome in shown.values())
    assert "SANDBOX_projects_to_map.csv" in shown["summary"].next_step


@pytest.mark.capability("C18")
def test_inactive_but_used_and_active_but_unused_on_both_sides(found):
    assert told(found, "TE281") == {("tracker", "project", "Closed", None),
                                    ("books", "customer_job", "Mill:Web", None)}
    assert told(found, "TE282") == {
        ("mapping", "person", "Zoë Adair", None), ("mapping", "person", "Zoe Adair", None),
        ("mapping", "person", "Vic Marsh", None), ("books", "employee", "Bobby Tables", None),
        ("books", "customer_job", "Mill:Cafe", None), ("books", "service_item", "Design", None)}


@pytest.mark.capability("C124")
def test_missing_ids_and_drift_from_the_master_both_ways(found):
    assert told(found, "TE283") == {("books", "employee", "Bob", None), ("mapping", "person", "Vic Marsh", None)}
    assert told(found, "TE284") == {
        ("mapping", "employee", "Zoë Adair", None), ("mapping", "employee", "Zoe Adair", None),
        ("mapping", "service_item", "Engineering", None), ("mapping", "account", "Accrued Wages Payable", None),
        ("mapping", "account", "Overhead:Internal Labor", None), ("mapping", "account", "Overhead:Paid Leave", None)}
    assert all("the master is books" in row["told"] for row in found.tables["list_findings"].to_pylist()
               if row["code"] == "TE284")


def test_what_has_time_and_no_row_is_told(found):
    assert told(found, "TE285") == {("tracker", "project", "Mill:Cafe", None)}, "Closed had a row, that ended"


@pytest.mark.capability("C15")
def test_the_scope_tells_what_is_in_and_what_waits_with_hours_and_reason(found):
    rows = [row for row in found.tables["scope_table"].to_pylist() if row["kind"] == "project"]
    assert [(row["ref"], row["scope"], row["reason"], row["seconds"]) for row in rows] == [
        ("Closed", "waits", "not mapped on that day", 36000), ("Mill:Cafe", "waits", "not mapped on that day", 36000),
        ("Web", "in", "as Mill:Web; without billing, employer taxes: a favor to the mill", 302400)]
    for kind in ("person", "project", "item"):
        assert sum(row["seconds"] for row in found.tables["scope_table"].to_pylist() if row["kind"] == kind) == 374400


@pytest.mark.capability("C14")
def test_the_workbook_and_the_rows_to_map_are_written_beside_the_companys_own_files(found, tmp_path):
    root = tmp_path / "w"
    before = {path: path.read_bytes() for path in planted(root).rglob("*") if path.is_file()}
    again = audit_lists(root, COMPANY, today=TODAY)
    folder = root / again.folder
    assert again.folder == found.folder, "the same lists give the same workbook"
    assert sorted(path.name for path in folder.iterdir()) == sorted(again.files)
    assert all(path.read_bytes() == content for path, content in before.items())
    text = (folder / "SANDBOX_projects_to_map.csv").read_text(encoding="utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["source", "client_ref", "project_ref", "customer_job", "billing_method", "effective_from", "effective_to"],
        ["tracker", "(none)", "Closed", "", "", "2026-11-05", ""],
        ["tracker", "(none)", "Mill:Cafe", "", "", "2026-11-05", ""]]
    book = openpyxl.load_workbook(folder / "SANDBOX_audit.xlsx")
    assert book.sheetnames == ["Summary", "Names alike", "Findings", "Scope", "To map"]
    edited = folder / "SANDBOX_projects_to_map.csv"
    edited.write_text("mine", encoding="utf-8")
    audit_lists(root, COMPANY, today=TODAY)
    assert edited.read_text(encoding="utf-8") == "mine", "what somebody completes is not written over"


def test_it_needs_no_cross_references_and_no_pull(tmp_path):
    place = make_company(tmp_path)
    for path in place.mappings(COMPANY).glob("*.csv"):
        path.unlink()
    found = audit_lists(tmp_path, COMPANY, today=TODAY)
    assert "not landed yet" in found.source
    assert found.tables["rows_to_map"].num_rows == 4
    assert not place.landing(COMPANY).exists()


def test_after_a_week_it_reads_what_has_landed(tmp_path):
    make_company(tmp_path)
    steps.pull(steps.start(COMPANY, PERIOD_END, tmp_path))
    found = audit_lists(tmp_path, COMPANY, today=TODAY)
    assert "1 pull(s)" in found.source
    assert found.summary().rows == ()


def alike(tmp_path: Path, names: list[str], kind: str = "person") -> list[tuple[str, str, int]]:
    """Pairs of one list that are suggested as one, with their score."""
    rows = pa.Table.from_pylist([{"name_no": number, "side": "books", "list": "b", "kind": kind, "outer_name": "",
                                  "name": name, "id": str(number), "answer": None}
                                 for number, name in enumerate(names)],
                                schema=pa.schema({"name_no": pa.int64(), **{name: pa.string() for name in (
                                    "side", "list", "kind", "outer_name", "name", "id", "answer")}}))
    with Engine(None, tmp_path, [tmp_path]) as engine:
        engine.put("given", rows)
        engine._ask("create table names_listed as select *, '' as outer_plain, plain_name(name) as plain, "
                    "in_word_order(plain_name(name)) as ordered from given")
        engine.run(("name_keys", "spellings_alike", "names_alike"))
        return [(names[row["name_a"]], names[row["name_b"]], row["score"]) for row in
                engine.fetch("names_alike").to_pylist() if row["is_duplicate"]]


@pytest.mark.parametrize(("entries", "seconds"), [(2, 60), (1, 90), (3, 90)])
def test_a_scope_that_lost_an_entry_or_a_second_stops_the_audit(tmp_path, entries, seconds):
    versions = pa.table({"worked_seconds": pa.array([60, 30, 5], pa.int64()), "is_superseded": [False, False, True],
                         "is_withdrawn": [False, False, False]})
    with Engine(None, tmp_path, [tmp_path]) as engine:
        engine.put("entry_versions", versions)
        for count, total in ((2, 90), (entries, seconds)):
            engine.put("scope_table", pa.table({"kind": ["person"], "count_entries": [count], "seconds": [total]}))
            if (count, total) == (2, 90):
                engine.audit("scope_not_conserved")
        with pytest.raises(ConservationError, match="scope_not_conserved"):
            engine.audit("scope_not_conserved")


ONE = [("Robin Ashgrove", "Robin J. Ashgrove"), ("Müller, Hans", "hans muller"),
       ("Marguerite Hollowell", "Margurite Hollowell"), ("Caleb Peel", "Caleb  Peel"),
       ("R. Thornquist", "Rosalind Thornquist"),
       ("Zoë Adair", "ZOE ADAIR"),
       ("Lindqvist-Rhodes Sunniva", "Sunniva Lindqvist Rhodes"), ("Wendell Brandvold", "Wendell Brandvodl")]
TWO = [("Client 0001", "Client 0002"), ("Ann Marsh", "Ann Peel"), ("Kiosk Screens", "Kiosk Screens 2"),
       ("Mossgate Clinics", "Moss Clinics West"), ("Ruth Marsh", "Dov Marsh"), ("Design", "Development")]


@pytest.mark.capability("C17")
def test_a_labeled_list_is_told_without_a_miss_and_without_a_false_pair(tmp_path):
    names = [name for pair in (*ONE, *TWO) for name in pair]
    assert {frozenset(pair[:2]) for pair in alike(tmp_path, names)} == set(map(frozenset, ONE))


def test_ten_thousand_names_on_each_side_do_not_explode(tmp_path):
    """Names of one pattern, all equal names, and one planted pair: few comparisons, the pair is found."""
    names = [f"Client {number:05}" for number in range(10_000)] + ["Same Name"] * 3_000
    names += [f"{'abcdefg'[number % 7]}{number % 977} Holdings {number}" for number in range(7_000)]
    found = alike(tmp_path, [*names, "Harbor Museum", "Harbour Museum"])
    assert ("Harbor Museum", "Harbour Museum") in {pair[:2] for pair in found}
    assert len(found) == 2_999 + 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text("abc ÄÖé.-:12", min_size=1, max_size=12), min_size=2, max_size=8, unique=True))
def test_the_order_of_a_list_changes_no_score_and_no_name_is_alike_itself(tmp_path_factory, names):
    folder = tmp_path_factory.mktemp("alike")
    pairs = {frozenset(pair[:2]): pair[2] for pair in alike(folder, names)}
    assert all(len(pair) == 2 for pair in pairs)
    turned = {frozenset(pair[:2]): pair[2] for pair in alike(folder, names[::-1])}
    assert {score for pair, score in pairs.items() if score < 100} == {s for p, s in turned.items() if s < 100}
    assert all(93 <= score <= 100 for score in pairs.values())
