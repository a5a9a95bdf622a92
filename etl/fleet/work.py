"""What a worker of a fleet does, in whatever process it runs: prove that it fits, then one company-period at a time."""

from __future__ import annotations

import faulthandler
import os
import threading
from pathlib import Path
from typing import Any

from etl import steps
from etl.errors import BusyError, EtlError, MappingError, SettingsError, no_memory
from etl.fleet.cost import Cost
from etl.fleet.words import spoken

_ONE = threading.Lock()   # one run in a process at a time: its memory and time are counted by the process
_NOWHERE = open(os.devnull, "w", encoding="ascii")   # noqa: SIM115, PTH123 - kept for as long as the process lasts


def greet(workspace: str, word: str, code: str, drafts: int = 0) -> str:
    """Whether this process may work for the fleet that marked the workspace with `word`: {} or what differs.

    It needs the very same code, the same workspace, and locks that hold between the machines. What every draft imports
    is imported now, where `drafts` are to come: so no company is charged for it.
    """
    os.umask(0o077)
    with _ONE:
        if (own := steps.code_key()) != code:
            return spoken({"code": "FLEET_WORKER_OTHER", "what": f"it has {own}, and this command {code}"})
        if differs := steps.same_workspace(workspace, word):
            return spoken({"code": "FLEET_WORKSPACE_OTHER", "what": differs})
        if drafts:
            steps.warm_up()
    return spoken({})


def run(*words: str | int) -> str:
    """One order (etl.fleet.words.Order.words), run to its natural stop: what became of it and what it cost, as JSON.

    A run that takes longer than it may ends its process, whatever it is doing.
    """
    workspace, company, period_end, publish, person, memory_mib, seconds, turn = words
    os.umask(0o077)
    with _ONE:
        faulthandler.dump_traceback_later(int(seconds), exit=True, file=_NOWHERE)
        try:
            cost = Cost()
            said = _reached(str(workspace), str(company), str(period_end), bool(publish), str(person), int(memory_mib))
            said |= cost.words() | {"tries": int(turn)}
            kept = {key: said[key] for key in _NOTED if key in said}
            steps.note_run(str(workspace), str(company), str(period_end), kept)
            return spoken(said)
        finally:
            faulthandler.cancel_dump_traceback_later()


_NOTED = ("outcome", "code", "entries", "manifest", "inputs", "cpu_ms", "wall_ms", "peak_mib", "tries")


def _reached(
    workspace: str, company: str, period_end: str, publish: bool, person: str, memory_mib: int,  # noqa: FBT001
) -> dict[str, Any]:
    try:
        with steps.telling(company, period_end, workspace, lambda _: None) as ending:
            reached = _run(workspace, company, period_end, publish, person, memory_mib)
            if isinstance(reached, BusyError):   # not a failure: somebody else is at work
                return {"outcome": "busy", **_words(reached)}
            if reached.exit_code:
                ending.outcome = steps.Outcome(title=reached.title, exit_code=reached.exit_code)
            return steps.as_words(reached)
    except EtlError as error:
        outcome = "refused" if error.exit_code == 1 else "failed"
        return {"outcome": outcome, "is_final": isinstance(error, (SettingsError, MappingError)), **_words(error)}
    except MemoryError:
        return {"outcome": "failed", **_words(no_memory(f"{company}, period to {period_end}"))}
    except Exception as error:  # noqa: BLE001 - one company's fault must not end the others' worker
        return {"outcome": "failed", "exit_code": 2, "code": "UNFORESEEN", "where": f"{company}, {period_end}",
                "what": f"Something unforeseen happened: {type(error).__name__}: "
                        f"{next(iter(str(error).splitlines()), '')}"[:500],
                "fix": f"Run it alone with TIMEBOOKS_DEBUG=1: timebooks week --company {company} --period-end "
                       f"{period_end} --no-notebooks; and report what it prints."}


def _run(
    workspace: str, company: str, period_end: str, publish: bool, person: str, memory_mib: int,  # noqa: FBT001
) -> steps.Reached | BusyError:
    try:
        return steps.company_period(company, period_end, Path(workspace), publish=publish, person=person or None,
                                    memory=f"{memory_mib}MiB")
    except BusyError as error:
        return error


def _words(error: EtlError) -> dict[str, Any]:
    return {"exit_code": error.exit_code, "code": error.code, "what": error.what, "where": error.where,
            "fix": error.fix}
