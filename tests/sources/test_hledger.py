"""hledger itself is the judge: the same file has the same time for each account and day in hledger and in ours."""

from __future__ import annotations

import csv
import io
import random
import subprocess
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from etl.settings import Drop
from tests.programs import program
from tests.sources.drops import rows_of

GOLDEN = Path(__file__).parents[1] / "golden" / "sources"
ACCOUNTS = ["acme:web", "acme web site", "Harbor Lane Coffee:Loyalty App:Development", "Studio:Admin", "größe:ß"]
HUNDREDTH = 36   # seconds; hledger tells hours in hundredths


def judged(path: Path) -> Counter[tuple[str, str]]:
    """Hundredths of an hour by day and account, as hledger reads the file."""
    done = subprocess.run([program("hledger"), "-f", str(path), "register", "--output-format", "csv"],
                          capture_output=True, text=True, check=True, env={"LC_ALL": "C.UTF-8"})
    found: Counter[tuple[str, str]] = Counter()
    for row in csv.DictReader(io.StringIO(done.stdout)):
        hours, _, hundredths = row["amount"].removesuffix("h").partition(".")
        found[row["date"], row["account"].strip("()")] += int(hours) * 100 + int(hundredths.ljust(2, "0") or 0)
    return +found


def ours(path: Path) -> Counter[tuple[str, str]]:
    """The same of the landed rows; a session is cut at each midnight, as hledger cuts it."""
    dialect = path.suffix[1:]
    found: Counter[tuple[str, str]] = Counter()
    for row in rows_of(path.read_bytes(), Drop.model_validate({
            "name": "log", "files": "*", "dialect": dialect, "zone": "UTC", "constants": {"person_ref": "dana"}})):
        if dialect == "timedot":
            found[row["date_text"], row["project_ref"]] += int(row["duration_text"])
        elif "end_text" in row:
            begin, end = (datetime.fromisoformat(row[name]) for name in ("start_text", "end_text"))
            while begin < end:
                until = min(end, datetime.combine(begin.date() + timedelta(days=1), time()))
                found[str(begin.date()), row["project_ref"]] += int((until - begin).total_seconds())
                begin = until
    assert not any(seconds % HUNDREDTH for seconds in found.values()), "not to be told apart by the judge"
    return +Counter({key: seconds // HUNDREDTH for key, seconds in found.items()})


def a_timeclock(chance: random.Random) -> str:
    """Two hundred sessions, some over midnight, in the ways a date and a clock may be written."""
    lines, now = [], datetime(2026, 3, 2, 8, tzinfo=UTC)
    for number in range(200):
        begin = now + timedelta(seconds=HUNDREDTH * chance.randrange(600))
        now = begin + timedelta(seconds=HUNDREDTH * chance.randrange(1, 900))
        day = chance.choice(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"])
        zone = chance.choice(["", "", "-0500", "+0100"])
        note = chance.choice(["", f"  call {number}", "  a note ; and a remark"])
        lines += [f"i {begin:{day} %H:%M:%S}{zone} {chance.choice(ACCOUNTS)}{note}",
                  *chance.choice([[], ["; a remark"], [""]]), f"o {now:{day} %H:%M:%S}"]
    return "\n".join([*lines, ""])


def a_timedot(chance: random.Random) -> str:
    """Sixty days of dots, hours, and quantities with a unit."""
    lines = []
    for number in range(60):
        day = date(2026, 3, 2) + timedelta(days=number)
        lines.append(f"{chance.choice(['', '* ', '** '])}{day}{chance.choice(['', ' a day'])}")
        for account in chance.sample(ACCOUNTS, chance.randint(1, len(ACCOUNTS))):
            quantity = chance.choice([
                "....", ".... ..", ".", ". . .", f"{chance.randrange(1, 900) / 100:.2f}", str(chance.randrange(1, 9)),
                f"{3 * chance.randrange(1, 300)}m", f"{HUNDREDTH * chance.randrange(1, 300)}s", "1.5h", "1d", "1w"])
            lines.append(f"{account}  {quantity}{chance.choice(['', '  ; a remark'])}")
        lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("ending", "made"), [("timeclock", a_timeclock), ("timedot", a_timedot)])
def test_a_file_has_the_same_time_in_hledger(tmp_path, ending, made, seed):
    path = tmp_path / f"log.{ending}"
    path.write_text(made(random.Random(seed)), encoding="utf-8")
    found = ours(path)
    assert len(found) > 100
    assert found == judged(path)


def test_the_golden_timedot_has_the_same_time_in_hledger():
    path = GOLDEN / "timedot" / "input.timedot"
    assert sum(judged(path).values()) == 1050
    assert ours(path) == judged(path)
