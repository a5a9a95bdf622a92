"""The auditor's pack: one signed zip with batches, log, people, law and a verifier that needs none of our code."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from importlib.resources import files as resources
from pathlib import Path

import pyarrow.compute as pc

from etl import __version__
from etl.disk import told
from etl.errors import RefusedError, StoreError
from etl.law.tables import cells_of, shipped
from etl.settings import read_settings
from etl.steps.outcome import Outcome
from etl.steps.people import fingerprint
from etl.steps.run import person_of, place_of, read_day
from etl.steps.trusted import people_of, permit
from etl.store import audit_log, batches, files, mapping_sets
from etl.store.records import file_name
from etl.store.verify import verify_store
from etl.strict_json import dump_lines
from etl.trust.envelope import sign
from etl.trust.keys import PrivateKey, id_of, key_folder, open_key
from etl.workspace import PEOPLE_LOG, Workspace, is_sandbox

FORMAT, KIND = 1, "pack"
_WHEN = (1980, 1, 1, 0, 0, 0)   # a zip needs a time; no clock is told
_README = """AUDITOR'S PACK of {name} ({company}), periods {first} to {last}

1. Check it first. Python 3.9 or newer is enough; nothing is installed and nothing leaves your machine:
       python verify.py                 in this folder, or
       python verify.py PACK.zip        beside the zip
   It ends with "everything holds", or names each file that does not. Compare the key it prints with the paper that
   the company's administrators signed, and the ends of the logs with the notes you were given at the time.
