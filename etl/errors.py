"""Errors a bookkeeper can act on: what happened, where, and the next physical action."""

from __future__ import annotations


class EtlError(Exception):
    """A problem of the run (not of a row): it stops, and nothing is half-written.

    `code` stands in codes.csv; `what` is in the trade's words, `where` names file, line, person or date,
    `fix` is what to do next. Exit code 2: could not run.
    """

    exit_code = 2

    def __init__(self, code: str, *, what: str, where: str, fix: str) -> None:
        self.code, self.what, self.where, self.fix = code, what, where, fix
        super().__init__(self.message())

    def message(self) -> str:
        """The three parts as a person reads them, one line each."""
        return f"{self.what}\n  where: {self.where}\n  fix:   {self.fix}\n  code:  {self.code}"


class SettingsError(EtlError):
    """company.toml or a parameter does not say what it must."""


class MappingError(EtlError):
    """A cross-reference table is missing, ambiguous or unreadable."""


class SourceError(EtlError):
    """An export cannot be read as it was declared."""


class TargetError(EtlError):
    """An import file cannot be written in the target's form."""


class StoreError(EtlError):
    """The workspace cannot be read or written."""


class BusyError(StoreError):
    """Another run is working on this company."""


class RefusedError(EtlError):
    """A person has to decide before this goes on. Exit code 1."""

    exit_code = 1


class DamageError(RefusedError):
    """Stored bytes are not what the audit log says they are. Exit code 1."""


class ConservationError(RefusedError):
    """A step lost or made up entries, seconds or cents: the run stops before anything is written."""


def no_memory(where: str) -> StoreError:
    """The machine, or a limit of the account, has no more memory for this run."""
    return StoreError(
        "MEMORY",
        what="The memory of this machine does not suffice for this run",
        where=f"{where}; nothing half-written is left",
        fix="Close other programs or export a shorter span of time, then run again.",
    )
