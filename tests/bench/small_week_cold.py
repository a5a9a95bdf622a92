"""A small week through papermill with a kernel for each notebook, as papermill alone would run it: what one warm kernel saves."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench import company
from tests.bench.small_week import COMMAND, COMPANY, COUNT_ENTRIES, WEEK, timed, write_workspace
from tests.bench.told import told


def loop(root: str) -> None:
    """The stage notebooks of the week one after the other, each in a kernel of its own."""
    import papermill

    from etl import runner
    from etl.shipped import shipped

    for name in (*runner.TO_DRAFT, *runner.AFTER_DRAFT):
        papermill.execute_notebook(
            str(shipped("notebooks") / f"{name}.ipynb"), str(Path(root) / f"{name}.ipynb"), progress_bar=False, log_output=False,
            parameters={"company": COMPANY, "period_end": company.PERIOD_END, "workspace": root}, kernel_name="python3")


def run(runs: int, count: int = COUNT_ENTRIES) -> dict[str, object]:
    """Both interleaved; the workspace is made anew for each, outside the time."""
    took: dict[str, list[float]] = {"ours": [], "cold": []}
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as place:
        write_workspace(Path(place) / "blank", count)
        for number in range(runs):
            for side, own in took.items():
                root = Path(place) / f"{side}-{number}"
                shutil.copytree(Path(place) / "blank", root)
                command = ["-c", COMMAND, "--workspace", str(root), *WEEK] if side == "ours" else [
                    "-m", "tests.bench.small_week_cold", str(root)]
                own.append(timed(command, side)[0])
    return told("small_week_against_a_kernel_each", took["ours"], took["cold"], None)


if __name__ == "__main__":
    loop(sys.argv[1])