2. Read on:
   batches/PERIOD/batch-NNNN/   what was published: import files in upload/, ways back in corrections/, the workbook
                                (its totals are live formulas), data/*.parquet with every entry, piece, line and cent
                                (allocations.parquet: which entry is behind which line), manifest.json which seals it
   evidence/PERIOD/             approval sheet, receipt, reconciliation, close
   audit_log/                   every decision in order: who pulled, drafted, approved, exported, closed, and when
   people/                      who had which role and key, each change signed by administrators
   mappings/DIGEST/             the company's cross-references and settings that a batch was made with (manifest.json
                                of the batch names the digest); pay rates are among them: treat this pack as payroll
   law/                         the rows of law that the batches rest on, with citation and standing
3. Money is exact decimals, time whole seconds. Per stream (pay, cost, bill) entries received = exported + held +
   rejected + superseded + withdrawn + out of scope; sheet Roll-forward and roll_forward.parquet show it.
4. What this cannot show: that a log's end was not cut before the pack was made. Only an end that somebody outside
   noted shows that.
Batches in this pack: {batches}
Made by Timebooks {product}.
"""


def make_pack(
    company: str, to: Path, *, span: tuple[str | None, str | None] = (None, None), person: str | None = None,
    workspace: str | Path | None = None,
) -> Outcome:
    """One zip about the exported batches whose period ends in the span; the same bytes each time.

    Raises RefusedError NOTHING_TO_PACK, DAMAGE_FIRST; StoreError PACK_TAKEN where the file is there.
    """
    place = place_of(workspace)
    who = person or person_of(company)
    permit(place, company, "make_pack", who)
    if to.exists():
        raise StoreError("PACK_TAKEN", what="A pack would overwrite a file", where=str(to), fix="Give another name.")
    chosen = _chosen(place, company, span)
    damage = [finding for finding in verify_store(place, company) if not finding.waits]
    if damage:
        raise RefusedError("DAMAGE_FIRST", what=f"Nothing is packed while damage is found: {damage[0].what}",
                           where=damage[0].where, fix="Restore what is damaged (timebooks verify), then pack again.")
    people = None if is_sandbox(company) else people_of(place)
    private = None if people is None else open_key(key_folder(place.root), who, people.now().keys_of(who))
    content = pack_bytes(place, company, chosen, (who, private))
    with told("write the file", to, len(content)):
        to.write_bytes(content)
    to.chmod(0o600)
    return Outcome(
        title=f"auditor's pack of {company}: {len(chosen)} batch(es), {len(content) / 1_000_000:,.1f} MB",
        facts=(("file", str(to)), ("sha256", files.sha256_bytes(content)),
               ("signed", f"{who}, key {fingerprint(id_of(private))}" if private is not None
                else "no: there is no people list, its digests alone speak")),
        next_step=f"the auditor runs: python verify.py {to.name} (verify.py is in the zip)")


def pack_bytes(
    place: Workspace, company: str, chosen: Sequence[batches.Batch], signer: tuple[str, PrivateKey | None],
) -> bytes:
    """The zip: files by name, nothing compressed, no clock; equal for equal content."""
    who, private = signer
    contents = dict(_contents(place, company, chosen))
    heads = {name: {"number": records[-1].number, "digest": records[-1].digest}
             for name, log in (("company", company), ("people", PEOPLE_LOG))
             if (records := audit_log.read_log(place, log))}
    listed = dump_lines({
        "format": FORMAT, "company": company, "product": __version__, "heads": heads,
        "signed_by": who if private is not None else "", "key": id_of(private) if private is not None else "",
        "batches": [{"batch": batch.batch, "period_end": batch.period_end.isoformat(), "folder": _folder(batch)}
                    for batch in chosen],
        "files": [{"path": name, "sha256": files.sha256_bytes(content), "bytes": len(content)}
                  for name, content in sorted(contents.items())]})
    contents["pack.json"] = listed
    if private is not None:
        contents["pack.sig.json"] = dump_lines(sign(KIND, listed, private).as_json())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(contents.items()):
            member = zipfile.ZipInfo(name, _WHEN)
            member.external_attr, member.create_system = 0o600 << 16, 3
            archive.writestr(member, content)
    return out.getvalue()


def _chosen(place: Workspace, company: str, span: tuple[str | None, str | None]) -> list[batches.Batch]:
    first = read_day(span[0], "--from") if span[0] else None
    last = read_day(span[1], "--to") if span[1] else None
    chosen = [batch for batch in batches.exported(place, company, audit_log.read_log(place, company))
              if batch.folder.is_dir() and (first is None or batch.period_end >= first)
              and (last is None or batch.period_end <= last)]
    if not chosen:
        raise RefusedError("NOTHING_TO_PACK", what=f"No exported batch of {company} lies in that span",
                           where=f"reports/{company}", fix="Give --from and --to so that a period ends between them.")
    return chosen


def _contents(place: Workspace, company: str, chosen: Sequence[batches.Batch]) -> Iterator[tuple[str, bytes]]:
    for log, folder in ((company, "audit_log"), (PEOPLE_LOG, "people")):
        for record in audit_log.read_log(place, log):
            name = file_name(record.number)
            yield f"{folder}/{name}", files.read_bytes(place.audit_log(log) / name)
    for batch in chosen:
        yield from _tree(batch.folder, _folder(batch))
        yield from _tree(place.evidence(company, batch.period_end), f"evidence/{batch.period_end}")
    for digest in sorted({batch.mapping_digest for batch in chosen}):
        yield from _tree(mapping_sets.mapping_folder(place, company, digest), f"mappings/{digest}")
    yield "law/overtime_rules.csv", _law_used(chosen)
    name = read_settings(place.mappings(company) / "company.toml", company).company.name
    yield "README.txt", _README.format(
        name=name, company=company, first=min(batch.period_end for batch in chosen),
        last=max(batch.period_end for batch in chosen), product=__version__,
        batches=", ".join(f"{batch.batch:04d} (to {batch.period_end})" for batch in chosen)).encode("utf-8")
    yield "verify.py", (resources("etl.trust") / "pack_verifier.py").read_bytes()


def _tree(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not files.is_temporary(path):
            yield f"{name}/{path.relative_to(folder).as_posix()}", files.read_bytes(path)


def _folder(batch: batches.Batch) -> str:
    return f"batches/{batch.period_end}/batch-{batch.batch:04d}"


def _law_used(chosen: Sequence[batches.Batch]) -> bytes:
    """The rows of the overtime law whose ids stand at the pieces of these batches."""
    used: set[str] = set()
    for batch in chosen:
        used |= {str(one) for one in pc.unique(batch.table("pieces", ["rule_id"])["rule_id"]).to_pylist() if one}
    rows = [row for row in cells_of(shipped("overtime_rules.csv")) if row["rule_id"] in used]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(cells_of(shipped("overtime_rules.csv"))[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")
