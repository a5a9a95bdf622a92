"""Two organizations' real time logs through every step: what came in is exported, held or rejected, exactly."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.shared import shared
from tests.steps.real_logs import STREAMS, batch_of, journals, keys, monday, run_week, source_rows, standing, totals
from tests.timelog import company_id, make_time_log_company

EXPECTED = {  # entries, seconds, over 24 h, zero minutes, undated, weeks: the data set's README
    "C": (42_450, 99_577_320, 7, 202, 1, 139),
    "D": (19_576, 31_462_620, 0, 172, 0, 57),
}


def clock(text: str) -> tuple[int, int]:
    """ "19,404 | 8,739:37:00" as entries and seconds."""
    entries, hours = text.replace(",", "").split(" | ")
    hour, minute, second = map(int, hours.split(":"))
    return int(entries), hour * 3600 + minute * 60 + second


@pytest.mark.long
@pytest.mark.parametrize("org", ["C", "D"])
def test_every_week_of_the_log_adds_up(org: str, tmp_path: Path) -> None:
    entries, seconds, over, zero, undated, count_weeks = EXPECTED[org]
    source = shared(f"data/cesaw/time_log_org_{org}.csv.gz")
    rows = source_rows(source)
    weeks = sorted({week for row in rows if (week := monday(row))})
    assert (len(rows), len(weeks), sum(int(row["time_log_delta_minutes"]) for row in rows) * 60) == (
        entries,
        count_weeks,
        seconds,
    )
    make_time_log_company(tmp_path, org, source)
    for week in weeks:
        run = run_week(tmp_path, company_id(org), week)
    folders = [batch_of(tmp_path, company_id(org), week) for week in weeks]
    check_totals(rows, folders, per_week_undated=undated)
    assert keys(folders, "TE002") == {
        row["time_log_fact_key"] for row in rows if int(row["time_log_delta_minutes"]) > 1440
    }
    assert keys(folders, "TE003") == {row["time_log_fact_key"] for row in rows if row["time_log_delta_minutes"] == "0"}
    assert keys(folders, "TE001") == {row["time_log_fact_key"] for row in rows if monday(row) is None}
    assert len(keys(folders, "TE002")) == over
    for stream, states in standing(run).items():
        got = {state: clock(text) for state, text in states.items()}
        assert got["received"] == (entries, seconds), stream
        assert got["rejected"] == (zero, 0)
        assert got["held"][0] == over + undated
        assert got["exported"][0] == entries - zero - over - undated
        assert got["exported"][1] + got["held"][1] == seconds
        assert got["open"] == got["superseded"] == got["withdrawn"] == got["out of scope"] == (0, 0)


@pytest.mark.parametrize("org", ["C", "D"])
def test_a_seeded_sample_of_weeks_adds_up(org: str, tmp_path: Path) -> None:
    source = shared(f"data/cesaw/time_log_org_{org}.csv.gz")
    rows = source_rows(source)
    weeks = sorted({week for row in rows if (week := monday(row))})
    over_24 = {week for row in rows if int(row["time_log_delta_minutes"]) > 1440 and (week := monday(row))}
    chosen = sorted({*random.Random(7).sample(weeks, 4), *sorted(over_24)[:1]})
    make_time_log_company(tmp_path, org, source)
    for week in chosen:
        run_week(tmp_path, company_id(org), week)
    folders = [batch_of(tmp_path, company_id(org), week) for week in chosen]
    check_totals([row for row in rows if monday(row) in (*chosen, None)], folders, per_week_undated=EXPECTED[org][4])


def check_totals(rows: list[dict[str, str]], folders: list[Path], per_week_undated: int) -> None:
    """What the batches tell, against the log as Python's csv module reads it."""
    dated = [int(row["time_log_delta_minutes"]) * 60 for row in rows if monday(row)]
    told = totals(folders)
    for stream in STREAMS:

        def of(state: str, stream: str = stream) -> tuple[int, int]:
            return told.get((stream, state), (0, 0))

        assert of("received") == (len(dated), sum(dated)), stream
        assert of("rejected") == (dated.count(0), 0)
        assert of("held") == (
            sum(second > 86_400 for second in dated),
            sum(second for second in dated if second > 86_400),
        )
        assert of("exported")[0] == sum(0 < second <= 86_400 for second in dated)
        assert of("received")[1] + of("carried_in")[1] == of("exported")[1] + of("held")[1] + of("carried_out")[1]
        assert of("undated")[0] == per_week_undated * len(folders), (
            "an undated entry is shown in every run until it has a day"
        )
    balances = list(journals(folders))
    assert balances
    assert not any(balances), "debits are credits in every written journal"
