"""Peer: the same result in plain pandas, for this company and week alone and without any audit; whole numbers only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

DAYS = pd.DataFrame({"worked_on": pd.date_range("2026-11-08", "2026-11-16").astype("datetime64[us]")})
ZONE, LIMIT, SAFE = "America/Los_Angeles", 144_000, 2.0**62
PAY_ITEMS = np.array(["Vacation Hourly", "Overtime 1.5x", "Hourly Regular"])
ACCOUNTS = np.array(["Job Costs:Direct Labor", "Overhead:Internal Labor", "Overhead:Paid Leave"])
Frame = pd.DataFrame


def prepare(folder: Path) -> Path:
    """Nothing to prepare."""
    return folder


def tables(result: dict[str, Frame]) -> dict[str, pa.Table]:
    """The result, outside the measured time."""
    return {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in result.items()}


def work(folder: Path) -> dict[str, Frame]:
    """From the landed Parquet to the figures."""
    maps = _maps(folder)
    worked = _worked(folder, maps)
    pieces = _pieces(worked)
    lines, keys, labor = _pay(pieces)
    labor_lines, postings = _journal(keys, maps)
    billed, billable_lines = _bills(pieces, maps)
    labor = labor.merge(labor_lines[["account_no", "line_id"]], on="account_no")
    return {
        "payroll_lines": _payroll_lines(lines, maps),
        "postings": postings,
        "billable_lines": billable_lines,
        "allocations": _allocations(labor, billed, worked),
    }


def _maps(folder: Path) -> dict[str, Frame]:
    """The cross-references of the week, one row per key and day, names as numbers in text order."""
    read = {
        name: pd.read_parquet(folder / f"map_{name}.parquet")
        for name in ("employees", "projects", "items", "classes", "rates", "pay_rates")
    }
    employees, projects, items, classes = (read[name] for name in ("employees", "projects", "items", "classes"))
    employees["person_no"] = _ranked(employees["employee_id"])
    projects["job_no"] = _ranked(projects["customer_job"])
    items["item_no"] = _ranked(items["service_item"])
    classes["class_no"] = _ranked(classes["value"])
    wages = read["pay_rates"].merge(employees[["employee_id", "person_no"]].drop_duplicates(), on="employee_id")
    wages["rate"] = _whole(wages["pay_rate"], 100)
    rates = (
        read["rates"]
        .merge(projects[["customer_job", "job_no"]].drop_duplicates(), on="customer_job", how="left")
        .merge(items[["service_item", "item_no"]].drop_duplicates(), on="service_item", how="left")
        .merge(employees[["employee_id", "person_no"]].drop_duplicates(), on="employee_id", how="left")
    )
    rates = rates[rates["job_no"].notna() | (rates["customer_job"] == "*")]
    rates["price"] = _whole(rates["bill_rate"], 1_000_000)
    dated = {name: _dated(frame) for name, frame in read.items() if name not in ("rates", "pay_rates")}
    return dated | {"wages": _dated(wages), "prices": _dated(rates)}


def _ranked(names: pd.Series) -> pd.Series:
    return names.rank(method="dense").fillna(0).astype("int64")


def _whole(rates: pd.Series, times: int) -> pd.Series:
    return (rates * times).astype("int64")


def _dated(frame: Frame) -> Frame:
    days = frame.merge(DAYS, how="cross")
    first, last = (days[side].to_numpy("datetime64[us]") for side in ("effective_from", "effective_to"))
    return days[(days["worked_on"] >= first) & (days["worked_on"] <= last)]


def _worked(folder: Path, maps: dict[str, Frame]) -> Frame:
    """One row per entry that is evidence of hours worked, in the order of the books."""
    columns = [
        "entry_ref",
        "person_ref",
        "client_ref",
        "project_ref",
        "service_ref",
        "start_text",
        "duration_text",
        "billable_text",
    ]
    landed = pd.read_parquet(folder / "data" / "landing" / "bench-works" / "pulls" / "000001-bench" / "entries.parquet", columns=columns)
    started = pd.to_datetime(landed.pop("start_text"), format="%Y-%m-%d %H:%M:%S", errors="coerce")
    codes, lengths = pd.factorize(landed.pop("duration_text"))  # few differ
    seconds = (pd.to_timedelta(lengths, errors="coerce") // pd.Timedelta(seconds=1)).fillna(0).astype("int64")
    entries = landed.assign(
        entry_id="tracker:" + landed.pop("entry_ref"),
        is_billable=landed.pop("billable_text").str.lower() == "yes",
        seconds=seconds.to_numpy()[codes],
        started_local=started,
    )
    entries = entries[started.notna() & entries["seconds"].between(1, 86_400)]
    entries["worked_on"] = entries["started_local"].dt.normalize().astype("datetime64[us]")
    entries["started_at"] = entries["started_local"].dt.tz_localize(ZONE).dt.tz_convert("UTC")
    people = maps["employees"][["person_ref", "worked_on", "person_no", "employee_id", "worker_type", "flsa_status"]]
    entries = entries.merge(people, on=["person_ref", "worked_on"])
    entries = _with_job(entries, maps["projects"])
    items = maps["items"][["service_ref", "worked_on", "item_no", "service_item", "hour_kind"]]
    entries = entries.merge(items, on=["service_ref", "worked_on"], how="left")
    entries = entries.merge(
        maps["wages"][["person_no", "worked_on", "rate"]], on=["person_no", "worked_on"], how="left"
    )
    entries = _with_class(entries, maps["classes"])
    is_leave = entries["hour_kind"] == "paid_leave"
    is_mapped = entries["job_no"].notna() & entries["item_no"].notna()
    kept = Frame(
        {
            "entry_id": entries["entry_id"],
            "worked_on": entries["worked_on"],
            "started_at": entries["started_at"],
            "seconds": entries["seconds"],
            "person_no": entries["person_no"],
            "is_contractor": entries["worker_type"] == "contractor",
            "is_nonexempt": entries["flsa_status"] == "nonexempt",
            "is_leave": is_leave,
            "rate": entries["rate"].fillna(-1).astype("int64"),
            "is_unmapped": ~is_mapped & ~is_leave,
            "job_no": entries["job_no"].fillna(0).astype("int64"),
            "item_no": entries["item_no"].fillna(0).astype("int64"),
            "class_no": entries["class_no"],
            "is_billed": entries["is_billable"]
            & is_mapped
            & ~is_leave
            & (entries["job_no"] > 0)
            & (entries["billing_method"] == "time_and_materials"),
        }
    )
    return kept.sort_values(["person_no", "worked_on", "started_at", "entry_id"], ignore_index=True)


def _with_job(entries: Frame, projects: Frame) -> Frame:
    """By client and project, else by project of any client."""
    wanted = ["project_ref", "worked_on", "job_no", "customer_job", "billing_method"]
    exact, wide = projects[projects["client_ref"] != "*"], projects[projects["client_ref"] == "*"]
    entries = entries.merge(exact[["client_ref", *wanted]], on=["client_ref", "project_ref", "worked_on"], how="left")
    entries = entries.merge(wide[wanted], on=["project_ref", "worked_on"], how="left", suffixes=("", "_wide"))
    for name in wanted[2:]:
        entries[name] = entries[name].where(entries[name].notna(), entries[f"{name}_wide"])
    return entries


def _with_class(entries: Frame, classes: Frame) -> Frame:
    """The class of lowest precedence: of the item, the job or the person, in this order where they are equal."""
    best, found = pd.Series(999, entries.index), pd.Series(0, entries.index)
    for kind, ref in (("service_item", "service_item"), ("customer_job", "customer_job"), ("employee", "employee_id")):
        own = classes.loc[classes["by"] == kind, ["ref", "worked_on", "precedence", "class_no"]].rename(
            columns={"ref": ref}
        )
        met = entries[[ref, "worked_on"]].merge(own, on=[ref, "worked_on"], how="left").set_index(entries.index)
        is_closer = met["precedence"].fillna(999) < best
        best = best.where(~is_closer, met["precedence"]).astype("int64")
        found = found.where(~is_closer, met["class_no"]).astype("int64")
    return entries.assign(class_no=found)


def _pieces(worked: Frame) -> Frame:
    """Cut at midnight, kept to the week, regular and overtime: one row per entry x day x hour class."""
    entries = worked.drop(columns=["entry_id", "started_at"]).assign(
        entry_no=worked.index, tenths=(worked["seconds"] + 180) // 360 * 360
    )
    midnight = (worked["worked_on"] + pd.Timedelta(days=1)).dt.tz_localize(ZONE)
    first = np.minimum((midnight - worked["started_at"]) // pd.Timedelta(seconds=1), worked["seconds"])
    first_tenths = entries["tenths"] * first // worked["seconds"]
    one = entries.assign(day_no=1, piece_on=entries["worked_on"], seconds=first, tenths=first_tenths)
    over = worked["seconds"] > first
    two = entries[over].assign(
        day_no=2,
        piece_on=entries["worked_on"] + pd.Timedelta(days=1),
        seconds=(worked["seconds"] - first)[over],
        tenths=(entries["tenths"] - first_tenths)[over],
    )
    days = pd.concat([one, two]).sort_values(["entry_no", "day_no"], ignore_index=True)
    days = days[days["piece_on"].between("2026-11-09", "2026-11-15")]
    until = days["seconds"].where(~days["is_leave"], 0).groupby(days["person_no"]).cumsum()
    is_limited = days["is_nonexempt"] & ~days["is_leave"]
    extra = np.minimum(days["seconds"], until - LIMIT).clip(lower=0).where(is_limited, 0)
    straight_tenths = days["tenths"] * (days["seconds"] - extra) // days["seconds"]
    regular = days.assign(over=0, seconds=days["seconds"] - extra, tenths=straight_tenths)[extra < days["seconds"]]
    overtime = days.assign(over=1, seconds=extra, tenths=days["tenths"] - straight_tenths)[extra > 0]
    pieces = pd.concat([regular, overtime], ignore_index=True)
    return pieces.assign(part=pieces["entry_no"] * 8 + pieces["day_no"] * 2 + pieces["over"])


def _pay(pieces: Frame) -> tuple[Frame, Frame, Frame]:
    """Payroll lines, the keys of the journal below them, and the cents of every piece."""
    paid = pieces[~pieces["is_contractor"]]
    worked = paid[~paid["is_leave"]]
    weeks = (
        Frame({"paid": worked["rate"] * worked["seconds"], "all_seconds": worked["seconds"]})
        .groupby(worked["person_no"])
        .sum()
    )
    week = weeks.reindex(paid["person_no"].to_numpy(), fill_value=0).set_index(paid.index)
    is_over = paid["over"] == 1
    kind = np.select([paid["is_leave"], is_over], [0, 1], 2)
    purpose = np.select([paid["is_leave"], paid["is_unmapped"], paid["job_no"] == 0], [2, 3, 1], 0)
    job = paid["job_no"].where(~paid["is_unmapped"], 0)
    line_no = paid["person_no"] * 4 + kind
    paid = Frame(
        {
            "part": paid["part"],
            "line_no": line_no,
            "key_no": ((line_no * 4 + purpose) * 1024 + job) * 1024 + paid["class_no"],
            "seconds": paid["seconds"],
            "is_rated": paid["rate"] >= 0,
            "weight": paid["seconds"] * paid["rate"] * (2 * week["all_seconds"]).where(is_over, 1)
            + (paid["seconds"] * week["paid"]).where(is_over, 0),
            "divisor": 3600 * (2 * week["all_seconds"]).where(is_over, 1),
        }
    )
    lines = paid.groupby("line_no").agg(
        seconds=("seconds", "sum"), weight=("weight", "sum"), divisor=("divisor", "first"), is_rated=("is_rated", "all")
    )
    lines["cents"] = (2 * lines["weight"] + lines["divisor"]) // (2 * lines["divisor"])
    priced = paid[lines["is_rated"].reindex(paid["line_no"]).to_numpy()]
    keys = priced.groupby(["line_no", "key_no"], as_index=False).agg(weight=("weight", "sum"), first=("part", "min"))
    keys["first"] //= 8
    line = lines.loc[keys["line_no"]]
    keys = keys.sort_values(["first", "key_no"], ignore_index=True)
    line = lines.loc[keys["line_no"]]
    keys["cents"] = _largest_remainder(keys["line_no"], line["cents"], keys["weight"], line["weight"])
    keys = keys.set_index("key_no", drop=False)
    posted = priced[priced["key_no"] // 2**20 % 4 < 3].sort_values("part", ignore_index=True)
    key = keys.loc[posted["key_no"]]
    cents = _largest_remainder(posted["key_no"], key["cents"], posted["weight"], key["weight"])
    labor = Frame(
        {"part": posted["part"], "account_no": posted["key_no"] % 2**22, "seconds": posted["seconds"], "cents": cents}
    )
    return lines, keys, labor


def _largest_remainder(unit: pd.Series, total: pd.Series, weight: pd.Series, unit_weight: pd.Series) -> np.ndarray:
    """Each row's share of its unit's total; what is left goes to the largest fractions, then to the first row."""
    totals, weights, wholes = total.to_numpy(), weight.to_numpy(), unit_weight.to_numpy()
    is_large = totals.astype("float64") * weights >= SAFE
    share = np.where(is_large, 0, totals) * weights // wholes
    fraction = np.where(is_large, 0, totals) * weights % wholes
    for row in np.flatnonzero(is_large):  # beyond 64 bits: Python's whole numbers
        share[row], fraction[row] = divmod(int(totals[row]) * int(weights[row]), int(wholes[row]))
    units = pd.Series(unit.to_numpy())
    left = totals - pd.Series(share).groupby(units).transform("sum").to_numpy()
    order = np.lexsort((np.arange(len(units)), -fraction, units))
    turn = np.empty(len(units), "int64")
    turn[order] = units.iloc[order].groupby(units.iloc[order], sort=False).cumcount().to_numpy()
    return share + (turn < left)


def _payroll_lines(lines: Frame, maps: dict[str, Frame]) -> Frame:
    names = maps["employees"].drop_duplicates("person_no").set_index("person_no")["employee_id"]
    return Frame(
        {
            "payroll_line_id": [f"0001-P-{number:03d}" for number in range(1, len(lines) + 1)],
            "employee_id": names.loc[lines.index // 4].to_numpy(),
            "pay_item": PAY_ITEMS[lines.index % 4],
            "pay_seconds": lines["seconds"].to_numpy(),
            "cents": lines["cents"].astype("Int64").where(lines["is_rated"]).to_numpy(object),
        }
    )


def _journal(keys: Frame, maps: dict[str, Frame]) -> tuple[Frame, Frame]:
    """Debit lines in the order of their first entry, one credit, and both reversed a day later."""
    posted = keys[keys["key_no"] // 2**20 % 4 < 3]
    debits = posted["cents"].groupby((posted["key_no"] % 2**22).to_numpy(), sort=False).sum().reset_index()
    debits.columns = ["account_no", "cents"]
    jobs = maps["projects"].drop_duplicates("job_no").set_index("job_no")["customer_job"]
    classes = maps["classes"].drop_duplicates("class_no").set_index("class_no")["value"]
    names = Frame(
        {
            "job": jobs.reindex(debits["account_no"] // 1024 % 1024).to_numpy(),
            "class": classes.reindex(debits["account_no"] % 1024).to_numpy(),
        }
    )
    purpose = debits["account_no"] // 2**20
    memo = "Labor " + names["job"].str.rsplit(":", n=1).str[-1].fillna("internal")
    memo = memo.where(purpose != 2, "Paid leave") + (" / " + names["class"]).fillna("")
    credit = Frame(
        {"account": ["Accrued Wages Payable"], "cents": -debits["cents"].sum(), "memo": "Gross wages week 2026-W46"}
    )
    journal = pd.concat(
        [
            Frame(
                {
                    "account": ACCOUNTS[purpose],
                    "customer_job": names["job"],
                    "class": names["class"],
                    "cents": debits["cents"],
                    "memo": memo,
                }
            ),
            credit,
        ],
        ignore_index=True,
    )
    journal["line_number"] = journal.index + 1
    there = journal.assign(letter="L", document_number="TB0001L", posted_on=pd.Timestamp("2026-11-15"))
    back = journal.assign(
        letter="R",
        document_number="TB0001LR",
        posted_on=pd.Timestamp("2026-11-16"),
        cents=-journal["cents"],
        memo="Reversal of TB0001L: " + journal["memo"],
    )
    postings = pd.concat([there, back], ignore_index=True).assign(currency="USD")
    postings["line_id"] = [
        f"0001-{letter}-{number:03d}"
        for letter, number in zip(postings["letter"], postings["line_number"], strict=True)
    ]
    return debits.assign(line_id=postings["line_id"].iloc[: len(debits)].to_numpy()), postings


def _bills(pieces: Frame, maps: dict[str, Frame]) -> tuple[Frame, Frame]:
    """The cents of every billed piece, and the billable lines."""
    billed = pieces.loc[pieces["is_billed"], ["part", "person_no", "job_no", "item_no", "worked_on", "tenths"]]
    prices, price = maps["prices"], pd.Series(np.nan, range(len(billed)), dtype="Int64")
    for keys in (["person_no"], ["job_no", "item_no"], ["job_no"], ["item_no"]):
        others = [name for name in ("person_no", "job_no", "item_no") if name not in keys]
        own = prices[prices[keys].notna().all(axis=1) & prices[others].isna().all(axis=1)]
        found = billed[[*keys, "worked_on"]].merge(
            own[[*keys, "worked_on", "price"]], on=[*keys, "worked_on"], how="left"
        )
        price = price.fillna(found["price"].astype("Int64"))
    billed = billed.assign(price=price.to_numpy())
    billed = billed[billed["price"].notna()].astype({"price": "int64"}).sort_values("part")
    lines = billed.groupby(["job_no", "item_no", "price"], as_index=False).agg(seconds=("tenths", "sum"))
    lines["line_number"] = lines.index + 1
    digits = 2 + np.searchsorted([1_000_000, 10_000_000, 100_000_000, 1_000_000_000], lines["price"])
    units = (2 * lines["seconds"] * 10**digits + 3600) // 7200
    lines["cents"] = (2 * units * lines["price"] + 10 ** (digits + 4)) // (2 * 10 ** (digits + 4))
    lines["line_id"] = [f"0001-B-{number:03d}" for number in lines["line_number"]]
    billed = billed.merge(lines, on=["job_no", "item_no", "price"])
    cents = _largest_remainder(billed["line_number"], billed["cents"], billed["tenths"], billed["seconds"])
    jobs = maps["projects"].drop_duplicates("job_no").set_index("job_no")["customer_job"]
    items = maps["items"].drop_duplicates("item_no").set_index("item_no")["service_item"]
    return Frame(
        {"part": billed["part"], "line_id": billed["line_id"], "seconds": billed["tenths"], "cents": cents}
    ), Frame(
        {
            "line_id": lines["line_id"],
            "customer_job": jobs.loc[lines["job_no"]].to_numpy(),
            "service_item": items.loc[lines["item_no"]].to_numpy(),
            "rate_millionths": lines["price"],
            "bill_seconds": lines["seconds"],
            "quantity_millionths": units * 10 ** (6 - digits),
            "cents": lines["cents"],
            "currency": "USD",
        }
    )


def _allocations(labor: Frame, billed: Frame, worked: Frame) -> Frame:
    """Both ways of every cent, by line as text and then by piece."""
    both = pd.concat([labor[["line_id", "part", "seconds", "cents"]], billed], ignore_index=True)
    codes, names = pd.factorize(both["line_id"], sort=True)
    order = np.lexsort((both["part"], codes))
    part = both["part"].to_numpy()[order]
    entry_id = worked["entry_id"].take(part // 8).reset_index(drop=True)
    ends = pd.Series([f"/1/{day}{letter}" for day in (1, 2) for letter in "ro"])
    return Frame(
        {
            "line_id": names.take(codes[order]),
            "entry_id": entry_id,
            "version": 1,
            "piece_id": entry_id + ends.take(part % 8 - 2).reset_index(drop=True),
            "seconds": both["seconds"].to_numpy()[order],
            "cents": both["cents"].to_numpy()[order],
            "currency": "USD",
        }
    )
