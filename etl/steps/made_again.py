"""What can be made again from what is kept, made again and compared: landed entries, and the rows of the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from etl import __version__
from etl.errors import EtlError
from etl.settings import Drop
from etl.sources import files as file_source
from etl.sources.pulling import read_again
from etl.steps.connections import read_window
from etl.steps.history import published
from etl.store import audit_log, history, landing
from etl.store.history_place import HistoryMissingError
from etl.workspace import Workspace

_Finding = tuple[str, str, str]   # company, where, what


@dataclass(frozen=True)
class MadeAgain:
    """What came out otherwise than it is kept, what was compared, and what to do."""

    findings: tuple[_Finding, ...]
    facts: tuple[tuple[str, str], ...]
    next_step: str


def made_again(place: Workspace, companies: Sequence[str]) -> MadeAgain:
    """The entries of every pull parsed anew from the bytes received, and the history's rows read from the batches.

    Give companies whose stores `verify` found whole. A pull of another version of the product that reads otherwise
    today is told and is no finding: that version read it by its own rules.
    """
    parsed = [found for company in companies for found in _reread(place, company)]
    wrong = [(company, where, what) for company, where, what, is_ours in parsed if is_ours]
    other = [("read otherwise by this version", where) for _, where, _, is_ours in parsed if not is_ours]
    pulls = sum(len(landing.read_pulls(place, company)) for company in companies)
    rows, compared = _history(place, companies)
    if wrong:
        next_step = "report this with the pulls named; change nothing"
    else:
        next_step = "timebooks history rebuild; nothing is lost" if rows else ""
    return MadeAgain((*wrong, *rows), (("pulls parsed again", str(pulls)), *other, ("history", compared)), next_step)


def _reread(place: Workspace, company: str) -> Iterator[tuple[str, str, str, bool]]:
    for pull in landing.read_pulls(place, company):
        where = f"{place.landing(company).relative_to(place.root).as_posix()}/pulls/{pull.pull_id}"
        is_ours = pull.product == __version__
        try:
            again = parsed_again(place, company, pull)
        except (EtlError, KeyError, ValueError) as error:
            yield company, where, f"The bytes received cannot be parsed again: {error}", is_ours
            continue
        landed = pq.read_table(pull.entries_path, page_checksum_verification=True)
        if not _is_equal(landed, again):
            yield company, where, "The bytes received, parsed again, are not the entries that were landed", is_ours


def parsed_again(place: Workspace, company: str, pull: landing.Pull) -> pa.Table:
    """The entries in the bytes received (LANDED_ENTRIES), read as the drop or connection was declared for this pull.

    Raises EtlError, KeyError or ValueError where that cannot be done today.
    """
    received = landing.received_bytes(place, company, pull)
    if "connection" not in pull.request:
        return file_source.parse_file(received, pull.file_name, _declared(pull))
    with TemporaryDirectory(prefix="timebooks-again-") as folder:
        pages = Path(folder) / "received.pages"
        pages.write_bytes(received)
        return pq.read_table(read_again(pages, *read_window(dict(pull.request)), Path(folder)))


def _declared(pull: landing.Pull) -> Drop:
    """The drop as it was declared for this pull; the columns of a dialect are the dialect's own."""
    said = dict(pull.request["declaration"])
    if said["dialect"] != "declared":
        del said["columns"]
    return Drop.model_validate(said)


def _is_equal(landed: pa.Table, again: pa.Table) -> bool:
    return bool(landed.equals(again.cast(landed.schema)))


def _history(place: Workspace, companies: Sequence[str]) -> tuple[list[_Finding], str]:
    """The rows of the history that are not what was exported; it is no record, and can be made again."""
    batches = [batch for company in companies for batch in published(place, company)]
    try:
        differing = history.compare(place, batches)
    except HistoryMissingError:
        if any(audit_log.read_log(place, company) for company in companies) and batches:
            return [], "there is none; timebooks history rebuild makes it"
        return [], "there is none yet"
    except EtlError as error:
        return [("", error.where, error.what)], "cannot be read"
    return [("", "data/history", what) for what in differing], f"{len(batches)} batch(es) compared row by row"
