"""Verify an auditor's pack: needs Python 3.9 or newer and nothing else, none of the program that made it.

    python verify.py PACK.zip       or, in the folder the pack was unpacked into,       python verify.py

It reads every file, compares it with the list that was signed, checks the signature (Ed25519, RFC 8032, below), the
chain of the audit log, the people list, and for every batch that the bytes approved and published are these. It names
what differs; exit code 1.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

Said = dict[str, Any]
Log = list[Said]

# ---- Ed25519, verification alone: RFC 8032, section 5.1. Slow and plain; nothing secret passes through it. ----
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def _recovered(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x % 2 != sign else x


def _decoded(text: bytes) -> Point | None:
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x = _recovered(y, sign) if len(text) == 32 and y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def _added(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(count: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while count:
        if count & 1:
            found = _added(found, point)
        point, count = _added(point, point), count >> 1
    return found


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE_X = _recovered(_BASE_Y, 0) or 0
BASE: Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % P)


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key of these 32 bytes made this signature over this message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, point, scalar = _decoded(public), _decoded(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or point is None or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    left = _times(scalar, BASE)
    right = _added(point, _times(int.from_bytes(hashed, "little") % ORDER, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# ---- signed statements and records ----
def statement_holds(envelope: Said, public: bytes) -> bool:
    """Whether one of an envelope's signatures is by this key: type and bytes are signed together (DSSE)."""
    kind, payload = envelope["payloadType"].encode("ascii"), base64.b64decode(envelope["payload"], validate=True)
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    key = hashlib.sha256(public).hexdigest()
    return any(one["keyid"] == key and ed25519_holds(public, message, base64.b64decode(one["sig"], validate=True))
               for one in envelope["signatures"])


def said_by(envelope: Said) -> Said:
    """What a statement says."""
    said: Said = json.loads(base64.b64decode(envelope["payload"], validate=True))
    return said


