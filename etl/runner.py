"""Run notebooks through papermill in one warm kernel: manager and client kept, namespace reset, parameters typed."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.util import run_sync
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from etl import errors, steps
from etl.errors import EtlError, SettingsError
from etl.shipped import shipped
from etl.steps.outcome import MIME, Outcome

TO_DRAFT = ("10_pull", "20_map", "30_rules", "40_check", "50_draft")
AFTER_DRAFT = ("60_export", "70_reconcile", "80_close")
_ENGINE = "timebooks-warm"
_TYPES: Mapping[str, type] = {"str": str, "int": int, "bool": bool}
_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "USERPROFILE")


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

    def __init__(self) -> None:
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

    def environment(self) -> dict[str, str]:
        """What the kernel may know of this process's environment: an allow-list, and that it holds the run's lock."""
        kept = {name: os.environ[name] for name in os.environ if name in _KEPT or name.startswith("TIMEBOOKS_")}
        return kept | {
            "TIMEBOOKS_HOLD_LOCK": "1",
            "GX_ANALYTICS_ENABLED": "false",
            "JPY_PARENT_PID": str(os.getpid()),
        }

    def end(self) -> None:
        """Let the company's lock go, then shut the kernel down."""
        if self.last is not None and run_sync(self.manager.is_alive)():
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
        client = PapermillNotebookClient(
            nb_man,
            km=kernel.manager,
            timeout=None,
            startup_timeout=kwargs.get("start_timeout", 60),
            kernel_name=kernel_name,
            log_output=False,
        )
        if kernel.client is None:
            client.start_new_kernel(env=kernel.environment())
            client.start_new_kernel_client()
            kernel.client = client.kc
            _quietly(client, "from etl.steps.notebook import settle_kernel as _settle; _settle(); del _settle")
        else:
            client.kc = kernel.client
            _quietly(client, "get_ipython().reset(new_session=False)")
        kernel.last = client
        return client.execute()


def _quietly(client: PapermillNotebookClient, code: str) -> None:
    client.wait_for_reply(client.kc.execute(code, silent=True, store_history=False))


papermill_engines.register(_ENGINE, WarmEngine)


@contextmanager
def warm_kernel() -> Iterator[None]:
    """While this lasts, notebooks run in one kernel."""
    WarmEngine.kernel = WarmKernel()
    try:
        yield
    finally:
        WarmEngine.kernel.end()
        WarmEngine.kernel = None


def run_notebook(name: str, parameters: Mapping[str, object]) -> tuple[bytes, Outcome | None]:
    """The executed notebook and the last outcome it shows. Needs `warm_kernel`.

    Raises the step's own EtlError when a cell stopped, with the bytes of the notebook as `executed`.
    """
    path = shipped("notebooks") / f"{name}.ipynb"
    check_parameters(path, parameters)
    with tempfile.TemporaryDirectory(prefix="tb-") as folder:
        output = Path(folder) / f"{name}.ipynb"
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
            stopped = _own_error(error)
            stopped.executed = output.read_bytes()  # type: ignore[attr-defined]
            raise stopped from None
        content = output.read_bytes()
    return content, _last_outcome(content)


def check_parameters(path: Path, parameters: Mapping[str, object]) -> None:
    """Refuse names the notebook does not declare and values of another type, before papermill pastes them into code."""
    declared = {name: found["inferred_type_name"] for name, found in papermill.inspect_notebook(str(path)).items()}
    for name, value in parameters.items():
        expected = _TYPES.get(str(declared.get(name)).strip())
        if name not in declared or expected is None or type(value) is not expected:
            raise SettingsError(
                "PARAMETER_REFUSED",
                what=f"{path.stem} does not take {name} = {value!r}",
                where=f"notebooks/{path.name}",
                fix=f"Use the declared parameters: {', '.join(f'{key}: {kind}' for key, kind in declared.items())}.",
            )


def run_week(
    company: str, period_end: date, workspace: Path, person: str | None, tell: Callable[[Outcome], None]
) -> Outcome:
    """The week through the stage notebooks, pull to draft; the sandbox and exported periods go on to the close.

    Executed notebooks are kept as a run, the failed one included. The last outcome sums up.
    """
    parameters = {"company": company, "period_end": period_end.isoformat(), "workspace": str(workspace)} | (
        {"person": person} if person else {}
    )
    executed: dict[str, bytes] = {}
    try:
        with warm_kernel():
            for name in (*TO_DRAFT, *AFTER_DRAFT):
                if name == AFTER_DRAFT[0] and not steps.goes_on(company, period_end, workspace):
                    break
                content, outcome = run_notebook(name, parameters)
                executed[f"{name}.ipynb"] = content
                if outcome is not None:
                    tell(outcome)
                    if outcome.exit_code:
                        return outcome
    except EtlError as error:
        executed["stopped.ipynb"] = getattr(error, "executed", b"")
        raise
    finally:
        if executed:
            steps.keep_run(workspace, company, period_end, {key: value for key, value in executed.items() if value})
    return steps.summary(steps.start(company, period_end, workspace, person=person))


def _own_error(error: PapermillExecutionError) -> EtlError:
    """The error of a step as it was raised in the kernel; anything else is named without its traceback."""
    kind = getattr(errors, str(error.ename), None)
    lines = str(error.evalue).split("\n  ")
    if isinstance(kind, type) and issubclass(kind, EtlError):
        parts = {line.split(":", 1)[0].strip(): line.split(":", 1)[1].strip() for line in lines[1:] if ":" in line}
        if {"where", "fix", "code"} <= parts.keys():
            what = str(error.evalue).split("\n  where:", maxsplit=1)[0]
            return kind(parts["code"], what=what, where=parts["where"], fix=parts["fix"])
    return EtlError(
        "CELL_FAILED",
        what=f"Cell {error.exec_count} failed: {error.ename}: {error.evalue}",
        where="the run's notebook",
        fix="Report this with the executed notebook in runs/; nothing half-written is left.",
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
