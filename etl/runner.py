"""Run notebooks through papermill in one warm kernel: manager and client kept, namespace reset, parameters typed."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from etl import errors, steps
from etl.errors import EtlError, SettingsError, no_memory
from etl.lean_imports import without_iri_grammar
from etl.shipped import refuse_changed, shipped
from etl.steps import stages
from etl.steps.outcome import MIME, Outcome

with without_iri_grammar():
    import papermill
    from jupyter_client.manager import AsyncKernelManager
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from nbclient.util import run_sync
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import Engine, papermill_engines
    from papermill.exceptions import PapermillExecutionError

_ENGINE = "timebooks-warm"
_TYPES: Mapping[str, type] = {"str": str, "int": int, "bool": bool}
_OF_STAGE = {path.stem.partition("_")[2]: path.stem for path in shipped("notebooks").glob("[1-9]0_*.ipynb")}
TO_DRAFT, AFTER_DRAFT = (tuple(_OF_STAGE[name] for name in part) for part in (stages.TO_DRAFT, stages.AFTER_DRAFT))
_CELL_MINUTES, _RUN_MINUTES = 240, 480   # the longest one cell and one run may take; a parked pull waits outside
_TOKEN = re.compile(
    r"\b(?:Bearer|Basic) |\bey[A-Za-z0-9_-]{10,}\.ey|\b(?:sk|pk|ghp|gho|xox[abp])[_-][A-Za-z0-9_-]{12,}"
)
_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "USERPROFILE")


class Watcher(Protocol):
    """Who is told how far a run is."""

    def stage(self, name: str, count_cells: int) -> None:
        """A notebook begins."""

    def cell(self, number: int) -> None:
        """A cell of it begins, counted from 1."""

    def done(self) -> None:
        """The notebook has ended well."""


@dataclass(frozen=True)
class Executed:
    """One notebook as it was executed; `stopped` is the error of the cell that it ended at."""

    name: str
    content: bytes
    outcome: Outcome | None
    stopped: EtlError | None = None


class _OwnKernel(AsyncKernelManager):
    """A kernel of this very Python, isolated from the folder it is started in and from the user's own packages."""

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The command line of the kernel; whatever kernels are registered on the machine do not matter."""
        return [
            sys.executable,
            "-I",
            "-m",
            "ipykernel_launcher",
            "-f",
            self.connection_file,
            "--HistoryManager.enabled=False",
            *(extra_arguments or []),
        ]


class WarmKernel:
    """One kernel for all notebooks of a run; it ends with this process."""

    def __init__(self, watcher: Watcher | None = None) -> None:
        self.watcher = watcher
        # IPC in a private folder: no port is open to others on the machine (Windows has loopback TCP only)
        self._folder = tempfile.TemporaryDirectory(prefix="tb-")
        private = Path(self._folder.name)
        if os.name == "posix":
            self.manager = _OwnKernel(
                kernel_name="python3",
                transport="ipc",
                ip=str(private / "k"),
                connection_file=str(private / "kernel.json"),
            )
        else:
            self.manager = _OwnKernel(kernel_name="python3", connection_file=str(private / "kernel.json"))
        self.client: Any = None
        self.last: PapermillNotebookClient | None = None
        self.is_hung = False
        self._ends_at = time.monotonic() + 60 * _minutes("TIMEBOOKS_RUN_MINUTES", _RUN_MINUTES)

    def cell_seconds(self) -> int:
        """How long the next notebook's cells may take, each: what is set for one, and no longer than the run may."""
        left = self._ends_at - time.monotonic()
        return max(1, int(min(60 * _minutes("TIMEBOOKS_CELL_MINUTES", _CELL_MINUTES), left)))

    def environment(self) -> dict[str, str]:
        """What the kernel may know of this process's environment: an allow-list, and that it holds the run's lock."""
        kept = {name: os.environ[name] for name in os.environ if name in _KEPT or name.startswith("TIMEBOOKS_")}
        return kept | {
            "TIMEBOOKS_HOLD_LOCK": "1",
            "GX_ANALYTICS_ENABLED": "false",
            "JPY_PARENT_PID": str(os.getpid()),
        }

    def end(self) -> None:
        """Let the company's lock go, then end the kernel. Whatever state it is in, no process of it is left."""
        is_asked = self.last is not None and self.client is not None and not self.is_hung
        if is_asked and run_sync(self.manager.is_alive)():
            with suppress(DeadKernelError):
                _quietly(self.last, "from etl.steps.run import release_locks as _release; _release()")
        if self.client is not None:
            self.client.stop_channels()
        if self.manager.has_kernel:
            run_sync(self.manager.shutdown_kernel)(now=True)
        self._folder.cleanup()


