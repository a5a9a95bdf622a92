"""The auditor's pack: the same bytes each time, proven by a program that needs none of ours, named where it is not."""

from __future__ import annotations

import base64
import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import steps
from etl.errors import EtlError
from etl.trust.pack_verifier import ORDER, ed25519_holds
from tests.faults import tiny
from tests.trust import office

SEED = 20261108
RFC_8032 = [   # section 7.1: public key, message, signature
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_vectors_of_the_standard(public, message, signature):
    key, text, value = map(bytes.fromhex, (public, message, signature))
    assert ed25519_holds(key, text, value)
    for at in (0, 31, 32, 63):
        assert not ed25519_holds(key, text, value[:at] + bytes([value[at] ^ 1]) + value[at + 1:])
    assert not ed25519_holds(key, text + b"\0", value)
    more = (int.from_bytes(value[32:], "little") + ORDER).to_bytes(32, "little")
    assert not ed25519_holds(key, text, value[:32] + more), "a scalar has one form"
    assert not ed25519_holds(key[:-1], text, value)
    assert not ed25519_holds(b"\xff" * 32, text, value)


@settings(max_examples=8, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_it_says_what_the_library_says(seed, message, bit):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, value = private.public_key().public_bytes_raw(), private.sign(message)
    assert ed25519_holds(public, message, value)
    flipped = bytearray(value)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not ed25519_holds(public, message, bytes(flipped))


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """An office with a closed, signed week, its pack, and the desk."""
    desk = office.make(tmp_path_factory.mktemp("pack"))
    with desk.at_work():
        desk.enroll("max")
        desk.grant("max", "auditor")
        desk.draft()
        desk.approve()
        desk.export()
        for step in (steps.reconcile, steps.close):
            assert not step(desk.run("olga")).exit_code
        outcome = steps.make_pack(office.COMPANY, desk.root / "pack.zip", person="max", workspace=desk.place.root)
    assert "key" in dict(outcome.facts)["signed"]
    return desk


def verified(path: Path, *, unpacked: bool = False):
    """What the verifier of the pack itself says, run by a Python that sees nothing of ours."""
    folder = path.with_suffix("")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder) if unpacked else archive.extract("verify.py", folder)
    arguments = [] if unpacked else [str(path)]
    done = subprocess.run([sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments], capture_output=True,
                          text=True, check=False, cwd=folder, env={"PATH": "/usr/bin", "PYTHONDONTWRITEBYTECODE": "1"})
    return done.returncode, done.stdout + done.stderr


@pytest.mark.capability("M13")
def test_the_verifier_needs_nothing_of_ours(packed, tmp_path):
    path = tmp_path / "pack.zip"
    path.write_bytes((packed.root / "pack.zip").read_bytes())
    for unpacked in (False, True):
        code, said = verified(path, unpacked=unpacked)
        assert code == 0, said
        assert "everything holds" in said
        assert "signed by max, key" in said
        assert "prepared by dana, approved and signed by cleo" in said
    imported = {line.split()[1].partition(".")[0] for line in (tmp_path / "pack" / "verify.py").read_text().splitlines()
                if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)


def test_the_same_pack_has_the_same_bytes(packed):
    with packed.at_work():
        steps.make_pack(office.COMPANY, packed.root / "again.zip", person="max", workspace=packed.place.root)
    assert (packed.root / "again.zip").read_bytes() == (packed.root / "pack.zip").read_bytes()
    (packed.root / "again.zip").unlink()


def test_what_an_auditor_looks_for_is_in_it(packed):
    with zipfile.ZipFile(packed.root / "pack.zip") as archive:
        names = set(archive.namelist())
        listed = json.loads(archive.read("pack.json"))
        readme = archive.read("README.txt").decode()
    folder = listed["batches"][0]["folder"]
    assert {f"{folder}/manifest.json", f"{folder}/reconciliation.xlsx", "law/overtime_rules.csv", "verify.py",
            "people/00000001.json", "audit_log/00000001.json", "pack.sig.json"} <= names
    assert any(name.startswith(f"{folder}/upload/") for name in names)
    assert any(name.startswith("evidence/2026-11-08/") and "approval" in name for name in names)
    assert any(name.startswith("mappings/") and name.endswith("company.toml") for name in names)
    assert "0001 (to 2026-11-08)" in readme
    assert not any("PRIVATE" in name or name.endswith(".pem") for name in names)


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, contents):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    path.write_bytes(out.getvalue())


