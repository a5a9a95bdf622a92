"""One training as a notebook sees it: look, mend, decide, be graded; a blank that is not filled in changes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from etl.codes import codes
from etl.errors import EtlError
from etl.sandbox.training.desk import FINDINGS
from etl.steps.approve import approve_batch
from etl.steps.approve_time import approve_time, time_waiting
from etl.steps.archive import create as create_archive
from etl.steps.books import Asked, take_in_books
from etl.steps.exceptions import exceptions_open
from etl.steps.explain import explain
from etl.steps.history import query_history
from etl.steps.notebook import show_errors_calmly
from etl.steps.outcome import Cell, Outcome
from etl.steps.run import Run
from etl.steps.stages import TO_DRAFT
from etl.steps.training import DESK, SEAL, Training, grade, home_of, new_training, opened
from etl.steps.training_facts import world_end
from etl.steps.training_week import BOOKS_FILE, read_table
from etl.steps.verify import verify
from etl.store import files

EXPORTS = {"export": "Toggl_*.csv", "phone": "phone_*.csv"}   # what a learner calls them
_SHOWN = 60   # rows of a file in a notebook
_NOT_YET = "Not filled in yet: nothing was changed."


class Lesson:
    """A training of one role. Every call gives an outcome that draws itself; what is refused is told, not raised."""

    def __init__(self, training: Training) -> None:
        self._training = training

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        one = self._training
        return Outcome(
            title=f"{len(one.mistakes)} mistakes are planted here, seed {one.seed}",
            facts=(("workspace", str(one.place.root)), ("company", one.company), ("period", str(world_end(one.world))),
                   ("desk", f"{DESK}/: {', '.join(sorted(path.name for path in one.desk.iterdir()))}")),
            next_step="run the cells below, fill in the blanks, and grade yourself at the end",
        )._repr_mimebundle_()

    def look(self, file: str) -> Outcome:
        """A file as it is now: desk/letters.md, projects.csv, export."""
        return self._calmly(lambda: self._look(file))

    def lines(self, file: str, text: str) -> Outcome:
        """The lines of a file that hold a text, as they stand there."""
        if not text:
            return Outcome(title=_NOT_YET)
        return self._calmly(lambda: self._lines(file, text))

    def add(self, file: str, line: str) -> Outcome:
        """A line at the end of a file."""
        return self._edited(file, line, "", lambda lines, _: [*lines, line])

    def replace(self, file: str, old: str, new: str) -> Outcome:
        """A line, or a part of one that stands nowhere else in the file, and what is to stand there instead."""
        return self._edited(file, old and new, old, lambda lines, at: [
            *lines[:at], lines[at].replace(old, new, 1), *lines[at + 1:]])

    def remove(self, file: str, text: str) -> Outcome:
        """The line with this text taken out: the last one where two have it."""
        return self._edited(file, text, text, lambda lines, at: [*lines[:at], *lines[at + 1:]], most=2)

    def find(self, where: str, what: str) -> Outcome:
        """A finding written down in desk/findings.csv: where it is, what is wrong."""
        if not where:
            return Outcome(title=_NOT_YET)
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow((where, what))
        return self.add(f"{DESK}/{FINDINGS}", text.getvalue())

    def protect(self, file: str) -> Outcome:
        """A file that only its owner may read."""
        if not file:
            return Outcome(title=_NOT_YET)
        return self._calmly(lambda: self._protected(file))

    def to(self, stage: str) -> Outcome:
        """The stages from the pull to this one: map, rules, check, draft."""
        return self._calmly(lambda: self._staged(stage))

    def waiting(self) -> Outcome:
        """The weeks whose hours wait for an approval."""
        return self._with_run(time_waiting)

    def approve_weeks(self, employees: str) -> Outcome:
        """Approve the weeks of these people, such as "E01 E02", or of all."""
        if not employees:
            return Outcome(title=_NOT_YET)
        named = () if employees == "all" else tuple(employees.replace(",", " ").split())
        return self._with_run(lambda run: approve_time(run, employees=named))

    def decide(self, word: str) -> Outcome:
        """What becomes of the newest draft: approve, or refuse and say so to whoever prepared it."""
        if word == "approve":
            return self._with_run(approve_batch)
        return Outcome(title="The draft is refused; it stays a draft until a better one comes." if word else _NOT_YET)

    def exceptions(self) -> Outcome:
        """What waits for somebody, of every week."""
        return self._calmly(lambda: exceptions_open(self._training.company, workspace=self._training.place.root))

    def verify(self) -> Outcome:
        """Every digest computed again."""
        return self._calmly(lambda: verify(self._training.place.root))

    def explain(self, reference: str) -> Outcome:
        """What stands behind a line of the journal or an entry."""
        return self._calmly(lambda: explain(reference, self._training.place.root, self._training.company))

    def ask(self, question: str, as_of: str = "") -> Outcome:
        """The history's answer to a query, as it was known at the end of a day where one is given."""
        return self._calmly(lambda: query_history(self._training.place.root, question, _SHOWN, as_of or None))

    def bring_books(self) -> Outcome:
        """The books as they are now, taken in and compared with the batch."""
        one, end = self._training, world_end(self._training.world)
        asked = Asked(first=str(end - timedelta(days=6)), last=str(end + timedelta(days=1)))   # with the reversal
        return self._calmly(lambda: take_in_books(one.place.root, one.company, one.desk / BOOKS_FILE, asked=asked))

    def back_up(self, to: str) -> Outcome:
        """A copy of the record outside the workspace."""
        if not to:
            return Outcome(title=_NOT_YET)
        return self._calmly(lambda: create_archive(to, workspace=self._training.place.root))

    def grade(self) -> Outcome:
        """Every planted mistake as it stands, and the score."""
        return grade(self._training.place.root)

    def _with_run(self, call: Callable[[Run], Outcome]) -> Outcome:
        def called() -> Outcome:
            run = self._training.run()
            try:
                return call(run)
            finally:
                run.end()

        return self._calmly(called)

    def _staged(self, stage: str) -> Outcome:
        run, outcome = self._training.run(), Outcome(title="nothing ran")
        try:
            for name, step in TO_DRAFT.items():
                outcome = step(run)
                if outcome.exit_code or name == stage:
                    break
        finally:
            run.end()
        return outcome

    def _path(self, file: str) -> Path:
        """Where a file lies that a learner may edit: on the desk, a cross-reference, or the tracker's export."""
        one = self._training
        if file in EXPORTS:
            return min(one.place.inbox(one.company).glob(EXPORTS[file]))
        folder = one.desk if file.startswith(f"{DESK}/") else one.place.mappings(one.company)
        path = (folder / file.removeprefix(f"{DESK}/")).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            raise FileNotFoundError(file)
        return path

    def _look(self, file: str) -> Outcome:
        path = self._path(file)
        if path.suffix != ".csv":
            return Outcome(title=file, headings=("line",),
                           rows=tuple((line,) for line in path.read_text("utf-8").splitlines() if line.strip()))
        rows = read_table(path)
        cells: tuple[tuple[Cell, ...], ...] = tuple(tuple(row.values()) for row in rows[:_SHOWN])
        more = f"; the first {_SHOWN}" if len(rows) > _SHOWN else ""
        return Outcome(title=f"{file}: {len(rows)} rows{more}", headings=tuple(rows[0]) if rows else (), rows=cells)

    def _lines(self, file: str, text: str) -> Outcome:
        found = [line for line in self._path(file).read_text("utf-8-sig").splitlines() if text in line]
        return Outcome(title=f"{file}: {len(found)} line(s)", headings=("line",),
                       rows=tuple((line,) for line in found[:_SHOWN]))

    def _edited(
        self, file: str, said: str, old: str, change: Callable[[list[str], int], list[str]], most: int = 1,
    ) -> Outcome:
        """The file with its last line that has `old` changed; nothing happens where too many or none have it."""
        if not said:
            return Outcome(title=_NOT_YET)
        try:
            path = self._path(file)
        except FileNotFoundError:
            return Outcome(title=f"{file!r} is no file of this training; nothing was changed.")
        content = path.read_bytes()
        mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
        lines = content.removeprefix(mark).decode("utf-8").splitlines()
        at = [number for number, line in enumerate(lines) if old in line]
        if old and not 1 <= len(at) <= most:
            return Outcome(title=f"That text stands in {len(at)} lines of {file}; nothing was changed.")
        files.rewrite(path, mark + ("\n".join(change(lines, at[-1] if at else 0)) + "\n").encode())
        return Outcome(title=f"{file}: changed")

    def _protected(self, file: str) -> Outcome:
        self._path(file).chmod(0o600)
        return Outcome(title=f"{file}: only its owner may read it now")

    def _calmly(self, call: Callable[[], Outcome]) -> Outcome:
        try:
            return call()
        except EtlError as error:
            return Outcome(title=error.what, facts=(("where", error.where), ("fix", error.fix), ("code", error.code)),
                           exit_code=error.exit_code)
        except FileNotFoundError as error:
            return Outcome(title=f"There is no file {error.args[0]!r} in this training.")


def lesson(role: str, workspace: str = "", seed: int = 7, mistakes: int = 12) -> Lesson:
    """The training of a role: the one this notebook lies in, or a new one in training/ROLE of the workspace."""
    show_errors_calmly()
    root = home_of(workspace or None, role)
    if not (root / SEAL).is_file():
        new_training(root, seed=seed, count=mistakes, role=role)
    return Lesson(opened(root))


def code_told(code: str) -> Outcome:
    """What a code means, whence it comes and how it is mended."""
    known = codes().get(code.strip().upper())
    if known is None:
        return Outcome(title=f"There is no code {code[:40]!r}; give one as it is printed, such as TE008")
    return Outcome(title=f"{known.code}: {known.title}", facts=(("cause", known.cause), ("fix", known.fix)))

