"""Questions and answers as one page, complete in itself; nobody is named, every text is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from etl.page import head

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:48rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin-bottom:.2rem}h2{font-size:1.25rem;margin-top:2.2rem;border-bottom:1px solid #767676}
dt{font-weight:700;margin-top:1.2rem;overflow-wrap:anywhere}dd{margin:.2rem 0 0;overflow-wrap:anywhere}
small{color:#595959;display:block;font-weight:400}
"""


@dataclass(frozen=True)
class Question:
    """One remark: what was asked, what it is about in words, the answers, and what was changed because of it."""

    text: str
    about: str
    answers: tuple[str, ...]
    change: str


def render_faq(questions: Sequence[Question], subtitle: str) -> bytes:
    """Answered ones first, then what still waits. The same questions give the same bytes."""
    answered = [question for question in questions if question.answers]
    waiting = [question for question in questions if not question.answers]
    parts = [_part("Answered", answered), _part("Waiting for an answer", waiting)]
    title = "Questions and answers"
    return (f"{head(title, _STYLE)}<body>\n<header><h1>{title}</h1>\n<p>{escape(subtitle)}</p></header>\n<main>\n"
            f"{''.join(parts)}</main>\n</body>\n</html>\n").encode()


def _part(title: str, questions: Sequence[Question]) -> str:
    if not questions:
        return ""
    items = "".join(_item(question) for question in questions)
    return f"<section>\n<h2>{title} ({len(questions)})</h2>\n<dl>\n{items}</dl>\n</section>\n"


def _item(question: Question) -> str:
    about = f"<small>About {escape(question.about)}</small>" if question.about else ""
    answers = "".join(f"<dd>{_lines(answer)}</dd>\n" for answer in question.answers)
    change = f"<dd><small>Changed: {escape(question.change)}</small></dd>\n" if question.change else ""
    waits = "" if question.answers else "<dd><small>Nobody has answered yet.</small></dd>\n"
    return f"<dt>{_lines(question.text)}{about}</dt>\n{answers}{change}{waits}"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
