"""Importing a library without the parts nobody here uses, where they cost seconds."""

from __future__ import annotations

import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import cast


@contextmanager
def without_iri_grammar() -> Iterator[None]:
    """While this lasts, jsonschema is imported without its optional check of IRIs.

    papermill and Great Expectations import jsonschema; its check compiles a grammar of IRIs at import, which takes
    about two seconds in each process. No schema of theirs asks for an IRI. Other code may import the grammar later.
    """
    name = "rfc3987_syntax"
    modules = cast("MutableMapping[str, object]", sys.modules)
    if name in modules:
        yield
        return
    modules[name] = None  # an import of it fails meanwhile, which jsonschema allows for
    try:
        import jsonschema  # noqa: F401, PLC0415 - imported for whoever asks for it next

        yield
    finally:
        del modules[name]
