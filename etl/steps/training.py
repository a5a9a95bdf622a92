"""A practice company with planted mistakes, and what has become of them: judged by the workspace as it is now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.disk import told
from etl.errors import EtlError, RefusedError, SettingsError
from etl.sandbox.training.desk import FINDINGS, desk_files
from etl.sandbox.training.kinds import BATCH, BOOKS, MIXED, REPORT, ROLES
from etl.sandbox.training.plan import Mistake, draw, seal
from etl.sandbox.training.planting import spoiled
from etl.sandbox.training.world import World, is_for_books, make_world
from etl.steps.approve_time import week_states
from etl.steps.outcome import Outcome
from etl.steps.run import Run, place_of, start
from etl.steps.training_facts import facts_of, facts_of_world, files_below, world_end
from etl.steps.training_marks import (
    FIXED,
    FOUND,
    OPEN,
    UNDONE,
    Judged,
    Mark,
    changed_keys,
    is_named,
    judge_entries,
    judge_rows,
    judge_settings,
)
from etl.steps.training_week import (
    BOOKS_FILE,
    REPORT_FILE,
    books_of,
    closed_batch,
    damaged_file,
    places_of,
    plant_elsewhere,
    read_table,
    report_of,
)
from etl.steps.verify import verify
from etl.steps.week import week
from etl.store import batches
from etl.store.mapping_sets import mapping_folder
from etl.workspace import Workspace

SEAL = "data/training/sealed.json"
_QUESTION = "select * from time_entries_latest"
DESK = "desk"


@dataclass(frozen=True)
class Training:
    """One practice company with its mistakes: the workspace, whose work it is, how it should be, the answer key."""

    place: Workspace
    role: str
    seed: int
    world: World
    mistakes: tuple[Mistake, ...]

    @property
    def company(self) -> str:
        """The company's id."""
        return self.world.company.id

    @property
    def desk(self) -> Path:
        """Where a learner looks things up and writes findings down."""
        return self.place.root / DESK

    def run(self) -> Run:
        """A run of its week."""
        return start(self.company, world_end(self.world), self.place.root, in_memory=True)


def new_training(
    folder: Path | None, *, seed: int, count: int, role: str = MIXED, workspace: str | Path | None = None,
) -> Outcome:
    """A workspace of its own with so many mistakes; again it changes nothing. Raises RefusedError SANDBOX_TAKEN."""
    role = role_of(role, is_mixed_too=True)
    root = folder.resolve() if folder is not None else home_of(workspace, role)
    place = Workspace(root)
    if (root / SEAL).is_file():
        one = opened(root)
        if (one.role, one.seed, len(one.mistakes)) != (role, seed, count):
            raise RefusedError(
                "SANDBOX_TAKEN", what=f"Another training lies there: {one.role}, seed {one.seed}, "
                f"{len(one.mistakes)} mistakes", where=str(root), fix="Give another folder, or delete that one first.")
        return _ready(one, is_new=False)
    world = make_world(seed, role)
    if (place.mappings(world.company.id)).exists():
        raise RefusedError("SANDBOX_TAKEN", what=f"{world.company.id} is there already and is no training",
                           where=str(root), fix="Give another folder.")
    if is_for_books(role):
        _write(place, world)
        week(start(world.company.id, world_end(world), root, in_memory=True))
        mistakes = draw(world, role, seed, count, places_of(place, world.company.id, world_end(world), role))
        plant_elsewhere(place, world.company.id, world_end(world), mistakes, _made(root / DESK))
    else:
        mistakes = draw(world, role, seed, count)
        _write(place, spoiled(world, [(one.kind, one.place) for one in mistakes]))
        if any(one.kind.change == "mode" for one in mistakes):
            (place.mappings(world.company.id) / "private" / "pay_rates.csv").chmod(0o644)
    for name, content in desk_files(world, mistakes).items():
        (_made(root / DESK) / name).write_bytes(content)
    _made((root / SEAL).parent)
    (root / SEAL).write_text(json.dumps(
        {"format": 1, "role": role, "seed": seed, "count": count, "key": seal(mistakes)}) + "\n", encoding="ascii")
    return _ready(Training(place, role, seed, world, mistakes), is_new=True)


def role_of(text: str, *, is_mixed_too: bool = False) -> str:
    """The role that is meant; hyphens and spaces count as underscores. Raises SettingsError TRAINING_ROLE."""
    role = text.strip().lower().replace("-", "_").replace(" ", "_")
    if role not in (*ROLES, *((MIXED,) if is_mixed_too else ())):
        raise SettingsError("TRAINING_ROLE", what=f"There is no training for {text[:40]!r}", where="--role",
                            fix=f"Give one of {', '.join(ROLES)}.")
    return role


