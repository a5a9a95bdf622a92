"""Every input of the bad-input catalogue (reliability reference, c) has a test; an id without one fails here.

The inputs that are files are read once more by a child with a cap on its memory: `pytest -s` shows ids and counts.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.shared import shared

ROOT = Path(__file__).resolve().parents[2]
CAP = 3072   # MiB of address space; the libraries alone map more than a third of it

READ_HERE = "tests/sources/capped.py::inputs"
TOLD_AT = {   # ids whose answer is not given by reading one file: where it is given
    "B05": ["tests/sql/test_names.py::test_a_doubtful_name_holds_what_hangs_on_it",
            "tests/sources/test_files.py::test_text_that_was_decoded_twice_is_remarked_and_kept"],
    "B26": ["tests/sql/test_staging.py::test_dates_are_read_by_the_declared_format_alone"],
    "B27": ["tests/sql/test_staging.py::test_dates_are_read_by_the_declared_format_alone"],
    "B30": ["tests/sql/test_names.py::test_a_doubtful_name_holds_what_hangs_on_it",
            "tests/sql/test_names.py::test_a_pair_of_look_alikes_in_the_cross_references_holds_both"],
    "B31": ["tests/sql/test_names.py::test_a_doubtful_name_holds_what_hangs_on_it"],
    "B33": ["tests/sql/test_names.py::test_a_doubtful_name_holds_what_hangs_on_it"],
    "B35": ["tests/targets/test_text.py::test_formulas_get_the_lead",
            "tests/workbooks/test_writer.py::test_hostile_text_is_a_string_and_nothing_else"],
    "B37": ["tests/targets/test_text.py::test_free_text",
            "tests/targets/test_text.py::test_hostile_notes_survive_the_reader"],
    "B38": ["tests/targets/test_mapped_names.py::test_a_name_is_told_with_its_line"],
    "B39": ["tests/targets/test_mapped_names.py::test_an_account_that_the_chart_of_accounts_lacks_is_told_b39"],
    "B43": ["tests/sources/test_files.py::test_a_file_that_changes_while_it_is_read"],
    "B44": ["tests/sources/test_files.py::test_only_plain_files_are_read"],
    "B45": ["tests/sources/test_files.py::test_a_file_name_is_never_a_pattern"],
    "B46": ["tests/sources/test_files.py::test_a_file_name_is_never_a_pattern"],
    "B47": ["tests/sources/test_files.py::test_settings_are_toml_and_nothing_else"],
    "J08": ["tests/sql/test_names.py::test_a_running_timer_is_counted_and_left_out",
            "tests/sql/test_staging.py::test_start_end_and_break"],
    "J10": ["tests/sql/test_versions.py::test_deliveries"],
    "J11": ["tests/sql/test_mapping.py::test_two_trackers_may_use_one_name_for_two_people"],
    "X11": ["tests/workbooks/test_writer.py::test_a_long_text_is_cut_in_its_cell_and_whole_in_parts"],
    "X12": ["tests/workbooks/test_text.py::test_hidden_characters_are_shown"],
    "X13": ["tests/workbooks/test_writer.py::test_hostile_text_is_a_string_and_nothing_else"],
    "X14": ["tests/workbooks/test_text.py::test_sheet_names"],
}


@cache
def answers() -> tuple[dict[str, Any], ...]:
    """What the child said of each input, in order."""
    child = subprocess.run([sys.executable, "-m", "tests.sources.capped", str(CAP)], cwd=ROOT, capture_output=True,
                           text=True, check=False, timeout=300)
    said = [json.loads(line) for line in child.stdout.splitlines()]
    assert child.returncode == 0, f"the child ended after {said[-1:]}: {child.stderr[-2000:]}"
    return tuple(said)


@cache
def ids() -> tuple[str, ...]:
    """The ids of the catalogue that are about files and workbooks, as the reference lists them."""
    text = (shared("reference") / "reliability.md").read_text(encoding="utf-8")
    return tuple(re.findall(r"^\| ([BX]\d\d) \|", text, re.MULTILINE))


def test_every_input_that_is_a_file_gets_its_answer_under_the_cap():
    wrong = [said for said in answers() if said["expected"] not in (said["came"], *said["came"].split())]
    assert not wrong, "\n".join(map(str, wrong))
    counts = Counter((said["id"], said["kind"]) for said in answers())
    for (number, kind), count in sorted(counts.items()):
        print(f"{number:8} {kind:16} {count:3} inputs")
    print(f"{len(answers())} inputs of {len({said['id'] for said in answers()})} ids under {CAP} MiB")
    assert len(answers()) > 230


def test_every_id_of_the_catalogue_has_a_test():
    listed = ids()
    assert len(listed) == 62
    assert listed[0] == "B01"
    assert listed[-1] == "X14"
    read = {said["id"] for said in answers()}
    without = [number for number in listed if number not in {*read, *TOLD_AT}]
    assert not without, f"in the catalogue and in no test: {without}"
    print(f"{len(listed)} ids: {len(set(listed) & read)} read as files, {len(set(listed) & set(TOLD_AT) - read)} told "
          "elsewhere")


@pytest.mark.parametrize("number", TOLD_AT)
def test_the_test_of_an_id_exists_and_names_it(number):
    for place in TOLD_AT[number]:
        file, _, name = place.partition("::")
        text = (ROOT / file).read_text(encoding="utf-8")
        assert name in {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}, place
        assert number in text, f"{place} does not say that it is about {number}"
