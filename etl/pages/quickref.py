"""The quick reference of a role: its usual tasks and commands on one page of letter paper, help texts included."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

from etl.page import head

TITLES = {
    "administrator": "Administrator", "bookkeeper": "Bookkeeper", "time_approver": "Time approver",
    "controller": "Controller", "accountant": "Accountant", "auditor": "Auditor", "analyst": "Analyst",
}
_BEFORE_YOU_ASK = {   # what a role keeps in mind, one sentence each
    "administrator": "Two administrators sign a change of people. No secret stands in a file of the workspace.",
    "bookkeeper": "Pay always goes on; what does not map waits for cost and billing alone. Run the week again at will: "
                  "nothing is done twice.",
    "time_approver": "You never approve your own hours. An approval holds for exactly what it saw; a change voids it.",
    "controller": "You sign the digest of one draft. Whatever moves afterwards needs a new draft and a new approval.",
    "accountant": "No import removes duplicates by itself: the document number carries the batch. Correct the books or "
                  "the source, never a published batch.",
    "auditor": "Nothing here changes anything. Note the ends of the audit logs outside: only against such a note does "
               "a cut end show.",
    "analyst": "The history can only be read, and be made again from the batches at any time.",
}
_WORDS = (("C", "the company's id"), ("DATE", "a day such as 2026-11-22"), ("ITEM", "as a list prints it"),
          ("LINE", "such as 0042-L-017"))
_STYLE = """
@page{size:letter;margin:13mm 14mm}
body{font:15px/1.45 system-ui,"Liberation Sans",sans-serif;color:#1a1a1a;background:#fff;max-width:60rem;
margin:1.5rem auto;padding:0 1rem}
h1{font-size:1.7em;margin:0}header p{margin:.2em 0 .6em}
h2{font-size:1.08em;margin:1rem 0 .2rem;border-bottom:1px solid #767676}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.28rem .5rem .28rem 0;
border-bottom:1px solid #ddd;overflow-wrap:anywhere}th{font-weight:400;width:31%}
code{font:.88em/1.4 ui-monospace,"Liberation Mono",monospace}small{color:#595959;display:block}
footer{margin-top:1em;color:#404040;font-size:.92em}footer span{white-space:nowrap}
@media print{body{margin:0;padding:0;max-width:none;font-size:11px}tr,section{break-inside:avoid}}
"""


@dataclass(frozen=True)
class Task:
    """One line of a reference: under which heading, what is to be done, the command."""

    role: str
    part: str
    what: str
    command: str


@cache
def tasks() -> tuple[Task, ...]:
    """Every task in the order of the table."""
    text = (files("etl.pages") / "quickref.csv").read_text(encoding="utf-8")
    return tuple(Task(**row) for row in csv.DictReader(text.splitlines()))


def render_quickref(role: str, helps: Mapping[str, str]) -> bytes:
    """The page of a role as UTF-8 HTML; `helps`: what the command line itself says of each command."""
    own = [task for task in tasks() if task.role == role]
    parts = list(dict.fromkeys(task.part for task in own))
    body = "".join(_part(part, [task for task in own if task.part == part], helps) for part in parts)
    words = " · ".join(f"<span><code>{name}</code> {escape(meaning)}</span>" for name, meaning in _WORDS)
    title = f"Timebooks: {TITLES[role]}"
    return (
        f"{head(title, _STYLE)}<body>\n<header>\n<h1>{title}</h1>\n"
        f"<p>{escape(_BEFORE_YOU_ASK[role])}</p>\n</header>\n<main>\n{body}</main>\n<footer>\n<p>{words}. "
        "Exit code 0: done as far as it goes · 1: a person must decide · 2: it could not run, and says what, where, "
        "how to mend it. Every command has <code>--help</code> and, where it reports, <code>--json</code>. Practice: "
        f"<code>timebooks sandbox train --role {role}</code></p>\n</footer>\n</body>\n</html>\n").encode()


def _part(part: str, own: Sequence[Task], helps: Mapping[str, str]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(task.what)}</th><td><code>{escape(task.command)}</code>'
        f"<small>{escape(helps[task.command])}</small></td></tr>\n" for task in own)
    return f"<section>\n<h2>{escape(part)}</h2>\n<table><tbody>\n{rows}</tbody></table>\n</section>\n"