def home_of(workspace: str | Path | None, role: str) -> Path:
    """Where a role's training lies: the workspace itself where it is one, else its folder training/<role>."""
    root = place_of(workspace).root
    return root if (root / SEAL).is_file() else root / "training" / role


def opened(root: Path) -> Training:
    """The training of a workspace, its answer key drawn again and held against the seal.

    Raises RefusedError TRAINING_MISSING, TRAINING_KEY.
    """
    try:
        said: dict[str, Any] = json.loads((root / SEAL).read_bytes()[:10_000])
        role, seed, count, key = str(said["role"]), int(said["seed"]), int(said["count"]), str(said["key"])
        role = role_of(role, is_mixed_too=True)
    except (OSError, ValueError, KeyError, TypeError, SettingsError):
        raise RefusedError(
            "TRAINING_MISSING", what="No practice company with planted mistakes is here", where=str(root),
            fix="Make one: timebooks sandbox new --planted-errors 12 --seed 7") from None
    world, place = make_world(seed, role), Workspace(root)
    end = world_end(world)
    elsewhere = places_of(place, world.company.id, end, role) if is_for_books(role) else []
    mistakes = draw(world, role, seed, count, elsewhere)
    if seal(mistakes) != key:
        raise RefusedError(
            "TRAINING_KEY", what="The answer key is not the one this training was made with", where=SEAL,
            fix="Another version of Timebooks made it, or somebody changed it: make a new one in another folder.")
    return Training(place, role, seed, world, mistakes)


def grade(workspace: str | Path | None = None, role: str = "") -> Outcome:
    """Every planted mistake as it stands now, and the score; nothing of company or record is changed.

    A mistake counts when it is mended and nothing that was right has suffered in the same file; for the auditor, who
    mends nothing, when it is named in desk/findings.csv.
    """
    one = opened(home_of(workspace, role_of(role, is_mixed_too=True) if role else MIXED))
    marks, facts = judged(one)
    score = sum(mark.state == (FOUND if one.role == "auditor" else FIXED) for mark in marks)
    return Outcome(
        title=f"{one.role.replace('_', ' ')}, seed {one.seed}: {score}/{len(marks)}",
        facts=facts,
        headings=("no.", "mistake", "state", "hint"),
        rows=tuple((mark.mistake.number, _shown(mark), mark.state, mark.hint) for mark in marks),
        next_step="" if score == len(marks) else "mend what is open, then grade again")


def judged(one: Training) -> tuple[list[Mark], tuple[tuple[str, str], ...]]:
    """The marks of a training, and what cannot be judged or was harmed, in words."""
    facts: list[tuple[str, str]] = []
    found = _found(one, facts)
    findings = read_table(one.desk / FINDINGS)
    gone = {number for judge in found for number in judge.gone}
    harmed = {name: count for judge in found for name, count in judge.harmed.items()}
    facts += [("harmed", f"{count} line(s) that were right, by {name}") for name, count in sorted(harmed.items())]
    missing = _not_approved(one)
    damaged = _damaged(one) if one.role == "auditor" else frozenset()
    wrong = sum(row.get("where", "") not in damaged | {""} for row in findings) if damaged else 0
    marks = []
    for mistake in one.mistakes:
        where = "lines" if mistake.kind.where in (BOOKS, REPORT) else mistake.kind.where
        keys = changed_keys(mistake, one.world.settings) if mistake.kind.where == "company.toml" else set()
        named = is_named(mistake, findings, keys)
        if mistake.kind.where == BATCH and damaged_file(mistake) not in damaged:
            state, hint = UNDONE, "the damage is gone: whoever audits mends nothing"
        elif mistake.kind.where == BATCH:
            state, hint = (FOUND, "") if named else (OPEN, mistake.kind.remedy)
            if named and wrong:
                state, hint, wrong = UNDONE, "a file without damage is named too", wrong - 1
        elif mistake.number in gone and where in harmed:
            state, hint = UNDONE, f"mended, but {harmed[where]} other line(s) of {where} are wrong now"
        elif mistake.number in gone:
            state, hint = (OPEN, missing[mistake.number]) if mistake.number in missing else (FIXED, "")
        else:
            state, hint = FOUND if named else OPEN, mistake.kind.remedy
        marks.append(Mark(mistake, state, hint))
    return marks, tuple(facts)


