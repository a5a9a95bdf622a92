"""Key figures on tables small enough to add up by hand: what counts, what is no data, and where a light changes."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.codes import codes_table
from etl.settings.kpi import Forecast, Kpi, definitions
from etl.sql.order_reports import KPI
from etl.sql.run import Engine
from etl.steps import kpi_inputs as inputs
from etl.steps.ops_tables import OPS_CALLS, OPS_STAGES
from tests.cli.command import ROOT
from tests.sql.text import records

AS_OF = date(2026, 11, 22)   # a Sunday
EMPTY = {
    "audit_events": inputs.EVENTS, "ops_calls": OPS_CALLS, "ops_stages": OPS_STAGES,
    "kpi_landed": inputs.LANDED, "kpi_roles": inputs.ROLES, **inputs.OF_HISTORY}
COMPANY = "company  name  home_currency  adoption\nacme  Acme  USD  role"
WEEKS = pa.schema({"as_of": pa.date32(), "weeks": pa.int64()})


def read(kind: pa.DataType, text: str) -> object:
    if text == "-":
        return None
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(text)
    if pa.types.is_date(kind):
        return date.fromisoformat(text)
    if pa.types.is_decimal(kind):
        return Decimal(text)
    if pa.types.is_boolean(kind):
        return text == "yes"
    return int(text) if pa.types.is_integer(kind) else text


def table(schema: pa.Schema, text: str) -> pa.Table:
    rows = [{name: read(schema.field(name).type, said) for name, said in row.items()} | (
        {} if "company" in row else {"company": "acme"}) for row in records(text)]
    return pa.Table.from_pylist(rows, schema=schema)


def computed(tmp_path, weeks=2, declared=None, companies=COMPANY, **given):
    """All tables of KPI, from these tables written as text; every other one is empty."""
    engine = Engine(None, tmp_path, [tmp_path])
    engine.put("codes", codes_table())
    engine.put("kpi_parameters", pa.Table.from_pylist([{"as_of": AS_OF, "weeks": weeks}], schema=WEEKS))
    engine.put("kpi_companies", table(inputs.COMPANIES, companies))
    engine.put("kpi_definitions", pa.Table.from_pylist(
        [{"turn": turn, **{name: getattr(one, name) for name in inputs.DEFINITIONS.names[1:]}}
         for turn, one in enumerate(definitions().values(), 1)], schema=inputs.DEFINITIONS))
    engine.put("kpi_targets", pa.Table.from_pylist(
        list(inputs.target_rows("acme", declared or Kpi())), schema=inputs.TARGETS))
    for name, schema in EMPTY.items():
        engine.put(name, table(schema, given[name]) if name in given else schema.empty_table())
    engine.run(KPI)
    return engine


def lights(engine, kpi, week=""):
    """Numerator, denominator, hundredths and light of a figure, by part."""
    return {row["part"]: (row["numerator"], row["denominator"], row["hundredths"], row["light"])
            for row in engine.fetch("kpi_lights").to_pylist() if row["kpi"] == kpi and row["week"] == week}


@pytest.mark.capability("C39")
def test_without_any_data_every_figure_says_so_and_none_is_a_number(tmp_path):
    rows = computed(tmp_path).fetch("kpi_lights").to_pylist()
    assert {row["kpi"] for row in rows} == set(definitions())
    assert {(row["hundredths"], row["light"], row["denominator"]) for row in rows} == {(None, "no data", None)}
    assert {row["week"] for row in rows} == {"", "2026-W46", "2026-W47"}


WAY = """
    number  type             recorded_at          period_end  unreconciled  open_items  revision
    1       pull             2026-11-16T08:00:00  -           -             -           -
    2       pull             2026-11-16T09:00:00  -           -             -           -
    3       draft            2026-11-16T09:10:00  2026-11-15  -             -           1
    4       pull             2026-11-16T10:00:00  -           -             -           -
    5       draft            2026-11-16T10:10:00  2026-11-15  -             -           2
    6       approve          2026-11-16T10:30:00  2026-11-15  -             -           2
    7       approve          2026-11-17T09:10:00  2026-11-15  -             -           2
    8       export           2026-11-17T10:00:00  2026-11-15  -             -           2
    9       reconcile        2026-11-17T10:30:00  2026-11-15  1             -           -
    10      reconcile        2026-11-17T11:00:00  2026-11-15  0             -           -
    11      books_statement  2026-11-18T10:00:00  2026-11-15  0             2           -
    12      books_statement  2026-11-19T10:00:00  2026-11-15  0             0           -
    13      reconcile        2026-11-20T10:00:00  2026-11-15  0             -           -"""


@pytest.mark.capability("C40")
def test_how_long_reconciling_takes_from_the_pull_of_the_first_draft_to_the_first_agreement(tmp_path):
    engine = computed(tmp_path, audit_events=WAY)
    assert lights(engine, "pull_to_reconciled") == {"": (26 * 3600, 1, 2600, "watch")}, "09:00 to 11:00 next day"
    assert lights(engine, "draft_to_approved") == {"": (24 * 3600, 1, 2400, "on target")}, "the approval exported on"
    assert lights(engine, "export_to_books") == {"": (48 * 3600, 1, 4800, "on target")}, "nothing open"
    assert lights(engine, "pull_to_reconciled", "2026-W46") == {"": (None, None, None, "no data")}


def test_a_period_under_way_is_in_no_figure(tmp_path):
    head = "\n".join(WAY.strip().splitlines()[:8])   # up to the second approval
    assert lights(computed(tmp_path, audit_events=head), "draft_to_approved") == {"": (None, None, None, "no data")}


ENTRIES = """
    entry_id  source  worked_on   seconds
    a         toggl   2026-11-09  3600
    b         toggl   2026-11-10  1800
    c         kimai   2026-11-16  7200
    d         kimai   2026-11-17  3600
    e         kimai   2026-11-18  0
    f         kimai   2026-11-01  9999"""
FINDINGS = """
    period_end  code   severity  entry_id  seconds  worked_on   found
    2026-11-15  TE008  hold      b         1800     2026-11-10  project x
    2026-11-22  TE008  hold      b         1800     2026-11-10  project x
    2026-11-22  TE009  hold      b         1800     2026-11-10  service y
    2026-11-22  TE054  note      d         3600     2026-11-17  d and c
    2026-11-22  TE002  hold      c         7200     2026-11-16  26:00:00
    2026-11-22  TE004  hold      g         -60      2026-11-16  -0:01"""


@pytest.mark.capability("C41")
def test_unmapped_work_counts_once_however_often_it_was_found(tmp_path):
    engine = computed(tmp_path, kpi_history_entries=ENTRIES, kpi_history_findings=FINDINGS)
    assert lights(engine, "unmapped_entries", "2026-W46") == {"": (1, 2, 5000, "off target")}
    assert lights(engine, "unmapped_entries", "2026-W47") == {"": (0, 3, 0, "on target")}, "there is data"
    assert lights(engine, "unmapped_entries") == {"": (1, 5, 2000, "off target")}, "f lies before these weeks"
    assert lights(engine, "unmapped_hours") == {"": (1800, 16200, 1111, "off target")}


@pytest.mark.capability("C41")
def test_unmapped_money_by_currency_and_no_data_where_suspense_hides_it(tmp_path):
    money = """
        period_end  state     reason  currency  amount
        2026-11-15  exported  -       USD       90.00
        2026-11-15  held      TE008   USD       6.00
        2026-11-15  held      TE012   USD       4.00
        2026-11-15  exported  -       EUR       50.00
        2026-11-22  exported  -       USD       100.00"""
    assert lights(computed(tmp_path, kpi_history_money=money), "unmapped_cost") == {
        "USD": (6000, 200000, 300, "watch"), "EUR": (0, 50000, 0, "on target")}
    suspense = "period_end  code  severity  entry_id\n2026-11-15  TE008  note  b"
    assert lights(computed(tmp_path, kpi_history_money=money, kpi_history_findings=suspense), "unmapped_cost") == {
        "USD": (0, 100000, 0, "on target")}


@pytest.mark.capability("C42")
def test_what_came_twice_by_key_by_fingerprint_and_by_hand(tmp_path):
    landed = """
        source  recorded_at          is_fingerprint  count_rows  count_repeats
        toggl   2026-11-10T08:00:00  yes             100         0
        toggl   2026-11-17T08:00:00  yes             100         40
        kimai   2026-11-17T08:00:00  no              30          3
        toggl   2026-10-01T08:00:00  yes             100         99"""
    engine = computed(tmp_path, kpi_landed=landed, kpi_history_entries=ENTRIES, kpi_history_findings=FINDINGS)
    assert lights(engine, "repeats_by_fingerprint") == {"toggl": (40, 200, 2000, "no target")}
    assert lights(engine, "repeats_by_key") == {"kimai": (3, 30, 1000, "no target")}
    assert lights(engine, "made_twice") == {"toggl": (0, 2, 0, "on target"), "kimai": (1, 3, 3333, "off target")}


EVENTS = """
    number  type       recorded_at          item  event     code   owner  opened_on   minutes  person
    1       exception  2026-11-12T08:00:00  aa    assigned  TE008  dana   2026-11-12  -        cleo
    2       exception  2026-11-16T08:00:00  aa    fixed     TE008  dana   2026-11-12  20       dana
    3       exception  2026-11-17T08:00:00  aa    verified  TE008  dana   2026-11-12  -        cleo
    4       exception  2026-11-18T08:00:00  bb    fixed     TE012  mia    2026-11-18  -        mia
    5       exception  2026-11-18T09:00:00  bb    verified  TE012  mia    2026-11-18  -        dana
    6       exception  2026-11-19T09:00:00  aa    fixed     TE008  dana   2026-11-18  5        dana
    7       exception  2026-11-20T09:00:00  aa    verified  TE008  dana   2026-11-18  -        cleo
    8       exception  2026-11-20T10:00:00  cc    fixed     TE008  dana   2026-11-19  60       dana"""


@pytest.mark.capability("C43")
def test_days_to_the_verification_and_minutes_written_down(tmp_path):
    engine = computed(tmp_path, audit_events=EVENTS)
    # aa: Thursday to Tuesday is 3 business days, opened again and verified after 2; bb the same day; cc is open
    assert lights(engine, "exception_days") == {"": (3 + 0 + 2, 3, 167, "on target")}
    assert lights(engine, "exception_minutes") == {"": (25, 2, 1250, "no target")}, "bb has none, cc is not verified"
    assert [(row["code"], row["owner"], row["items"], row["business_days"], row["longest"], row["minutes"])
            for row in engine.fetch("kpi_resolved").to_pylist()] == [
        ("TE008", "dana", 2, 5, 3, 25), ("TE012", "mia", 1, 0, 0, None)]


@pytest.mark.capability("C46", "C1")
def test_touches_are_decisions_and_drafts_made_again(tmp_path):
    exported = "batch  exported_at  count_entries\n1  2026-11-17T10:00:00  150\n2  2026-11-19T10:00:00  50"
    events = WAY + "\n" + "\n".join(   # of the week: two approvals, one draft made again
        f"{number}  {kind}  {at}  2026-11-15  -  -  -" for number, kind, at in (
            (14, "exception", "2026-11-20T10:00:00"), (15, "close", "2026-11-20T11:00:00"),
            (16, "exception", "2026-11-10T11:00:00")))
    engine = computed(tmp_path, audit_events=events, kpi_history_batches=exported)
    assert lights(engine, "touches", "2026-W47") == {"": (4, 200, 200, "watch")}
    assert lights(engine, "touches", "2026-W46") == {"": (None, None, None, "no data")}, "no batch went out"


CALLS = """
    connection  called_at            status  milliseconds
    toggl       2026-11-17T08:00:00  200     100
    toggl       2026-11-17T08:00:01  200     301
    toggl       2026-11-17T08:00:02  503     20
    toggl       2026-11-17T08:00:03  429     5
    toggl       2026-11-17T08:00:04  404     5
    toggl       2026-11-17T08:00:05  0       30000
    kimai       2026-11-17T08:00:00  200     40"""


@pytest.mark.capability("C30", "C58")
def test_calls_are_held_against_a_promise_only_where_one_was_declared(tmp_path):
    promised = Kpi.model_validate({"promises": [
        {"connection": "toggl", "success": "50", "milliseconds": 200, "source": "agreement of 2026, section 4"}]})
    engine = computed(tmp_path, declared=promised, ops_calls=CALLS)
    assert lights(engine, "api_success") == {"toggl": (2, 4, 5000, "on target"), "kimai": (1, 1, 10000, "no target")}
    assert lights(engine, "api_milliseconds") == {"toggl": (401, 2, 20050, "off target"),
                                                  "kimai": (40, 1, 4000, "no target")}
    said = {row["said"] for row in engine.fetch("kpi_lights").to_pylist() if row["part"] == "toggl"}
    assert said == {"promise: agreement of 2026, section 4"}


@pytest.mark.capability("C44")
def test_causes_stand_by_the_hours_they_hold(tmp_path):
    money = """
        period_end  state  reason  currency  amount
        2026-11-22  held   TE008   USD       6.00
        2026-11-22  held   TE008   EUR       9.00"""
    engine = computed(tmp_path, kpi_history_findings=FINDINGS, kpi_history_money=money, audit_events=EVENTS)
    rows = engine.fetch("kpi_causes").to_pylist()
    assert [(row["turn"], row["code"], row["items"], row["seconds"], row["amount"], row["minutes"],
             row["seconds_so_far"], row["seconds_of_all"]) for row in rows] == [
        (1, "TE002", 1, 7200, None, None, 7200, 10800), (2, "TE008", 1, 1800, Decimal("6.000"), 85, 9000, 10800),
        (3, "TE009", 1, 1800, None, None, 10800, 10800), (4, "TE004", 1, 0, None, None, 10800, 10800)]
    assert rows[1]["remedy"] == "Add a row to projects.csv with the customer:job of the books."


STAGES = """
    stage  ended_at             role      milliseconds  exit_code
    pull   2026-11-17T08:00:00  preparer  1000          0
    draft  2026-11-17T09:00:00  preparer  2000          0
    draft  2026-10-01T09:00:00  preparer  9000          0
    pull   2026-11-17T08:00:00  -         500           0"""


@pytest.mark.capability("C9")
def test_adoption_counts_roles_and_names_persons_only_where_declared(tmp_path):
    roles = "person  role\ncleo  batch_approver\ndana  preparer\nmia  preparer"
    given_tables = {"audit_events": EVENTS, "kpi_roles": roles, "ops_stages": STAGES}
    rows = computed(tmp_path, **given_tables).fetch("kpi_adoption").to_pylist()
    assert [(row["who"], row["people"], row["weeks_active"], row["records"], str(row["last_on"]), row["stages"],
             row["milliseconds"]) for row in rows] == [
        ("batch_approver", 1, 2, 3, "2026-11-20", None, None), ("no role on record", None, None, None, "None", 1, 500),
        ("preparer", 2, 1, 5, "2026-11-20", 2, 3000)]
    named = computed(tmp_path, companies=COMPANY.replace("role", "person"), **given_tables).fetch("kpi_adoption")
    assert {"cleo", "dana", "mia"} <= set(named["who"].to_pylist())


@pytest.mark.capability("C39")
@pytest.mark.parametrize(("minutes", "light"), [
    ("29", "on target"), ("30", "on target"), ("31", "watch"), ("60", "watch"), ("61", "off target")])
def test_a_light_changes_exactly_at_its_target(tmp_path, minutes, light):
    own = Kpi.model_validate({"targets": [{"kpi": "exception_minutes", "green": "30", "red": "60"}]})
    first = "\n".join(EVENTS.splitlines()[:5]).replace("20       dana", f"{minutes}       dana")
    engine = computed(tmp_path, declared=own, audit_events=first)
    assert lights(engine, "exception_minutes") == {"": (int(minutes), 1, int(minutes) * 100, light)}


@pytest.mark.capability("C39")
@settings(max_examples=25, deadline=None)
@given(numerator=st.integers(0, 10**9), denominator=st.integers(1, 10**9),
       green=st.decimals(0, 100, places=6), wider=st.decimals(0, 50, places=6))
def test_lights_compare_exact_fractions(tmp_path_factory, numerator, denominator, green, wider):
    """The light is that of the exact fraction, and the figure shown is within half a hundredth of it."""
    own = Kpi.model_validate({"targets": [{"kpi": "repeats_by_key", "green": green, "red": green + wider}]})
    landed = ("source  recorded_at  is_fingerprint  count_rows  count_repeats\n"
              f"toggl  2026-11-17T08:00:00  no  {denominator}  {numerator}")
    engine = computed(tmp_path_factory.mktemp("lights"), weeks=1, declared=own, kpi_landed=landed)
    [(above, below, hundredths, light)] = lights(engine, "repeats_by_key").values()
    value = Fraction(numerator * 100, denominator)
    assert (above, below) == (numerator, denominator)
    is_on, is_off = value <= Fraction(green), value > Fraction(green + wider)
    assert light == ("on target" if is_on else "off target" if is_off else "watch")
    assert abs(value - Fraction(int(hundredths), 100)) <= Fraction(1, 200)


def test_the_settings_that_the_pages_show_can_be_used():
    def shown(page: str) -> dict[str, object]:
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        return tomllib.loads("\n".join(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)))

    own = Kpi.model_validate(shown("kpi.md")["kpi"])
    assert own.promises[0].success == Decimal("99.5")
    assert Forecast.model_validate(shown("forecast.md")["forecast"]) == Forecast(missing="tell"), "the defaults"
    text = (ROOT / "docs" / "kpi.md").read_text(encoding="utf-8")
    assert all(one.title in text for one in definitions().values() if one.unit == "hours")


def test_each_figure_says_what_it_is():
    for one in definitions().values():
        assert all((one.title, one.unit, one.week, one.definition, one.numerator, one.denominator, one.not_covered))
        assert one.better in ("lower", "higher")
        assert bool(one.green) == bool(one.red)
        assert min(one.up, one.down) > 0


@pytest.mark.parametrize(("declared", "why"), [
    ({"targets": [{"kpi": "speed", "green": 1, "red": 2}]}, "no key figure"),
    ({"targets": [{"kpi": "touches", "green": 3, "red": 2}]}, "worse than red"),
    ({"targets": [{"kpi": "api_success", "green": 90, "red": 95}]}, "worse than red"),
    ({"targets": [{"kpi": "touches", "green": 1, "red": 2}, {"kpi": "touches", "green": 1, "red": 3}]}, "two targets"),
    ({"promises": [{"connection": "toggl", "source": "letter"}]}, "needs success or milliseconds")])
def test_a_target_that_makes_no_sense_is_refused(declared, why):
    with pytest.raises(ValueError, match=why):
        Kpi.model_validate(declared)
