"""The looks that stand behind all others: what a forger makes to fit, or a mistake of our own, still goes nowhere."""

from __future__ import annotations

import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from etl import steps
from etl.errors import ConservationError, RefusedError
from etl.steps import books_state
from etl.steps.run import Run
from etl.steps.signing import LastLook, refuse_used
from etl.steps.standing import standing
from etl.steps.trusted import trust_of
from etl.store import audit_log, batches, files
from etl.trust.statements import APPROVE_BATCH
from tests.faults import tiny
from tests.trust import office


def run(root, period_end=tiny.PERIOD_END) -> Run:
    return steps.start(tiny.COMPANY, period_end, root, in_memory=True)


def drafted(root):
    """The tiny company with its first week drafted."""
    place = tiny.make_company(root)
    going = run(root)
    for step in (steps.pull, steps.map_entries, steps.apply_rules, steps.check, steps.draft):
        assert not step(going).exit_code
    going.end()
    return place


def sealed_again(place, change) -> None:
    """The draft with other postings, sealed and recorded anew so that every digest fits."""
    records = audit_log.read_log(place, tiny.COMPANY)
    draft = batches.find_draft(place, tiny.COMPANY, tiny.PERIOD_END, records)
    postings = draft.folder / "data" / "postings.parquet"
    table = change(pq.read_table(postings))
    postings.chmod(0o600)
    pq.write_table(table, postings)
    manifest = json.loads((draft.folder / "manifest.json").read_bytes())
    said = next(file for file in manifest["files"] if file["path"] == "data/postings.parquet")
    said |= {"sha256": files.sha256_bytes(postings.read_bytes()), "bytes": postings.stat().st_size}
    sealed = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
    (draft.folder / "manifest.json").chmod(0o600)
    (draft.folder / "manifest.json").write_bytes(sealed)
    body = dict(next(record for record in reversed(records) if record.type == "draft").body)
    audit_log.append(place, tiny.COMPANY, "draft", body | {"manifest": files.sha256_bytes(sealed)},
                     person="sandbox-preparer", now=run(place.root).now())


def one_cent_more(table: pa.Table) -> pa.Table:
    amounts = table["amount"].to_pylist()
    amounts[0] += type(amounts[0])("0.01")
    return table.set_column(table.column_names.index("amount"), table.schema.field("amount"),
                            pa.array(amounts, table["amount"].type))


def refused(code, action) -> str:
    with pytest.raises((RefusedError, ConservationError)) as told:
        action()
    assert told.value.code == code, told.value.message()
    return told.value.message()


def looked_at(place, **forged) -> None:
    """The export's last look at the newest draft and its approval, who signed them left aside."""
    records = audit_log.read_log(place, tiny.COMPANY)
    draft = batches.find_draft(place, tiny.COMPANY, tiny.PERIOD_END, records)
    approval = next(record for record in reversed(records) if record.type == "approve")
    looking = LastLook(place, None, "two_person", "operator", run(place.root).now())
    looking(draft, replace(approval, body=approval.body | forged), records)


@pytest.mark.capability("M5")
def test_a_draft_made_to_fit_does_not_leave_where_it_does_not_add_up(tmp_path):
    place = drafted(tmp_path)
    steps.approve_batch(run(tmp_path))
    looked_at(place)
    sealed_again(place, one_cent_more)
    assert "out of balance by 0.01" in refused("PROMISE_BROKEN", lambda: looked_at(place))


def test_an_approval_of_other_totals_lets_nothing_out(tmp_path):
    place = drafted(tmp_path)
    steps.approve_batch(run(tmp_path))
    assert "check 8" in refused("CONTROL_DIFFERS", lambda: looked_at(place, control={}))


def test_an_approval_serves_one_export(tmp_path):
    place = drafted(tmp_path)
    steps.approve_batch(run(tmp_path))
    approval = audit_log.read_log(place, tiny.COMPANY)[-1]
    refuse_used(approval, audit_log.read_log(place, tiny.COMPANY))
    steps.export(run(tmp_path))
    refused("APPROVAL_USED", lambda: refuse_used(approval, audit_log.read_log(place, tiny.COMPANY)))


def test_a_record_that_names_somebody_else_than_its_signature(tmp_path):
    made = office.make(tmp_path)
    with made.at_work():
        made.draft()
        made.approve()
        records, approval = made.records(), made.last("approve")
        trust = trust_of(made.place, office.COMPANY, "two_person", records)
        assert trust.signed(approval, APPROVE_BATCH, records).person == "cleo"
        words = refused("SIGNER_OTHER",
                        lambda: trust.signed(replace(approval, person="olga"), APPROVE_BATCH, records))
    assert "names olga, cleo signed it" in words


@pytest.mark.capability("M8")
def test_what_was_exported_and_never_came_in_keeps_the_standing_open(tmp_path, monkeypatch):
    """A pull that is known no more, its hours exported: they are in no state, so nothing of it is shown."""
    place = tiny.make_company(tmp_path)
    tiny.week(tmp_path)
    export = place.inbox(tiny.COMPANY) / "time.csv"
    lines = export.read_text().splitlines(keepends=True)
    export.write_text("".join(lines[:1]) + lines[1].replace("2026-11-02-0", "another"), newline="")
    steps.pull(run(tmp_path))
    assert "unreconciled 0" in standing(run(tmp_path)).title
    pulls = Run.pulls
    monkeypatch.setattr(Run, "pulls", lambda self: pulls(self)[1:])
    words = refused("STANDING_OPEN", lambda: standing(run(tmp_path)))
    assert "'entries_left': -20" in words


def test_books_that_items_do_not_explain(tmp_path):
    balances = pa.table({"kind": ["account"], "whose": ["Job Costs:Direct Labor"], "currency": ["USD"],
                         "unreconciled_amount": pc.cast(pa.array(["0.01"]), pa.decimal128(18, 3)),
                         "unreconciled_seconds": pa.array([0], pa.int64())})
    nothing = pa.table({})
    made = books_state.Statement(nothing, balances, nothing, (), (), nothing, nothing, nothing, nothing)
    words = refused("BOOKS_UNEXPLAINED", lambda: books_state._sound(made))
    assert "first account Job Costs:Direct Labor: 0.010 USD" in words