def _found(one: Training, facts: list[tuple[str, str]]) -> list[Judged]:
    """What the files say now, each in its own way."""
    company, place, folder = one.company, one.place, one.place.mappings(one.company)
    found = []
    if any(mistake.touches for mistake in one.mistakes):
        try:
            agreed = {"company.toml": one.world.settings.encode()}   # the settings are judged by themselves
            now = facts_of(files_below(folder) | agreed, files_below(place.inbox(company)), company,
                           world_end(one.world))
            found.append(judge_entries(one.mistakes, facts_of_world(one.world), now))
        except EtlError as error:
            facts.append(("cannot be read", f"{error.what} ({error.where}). {error.fix}"))
    settings = folder / "company.toml"
    found.append(judge_settings(one.mistakes, one.world.settings,
                                settings.read_text("utf-8", "replace") if settings.is_file() else ""))
    private = folder / "private" / "pay_rates.csv"
    is_private = private.is_file() and not private.stat().st_mode & 0o077
    found.append(Judged(frozenset(mistake.number for mistake in one.mistakes
                                  if mistake.kind.change == "mode" and is_private), {}))
    for kind, name in ((BOOKS, BOOKS_FILE), (REPORT, REPORT_FILE)):
        listed = [mistake for mistake in one.mistakes if mistake.kind.where == kind]
        if listed:
            right = (books_of(closed_batch(place, company, world_end(one.world))) if kind == BOOKS
                     else {row["job"]: row for row in report_of(place)})
            rows = {line: tuple(row.values()) for line, row in right.items()}
            found.append(judge_rows({mistake.number: rows[mistake.place] for mistake in listed}, list(rows.values()),
                                    [tuple(row.values()) for row in read_table(one.desk / name)]))
    return found


def _not_approved(one: Training) -> dict[int, str]:
    """What a mended mistake still lacks: the approver's word about the week, the controller's about the draft."""
    if one.role == "time_approver":
        run = one.run()
        states = week_states(run) if run.pulls() else {}
        run.end()
        of = {number: entry.person.employee_id for number, entry in enumerate(one.world.entries, 1)}
        return {mistake.number: "mended; the week is not approved as it is now" for mistake in one.mistakes
                if states.get(of[int(mistake.place)]) != "approved"}
    if one.role == "controller":
        run = one.run()
        records, end = run.records(), world_end(one.world)
        draft = batches.find_sealed(one.place, one.company, end, records)
        if draft is None or (isinstance(draft, batches.Draft) and batches.approval_of(records, draft) is None):
            return {mistake.number: "mended; no draft with it is approved yet" for mistake in one.mistakes}
        kept = mapping_folder(one.place, one.company, draft.mapping_digest)
        now = one.place.mappings(one.company)
        return {mistake.number: "mended; the approved draft was made before that" for mistake in one.mistakes
                if _bytes(kept / mistake.kind.where) != _bytes(now / mistake.kind.where)}
    return {}


def _damaged(one: Training) -> frozenset[str]:
    """The files that verify names now, each by its path and by its name alone."""
    paths = {str(row[1]).partition(" (audit log")[0] for row in verify(one.place.root).rows}
    return frozenset(paths | {Path(path).name for path in paths})


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _shown(mark: Mark) -> str:
    """A mistake is named once it was found; before that only its cause is told."""
    is_known = mark.state != OPEN
    code = f" ({mark.mistake.kind.code})" if is_known and mark.mistake.kind.code else ""
    return f"{mark.mistake.kind.cause}{code}" + (f" {mark.mistake.place}" if is_known else "")


def _write(place: Workspace, world: World) -> None:
    """The company's files as they are to lie there."""
    for folder, content in ((place.mappings(world.company.id), world.files()),
                            (place.inbox(world.company.id), world.exports())):
        for name, data in content.items():
            path = folder / name
            _made(path.parent)
            with told("write the file", path):
                path.write_bytes(data)
                path.chmod(0o600)
    for part in ("reports", "notebooks"):
        _made(place.root / part)


def _made(folder: Path) -> Path:
    with told("make the folder", folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _ready(one: Training, *, is_new: bool) -> Outcome:
    mistake = one.mistakes[0]
    return Outcome(
        title=f"{len(one.mistakes)} mistake(s) planted for {one.role.replace('_', ' ')}, seed {one.seed}"
        + ("" if is_new else "; nothing was changed"),
        facts=(("workspace", str(one.place.root)), ("company", one.company),
               ("period", str(world_end(one.world))), ("to look things up", f"{DESK}/ in it"),
               ("first hint", mistake.kind.cause)),
        next_step=f"timebooks --workspace {one.place.root} {_first_look(one)}, mend what you find, then timebooks "
        f"--workspace {one.place.root} sandbox grade")


def _first_look(one: Training) -> str:
    """The command that a role begins with. A whole week of a practice company would approve and export by itself."""
    return {
        "auditor": "verify", "accountant": f"books {one.desk / BOOKS_FILE} --company {one.company}",
        "analyst": f"history query {_QUESTION!r}",
    }.get(one.role, f"step pull --company {one.company} --period-end {world_end(one.world)}")
