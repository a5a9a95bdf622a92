"""The house keeps its shape: imports go down, third parties have one home, files and functions stay small."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ETL = ROOT / "etl"
WORDS = {"errors", "disk", "codes", "terms", "units", "periods", "tables", "settings", "workspace", "shipped"} | {
    "lean_imports", "machine", "strict_json", "page"}
EDGES = {
    "sources",
    "targets",
    "books",
    "store",
    "checks",
    "workbooks",
    "pages",
    "trust",
    "mapping",
    "sandbox",
    "alerts",
    "lint",
}
DOORS = {"cli", "runner", "progress", "fleet", "dashboard", *(path.stem for path in ETL.glob("cli_*.py"))}
FLOORS = (
    dict.fromkeys(WORDS, 0)
    | dict.fromkeys({"sql", "law"}, 1)
    | dict.fromkeys(EDGES, 2)
    | {"steps": 3}
    | dict.fromkeys(DOORS, 4)
)
HOMES = {  # a third party's one home; a folder ends in "/"
    "requests": ("etl/sources/http.py", "etl/sources/line.py"),
    "great_expectations": ("etl/checks/",),
    "openpyxl": ("etl/workbooks/",),
    "papermill": ("etl/runner.py",),
    "nbclient": ("etl/runner.py",),
    "nbformat": ("etl/runner.py",),
    "jupyter_client": ("etl/runner.py",),
    "duckdb": ("etl/sql/run.py", "etl/store/history.py", "etl/store/history_compare.py", "etl/store/lake.py",
               "etl/store/leases.py"),
    "rich": ("etl/progress.py",),
    "dask": ("etl/fleet/cluster.py",),
    "distributed": ("etl/fleet/cluster.py",),
    "beancount": ("etl/lint/trial.py",),
    "tqdm": ("etl/steps/notebook.py",),
    "altair": ("etl/pages/",),
    "markdown_it": ("etl/pages/site.py",),
    "apprise": ("etl/alerts.py",),
    "panel": ("etl/dashboard/live.py",),
    "bokeh": ("etl/dashboard/",),
    "tornado": ("etl/dashboard/",),
    "typer": ("etl/cli.py", "etl/cli_"),
    "click": ("etl/cli.py",),
    "pydantic": ("etl/settings/",),
    "filelock": ("etl/store/",),
    "babel": ("etl/units.py",),
    "python_calamine": ("etl/sources/",),
    "defusedxml": ("etl/sources/",),
    "pyrate_limiter": ("etl/sources/quota.py",),
    "urllib3": ("etl/sources/http.py", "etl/sources/line.py"),
    "msgspec": ("etl/sources/quick_json.py", "etl/sources/known_form.py"),
    "certifi": ("etl/sources/http.py",),
    "keyring": ("etl/trust/",),
    "cryptography": ("etl/trust/",),
}
PYTHON = sorted(ETL.rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def imports(path: Path) -> tuple[str, ...]:
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "etl" else ""


def floor_faults(path: Path, modules: list[str]) -> list[str]:
    own = room(".".join(path.relative_to(ROOT).with_suffix("").parts))
    faults = []
    for module in modules:
        other = room(module)
        if other not in FLOORS or other == own or own not in FLOORS:
            continue
        if FLOORS[other] > FLOORS[own] or (FLOORS[own] == FLOORS[other] == 2):
            faults.append(f"{named(path)} -> {module}")
        if FLOORS[own] == 4 and FLOORS[other] in (1, 2):
            faults.append(f"{named(path)} -> {module}: a door goes through the steps")
    return faults


def test_imports_go_down_only() -> None:
    faults = [fault for path in PYTHON for fault in floor_faults(path, list(imports(path)))]
    assert not faults, "\n".join(faults)


def test_the_floor_test_can_fail() -> None:
    assert floor_faults(ETL / "sources" / "files.py", ["etl.store.landing"])
    assert floor_faults(ETL / "sql" / "run.py", ["etl.steps.run"])
    assert not floor_faults(ETL / "steps" / "pull.py", ["etl.store.landing"])


def test_every_room_has_a_floor() -> None:
    unknown = (
        {room(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in PYTHON}
        - set(FLOORS)
        - {"", "__init__", "__main__"}
    )
    assert not unknown, unknown


@pytest.mark.parametrize("library", sorted(HOMES))
def test_each_third_party_has_one_home(library: str) -> None:
    strangers = [
        named(path)
        for path in PYTHON
        if library in {module.split(".")[0] for module in imports(path)}
        and not any(
            named(path) == home or (home[-1] in "/_" and named(path).startswith(home)) for home in HOMES[library]
        )
    ]
    assert not strangers, f"{library} is imported outside its home: {strangers}"


def test_files_and_functions_stay_small() -> None:
    faults = []
    for path in [*PYTHON, *ETL.rglob("*.sql")]:
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > 350:
            faults.append(f"{named(path)}: {len(lines)} lines")
        if path.suffix == ".py":
            faults += [
                f"{named(path)}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
                for node in ast.walk(ast.parse("\n".join(lines)))
                if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= 60
            ]
    assert not faults, "\n".join(faults)


def test_every_file_says_why_it_exists() -> None:
    silent = [named(path) for path in PYTHON if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert not silent, silent


def test_sql_files_are_in_one_order_and_use_only_what_comes_before() -> None:
    from etl.sql import order

    listed = [name for names in order.FOLDERS.values() for name in names]
    on_disk = {path.stem for path in (ETL / "sql").rglob("*.sql")} - {"money", "words"}
    assert sorted(listed) == sorted(on_disk), set(listed) ^ on_disk
    names = [*order.STAGING, *order.MAP, *order.RULES, *order.CORRECTIONS, *order.MARTS]
    for index, name in enumerate(names):
        text = order.statement(name)
        own = set(re.findall(r"\b([a-z_]+) as (?:not )?(?:materialized )?\(", text))  # a CTE may be called like a table
        reads = set(re.findall(r"\b(?:from|join)\s+([a-z_]+)", text)) | set(
            re.findall(r"(?:largest|weighed)_remainder\('([a-z_]+)'\)", text)
        )
        late = (reads - own) & set(names[index:])
        assert not late, f"{name} uses {late}, which comes later"


def test_sql_is_commented_and_pastes_no_value() -> None:
    for path in (ETL / "sql").rglob("*.sql"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("-- "), named(path)
        assert not re.search(r"\{[a-z_]+\}|%s|%\(", text), f"{named(path)} looks like a template"


def test_codes_in_the_source_are_the_codes_of_the_table() -> None:
    with (ETL / "codes.csv").open(encoding="utf-8", newline="") as file:
        table = {row["code"]: row for row in csv.DictReader(file)}
    source = "\n".join(path.read_text(encoding="utf-8") for path in PYTHON)
    raised = set(table) & set(re.findall(r"\w+", source))
    in_sql = {
        code
        for path in (ETL / "sql").rglob("*.sql")
        for code in re.findall(r"'(TE\d{3})'", path.read_text(encoding="utf-8"))
    }
    in_suites = {
        expectation["meta"]["code"]
        for path in (ROOT / "expectations").glob("*.json")
        for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]
    }
    unused = {code for code in table if code not in raised | in_sql | in_suites}
    assert not unused, f"in codes.csv and nowhere else: {sorted(unused)}"
    missing = (in_sql | in_suites) - set(table)
    assert not missing, f"not in codes.csv: {sorted(missing)}"
    for row in table.values():
        assert all(row[name].strip() for name in ("severity", "title", "cause", "fix")), row


def raised_codes() -> Iterator[tuple[str, str]]:
    """Every literal first argument of an error or finding."""
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if (
                    name.endswith("Error")
                    and name != "ValueError"
                    and re.fullmatch(r"[A-Z][A-Z0-9_]+", node.args[0].value)
                ):
                    yield named(path), node.args[0].value


@pytest.mark.capability("C107")
def test_every_raised_code_is_explained() -> None:
    with (ETL / "codes.csv").open(encoding="utf-8", newline="") as file:
        table = {row["code"] for row in csv.DictReader(file)}
    missing = sorted({f"{where}: {code}" for where, code in raised_codes() if code not in table})
    assert not missing, "\n".join(missing)