class WarmEngine(Engine):  # type: ignore[misc]  # papermill ships no types
    """papermill's engine for notebooks of one run, all in the kernel of `kernel`."""

    kernel: WarmKernel | None = None

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
        """Execute in the warm kernel, its namespace emptied first."""
        kernel = cls.kernel
        if kernel is None:
            raise RuntimeError(kernel_name)
        watcher = kernel.watcher

        def told(*, cell_index: int, **_: Any) -> None:
            if watcher is not None:
                watcher.cell(cell_index + 1)

        client = PapermillNotebookClient(
            nb_man,
            km=kernel.manager,
            timeout=kernel.cell_seconds(),
            startup_timeout=kwargs.get("start_timeout", 60),
            kernel_name=kernel_name,
            log_output=False,
            on_cell_start=told,
        )
        if watcher is not None:
            watcher.stage(Path(nb_man.nb.metadata.papermill["input_path"]).stem, len(nb_man.nb.cells))
        if kernel.client is None:
            client.start_new_kernel(env=kernel.environment())
            client.start_new_kernel_client()
            kernel.client = client.kc
            settle = f"from etl.steps.notebook import settle_kernel as _settle; _settle({os.getpid()}); del _settle"
            _quietly(client, settle)
        else:
            client.kc = kernel.client
            _quietly(client, "get_ipython().reset(new_session=False)")
        kernel.last = client
        return client.execute()


def _quietly(client: PapermillNotebookClient, code: str) -> None:
    client.wait_for_reply(client.kc.execute(code, silent=True, store_history=False))


papermill_engines.register(_ENGINE, WarmEngine)


@contextmanager
def warm_kernel(watcher: Watcher | None = None) -> Iterator[None]:
    """While this lasts, notebooks run in one kernel."""
    WarmEngine.kernel = WarmKernel(watcher)
    try:
        yield
    finally:
        WarmEngine.kernel.end()
        WarmEngine.kernel = None


def run_notebook(name: str, parameters: Mapping[str, object]) -> Executed:
    """One shipped notebook, executed with these parameters. Needs `warm_kernel`.

    A cell that fails is told in `stopped`: the step's own error as it was raised, anything else as CELL_FAILED,
    CELL_TOO_LONG or KERNEL_DIED. Raises SettingsError NOTEBOOK_CHANGED or PARAMETER_REFUSED before anything runs.
    """
    path = shipped("notebooks") / f"{name}.ipynb"
    refuse_changed(path)
    check_parameters(path, parameters)
    stopped: EtlError | None = None
    with tempfile.TemporaryDirectory(prefix="tb-") as folder:
        output = Path(folder) / path.name
        try:
            papermill.execute_notebook(
                str(path),
                str(output),
                parameters=dict(parameters),
                engine_name=_ENGINE,
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
            )
        except PapermillExecutionError as error:
            stopped = _own_error(error, name)
        except CellTimeoutError:
            stopped = _too_long(name)
            if WarmEngine.kernel is not None:
                WarmEngine.kernel.is_hung = True
        except (DeadKernelError, RuntimeError):  # papermill's client says the latter when it dies at its start
            stopped = _died(name)
        content = output.read_bytes() if output.exists() else b""
    return Executed(name, content, None if stopped else _last_outcome(content), stopped)


def check_parameters(path: Path, parameters: Mapping[str, object]) -> None:
    """Refuse names the notebook does not declare and values of another type, before papermill pastes them into code."""
    declared = {name: found["inferred_type_name"] for name, found in papermill.inspect_notebook(str(path)).items()}
    for name, value in parameters.items():
        if isinstance(value, str) and _tells_a_secret(value):
            raise SettingsError(
                "PARAMETER_SECRET",
                what=f"The value of {name} looks like a token or password; it would stand in the executed notebook",
                where=f"notebooks/{path.name}",
                fix="Give the name of the connection; its secret is found by that name (docs/trackers.md).",
            )
        expected = _TYPES.get(str(declared.get(name)).strip())
        if name not in declared or expected is None or type(value) is not expected:
            raise SettingsError(
                "PARAMETER_REFUSED",
                what=f"{path.stem} does not take {name} = {value!r}",
                where=f"notebooks/{path.name}",
                fix=f"Use the declared parameters: {', '.join(f'{key}: {kind}' for key, kind in declared.items())}.",
            )


