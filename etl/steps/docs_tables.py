"""The parts of the documents that are made from tables: law, codes, decisions, roles, records of decisions, tables."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby

from etl.codes import codes
from etl.law.breaks import break_library, promise
from etl.law.rows import library
from etl.law.tables import cells_of
from etl.law.tables import shipped as law_text
from etl.pages.plan import decisions
from etl.pages.site import Markdown, literal, table
from etl.shipped import shipped
from etl.steps.rules_show import pays
from etl.trust.permissions import ROLES, matrix, meanings

Row = tuple[str, ...]
_SEVERITY = {
    "stop": "the draft stops until a person decides.",
    "hold": "the entry is held in the streams named, the rest goes on.",
    "note": "told and listed, nothing waits.",
    "state": "the reason of a state, nothing to look at by itself.",
    "run": "the command stops, nothing is half-written.",
}
_POSITIONS = {"forbidden": "forbidden: a run stops", "hostile": "doubtful: noted", "unknown": "unknown: noted",
              "allowed": "allowed"}


def generated() -> Mapping[str, Callable[[], str]]:
    """What may stand in a document as <!-- generated: NAME -->, and what makes it."""
    return {
        "law-overtime": _overtime, "law-breaks": _breaks, "law-rounding": _rounding, "law-retention": _retention,
        "law-duties": _duties, "law-amounts": _amounts, "codes": _codes, "decisions": _decisions, "roles": _roles,
        "records": _records, "faults": _faults,
    }


def _overtime() -> str:
    rows = [(f"{rule.jurisdiction} {rule.place}",
             (rule.rule_id, rule.regime or "unless another is chosen", f"{pays(rule)}{_about(rule.covers)}",
              _span(str(rule.effective_from), str(rule.effective_to)), rule.citation,
              _standing(rule.status if rule.is_ready else f"{rule.status} (needs confirming)", rule.reviewed_on)))
            for rule in library()]
    return _by_place(("Rule", "Regime", "Pays", "In force", "Citation", "Standing, reviewed on"), rows)


def _breaks() -> str:
    rows = [(f"{rule.jurisdiction} {rule.place}",
             (rule.rule_id, promise(rule), rule.premium or "-", _span(str(rule.effective_from), str(rule.effective_to)),
              rule.citation, _standing(rule.status, rule.reviewed_on))) for rule in break_library()]
    return _by_place(("Rule", "Asks", "Premium", "In force", "Citation", "Standing, reviewed on"), rows)


def _rounding() -> str:
    rows = [(_place(row["jurisdiction"]),
             (row["rule_id"], _POSITIONS[row["position"]], _rounds(row), row["law_text"], _spanned(row),
              row["citation"], _standing(row["status"], row["reviewed_on"]))) for row in _law("rounding_rules.csv")]
    return _by_place(("Rule", "Position", "About", "Says", "In force", "Citation", "Standing, reviewed on"), rows)


def _retention() -> str:
    rows = [(_place(row["jurisdiction"]),
             (row["record_class"], f"{row['months']} months", row["counted_from"], row["law_text"], _spanned(row),
              row["citation"], _standing(row["status"], row["reviewed_on"]))) for row in _law("retention.csv")]
    return _by_place(("Class", "Kept", "Counted from", "What", "In force", "Citation", "Standing, reviewed on"), rows)


def _duties() -> str:
    rows = [(_place(row["jurisdiction"]),
             (row["obligation"], row["kind"], row["of"], _spanned(row), row["citation"],
              _standing(row["status"], row["reviewed_on"]))) for row in _law("obligations.csv")]
    return _by_place(("Duty", "Kind", "Of", "In force", "Citation", "Standing, reviewed on"), rows)


def _amounts() -> str:
    """The small tables: overpaid wages, thresholds of forms, exempt salaries, weeks with a holiday."""
    return "\n".join([
        "## Overpaid wages\n",
        table(("Place", "Rule", "In force", "Citation", "Standing, reviewed on"), [
            (row["place"].replace("*", "any other"), row["rule"], _spanned(row), row["citation"] or "-",
             _standing(row["status"], row["reviewed_on"])) for row in _law("overpayments.csv")]),
        "## Thresholds of information returns\n",
        table(("Form", "Place", "Tax years", "From this amount on", "Citation", "Standing, reviewed on"), [
            (row["form"], row["jurisdiction"], _years(row),
             f"{row['threshold'] or 'not known'} {row['currency'] if row['threshold'] else ''}", row["citation"],
             _standing(row["status"], row["reviewed_on"])) for row in _law("information_returns.csv")]),
        "## Salaries of exempt staff\n",
        table(("Place", "A week", "What", "In force", "Citation", "Standing, reviewed on"), [
            (row["jurisdiction"], f"{row['weekly']} {row['currency']}", row["law_text"], _spanned(row),
             row["citation"], _standing(row["status"], row["reviewed_on"])) for row in _law("exempt_salaries.csv")]),
        "## Weeks with a holiday\n",
        table(("Place", "Rule", "Hours less", "For", "In force", "Citation", "Standing, reviewed on"), [
            (row["jurisdiction"], row["rule_id"], row["hours_less"], row["per"], _spanned(row), row["citation"],
             _standing(row["status"], row["reviewed_on"])) for row in _law("holiday_weeks.csv")]),
    ])


def _codes() -> str:
    """Findings by number, then what stops a command by its word; a heading a code, so that each can be linked to."""
    every = sorted(codes().values(), key=lambda code: (code.severity == "run", code.code))
    parts = []
    for is_run, group in groupby(every, key=lambda code: code.severity == "run"):
        parts.append("## What stops a command\n" if is_run else "## What is found about a row\n")
        parts += [
            f"### {literal(code.code)}\n\n**{literal(code.title)}.** {literal(code.cause)}\n\n"
            f"**Do:** {literal(code.fix)}\n\n*Severity {code.severity}: {_SEVERITY[code.severity]}*\n"
            for code in group]
    return "\n".join(parts)


def _decisions() -> str:
    return table(("Question", "Whose", "Setting in company.toml", "Page"), [
        (choice.question, choice.owner, choice.setting, _page(choice.page or "plan.md")) for choice in decisions()])


def _page(name: str) -> Markdown:
    """A link to a page, by its first heading."""
    head = (shipped("docs") / name).read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    return Markdown(f"[{literal(head)}]({name})")


def _roles() -> str:
    return table(("May", *(role.replace("_", " ") for role in ROLES)), [
        (meanings()[verb], *("yes" if role in may else "" for role in ROLES)) for verb, may in matrix().items()])


def _records() -> str:
    """The records of decisions, newest last, each a link."""
    lines = []
    for path in sorted((shipped("docs") / "adr").glob("[0-9]*.md")):
        head = path.read_text(encoding="utf-8").splitlines()[0]
        title = re.sub(r"\s{2,}.*$", "", head.removeprefix("# "))
        lines.append(f"- [{literal(title)}](adr/{path.name})")
    return "\n".join(lines) + "\n"


def _faults() -> str:
    text = (shipped("docs") / "faults.csv").read_text(encoding="utf-8")
    return table(("Id", "What goes wrong", "Tried", "By the tests"), [
        (row["id"], row["fault"], row["how"], row["tests"].replace("tests/", "")) for row in
        csv.DictReader(text.splitlines())])


@cache
def _names() -> Mapping[str, str]:
    """What places are called, by the table of overtime; a place may have an award's row beside its own."""
    return {rule.jurisdiction: rule.place for rule in reversed(library())}


