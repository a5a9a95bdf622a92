"""Feedback: a remark is kept, listed, answered and linked to what was changed; the answered ones become a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from etl.codes import codes
from etl.disk import told
from etl.errors import RefusedError, SettingsError
from etl.pages.faq import Question, render_faq
from etl.steps.outcome import Outcome
from etl.steps.run import person_of, place_of
from etl.store import feedback as kept
from etl.workspace import Workspace

REMARK, ANSWER = "remark", "answer"
_LONGEST = 2_000
_SHORT = 200


@dataclass
class Remark:
    """One remark with everything that was said to it."""

    id: str
    at: str
    person: str
    text: str
    about: str
    answers: list[kept.Event] = field(default_factory=list)

    @property
    def change(self) -> str:
        """What was changed because of it, by the newest answer that names something."""
        return next((event["change"] for event in reversed(self.answers) if event["change"]), "")


def add_feedback(
    text: str, *, about: str = "", company: str = "", person: str | None = None, workspace: str | Path | None = None,
) -> Outcome:
    """Keep a remark; `about`: a code, a line or whatever it is about. Raises SettingsError FEEDBACK_EMPTY."""
    place = _place(workspace, company)
    said, who, at = _text(text, "the remark"), person or person_of(company), _now()
    event = {"id": kept.id_of(at, who, said), "at": at, "person": who, "event": REMARK, "text": said,
             "about": _text(about, "--about", _SHORT) if about else "", "change": ""}
    kept.keep(place, company, event)
    return Outcome(title=f"kept as {event['id']}; thank you",
                   facts=(("about", _about(event["about"])),) if event["about"] else (),
                   next_step=f"the answer comes with timebooks feedback list{_of(company)}")


def answer_feedback(
    remark: str, text: str, *, change: str = "", company: str = "", person: str | None = None,
    workspace: str | Path | None = None,
) -> Outcome:
    """Answer a remark; `change`: what was changed because of it. Raises RefusedError FEEDBACK_UNKNOWN."""
    place = _place(workspace, company)
    remarks, _ = _remarks(place, company)
    found = [one for one in remarks if len(remark) >= 4 and one.id.startswith(remark)]
    if len(found) != 1:
        raise RefusedError("FEEDBACK_UNKNOWN", what=f"{remark[:40]!r} names no remark", where="the remark's id",
                           fix=f"Give an id as timebooks feedback list{_of(company)} prints it.")
    kept.keep(place, company, {
        "id": found[0].id, "at": _now(), "person": person or person_of(company), "event": ANSWER,
        "text": _text(text, "the answer"), "about": "",
        "change": _text(change, "--change", _SHORT) if change else ""})
    return Outcome(title=f"{found[0].id} is answered", next_step=f"timebooks feedback faq{_of(company)}")


def list_feedback(
    *, company: str = "", only_open: bool = False, unlinked: bool = False, workspace: str | Path | None = None,
) -> Outcome:
    """Every remark, the newest first. `only_open`: without an answer; `unlinked`: without a change."""
    remarks, unread = _remarks(_place(workspace, company), company)
    shown = [one for one in reversed(remarks) if not (only_open and one.answers) and not (unlinked and one.change)]
    waiting = sum(not one.answers for one in remarks)
    return Outcome(
        title=f"{len(remarks)} remark(s), {waiting} without an answer, "
        f"{sum(not one.change for one in remarks)} without a change",
        facts=(("unreadable", f"{unread} line(s) of the log"),) if unread else (),
        headings=("id", "day", "who", "remark", "about", "answer", "changed"),
        rows=tuple((one.id, one.at[:10], one.person, one.text, _about(one.about),
                    "\n".join(event["text"] for event in one.answers), one.change) for one in shown),
        next_step=f"timebooks feedback answer ID TEXT{_of(company)}" if waiting else "")


def write_faq(
    output: Path | None = None, *, company: str = "", workspace: str | Path | None = None,
) -> Outcome:
    """Questions and answers as a page, by default reports/questions.html; nobody is named in it."""
    place = _place(workspace, company)
    remarks, _ = _remarks(place, company)
    path = output or place.root / "reports" / company / "questions.html"
    questions = [Question(one.text, _about(one.about), tuple(event["text"] for event in one.answers), one.change)
                 for one in remarks]
    answered = sum(bool(one.answers) for one in questions)
    subtitle = f"{answered} answered, {len(questions) - answered} waiting" + (f"; {company}" if company else "")
    with told("write the page", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(render_faq(questions, subtitle))
    return Outcome(title=f"questions and answers: {subtitle}", facts=(("page", str(path)),))


def _remarks(place: Workspace, company: str) -> tuple[list[Remark], int]:
    events, unread = kept.events(place, company)
    found: dict[str, Remark] = {}
    for event in events:
        if event["event"] == REMARK:
            found.setdefault(event["id"], Remark(event["id"], event["at"], event["person"], event["text"],
                                                 event["about"]))
        elif event["event"] == ANSWER and event["id"] in found:
            found[event["id"]].answers.append(event)
    return list(found.values()), unread


def _about(about: str) -> str:
    known = codes().get(about.upper())
    return f"{known.code}, {known.title}" if known else about


def _text(text: str, where: str, longest: int = _LONGEST) -> str:
    """What was typed, without signs nobody sees. Raises SettingsError FEEDBACK_EMPTY."""
    said = "".join(sign for sign in text.replace("\r\n", "\n") if sign == "\n" or sign.isprintable()).strip()
    if not said or len(said) > longest:
        raise SettingsError(
            "FEEDBACK_EMPTY", what="There is nothing to keep" if not said else f"{len(said):,} signs are too many",
            where=where, fix=f"Write a sentence or two, at most {longest:,} signs.")
    return said


def _place(workspace: str | Path | None, company: str) -> Workspace:
    place = place_of(workspace)
    known = place.root / "mappings"
    if company and company not in ({path.name for path in known.iterdir()} if known.is_dir() else set()):
        raise SettingsError("COMPANY_MISSING", what=f"There is no company {company[:40]!r}", where="mappings",
                            fix="Give the name of a folder there, or leave --company out.")
    return place


def _of(company: str) -> str:
    return f" --company {company}" if company else ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
