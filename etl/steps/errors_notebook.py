"""The training on the usual errors, written from the table of codes: what each means, how it looks, what mends it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from etl.codes import Code, codes
from etl.sandbox.training.kinds import kinds
from etl.shipped import shipped
from etl.steps.outcome import Outcome
from etl.store import files

NAME = "errors"
_PARTS = (   # severity, heading, how a code of it looks
    ("stop", "What stops a week until somebody decides",
     "An exception item of severity *stop*: the check ends with exit code 1 and nothing is drafted."),
    ("hold", "What waits while everything else goes on",
     "An exception item of severity *hold* on the sheet Exceptions: the entry is held in the streams named there."),
    ("note", "What is worth a look",
     "An exception item of severity *note* on the sheet Exceptions: it is paid, posted and billed as it is."),
    ("state", "Why an entry is where it is",
     "No item: the reason beside the entry's state in the roll-forward and in `timebooks explain`."),
    ("run", "What a command cannot do",
     "Four lines instead of an answer, *what*, *where*, *fix* and *code*; exit code 1 or 2; nothing half-written."),
)
_INTRO = """# What went wrong, and how it is mended

For everybody, whenever a code is new to you. Every code of Timebooks stands below with its cause, how it looks and
what to do; nothing has to be learned by heart. Written by `timebooks sandbox errors` from the table of codes: do not
edit it.
"""


def write_errors_notebook(folder: Path | None = None) -> Outcome:
    """The notebook, and the list of digests of its folder: by default where the shipped trainings lie."""
    target = folder or shipped("notebooks") / "training"
    files.rewrite(target / f"{NAME}.ipynb", errors_notebook())
    listed = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
                     for path in sorted(target.glob("*.ipynb")))
    files.rewrite(target / "SHA256SUMS", listed.encode())
    return Outcome(title=f"{len(codes())} codes written", facts=(("notebook", str(target / f"{NAME}.ipynb")),))


def errors_notebook() -> bytes:
    """The same table gives the same bytes."""
    cells = list(_cells())
    for number, cell in enumerate(cells):
        cell["id"] = f"{NAME}-{number}"
    written = [dict(sorted(cell.items())) for cell in cells]
    notebook = {
        "cells": written,
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                     "language_info": {"name": "python"}},
        "nbformat": 4, "nbformat_minor": 5,
    }
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def _cells() -> Iterator[dict[str, Any]]:
    yield _text(_INTRO)
    yield _code('code: str = "TE008"  # a code as it was printed', tags=["parameters"])
    yield _text("**One code**, told again: set it above and run both cells.")
    yield _code("from etl import steps\n\nsteps.code_told(code)")
    for severity, heading, looks in _PARTS:
        listed = [code for code in codes().values() if code.severity == severity]
        yield _text(f"## {heading}\n\n{looks} {len(listed)} codes.")
        yield _text("\n\n".join(_told(code) for code in listed))


def _told(code: Code) -> str:
    planted = [kind.cause for kind in kinds() if kind.code == code.code]
    practice = f"\n\n*In the trainings*: {' '.join(planted)}" if planted else ""
    return (f"### {code.code}\n\n**{_plain(code.title)}.** {_plain(code.cause)}{practice}\n\n"
            f"*To mend it*: {_plain(code.fix)}")


def _plain(text: str) -> str:
    """A text of the table in Markdown: what would be read as a mark there is not."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|$" else sign for sign in text)


def _text(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str, tags: list[str] | None = None) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {"tags": tags} if tags else {}, "outputs": [],
            "source": text.splitlines(keepends=True)}
