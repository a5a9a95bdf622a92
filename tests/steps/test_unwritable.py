"""A workspace one may not write to: said before anything is written. No permission stops root, so it steps down."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl import steps
from etl.errors import EtlError
from etl.steps.init import SAMPLE, SAMPLE_PERIOD_END, init

NOBODY = 65534
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions are another matter there")


@pytest.fixture
def workspace() -> Iterator[Path]:
    """A workspace that everybody may read and nobody but its owner may write."""
    root = Path(tempfile.mkdtemp(prefix="tb-"))
    init(root, with_sample=True)
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    yield root
    shutil.rmtree(root)


def told_without_rights(root: Path) -> tuple[int, str]:
    """What the week says to an account without the right to write, run in a child of this process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            run = steps.start(SAMPLE, SAMPLE_PERIOD_END, root, in_memory=True)  # as long as Python can still be read
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            else:
                root.chmod(0o555)
            steps.week(run)
        except EtlError as error:
            os.write(writer, error.message().encode())
            code = error.exit_code
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def test_the_week_says_where_it_may_not_write(workspace: Path) -> None:
    for folder in (workspace / "data", workspace / "reports"):
        folder.chmod(0o555)
    before = sorted(workspace.rglob("*"))
    code, said = told_without_rights(workspace)
    assert code == 2, said
    assert "NOT_WRITABLE" in said
    assert str(workspace / "data") in said
    assert sorted(workspace.rglob("*")) == before, "nothing half-written"
