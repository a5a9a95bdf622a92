"""The page on export files says what is so: its examples are settings, its table lists what is asked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from etl.settings import Drop
from etl.sources.dialects import DIALECTS, effective

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
USUAL = {"name": "example", "files": "*", "zone": "UTC", "dialect": "kimai"}


def examples() -> list[dict]:
    """The drops of the page; an example of a part alone is completed with a usual drop."""
    parsed = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)]
    return [one["drops"][0] if isinstance(one["drops"], list) else USUAL | one["drops"] for one in parsed]


def test_every_example_is_a_drop():
    drops = [effective(Drop.model_validate(example)) for example in examples()]
    assert [drop.name for drop in drops] == ["clockify", "everhour", "example"]
    assert drops[0].columns["Cost center"] == "extra"
    assert drops[2].personal.retention_days == 90


def test_the_table_lists_each_dialect_with_what_it_asks():
    rows = re.findall(r"^\| [^|]+ \| `([a-z_]+)` \|([^|]*)\|", PAGE, re.MULTILINE)
    assert rows.pop(0)[0] == "dialect", "the head of the table"
    assert [name for name, _ in rows] == list(DIALECTS)
    for name, asked in rows:
        told = {word.partition(" ")[0] for word in re.findall(r"`([^`]+)`", asked)}
        assert told == {setting.partition(".")[0] for setting in DIALECTS[name].asked}, name