class Pack:
    """The files of a pack, from the zip or from the folder it was unpacked into, and what was found."""

    def __init__(self, place: Path) -> None:
        self.findings: list[str] = []
        self.told: list[str] = []
        if place.is_dir():
            paths = [path for path in sorted(place.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
            self.files = {path.relative_to(place).as_posix(): path.read_bytes() for path in paths}
        else:
            with zipfile.ZipFile(place) as archive:
                names = archive.namelist()
                self.files = {name: self._member(archive, name) for name in names}
                for name in {name for name in names if names.count(name) > 1}:
                    self.wrong(name, "stands twice in the pack")

    def _member(self, archive: zipfile.ZipFile, name: str) -> bytes:
        try:
            return archive.read(name)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
            self.wrong(name, "is damaged in the zip")
            return b""

    def wrong(self, name: str, what: str) -> None:
        """One thing that does not hold."""
        self.findings.append(f"{name}: {what}")

    def read(self, name: str) -> Said:
        """A text of the pack as JSON; an empty one where it is missing or none."""
        try:
            found = json.loads(self.files[name])
        except (KeyError, ValueError):
            self.wrong(name, "is missing or cannot be read")
            return {}
        return found if isinstance(found, dict) else {}


def check_list(pack: Pack) -> Said:
    """Every file as the list says, and none besides."""
    listed = pack.read("pack.json")
    expected = {one["path"]: one["sha256"] for one in listed.get("files", ())}
    for name in sorted(set(pack.files) - set(expected) - {"pack.json", "pack.sig.json"}):
        pack.wrong(name, "lies in the pack and is not in its list")
    for name, digest in sorted(expected.items()):
        if name not in pack.files:
            pack.wrong(name, "is missing")
        elif hashlib.sha256(pack.files[name]).hexdigest() != digest:
            pack.wrong(name, "was changed after the pack was made")
    pack.told.append(f"{len(expected)} files compared with their list")
    return listed


def check_chain(pack: Pack, folder: str, head: Said) -> Log:
    """The records of one log in order, each naming the digest of the one before, up to the end that the list names."""
    names = sorted(name for name in pack.files if re.fullmatch(rf"{folder}/[0-9]{{8}}\.json", name))
    records: Log = []
    before = ""
    for number, name in enumerate(names, 1):
        envelope = pack.read(name)
        try:
            payload = base64.b64decode(envelope["payload"], validate=True)
            record = json.loads(payload)
            good = (hashlib.sha256(payload).hexdigest() == envelope["payloadSha256"] and record["number"] == number
                    and record["previous"] == before and name.endswith(f"/{number:08d}.json"))
        except (KeyError, TypeError, ValueError):
            good, record = False, {}
        if not good:
            pack.wrong(name, "does not follow the record before it")
            return records
        before = hashlib.sha256(pack.files[name]).hexdigest()
        records.append(record)
    if head and (len(records), before) != (head["number"], head["digest"]):
        pack.wrong(folder, "does not end as the list says")
    pack.told.append(f"{folder}: {len(records)} records, chain whole, end {len(records)}:{before[:12]}")
    return records


Keys = dict[str, tuple[str, bytes]]


def check_people(pack: Pack, records: Log, company: str) -> tuple[Keys, dict[str, int]]:
    """Every key that was ever enrolled, by its id: person and public bytes; each change signed by enough people.

    Of an ended key also the last record of the company's log that it may stand below.
    """
    keys: Keys = {}
    ended: dict[str, int] = {}
    administrators: set[str] = set()
    needed, is_first = 2, True
    for record in records:
        if record["type"] != "people":
            continue
        name, envelope = f"people/{record['number']:08d}.json", record["body"]["signed"]
        known, had, wanted = dict(keys), set(administrators), needed
        for change in said_by(envelope)["changes"]:
            if change["change"] == "enroll":
                public = base64.b64decode(change["public"], validate=True)
                keys[hashlib.sha256(public).hexdigest()] = (change["person"], public)
            elif change["change"] == "end-key":
                last = said_by(envelope)["companies"].get(company, {"number": 0})["number"]
                ended[change["key"]] = min(last, change["since"].get(company, last))
            elif change["change"] == "administrators":
                needed = change["needed"]
            elif change["change"] in ("grant", "take-away") and change["role"] == "administrator":
                (administrators.add if change["change"] == "grant" else administrators.discard)(change["person"])
        judges, by, wanted = (keys, administrators, needed) if is_first else (known, had, wanted)
        is_first = False
        signers = {judges[one["keyid"]][0] for one in envelope["signatures"] if one["keyid"] in judges
                   and statement_holds(envelope, judges[one["keyid"]][1])}
        if len(signers & by) < wanted or len(envelope["signatures"]) > len(signers):
            pack.wrong(name, "is not signed by as many administrators as a change needs")
    return keys, ended


def check_signature(pack: Pack, listed: Said, keys: Keys, ended: dict[str, int]) -> None:
    """Who made the pack, by a key of the people list."""
    if not listed.get("signed_by"):
        pack.told.append("the pack is not signed: the workspace has no people list; its digests alone speak")
        return
    envelope = pack.read("pack.sig.json")
    key = listed.get("key", "")
    try:
        same = base64.b64decode(envelope["payload"], validate=True) == pack.files["pack.json"]
        good = same and key in keys and keys[key][0] == listed["signed_by"] and statement_holds(envelope, keys[key][1])
        good = good and key not in ended and envelope["payloadType"] == "application/vnd.timebooks.pack+json;v=1"
    except (KeyError, TypeError, ValueError):
        good = False
    if good:
        pack.told.append(f"signed by {listed['signed_by']}, key {key[:32]}")
    else:
        pack.wrong("pack.sig.json", "is signed with a key that was ended" if key in ended
                   else "does not hold for pack.json and the people list")


def check_batches(pack: Pack, listed: Said, records: Log, keys: Keys, ended: dict[str, int]) -> None:
    """Each batch: the bytes that were approved, by whom, are the bytes that were published, and lie here."""
    for batch in listed.get("batches", ()):
        folder = batch["folder"]
        exports = (one for one in records if one["type"] == "export" and one["body"]["batch"] == batch["batch"])
        export = next(exports, None)
        manifest = pack.files.get(f"{folder}/manifest.json", b"")
        digest = hashlib.sha256(manifest).hexdigest()
        if export is None or export["body"]["manifest"] != digest:
            pack.wrong(f"{folder}/manifest.json", "is not what the audit log says was exported")
            continue
        named = {f"{folder}/{one['path']}": one["sha256"] for one in json.loads(manifest)["files"]}
        for name, wanted in named.items():
            if hashlib.sha256(pack.files.get(name, b"")).hexdigest() != wanted:
                pack.wrong(name, "is not what the manifest of its batch seals")
        for name in pack.files:
            if name.startswith(f"{folder}/") and name not in named and name != f"{folder}/manifest.json":
                pack.wrong(name, "lies in a batch whose manifest does not name it")
        pack.told.append(f"batch {batch['batch']:04d} to {batch['period_end']}: {len(named)} files sealed; "
                         + check_approval(pack, export, records, (keys, ended),
                                          is_signed=bool(listed.get("signed_by"))))


def check_approval(
    pack: Pack, export: Said, records: Log, known: tuple[Keys, dict[str, int]], *, is_signed: bool,
) -> str:
    """Who approved what was exported, in words; an approval that does not hold is a finding."""
    keys, ended = known
    number = export["body"]["approval"]
    approval: Said = records[number - 1] if 0 < number < export["number"] else {"type": "", "body": {}}
    name = f"audit_log/{number:08d}.json"
    if approval["type"] != "approve" or approval["body"].get("manifest") != export["body"]["manifest"]:
        pack.wrong(name, f"is no approval of what record {export['number']} exported")
        return "not approved"
    envelope = approval["body"].get("signed")
    if envelope is None:
        if is_signed and not listed_practice(records):
            pack.wrong(name, "is an approval without a signature")
        return f"approved by {approval['person']} by name"
    said = said_by(envelope)
    about = [one for one in said["drafts"] if one["manifest"] == export["body"]["manifest"]]
    key = keys.get(said["key"])
    if listed_practice(records):
        return f"approved by {said['person']} in practice, which proves nothing"
    if key is None or key[0] != said["person"] or not about or not statement_holds(envelope, key[1]):
        pack.wrong(name, "is an approval whose signature does not hold")
    elif said["key"] in ended and number > ended[said["key"]]:
        pack.wrong(name, "is an approval with a key that was ended before")
    elif about[0]["policy"] != "single_person" and about[0]["prepared_by"] == said["person"]:
        pack.wrong(name, "was given by the person who prepared the batch")
    return f"prepared by {about[0]['prepared_by'] if about else '?'}, approved and signed by {said['person']}"


def listed_practice(records: Log) -> bool:
    """Whether the log is one of a practice company."""
    return bool(records and records[0]["body"].get("sandbox"))


def check_evidence(pack: Pack, listed: Said, records: Log) -> None:
    """The sheets beside the batches are those that records name."""
    count, ends = 0, {batch["period_end"] for batch in listed.get("batches", ())}
    for record in records:
        named = record["body"].get("evidence")
        if isinstance(named, dict) and record["body"].get("period_end") in ends:
            name = f"evidence/{record['body']['period_end']}/{named['file']}"
            count += 1
            if hashlib.sha256(pack.files.get(name, b"")).hexdigest() != named["sha256"]:
                pack.wrong(name, f"is not the sheet that record {record['number']} names")
    pack.told.append(f"{count} sheets of evidence compared with their records")


def main(arguments: list[str]) -> int:
    """Check and tell. 0: everything holds; 1: something does not, by name; 2: it could not be read."""
    place = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        pack = Pack(place)
    except (OSError, ValueError, zipfile.BadZipFile, RuntimeError) as error:
        print(f"{place} cannot be read: {error}")
        return 1 if isinstance(error, zipfile.BadZipFile) else 2
    listed = check_list(pack)
    heads = listed.get("heads", {})
    try:
        records = check_chain(pack, "audit_log", heads.get("company", {}))
        keys, ended = check_people(pack, check_chain(pack, "people", heads.get("people", {})), listed["company"])
        check_signature(pack, listed, keys, ended)
        check_batches(pack, listed, records, keys, ended)
        check_evidence(pack, listed, records)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        pack.wrong("pack", f"something in it has not the form it must have ({type(error).__name__}: {error})")
    print("\n".join([f"Auditor's pack of {listed.get('company', '?')}", *(f"  {one}" for one in pack.told)]))
    print("\n".join(f"NOT RIGHT  {one}" for one in pack.findings) or "everything holds")
    return 1 if pack.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
