"""Information returns as the CSV of the IRS portal (IRIS): the template of a form and year, filled with what is known.

Source: targets reference, section 8. The template's wording changes by form and year, so its own heading row decides;
whole tax ids and addresses are not kept here, and their columns stay empty for the person who files.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from etl.errors import RefusedError
from etl.targets.facts import facts
from etl.targets.files import csv_table
from etl.targets.text import is_formula

RETURNS_A_FILE = 100   # targets reference 8: sources differ between 100 and 250, so the smaller
_FIX = "Download the CSV template of this form and tax year from the IRS portal and name it with --template."
_FORMS = {"nonemployee compensation": "NEC", "rents": "MISC"}   # the words of box 1


@dataclass(frozen=True)
class Return:
    """One form of one payee. `amounts`: box ("NEC-1") → amount; `state` only where the state has its copy."""

    payee: str
    name: str
    tin_type: str
    amounts: Mapping[str, Decimal]
    withheld: Decimal
    state: str = ""
    state_withheld: Decimal = Decimal(0)

    @property
    def form(self) -> str:
        """NEC or MISC."""
        return next(iter(self.amounts)).partition("-")[0]


def template_heads(content: bytes, where: str) -> list[str]:
    """The heading row of a template. Raises RefusedError IRIS_TEMPLATE where there is none."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        rows = []
    for row in rows:
        if {"form type", "tax year"} <= {_plain(cell) for cell in row}:
            return row
    raise _refused("The template has no heading row with Form Type and Tax Year", where)


def form_of(heads: Sequence[str], where: str) -> str:
    """NEC or MISC, by the words of its box 1."""
    first = [_plain(head) for head in heads if _plain(head).startswith("box 1 ")]
    for words, form in _FORMS.items():
        if any(words in head for head in first):
            return form
    raise _refused(f"Box 1 of the template reads {first or 'nothing'}: neither 1099-NEC nor 1099-MISC", where)


def render_returns(heads: Sequence[str], returns: Sequence[Return], year: int, payer: str, where: str) -> list[bytes]:
    """The files, at most RETURNS_A_FILE returns each, in the template's own columns.

    Raises RefusedError IRIS_TEMPLATE where the template lacks a column that a return needs.
    """
    form = form_of(heads, where)
    places = _places(heads, form)
    needed = {"form", "year", "payee", *(box for one in returns for box in one.amounts)}
    needed |= {"withheld"} if any(one.withheld for one in returns) else set()
    needed |= {"state", "state_withheld", "state_income"} if any(one.state for one in returns) else set()
    if lacking := sorted(needed - places.keys()):
        raise _refused(f"The template has no column for {', '.join(lacking)}", where)
    rows = [_row(len(heads), places, _values(one, form, year, payer)) for one in returns]
    parts = [rows[start:start + RETURNS_A_FILE] for start in range(0, len(rows), RETURNS_A_FILE)]
    return [csv_table(heads, part)[0] for part in parts]


def written_total(files: Iterable[bytes], heads: Sequence[str]) -> Decimal:
    """The sum of the boxes of income in the files, read back."""
    form = form_of(heads, "")
    boxes = [place for key, place in _places(heads, form).items() if key.startswith(f"{form}-")]
    rows = (row for content in files for row in list(csv.reader(io.StringIO(content.decode())))[1:])
    return sum((Decimal(row[place] or 0) for row in rows for place in boxes), Decimal(0))


def _places(heads: Sequence[str], form: str) -> dict[str, int]:
    """What is filled → its place; of two columns alike the first, as of state 1 before state 2."""
    plain = [_plain(head) for head in heads]
    found: dict[str, int] = {}
    for fact in facts("iris_columns.csv"):
        if fact["form"] == form:
            wanted = _plain(fact["column"])
            for place, head in enumerate(plain):
                if head == wanted or (wanted.endswith(" -") and head.startswith(f"{wanted} ")):
                    found.setdefault(fact["filled_with"], place)
    return found


def _values(one: Return, form: str, year: int, payer: str) -> dict[str, str]:
    """Individuals' names are not parted: the portal asks first and last name apart, a person knows which is which."""
    values = {"form": f"1099-{form}", "year": str(year), "payer": payer, "tin_type": one.tin_type, "payee": one.payee,
              "business": one.name if one.tin_type == "EIN" else "", "withheld": _money(one.withheld),
              **{box: _money(amount) for box, amount in one.amounts.items()}}
    if one.state:
        values |= {"state": one.state.removeprefix("US-"), "state_withheld": _money(one.state_withheld),
                   "state_income": _money(sum(one.amounts.values(), Decimal(0)))}
    return values


def _row(width: int, places: Mapping[str, int], values: Mapping[str, str]) -> list[str]:
    row = [""] * width
    for key, text in values.items():
        if key in places:
            row[places[key]] = "" if is_formula(text) else text   # such a name is typed in by hand
    return row


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}" if amount else ""


def _plain(head: str) -> str:
    return " ".join(head.split()).casefold()


def _refused(what: str, where: str) -> RefusedError:
    return RefusedError("IRIS_TEMPLATE", what=what, where=where, fix=_FIX)
