"""The year's information returns in the CSV template of the IRS portal: what is known here, and what is not."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from etl.disk import told
from etl.errors import ConservationError, RefusedError
from etl.steps.outcome import Outcome
from etl.steps.run import place_of
from etl.steps.vendor_year import reviewed
from etl.store import files
from etl.targets.iris import Return, form_of, render_returns, template_heads, written_total
from etl.units import money
from etl.workspace import is_sandbox

_TEMPLATE_BYTES = 1 << 20


def write_returns(workspace: str | Path | None, company: str, year: int, template: Path) -> Outcome:
    """Fill a template of the portal (1099-NEC or 1099-MISC) from the yearly review; the columns of others stay empty.

    Raises RefusedError IRIS_OPEN while the review asks anything of this form, IRIS_TEMPLATE for a file that is none.
    """
    place = place_of(workspace)
    settings, mappings, review, _ = reviewed(place, company, year)
    heads = template_heads(_read(template), template.name)
    form = form_of(heads, template.name)
    own = [row for row in review.to_pylist() if row["box"].partition("-")[0] in (form, "ask")]
    _refuse_open(own, company, year)
    names = {row["vendor_id"]: row["legal_name"] or row["vendor_name"] for row in mappings.rows("map_vendors")}
    due = [row for row in own if row["federal"].startswith("report")]
    returns = _returns(due, names)
    contents = render_returns(heads, returns, year, settings.company.name, template.name)
    _prove(written_total(contents, heads), sum((row["reportable"] for row in due), Decimal(0)))
    mark = "SANDBOX_" if is_sandbox(company) else ""
    written = []
    for number, content in enumerate(contents, 1):
        path = place.root / "reports" / company / "vendors" / (
            f"{mark}iris_1099{form}_{year}_{number}of{len(contents)}_{files.sha256_bytes(content)[:8]}.csv")
        if not path.exists():
            files.make_folder(path.parent)
            files.publish_new(path, content)
        written.append(path.relative_to(place.root).as_posix())
    return Outcome(
        title=f"{settings.company.name}, {len(returns)} return(s) 1099-{form} of {year} written",
        facts=(*(("file", path) for path in written), ("to complete by hand", _by_hand(returns))),
        headings=("account number", "name", "boxes", "withheld", "state"),
        rows=tuple(
            (one.payee, one.name, ", ".join(f"{box} {money(amount, 'USD')}" for box, amount in one.amounts.items()),
             money(one.withheld, "USD"), one.state) for one in returns),
        next_step="complete tax ids, addresses and names in the file, compare it with the signed review, then upload it"
        if returns else "nothing to file on this form",
    )


def _read(template: Path) -> bytes:
    with told("read the template", template):
        if template.stat().st_size > _TEMPLATE_BYTES:
            raise RefusedError("IRIS_TEMPLATE", what="The template is larger than 1 MB", where=template.name,
                               fix="Name the CSV template as it was downloaded from the IRS portal.")
        return template.read_bytes()


def _refuse_open(rows: list[dict[str, Any]], company: str, year: int) -> None:
    asking = [row["vendor_name"] for row in rows
              if row["missing"] or row["federal"].startswith("ask") or row["state_copy"].startswith("ask")]
    if asking:
        others = f" and {len(asking) - 1} more" if len(asking) > 1 else ""
        raise RefusedError(
            "IRIS_OPEN",
            what=f"The review of {year} still asks about {asking[0]}{others}",
            where=f"vendors of {company}",
            fix=f"Settle what timebooks company vendors --company {company} --year {year} lists, then try again.",
        )


def _returns(due: list[dict[str, Any]], names: dict[str, str]) -> list[Return]:
    """One form per payee; the boxes of one form together."""
    by_payee: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in due:
        by_payee[row["payee"]].append(row)
    return [
        Return(payee, names[payee], rows[0]["tin_type"] or "", {row["box"]: row["reportable"] for row in rows},
               sum((row["withheld"] or Decimal(0) for row in rows), Decimal(0)),
               rows[0]["state"] if any(row["state_copy"].startswith("report") for row in rows) else "",
               sum((row["state_withheld"] or Decimal(0) for row in rows), Decimal(0)))
        for payee, rows in by_payee.items()
    ]


def _prove(written: Decimal, wanted: Decimal) -> None:
    if written != wanted:
        raise ConservationError(
            "IRIS_TOTAL", what=f"The files come to {written}, the review to {wanted}", where="company iris",
            fix="Nothing is to be uploaded. Report this with the template used.")


def _by_hand(returns: list[Return]) -> str:
    people = sum(one.tin_type != "EIN" for one in returns)
    return f"the payer, {len(returns)} tax ids and addresses, {people} names of individuals: those columns are empty"