def _place(code: str) -> str:
    return f"{code} {_names().get(code, '')}".strip()


def _law(name: str) -> list[dict[str, str]]:
    return cells_of(law_text(name))


def _by_place(headings: Sequence[str], rows: Iterable[tuple[str, Row]]) -> str:
    """A heading and a table for each place, by name."""
    ordered = sorted(rows, key=lambda row: row[0])
    return "\n".join(f"## {literal(place)}\n\n{table(headings, [row for _, row in group])}"
                     for place, group in groupby(ordered, key=lambda row: row[0]))


def _rounds(row: Mapping[str, str]) -> str:
    """Which roundings a row is about, in words."""
    units = ", ".join(f"{int(unit) // 60} min" if int(unit) % 60 == 0 else f"{unit} s" for unit in
                      row["units"].split() if unit != "*")
    modes = row["modes"].replace("*", "").replace("_", " ").strip()
    grains = row["grains"].replace("*", "").replace("_", " ").strip()
    said = "; ".join(part for part in (modes, units, f"by {grains}" if grains else "") if part)
    return said or "every rounding of pay"


def _about(covers: str) -> str:
    return f" ({covers})" if covers else ""


def _standing(status: str, reviewed_on: object) -> str:
    return f"{status}, {reviewed_on}"


def _years(row: Mapping[str, str]) -> str:
    return f"{row['tax_year_from'].replace('1900', 'earlier')} to {row['tax_year_to'].replace('9999', 'today')}"


def _spanned(row: Mapping[str, str]) -> str:
    return _span(row["effective_from"], row["effective_to"])


def _span(begins: str, ends: str) -> str:
    last = "today" if ends in ("", "9999-12-31") else ends
    return f"to {last}" if begins == "1900-01-01" else f"{begins} to {last}"