def run_week(
    company: str,
    period_end: date,
    workspace: Path,
    person: str | None,
    tell: Callable[[Outcome], None],
    watcher: Watcher | None = None,
) -> Outcome:
    """The week through the stage notebooks, pull to draft; sandbox, approved and exported periods go on to the close.

    Executed notebooks are kept as a run, the one that stopped included. The last outcome sums up.
    """
    parameters = {"company": company, "period_end": period_end.isoformat(), "workspace": str(workspace)} | (
        {"person": person} if person else {}
    )
    kept: dict[str, bytes] = {}
    try:
        with warm_kernel(watcher):
            for name in (*TO_DRAFT, *AFTER_DRAFT):
                if name == AFTER_DRAFT[0] and not steps.goes_on(company, period_end, workspace):
                    break
                with steps.stage_measured(name, "notebook"):
                    executed = run_notebook(name, parameters)
                kept[f"{name}.ipynb"] = executed.content
                if executed.stopped is not None:
                    raise executed.stopped
                if watcher is not None:
                    watcher.done()
                if executed.outcome is not None:
                    tell(executed.outcome)
                    if executed.outcome.exit_code:
                        return executed.outcome
    finally:
        if any(kept.values()):
            steps.keep_run(workspace, company, period_end, {name: content for name, content in kept.items() if content})
    return steps.summary(steps.start(company, period_end, workspace, person=person))


def _own_error(error: PapermillExecutionError, name: str) -> EtlError:
    """The error of a step as it was raised in the kernel; anything else is named without its traceback."""
    kind = getattr(errors, str(error.ename), None)
    lines = str(error.evalue).split("\n  ")
    if isinstance(kind, type) and issubclass(kind, EtlError):
        parts = {line.split(":", 1)[0].strip(): line.split(":", 1)[1].strip() for line in lines[1:] if ":" in line}
        if {"where", "fix", "code"} <= parts.keys():
            what = str(error.evalue).split("\n  where:", maxsplit=1)[0]
            return kind(parts["code"], what=what, where=parts["where"], fix=parts["fix"])
    if error.ename in {"MemoryError", "ArrowMemoryError"}:
        return no_memory(f"{name}.ipynb, cell {error.exec_count}")
    return EtlError(
        "CELL_FAILED",
        what=f"Cell {error.exec_count} failed: {error.ename}: {next(iter(str(error.evalue).splitlines()), '')}",
        where=f"{name}.ipynb",
        fix="Report this with the executed notebook in the period's folder runs/; nothing half-written is left.",
    )


def _tells_a_secret(value: str) -> bool:
    """Whether a text has the form of a token, or holds a secret that this process was given."""
    given = (text for key, text in os.environ.items() if key.startswith("TIMEBOOKS_SECRET_") and text.strip())
    return bool(_TOKEN.search(value)) or any(text in value for text in given)


def _minutes(name: str, otherwise: int) -> float:
    """A limit of time from the environment, where it is a number above zero."""
    text = os.environ.get(name, "")
    return float(text) if re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", text) and float(text) else otherwise


def _too_long(name: str) -> EtlError:
    return EtlError(
        "CELL_TOO_LONG",
        what="A cell took longer than it may, and its process was ended",
        where=f"{name}.ipynb",
        fix="Run the week again: nothing half-written is left. TIMEBOOKS_CELL_MINUTES and TIMEBOOKS_RUN_MINUTES allow "
        "more time.",
    )


def _died(name: str) -> EtlError:
    return EtlError(
        "KERNEL_DIED",
        what="The process that runs the notebooks ended in the middle of a stage",
        where=f"{name}.ipynb",
        fix="Run the week again: nothing half-written is left. If it happens again, close other programs (memory) or "
        "add --no-notebooks.",
    )


def _last_outcome(content: bytes) -> Outcome | None:
    """The last outcome an executed notebook shows."""
    cells = json.loads(content)["cells"]
    found = [
        output["data"][MIME]
        for cell in cells
        for output in cell.get("outputs", [])
        if output.get("output_type") == "execute_result" and MIME in output.get("data", {})
    ]
    return Outcome.from_json(found[-1]) if found else None
