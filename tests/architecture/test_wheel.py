"""What ships: a wheel holds the code, the SQL, the law, notebooks, suites and what the practice company is made by."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEEK = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from etl import shipped, steps
from etl.steps.init import init
assert "_shipped" in str(shipped.shipped("notebooks"))
init(Path(sys.argv[2]), with_sample=True)
print(steps.week(steps.start("sandbox-studio", "2026-11-22", sys.argv[2], in_memory=True)).facts)
"""
SHIPPED = (
    "etl/cli.py",
    "etl/codes.csv",
    "etl/sql/money.sql",
    "etl/sql/rules/pieces_classified.sql",
    "etl/law/examples.csv",
    "etl/law/information_returns.csv",
    "etl/law/overtime_rules.csv",
    "etl/targets/account_purposes.csv",
    "etl/targets/compatibility.csv",
    "etl/targets/iris_columns.csv",
    "etl/_shipped/notebooks/10_pull.ipynb",
    "etl/_shipped/notebooks/week.ipynb",
    "etl/_shipped/expectations/entries.json",
    "etl/_shipped/docs/index.md",
    "etl/_shipped/docs/menu.csv",
    "etl/_shipped/README.md",
    "etl/sandbox/company.toml",
)


def test_the_wheel_holds_everything_a_week_needs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("timebooks-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert not [name for name in SHIPPED if name not in names]
    assert not [name for name in names if name.startswith(("tests/", "data/", "reports/"))]
    zipfile.ZipFile(wheel).extractall(tmp_path / "elsewhere")
    ran = subprocess.run(
        [sys.executable, "-I", "-c", WEEK, str(tmp_path / "elsewhere"), str(tmp_path / "workspace")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert "('unreconciled', '0')" in ran.stdout
