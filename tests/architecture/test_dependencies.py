"""What we stand on, looked at without a network: exact versions, hashes, licenses, advisories known to us."""

from __future__ import annotations

import csv
import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?==(?P<version>[^ \\;]+)", re.MULTILINE)
FREE = re.compile(r"MIT|BSD|Apache|PSF|Python Software|ISC|MPL|Mozilla|Zlib|Unlicense|HPND|CNRI|Public Domain", re.I)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def listed(name: str) -> list[dict[str, str]]:
    with (ROOT / ".ci" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def locked() -> dict[str, str]:
    return {plain(found["name"]): found["version"] for found in REQUIREMENT.finditer(LOCK)}


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", version)[:4])


def is_affected(version: str, spans: str) -> bool:
    """Whether a version lies in every one of these spans, such as `>=1.4.0 <1.4.2`."""
    return all(numbers(version) >= numbers(span[2:]) if span.startswith(">=") else numbers(version) < numbers(span[1:])
               for span in spans.split())


def test_every_requirement_is_one_version_with_hashes_from_no_address_of_ours() -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", LOCK)
    found = [block for block in blocks if REQUIREMENT.match(block)]
    assert len(found) == len(REQUIREMENT.findall(LOCK)) > 100
    without = [block.splitlines()[0] for block in found if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)]
    assert not without
    addresses = r"^\s*(-i|--index-url|--extra-index-url|--find-links|-e)\b|https?://|file:"
    assert not re.search(addresses, LOCK, re.MULTILINE)


def test_everything_we_import_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {plain(re.split(r"[\[<>=~ ]", text)[0]) for text in project["dependencies"]}
    assert declared <= set(locked()), declared - set(locked())


@pytest.mark.parametrize("row", listed("advisories.csv"), ids=lambda row: row["advisory"])
def test_no_version_of_a_known_advisory_is_locked(row: dict[str, str]) -> None:
    version = locked().get(plain(row["package"]))
    assert version is not None, f"{row['package']} is not used any more: take the line out"
    assert not is_affected(version, row["affected"]), f"{row['package']} {version}: {row['what']}"


def test_the_advisory_test_can_fail() -> None:
    assert is_affected("14.0.0", "<14.0.1")
    assert is_affected("1.4.1", ">=1.4.0 <1.4.2")
    assert not is_affected("1.5.5", ">=1.4.0 <1.4.2")
    assert not is_affected("1.3.9", ">=1.4.0 <1.4.2")


def test_every_license_is_one_we_may_use() -> None:
    """By the metadata of what is installed; an exception has its reason in .ci/licenses.csv."""
    excepted = {plain(row["package"]) for row in listed("licenses.csv")}
    names, odd = set(locked()), []
    for one in distributions():
        name, metadata = plain(one.metadata["Name"]), one.metadata
        if name not in names:
            continue
        classified = [text.rpartition("::")[2] for text in metadata.get_all("Classifier") or [] if "License" in text]
        told = metadata.get("License-Expression") or "; ".join(classified) or (metadata.get("License") or "")[:80]
        if name not in excepted and (not FREE.search(told) or "GPL" in told):
            odd.append(f"{name} {one.version}: {told.strip() or 'nothing said'}")
    assert not odd, "\n".join(odd)


def test_no_code_opens_a_door() -> None:
    """No eval, pickle, shell or switched-off certificate in what ships."""
    doors = re.compile(r"\beval\(|\bexec\(|import pickle|pickle\.load|yaml\.load|shell=True|verify=False|os\.system\(")
    found = [f"{path.relative_to(ROOT)}: {line.strip()}" for path in sorted((ROOT / "etl").rglob("*.py"))
             for line in path.read_text(encoding="utf-8").splitlines() if doors.search(line)]
    assert not found, "\n".join(found)
