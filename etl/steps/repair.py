"""Repair: landed entries that were damaged, made again from the bytes received; everything else needs the backup."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from etl.errors import EtlError
from etl.steps.made_again import parsed_again
from etl.steps.outcome import Outcome
from etl.steps.run import person_of
from etl.steps.trusted import permit
from etl.steps.verify import stored_companies, verify
from etl.store.files import sha256_bytes
from etl.store.landing import parquet_bytes
from etl.store.repair import SpoiledPull, put_back, spoiled_pulls
from etl.workspace import Workspace

_HEADINGS = ("company", "pull", "file received", "what was done")


def repair(workspace: str | Path, person: str | None = None) -> Outcome:
    """Every pull whose entries.parquet is missing or changed gets it back, where the bytes received give it exactly.

    The damaged file is kept in data/quarantine, and a `restore` record says what was done. Nothing else is touched:
    exit code 1 while `verify` still finds damage.
    """
    place = Workspace(Path(workspace).resolve())
    rows: list[tuple[str, ...]] = []
    for company in stored_companies(place):
        try:
            spoiled = tuple(spoiled_pulls(place, company))
        except EtlError as error:
            rows.append((company, "", "", f"nothing: {error.what}"))
            continue
        if spoiled:
            permit(place, company, "repair", person or person_of(company))
        rows += [(company, item.pull.pull_id, item.pull.file_name, _made_again(place, company, item, person))
                 for item in spoiled]
    after = verify(place.root)
    return Outcome(
        title=f"{sum(row[3].startswith('made again') for row in rows)} of {len(rows)} damaged pull(s) made again; "
        f"{len(after.rows)} finding(s) left",
        headings=_HEADINGS,
        rows=tuple(rows),
        next_step=f"{after.next_step} (timebooks verify lists it)" if after.exit_code else "run the week",
        exit_code=after.exit_code,
    )


def _made_again(place: Workspace, company: str, spoiled: SpoiledPull, person: str | None) -> str:
    try:
        content = parquet_bytes(parsed_again(place, company, spoiled.pull))
    except (EtlError, KeyError, ValueError) as error:
        return f"nothing: the bytes received cannot be parsed again ({error})"
    if sha256_bytes(content) != spoiled.expected:
        return f"nothing: this version reads the file otherwise than {spoiled.pull.product} did; use the backup"
    aside = put_back(place, company, spoiled, content, person=person or person_of(company), now=datetime.now(UTC))
    kept = "" if aside is None else f"; the damaged file is kept in {aside.relative_to(place.root).as_posix()}"
    return f"made again from the bytes received{kept}"
