"""The order of statements that reports ask: they stand beside the week and are part of no batch."""

from __future__ import annotations

LISTS: tuple[str, ...] = (  # names of the tracker beside those of the cross-references and the books
    "tracker_names",
    "tracker_uses",
    "scope_table",
    "names_listed",
    "name_keys",
    "spellings_alike",
    "names_alike",
    "rows_to_map",
    "list_findings",
    "work_to_map",  # what held entries of a draft wait for
)
KPI: tuple[str, ...] = (
    "kpi_weeks",
    "kpi_periods",  # when each exported period was pulled, drafted, approved, exported, reconciled, agreed
    "kpi_touches",  # what people did by hand
    "kpi_resolutions",  # exceptions from open to verified
    "kpi_resolved",  # the same by cause and owner
    "kpi_counted",  # entries that count, of the days of these weeks
    "kpi_figures",  # numerator and denominator of each key figure and week
    "kpi_lights",  # against the targets
    "kpi_causes",  # which cause holds most, in turn
    "kpi_adoption",  # who uses it, by role
)
KPI_ASKED: tuple[str, ...] = (  # of the history, in its own connection
    *("kpi_history_entries", "kpi_history_findings", "kpi_history_money", "kpi_history_batches"),
)
KPI_LANDED: tuple[str, ...] = ("kpi_repeats",)  # of everything that landed
FORECAST_FROM_RUN: tuple[str, ...] = (
    "people_asked",  # whose time is expected in the period
    "holidays_of_people",
    "days_told",  # of whom and which day anything has landed
)
FORECAST: tuple[str, ...] = (
    "usual_days",  # what each person did on each weekday before
    "days_heard",  # of whom anything came lately
    "days_expected",  # days of the period up to the day that is asked about
    "days_missing",
    "missing_time",  # one row a person, with the text of a reminder
    "people_silent",
)
FORECAST_ASKED: tuple[str, ...] = ("forecast_history",)  # of the history
