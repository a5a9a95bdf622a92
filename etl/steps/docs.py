"""The documents as a site in a folder: pages written by hand, tables made from what the program itself reads."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from etl.errors import RefusedError
from etl.pages.site import Document, render_site
from etl.pages.site_frame import Menu
from etl.shipped import shipped
from etl.steps.docs_tables import generated
from etl.steps.outcome import Outcome
from etl.steps.run import place_of
from etl.store import files

MARK = re.compile(r"^<!-- generated: ([a-z-]+) -->$", re.MULTILINE)
LIST = "pages.txt"   # what the last build wrote; nothing else in the folder is touched
STANDS_FOR = {   # a file of the repository that a page shows
    "docs/faults.csv": "docs/faults.md", "docs/adr": "docs/records.md", "etl/codes.csv": "docs/error-codes.md",
    "etl/pages/decisions.csv": "docs/decisions-to-take.md", "etl/trust/permissions.csv": "docs/security.md",
    "etl/law/overtime_rules.csv": "docs/law-overtime.md", "etl/law/break_rules.csv": "docs/law-breaks.md",
    "etl/law/rounding_rules.csv": "docs/law-rounding.md", "etl/law/retention.csv": "docs/law-retention.md",
    "etl/law/obligations.csv": "docs/law-duties.md", "etl/law/holiday_weeks.csv": "docs/law-amounts.md",
}
_MORE = "More"


def build_docs(to: Path | None = None, workspace: str | Path | None = None) -> Outcome:
    """Write the site; again only what has changed. Nothing is fetched from anywhere.

    Raises RefusedError DOCS_PLACE where the folder holds something that no build wrote.
    """
    folder = (to or place_of(workspace).root / "docs-site").resolve()
    before = _written_before(folder)
    pages = site()
    files.make_folder(folder)
    files.rewrite(folder / LIST, "".join(f"{name}\n" for name in sorted({*pages, *before})).encode())
    for name, content in pages.items():
        path = folder / name
        files.make_folder(path.parent)
        if not path.is_file() or path.is_symlink() or path.read_bytes() != content:
            files.rewrite(path, content)
    for name in before - set(pages):
        files.remove(folder / name)
    files.rewrite(folder / LIST, "".join(f"{name}\n" for name in sorted(pages)).encode())
    return Outcome(title=f"{len(pages)} pages of documents", facts=(("folder", str(folder)),),
                   next_step=f"open {folder / 'index.html'} in a browser; no server is needed")


def site() -> dict[str, bytes]:
    """Every page by its name."""
    documents = read_documents()
    return render_site(documents, menu_of(documents), STANDS_FOR)


def read_documents() -> list[Document]:
    """Every Markdown text that ships, its generated parts filled in."""
    docs = shipped("docs")
    found = {f"docs/{path.relative_to(docs).as_posix()}": path for path in sorted(docs.rglob("*.md"))}
    found |= {name: docs.parent / name for name in ("README.md", "CHANGELOG.md")}
    makers = generated()
    return [Document(source, MARK.sub(lambda mark: makers[mark[1]](), path.read_text(encoding="utf-8")))
            for source, path in found.items()]


def menu_of(documents: list[Document]) -> Menu:
    """The sections of docs/menu.csv; a page that it does not name comes last, records of decisions have their own."""
    by_source = {one.source: one for one in documents}
    sections: dict[str, list[tuple[str, str]]] = {}
    named = set()
    for row in csv.DictReader((shipped("docs") / "menu.csv").read_text(encoding="utf-8").splitlines()):
        named.add(row["page"])
        one = by_source[row["page"]]
        sections.setdefault(row["section"], []).append((one.page, row["name"] or one.title))
    rest = [(one.page, one.title) for one in documents
            if one.source not in named and not one.source.startswith("docs/adr/")]
    return [*sections.items(), (_MORE, rest)]


def _written_before(folder: Path) -> set[str]:
    """The pages of an earlier build. Raises RefusedError where something else lies there."""
    if not folder.exists():
        return set()
    listed = folder / LIST
    is_ours = folder.is_dir() and listed.is_file() and not listed.is_symlink()
    names = set(listed.read_text(encoding="utf-8").splitlines()) if is_ours else set[str]()
    if any(not _is_page(name) for name in names) or (not is_ours and (not folder.is_dir() or any(folder.iterdir()))):
        raise RefusedError("DOCS_PLACE", what="The folder holds something that no build of the documents wrote",
                           where=str(folder), fix="Give --to a new or empty folder, or the one of an earlier build.")
    return names


def _is_page(name: str) -> bool:
    return re.fullmatch(r"(?:[a-z0-9-]+/)*[a-z0-9-]+\.html", name) is not None

