"""What every file for Xero shares: the organisation's settings, its dates, account codes and tracking categories.

Source: targets reference, section 3.
"""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from etl.settings import Settings, Xero
from etl.targets.findings import undescribed
from etl.targets.printed import dates, each_distinct
from etl.targets.target_names import called_there
from etl.terms import BatchHeader

_PATTERNS = {"DD/MM/YYYY": "%d/%m/%Y", "MM/DD/YYYY": "%m/%d/%Y"}


def csv_settings(settings: Settings) -> Xero:
    """What a CSV must know of the organisation; TargetError where company.toml does not say it."""
    if settings.targets.xero.date_format is None or not settings.targets.xero.tax_rate:
        raise undescribed(
            settings, "xero", "Give [targets.xero] its date_format (the organisation's own: General settings, "
            "Formatting) and tax_rate, the display name of the rate for lines without tax.")
    return settings.targets.xero


def xero_dates(column: pa.ChunkedArray, xero: Xero) -> pa.Array:
    """Dates in the organisation's format: another one would move a month in silence."""
    return dates(column, _PATTERNS[xero.date_format or ""])


def tracking_columns(texts: dict[str, pa.Array], header: BatchHeader, xero: Xero) -> dict[str, pa.Array]:
    """TrackingName1 and its option for the job, the second pair for the class; blank where a line has none."""
    columns: dict[str, pa.Array] = {}
    for number, (category, column) in enumerate(_categories(xero), 1):
        names = header.target_lists.get(f"xero.{column}", {})
        is_tracked = pc.and_(pc.not_equal(texts[column], ""), bool(category))
        option = each_distinct(texts[column], partial(called_there, names=names))
        columns[f"TrackingName{number}"] = pc.if_else(is_tracked, category, "")
        columns[f"TrackingOption{number}"] = pc.if_else(is_tracked, option, "")
    return columns


def _categories(xero: Xero) -> tuple[tuple[str, str], ...]:
    return (xero.tracking_job, "customer_job"), (xero.tracking_class, "class")
