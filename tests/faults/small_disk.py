"""Run as a program in a mount namespace of its own: a company's week on a disk of each given size, then with room.

Arguments: an untouched company, an empty folder to mount on, and sizes as `KiB/inodes`. Per size one JSON line.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from etl import steps
from tests.faults import tiny
from tests.faults.children import command

WEEK = ("week", "--company", tiny.COMPANY, "--period-end", tiny.PERIOD_END.isoformat(), "--no-notebooks")


def tried(base: Path, point: Path, size: str) -> dict[str, object]:
    """What the week told on a disk of this size, what lay there then, and where it ended once there was room."""
    kib, inodes = size.split("/")
    mount(f"size={kib}k,nr_inodes={inodes}", point)
    try:
        root = point / "w"
        shutil.copytree(base, root)
        first = command(root, *WEEK)
        left = steps.verify(root)
        visible = [path for path in tiny.names(root) if "/batch-" in path and path.startswith("reports")]
        mount("remount,size=256m,nr_inodes=0", point)
        again = command(root, *WEEK)
        after = steps.verify(root, full=True)
        return {
            "size": size, "code": first.code, "problem": first.problem, "talk": first.talk, "left": left.exit_code,
            "left_text": left.text(), "visible": visible, "again": again.code, "again_talk": again.talk,
            "after": after.exit_code, "after_text": after.text(), "digests": tiny.batch_digests(root),
            "history": dict(after.facts).get("history"),
        }
    finally:
        subprocess.run(["umount", str(point)], check=True)


def mount(options: str, point: Path) -> None:
    """A file system in memory, or another size for the one there."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(point)], check=True)


def warm(base: Path) -> None:
    """One week in this process, so that its children need not import everything again."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(base, Path(folder) / "w")
        tiny.week(Path(folder) / "w")


if __name__ == "__main__":
    warm(Path(sys.argv[1]))
    for given in sys.argv[3:]:
        print(json.dumps(tried(Path(sys.argv[1]), Path(sys.argv[2]), given)), flush=True)
