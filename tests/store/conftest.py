"""Shared by the tests of the store: an empty workspace, and one that a whole week went through."""

from __future__ import annotations

import shutil

import pytest

from etl.workspace import Workspace
from tests.store import week


@pytest.fixture
def workspace(tmp_path):
    root = tmp_path / "books"
    root.mkdir()
    return Workspace(root)


@pytest.fixture(scope="session")
def _week(tmp_path_factory):
    return week.whole_week(tmp_path_factory.mktemp("week"))


@pytest.fixture
def whole(_week, tmp_path):
    """A copy of the whole week, to be spoiled."""
    shutil.copytree(_week.root, tmp_path / "week")
    return Workspace(tmp_path / "week")