def test_one_byte_of_any_file_is_named(packed, tmp_path):
    """Canary: of every kind of file one, a bit flipped; the verifier, unspoiled, names the file."""
    whole, chance = members(packed.root / "pack.zip"), random.Random(SEED)
    kinds = {}
    for name in whole:
        kinds.setdefault((name.partition("/")[0], name.rpartition(".")[2]), []).append(name)
    victims = [chance.choice(names) for kind, names in sorted(kinds.items()) if kind[0] != "verify.py"]
    assert len(victims) > 9
    for turn, name in enumerate(victims):
        content = bytearray(whole[name])
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path = tmp_path / f"p{turn}.zip"
        write(path, whole | {name: bytes(content)})
        code, said = verified(path)
        assert code == 1, f"{name}: {said}"
        assert name in said, f"{name}: {said}"


def resigned(contents, private=None):
    """The list made to fit again by somebody who has no key of the company, or one of their own."""
    import hashlib

    listed = json.loads(contents["pack.json"])
    listed["files"] = [{"path": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
                       for name, content in sorted(contents.items()) if name not in ("pack.json", "pack.sig.json")]
    text = json.dumps(listed).encode()
    envelope = json.loads(contents["pack.sig.json"])
    envelope["payload"] = base64.b64encode(text).decode()
    if private is not None:
        from etl.trust.envelope import sign

        envelope = sign("pack", text, private).as_json()
    return contents | {"pack.json": text, "pack.sig.json": json.dumps(envelope).encode()}


def test_a_forger_with_another_key_does_not_get_through(packed, tmp_path):
    whole = members(packed.root / "pack.zip")
    upload = next(name for name in whole if "/upload/" in name)
    for turn, private in enumerate((None, Ed25519PrivateKey.generate())):
        path = tmp_path / f"f{turn}.zip"
        write(path, resigned(whole | {upload: whole[upload].replace(b"1", b"2", 1)}, private))
        code, said = verified(path)
        assert code == 1
        assert "pack.sig.json" in said
        assert upload in said, "and the manifest of the batch still seals it"
    gone = {name: content for name, content in whole.items() if name != upload}
    write(tmp_path / "gone.zip", gone)
    assert f"{upload}: is missing" in verified(tmp_path / "gone.zip")[1]
    write(tmp_path / "more.zip", whole | {"batches/extra.csv": b"x"})
    assert "batches/extra.csv: lies in the pack" in verified(tmp_path / "more.zip")[1]
    last = max(name for name in whole if name.startswith("audit_log/"))
    write(tmp_path / "cut.zip", resigned({name: content for name, content in whole.items() if name != last}))
    assert "audit_log: does not end as the list says" in verified(tmp_path / "cut.zip")[1]


def test_no_zip_is_told(tmp_path):
    (tmp_path / "pack").mkdir()
    path = tmp_path / "no.zip"
    path.write_bytes(b"PK nothing")
    verifier = Path(steps.__file__).parents[1] / "trust" / "pack_verifier.py"
    done = subprocess.run([sys.executable, "-I", str(verifier), str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, "cannot be read" in done.stdout, done.stderr) == (1, True, "")


def test_who_may_and_what_is_refused(packed, tmp_path):
    root = packed.place.root

    def code(**given):
        with pytest.raises(EtlError) as told:
            steps.make_pack(office.COMPANY, tmp_path / "p.zip", workspace=root, **given)
        return told.value.code

    with packed.at_work():
        assert code(person="dana") == "NOT_PERMITTED"
        assert code(person="max", span=("2030-01-01", None)) == "NOTHING_TO_PACK"
        (tmp_path / "p.zip").touch()
        assert code(person="max") == "PACK_TAKEN"
        (tmp_path / "p.zip").unlink()
        path = next((root / "reports").rglob("reconciliation.xlsx"))
        content = path.read_bytes()
        path.write_bytes(content[:-1])
        assert code(person="max") == "DAMAGE_FIRST"
        path.write_bytes(content)


def test_a_practice_company_has_a_pack_that_says_what_it_is(tmp_path):
    tiny.make_company(tmp_path / "w")
    tiny.week(tmp_path / "w")
    outcome = steps.make_pack(tiny.COMPANY, tmp_path / "p.zip", workspace=tmp_path / "w")
    assert "digests alone speak" in dict(outcome.facts)["signed"]
    code, said = verified(tmp_path / "p.zip")
    assert code == 0, said
    assert "in practice, which proves nothing" in said
