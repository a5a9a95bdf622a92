"""Data docs: one page for the auditor with every expectation of a run, what it looked at and what it found.

The page is complete in itself: no script, no style, font or picture from elsewhere. (The library's own pages fetch
theirs from the network, and would not open in an archive ten years from now.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from etl.checks.tables import CHECKED
from etl.checks.validate import Result
from etl.codes import codes
from etl.page import page

MOST_SHOWN = 50


def render_data_docs(company: str, period: str, results: Sequence[Result]) -> bytes:
    """The page as UTF-8 HTML: the same results give the same bytes. Holds personal data, like the run beside it."""
    named = escape(f"{company}, {period}")
    sections = "".join(
        _table(table, [result for result in results if result.expectation.table == table]) for table in CHECKED
    )
    return page(f"Checks of {company}, {period}", (
        f"<main>\n<h1>Checks</h1>\n<p>{named}</p>\n{_summary(results)}{sections}"
        "<p>This page names people and their hours: keep it as confidential as the payroll.</p>\n</main>\n"))


def _summary(results: Sequence[Result]) -> str:
    broken = [result for result in results if result.items]
    if not broken:
        return f"<p>All {len(results)} expectations are kept.</p>\n"
    rows = "".join(
        f"<tr><td class=v>{_verdict(result)}</td><td><a href=\"#{_anchor(result)}\">"
        f"{escape(codes()[result.expectation.code].title)}</a> <code>{escape(result.expectation.code)}</code></td>"
        f"<td>{escape(result.expectation.table)}</td><td class=n>{len(result.items):,}</td></tr>\n"
        for result in sorted(broken, key=lambda result: ("stop", "hold", "note").index(result.expectation.severity))
    )
    head = "<tr><th scope=col>Severity</th><th scope=col>Finding</th><th scope=col>Table</th>"
    return (
        f"<p>{len(results) - len(broken)} of {len(results)} expectations are kept, {len(broken)} found something.</p>\n"
        f"<table>\n<thead>{head}<th scope=col class=n>Rows</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )


def _table(table: str, results: Sequence[Result]) -> str:
    count = results[0].count_rows if results else 0
    rows = "".join(
        f'<tr id="{_anchor(result)}"><td>{escape(_sentence(result.expectation.promise))}<br><code>'
        f"{escape(result.expectation.id)}</code>, {escape(result.expectation.origin)}</td>"
        f"<td class=v>{_verdict(result)}</td><td class=n>{len(result.items):,}</td></tr>\n"
        for result in results
    )
    head = "<tr><th scope=col>Expectation</th><th scope=col>Result</th><th scope=col class=n>Rows found</th></tr>"
    found = "".join(_found(result) for result in results if result.items)
    return (
        f"<section>\n<h2>{escape(table.capitalize())}</h2>\n<table>\n<caption>{count:,} row(s) looked at</caption>\n"
        f"<thead>{head}</thead>\n<tbody>\n{rows}</tbody>\n</table>\n{found}</section>\n"
    )


def _found(result: Result) -> str:
    expectation, more = result.expectation, len(result.items) - MOST_SHOWN
    rows = "".join(_row(item) for item in result.items[:MOST_SHOWN])
    head = "".join(f"<th scope=col>{name}</th>" for name in ("Day", "Person", "Entry", "Found"))
    return (
        f"<details>\n<summary>{escape(expectation.code)} {escape(codes()[expectation.code].title)}: "
        f"{len(result.items):,} row(s)</summary>\n<p>{escape(expectation.remedy)}</p>\n"
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        + (f"<p>and {more:,} more; all are in the exceptions of the run.</p>\n" if more > 0 else "")
        + "</details>\n"
    )


def _row(item: Mapping[str, Any]) -> str:
    cells = (item["employee_ref"], item["entry_id"], item["found"])
    others = "".join(f"<td>{escape(cell or '')}</td>" for cell in cells)
    return f"<tr><td class=v>{item['worked_on'] or ''}</td>{others}</tr>\n"


def _verdict(result: Result) -> str:
    """In words, so that nothing hangs on a color."""
    if not result.items:
        return "kept"
    severity = result.expectation.severity
    return "stop (hold)" if severity == "hold" else severity


def _anchor(result: Result) -> str:
    return escape(f"{result.expectation.table}-{result.expectation.id}")


def _sentence(promise: str) -> str:
    return promise[:1].upper() + promise[1:]
