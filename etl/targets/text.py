"""Texts of people and trackers as a target can take them: free text is cleaned, a name is taken or refused.

A name (account, job, employee, item, class) must match a list in the books, so nothing in it may be changed but its
Unicode form. Sources: targets reference, sections 0.6 and 1.1; reliability reference, d5 and B34-B38.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SKIPPED = r"(?:[\s\x00-\x1f\ufeff\u00ad\u200b-\u200f\u2060\"';,]|%0[9aAdD])*"   # what may stand before a formula
_FORMULA = re.compile(rf"{_SKIPPED}[=+\-@|\uff1d\uff0b\uff0d\uff20\uff5c\ufe62\ufe63\ufe66\ufe6b]")
_PLAIN = re.compile(r"[A-Za-z0-9](?:[ !#-:<-~]*[!#-:<-~])?")   # the fast way: nothing to clean or refuse, mostly
PLAIN = f"^{_PLAIN.pattern}$"   # the same for a whole column
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


@dataclass(frozen=True)
class Profile:
    """How one target takes text. `refused` may not stand in a name; `replaced` is what free text gets instead.

    `lead` goes before free text that a spreadsheet would take for a formula: harmless and visible in the books,
    where an apostrophe would be stored and read as part of the text.
    """

    encoding: str
    replaced: dict[str, str] = field(default_factory=dict)
    lead: str = "~ "


IIF = Profile("cp1252", {'"': "'", ";": ","})
CSV = Profile("utf-8")
LEDGER = Profile("utf-8", {'"': "'", "\\": "/", ";": ".", ",": ".", "|": "/"})   # ends of texts, tags and notes there


def is_formula(text: str) -> bool:
    """Whether a spreadsheet, here or in another language's edition, could take the text for a formula."""
    return text[:1] in ("\t", "\r", "\n", "\0") or _FORMULA.match(text) is not None


def escape(text: str, lead: str) -> str:
    """The text with the lead before it where it is dangerous or begins with the lead itself; else as it is."""
    starts_with_lead = re.match(_SKIPPED + re.escape(lead), text) or text.startswith(lead)
    return lead + text if text and (is_formula(text) or starts_with_lead) else text


def unescape(text: str, lead: str) -> str:
    """The exact inverse of `escape`: every written text that begins with the lead got it from us."""
    return text.removeprefix(lead)


def cleaned(text: str, profile: Profile) -> tuple[str, tuple[str, ...]]:
    """Free text as the target takes it, and why it differs (empty when it does not)."""
    if _PLAIN.fullmatch(text) and profile.replaced.keys().isdisjoint(text):
        return text, ()
    steps = (
        ("written in composed form (NFC)", lambda t: unicodedata.normalize("NFC", t)),
        ("tab, line break or control sign became a space", lambda t: _CONTROLS.sub(" ", t)),
        (_replacements(profile), lambda t: t.translate(str.maketrans(profile.replaced))),
        ("a sign the target cannot show became ?", lambda t: _shown(t, profile.encoding)),
        ("spaces around it removed", str.strip),
        (f"{profile.lead.strip()} put before it: it begins like a formula", lambda t: escape(t, profile.lead)),
    )
    reasons = []
    for reason, step in steps:
        before, text = text, step(text)
        if text != before:
            reasons.append(reason)
    return text, tuple(reasons)


def name_problems(name: str, profile: Profile) -> list[str]:
    """Why the target cannot take this name, in words; empty when it can. The name is in composed form (NFC)."""
    if _PLAIN.fullmatch(name) and profile.replaced.keys().isdisjoint(name):
        return []
    problems = []
    if hidden := sorted({sign for sign in name if _is_hidden(sign)}):
        problems.append(f"holds {_signs(hidden)}, which nobody sees")
    if refused := sorted(set(name) & set(profile.replaced)):
        problems.append(f"holds {' and '.join(refused)}, which the file cannot carry")
    if foreign := sorted({sign for sign in name if not _is_hidden(sign) and not _fits(sign, profile.encoding)}):
        problems.append(f"holds {_signs(foreign)}, which the code page {profile.encoding} lacks")
    if name != name.strip(" "):
        problems.append("begins or ends with a space")
    if is_formula(name):
        problems.append("begins like a formula")
    return problems


def _replacements(profile: Profile) -> str:
    return " and ".join(f"{sign} became {instead}" for sign, instead in profile.replaced.items())


def _shown(text: str, encoding: str) -> str:
    visible = "".join("?" if unicodedata.category(sign) == "Cf" else sign for sign in text)
    return visible.encode(encoding, "replace").decode(encoding)


def _is_hidden(sign: str) -> bool:
    kind = unicodedata.category(sign)
    return kind in _HIDDEN or (kind == "Zs" and sign != " ")


def _fits(sign: str, encoding: str) -> bool:
    return sign.encode(encoding, "ignore") != b""


def _signs(signs: list[str]) -> str:
    return ", ".join((f"{sign} " if sign.isprintable() else "") + f"(U+{ord(sign):04X})" for sign in signs)
