"""The decisions of a small company, computed as a test asks for them: a table, all it is made of, and their audits.

Most tests look at a table or two of some hundred and fifty; to plan the others costs more than to run these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

import pyarrow as pa

from etl.sql.order import AUDITS, FOLDERS, MAP, MARTS, ONLY_WITH, RULES, STAGING, statement
from etl.sql.run import Engine

ORDER: tuple[str, ...] = (*STAGING, *MAP, *RULES, *MARTS)
EVERY = {name for names in FOLDERS.values() for name in names}
_KNOWN = set(ORDER)


def tables_read(name: str) -> set[str]:
    """The statements' tables that a statement reads: whatever it names and does not define itself."""
    text = re.sub(r"--[^\n]*", "", statement(name))
    own = set(re.findall(r"\b([a-z_]+) as (?:not )?(?:materialized )?\(", text))
    reads = set(re.findall(r"\b(?:from|join)\s+([a-z_]+)", text))
    reads |= set(re.findall(r"(?:remainder|units)\('([a-z_]+)'\)", text))
    itself = {name for name in own if re.search(rf"\b{name} as \(\s*select \* from {name}\b", text)}
    return (reads - own | itself) & EVERY


@cache
def made_of(name: str) -> frozenset[str]:
    """A decision and every one that it, its audits and its needs read, and so on; likewise of a report or audit."""
    read = tables_read(name) | {need.partition(" ")[0] for need in ONLY_WITH.get(name, ())}
    read = read.union(*(tables_read(audit) for audit, table in AUDITS.items() if table == name))
    return frozenset({name}.union(*map(made_of, (read & _KNOWN) - {name})))


class EngineAsAsked(Engine):
    """The real one, but for `later`: what is to be run when a test asks for it, in the order of production."""

    waiting: tuple[str, ...] = ()

    def later(self, names: Sequence[str]) -> None:
        """Run these when they are asked for."""
        self.waiting = tuple(names)

    def all_run(self) -> None:
        """Run whatever still waits, the audits of everything included."""
        self._bring(self.waiting)

    def put(self, name: str, table: pa.Table) -> None:
        """What a test puts in the place of a table comes after everything was run."""
        self.all_run()
        super().put(name, table)

    def run(self, names: Iterable[str]) -> None:
        """Now, and before it what these are made of."""
        wanted = tuple(names)
        self._bring(frozenset().union(*map(made_of, wanted)) - set(wanted))
        self.waiting = tuple(name for name in self.waiting if name not in wanted)
        super().run(wanted)

    def fetch(self, name: str) -> pa.Table:
        self._bring(made_of(name) if name in self.waiting else ())
        return super().fetch(name)

    def count(self, name: str) -> int:
        self._bring(made_of(name) if name in self.waiting else ())
        return super().count(name)

    def has(self, name: str) -> bool:
        self._bring(made_of(name) if name in self.waiting else ())
        return super().has(name)

    def audit(self, name: str) -> None:
        self._bring(made_of(name))
        super().audit(name)

    def _bring(self, names: Iterable[str]) -> None:
        wanted = set(names)
        now = [name for name in self.waiting if name in wanted]
        self.waiting = tuple(name for name in self.waiting if name not in wanted)
        super().run(now)
