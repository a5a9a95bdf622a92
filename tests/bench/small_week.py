"""A small week through papermill against its floor: the same notebooks emptied, one warm kernel, the same imports."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from etl.settings import read_settings
from etl.workspace import Workspace
from tests.bench import company
from tests.bench.entries import landed_entries
from tests.bench.told import told

ROOT = Path(__file__).resolve().parents[2]
COMPANY = "sandbox-bench"  # a sandbox approves by itself: one command runs all stage notebooks
COUNT_ENTRIES, BUDGET = 3_000, 1.5
WEEK = ("week", "--company", COMPANY, "--period-end", company.PERIOD_END)
COMMAND = "from etl.cli import main; main()"


def write_workspace(root: Path, count: int) -> None:
    """The company of 60 people, its export of a week in the inbox, nothing landed yet."""
    workspace = company.write_company(root, count)
    target = workspace.mappings(COMPANY)
    workspace.mappings(company.COMPANY).rename(target)
    settings = target / "company.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(f'"{company.COMPANY}"', f'"{COMPANY}"'))
    columns = read_settings(settings, COMPANY).drops[0].columns
    inbox = Workspace(root).inbox(COMPANY)
    inbox.mkdir(parents=True)
    entries = landed_entries(count)
    with (inbox / "export.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*(entries[name].to_pylist() for name in columns.values()), strict=True))


def emptied_notebooks(folder: Path, modules: list[str]) -> None:
    """The stage notebooks with as many cells, of which the first imports what a week imports and the others nothing."""
    from etl import runner
    from etl.shipped import shipped

    folder.mkdir()
    for number, name in enumerate((*runner.TO_DRAFT, *runner.AFTER_DRAFT)):
        notebook = json.loads((shipped("notebooks") / f"{name}.ipynb").read_text(encoding="utf-8"))
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        for cell in code[1:]:  # the first is the cell of parameters
            cell["source"] = "# nothing"
        if number == 0:
            code[1]["source"] = (
                "import contextlib, importlib\n"
                f"for name in {modules!r}:\n    with contextlib.suppress(Exception):\n        importlib.import_module(name)"
            )
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    write_sums(folder)


def write_sums(folder: Path) -> None:
    """The list that a release has of its notebooks, for these."""
    lines = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.glob("*.ipynb")))
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="ascii")


def floor(notebooks: str) -> None:
    """The emptied notebooks, with the imports the command makes."""
    from etl import cli, progress, runner, steps  # noqa: F401

    runner.shipped = lambda _: Path(notebooks)  # type: ignore[assignment]
    with runner.warm_kernel():
        for name in (*runner.TO_DRAFT, *runner.AFTER_DRAFT):
            executed = runner.run_notebook(name, {"company": COMPANY, "period_end": company.PERIOD_END})
            if executed.stopped is not None:
                raise SystemExit(executed.stopped.message())


def loaded_modules(root: str) -> None:
    """Print the modules that a whole week has loaded in its kernel, in the order they were imported."""
    from etl import runner

    with tempfile.TemporaryDirectory() as folder:
        for name in (*runner.TO_DRAFT, *runner.AFTER_DRAFT):
            shutil.copy(runner.shipped("notebooks") / f"{name}.ipynb", folder)
        probe = json.loads((Path(folder) / "80_close.ipynb").read_text(encoding="utf-8"))
        probe["cells"] = [cell for cell in probe["cells"] if cell["cell_type"] == "code"][:2]
        probe["cells"][1]["source"] = "import sys; print(*sys.modules)"
        (Path(folder) / "probe.ipynb").write_text(json.dumps(probe), encoding="utf-8")
        write_sums(Path(folder))
        runner.shipped = lambda _: Path(folder)  # type: ignore[assignment]
        with runner.warm_kernel():
            for name in (*runner.TO_DRAFT, *runner.AFTER_DRAFT, "probe"):
                executed = runner.run_notebook(
                    name, {"company": COMPANY, "period_end": company.PERIOD_END, "workspace": root}
                )
                if executed.stopped is not None:
                    raise SystemExit(executed.stopped.message())
    print("".join(json.loads(executed.content)["cells"][-1]["outputs"][0]["text"]))


def timed(arguments: list[str], what: str) -> tuple[float, str]:
    """Seconds from the start of a process to its end, and what it prints."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{what} failed:\n{done.stderr[-2000:]}{done.stdout[-2000:]}")
    return seconds, done.stdout


def run(runs: int, count: int = COUNT_ENTRIES) -> dict[str, object]:
    """Both sides interleaved; the workspace is made anew for each week of ours, outside the time."""
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as place:
        folder = Path(place)
        write_workspace(folder / "blank", count)
        shutil.copytree(folder / "blank", folder / "probe")
        _, printed = timed(["-m", "tests.bench.small_week", "loaded_modules", str(folder / "probe")], "the probe")
        modules = [name for name in printed.split() if name != "__main__"]
        emptied_notebooks(folder / "emptied", modules)
        ours: list[float] = []
        least: list[float] = []
        for number in range(runs):
            root = folder / f"week-{number}"
            shutil.copytree(folder / "blank", root)
            seconds, printed = timed(["-c", COMMAND, "--workspace", str(root), *WEEK], "the week")
            if "closed" not in printed:
                raise SystemExit(f"the week did not come to its close:\n{printed}")
            ours.append(seconds)
            least.append(timed(["-m", "tests.bench.small_week", "floor", str(folder / "emptied")], "the floor")[0])
    return told("small_week", ours, least, BUDGET)


if __name__ == "__main__":
    SIDES: dict[str, Callable[[str], None]] = {"floor": floor, "loaded_modules": loaded_modules}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    SIDES[sys.argv[1]](sys.argv[2])
