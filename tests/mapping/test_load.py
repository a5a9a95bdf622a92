"""Cross-references are read strictly: every fault of the catalogue is told by file and line, nothing is mended."""

from __future__ import annotations

import pytest

from tests.mapping.catalogue import ACCEPTED, REFUSED
from tests.mapping.small import loaded, refusal


@pytest.mark.capability("C32", "C33")
@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[0]} {case[-1]}"[:60])
def test_refused(tmp_path, case):
    number, file, old, new, words, why = case
    told = refusal(tmp_path, file, old, new)
    assert told, f"{number}: {why}: the set was taken"
    assert words in told, f"{number}: {why}"
    assert file in told
    assert "fix:" in told


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: f"{case[0]} {case[-1]}"[:60])
def test_accepted(tmp_path, case):
    number, file, old, new, table, column, value, why = case
    assert loaded(tmp_path, file, old, new).rows(table)[0][column] == value, f"{number}: {why}"


def test_the_small_company_itself_is_taken(tmp_path):
    assert len(loaded(tmp_path).rows("map_projects")) == 2
