"""Peer: the same result in Polars, for this company and week alone and without any audit; whole numbers only."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
from polars import col, lit, when

ZONE, LIMIT = "America/Los_Angeles", 144_000
MONDAY, SUNDAY = date(2026, 11, 9), date(2026, 11, 15)
PAY_ITEMS = pl.Series(["Vacation Hourly", "Overtime 1.5x", "Hourly Regular"])
ACCOUNTS = pl.Series(["Job Costs:Direct Labor", "Overhead:Internal Labor", "Overhead:Paid Leave"])
Frame, Lazy = pl.DataFrame, pl.LazyFrame


def prepare(folder: Path) -> Path:
    """Nothing to prepare."""
    return folder


def tables(result: dict[str, Frame]) -> dict[str, pa.Table]:
    """The result, outside the measured time."""
    return {name: frame.to_arrow() for name, frame in result.items()}


def work(folder: Path) -> dict[str, Frame]:
    """From the landed Parquet to the figures."""
    maps = _maps(folder)
    worked = _worked(folder, maps)
    pieces = _pieces(worked)
    lines, keys, labor = _pay(pieces)
    labor_lines, postings = _journal(keys, maps)
    billed, billable_lines = _bills(pieces, maps)
    labor = labor.join(labor_lines, on="account_no").select("line_id", "part", "seconds", "cents")
    return {
        "payroll_lines": _payroll_lines(lines, maps),
        "postings": postings,
        "billable_lines": billable_lines,
        "allocations": _allocations(pl.concat([labor, billed]), worked),
    }


def _maps(folder: Path) -> dict[str, Frame]:
    """The cross-references of the week, one row per key and day, names as numbers in text order."""
    read = {
        name: pl.read_parquet(folder / f"map_{name}.parquet")
        for name in ("employees", "projects", "items", "classes", "rates", "pay_rates")
    }
    people = read["employees"].with_columns(person_no=_ranked("employee_id"))
    projects = read["projects"].with_columns(job_no=_ranked("customer_job"))
    items = read["items"].with_columns(item_no=_ranked("service_item"))
    classes = read["classes"].with_columns(class_no=_ranked("value"))
    persons = people.select("employee_id", "person_no").unique()
    wages = (
        read["pay_rates"]
        .join(persons, on="employee_id")
        .with_columns(rate=(col("pay_rate") * 1_000_000).cast(pl.Int64))
    )
    prices = (
        read["rates"]
        .join(projects.select("customer_job", "job_no").unique(), on="customer_job", how="left")
        .join(items.select("service_item", "item_no").unique(), on="service_item", how="left")
        .join(persons, on="employee_id", how="left")
        .filter(col("job_no").is_not_null() | (col("customer_job") == "*"))
        .with_columns(price=(col("bill_rate") * 1_000_000).cast(pl.Int64))
    )
    named = {
        "people": people,
        "projects": projects,
        "items": items,
        "classes": classes,
        "wages": wages,
        "prices": prices,
    }
    return {name: _dated(frame) for name, frame in named.items()}


def _ranked(name: str) -> pl.Expr:
    return col(name).rank("dense").fill_null(0).cast(pl.Int64)


def _dated(frame: Frame) -> Frame:
    days = pl.select(worked_on=pl.date_range(date(2026, 11, 8), date(2026, 11, 16)))
    return frame.join(days, how="cross").filter(col("worked_on").is_between("effective_from", "effective_to"))


def _worked(folder: Path, maps: dict[str, Frame]) -> Frame:
    """One row per entry that is evidence of hours worked, in the order of the books."""
    landed = pl.scan_parquet(folder / "data" / "landing" / "bench-works" / "pulls" / "000001-bench" / "entries.parquet")
    parts = col("duration_text").str.split_exact(":", 2).struct
    hours, minutes, seconds = (parts.field(f"field_{part}").cast(pl.Int64, strict=False) for part in range(3))
    local = col("start_text").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    started = landed.with_columns(
        entry_id="tracker:" + col("entry_ref"),
        is_billable=col("billable_text").str.to_lowercase() == "yes",
        seconds=when(~col("duration_text").str.starts_with("-")).then(hours * 3600 + minutes * 60 + seconds),
        worked_on=local.dt.date(),
        started_at=local.dt.replace_time_zone(ZONE),
    ).filter(col("worked_on").is_not_null(), col("seconds").is_between(1, 86_400))
    wanted = ["worked_on", "job_no", "customer_job", "billing_method"]
    projects = maps["projects"].lazy()
    wide = projects.filter(col("client_ref") == "*").select("project_ref", *wanted)
    joined = (
        started.join(
            maps["people"]
            .lazy()
            .select("person_ref", "worked_on", "person_no", "employee_id", "worker_type", "flsa_status"),
            on=["person_ref", "worked_on"],
        )
        .join(
            projects.select("client_ref", "project_ref", *wanted),
            on=["client_ref", "project_ref", "worked_on"],
            how="left",
        )
        .join(wide, on=["project_ref", "worked_on"], how="left", suffix="_wide")
        .with_columns(pl.coalesce(name, f"{name}_wide").alias(name) for name in wanted[1:])
        .join(
            maps["items"].lazy().select("service_ref", "worked_on", "item_no", "service_item", "hour_kind"),
            on=["service_ref", "worked_on"],
            how="left",
        )
        .join(maps["wages"].lazy().select("person_no", "worked_on", "rate"), on=["person_no", "worked_on"], how="left")
    )
    for kind, ref in (("service_item", "service_item"), ("customer_job", "customer_job"), ("employee", "employee_id")):
        own = (
            maps["classes"]
            .lazy()
            .filter(col("by") == kind)
            .select(
                "worked_on",
                col("ref").alias(ref),
                col("precedence").alias(f"turn_{kind}"),
                col("class_no").alias(f"class_{kind}"),
            )
        )
        joined = joined.join(own, on=[ref, "worked_on"], how="left")
    by_item, by_job, by_person = (
        col(f"turn_{kind}").fill_null(999) for kind in ("service_item", "customer_job", "employee")
    )
    is_leave = (col("hour_kind") == "paid_leave").fill_null(value=False)
    is_mapped = col("job_no").is_not_null() & col("item_no").is_not_null()
    return (
        joined.select(
            "entry_id",
            "worked_on",
            "started_at",
            "seconds",
            "person_no",
            "rate",
            is_contractor=col("worker_type") == "contractor",
            is_nonexempt=(col("flsa_status") == "nonexempt").fill_null(value=False),
            is_leave=is_leave,
            is_unmapped=~is_mapped & ~is_leave,
            job_no=col("job_no").fill_null(0),
            item_no=col("item_no").fill_null(0),
            class_no=when((by_item <= by_job) & (by_item <= by_person))
            .then("class_service_item")
            .when(by_job <= by_person)
            .then("class_customer_job")
            .otherwise("class_employee")
            .fill_null(0),
            is_billed=col("is_billable")
            & is_mapped
            & ~is_leave
            & (col("job_no") > 0)
            & (col("billing_method") == "time_and_materials"),
        )
        .sort("person_no", "worked_on", "started_at", "entry_id")
        .with_row_index("entry_no")
        .with_columns(col("entry_no").cast(pl.Int64))
        .collect()
    )


def _pieces(worked: Frame) -> Frame:
    """Cut at midnight, kept to the week, regular and overtime: one row per entry x day x hour class."""
    midnight = (col("worked_on") + pl.duration(days=1)).cast(pl.Datetime("us")).dt.replace_time_zone(ZONE)
    entries = (
        worked.lazy()
        .drop("entry_id")
        .with_columns(
            tenths=(col("seconds") + 180) // 360 * 360,
            first=pl.min_horizontal((midnight - col("started_at")).dt.total_seconds(), "seconds"),
        )
    )
    first_tenths = col("tenths") * col("first") // col("seconds")
    one = entries.with_columns(
        day_no=lit(1, pl.Int64), piece_on=col("worked_on"), seconds=col("first"), tenths=first_tenths
    )
    two = entries.filter(col("seconds") > col("first")).with_columns(
        day_no=lit(2, pl.Int64),
        piece_on=col("worked_on") + pl.duration(days=1),
        seconds=col("seconds") - col("first"),
        tenths=col("tenths") - first_tenths,
    )
    until = when("is_leave").then(0).otherwise("seconds").cum_sum().over("person_no")
    extra = pl.min_horizontal("seconds", col("until") - LIMIT).clip(0)
    straight = col("tenths") * (col("seconds") - col("extra")) // col("seconds")
    days = (
        pl.concat([one, two])
        .drop("started_at", "first")
        .filter(col("piece_on").is_between(MONDAY, SUNDAY))
        .sort("entry_no", "day_no")
        .with_columns(until=until)
        .with_columns(extra=when(col("is_nonexempt") & ~col("is_leave")).then(extra).otherwise(0))
        .drop("until", "piece_on")
    )
    regular = days.filter(col("extra") < col("seconds")).with_columns(
        over=lit(0, pl.Int64), seconds=col("seconds") - col("extra"), tenths=straight
    )
    overtime = days.filter(col("extra") > 0).with_columns(
        over=lit(1, pl.Int64), seconds=col("extra"), tenths=col("tenths") - straight
    )
    return (
        pl.concat([regular, overtime])
        .with_columns(part=col("entry_no") * 8 + col("day_no") * 2 + col("over"))
        .drop("extra", "entry_no", "day_no")
        .collect()
    )


def _pay(pieces: Frame) -> tuple[Frame, Frame, Frame]:
    """Payroll lines, the keys of the journal below them, and the cents of every piece."""
    paid = pieces.lazy().filter(~col("is_contractor"))
    weeks = (
        paid.filter(~col("is_leave"))
        .group_by("person_no")
        .agg(week_paid=(col("rate") * col("seconds")).sum(), week_seconds=col("seconds").sum())
    )
    is_over = col("over") == 1
    kind = when("is_leave").then(0).when(is_over).then(1).otherwise(2)
    purpose = when("is_leave").then(2).when("is_unmapped").then(3).when(col("job_no") == 0).then(1).otherwise(0)
    job = when("is_unmapped").then(0).otherwise("job_no")
    exact = col("seconds").cast(pl.Int128)
    paid = (
        paid.join(weeks, on="person_no", how="left")
        .with_columns(line_no=col("person_no") * 4 + kind)
        .select(
            "part",
            "line_no",
            "seconds",
            key_no=((col("line_no") * 4 + purpose) * 1024 + job) * 1024 + col("class_no"),
            weight=when(is_over)
            .then(exact * (2 * col("rate") * col("week_seconds") + col("week_paid")))
            .otherwise(exact * col("rate")),
            divisor=when(is_over).then(col("week_seconds").cast(pl.Int128) * 72_000_000).otherwise(36_000_000),
        )
        .collect()
    )
    lines = (
        paid.group_by("line_no")
        .agg(
            col("seconds").sum(),
            line_weight=col("weight").sum(),
            divisor=col("divisor").first(),
            is_rated=col("weight").is_not_null().all(),
        )
        .with_columns(
            line_cents=when("is_rated")
            .then((2 * col("line_weight") + col("divisor")) // (2 * col("divisor")))
            .cast(pl.Int64)
        )
    )
    rated = lines.filter("is_rated").select("line_no", "line_cents", "line_weight")
    keys = _largest_remainder(
        paid.group_by("line_no", "key_no")
        .agg(weight=col("weight").sum(), first=col("part").min() // 8)
        .join(rated, on="line_no"),
        "line_no",
        "line_cents",
        "line_weight",
        ["first", "key_no"],
    )
    posted = paid.filter(col("key_no") // 2**20 % 4 < 3).join(
        keys.select("key_no", key_cents="cents", key_weight="weight"), on="key_no"
    )
    labor = _largest_remainder(posted, "key_no", "key_cents", "key_weight", ["part"])
    return lines.sort("line_no"), keys, labor.select("part", "seconds", "cents", account_no=col("key_no") % 2**22)


def _largest_remainder(parts: Frame, unit: str, total: str, unit_weight: str, order: list[str]) -> Frame:
    """With `cents`, each row's share of its unit's total; what is left goes to the largest fractions, then to the first row."""
    product = col(total).cast(pl.Int128) * col("weight")
    return (
        parts.lazy()
        .with_columns(share=(product // col(unit_weight)).cast(pl.Int64))
        .with_columns(fraction=product - col("share") * col(unit_weight).cast(pl.Int128))
        .sort(unit, col("fraction"), *order, descending=[False, True, *(False for _ in order)])
        .with_columns(left=col(total) - col("share").sum().over(unit), turn=pl.int_range(pl.len()).over(unit))
        .with_columns(cents=col("share") + (col("turn") < col("left")))
        .collect()
    )


def _payroll_lines(lines: Frame, maps: dict[str, Frame]) -> Frame:
    names = maps["people"].select("person_no", "employee_id").unique()
    return (
        lines.with_columns(person_no=col("line_no") // 4)
        .join(names, on="person_no", maintain_order="left")
        .select(
            payroll_line_id="0001-P-" + _number(pl.int_range(1, pl.len() + 1)),
            employee_id="employee_id",
            pay_item=(col("line_no") % 4).replace_strict([0, 1, 2], PAY_ITEMS, return_dtype=pl.String),
            pay_seconds="seconds",
            cents="line_cents",
        )
    )


def _number(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(3)


def _journal(keys: Frame, maps: dict[str, Frame]) -> tuple[Frame, Frame]:
    """Debit lines in the order of their first entry, one credit, and both reversed a day later."""
    debits = (
        keys.filter(col("key_no") // 2**20 % 4 < 3)
        .sort("first", "key_no")
        .group_by(account_no=col("key_no") % 2**22, maintain_order=True)
        .agg(col("cents").sum())
        .with_row_index("line_number", 1)
    )
    jobs = maps["projects"].select("job_no", "customer_job").unique().drop_nulls()
    classes = maps["classes"].select("class_no", col("value").alias("class")).unique()
    memo = (
        when(col("purpose") == 2)
        .then(lit("Paid leave"))
        .otherwise("Labor " + col("customer_job").str.split(":").list.last().fill_null("internal"))
    )
    named = (
        debits.with_columns(
            purpose=col("account_no") // 2**20,
            job_no=col("account_no") // 1024 % 1024,
            class_no=col("account_no") % 1024,
        )
        .join(jobs, on="job_no", how="left", maintain_order="left")
        .join(classes, on="class_no", how="left", maintain_order="left")
        .select(
            col("purpose").replace_strict([0, 1, 2], ACCOUNTS, return_dtype=pl.String).alias("account"),
            "customer_job",
            "class",
            "cents",
            memo=memo + (" / " + col("class")).fill_null(""),
        )
    )
    credit = named.select(
        account=lit("Accrued Wages Payable"), cents=-col("cents").sum(), memo=lit("Gross wages week 2026-W46")
    ).head(1)
    journal = pl.concat([named, credit], how="diagonal").with_row_index("line_number", 1)
    there = journal.with_columns(letter=lit("L"), document_number=lit("TB0001L"), posted_on=lit(SUNDAY))
    back = journal.with_columns(
        letter=lit("R"),
        document_number=lit("TB0001LR"),
        posted_on=lit(date(2026, 11, 16)),
        cents=-col("cents"),
        memo="Reversal of TB0001L: " + col("memo"),
    )
    postings = pl.concat([there, back]).with_columns(
        currency=lit("USD"), line_id="0001-" + col("letter") + "-" + _number(col("line_number"))
    )
    return debits.select("account_no", line_id="0001-L-" + _number(col("line_number"))), postings


def _bills(pieces: Frame, maps: dict[str, Frame]) -> tuple[Frame, Frame]:
    """The cents of every billed piece, and the billable lines."""
    billed, names = pieces.filter("is_billed"), ("person_no", "job_no", "item_no")
    for turn, keys in enumerate((["person_no"], ["job_no", "item_no"], ["job_no"], ["item_no"])):
        own = maps["prices"].filter(
            *(col(name).is_not_null() if name in keys else col(name).is_null() for name in names)
        )
        billed = billed.join(
            own.select(*keys, "worked_on", col("price").alias(f"price_{turn}")), on=[*keys, "worked_on"], how="left"
        )
    billed = billed.with_columns(price=pl.coalesce(f"price_{turn}" for turn in range(4))).filter(
        col("price").is_not_null()
    )
    digits = lit(2, pl.Int64) + sum((col("price") > limit).cast(pl.Int64) for limit in (10**6, 10**7, 10**8, 10**9))
    ten_to = col("digits").replace_strict([2, 3, 4, 5, 6], [10**2, 10**3, 10**4, 10**5, 10**6], return_dtype=pl.Int128)
    units = (2 * col("line_seconds") * ten_to + 3600) // 7200
    lines = (
        billed.group_by("job_no", "item_no", "price")
        .agg(line_seconds=col("tenths").sum())
        .sort("job_no", "item_no", "price")
        .with_row_index("line_number", 1)
        .with_columns(digits=digits)
        .with_columns(units=units)
        .with_columns(
            line_id="0001-B-" + _number(col("line_number")),
            line_cents=((2 * col("units") * col("price") + 10_000 * ten_to) // (20_000 * ten_to)).cast(pl.Int64),
        )
    )
    parts = billed.select("part", "job_no", "item_no", "price", weight="tenths").join(
        lines, on=["job_no", "item_no", "price"]
    )
    shares = _largest_remainder(parts, "line_number", "line_cents", "line_seconds", ["part"])
    jobs = maps["projects"].select("job_no", "customer_job").unique()
    items = maps["items"].select("item_no", "service_item").unique()
    named = (
        lines.join(jobs, on="job_no", maintain_order="left")
        .join(items, on="item_no", maintain_order="left")
        .select(
            "line_id",
            "customer_job",
            "service_item",
            rate_millionths="price",
            bill_seconds="line_seconds",
            quantity_millionths=(col("units") * (10**6 // ten_to)).cast(pl.Int64),
            cents="line_cents",
            currency=lit("USD"),
        )
    )
    return shares.select("line_id", "part", seconds="weight", cents="cents"), named


def _allocations(shares: Frame, worked: Frame) -> Frame:
    """Both ways of every cent, by line as text and then by piece."""
    lines = shares.select("line_id").unique().sort("line_id").with_row_index("turn")
    ordered = shares.join(lines, on="line_id").sort("turn", "part")
    entry_id = worked["entry_id"].gather(ordered["part"] // 8)
    letter = when(col("part") % 2 == 1).then(lit("o")).otherwise(lit("r"))
    return ordered.with_columns(entry_id=entry_id).select(
        "line_id",
        "entry_id",
        "seconds",
        "cents",
        version=lit(1),
        currency=lit("USD"),
        piece_id=pl.concat_str("entry_id", lit("/1/"), col("part") // 2 % 4, letter),
    )
